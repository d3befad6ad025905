//! The running totals of a counter.

use std::collections::BTreeMap;

use event::Direction;
use serde::Serialize;

use crate::{Advice, Placement};

/// Totals of every line and zone since the counter began.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// One for each line, in the order of the rules.
    pub lines: Vec<LineTotals>,
    /// One for each zone, in the order of the rules.
    pub zones: Vec<ZoneTotals>,
    /// Tracks that were confirmed.
    pub tracks: u64,
}

/// Totals of a line.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LineTotals {
    /// The line's name.
    pub name: String,
    /// Crossings from side A to side B.
    pub forward: u64,
    /// Crossings from side B to side A.
    pub backward: u64,
    /// Crossings by class and direction.
    pub classes: BTreeMap<String, [u64; 2]>,
    /// Objects that entered the band and left it on the same side.
    pub turned_back: u64,
    /// Objects that changed sides round an end of the line.
    pub passed_by: u64,
    /// Objects that appeared on the line or just beyond it, and are not counted.
    pub origin_unobserved: u64,
    /// Crossings of tracks that were lost near the line and found again.
    pub inferred: u64,
    /// Tracks that were first seen within a body height of the line.
    pub born_near: u64,
    /// Tracks that were last seen within a body height of the line.
    pub died_near: u64,
}

/// Totals of a zone.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ZoneTotals {
    /// The zone's name.
    pub name: String,
    /// Stays that began.
    pub entered: u64,
    /// Stays that ended.
    pub left: u64,
    /// Objects inside now.
    pub occupancy: u64,
    /// Objects inside now that stand still: the length of a queue.
    pub queue: u64,
    /// The most that were inside at one time.
    pub most: u64,
    /// Sum of the dwell of the stays that ended, in seconds.
    pub dwell_sum_s: f64,
    /// The longest stay that ended, in seconds.
    pub dwell_max_s: f64,
}

impl Summary {
    /// Lines that should be moved, with what to do.
    pub fn badly_placed(&self) -> impl Iterator<Item = (&LineTotals, Advice)> {
        self.lines.iter().filter_map(|line| Some((line, self.placement(line).advice()?)))
    }

    /// How one of the lines is placed.
    pub fn placement(&self, line: &LineTotals) -> Placement {
        Placement { born_near: line.born_near, died_near: line.died_near, tracks: self.tracks }
    }
}

impl LineTotals {
    pub(crate) fn count(&mut self, direction: Direction, class: &str, inferred: bool) {
        let side = match direction {
            Direction::Forward => {
                self.forward += 1;
                0
            }
            Direction::Backward => {
                self.backward += 1;
                1
            }
        };
        self.classes.entry(class.to_owned()).or_default()[side] += 1;
        self.inferred += u64::from(inferred);
    }
}
