//! What the store promises, on both databases. Each test runs all cases of one database: starting a PostgreSQL
//! takes longer than most of them.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod arrivals;
mod cluster;
mod counts;
mod crash;
mod database;
mod dwell;
mod failures;
mod heat;
mod ingest;
mod lists;
mod occupancy;
mod recount;
mod retention;
mod sample;
mod schema;
mod zones;

use std::sync::Arc;

use cluster::Cluster;
use database::{Database, Origin};

type Case = (&'static str, fn(Database) -> tokio::task::JoinHandle<()>);

macro_rules! cases {
    ($($module:ident: $($name:ident),+;)+) => {
        [$($((concat!(stringify!($module), "::", stringify!($name)), |db| tokio::spawn($module::$name(db)))),+),+]
    };
}

const CASES: [Case; 40] = cases! {
    ingest: each_event_counts_once, what_cannot_be_kept_is_refused_and_the_rest_kept, writers_at_once_change_nothing,
        any_order_any_repeats_any_batches_add_up, too_large_a_batch_is_refused;
    arrivals: what_came_in_after_a_number_comes_back_once_and_in_order;
    counts: filters_and_groups, nobody_came_and_nobody_looked_are_different, watched_twice_at_once_is_watched_once,
        an_answer_that_is_kept_has_what_came_in_since,
        late_events_land_in_their_bucket, what_cannot_be_answered_is_said;
    zones: berlin_in_spring, berlin_in_autumn, half_hour_zones, saigon;
    lists: every_event_comes_back_as_it_was, pages_are_stable_while_events_come_in, gaps_that_overlap,
        filters_of_events, time_is_accounted_for_by_what_was_watched_and_by_gaps;
    occupancy: zones_now, a_gap_ends_all_stays, a_correction_sets_a_zone, a_site_by_its_entrances,
        out_without_in_makes_no_debt, a_correction_sets_a_site_and_keeps_the_drift, a_site_is_empty_after_its_reset;
    dwell: mean_and_quantiles, queues;
    heat: parts_add_up_once, grids_that_are_none;
    retention: old_data_goes_and_does_not_come_back, each_kind_has_its_own;
    recount: a_wrong_roll_up_is_found_and_repaired;
    schema: every_earlier_version_is_brought_up_to_date, a_newer_database_is_refused;
    failures: passwords_stay_secret, a_lock_held_too_long_is_retryable;
    crash: a_writer_that_is_killed_loses_and_doubles_nothing;
};

/// Runs all cases, four at once; says at the end which failed.
fn run(origin: Arc<dyn Origin>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let only = std::env::var("CAMTALLY_CASE").unwrap_or_default();
    let failed = runtime.block_on(async {
        let mut waiting = CASES.iter().filter(|(name, _)| name.contains(&only)).enumerate();
        let mut running = tokio::task::JoinSet::new();
        let mut failed = Vec::new();
        loop {
            while running.len() < 4
                && let Some((number, &(name, case))) = waiting.next()
            {
                let origin = Arc::clone(&origin);
                running.spawn(async move {
                    let made = tokio::task::spawn_blocking(move || origin.database(number));
                    let database = made.await.expect("a database");
                    (name, case(database).await)
                });
            }
            let Some(done) = running.join_next().await else { break failed };
            match done {
                Ok((name, Ok(()))) => println!("{name}: ok"),
                Ok((name, Err(panic))) => failed.push(format!("{name}: {panic}")),
                Err(panic) => failed.push(panic.to_string()),
            }
        }
    });
    assert!(failed.is_empty(), "{} cases failed: {failed:#?}", failed.len());
}

#[test]
fn sqlite() {
    run(Arc::new(database::Files));
}

#[test]
fn postgres() {
    // Nothing here survives anyhow: what survives a crash has a test of its own.
    let cluster = Cluster::start(&["fsync=off", "full_page_writes=off", "synchronous_commit=off"]);
    run(Arc::new(cluster));
}
