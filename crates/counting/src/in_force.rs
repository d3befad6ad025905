//! Rules made ready for counting, with what has been counted by them.

use event::Direction;
use observation::{Point, StreamTime, TrackId};

use crate::gate::{Gate, Metric};
use crate::rules::{CountMode, LineRule, LineSettings, RuleError, Rules, ZoneRule};
use crate::summary::{LineTotals, ZoneTotals};
use crate::track::TrackAtLine;

/// Seconds within which a return cancels a crossing in net mode, unless the rule says otherwise.
pub(crate) const NET_WINDOW_S: f64 = 10.0;

#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) rule: LineRule,
    pub(crate) settings: LineSettings,
    pub(crate) gate: Gate,
    pub(crate) totals: LineTotals,
    /// Crossings in net mode that a return may still cancel.
    pub(crate) held: Vec<Held>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    pub(crate) track: TrackId,
    pub(crate) direction: Direction,
    pub(crate) time: StreamTime,
    pub(crate) inferred: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Zone {
    pub(crate) rule: ZoneRule,
    pub(crate) polygon: Vec<Metric>,
    pub(crate) totals: ZoneTotals,
}

/// The rules made ready for counting.
pub(crate) fn ready(
    rules: Rules,
    classes: &[String],
    aspect: f64,
) -> Result<(Vec<Line>, Vec<Zone>), RuleError> {
    let rules = rules.checked()?;
    rules.check_classes(classes)?;
    let metric = |points: &[Point]| points.iter().map(|p| Metric { x: p.x * aspect, y: p.y }).collect();
    let mut lines: Vec<Line> = Vec::new();
    for rule in rules.lines {
        let totals = LineTotals { name: rule.name.clone(), ..LineTotals::default() };
        let gate = Gate::new(metric(&rule.points));
        lines.push(Line { settings: rule.settings(), gate, totals, held: Vec::new(), rule });
    }
    join_ends(&mut lines);
    let mut zones = Vec::new();
    for rule in rules.zones {
        let totals = ZoneTotals { name: rule.name.clone(), ..ZoneTotals::default() };
        zones.push(Zone { polygon: metric(&rule.points), totals, rule });
    }
    Ok((lines, zones))
}

impl Zone {
    pub(crate) fn named(&self) -> (&str, u32) {
        (&self.rule.name, self.rule.version)
    }
}

impl Line {
    pub(crate) fn named(&self) -> (&str, u32) {
        (&self.rule.name, self.rule.version)
    }

    /// Whether a crossing counts under `once` and the cool-down; if so it is noted.
    pub(crate) fn counts(&self, state: &mut TrackAtLine, direction: Direction, time: StreamTime) -> bool {
        if self.rule.count == CountMode::Once && state.counted > 0 {
            return false;
        }
        let last = &mut state.last_counted[usize::from(direction == Direction::Backward)];
        if let (Some(cool), Some(last)) = (self.rule.cool_down_s, *last)
            && (time - last).as_secs() < cool
        {
            return false;
        }
        *last = Some(time);
        state.counted += 1;
        true
    }

    /// Whether a crossing undoes one of the same object that is still held; if so both are gone.
    pub(crate) fn undo(&mut self, crossing: Held) -> bool {
        let window = self.rule.net_window_s.unwrap_or(NET_WINDOW_S);
        let undone = self.held.iter().position(|held| {
            held.track == crossing.track
                && held.direction == crossing.direction.reversed()
                && (crossing.time - held.time).as_secs() <= window
        });
        if let Some(i) = undone {
            self.held.remove(i);
        }
        undone.is_some()
    }
}

/// Where two lines meet end to start, each crossing at the joint belongs to exactly one of them.
fn join_ends(lines: &mut [Line]) {
    const SAME_PLACE: f64 = 1e-6;
    for i in 0..lines.len() {
        for j in 0..lines.len() {
            if i == j {
                continue;
            }
            let (mine, theirs) = (lines[i].gate.ends(), lines[j].gate.ends());
            for (end, place) in mine.iter().enumerate() {
                let shared = theirs.iter().any(|other| place.distance(*other) < SAME_PLACE);
                lines[i].gate.joined[end] |= shared;
            }
        }
    }
}
