use std::fmt;

use observation::StreamTime;

/// A stretch of the stream from which there are no frames, though there was something to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The last frame before it.
    pub from: StreamTime,
    /// The first frame behind it, or the end that the container promised.
    pub until: StreamTime,
    /// Why the frames are missing.
    pub reason: GapReason,
}

/// Why frames are missing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GapReason {
    /// Packets were damaged or could not be decoded; with what libav said of the first of them.
    Damaged(String),
    /// The stamps leap forward from one frame to the next: whoever recorded missed this stretch.
    Jump,
    /// The stamps leap back, or forward by more than a day: another recording was joined on. How much time
    /// passed in between is unknown; stream time goes on one frame later.
    Discontinuity,
    /// The file ends before the end that its container promises: it was cut off.
    Truncated,
    /// The file could not be read further; with what the system said.
    Unreadable(String),
}

impl GapReason {
    /// A short word for machines: `damaged`, `jump`, `discontinuity`, `truncated` or `unreadable`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Damaged(_) => "damaged",
            Self::Jump => "jump",
            Self::Discontinuity => "discontinuity",
            Self::Truncated => "truncated",
            Self::Unreadable(_) => "unreadable",
        }
    }
}

impl fmt::Display for GapReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged(detail) => write!(f, "damaged pictures were skipped ({detail})"),
            Self::Jump => f.write_str("the frames' stamps leap forward"),
            Self::Discontinuity => f.write_str("the frames' stamps leap to another time"),
            Self::Truncated => f.write_str("the file ends early"),
            Self::Unreadable(detail) => write!(f, "the file could not be read further ({detail})"),
        }
    }
}
