use std::collections::HashSet;

use event::{Direction, GapReason, What};
use store::{EventQuery, Filter, Measure, Store};
use time::Duration;

use crate::database::Database;
use crate::sample::{
    NOON, came_in, cameras, correction, enter, events, gap, leave, observed, seconds, sighting, stream,
    went_out,
};

pub(crate) async fn every_event_comes_back_as_it_was(db: Database) {
    let store = db.open().await;
    let mut odd = sighting("ramp \"ß\" 🚗", seconds(-5.0), u64::MAX);
    odd.rule_version = u32::MAX;
    odd.confidence = 0.1 + 0.2;
    odd.inferred = true;
    odd.confirmed = seconds(0.7);
    let mut unknown = came_in("a", seconds(6.0), 6);
    unknown.other =
        serde_json::from_str(r#"{"sensor":"left \u0000 door","more":{"n":[1,2.5,null]}}"#).unwrap();
    unknown.model = None;
    let mut cut = leave("a", "queue", seconds(7.0), 12.345_678, 7);
    if let What::ZoneLeave(_, dwell) = &mut cut.what {
        dwell.interrupted = true;
    }
    let mut why = gap("a", seconds(8.5), seconds(20.0));
    if let What::Gap(gap) = &mut why.what {
        gap.reason = GapReason::Frozen;
        gap.detail = Some("3 corrupt packets".to_owned());
    }
    let mut kept = vec![
        stream("a").sighting(seconds(-5.0), What::PassedBy(Direction::Backward, odd.clone()), 0),
        stream("a").sighting(seconds(1.0), What::TurnedBack(sighting("door", seconds(1.0), 1)), 0),
        came_in("a", seconds(2.0), 2),
        went_out("a", seconds(3.0), 3),
        enter("a", "queue", seconds(4.0), 4),
        correction("a", "queue", seconds(5.0), i64::MIN, i64::MAX),
        unknown,
        cut,
        why,
    ];
    store.ingest(&kept).await.unwrap();
    // A watched stretch is a number, and no event of the list.
    store.ingest(&[observed("a", seconds(0.0), seconds(9.0))]).await.unwrap();
    kept.reverse();
    let page = store.events(&events(100)).await.unwrap();
    assert_eq!(page.events, kept);
    assert_eq!(page.next, None);
}

pub(crate) async fn pages_are_stable_while_events_come_in(db: Database) {
    let store = db.open().await;
    // Many at the same moment: time alone does not say where a page ended.
    let first: Vec<_> = (0..100).map(|n| came_in("a", seconds((n / 10) as f64), n)).collect();
    store.ingest(&first).await.unwrap();
    let (mut seen, mut query, mut track) = (Vec::new(), events(7), 1000);
    loop {
        let page = store.events(&query).await.unwrap();
        assert!(page.events.len() <= 7);
        seen.extend(page.events);
        let Some(next) = page.next else { break };
        // As an API hands it out and takes it back.
        query.after = Some(next.to_string().parse().unwrap());
        let newer: Vec<_> = (track..track + 5).map(|n| came_in("a", seconds(100.0), n)).collect();
        track += 5;
        store.ingest(&newer).await.unwrap();
    }
    assert_eq!(seen.len(), 100);
    assert_eq!(seen.iter().map(|event| event.id).collect::<HashSet<_>>().len(), 100);
    assert!(seen.is_sorted_by(|a, b| (a.time, a.id) > (b.time, b.id)));
    for limit in [0, Store::MAX_PAGE + 1] {
        assert!(store.events(&events(limit)).await.unwrap_err().to_string().contains("1 to 1000"));
    }
}

pub(crate) async fn gaps_that_overlap(db: Database) {
    let store = db.open().await;
    let all = [
        gap("a", seconds(-100.0), seconds(0.0)),
        gap("a", seconds(-10.0), seconds(1.0)),
        gap("a", seconds(20.0), seconds(30.0)),
        gap("b", seconds(-50.0), seconds(500.0)),
        gap("a", seconds(60.0), seconds(70.0)),
        came_in("a", seconds(30.0), 1),
    ];
    store.ingest(&all).await.unwrap();
    let query = EventQuery { from: NOON, until: NOON + Duration::minutes(1), ..events(10) };
    let starts =
        |page: store::Page| page.events.iter().map(|event| event.stream_time.as_secs()).collect::<Vec<_>>();
    assert_eq!(starts(store.gaps(&query).await.unwrap()), [20.0, -10.0, -50.0]);
    let of_b = EventQuery { filter: cameras(&["b"]), ..query };
    assert_eq!(starts(store.gaps(&of_b).await.unwrap()), [-50.0]);
}

pub(crate) async fn filters_of_events(db: Database) {
    let store = db.open().await;
    let all = [
        came_in("a", seconds(1.0), 1),
        went_out("a", seconds(2.0), 2),
        enter("b", "queue", seconds(3.0), 3),
        gap("b", seconds(4.0), seconds(5.0)),
    ];
    store.ingest(&all).await.unwrap();
    let find = |query: EventQuery| {
        let store = store.clone();
        async move { store.events(&query).await.unwrap().events }
    };
    let kinds = |kinds: &[Measure]| EventQuery { kinds: kinds.to_vec(), ..events(10) };
    assert_eq!(find(kinds(&[Measure::ZoneEnter])).await, all[2..3]);
    assert_eq!(find(kinds(&[Measure::Gap, Measure::ZoneEnter])).await.len(), 2);
    assert_eq!(find(EventQuery { filter: cameras(&["a"]), ..events(10) }).await.len(), 2);
    let rules = Filter { rules: vec!["queue".to_owned()], ..Filter::default() };
    assert_eq!(find(EventQuery { filter: rules, ..events(10) }).await, all[2..3]);
    let directions = Filter { directions: vec![Direction::Forward], ..Filter::default() };
    assert_eq!(find(EventQuery { filter: directions, ..events(10) }).await, all[0..1]);
    let until = NOON + Duration::seconds(2);
    assert_eq!(find(EventQuery { from: NOON + Duration::seconds(1), until, ..events(10) }).await, all[0..1]);
}

pub(crate) async fn time_is_accounted_for_by_what_was_watched_and_by_gaps(db: Database) {
    let store = db.open().await;
    let until = async || store.watched_until("a").await.unwrap();
    assert_eq!(until().await, None);
    // A program that is killed before it told what it watched leaves this: the gap begins with it.
    store.ingest(&[came_in("a", seconds(3.0), 1), came_in("a", seconds(5.0), 2)]).await.unwrap();
    assert_eq!(until().await, Some(NOON + Duration::seconds(3)));
    store
        .ingest(&[observed("a", seconds(0.0), seconds(10.0)), came_in("a", seconds(17.0), 3)])
        .await
        .unwrap();
    assert_eq!(until().await, Some(NOON + Duration::seconds(10)));
    store.ingest(&[gap("a", seconds(10.0), seconds(12.0))]).await.unwrap();
    assert_eq!(until().await, Some(NOON + Duration::seconds(12)));
}
