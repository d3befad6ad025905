//! Where people walk, and rules that are tried on it.

use std::sync::Arc;

use access::Role;
use axum::http::{Method, StatusCode};
use counting::TrackChange;
use observation::{BBox, Class, Detection, StreamTime, TrackId, TrackedDetection};
use paths::Look;
use serde_json::{Value, json};
use time::Duration;

use super::Model;
use super::tests::{at_north, line};
use crate::testing::{Fixture, NOON, admin, viewer};

/// The fixture's clock shows this.
const NOW: time::OffsetDateTime = NOON.saturating_add(Duration::minutes(30));

/// A minute in which people walk down the picture of `north-door`, one after the other, over its line in the middle.
/// Every one is first seen at `begin`, a share of the picture's height.
async fn walked(begin: f64) -> Fixture {
    let fixture = Fixture::new().await;
    let classes = vec!["person".to_owned(), "car".to_owned()];
    fixture.app.registry.know_classes(classes.clone());
    let model = Model { id: "test".to_owned(), classes, counted: vec!["person".to_owned()] };
    fixture.app.model.get_or_init(|| model);
    let camera = fixture.app.cameras.get("north-door").unwrap();
    let rules = fixture.app.registry.rules("north-door", None).await.unwrap().rules;
    camera.put_in_force(Arc::new(rules));
    let mut paths = camera.paths();
    paths.begin(16.0 / 9.0);
    for frame in 0..300_u32 {
        let (walker, step) = (u64::from(frame / 30), f64::from(frame % 30) / 29.0);
        let time = StreamTime::from_secs(f64::from(frame) / 5.0);
        let foot = begin + (0.95 - begin) * step;
        let bbox = BBox::new(0.48, foot - 0.1, 0.52, foot);
        let track = TrackId(walker + 1);
        let detection = Detection { bbox, class: Class(0), confidence: 0.9 };
        let seen = [TrackedDetection { track, time, detection }];
        let (changes, ended) = match frame % 30 {
            0 => (vec![TrackChange::Born(track)], vec![]),
            29 => (vec![TrackChange::Died { track, height: 0.1 }], vec![track]),
            _ => (vec![], vec![]),
        };
        let calendar = NOW - Duration::minutes(1) + Duration::microseconds(time.as_micros());
        paths.see(&Look { time, calendar, seen: &seen, ended: &ended, changes: &changes });
    }
    drop(paths);
    fixture
}

const TRACKS: &str = "/cameras/north-door/tracks";
const PLACEMENT: &str = "/cameras/north-door/placement";
const TRY: &str = "/cameras/north-door/rules/try";

async fn asked(fixture: &Fixture, path: &str) -> Value {
    let answer = fixture.ask(viewer(), Method::GET, path, None, Value::Null).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.json());
    answer.json()
}

#[tokio::test]
async fn the_last_hours_tracks_are_told_with_their_ends() {
    let fixture = walked(0.1).await;
    let all = asked(&fixture, TRACKS).await;
    let tracks = all["tracks"].as_array().unwrap();
    assert_eq!((tracks.len(), &all["left_out"]), (10, &json!(0)));
    assert_eq!(all["from"], "2026-11-23T12:29:00Z", "nothing was kept before");
    let first = &tracks[0];
    assert_eq!((&first["track"], &first["class"]), (&json!(1), &json!("person")));
    assert_eq!((&first["born"], &first["died"]), (&json!([0.5, 0.1]), &json!([0.5, 0.95])));
    let points = first["points"].as_array().unwrap();
    assert_eq!((&points[0], &points[points.len() - 1]), (&json!([0.0, 0.5, 0.1]), &json!([5.8, 0.5, 0.95])));

    let newest = asked(&fixture, &format!("{TRACKS}?limit=2")).await;
    assert_eq!((&newest["tracks"][1]["track"], &newest["left_out"]), (&json!(10), &json!(8)));
    let some = format!("{TRACKS}?from=2026-11-23T12:29:07Z&until=2026-11-23T12:29:13Z");
    let some = asked(&fixture, &some).await;
    let numbers: Vec<_> = some["tracks"].as_array().unwrap().iter().map(|track| &track["track"]).collect();
    assert_eq!(numbers, [2, 3]);
    let long_ago =
        asked(&fixture, &format!("{TRACKS}?from=2020-01-01T00:00:00Z&until=2020-01-02T00:00:00Z")).await;
    assert_eq!(long_ago["tracks"], json!([]));
    let backwards = format!("{TRACKS}?from=2026-11-23T12:29:07Z&until=2026-11-23T12:29:07Z");
    let refused = fixture.ask(viewer(), Method::GET, &backwards, None, Value::Null).await;
    assert_eq!(refused.code(), "bad_question");
    let unseen =
        fixture.ask(admin(), Method::GET, "/cameras/south-door/tracks", None, Value::Null).await.json();
    assert_eq!((&unseen["aspect"], &unseen["tracks"]), (&Value::Null, &json!([])));
}

#[tokio::test]
async fn a_line_where_people_appear_is_told_to_be_moved() {
    let good = asked(&walked(0.1).await, PLACEMENT).await;
    assert_eq!((&good["tracks"], &good["lines"][0]["born_near"]), (&json!(10), &json!(0)));
    assert_eq!(good["lines"][0]["advice"], Value::Null);
    let bad = asked(&walked(0.45).await, PLACEMENT).await;
    let line = &bad["lines"][0];
    assert_eq!(
        (&line["line"], &line["born_near"], &line["died_near"]),
        (&json!("door"), &json!(10), &json!(0))
    );
    assert_eq!(line["advice"]["code"], "tracks_begin_near");
    assert!(line["advice"]["text"].as_str().unwrap().contains("move it"), "{line}");
    assert!(line["share"]["low"].as_f64().unwrap() > 0.05);
}

#[tokio::test]
async fn rules_are_tried_on_what_was_kept_and_nothing_is_changed() {
    let fixture = walked(0.1).await;
    let before = fixture.get("/api/v1/cameras/north-door/rules").await;
    let mut rules = line("gate");
    rules["zone"] = json!([{"name": "hall", "points": [[0.3, 0.6], [0.7, 0.6], [0.7, 0.9], [0.3, 0.9]]}]);
    let tried = fixture.ask(at_north(Role::Operator), Method::POST, TRY, None, rules.clone()).await.json();
    assert_eq!((&tried["from"], &tried["tracks"]), (&json!("2026-11-23T12:29:00Z"), &json!(10)));
    let gate = &tried["lines"][0];
    assert_eq!((&gate["line"], &gate["forward"], &gate["backward"]), (&json!("gate"), &json!(10), &json!(0)));
    assert_eq!((&tried["zones"][0]["entered"], &tried["zones"][0]["left"]), (&json!(10), &json!(9)));
    let events = tried["events"].as_array().unwrap();
    let first = events.iter().find(|event| event["kind"] == "crossing").unwrap();
    assert_eq!(
        (&first["rule"], &first["direction"], &first["track"]),
        (&json!("gate"), &json!("forward"), &json!(1))
    );
    assert_eq!(first["place"], json!([0.5, 0.5]), "on the line");
    let enters = events.iter().find(|event| event["kind"] == "zone_enter").unwrap();
    assert_eq!(enters["direction"], Value::Null);
    assert_eq!(fixture.get("/api/v1/cameras/north-door/rules").await.bytes, before.bytes);

    rules["line"][0]["points"] = json!([[0.1, 0.15], [0.9, 0.15]]);
    let early = fixture.ask(at_north(Role::Operator), Method::POST, TRY, None, rules).await.json();
    assert_eq!(early["lines"][0]["advice"]["code"], "tracks_begin_near", "it is said before it is saved");
}

#[tokio::test]
async fn what_cannot_be_put_in_force_cannot_be_tried() {
    let fixture = walked(0.1).await;
    let mut unknown = line("gate");
    unknown["line"][0]["classes"] = json!(["unicorn"]);
    let outside = json!({"line": [{"name": "gate", "points": [[0.1, 0.5], [7.0, 0.5]]}]});
    for (rules, code) in [
        (unknown, "not_valid"),
        (outside, "not_valid"),
        (json!({"lines": []}), "bad_body"),
        (json!({"line": [{"name": "gate"}]}), "bad_body"),
    ] {
        let refused = fixture.ask(at_north(Role::Operator), Method::POST, TRY, None, rules.clone()).await;
        assert_eq!(refused.code(), code, "{rules}");
    }
    let nothing =
        fixture.ask(admin(), Method::POST, "/cameras/south-door/rules/try", None, line("gate")).await;
    let nothing = nothing.json();
    assert_eq!((&nothing["from"], &nothing["lines"][0]["forward"]), (&Value::Null, &json!(0)));
}
