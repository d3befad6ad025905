//! What is kept says the same as the counter that saw it happen.

#![allow(clippy::unwrap_used, missing_docs)] // a helper of a test fails as the test does

use counting::{Counter, Frame, Rules, Summary};
use event::{Event, Gap, GapReason, Stream};
use observation::{Class, Detection, StreamDuration, StreamTime, TrackedDetection};
use paths::{Look, Paths};
use proptest::prelude::*;
use scene::{Scene, SceneConfig};
use time::{Duration, OffsetDateTime};
use tracking::{Tracker, TrackerSettings};

const ASPECT: f64 = 16.0 / 9.0;
const RULES: &str = "[[line]]\nname = \"door\"\npoints = [[0.05, 0.5], [0.95, 0.5]]\ncount = \"net\"\n\
                     [[line]]\nname = \"edge\"\npoints = [[0.04, 0.1], [0.04, 0.95]]\nanchor = \"centre\"\n\
                     [[zone]]\nname = \"hall\"\npoints = [[0.3, 0.5], [0.7, 0.5], [0.7, 0.9], [0.3, 0.9]]\n";

fn rules() -> Rules {
    Rules::from_toml(RULES).unwrap()
}

fn classes() -> Vec<String> {
    vec!["person".to_owned()]
}

fn calendar(time: StreamTime) -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::days(20_000) + Duration::microseconds(time.as_micros())
}

/// A camera that watches a scene, with every `lose`-th box missed, and a gap in its middle.
fn watched(seed: u64, lose: usize, with_gap: bool) -> (Paths, Vec<Event>, Summary) {
    let config = SceneConfig { seed, walkers: 12, duration: 90.0, fps: 5.0, ..SceneConfig::default() };
    let scene = Scene::generate(&config).unwrap();
    let start = calendar(StreamTime::ZERO);
    let stream = Stream { camera: "door".into(), epoch: "test".into(), model: None, start };
    let mut counter = Counter::new(stream, rules(), &classes(), ASPECT).unwrap();
    let mut tracker = Tracker::new(TrackerSettings::default(), ASPECT);
    let (mut kept, mut events, mut number) = (Paths::default(), Vec::new(), 0);
    kept.begin(ASPECT);
    let middle = scene.frame_count() / 2;
    for (index, (time, boxes)) in (0..).zip(scene.frames()) {
        if with_gap && index == middle {
            let gap = Gap {
                from: time + StreamDuration::from_secs(-0.2),
                until: time,
                reason: GapReason::Offline,
                detail: None,
            };
            tracker.reset();
            events.extend(counter.gap(gap.clone()));
            kept.cut(gap.from);
        }
        let mut found = Vec::new();
        for exact in boxes {
            number += 1;
            if number % lose != 0 {
                found.push(Detection { bbox: exact.bbox.clipped(), class: Class(0), confidence: 0.9 });
            }
        }
        let tracked = tracker.update(time, &found);
        let (seen, ended) = (&tracked.seen, &tracked.ended);
        events.extend(counter.update(&Frame { time, seen, ended }));
        let changes = counter.changes();
        kept.see(&Look { time, calendar: calendar(time), seen, ended, changes });
    }
    (kept, events, counter.summary())
}

/// What tells an event from others, but for its id: that is of another stream.
fn told(event: &Event) -> (String, Option<String>, i64, OffsetDateTime, Option<u64>) {
    let sighting = event.sighting();
    let rule = sighting.map(|sighting| sighting.rule.clone());
    let direction = event.direction().map_or("", event::Direction::as_str);
    let kind = format!("{} {direction}", event.kind());
    (kind, rule, event.stream_time.as_micros(), event.time, sighting.map(|sighting| sighting.track))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_rules_in_force_count_what_the_camera_counted(
        seed in 0u64..1000, lose in 3usize..12, with_gap: bool,
    ) {
        let (kept, events, summary) = watched(seed, lose, with_gap);
        let tried = kept.recent().count(rules(), &classes()).unwrap().unwrap();
        let counted: Vec<_> = events.iter().filter(|event| event.sighting().is_some()).map(told).collect();
        let again: Vec<_> = tried.happened.iter().map(|happened| told(&happened.event)).collect();
        // What the camera still holds back comes last.
        prop_assert_eq!(&again[..counted.len()], &counted[..]);
        prop_assert_eq!(&tried.summary.zones, &summary.zones);
        for happened in &tried.happened {
            let place = happened.place;
            prop_assert!((0.0..=1.0).contains(&place.x) && (0.0..=1.0).contains(&place.y), "{:?}", place);
            if happened.event.rule() == Some("door") && happened.event.kind() == "crossing" {
                prop_assert!((place.y - 0.5).abs() < 0.05, "{:?} lies on the line", place);
            }
        }
    }

    #[test]
    fn lines_are_placed_as_the_counter_says(seed in 0u64..1000, lose in 3usize..12, with_gap: bool) {
        let (kept, _, summary) = watched(seed, lose, with_gap);
        let ends = kept.ends(OffsetDateTime::UNIX_EPOCH);
        let placed = counting::placements(rules(), &classes(), ASPECT, &ends).unwrap();
        let counted: Vec<_> = summary.lines.iter().map(|line| summary.placement(line)).collect();
        prop_assert_eq!(placed, counted);
    }

    #[test]
    fn every_track_has_one_path_through_places_where_it_was(seed in 0u64..1000, lose in 3usize..12) {
        let (kept, _, _) = watched(seed, lose, false);
        let now = calendar(StreamTime::from_secs(3600.0));
        let walked = kept.between(now - Duration::HOUR, now, 1000);
        prop_assert_eq!(walked.left_out, 0);
        for path in &walked.paths {
            prop_assert!(path.steps.is_sorted_by(|a, b| a.time < b.time));
            prop_assert_eq!(path.steps[0].time, path.from);
            prop_assert_eq!(path.steps[path.steps.len() - 1].time, path.until);
        }
        let mut tracks: Vec<_> = walked.paths.iter().map(|path| path.track).collect();
        tracks.sort_unstable();
        tracks.dedup();
        prop_assert_eq!(tracks.len(), walked.paths.len());
    }
}

fn person(track: u64, time: StreamTime, x: f64) -> TrackedDetection {
    let bbox = observation::BBox::new(x - 0.02, 0.3, x + 0.02, 0.5);
    let detection = Detection { bbox, class: Class(0), confidence: 0.9 };
    TrackedDetection { track: observation::TrackId(track), time, detection }
}

#[test]
fn the_past_is_let_go_and_a_crowd_takes_no_more_room() {
    let mut kept = Paths::default();
    kept.begin(ASPECT);
    // A new track in each frame for two hours, then 200 people at once for ten minutes.
    for frame in 0..7200_u64 {
        let time = StreamTime::from_secs(frame as f64);
        let track = observation::TrackId(frame + 1);
        let changes =
            [counting::TrackChange::Born(track), counting::TrackChange::Died { track, height: 0.2 }];
        let (seen, ended) = ([person(track.0, time, 0.5)], [track]);
        kept.see(&Look { time, calendar: calendar(time), seen: &seen, ended: &ended, changes: &changes });
    }
    let now = calendar(StreamTime::from_secs(7200.0));
    let walked = kept.between(now - Duration::HOUR, now, 1000);
    assert_eq!((walked.paths.len(), walked.left_out), (1000, 500));
    assert_eq!(now - walked.from, Duration::seconds(1501), "older paths had to go");
    let tried = kept.recent().count(Rules::default(), &classes()).unwrap().unwrap();
    assert_eq!(tried.between.1 - tried.between.0, Duration::minutes(10));

    for frame in 0..3000_u64 {
        let time = StreamTime::from_secs(7200.0 + frame as f64 / 5.0);
        let seen: Vec<_> = (0..200).map(|track| person(10_000 + track, time, 0.3)).collect();
        kept.see(&Look { time, calendar: calendar(time), seen: &seen, ended: &[], changes: &[] });
    }
    let tried = kept.recent().count(Rules::default(), &classes()).unwrap().unwrap();
    assert_eq!(tried.between.1 - tried.between.0, Duration::seconds_f64(59.8), "60,000 observations");
}
