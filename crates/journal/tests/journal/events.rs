//! Events to write, for the tests and for the examples.

use event::{Direction, Event, Sighting, Stream, What};
use observation::{StreamTime, TrackId};
use time::OffsetDateTime;

/// The `number`th crossing that the camera `camera` saw: what a busy entrance gives. Its id tells it from all
/// others.
pub(crate) fn crossing(camera: &str, number: u64) -> Event {
    let stream = Stream {
        camera: camera.to_owned(),
        epoch: "2026-11-23T08:00:00Z".to_owned(),
        model: Some("nanodet-416@1a2b3c4d".to_owned()),
        start: OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_000),
    };
    let seen = StreamTime::from_secs(number as f64 * 0.37);
    let sighting = Sighting {
        rule: "door".to_owned(),
        rule_version: 1,
        class: "person".to_owned(),
        confidence: 0.83,
        confirmed: seen,
        inferred: false,
        track: TrackId(number).0,
    };
    stream.sighting(seen, What::Crossing(Direction::Forward, sighting), 0)
}
