//! What the store says of rules.

use std::collections::BTreeMap;

use alerts::{CameraState, Condition, Counted, Reading, Readings, Side, Site, StoreReadings, Threshold};
use event::Event;
use store::{Settings, Store};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::setting::{START, rule};

fn time(moment: OffsetDateTime) -> String {
    moment.format(&Rfc3339).unwrap()
}

fn observed(from: OffsetDateTime, until: OffsetDateTime) -> Event {
    let (id, from, until) =
        (Uuid::new_v5(&Uuid::NAMESPACE_OID, time(from).as_bytes()), time(from), time(until));
    Event::from_json(&format!(
        r#"{{"id":"{id}","kind":"observed","camera":"entrance","stream_time_s":0,"time":"{from}","from":"{from}","until":"{until}"}}"#
    ))
    .unwrap()
}

fn crossing(at: OffsetDateTime, number: u32) -> Event {
    let (id, at) = (Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{at} {number}").as_bytes()), time(at));
    Event::from_json(&format!(
        r#"{{"id":"{id}","kind":"crossing","camera":"entrance","rule":"door","rule_version":1,"direction":"forward",
        "class":"person","confidence":0.9,"stream_time_s":1.0,"time":"{at}","track":1}}"#
    ))
    .unwrap()
}

async fn readings(address: &str, state: CameraState) -> (Store, StoreReadings) {
    let store = Store::open(address, &Settings::default()).await.unwrap();
    let mut readings = StoreReadings::new(store.clone());
    let cameras = BTreeMap::from([("entrance".to_owned(), state)]);
    let site = Site { time_zone: "Europe/Berlin".to_owned(), entrances: vec![], reset_hour: 4, cameras };
    readings.see(BTreeMap::from([("main".to_owned(), site)]));
    (store, readings)
}

fn counting(side: Side, limit: f64) -> alerts::Rule {
    let threshold = Threshold { side, limit, clear: None };
    let condition = Condition::Count { counted: Counted::default(), window_min: 10, threshold };
    alerts::Rule { condition, ..rule("count", &[]) }
}

async fn read(readings: &mut StoreReadings, rule: &alerts::Rule, now: OffsetDateTime) -> Vec<Reading> {
    readings.read(rule, now).await.unwrap().into_iter().map(|(_, reading)| reading).collect()
}

pub(crate) async fn what_nobody_watched_is_not_known(address: &str) {
    let (store, mut readings) = readings(address, CameraState::Offline).await;
    let (few, many) = (counting(Side::Below, 3.0), counting(Side::Above, 3.0));
    assert_eq!(read(&mut readings, &few, START).await, [Reading::Unknown]);
    // Five came, and half of the time was watched: that is too many for sure, and not too few for sure.
    let mut events: Vec<_> = (0..5).map(|number| crossing(START - Duration::minutes(3), number)).collect();
    events.push(observed(START - Duration::minutes(5), START));
    store.ingest(&events).await.unwrap();
    assert_eq!(read(&mut readings, &many, START).await, [Reading::Value(5.0)]);
    assert_eq!(read(&mut readings, &few, START).await, [Reading::Unknown]);
    // Watched all the time, and nobody came for the last while: known.
    store.ingest(&[observed(START, START + Duration::minutes(20))]).await.unwrap();
    assert_eq!(read(&mut readings, &few, START + Duration::minutes(20)).await, [Reading::Value(0.0)]);

    let offline = alerts::Rule { condition: Condition::Offline { cameras: vec![] }, ..rule("offline", &[]) };
    let frozen = alerts::Rule { condition: Condition::Frozen { cameras: vec![] }, ..rule("frozen", &[]) };
    assert_eq!(read(&mut readings, &offline, START).await, [Reading::Value(1.0)]);
    assert_eq!(read(&mut readings, &frozen, START).await, [Reading::Unknown], "nobody can know");
}

pub(crate) async fn an_hour_is_compared_with_the_same_hours(address: &str) {
    let (store, mut readings) = readings(address, CameraState::Counting).await;
    let condition = Condition::Unusual { counted: Counted::default(), deviations: 4.0, weeks: 8 };
    let rule = alerts::Rule { condition, ..rule("unusual", &[]) };
    let hour = START - Duration::hours(1);
    // Clocks in Berlin were set back on 25 October: 8 o'clock was an hour earlier in UTC before that.
    let same_hour = |weeks: i64| match weeks {
        0..=4 => hour - Duration::weeks(weeks),
        _ => hour - Duration::weeks(weeks) - Duration::hours(1),
    };
    let watched = |from: OffsetDateTime, count: u32| {
        let mut events: Vec<_> =
            (0..count).map(|number| crossing(from + Duration::minutes(30), number)).collect();
        events.push(observed(from, from + Duration::hours(1)));
        events
    };
    // This hour was watched, three earlier ones too: too few to say anything.
    let now = START + Duration::minutes(3);
    store.ingest(&watched(hour, 40)).await.unwrap();
    for weeks in 1..=3 {
        store.ingest(&watched(same_hour(weeks), 20)).await.unwrap();
    }
    assert_eq!(read(&mut readings, &rule, now).await, [Reading::Unknown]);
    // Five more, and one in which nobody watched, with nobody counted: it does not count as zero.
    for weeks in 5..=8 {
        store.ingest(&watched(same_hour(weeks), 20)).await.unwrap();
    }
    let (_, mut anew) = self::readings(address, CameraState::Counting).await;
    let [Reading::Value(deviations)] = read(&mut anew, &rule, now).await[..] else { panic!("it is known") };
    // |40 - 20| / sqrt(20)
    assert!((deviations - 4.472).abs() < 0.001, "{deviations}");
    // Two minutes after the full hour its last events may still be on their way.
    assert_eq!(
        read(&mut anew, &rule, START + Duration::hours(1) + Duration::minutes(1)).await,
        [Reading::Value(deviations)]
    );
    // The next hour was not watched: nothing is said of it.
    assert_eq!(
        read(&mut anew, &rule, START + Duration::hours(1) + Duration::minutes(3)).await,
        [Reading::Unknown]
    );
}
