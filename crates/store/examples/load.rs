//! How fast the store is: `cargo run -p store --example load [DAYS [sqlite|postgres]]`.
//!
//! Ingests live-like batches into SQLite and PostgreSQL, loads a year of 100 lines, and asks for 30 days by
//! hour. Prints JSON. What it measures, and what it saw, is in docs/src/measured/store.md.

#![allow(clippy::print_stdout, clippy::print_stderr, clippy::disallowed_methods, reason = "a benchmark")]
#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark")]

#[path = "../tests/contract/cluster.rs"]
#[allow(dead_code, reason = "shared with the tests")]
mod cluster;

use std::time::Instant;

use event::{Direction, Event, Sighting, Stream, What};
use observation::StreamTime;
use rand::Rng as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use store::{Bucket, CountQuery, Filter, GroupBy, Measure, Settings, Store, Zone};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

const START: OffsetDateTime = datetime!(2025-11-01 0:00 UTC);
const LINES: u64 = 100;
const DAYS: i64 = 365;
/// Of each line in a day. Opening hours are 14, as in a shopping centre.
const CROSSINGS: i64 = 150;
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
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let streams: Vec<Stream> = (0..LINES).map(stream).collect();
    let mut track = 0;

    let year = Instant::now();
    let mut events = 0;
    let mut batch = Vec::with_capacity(BATCH);
    for day in 0..days {
        for _ in 0..CROSSINGS * LINES as i64 {
            track += 1;
            let second = day * 86_400 + random.random_range(8 * 3600..22 * 3600);
            batch.push(crossing(
                &streams[random.random_range(0..LINES) as usize],
                second,
                track,
                &mut random,
            ));
            if batch.len() == Store::MAX_BATCH {
                events += store.ingest(&batch).await.unwrap().stored;
                batch.clear();
            }
        }
        let watched =
            streams.iter().step_by(2).flat_map(|stream| (0..24).map(|hour| watched(stream, day * 24 + hour)));
        store.ingest(&watched.collect::<Vec<_>>()).await.unwrap();
    }
    events += store.ingest(&batch).await.unwrap().stored;
    let year_s = year.elapsed().as_secs_f64();
    eprintln!("loaded {events} events in {year_s:.0} s");

    // As they come in: everybody's last moments, in batches.
    let live: Vec<Vec<Event>> = (0..100)
        .map(|batch| {
            (0..BATCH)
                .map(|_| {
                    track += 1;
                    let second = days * 86_400 + batch * 10 + random.random_range(0..30);
                    crossing(&streams[random.random_range(0..LINES) as usize], second, track, &mut random)
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
            let from = START + Duration::days(random.random_range(0..=(days - length).max(0)));
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

fn stream(line: u64) -> Stream {
    Stream {
        camera: format!("camera {}", line / 2),
        epoch: format!("epoch {line}"),
        model: Some("nanodet-416@1a2b3c4d".to_owned()),
        start: START,
    }
}

fn crossing(stream: &Stream, second: i64, track: u64, random: &mut ChaCha8Rng) -> Event {
    let moment = StreamTime::from_micros(second * 1_000_000 + random.random_range(0..1_000_000));
    let direction = if random.random() { Direction::Forward } else { Direction::Backward };
    let rule = if stream.epoch.ends_with(['0', '2', '4', '6', '8']) { "door" } else { "gate" };
    let sighting = Sighting {
        rule: rule.to_owned(),
        rule_version: 1,
        class: "person".to_owned(),
        confidence: 0.83,
        confirmed: moment,
        inferred: false,
        track,
    };
    stream.sighting(moment, What::Crossing(direction, sighting), 0)
}

fn watched(stream: &Stream, hour: i64) -> Event {
    let from = StreamTime::from_micros(hour * 3_600_000_000);
    let until = StreamTime::from_micros((hour + 1) * 3_600_000_000);
    stream.observed(event::Observed { from, until })
}
