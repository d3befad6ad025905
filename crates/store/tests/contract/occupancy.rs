use event::{Direction, Event};
use store::{Entrance, SiteQuery, Store, Zone};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use crate::database::Database;
use crate::sample::{NOON, at, came_in, correction, crossing, enter, gap, leave, seconds, went_out};

async fn zones(store: &Store, now: OffsetDateTime) -> Vec<(String, u64)> {
    let zones = store.zone_occupancy(&[], now).await.unwrap();
    zones.into_iter().map(|zone| (format!("{}/{}", zone.camera, zone.rule), zone.occupancy)).collect()
}

pub(crate) async fn zones_now(db: Database) {
    let store = db.open().await;
    let events = [
        enter("a", "queue", seconds(0.0), 1),
        enter("a", "queue", seconds(10.0), 2),
        leave("a", "queue", seconds(20.0), 20.0, 1),
        enter("a", "till", seconds(30.0), 3),
        enter("b", "queue", seconds(40.0), 4),
    ];
    store.ingest(&events).await.unwrap();
    let is = |zone: &str, count| (zone.to_owned(), count);
    let now = zones(&store, NOON + Duration::seconds(50)).await;
    assert_eq!(now, [is("a/queue", 1), is("a/till", 1), is("b/queue", 1)]);
    let before = zones(&store, NOON + Duration::seconds(15)).await;
    assert_eq!(before, [is("a/queue", 2), is("a/till", 0), is("b/queue", 0)]);
    // Nobody stands in a queue for a day: a worker died before it could say that they left.
    let later = zones(&store, NOON + Duration::hours(25)).await;
    assert_eq!(later, [is("a/queue", 0), is("a/till", 0), is("b/queue", 0)]);
    assert_eq!(store.zone_occupancy(&["b".to_owned()], NOON).await.unwrap().len(), 1);
}

pub(crate) async fn a_gap_ends_all_stays(db: Database) {
    let store = db.open().await;
    let events = [
        enter("a", "queue", seconds(0.0), 1),
        enter("a", "queue", seconds(5.0), 2),
        gap("a", seconds(10.0), seconds(60.0)),
        // The worker still said that this stay had ended, at the gap or after it: neither counts twice.
        leave("a", "queue", seconds(61.0), 61.0, 1),
        enter("a", "queue", seconds(70.0), 3),
    ];
    store.ingest(&events).await.unwrap();
    assert_eq!(zones(&store, NOON + Duration::seconds(65)).await[0].1, 0);
    assert_eq!(zones(&store, NOON + Duration::seconds(80)).await[0].1, 1);
}

pub(crate) async fn a_correction_sets_a_zone(db: Database) {
    let store = db.open().await;
    let events = [
        enter("a", "queue", seconds(0.0), 1),
        correction("a", "queue", seconds(10.0), 1, 4),
        leave("a", "queue", seconds(20.0), 20.0, 1),
        enter("a", "queue", seconds(30.0), 2),
        enter("a", "queue", seconds(31.0), 3),
    ];
    store.ingest(&events).await.unwrap();
    assert_eq!(zones(&store, NOON + Duration::seconds(15)).await[0].1, 4);
    assert_eq!(zones(&store, NOON + Duration::seconds(40)).await[0].1, 5);
}

fn site(now: OffsetDateTime) -> SiteQuery {
    let entrance = |camera: &str, rule: &str, inward| Entrance {
        camera: camera.to_owned(),
        rule: rule.to_owned(),
        inward,
    };
    SiteQuery {
        entrances: vec![
            entrance("a", "door", Direction::Forward),
            // Drawn the other way round.
            entrance("b", "gate", Direction::Backward),
        ],
        classes: vec![],
        corrections: Some(("site".to_owned(), "shop".to_owned())),
        zone: Zone::named("Asia/Ho_Chi_Minh").unwrap(),
        reset_hour: 4,
        now,
    }
}

async fn occupancy(store: &Store, second: i64) -> u64 {
    store.site_occupancy(&site(NOON + Duration::seconds(second))).await.unwrap().occupancy
}

pub(crate) async fn a_site_by_its_entrances(db: Database) {
    let store = db.open().await;
    let events = [
        came_in("a", seconds(1.0), 1),
        came_in("a", seconds(2.0), 2),
        crossing("b", "gate", Direction::Backward, seconds(3.0), 3),
        crossing("b", "gate", Direction::Forward, seconds(4.0), 4),
        // Another door of the same camera leads nowhere.
        crossing("b", "closet", Direction::Backward, seconds(5.0), 5),
    ];
    store.ingest(&events).await.unwrap();
    let now = store.site_occupancy(&site(NOON + Duration::seconds(10))).await.unwrap();
    assert_eq!((now.occupancy, now.entered, now.left, now.drift), (2, 3, 1, 0));
    assert_eq!(now.since, datetime!(2026-11-23 4:00 +7));
    assert_eq!(occupancy(&store, 3).await, 3);
    let buses = SiteQuery { classes: vec!["bus".to_owned()], ..site(NOON + Duration::seconds(10)) };
    assert_eq!(store.site_occupancy(&buses).await.unwrap().occupancy, 0);
    let wrong = SiteQuery { reset_hour: 24, ..site(NOON) };
    assert!(store.site_occupancy(&wrong).await.unwrap_err().to_string().contains("24"));
}

pub(crate) async fn out_without_in_makes_no_debt(db: Database) {
    let store = db.open().await;
    let events = [
        went_out("a", seconds(1.0), 1),
        went_out("a", seconds(2.0), 2),
        came_in("a", seconds(3.0), 3),
        came_in("a", seconds(4.0), 4),
        went_out("a", seconds(5.0), 5),
    ];
    // Delivered in the wrong order: what counts is when it happened.
    let reversed: Vec<Event> = events.into_iter().rev().collect();
    store.ingest(&reversed).await.unwrap();
    let by_second: Vec<_> =
        [occupancy(&store, 2).await, occupancy(&store, 4).await, occupancy(&store, 6).await].into();
    assert_eq!(by_second, [0, 2, 1]);
}

pub(crate) async fn a_correction_sets_a_site_and_keeps_the_drift(db: Database) {
    let store = db.open().await;
    let events = [
        came_in("a", seconds(1.0), 1),
        came_in("a", seconds(2.0), 2),
        correction("site", "shop", seconds(3.0), 2, 7),
        went_out("a", seconds(4.0), 3),
        correction("site", "shop", seconds(5.0), 6, 5),
        correction("site", "another shop", seconds(6.0), 0, 50),
        came_in("a", seconds(7.0), 4),
    ];
    store.ingest(&events).await.unwrap();
    let now = store.site_occupancy(&site(NOON + Duration::seconds(10))).await.unwrap();
    assert_eq!((now.occupancy, now.entered, now.left, now.drift), (6, 3, 1, 4));
    assert_eq!(now.corrections.iter().map(|c| (c.was, c.now)).collect::<Vec<_>>(), [(2, 7), (6, 5)]);
    assert_eq!(occupancy(&store, 4).await, 6);
}

pub(crate) async fn a_site_is_empty_after_its_reset(db: Database) {
    let store = db.open().await;
    let reset = datetime!(2026-11-24 4:00 +7);
    let events = [
        came_in("a", seconds(1.0), 1),
        correction("site", "shop", seconds(2.0), 1, 9),
        came_in("a", at(reset), 2),
    ];
    store.ingest(&events).await.unwrap();
    let just_before = store.site_occupancy(&site(reset - Duration::seconds(1))).await.unwrap();
    assert_eq!((just_before.occupancy, just_before.drift), (9, 8));
    let after = store.site_occupancy(&site(reset + Duration::seconds(1))).await.unwrap();
    assert_eq!((after.occupancy, after.entered, after.drift), (1, 1, 0));
}
