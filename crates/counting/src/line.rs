//! One track at one line: on which side it is settled, and what became of it.

use event::Direction;
use observation::StreamTime;

use crate::gate::{Gate, Metric};
use crate::rules::LineSettings;

/// Tolerance at a line's free ends, in body heights.
const END_TOLERANCE: f64 = 0.1;
/// Up to this distance an object is near a line, in body heights.
const NEAR: f64 = 1.0;

/// Whether an anchor at this place, of an object of this height in frame heights, is near a line.
pub(crate) fn near(point: Metric, height: f64, gate: &Gate) -> bool {
    let bearing = gate.bearing(point);
    gate.spans(bearing.along, END_TOLERANCE * height) && bearing.distance.abs() <= NEAR * height
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    A,
    B,
}

impl Side {
    fn of(distance: f64) -> Self {
        if distance < 0.0 { Self::A } else { Self::B }
    }
}

/// A sample of the path, as the line sees it.
#[derive(Clone, Copy, Debug)]
struct Sample {
    time: StreamTime,
    point: Metric,
    /// Signed distance in body heights.
    distance: f64,
}

/// An unbroken run of samples beyond the band on one side.
#[derive(Clone, Copy, Debug)]
struct Run {
    side: Side,
    since: StreamTime,
    samples: u32,
}

/// The meeting of path and line that best separates the time spent on one side from the time spent on the
/// other: with `distance` counted positive away from the side that was left, the integral of the distance
/// over time is least there. One that stands on the line for an hour and trembles meets it thousands of
/// times; this picks the moment when it truly went over, in constant memory, and the same moment when the
/// scene is played backwards.
#[derive(Clone, Copy, Debug)]
struct Separation {
    sum: f64,
    best: Option<(f64, StreamTime, Option<f64>)>,
}

impl Separation {
    const START: Self = Self { sum: 0.0, best: None };

    fn add(&mut self, before: Sample, after: Sample, leaving: Side, band: f64, gate: &Gate) {
        let sign = if leaving == Side::A { 1.0 } else { -1.0 };
        // Beyond the band all distances are alike: a false box far away must not outweigh the true path.
        let clip = |distance: f64| (sign * distance).clamp(-band.max(0.01), band.max(0.01));
        let seconds = (after.time - before.time).as_secs();
        if Side::of(before.distance) == Side::of(after.distance) {
            self.sum += (clip(before.distance) + clip(after.distance)) / 2.0 * seconds;
            return;
        }
        let fallback = before.distance / (before.distance - after.distance);
        let meeting = gate.meeting(before.point, after.point, fallback);
        self.sum += clip(before.distance) / 2.0 * seconds * meeting.at;
        if Side::of(before.distance) == leaving && self.best.is_none_or(|(least, ..)| self.sum < least) {
            let time = before.time.lerp(after.time, meeting.at);
            self.best = Some((self.sum, time, meeting.along));
        }
        self.sum += clip(after.distance) / 2.0 * seconds * (1.0 - meeting.at);
    }
}

/// What a track did at a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Outcome {
    /// Through the line.
    Crossed(Direction, StreamTime),
    /// Round its end.
    PassedBy(Direction, StreamTime),
    /// Into the band, and back.
    TurnedBack(StreamTime),
    /// First settled, having appeared on the line or just beyond it.
    OriginUnobserved,
}

/// The state of one track at one line.
#[derive(Clone, Debug)]
pub(crate) struct AtLine {
    birth: Option<(f64, bool)>,
    settled: Option<Side>,
    run: Option<Run>,
    last: Option<Sample>,
    separation: Separation,
    /// Since when it has been in the band or beyond it, away from its settled side.
    away: Option<StreamTime>,
    /// When it was nearest, if that was within the line's span: the moment it turned back.
    nearest: Option<(f64, StreamTime)>,
    /// Whether it has been far enough away since it last turned back to do so again.
    armed: bool,
    /// Whether the last sample was within a body height of the line.
    near: bool,
    /// Whether the track was lost and stitched since it was last settled.
    pub(crate) inferred: bool,
}

impl Default for AtLine {
    fn default() -> Self {
        Self {
            birth: None,
            settled: None,
            run: None,
            last: None,
            separation: Separation::START,
            away: None,
            nearest: None,
            armed: true,
            near: false,
            inferred: false,
        }
    }
}

impl AtLine {
    /// Whether the last observation was within a body height of the line.
    pub(crate) fn is_near(&self) -> bool {
        self.near
    }

    /// Whether the first observation was within a body height of the line.
    pub(crate) fn born_near(&self) -> bool {
        self.birth.is_some_and(|(distance, spans)| spans && distance.abs() <= NEAR)
    }

    /// Takes the next observation: the anchor's place, and the smoothed body height in frame heights.
    pub(crate) fn observe(
        &mut self,
        time: StreamTime,
        point: Metric,
        height: f64,
        gate: &Gate,
        settings: &LineSettings,
    ) -> Option<Outcome> {
        let bearing = gate.bearing(point);
        let now = Sample { time, point, distance: bearing.distance / height };
        let spans = gate.spans(bearing.along, END_TOLERANCE * height);
        self.near = spans && now.distance.abs() <= NEAR;
        if self.birth.is_none() {
            self.birth = Some((now.distance, spans));
        }
        if let (Some(before), Some(side)) = (self.last, self.settled) {
            self.separation.add(before, now, side, settings.band, gate);
        }
        let settled = self.settles(now, settings);
        self.last = Some(now);
        let outcome = match (settled, self.settled) {
            (None, Some(side)) => {
                self.wander(now, side, spans, settings);
                None
            }
            (None, None) => None,
            (Some(side), None) => self.first_settled(side, now, settings),
            (Some(side), Some(old)) if side == old => self.came_back(now, settings),
            (Some(side), Some(_)) => self.went_over(side, height, gate),
        };
        if let Some(side) = settled {
            self.settled = Some(side);
            self.separation = Separation::START;
            self.inferred = false;
            self.away = None;
            self.nearest = None;
            self.armed |= now.distance.abs() > 2.0 * settings.band;
        }
        outcome
    }

    /// Counts the unbroken run beyond the band; says the side once the run is long enough.
    fn settles(&mut self, now: Sample, settings: &LineSettings) -> Option<Side> {
        let side = Side::of(now.distance);
        let beyond = now.distance.abs() > settings.band;
        // Where frames are further apart than the settling time a second sample beyond the band may never
        // come: then the next one on that side is enough.
        let sparse = self.last.is_some_and(|last| (now.time - last.time).as_secs() >= settings.settle_s)
            && self.run.is_some_and(|run| run.side == side);
        match &mut self.run {
            Some(run) if run.side == side && (beyond || sparse) => run.samples += 1,
            run => *run = beyond.then_some(Run { side, since: now.time, samples: 1 }),
        }
        let run = self.run?;
        // A hundredth of a second of grace: stamps are rounded, and 30 frames a second do not divide 0.2 s.
        let long_enough = (now.time - run.since).as_secs() >= settings.settle_s - 0.01;
        (run.samples >= 2 && long_enough).then_some(run.side)
    }

    fn wander(&mut self, now: Sample, side: Side, spans: bool, settings: &LineSettings) {
        let on_own_side = Side::of(now.distance) == side && now.distance.abs() > settings.band;
        if on_own_side {
            return;
        }
        self.away.get_or_insert(now.time);
        let depth = if Side::of(now.distance) == side { now.distance.abs() } else { 0.0 };
        if spans && self.nearest.is_none_or(|(least, _)| depth < least) {
            self.nearest = Some((depth, now.time));
        }
    }

    fn first_settled(&mut self, side: Side, now: Sample, settings: &LineSettings) -> Option<Outcome> {
        let (distance, spans) = self.birth?;
        let on_the_line = distance.abs() <= settings.band;
        let leaving = Side::of(distance) == side && now.distance.abs() > distance.abs() + 0.05;
        let unobserved = spans && (on_the_line || (distance.abs() <= 1.0 && leaving));
        unobserved.then_some(Outcome::OriginUnobserved)
    }

    fn came_back(&mut self, now: Sample, settings: &LineSettings) -> Option<Outcome> {
        let (since, (_, at)) = (self.away?, self.nearest?);
        let run = self.run?;
        let stayed = (run.since - since).as_secs() >= settings.settle_s;
        if !stayed || !self.armed {
            return None;
        }
        self.armed = now.distance.abs() > 2.0 * settings.band;
        Some(Outcome::TurnedBack(at))
    }

    fn went_over(&mut self, side: Side, height: f64, gate: &Gate) -> Option<Outcome> {
        let direction = if side == Side::B { Direction::Forward } else { Direction::Backward };
        let (_, time, along) = self.separation.best?;
        self.armed = true;
        let through = along.is_some_and(|along| gate.spans(along, END_TOLERANCE * height));
        Some(if through { Outcome::Crossed(direction, time) } else { Outcome::PassedBy(direction, time) })
    }
}
