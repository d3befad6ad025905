//! Events to test with, and questions about them.

use event::{Correction, Direction, Dwell, Event, Gap, GapReason, Observed, Sighting, Stream, What};
use observation::StreamTime;
use store::{Bucket, CountQuery, EventQuery, Filter, Measure, Zone};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

/// When most tests take place: a Monday.
pub(crate) const NOON: OffsetDateTime = datetime!(2026-11-23 12:00 UTC);

/// A camera's stream that began at [`NOON`].
pub(crate) fn stream(camera: &str) -> Stream {
    Stream { camera: camera.to_owned(), epoch: "e".to_owned(), model: Some("m@1".to_owned()), start: NOON }
}

pub(crate) fn seconds(seconds: f64) -> StreamTime {
    StreamTime::from_secs(seconds)
}

/// The stream time of a moment.
pub(crate) fn at(moment: OffsetDateTime) -> StreamTime {
    StreamTime::from_micros((moment - NOON).whole_microseconds() as i64)
}

pub(crate) fn sighting(rule: &str, moment: StreamTime, track: u64) -> Sighting {
    Sighting {
        rule: rule.to_owned(),
        rule_version: 1,
        class: "person".to_owned(),
        confidence: 0.83,
        confirmed: moment,
        inferred: false,
        track,
    }
}

pub(crate) fn crossing(
    camera: &str,
    rule: &str,
    direction: Direction,
    moment: StreamTime,
    track: u64,
) -> Event {
    stream(camera).sighting(moment, What::Crossing(direction, sighting(rule, moment, track)), 0)
}

/// Somebody came in by the door.
pub(crate) fn came_in(camera: &str, moment: StreamTime, track: u64) -> Event {
    crossing(camera, "door", Direction::Forward, moment, track)
}

/// Somebody went out by the door.
pub(crate) fn went_out(camera: &str, moment: StreamTime, track: u64) -> Event {
    crossing(camera, "door", Direction::Backward, moment, track)
}

pub(crate) fn enter(camera: &str, zone: &str, moment: StreamTime, track: u64) -> Event {
    stream(camera).sighting(moment, What::ZoneEnter(sighting(zone, moment, track)), 0)
}

pub(crate) fn leave(camera: &str, zone: &str, moment: StreamTime, dwell_s: f64, track: u64) -> Event {
    let dwell = Dwell { seconds: dwell_s, interrupted: false };
    stream(camera).sighting(moment, What::ZoneLeave(sighting(zone, moment, track), dwell), 1)
}

pub(crate) fn gap(camera: &str, from: StreamTime, until: StreamTime) -> Event {
    stream(camera).gap(Gap { from, until, reason: GapReason::Offline, detail: None })
}

pub(crate) fn observed(camera: &str, from: StreamTime, until: StreamTime) -> Event {
    stream(camera).observed(Observed { from, until })
}

pub(crate) fn correction(camera: &str, rule: &str, moment: StreamTime, was: i64, now: i64) -> Event {
    let what = What::Correction(Correction { rule: rule.to_owned(), was, now });
    stream(camera).sighting(moment, what, moment.as_micros() as u32)
}

/// Crossings by hour in UTC from noon on.
pub(crate) fn hours(count: i64) -> CountQuery {
    CountQuery {
        from: NOON,
        until: NOON + Duration::hours(count),
        bucket: Bucket::Hour,
        zone: Zone::UTC,
        measure: Measure::Crossing,
        filter: Filter::default(),
        group: vec![],
    }
}

/// All events of the days around noon.
pub(crate) fn events(limit: u32) -> EventQuery {
    EventQuery {
        from: NOON - Duration::days(3),
        until: NOON + Duration::days(3),
        kinds: vec![],
        filter: Filter::default(),
        after: None,
        limit,
    }
}

pub(crate) fn cameras(names: &[&str]) -> Filter {
    Filter { cameras: names.iter().map(|name| (*name).to_owned()).collect(), ..Filter::default() }
}
