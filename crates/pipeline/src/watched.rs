//! What a watched camera is given, and what it tells.

use std::sync::{Mutex, PoisonError};

use counting::{Grid, RuleError, Rules};
use event::{Event, GapReason};
use observation::{BBox, Class, Detection, TrackId, TrackedDetection};
use time::OffsetDateTime;
use tracking::TrackerSettings;
use uuid::Uuid;
use video::Frame;

use crate::Analysis;
use crate::fixtures::FixtureSettings;

/// What a camera is to be watched with.
#[derive(Clone, Debug)]
pub struct WatchSettings {
    /// The camera's name.
    pub camera: String,
    /// Tells this watch from every other of the same camera: when it began, say.
    pub epoch: String,
    /// Model and version, as in events.
    pub model: Option<String>,
    /// The model's class names.
    pub classes: Vec<String>,
    /// Those of them that are followed.
    pub counted: Vec<Class>,
    /// How boxes become tracks.
    pub tracker: TrackerSettings,
    /// Frames a second that are analysed, if not all.
    pub analyse_fps: Option<f64>,
    /// Whether no inference is spent where nothing moves.
    pub motion_gate: bool,
    /// What is learned to be a fixture, which is not counted; nothing unless given.
    pub fixtures: Option<FixtureSettings>,
    /// Until when the camera was watched before.
    pub watched_until: Option<OffsetDateTime>,
    /// Why it was not watched since then.
    pub away: GapReason,
}

/// What becomes of a camera, in order of time.
#[derive(Debug)]
#[non_exhaustive]
pub enum Watched<'a> {
    /// A stream begins, with pictures of this shape: width divided by height. Its tracks are numbered anew.
    Began(f64),
    /// A frame was counted.
    Frame {
        /// The frame, for drawing on.
        frame: &'a Frame,
        /// When it was taken.
        calendar: OffsetDateTime,
        /// The confirmed tracks that were seen.
        seen: &'a [TrackedDetection],
        /// The tracks that were given up.
        ended: &'a [TrackId],
        /// Everything that was found in it and is no fixture, whether or not it belongs to a confirmed track.
        found: &'a [Detection],
        /// The state after it.
        analysis: &'a Analysis,
        /// Frames on which no inference was spent, so far.
        still: u64,
        /// Where the fixtures are that are not counted.
        fixtures: &'a [BBox],
    },
    /// Something became certain.
    Events(&'a [Event]),
    /// Where people were, since this was told last.
    Presence(&'a Presence),
    /// The camera is in another state than before.
    State(&'a State),
    /// So many frames were left out because there was no time for them.
    Shed(u64),
    /// New rules were refused; the old ones are in force.
    RulesRefused(&'a RuleError),
}

/// Where people were during a part of an hour: of the calendar's, in UTC. Told every five minutes at least, and only when
/// somebody was there.
#[derive(Clone, Debug, PartialEq)]
pub struct Presence {
    /// Computed from camera, stream and beginning, as ids of events are.
    pub id: Uuid,
    /// Where the part begins, by the calendar.
    pub from: OffsetDateTime,
    /// Seconds that feet were seen in each cell.
    pub seconds: Grid,
}

/// What a camera is doing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum State {
    /// No answer yet.
    Connecting,
    /// Pictures come and are counted.
    Counting {
        /// Columns and rows.
        size: (u32, u32),
        /// libav's name of the codec.
        codec: String,
    },
    /// No pictures come.
    Offline {
        /// When the last one came.
        since: OffsetDateTime,
        /// Why, and what to do.
        reason: String,
    },
    /// The same pictures come again and again.
    Frozen {
        /// When something new came last.
        since: OffsetDateTime,
        /// What stands still, and what to do.
        reason: String,
    },
}

/// New rules for a camera that is being watched; the newest counts.
#[derive(Debug, Default)]
pub struct RulesInbox(Mutex<Option<Rules>>);

impl RulesInbox {
    /// Hands in new rules. They are in force from the next frame on, or [refused](Watched::RulesRefused).
    pub fn put(&self, rules: Rules) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(rules);
    }

    pub(crate) fn take(&self) -> Option<Rules> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
