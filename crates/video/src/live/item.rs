use observation::{StreamDuration, StreamTime};
use time::OffsetDateTime;

use super::freeze::Freeze;
use super::outage::Outage;
use crate::{Frame, GapReason, Info};

/// A moment, by both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveTime {
    /// Since the reader was opened, by the local monotonic clock: for intervals and order.
    pub stream: StreamTime,
    /// By the local calendar clock: for people.
    pub calendar: OffsetDateTime,
}

/// A picture of a live source.
#[derive(Debug)]
pub struct LiveFrame {
    /// The picture, with its stream time.
    pub frame: Frame,
    /// When it was taken, by the local calendar clock.
    pub calendar: OffsetDateTime,
}

impl LiveFrame {
    /// When the picture was taken, by both clocks.
    pub fn time(&self) -> LiveTime {
        LiveTime { stream: self.frame.time, calendar: self.calendar }
    }
}

/// What a live reader gives, in the order in which it happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum LiveItem {
    /// A picture.
    Frame(LiveFrame),
    /// The first picture of a connection has come.
    Connected {
        /// That picture's time.
        at: LiveTime,
        /// What the source is now; another size or codec than before perhaps.
        info: Info,
    },
    /// The source changed its pictures' size within a connection.
    Changed {
        /// The first such picture's time.
        at: LiveTime,
        /// What the source is now.
        info: Info,
    },
    /// No pictures come. Given once, and again if the reason changes while the reader tries to come back.
    Offline {
        /// The last picture's time; of a source that never gave one, when the reader was opened.
        since: LiveTime,
        /// When it was noticed.
        noticed: LiveTime,
        /// What is wrong.
        reason: Outage,
    },
    /// Pictures come, but nothing new is to be seen in them; none are given until [`LiveItem::Back`].
    Frozen {
        /// When something new was seen last.
        since: LiveTime,
        /// When it was noticed.
        noticed: LiveTime,
        /// What stands still.
        reason: Freeze,
    },
    /// Watching goes on after [`LiveItem::Offline`] or [`LiveItem::Frozen`].
    Back {
        /// The beginning of the stretch that was not watched.
        from: LiveTime,
        /// Its end: the time of the picture that follows.
        until: LiveTime,
    },
    /// A stretch without pictures though the connection stood: damaged packets, or pictures that the camera
    /// did not send.
    Gap {
        /// The last picture before it.
        from: LiveTime,
        /// The first picture behind it.
        until: LiveTime,
        /// Why pictures are missing.
        reason: GapReason,
    },
    /// Pictures that waited for the consumer until newer ones came, and were left out.
    Shed {
        /// How many.
        frames: u64,
        /// The first one's time.
        first: LiveTime,
        /// The last one's time.
        last: LiveTime,
    },
    /// Somebody set the local calendar clock. Stream time does not notice.
    CalendarSet {
        /// The first moment after it.
        at: LiveTime,
        /// How far it was set forward; negative backwards.
        by: StreamDuration,
    },
}
