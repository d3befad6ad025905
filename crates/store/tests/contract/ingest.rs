use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};

use event::{Direction, Event};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use store::{Bucket, CountQuery, Error, GroupBy, Measure, Store, Zone};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::database::Database;
use crate::sample::{self, NOON, came_in, cameras, gap, hours, leave, observed, seconds, went_out};

pub(crate) async fn each_event_counts_once(db: Database) {
    let store = db.open().await;
    let events = [
        came_in("a", seconds(1.0), 1),
        went_out("a", seconds(2.0), 2),
        observed("a", seconds(0.0), seconds(60.0)),
        gap("a", seconds(60.0), seconds(70.0)),
    ];
    let first = store.ingest(&events).await.unwrap();
    assert_eq!((first.stored, first.repeated), (4, 0));
    let again = store.ingest(&[&events[..], &events[..2]].concat()).await.unwrap();
    assert_eq!((again.stored, again.repeated), (0, 6));
    let counts = store.counts(&hours(1)).await.unwrap();
    assert_eq!(counts.groups[0].counts, [2]);
    assert_eq!(counts.groups[0].observed_s, [60.0]);
    assert_eq!(store.ingest(&[]).await.unwrap(), Default::default());

    // It is on the disk, not in this store's memory.
    store.close().await;
    let store = db.open().await;
    assert_eq!(store.ingest(&events).await.unwrap().repeated, 4);
    assert_eq!(store.counts(&hours(1)).await.unwrap(), counts);
}

pub(crate) async fn what_cannot_be_kept_is_refused_and_the_rest_kept(db: Database) {
    let store = db.open().await;
    let good = came_in("a", seconds(1.0), 1);
    let mut nul = came_in("a", seconds(2.0), 2);
    nul.camera = "a\0b".to_owned();
    let mut long = came_in("a", seconds(2.0), 3);
    long.camera = "a".repeat(1000);
    let mut model = came_in("a", seconds(2.0), 4);
    model.model = Some("\0".to_owned());
    let mut early = came_in("a", seconds(2.0), 5);
    early.time = time::macros::datetime!(-0500-01-01 0:00 UTC);
    let endless = observed("a", seconds(0.0), seconds(1e9));
    let backward = observed("a", seconds(10.0), seconds(5.0));
    let dwell = leave("a", "queue", seconds(1.0), f64::INFINITY, 6);
    let bad = [nul, long, model, early, endless, backward, dwell];
    let done = store.ingest(&[&bad[..], std::slice::from_ref(&good)].concat()).await.unwrap();
    assert_eq!(done.stored, 1);
    let refused: Vec<Uuid> = done.refused.iter().map(|refused| refused.id).collect();
    assert_eq!(refused, bad.map(|event| event.id));
    assert!(done.refused[0].reason.contains("`camera`"), "{}", done.refused[0].reason);
}

pub(crate) async fn too_large_a_batch_is_refused(db: Database) {
    let store = db.open().await;
    let events: Vec<_> =
        (0..=Store::MAX_BATCH as u64).map(|track| came_in("a", seconds(1.0), track)).collect();
    let error = store.ingest(&events).await.unwrap_err();
    assert!(matches!(error, Error::Request(_)) && !error.is_retryable());
    assert_eq!(store.ingest(&events[1..]).await.unwrap().stored, Store::MAX_BATCH as u64);
}

/// Eight writers deliver the same events in different orders, on two stores as two processes would have them.
pub(crate) async fn writers_at_once_change_nothing(db: Database) {
    let stores = [db.open().await, db.open().await];
    let events: Vec<Event> = (0..400)
        .map(|n| came_in(&format!("camera {}", n % 7), seconds(n as f64 * 20.0), n))
        .chain((0..50).map(|n| {
            let from = f64::from(n) * 100.0;
            observed(&format!("camera {}", n % 7), seconds(from), seconds(from + 100.0))
        }))
        .collect();
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8 {
        let (store, mut events) = (stores[writer % 2].clone(), events.clone());
        if writer % 3 == 1 {
            events.reverse();
        }
        let middle = events.len() * writer / 8;
        events.rotate_left(middle);
        writers.spawn(async move {
            let mut stored = 0;
            for batch in events.chunks(37) {
                stored += store.ingest(batch).await.unwrap().stored;
            }
            stored
        });
    }
    let stored: u64 = writers.join_all().await.into_iter().sum();
    assert_eq!(stored, events.len() as u64);
    let counts = stores[0].counts(&hours(3)).await.unwrap();
    assert_eq!(counts.groups[0].counts.iter().sum::<u64>(), 400);
    assert_eq!(counts.groups[0].observed_s.iter().sum::<f64>(), 5000.0);
    let recount = stores[1].recount(NOON, NOON + Duration::hours(3), false).await.unwrap();
    assert_eq!(recount.different, 0, "{:?}", recount.differences);
}

/// What happened to one camera, and how it was delivered.
#[derive(Clone, Debug)]
struct Delivery {
    /// Kind, rule, track, and when in seconds from noon.
    events: Vec<(u8, u8, u64, f64)>,
    /// Which are delivered, in this order.
    order: Vec<prop::sample::Index>,
    batch: usize,
    bucket: Bucket,
    zone: &'static str,
}

fn delivery() -> impl Strategy<Value = Delivery> {
    let event = (0..8_u8, 0..3_u8, 0..1000_u64, -90_000.0..90_000.0_f64);
    let buckets =
        [Bucket::Minute, Bucket::FiveMinutes, Bucket::Quarter, Bucket::Hour, Bucket::Day, Bucket::Week];
    let zones = ["UTC", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu", "America/St_Johns"];
    (
        prop::collection::vec(event, 1..40),
        prop::collection::vec(any::<prop::sample::Index>(), 0..80),
        1..20_usize,
        prop::sample::select(buckets.to_vec()),
        prop::sample::select(zones.to_vec()),
    )
        .prop_map(|(events, order, batch, bucket, zone)| Delivery { events, order, batch, bucket, zone })
}

fn event(camera: &str, (kind, rule, track, at): (u8, u8, u64, f64)) -> Event {
    let rule = ["door", "gate", "ramp"][rule as usize];
    let moment = seconds(at);
    match kind {
        0 => sample::crossing(camera, rule, Direction::Forward, moment, track),
        1 => sample::crossing(camera, rule, Direction::Backward, moment, track),
        2 => sample::enter(camera, rule, moment, track),
        3 => leave(camera, rule, moment, track as f64 / 10.0, track),
        4 => gap(camera, moment, seconds(at + 5.0)),
        5 => sample::correction(camera, rule, moment, 3, 4),
        // Like one worker, which reports each quarter of an hour from noon.
        _ => {
            let from = (at / 900.0).floor() * 900.0;
            observed(camera, seconds(from + 1.25), seconds(from + 1.25 + f64::from(kind) * 100.0))
        }
    }
}

/// The roll-ups of both levels are what a plain count of the distinct events gives.
pub(crate) async fn any_order_any_repeats_any_batches_add_up(db: Database) {
    let store = db.open().await;
    let camera = AtomicU32::new(0);
    let runtime = tokio::runtime::Handle::current();
    let checked = tokio::task::spawn_blocking(move || {
        let config = Config { cases: 48, failure_persistence: None, ..Config::default() };
        TestRunner::new(config).run(&delivery(), |delivery| {
            let camera = format!("camera {}", camera.fetch_add(1, Ordering::Relaxed));
            runtime.block_on(check(&store, &camera, &delivery));
            Ok(())
        })?;
        let all = runtime.block_on(store.recount(NOON - Duration::days(2), NOON + Duration::days(2), false));
        assert_eq!(all.unwrap().different, 0);
        Ok::<_, proptest::test_runner::TestError<Delivery>>(())
    });
    checked.await.unwrap().unwrap();
}

async fn check(store: &Store, camera: &str, delivery: &Delivery) {
    // The same id is the same event: the first that has it is the one there is.
    let mut distinct = HashMap::new();
    let mut made = Vec::new();
    for &spec in &delivery.events {
        let event = event(camera, spec);
        made.push(distinct.entry(event.id).or_insert(event).clone());
    }
    let mut delivered: Vec<Event> =
        delivery.order.iter().map(|index| made[index.index(made.len())].clone()).collect();
    delivered.extend(made);
    let mut stored = 0;
    for batch in delivered.chunks(delivery.batch) {
        let done = store.ingest(batch).await.unwrap();
        assert_eq!(done.stored + done.repeated, batch.len() as u64);
        stored += done.stored;
    }
    assert_eq!(stored, distinct.len() as u64);

    for measure in [Measure::Crossing, Measure::ZoneEnter, Measure::ZoneLeave] {
        let counts = store
            .counts(&CountQuery {
                from: NOON - Duration::hours(26),
                until: NOON + Duration::hours(26),
                bucket: delivery.bucket,
                zone: Zone::named(delivery.zone).unwrap(),
                measure,
                filter: cameras(&[camera]),
                group: vec![GroupBy::Rule, GroupBy::Direction],
            })
            .await
            .unwrap();
        let mut sum = 0;
        for group in &counts.groups {
            let of_group = |event: &&Event| {
                event.kind() == measure.as_str()
                    && event.rule() == group.key.rule.as_deref()
                    && event.direction() == group.key.direction
            };
            for (span, &count) in counts.buckets.iter().zip(&group.counts) {
                let inside = |event: &&Event| (span.from..span.until).contains(&event.time);
                let plain = distinct.values().filter(of_group).filter(inside).count();
                assert_eq!(count, plain as u64, "{:?} {span:?}", group.key);
                sum += count;
            }
            for (span, &watched) in counts.buckets.iter().zip(&group.observed_s) {
                let plain: f64 = distinct.values().map(|event| overlap(event, span.from, span.until)).sum();
                assert!((watched - plain).abs() < 1e-6, "{span:?}: {watched} s, not {plain} s");
            }
        }
        let all = distinct.values().filter(|event| event.kind() == measure.as_str()).count();
        assert_eq!(sum, all as u64);
    }
}

/// How many seconds of a bucket an `observed` event says were watched.
fn overlap(event: &Event, from: OffsetDateTime, until: OffsetDateTime) -> f64 {
    let event::What::Observed(observed) = &event.what else { return 0.0 };
    let begin = NOON + Duration::microseconds(observed.from.as_micros());
    let end = NOON + Duration::microseconds(observed.until.as_micros());
    (end.min(until) - begin.max(from)).as_seconds_f64().max(0.0)
}
