//! Days and hours by the site's clock, from events around the moments when it is set.

use store::{Bucket, CountQuery, Zone};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::database::Database;
use crate::sample::{at, came_in, hours, observed};

/// One crossing in each half hour of the stretch, which was watched throughout.
async fn half_hours(db: &Database, from: OffsetDateTime, until: OffsetDateTime) -> store::Store {
    let store = db.open().await;
    let count = (until - from).whole_minutes() as u64 / 30;
    let camera = from.to_string();
    let moment = |n: u64| from + time::Duration::minutes(30 * n as i64);
    let events: Vec<_> = (0..count)
        .flat_map(|n| {
            [came_in(&camera, at(moment(n)), n), observed(&camera, at(moment(n)), at(moment(n + 1)))]
        })
        .collect();
    store.ingest(&events).await.unwrap();
    store
}

/// Counts and watched hours by bucket, which are twice the one by the other.
async fn lengths(
    store: &store::Store,
    zone: &str,
    bucket: Bucket,
    from: OffsetDateTime,
    until: OffsetDateTime,
) -> Vec<u64> {
    let zone = Zone::named(zone).unwrap();
    let counts = store.counts(&CountQuery { from, until, bucket, zone, ..hours(1) }).await.unwrap();
    let group = &counts.groups[0];
    for ((span, &count), &watched) in counts.buckets.iter().zip(&group.counts).zip(&group.observed_s) {
        assert_eq!(span.seconds(), watched);
        assert_eq!(count as f64 * 1800.0, watched);
    }
    assert_eq!((counts.buckets[0].from, counts.buckets[counts.buckets.len() - 1].until), (from, until));
    group.counts.clone()
}

pub(crate) async fn berlin_in_spring(db: Database) {
    let (from, until) = (datetime!(2026-03-28 0:00 +1), datetime!(2026-03-31 0:00 +2));
    let store = half_hours(&db, from, until).await;
    assert_eq!(lengths(&store, "Europe/Berlin", Bucket::Day, from, until).await, [48, 46, 48]);
    assert_eq!(lengths(&store, "Europe/Berlin", Bucket::Hour, from, until).await, [2; 71]);
    let (monday, next) = (datetime!(2026-03-23 0:00 +1), datetime!(2026-03-30 0:00 +2));
    let query = CountQuery {
        from: datetime!(2026-03-29 12:00 +2),
        until: next,
        bucket: Bucket::Week,
        zone: Zone::named("Europe/Berlin").unwrap(),
        ..hours(1)
    };
    let week = store.counts(&query).await.unwrap();
    assert_eq!((week.buckets[0].from, week.buckets[0].until), (monday, next));
    assert_eq!(week.groups[0].counts, [94]);
}

pub(crate) async fn berlin_in_autumn(db: Database) {
    let (from, until) = (datetime!(2026-10-24 0:00 +2), datetime!(2026-10-27 0:00 +1));
    let store = half_hours(&db, from, until).await;
    assert_eq!(lengths(&store, "Europe/Berlin", Bucket::Day, from, until).await, [48, 50, 48]);
    assert_eq!(lengths(&store, "Europe/Berlin", Bucket::Hour, from, until).await, [2; 73]);
}

pub(crate) async fn half_hour_zones(db: Database) {
    let (from, until) = (datetime!(2026-07-01 0:00 +5:30), datetime!(2026-07-03 0:00 +5:30));
    let store = half_hours(&db, from, until).await;
    assert_eq!(lengths(&store, "Asia/Kolkata", Bucket::Day, from, until).await, [48, 48]);
    assert_eq!(lengths(&store, "Asia/Kolkata", Bucket::Hour, from, until).await, [2; 48]);

    // St John's sets its clock too, half an hour away from the full hours of UTC.
    let (from, until) = (datetime!(2026-10-31 0:00 -2:30), datetime!(2026-11-03 0:00 -3:30));
    let store = half_hours(&db, from, until).await;
    assert_eq!(lengths(&store, "America/St_Johns", Bucket::Day, from, until).await, [48, 50, 48]);
    assert_eq!(lengths(&store, "America/St_Johns", Bucket::Hour, from, until).await, [2; 73]);
}

pub(crate) async fn saigon(db: Database) {
    let (from, until) = (datetime!(2026-11-23 0:00 +7), datetime!(2026-11-25 0:00 +7));
    let store = half_hours(&db, from, until).await;
    assert_eq!(lengths(&store, "Asia/Ho_Chi_Minh", Bucket::Day, from, until).await, [48, 48]);
    assert_eq!(lengths(&store, "Asia/Ho_Chi_Minh", Bucket::Hour, from, until).await, [2; 48]);
}
