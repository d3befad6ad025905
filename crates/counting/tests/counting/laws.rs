//! The laws of counting: each runs on thousands of generated paths.

use observation::Point;
use proptest::prelude::*;

use crate::walker::{ASPECT, Path, count, crossings, line, named, walk};

/// A straight line across the picture, and the same line in two halves.
const DOOR: [[f64; 2]; 2] = [[0.2, 0.5], [0.8, 0.5]];

fn point() -> impl Strategy<Value = Point> {
    (0.02..0.98, 0.15..0.98).prop_map(|(x, y)| Point::new(x, y))
}

/// A corner that is plainly on one side: at least one and a half body heights from the line.
fn plain_corner() -> impl Strategy<Value = Point> {
    (0.3..0.7, prop_oneof![0.15..0.35, 0.65..0.95]).prop_map(|(x, y)| Point::new(x, y))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// ★ 1: only the picture's shape matters, not its size; a line and a path stretched together count alike.
    #[test]
    fn scale_changes_nothing(corners in prop::collection::vec(point(), 2..6), speed in 0.3..3.0f64, k in 0.3..1.0f64) {
        let path = walk(&corners, speed, 15.0);
        let small: Path = path.iter().map(|(t, p)| (*t, Point::new(p.x * k, p.y))).collect();
        let squeezed = DOOR.map(|[x, y]| [x * k, y]);
        // The narrower picture holds the same scene when its aspect grows by as much.
        let whole = count(&line(&DOOR), &[path], ASPECT);
        let part = count(&line(&squeezed), &[small], ASPECT / k);
        prop_assert_eq!(crossings(&whole), crossings(&part));
    }

    /// ★ 3: the frame rate changes nothing.
    #[test]
    fn frame_rate_changes_nothing(corners in prop::collection::vec(plain_corner(), 2..6), speed in 0.4..1.6f64) {
        let counts: Vec<_> = [30.0, 15.0, 10.0, 5.0]
            .map(|fps| crossings(&count(&line(&DOOR), &[walk(&corners, speed, fps)], ASPECT)))
            .to_vec();
        prop_assert!(counts.windows(2).all(|pair| pair[0] == pair[1]), "{:?}", counts);
    }

    /// ★ 6: an excursion shorter than the settling time has no effect whatever.
    #[test]
    fn flicker_has_no_effect(
        corners in prop::collection::vec(point(), 2..6),
        speed in 0.3..2.0f64,
        fps in prop_oneof![Just(30.0), Just(25.0), Just(15.0), Just(12.0), Just(10.0)],
        at in 0.0..1.0f64,
        to in point(),
    ) {
        // One who stands still on a side, and whose box jumps away for less than 0.2 s.
        let mut path = walk(&corners, speed, fps);
        let last = path[path.len() - 1];
        path.extend((1..=(3.0 * fps) as u32).map(|i| (last.0 + f64::from(i) / fps, last.1)));
        let still = count(&line(&DOOR), std::slice::from_ref(&path), ASPECT);
        let first = path.len() - (2.0 * fps) as usize + (at * fps) as usize;
        let samples = ((0.19 * fps) as usize).max(1);
        for sample in &mut path[first..first + samples] {
            sample.1 = to;
        }
        let flickering = count(&line(&DOOR), &[path], ASPECT);
        prop_assert_eq!(crossings(&still), crossings(&flickering));
    }

    /// ★ 7: a line and its two collinear halves count the same.
    #[test]
    fn splitting_a_line_changes_no_sum(
        corners in prop::collection::vec(point(), 2..8),
        speed in 0.3..3.0f64,
        share in 0.1..0.9f64,
    ) {
        let path = [walk(&corners, speed, 15.0)];
        let middle = [0.2 + 0.6 * share, 0.5];
        let whole = crossings(&count(&line(&DOOR), &path, ASPECT));
        let bent = crossings(&count(&line(&[DOOR[0], middle, DOOR[1]]), &path, ASPECT));
        let halves = named("left", &[DOOR[0], middle]) + &named("right", &[middle, DOOR[1]]);
        prop_assert_eq!(whole, bent);
        prop_assert_eq!(whole, crossings(&count(&halves, &path, ASPECT)));
    }

    /// ★ 14: mirrored, forward and backward change places; played backwards too.
    #[test]
    fn mirroring_and_reversing_swap_the_directions(corners in prop::collection::vec(point(), 2..8), speed in 0.3..3.0f64) {
        let path = walk(&corners, speed, 15.0);
        let [forward, backward] = crossings(&count(&line(&DOOR), std::slice::from_ref(&path), ASPECT));
        let mirrored: Path = path.iter().map(|(t, p)| (*t, Point::new(1.0 - p.x, p.y))).collect();
        let mirrored_line = DOOR.map(|[x, y]| [1.0 - x, y]);
        prop_assert_eq!(crossings(&count(&line(&mirrored_line), &[mirrored], ASPECT)), [backward, forward]);
        let end = path[path.len() - 1].0;
        let reversed: Path = path.iter().rev().map(|(t, p)| (end - t, *p)).collect();
        prop_assert_eq!(crossings(&count(&line(&DOOR), &[reversed], ASPECT)), [backward, forward]);
    }

    /// ★ 14: two that cross at the same instant both count.
    #[test]
    fn two_at_once_both_count(x in 0.3..0.5f64, apart in 0.05..0.2f64, speed in 0.4..2.0f64) {
        let down = |x| walk(&[Point::new(x, 0.3), Point::new(x, 0.7)], speed, 10.0);
        let up = |x| walk(&[Point::new(x, 0.7), Point::new(x, 0.3)], speed, 10.0);
        prop_assert_eq!(crossings(&count(&line(&DOOR), &[down(x), down(x + apart)], ASPECT)), [2, 0]);
        prop_assert_eq!(crossings(&count(&line(&DOOR), &[down(x), up(x + apart)], ASPECT)), [1, 1]);
    }

    /// 8: each traversal counts once, however long one lingers on the line between.
    #[test]
    fn pacing_counts_once_for_each_traversal(
        turns in prop::collection::vec((0.3..0.7f64, 0.0..0.012f64, 0u32..60), 1..8),
        start_above in any::<bool>(),
    ) {
        let side = |above: bool, x: f64| Point::new(x, if above { 0.3 } else { 0.7 });
        let fps = 10.0;
        let mut above = start_above;
        let mut path = walk(&[side(above, 0.5), Point::new(0.5, 0.5)], 0.8, fps);
        for (i, (x, tremble, linger)) in turns.iter().enumerate() {
            for k in 0..*linger {
                let t = path[path.len() - 1].0 + 1.0 / fps;
                path.push((t, Point::new(0.5, 0.5 + if (k + i as u32).is_multiple_of(2) { *tremble } else { -tremble })));
            }
            above = !above;
            let t = path[path.len() - 1].0;
            let there = walk(&[Point::new(0.5, 0.5), side(above, *x), Point::new(0.5, 0.5)], 0.8, fps);
            path.extend(there.into_iter().skip(1).map(|(at, p)| (t + at, p)));
        }
        let events = count(&line(&DOOR), &[path], ASPECT);
        let [forward, backward] = crossings(&events);
        prop_assert_eq!(forward + backward, turns.len());
    }
}
