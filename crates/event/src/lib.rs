//! The record of something counted.
//!
//! An [`Event`] is what camtally keeps: somebody crossed a line, entered a zone, or the camera saw nothing
//! for a while. It is written once, as one JSON object on one line, and that form is the same in files, on
//! the broker and in the API. Its id is computed from what it describes ([`Stream::id`]), so an event that is
//! delivered twice is the same event.
//!
//! ```
//! use event::Event;
//! let line = r#"{"id":"6f6c5ee5-6a56-5c33-a3a3-6d0f6f0b7c11","kind":"crossing","camera":"entrance","rule":"door",
//!   "rule_version":1,"direction":"forward","class":"person","confidence":0.83,"stream_time_s":12.34,
//!   "time":"2026-11-23T08:00:12.340Z","confirmed_time":"2026-11-23T08:00:12.740Z","inferred":false,"track":17,
//!   "model":"nanodet-416@1a2b3c4d","sensor":"left door"}"#;
//! let event = Event::from_json(line)?;
//! assert_eq!(event.rule(), Some("door"));
//! assert!(event.to_json().contains("left door"), "unknown fields are kept");
//! # Ok::<(), event::ParseEventError>(())
//! ```

mod id;
mod wire;

pub use id::Stream;
pub use wire::ParseEventError;

use observation::StreamTime;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use uuid::Uuid;

/// Something that was counted, or a stretch of time in which nothing could be.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Computed from camera, stream epoch, track, rule, rule version and ordinal.
    pub id: Uuid,
    /// The camera's name; for a file, the name of the file unless another was given.
    pub camera: String,
    /// When it happened, in the stream's own time.
    pub stream_time: StreamTime,
    /// When it happened, by the calendar: the camera's frame time, never the time of processing.
    pub time: OffsetDateTime,
    /// The model that saw it and its version, `nanodet-416@1a2b3c4d`; none for events that no model made.
    pub model: Option<String>,
    /// What happened.
    pub what: What,
    /// Fields that this version does not know: kept and passed on.
    pub other: Map<String, Value>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// An object settled on one side of a line became settled on the other, through the line.
    Crossing(Direction, Sighting),
    /// An object entered a line's band and left it on the side from which it had come.
    TurnedBack(Sighting),
    /// An object changed sides round an end of the line, not through it.
    PassedBy(Direction, Sighting),
    /// An object's stay in a zone began.
    ZoneEnter(Sighting),
    /// An object's stay in a zone ended.
    ZoneLeave(Sighting, Dwell),
    /// The camera gave nothing that could be counted.
    Gap(Gap),
    /// The camera was watched: what tells "nobody came" from "nobody looked".
    Observed(Observed),
    /// An operator set a number right.
    Correction(Correction),
}

/// Which way a line was crossed: side A lies on the left hand of one who walks along the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From side A to side B; "in" unless the rule names it otherwise.
    Forward,
    /// From side B to side A; "out" unless the rule names it otherwise.
    Backward,
}

impl Direction {
    /// The other one.
    pub fn reversed(self) -> Self {
        match self {
            Self::Forward => Self::Backward,
            Self::Backward => Self::Forward,
        }
    }

    /// As it is written in events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Backward => "backward",
        }
    }
}

/// The object that an event is about, and the rule that it met.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// Name of the line or zone.
    pub rule: String,
    /// Version of the rule: editing a rule makes a new one.
    pub rule_version: u32,
    /// The object's class by the confidence-weighted majority of its whole track.
    pub class: String,
    /// Mean confidence of the detections of that class, 0..1.
    pub confidence: f64,
    /// When the count became certain, in the stream's own time; never before `stream_time`.
    pub confirmed: StreamTime,
    /// Whether the track was lost near the rule and continued under another id.
    pub inferred: bool,
    /// The track that made it.
    pub track: u64,
}

/// How long a stay in a zone was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dwell {
    /// Seconds from entering to leaving.
    pub seconds: f64,
    /// Whether a gap cut the stay short, so that the true dwell is not known.
    pub interrupted: bool,
}

/// A stretch of time in which nothing could be counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Gap {
    /// The last moment seen before it.
    pub from: StreamTime,
    /// The first moment seen after it.
    pub until: StreamTime,
    /// Why.
    pub reason: GapReason,
    /// What exactly, for the operator: "3 corrupt packets", say.
    pub detail: Option<String>,
}

/// A stretch of time in which everything that the camera saw was counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// Where it begins.
    pub from: StreamTime,
    /// Where it ends.
    pub until: StreamTime,
}

/// Why nothing could be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GapReason {
    /// No frames came, or none that could be decoded.
    Offline,
    /// The same frame came again and again.
    Frozen,
    /// There was not time enough to analyse the frames.
    Overload,
    /// The program was not running.
    Restart,
    /// The rules or the camera were being changed.
    Configuration,
}

/// An operator's correction of an occupancy.
#[derive(Clone, Debug, PartialEq)]
pub struct Correction {
    /// What was set right: a site or a zone.
    pub rule: String,
    /// What camtally believed.
    pub was: i64,
    /// What the operator saw.
    pub now: i64,
}

impl Event {
    /// The line or zone that it is about, if any.
    pub fn rule(&self) -> Option<&str> {
        match &self.what {
            What::Gap(_) | What::Observed(_) => None,
            What::Correction(correction) => Some(&correction.rule),
            _ => self.sighting().map(|sighting| sighting.rule.as_str()),
        }
    }

    /// The direction, for those that have one.
    pub fn direction(&self) -> Option<Direction> {
        match self.what {
            What::Crossing(direction, _) | What::PassedBy(direction, _) => Some(direction),
            _ => None,
        }
    }

    /// The object that it is about, if any.
    pub fn sighting(&self) -> Option<&Sighting> {
        self.what.sighting()
    }
}

impl What {
    /// The object that it is about, if any.
    pub fn sighting(&self) -> Option<&Sighting> {
        match self {
            What::Crossing(_, sighting)
            | What::TurnedBack(sighting)
            | What::PassedBy(_, sighting)
            | What::ZoneEnter(sighting)
            | What::ZoneLeave(sighting, _) => Some(sighting),
            What::Gap(_) | What::Observed(_) | What::Correction(_) => None,
        }
    }
}
