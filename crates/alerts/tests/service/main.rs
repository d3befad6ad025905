//! Alerts from rule to receiver, on both databases, against real receivers on this machine.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

// One PostgreSQL for tests is enough: this one starts as that of the store's tests.
#[allow(dead_code, reason = "what only the store's tests need")]
#[path = "../../../store/tests/contract/cluster.rs"]
mod cluster;
mod delivery;
mod faults;
mod lifecycle;
mod numbers;
mod receiver;
mod setting;

use cluster::Cluster;
use setting::Setting;

/// Runs every case on a database of its own.
async fn run(address: impl Fn(&str) -> String) {
    lifecycle::rules_and_channels_are_kept(Setting::new(&address("kept")).await).await;
    lifecycle::an_alert_begins_escalates_and_ends(Setting::new(&address("course")).await).await;
    lifecycle::people_take_care(Setting::new(&address("people")).await).await;
    lifecycle::two_processes_make_one_alert(Setting::new(&address("two")).await).await;
    delivery::what_fails_is_tried_again_under_its_id(Setting::new(&address("again")).await).await;
    delivery::a_slow_receiver_delays_nobody_else(Setting::new(&address("slow")).await).await;
    delivery::what_is_gone_is_given_up_and_can_be_retried(Setting::new(&address("gone")).await).await;
    delivery::events_arrive_once_each(Setting::new(&address("events")).await).await;
    delivery::chats_get_their_forms(Setting::new(&address("chats")).await).await;
    delivery::the_inside_is_not_reached(Setting::new(&address("inside")).await).await;
    delivery::the_example_receiver_takes_what_is_signed_and_of_now(Setting::new(&address("example")).await)
        .await;
    numbers::what_nobody_watched_is_not_known(&address("unwatched")).await;
    numbers::an_hour_is_compared_with_the_same_hours(&address("unusual")).await;
    faults::killed_five_times_with_the_receiver_down(&address("killed")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite() {
    let folder = tempfile::tempdir().unwrap();
    run(|name| format!("sqlite:{}", folder.path().join(format!("{name}.db")).display())).await;
}

#[test]
fn postgres() {
    // What survives a power cut is the store's matter: here only processes die.
    let cluster = Cluster::start(&["fsync=off", "full_page_writes=off", "synchronous_commit=off"]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(run(|name| {
        cluster.create(name);
        cluster.address(name)
    }));
}
