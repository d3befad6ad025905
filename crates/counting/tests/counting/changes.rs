//! What happens to counts when the rules change, or the pictures stop, in the middle of counting.

use std::collections::HashSet;

use counting::{Counter, Frame, RuleError, Rules};
use event::{Event, Stream, What};
use observation::{BBox, Class, Detection, StreamTime, TrackId, TrackedDetection};
use proptest::prelude::*;

use crate::walker::{ASPECT, HEIGHT};

/// A line across the middle of the picture.
fn door(version: u32, y: f64) -> String {
    format!("[[line]]\nname = \"door\"\nversion = {version}\npoints = [[0.05, {y}], [0.95, {y}]]\n")
}

/// A zone of the picture's lower part.
fn hall(version: u32, top: f64) -> String {
    let corners = format!("[[0.05, {top}], [0.95, {top}], [0.95, 0.98], [0.05, 0.98]]");
    format!("[[zone]]\nname = \"hall\"\nversion = {version}\npoints = {corners}\n")
}

fn rules(text: &str) -> Rules {
    Rules::from_toml(text).unwrap()
}

fn counter(text: &str) -> Counter {
    let stream = Stream {
        camera: "test".into(),
        epoch: "test".into(),
        model: None,
        start: time::OffsetDateTime::UNIX_EPOCH,
    };
    Counter::new(stream, rules(text), &["person".into()], ASPECT).unwrap()
}

/// One frame with these tracks' feet.
fn frame(counter: &mut Counter, seconds: f64, feet: &[(u64, f64, f64)], ended: &[u64]) -> Vec<Event> {
    let time = StreamTime::from_secs(seconds);
    let seen: Vec<TrackedDetection> = feet
        .iter()
        .map(|&(track, x, y)| {
            let bbox = BBox::new(x - 0.02, y - HEIGHT, x + 0.02, y);
            let detection = Detection { bbox, class: Class(0), confidence: 0.9 };
            TrackedDetection { track: TrackId(track), time, detection }
        })
        .collect();
    let ended: Vec<TrackId> = ended.iter().map(|id| TrackId(*id)).collect();
    counter.update(&Frame { time, seen: &seen, ended: &ended })
}

/// The kind of an event, and the track that made it.
fn told(events: &[Event]) -> Vec<(&'static str, u64)> {
    events.iter().map(|event| (event.kind(), event.sighting().map_or(0, |sighting| sighting.track))).collect()
}

/// Where the pacing walker `track` is, in a picture that is crossed in four seconds.
fn pacing(track: u64, seconds: f64) -> (u64, f64, f64) {
    let phase = (seconds / 4.0 + track as f64 * 0.17).rem_euclid(2.0);
    (track, 0.15 * track as f64, 0.2 + 0.75 * phase.min(2.0 - phase))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_rule_that_is_not_changed_counts_as_if_nothing_had_been(change in 1usize..200, back in 1usize..100) {
        let (mut kept, mut edited) = (counter(&(door(1, 0.5) + &hall(1, 0.6))), counter(&(door(1, 0.5) + &hall(1, 0.6))));
        let (mut of_kept, mut of_edited) = (Vec::new(), Vec::new());
        for i in 0..300 {
            let seconds = i as f64 / 10.0;
            if i == change {
                of_edited.extend(edited.change_rules(rules(&(hall(2, 0.4) + &door(1, 0.5)))).unwrap());
            }
            if i == change + back {
                of_edited.extend(edited.change_rules(rules(&door(1, 0.5))).unwrap());
            }
            let feet: Vec<_> = (1..=4).map(|track| pacing(track, seconds)).collect();
            of_kept.extend(frame(&mut kept, seconds, &feet, &[]));
            of_edited.extend(frame(&mut edited, seconds, &feet, &[]));
        }
        of_kept.extend(kept.finish());
        of_edited.extend(edited.finish());
        let at_door = |events: &[Event]| -> Vec<Event> {
            events.iter().filter(|event| event.rule() == Some("door")).cloned().collect()
        };
        prop_assert!(at_door(&of_kept).len() > 10);
        prop_assert_eq!(at_door(&of_kept), at_door(&of_edited));
        prop_assert_eq!(&kept.summary().lines[0], &edited.summary().lines[0]);
    }

    #[test]
    fn no_id_is_made_twice_whatever_is_changed(
        edits in prop::collection::vec((1usize..20, 1u32..5, 1u32..5, 0usize..3, any::<bool>()), 1..12),
    ) {
        let mut counter = counter(&(door(1, 0.5) + &hall(1, 0.6)));
        let mut events = Vec::new();
        let mut edits = edits.into_iter();
        let mut due = edits.next();
        let mut frames = 0;
        for i in 0..300 {
            let seconds = i as f64 / 10.0;
            if let Some((wait, of_door, of_hall, place, with_hall)) = due {
                frames += 1;
                if frames >= wait {
                    let y = [0.45, 0.5, 0.55][place];
                    let hall = if with_hall { hall(of_hall, y + 0.1) } else { String::new() };
                    // What may not be is refused, and changes nothing.
                    events.extend(counter.change_rules(rules(&(door(of_door, y) + &hall))).unwrap_or_default());
                    (due, frames) = (edits.next(), 0);
                }
            }
            let feet: Vec<_> = (1..=4).map(|track| pacing(track, seconds)).collect();
            events.extend(frame(&mut counter, seconds, &feet, &[]));
        }
        events.extend(counter.finish());
        let ids: HashSet<_> = events.iter().map(|event| event.id).collect();
        prop_assert_eq!(ids.len(), events.len());
    }
}

#[test]
fn a_changed_line_begins_anew() {
    // Before the line when it changes: counted, as the new version. On it: where it came from is not known.
    for (changed_at, crossings, unknown) in [(4, 1, 0), (16, 0, 1)] {
        let mut counter = counter(&door(1, 0.5));
        let mut events = Vec::new();
        for i in 0..40 {
            if i == changed_at {
                counter.change_rules(rules(&door(2, 0.501))).unwrap();
            }
            events.extend(frame(
                &mut counter,
                f64::from(i) / 10.0,
                &[(1, 0.5, 0.35 + 0.01 * f64::from(i))],
                &[],
            ));
        }
        assert_eq!(told(&events).len(), crossings, "changed at frame {changed_at}");
        assert!(events.iter().all(|event| event.sighting().unwrap().rule_version == 2));
        assert_eq!(counter.summary().lines[0].origin_unobserved, unknown);
    }
}

#[test]
fn stays_in_a_zone_that_is_taken_out_end_once_also_of_a_stitched_track() {
    let mut counter = counter(&hall(1, 0.5));
    let mut events = Vec::new();
    for i in 0..20 {
        events.extend(frame(&mut counter, f64::from(i) / 10.0, &[(1, 0.5, 0.8)], &[]));
    }
    events.extend(frame(&mut counter, 2.0, &[], &[1]));
    for i in 21..40 {
        events.extend(frame(&mut counter, f64::from(i) / 10.0, &[(2, 0.5, 0.8)], &[]));
        if i == 30 {
            // The first track is still remembered; the second goes on with its stay.
            events.extend(counter.change_rules(rules(&door(1, 0.5))).unwrap());
        }
    }
    events.extend(counter.finish());
    assert_eq!(told(&events), [("zone_enter", 1), ("zone_leave", 2)]);
    let What::ZoneLeave(_, dwell) = &events[1].what else { panic!("{events:?}") };
    assert!(dwell.interrupted && (dwell.seconds - 3.0).abs() < 0.01, "{dwell:?}");
}

#[test]
fn a_version_that_was_used_is_refused_and_then_nothing_is_changed() {
    let mut counter = counter(&(door(1, 0.5) + &hall(3, 0.6)));
    let mut change = |text: &str| counter.change_rules(rules(text));
    let refused = |name: &str, version| RuleError::SameVersion { name: name.into(), version };
    assert_eq!(change(&(door(1, 0.6) + &hall(3, 0.6))), Err(refused("door", 1)));
    assert_eq!(change(&(door(1, 0.5) + &hall(3, 0.7))), Err(refused("hall", 3)));
    assert_eq!(change(&(door(2, 0.5) + &hall(2, 0.7))), Err(refused("hall", 2)), "an older one");
    assert_eq!(change(&(door(1, 0.5) + &hall(3, 0.6))), Ok(Vec::new()), "nothing was changed by those");
    assert_eq!(change(&door(1, 0.5)), Ok(Vec::new()));
    assert_eq!(change(&(door(1, 0.5) + &hall(3, 0.6))), Err(refused("hall", 3)), "taken out and back");
    assert_eq!(change(&(door(1, 0.5) + &hall(4, 0.6))), Ok(Vec::new()));
}

#[test]
fn a_stay_ends_where_the_picture_began_to_stand_still_though_that_was_noticed_later() {
    let mut counter = counter(&hall(1, 0.5));
    let mut events = Vec::new();
    for i in 0..100 {
        events.extend(frame(&mut counter, f64::from(i) / 10.0, &[(1, 0.5, 0.8)], &[]));
    }
    events.extend(counter.interrupt(StreamTime::from_secs(4.0)));
    let What::ZoneLeave(sighting, dwell) = &events[1].what else { panic!("{events:?}") };
    assert_eq!((dwell.seconds, dwell.interrupted), (4.0, true));
    assert_eq!(events[1].stream_time, StreamTime::from_secs(4.0));
    assert_eq!(sighting.confirmed, StreamTime::from_secs(9.9));
    assert_eq!(counter.remembered(), 0);
}

#[test]
fn presence_is_handed_out_once() {
    let mut counter = counter(&door(1, 0.5));
    let walk = |counter: &mut Counter, from: i32| {
        for i in from..from + 11 {
            frame(counter, f64::from(i) / 10.0, &[(1, 0.5, 0.8)], &[]);
        }
    };
    walk(&mut counter, 0);
    let taken = counter.take_presence();
    assert!((taken.values.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    assert!(counter.footprint().presence_s.is_empty() && counter.take_presence().is_empty());
    walk(&mut counter, 11);
    let again = counter.take_presence();
    assert!((again.values.iter().sum::<f64>() - 1.1).abs() < 1e-9);
    assert_eq!((again.columns, again.rows), (taken.columns, taken.rows));
    assert_eq!(counter.footprint().births.values.iter().sum::<f64>(), 1.0, "births are kept");
}
