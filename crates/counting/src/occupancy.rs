//! How many are inside a site, from the crossings of its entrances.

use event::Direction;
use observation::StreamTime;

/// Occupancy of a site: in minus out, never below zero, set right by an operator.
///
/// ```
/// use counting::SiteOccupancy;
/// use event::Direction::{Backward, Forward};
/// let mut site = SiteOccupancy::default();
/// for direction in [Forward, Forward, Backward, Backward, Backward, Forward] {
///     site.crossed(direction);
/// }
/// assert_eq!(site.inside(), 1, "one who was never seen to come in cannot make it negative");
/// assert_eq!(site.correct(4), 3, "the drift that the correction reveals");
/// assert_eq!((site.inside(), site.drift()), (4, 3));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SiteOccupancy {
    inside: u64,
    drift: i64,
    last_reset: Option<StreamTime>,
}

impl SiteOccupancy {
    /// How many are inside now.
    pub fn inside(&self) -> u64 {
        self.inside
    }

    /// Sum of what corrections have added since the last reset: how far the counts had drifted.
    pub fn drift(&self) -> i64 {
        self.drift
    }

    /// When it was last reset.
    pub fn last_reset(&self) -> Option<StreamTime> {
        self.last_reset
    }

    /// One more in, or one out.
    pub fn crossed(&mut self, direction: Direction) {
        self.inside = match direction {
            Direction::Forward => self.inside + 1,
            Direction::Backward => self.inside.saturating_sub(1),
        };
    }

    /// Empties the site, at the hour that the operator set.
    pub fn reset(&mut self, at: StreamTime) {
        *self = Self { last_reset: Some(at), ..Self::default() };
    }

    /// An operator counted `seen` inside. Returns how far off the counts were.
    pub fn correct(&mut self, seen: u64) -> i64 {
        let off = seen as i64 - self.inside as i64;
        self.inside = seen;
        self.drift += off;
        off
    }
}
