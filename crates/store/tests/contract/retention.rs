use store::{Bucket, CountQuery, Deleted, Retention};
use time::Duration;

use crate::database::Database;
use crate::sample::{NOON, came_in, cameras, events, gap, hours, observed, seconds};

const NONE: Retention =
    Retention { events: None, observed: None, minutes: None, quarters: None, heat_maps: None };

pub(crate) async fn old_data_goes_and_does_not_come_back(db: Database) {
    let store = db.open().await;
    let old: Vec<_> = (0..6000).map(|n| came_in("a", seconds(n as f64), n)).collect();
    let new = came_in("a", seconds(90_000.0), 9999);
    // It began before the horizon and ended after it.
    let over = gap("a", seconds(5000.0), seconds(80_000.0));
    store.ingest(&old).await.unwrap();
    store.ingest(&[new.clone(), over]).await.unwrap();
    let counts = store.counts(&hours(30)).await.unwrap();

    let retention = Retention { events: Some(Duration::hours(20)), ..NONE };
    let now = NOON + Duration::hours(40);
    let deleted = store.retain(&retention, now).await.unwrap();
    assert_eq!(deleted, Deleted { events: 6000, ..Deleted::default() });
    assert_eq!(store.events(&events(10)).await.unwrap().events.len(), 2);
    // The numbers stay; and who delivers the events again changes nothing.
    let again = store.ingest(&old).await.unwrap();
    assert_eq!((again.stored, again.repeated, again.expired), (0, 0, 6000));
    assert_eq!(store.ingest(&[new]).await.unwrap().repeated, 1);
    assert_eq!(store.counts(&hours(30)).await.unwrap(), counts);
    // Not even when more is kept from now on.
    let longer = Retention { events: Some(Duration::days(300)), ..NONE };
    assert_eq!(store.retain(&longer, now).await.unwrap(), Deleted::default());
    assert_eq!(store.ingest(&old[..1]).await.unwrap().expired, 1);
    // Weeks whose events are gone cannot be compared.
    let recount = store.recount(NOON - Duration::days(20), NOON + Duration::days(20), true).await.unwrap();
    assert_eq!(recount.weeks, 0);
    assert_eq!(store.counts(&hours(30)).await.unwrap(), counts);
}

pub(crate) async fn each_kind_has_its_own(db: Database) {
    let store = db.open().await;
    let week = seconds(8.0 * 86_400.0);
    let all = [
        came_in("a", seconds(0.0), 1),
        came_in("a", week, 2),
        observed("a", seconds(0.0), seconds(60.0)),
        observed("a", week, week + observation::StreamDuration::from_secs(60.0)),
    ];
    store.ingest(&all).await.unwrap();
    let heat = store::Heat { width: 1, height: 1, cells: vec![1] };
    let part = store::HeatPart { id: uuid::Uuid::from_u128(1), camera: "a".to_owned(), hour: NOON, heat };
    store.add_heat(&part).await.unwrap();

    let now = NOON + Duration::days(9);
    let day = Some(Duration::days(2));
    let deleted =
        store.retain(&Retention { observed: day, minutes: day, heat_maps: day, ..NONE }, now).await.unwrap();
    assert_eq!(deleted, Deleted { observed: 1, minutes: 2, heat_maps: 1, ..Deleted::default() });
    assert!(!store.add_heat(&part).await.unwrap());
    assert!(store.heat("a", NOON, now).await.unwrap().is_empty());
    let again = store.ingest(&all).await.unwrap();
    assert_eq!((again.expired, again.repeated), (1, 3));

    // An event that is late, but not too late: its minute is gone, its hour is not.
    store.ingest(&[came_in("a", seconds(1.0), 3)]).await.unwrap();
    let minutes = CountQuery { bucket: Bucket::Minute, until: NOON + Duration::minutes(1), ..hours(1) };
    let minutes = store.counts(&minutes).await.unwrap();
    assert_eq!(minutes.groups[0].counts, [0]);
    assert_eq!(minutes.kept_since, Some(NOON + Duration::days(7)));
    let hour = store.counts(&hours(1)).await.unwrap();
    assert_eq!((&hour.groups[0].counts[..], hour.kept_since), (&[2][..], None));
    assert_eq!(hour.groups[0].observed_s, [60.0]);
    let recount = store.recount(NOON - Duration::days(20), now, false).await.unwrap();
    assert_eq!(recount.different, 0, "{:?}", recount.differences);

    let deleted = store.retain(&Retention { quarters: Some(Duration::ZERO), ..NONE }, now).await.unwrap();
    assert_eq!(deleted.quarters, 2);
    let rest = store.counts(&CountQuery { filter: cameras(&["a"]), ..hours(1) }).await.unwrap();
    assert_eq!(rest.groups[0].counts, [0]);
    assert!(rest.kept_since.is_some());
}
