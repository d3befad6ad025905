//! What the registry promises, on both databases.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../../../store/tests/contract/cluster.rs"]
#[allow(dead_code, reason = "shared with the store's tests, which also crash the server")]
mod cluster;

mod cameras;
mod files;
mod place;
mod sites;
mod views;

use cluster::Cluster;
use place::Place;

async fn every_promise(cluster: Option<&Cluster>) {
    sites::an_edit_needs_the_version_that_was_seen(&Place::new(cluster, "a").await).await;
    sites::a_site_goes_only_without_cameras_and_comes_back(&Place::new(cluster, "b").await).await;
    cameras::a_camera_needs_a_site_and_an_id_of_its_own(&Place::new(cluster, "c").await).await;
    cameras::secrets_are_sealed_and_shown_nowhere(&Place::new(cluster, "d").await).await;
    cameras::rule_versions_grow_and_never_clash(&Place::new(cluster, "e").await).await;
    cameras::what_runs_is_what_is_started(&Place::new(cluster, "f").await).await;
    cameras::an_id_is_never_used_twice(&Place::new(cluster, "g").await).await;
    cameras::what_stands_in_the_configuration_is_left_alone(&Place::new(cluster, "h").await).await;
    cameras::another_process_learns_of_changes(&Place::new(cluster, "i").await).await;
    cameras::every_change_is_in_the_audit_log(&Place::new(cluster, "j").await).await;
    cameras::writers_at_once_lose_nothing(&Place::new(cluster, "k").await).await;
    files::an_export_makes_the_same_installation(&Place::new(cluster, "l").await, cluster).await;
    files::an_import_is_done_whole_or_not_at_all(&Place::new(cluster, "m").await).await;
    views::views_belong_to_their_owner(&Place::new(cluster, "n").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite() {
    every_promise(None).await;
}

#[test]
fn postgres() {
    // The server ends with the thread that started it.
    let cluster = Cluster::start(&["fsync=off", "full_page_writes=off", "synchronous_commit=off"]);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(every_promise(Some(&cluster)));
}
