//! Which lines a path truly traverses, and when.
//!
//! This is the definition of truth, and it shares nothing with the counter: it looks at the whole continuous
//! path at once, where the counter sees one frame after the other.

use event::Direction;
use observation::Point;

use crate::config::Line;
use crate::path::{Footing, Path};

/// How far beyond the line a foot must be to have left it, in body heights.
const MARGIN: f64 = 0.15;
/// How long it must be there, in seconds.
const STAY: f64 = 0.35;
/// A path that meets these but not those above may be counted or not: nobody could say which is right.
const DOUBTFUL_MARGIN: f64 = 0.05;
const DOUBTFUL_STAY: f64 = 0.1;
/// Closer than this to an end of the line, in body heights, it is doubtful whether it went through.
const DOUBTFUL_END: f64 = 0.1;
/// The path is looked at in steps of this many seconds, to find how long it stays on a side.
const STEP: f64 = 0.005;
/// No straight piece of a path is looked at in more steps than this.
const MAX_STEPS: f64 = 2000.0;

/// A path's passage through a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Traversal {
    /// Which way.
    pub direction: Direction,
    /// When the path met the line, in seconds; the last time, if it met it several times on the way.
    pub t: f64,
    /// Whether careful people could disagree on it: close to an end of the line, or hardly beyond it.
    pub ambiguous: bool,
}

/// The traversals of `line` by `path`, in order of time. `aspect` is the picture's width over its height.
///
/// A traversal leads from a stay of at least 0.35 s, more than 0.15 body heights beyond the line on one
/// side, to such a stay on the other side, and meets the line on its way.
pub fn traversals(path: &Path, line: &Line, aspect: f64) -> Vec<Traversal> {
    let line = Polyline::new(line, aspect);
    let meetings = line.meetings(path);
    let through: Vec<Meeting> = meetings.iter().copied().filter(|meeting| meeting.beyond <= 0.0).collect();

    let mut found = passages(&line.stays(path, MARGIN, STAY), &through);
    let doubtful = passages(&line.stays(path, DOUBTFUL_MARGIN, DOUBTFUL_STAY), &meetings);
    for candidate in doubtful {
        let known = |clear: &Traversal| clear.t == candidate.t && clear.direction == candidate.direction;
        if !found.iter().any(known) {
            found.push(Traversal { ambiguous: true, ..candidate });
        }
    }
    found.sort_by(|a, b| a.t.total_cmp(&b.t));
    found
}

/// A stretch of time on one side.
struct Stay {
    on_b: bool,
    from: f64,
    until: f64,
}

/// A moment at which the path meets the line or its prolongation.
#[derive(Clone, Copy)]
struct Meeting {
    t: f64,
    to_b: bool,
    /// How far outside the nearer end, in body heights; negative inside the line.
    beyond: f64,
}

fn passages(stays: &[Stay], meetings: &[Meeting]) -> Vec<Traversal> {
    let mut found = Vec::new();
    for pair in stays.windows(2) {
        let (left, reached) = (&pair[0], &pair[1]);
        if left.on_b == reached.on_b {
            continue;
        }
        let first = meetings.partition_point(|meeting| meeting.t < left.until);
        let end = meetings.partition_point(|meeting| meeting.t <= reached.from);
        let between = &meetings[first..end];
        // Through and back again through the line, then round its end: the meetings cancel each other.
        let net: i64 = between.iter().map(|meeting| if meeting.to_b { 1 } else { -1 }).sum();
        let wanted = if reached.on_b { 1 } else { -1 };
        let last = between.iter().rev().find(|meeting| meeting.to_b == reached.on_b);
        if let (Some(last), true) = (last, net == wanted) {
            let direction = if reached.on_b { Direction::Forward } else { Direction::Backward };
            found.push(Traversal { direction, t: last.t, ambiguous: last.beyond > -DOUBTFUL_END });
        }
    }
    found
}

/// The line in a space where both axes are in picture heights, so that lengths and angles are those seen.
struct Polyline {
    points: Vec<[f64; 2]>,
    aspect: f64,
}

impl Polyline {
    fn new(line: &Line, aspect: f64) -> Self {
        Self { points: line.points.iter().map(|point| [point.x * aspect, point.y]).collect(), aspect }
    }

    fn place(&self, point: Point) -> [f64; 2] {
        [point.x * self.aspect, point.y]
    }

    /// Distance from the nearest segment's straight line, in picture heights: positive on side B.
    fn distance(&self, point: Point) -> f64 {
        let place = self.place(point);
        let mut best = (f64::INFINITY, 0.0_f64);
        for pair in self.points.windows(2) {
            let [dx, dy] = minus(pair[1], pair[0]);
            let [px, py] = minus(place, pair[0]);
            let length = dx.hypot(dy);
            let along = ((px * dx + py * dy) / (length * length)).clamp(0.0, 1.0);
            let gap = (px - dx * along).hypot(py - dy * along);
            let across = (dx * py - dy * px) / length;
            // At a bend both segments are equally near; the one that the point faces knows the side.
            let nearer = gap < best.0 - 1e-9 || (gap < best.0 + 1e-9 && across.abs() > best.1.abs());
            if nearer {
                best = (gap, across);
            }
        }
        best.1
    }

    /// The stretches of at least `least` seconds that the path is `margin` body heights beyond the line.
    fn stays(&self, path: &Path, margin: f64, least: f64) -> Vec<Stay> {
        let mut stays = Vec::new();
        let mut current: Option<Stay> = None;
        let mut close = |stay: Option<Stay>| {
            stays.extend(stay.filter(|stay| stay.until - stay.from >= least - 1e-9));
        };
        for now in steps(path) {
            let heights = self.distance(now.foot) / now.height;
            let side = (heights.abs() > margin).then_some(heights > 0.0);
            match (&mut current, side) {
                (Some(stay), Some(on_b)) if stay.on_b == on_b => stay.until = now.t,
                (_, None) => close(current.take()),
                (_, Some(on_b)) => close(current.replace(Stay { on_b, from: now.t, until: now.t })),
            }
        }
        close(current);
        stays
    }

    /// Where the path goes through the line, or round its ends so closely that it may have.
    fn meetings(&self, path: &Path) -> Vec<Meeting> {
        let mut meetings = Vec::new();
        for step in path.knots().windows(2) {
            let segments = self.points.windows(2).enumerate();
            meetings.extend(segments.filter_map(|(index, _)| self.meeting(index, &step[0], &step[1])));
        }
        meetings.sort_by(|a, b| a.t.total_cmp(&b.t));
        meetings
    }

    fn meeting(&self, index: usize, from: &Footing, to: &Footing) -> Option<Meeting> {
        let (first, last) = (self.points[index], self.points[index + 1]);
        let [dx, dy] = minus(last, first);
        let side = |footing: &Footing| {
            let [px, py] = minus(self.place(footing.foot), first);
            dx * py - dy * px
        };
        let (before, after) = (side(from), side(to));
        if (before > 0.0) == (after > 0.0) {
            return None;
        }
        let share = before / (before - after);
        let here = from.towards(to, from.t + (to.t - from.t) * share);
        let place = self.place(here.foot);
        let [px, py] = minus(place, first);
        let length = dx.hypot(dy);
        let along = (px * dx + py * dy) / length;
        let before_start = index == 0 && along < 0.0;
        let after_end = index + 2 == self.points.len() && along >= length;
        let beyond = if before_start {
            -along
        } else if after_end {
            along - length
        } else if (0.0..length).contains(&along) {
            let end = |point: &[f64; 2]| (place[0] - point[0]).hypot(place[1] - point[1]);
            -self.points.first().map_or(0.0, end).min(self.points.last().map_or(0.0, end))
        } else {
            return None;
        };
        let beyond = beyond / here.height;
        (beyond <= DOUBTFUL_END).then_some(Meeting { t: here.t, to_b: after > 0.0, beyond })
    }
}

fn minus(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    [a[0] - b[0], a[1] - b[1]]
}

/// The path in small steps, its end included. A piece that takes very long is slow: fewer steps a second
/// follow it as closely, and bound the work.
fn steps(path: &Path) -> impl Iterator<Item = Footing> + '_ {
    let pieces = path.knots().windows(2).flat_map(|piece| {
        let (from, to) = (piece[0], piece[1]);
        let count = ((to.t - from.t) / STEP).ceil().clamp(1.0, MAX_STEPS) as u32;
        (0..count)
            .map(move |step| from.towards(&to, from.t + (to.t - from.t) * f64::from(step) / f64::from(count)))
    });
    pieces.chain(path.knots().last().copied())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A line from left to right at `y = 0.5`: side A is above it.
    fn door() -> Line {
        Line::new("door", &[Point::new(0.2, 0.5), Point::new(0.8, 0.5)])
    }

    /// Bodies of height 0.2; the band is 0.03 wide on each side.
    fn path(knots: &[(f64, f64, f64)]) -> Path {
        let knot = |&(t, x, y): &(f64, f64, f64)| Footing { t, foot: Point::new(x, y), height: 0.2 };
        Path::new(knots.iter().map(knot).collect()).unwrap()
    }

    fn seen(knots: &[(f64, f64, f64)]) -> Vec<(Direction, f64, bool)> {
        let found = traversals(&path(knots), &door(), 1.0);
        found.iter().map(|one| (one.direction, (one.t * 1e6).round() / 1e6, one.ambiguous)).collect()
    }

    use Direction::{Backward, Forward};

    #[test]
    fn downwards_over_a_line_to_the_right_is_forward() {
        assert_eq!(seen(&[(0.0, 0.5, 0.3), (4.0, 0.5, 0.7)]), [(Forward, 2.0, false)]);
        assert_eq!(seen(&[(0.0, 0.5, 0.7), (4.0, 0.5, 0.3)]), [(Backward, 2.0, false)]);
    }

    #[test]
    fn a_turn_before_the_line_is_nothing_and_one_after_it_is_two() {
        assert_eq!(seen(&[(0.0, 0.5, 0.3), (2.0, 0.5, 0.46), (4.0, 0.5, 0.3)]), []);
        let after = seen(&[(0.0, 0.5, 0.3), (4.0, 0.5, 0.7), (8.0, 0.5, 0.3)]);
        assert_eq!(after, [(Forward, 2.0, false), (Backward, 6.0, false)]);
    }

    #[test]
    fn standing_on_the_line_counts_once_at_the_last_meeting() {
        let knots = [
            (0.0, 0.5, 0.3),
            (2.0, 0.5, 0.51),
            (3.0, 0.5, 0.49),
            (9.0, 0.5, 0.49),
            (10.0, 0.5, 0.51),
            (12.0, 0.5, 0.7),
        ];
        assert_eq!(seen(&knots), [(Forward, 9.5, false)]);
    }

    #[test]
    fn a_dip_over_the_line_is_ambiguous_and_a_flicker_is_nothing() {
        // 0.28 s beyond the margin: too short to be clear, too long to be nothing.
        let dip = seen(&[
            (0.0, 0.5, 0.3),
            (2.0, 0.5, 0.49),
            (2.2, 0.5, 0.54),
            (2.4, 0.5, 0.54),
            (2.6, 0.5, 0.49),
            (4.0, 0.5, 0.3),
        ]);
        assert_eq!(dip.len(), 2);
        assert!(dip.iter().all(|(_, _, ambiguous)| *ambiguous));
        let flicker =
            seen(&[(0.0, 0.5, 0.3), (2.0, 0.5, 0.49), (2.02, 0.5, 0.54), (2.04, 0.5, 0.49), (4.0, 0.5, 0.3)]);
        assert_eq!(flicker, []);
    }

    #[test]
    fn round_an_end_is_nothing_and_close_to_it_is_ambiguous() {
        assert_eq!(seen(&[(0.0, 0.9, 0.3), (4.0, 0.9, 0.7)]), []);
        assert_eq!(seen(&[(0.0, 0.81, 0.3), (4.0, 0.81, 0.7)]), [(Forward, 2.0, true)]);
        assert_eq!(seen(&[(0.0, 0.79, 0.3), (4.0, 0.79, 0.7)]), [(Forward, 2.0, true)]);
        assert_eq!(seen(&[(0.0, 0.77, 0.3), (4.0, 0.77, 0.7)]), [(Forward, 2.0, false)]);
    }

    #[test]
    fn born_beyond_the_line_is_nothing() {
        assert_eq!(seen(&[(0.0, 0.5, 0.51), (4.0, 0.5, 0.9)]), []);
    }

    #[test]
    fn a_bend_is_crossed_once() {
        let bent = Line::new("bent", &[Point::new(0.2, 0.3), Point::new(0.5, 0.6), Point::new(0.8, 0.3)]);
        for x in [0.45, 0.5, 0.52] {
            let found = traversals(&path(&[(0.0, x, 0.2), (8.0, x, 1.0)]), &bent, 1.0);
            assert_eq!(found.len(), 1, "at {x}");
            assert_eq!(found[0].direction, Forward);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn symmetry_and_splitting(places in prop::collection::vec((0.05..0.95, 0.25..0.75), 2..12)) {
            let knots: Vec<_> = (0..).zip(&places).map(|(t, (x, y))| (f64::from(t) * 2.0, *x, *y)).collect();
            let found = traversals(&path(&knots), &door(), 1.5);

            let mirrored: Vec<_> = knots.iter().map(|(t, x, y)| (*t, *x, 1.0 - y)).collect();
            let swapped = traversals(&path(&mirrored), &door(), 1.5);
            prop_assert_eq!(found.len(), swapped.len());
            for (one, other) in found.iter().zip(&swapped) {
                prop_assert_eq!(one.direction, other.direction.reversed());
                prop_assert!((one.t - other.t).abs() < 1e-9);
            }

            let halves = Line::new("door", &[Point::new(0.2, 0.5), Point::new(0.45, 0.5), Point::new(0.8, 0.5)]);
            let split = traversals(&path(&knots), &halves, 1.5);
            prop_assert_eq!(found.len(), split.len());
            for (one, other) in found.iter().zip(&split) {
                prop_assert!(one.direction == other.direction && (one.t - other.t).abs() < 1e-9);
                prop_assert_eq!(one.ambiguous, other.ambiguous);
            }
        }
    }
}
