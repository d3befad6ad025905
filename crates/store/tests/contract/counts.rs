use event::{Direction, What};
use store::{Bucket, CountQuery, Error, Filter, GroupBy, Measure};
use time::Duration;

use crate::database::Database;
use crate::sample::{NOON, came_in, cameras, crossing, hours, observed, seconds, sighting, stream, went_out};

pub(crate) async fn filters_and_groups(db: Database) {
    let store = db.open().await;
    let mut bus = sighting("road", seconds(10.0), 9);
    bus.class = "bus".to_owned();
    let events = [
        came_in("a", seconds(1.0), 1),
        came_in("a", seconds(2.0), 2),
        went_out("a", seconds(3.0), 3),
        crossing("a", "gate", Direction::Forward, seconds(4.0), 4),
        came_in("b", seconds(5.0), 5),
        stream("b").sighting(seconds(10.0), What::Crossing(Direction::Forward, bus), 0),
        stream("b").sighting(seconds(11.0), What::TurnedBack(sighting("door", seconds(11.0), 6)), 0),
    ];
    store.ingest(&events).await.unwrap();

    let count = |filter: Filter, measure| {
        let store = store.clone();
        async move {
            let counts = store.counts(&CountQuery { filter, measure, ..hours(1) }).await.unwrap();
            counts.groups.iter().map(|group| group.counts[0]).sum::<u64>()
        }
    };
    let names = |name: &str| vec![name.to_owned()];
    assert_eq!(count(Filter::default(), Measure::Crossing).await, 6);
    assert_eq!(count(Filter::default(), Measure::TurnedBack).await, 1);
    assert_eq!(count(cameras(&["a"]), Measure::Crossing).await, 4);
    assert_eq!(count(Filter { rules: names("door"), ..Filter::default() }, Measure::Crossing).await, 4);
    assert_eq!(count(Filter { rules: names("door"), ..cameras(&["b"]) }, Measure::Crossing).await, 1);
    assert_eq!(count(Filter { classes: names("bus"), ..Filter::default() }, Measure::Crossing).await, 1);
    let backward = Filter { directions: vec![Direction::Backward], ..Filter::default() };
    assert_eq!(count(backward, Measure::Crossing).await, 1);

    let groups = |group: Vec<GroupBy>| {
        let store = store.clone();
        async move {
            let counts = store.counts(&CountQuery { group, ..hours(1) }).await.unwrap();
            let keys = counts.groups.into_iter().map(|group| {
                let key = group.key;
                let direction = key.direction.map(|direction| direction.as_str().to_owned());
                let parts = [key.camera, key.rule, key.class, direction];
                (parts.into_iter().flatten().collect::<Vec<_>>().join("/"), group.counts[0])
            });
            keys.collect::<Vec<_>>()
        }
    };
    let is = |key: &str, count| (key.to_owned(), count);
    assert_eq!(groups(vec![GroupBy::Camera]).await, [is("a", 4), is("b", 2)]);
    let rules = groups(vec![GroupBy::Rule]).await;
    assert_eq!(rules, [is("a/door", 3), is("a/gate", 1), is("b/door", 1), is("b/road", 1)]);
    assert_eq!(groups(vec![GroupBy::Class]).await, [is("bus", 1), is("person", 5)]);
    assert_eq!(groups(vec![GroupBy::Direction]).await, [is("forward", 5), is("backward", 1)]);
    let both = groups(vec![GroupBy::Class, GroupBy::Camera]).await;
    assert_eq!(both, [is("a/person", 4), is("b/bus", 1), is("b/person", 1)]);
}

pub(crate) async fn nobody_came_and_nobody_looked_are_different(db: Database) {
    let store = db.open().await;
    // Watched for two hours, from half past twelve on; nobody came in the second.
    let watched = (0..120).map(|minute| {
        let from = 1800.0 + f64::from(minute) * 60.0;
        observed("a", seconds(from), seconds(from + 60.0))
    });
    let mut events: Vec<_> = watched.collect();
    events.push(came_in("a", seconds(2000.0), 1));
    events.push(observed("b", seconds(0.0), seconds(90.0)));
    store.ingest(&events).await.unwrap();

    let of_a = CountQuery { filter: cameras(&["a"]), ..hours(4) };
    let counts = store.counts(&of_a).await.unwrap();
    assert_eq!(counts.groups[0].counts, [1, 0, 0, 0]);
    assert_eq!(counts.groups[0].observed_s, [1800.0, 3600.0, 1800.0, 0.0]);
    assert_eq!(counts.groups[0].cameras, 1);

    let both = store.counts(&hours(1)).await.unwrap();
    assert_eq!((both.groups[0].observed_s[0], both.groups[0].cameras), (1890.0, 2));
    // A camera that was watched has its group, counted or not.
    let each = store.counts(&CountQuery { group: vec![GroupBy::Camera], ..hours(1) }).await.unwrap();
    assert_eq!(each.groups.len(), 2);
    assert_eq!((each.groups[1].counts[0], each.groups[1].observed_s[0]), (0, 90.0));
    // And nothing at all is an answer too.
    let none = store.counts(&CountQuery { filter: cameras(&["c"]), ..hours(2) }).await.unwrap();
    assert_eq!((&none.groups[0].counts[..], &none.groups[0].observed_s[..]), (&[0, 0][..], &[0.0, 0.0][..]));

    let minutes = CountQuery { bucket: Bucket::FiveMinutes, filter: cameras(&["a"]), ..hours(1) };
    let minutes = store.counts(&minutes).await.unwrap();
    assert_eq!(minutes.groups[0].observed_s, [[0.0; 6], [300.0; 6]].concat());
    assert_eq!(minutes.groups[0].counts, [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
}

pub(crate) async fn watched_twice_at_once_is_watched_once(db: Database) {
    let store = db.open().await;
    // A second worker took the camera over before the first was gone.
    let mut other = stream("a");
    other.epoch = "f".to_owned();
    let twice = other.observed(event::Observed { from: seconds(0.0), until: seconds(3600.0) });
    store.ingest(&[observed("a", seconds(0.0), seconds(3600.0)), twice]).await.unwrap();
    assert_eq!(store.counts(&hours(1)).await.unwrap().groups[0].observed_s, [3600.0]);
}

pub(crate) async fn late_events_land_in_their_bucket(db: Database) {
    let store = db.open().await;
    store.ingest(&[came_in("a", seconds(7300.0), 2)]).await.unwrap();
    store.ingest(&[came_in("a", seconds(3599.9), 1)]).await.unwrap();
    store.ingest(&[came_in("a", seconds(3600.0), 3)]).await.unwrap();
    assert_eq!(store.counts(&hours(3)).await.unwrap().groups[0].counts, [1, 1, 1]);
}

pub(crate) async fn what_cannot_be_answered_is_said(db: Database) {
    let store = db.open().await;
    let backward = CountQuery { until: NOON - Duration::hours(1), ..hours(1) };
    let years = CountQuery { until: NOON + Duration::days(4000), bucket: Bucket::Minute, ..hours(1) };
    let no_count = CountQuery { measure: Measure::Gap, ..hours(1) };
    for (query, says) in [(backward, "after"), (years, "buckets"), (no_count, "`gap`")] {
        let error = store.counts(&query).await.unwrap_err();
        assert!(matches!(error, Error::Request(_)) && error.to_string().contains(says), "{error}");
    }
}

pub(crate) async fn an_answer_that_is_kept_has_what_came_in_since(db: Database) {
    let store = db.open().await;
    store.keep_answers();
    let count = || async {
        let counts = store.counts(&hours(1)).await.unwrap();
        (counts.groups[0].counts[0], counts.groups[0].observed_s[0])
    };
    for number in 0..20 {
        store.clone().ingest(&[came_in("a", seconds(number as f64), number)]).await.unwrap();
        assert_eq!((count().await.0, count().await.0), (number + 1, number + 1));
    }
    store.ingest(&[observed("a", seconds(0.0), seconds(60.0))]).await.unwrap();
    assert_eq!(count().await, (20, 60.0));
    // Behind its back: the answer is the one that was kept, and for a second at most.
    db.sql("DELETE FROM quarters; DELETE FROM minutes").await;
    let mut after = count().await;
    for _ in 0..40 {
        if after.0 == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        after = count().await;
    }
    assert_eq!(after, (0, 0.0));
}
