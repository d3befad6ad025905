//! Where and when something was seen.
//!
//! These are the plain types that travel along the data path: a detector makes [`Detection`]s, a tracker
//! joins them into [`TrackedDetection`]s, a counter turns those into events. Nothing here knows a camera,
//! a clock or a model.
//!
//! Coordinates are normalised: `x` runs from 0 at the left edge of the picture to 1 at the right edge, `y`
//! from 0 at the top to 1 at the bottom, whatever the resolution. Time is [`StreamTime`]: microseconds since
//! the first frame of the stream, taken from the frames' own stamps and never from a clock.

mod geometry;
mod share;
mod time;

pub use geometry::{Anchor, BBox, Point};
pub use share::share_interval;
pub use time::{ParseDurationError, StreamDuration, StreamTime, parse_duration};

use serde::{Deserialize, Serialize};

/// A class of object, as its place in the model's list of class names (COCO: 0 is `person`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Class(pub u16);

/// The names of the COCO classes that camtally counts by default, with their place in COCO's list of 80.
pub const COUNTED_CLASSES: [(&str, Class); 6] = [
    ("person", Class(0)),
    ("bicycle", Class(1)),
    ("car", Class(2)),
    ("motorcycle", Class(3)),
    ("bus", Class(5)),
    ("truck", Class(7)),
];

/// One box of one class in one frame.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Detection {
    /// Where, normalised to the frame.
    pub bbox: BBox,
    /// The most probable class.
    pub class: Class,
    /// The model's confidence in that class, 0..1.
    pub confidence: f32,
}

/// The name of a track. Never used twice within a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TrackId(pub u64);

/// A detection that a tracker has joined to a track.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrackedDetection {
    /// The object that was seen.
    pub track: TrackId,
    /// When it was seen. A track's observations come in order of time; those from before the track was
    /// confirmed come together, with their own times, when it is confirmed.
    pub time: StreamTime,
    /// What was seen.
    pub detection: Detection,
}
