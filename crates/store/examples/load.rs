//! How fast the store is: `cargo run -p store --example load [DAYS [sqlite|postgres]]`.
//!
//! Ingests live-like batches into SQLite and PostgreSQL, loads a year of 100 lines, and asks for 30 days by
//! hour. Prints JSON. What it measures, and what it saw, is in docs/src/measured/store.md.

#![allow(clippy::print_stdout, clippy::print_stderr, clippy::disallowed_methods, reason = "a benchmark")]
#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark")]

#[path = "../tests/contract/cluster.rs"]
#[allow(dead_code, reason = "shared with the tests")]
mod cluster;
#[path = "shared/crowd.rs"]
mod crowd;

use std::time::Instant;

use crowd::{Crowd, START};
use event::Event;
use rand::Rng as _;
use serde_json::{Value, json};
use store::{Bucket, CountQuery, Filter, GroupBy, Measure, Settings, Store, Zone};
use time::Duration;

const DAYS: i64 = 365;
const BATCH: usize = 1000;

#[tokio::main]
async fn main() {
    let days = std::env::args().nth(1).map_or(DAYS, |days| days.parse().unwrap());
    // As it is shipped, fsync and all, but for what every guide says to set for the machine.
    let cluster = cluster::Cluster::start(&["shared_buffers=512MB", "max_wal_size=4GB"]);
    cluster.create("load");
    let folder = tempfile::tempdir().unwrap();
    let sqlite = format!("sqlite:{}", folder.path().join("store.db").display());
    let only = std::env::args().nth(2);
    let mut report = serde_json::Map::new();
    for (name, address) in [("sqlite", sqlite), ("postgres", cluster.address("load"))] {
        if only.as_ref().is_some_and(|only| only != name) {
            continue;
        }
        let store = Store::open(&address, &Settings::default()).await.unwrap();
        report.insert(name.to_owned(), measure(&store, days).await);
        store.close().await;
    }
    println!("{}", serde_json::to_string_pretty(&Value::Object(report)).unwrap());
}

async fn measure(store: &Store, days: i64) -> Value {
    let year = Instant::now();
    let mut crowd = Crowd::new();
    let events = crowd.fill(store, days).await;
    let year_s = year.elapsed().as_secs_f64();
    eprintln!("loaded {events} events in {year_s:.0} s");

    // As they come in: everybody's last moments, in batches.
    let live: Vec<Vec<Event>> = (0..100)
        .map(|batch| {
            (0..BATCH)
                .map(|_| {
                    let second = days * 86_400 + batch * 10 + crowd.random.random_range(0..30);
                    crowd.crossing(second)
                })
                .collect()
        })
        .collect();
    let mut took = Vec::new();
    let begun = Instant::now();
    for batch in &live {
        let one = Instant::now();
        assert_eq!(store.ingest(batch).await.unwrap().stored, BATCH as u64);
        took.push(one.elapsed().as_secs_f64() * 1e3);
    }
    let per_second = (live.len() * BATCH) as f64 / begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    for batch in &live {
        assert_eq!(store.ingest(batch).await.unwrap().repeated, BATCH as u64);
    }
    let repeats_per_second = (live.len() * BATCH) as f64 / begun.elapsed().as_secs_f64();

    let mut queries = serde_json::Map::new();
    let by_line = vec![GroupBy::Rule, GroupBy::Direction];
    for (name, length, bucket, group) in [
        ("30 days by hour, sum", 30, Bucket::Hour, vec![]),
        ("30 days by hour, by line and direction", 30, Bucket::Hour, by_line),
        ("30 days by day, by camera", 30, Bucket::Day, vec![GroupBy::Camera]),
        ("365 days by day, sum", 365, Bucket::Day, vec![]),
        ("1 day by minute, sum", 1, Bucket::Minute, vec![]),
    ] {
        let mut took = Vec::new();
        for _ in 0..200 {
            let from = START + Duration::days(crowd.random.random_range(0..=(days - length).max(0)));
            let query = CountQuery {
                from,
                until: from + Duration::days(length),
                bucket,
                zone: Zone::named("Europe/Berlin").unwrap(),
                measure: Measure::Crossing,
                filter: Filter::default(),
                group: group.clone(),
            };
            let one = Instant::now();
            let counts = store.counts(&query).await.unwrap();
            took.push(one.elapsed().as_secs_f64() * 1e3);
            assert!(!counts.groups.is_empty());
        }
        queries.insert(name.to_owned(), percentiles(took));
    }
    json!({
        "year": { "events": events, "days": days, "seconds": year_s.round(),
            "events_per_second": (events as f64 / year_s).round() },
        "live": { "batch": BATCH, "events_per_second": per_second.round(), "batch_ms": percentiles(took),
            "repeats_per_second": repeats_per_second.round() },
        "queries_ms": queries,
    })
}

fn percentiles(mut values: Vec<f64>) -> Value {
    values.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let value = values[((values.len() as f64 * share).ceil() as usize).max(1) - 1];
        (value * 10.0).round() / 10.0
    };
    json!({ "p50": at(0.5), "p95": at(0.95), "p99": at(0.99) })
}
