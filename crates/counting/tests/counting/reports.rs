//! Failures that users of other counters reported, each by the name of its report.

use observation::Point;

use crate::walker::{ASPECT, Path, count, crossings, line, totals, walk};

const DOOR: [[f64; 2]; 2] = [[0.2, 0.5], [0.8, 0.5]];

/// Goes on from the end of a path: one sample every `step` seconds.
fn then(path: &mut Path, step: f64, points: impl IntoIterator<Item = Point>) {
    for point in points {
        let t = path[path.len() - 1].0 + step;
        path.push((t, point));
    }
}

/// roboflow/supervision#2598: a box that flickers over the line while its object goes on is counted in the
/// opposite direction.
#[test]
fn supervision_2598_flicker_counts_the_opposite_direction() {
    let mut path = walk(&[Point::new(0.5, 0.3), Point::new(0.5, 0.7)], 0.8, 30.0);
    for sample in path.iter_mut().filter(|(_, p)| (0.53..0.545).contains(&p.y)) {
        sample.1.y = 0.46;
    }
    assert_eq!(crossings(&count(&line(&DOOR), &[path], ASPECT)), [1, 0]);
}

/// roboflow/supervision#210: the line is taken for an infinite one.
#[test]
fn supervision_210_the_line_ends_where_it_ends() {
    let beside = walk(&[Point::new(0.9, 0.3), Point::new(0.9, 0.7)], 0.8, 15.0);
    let (events, totals) = totals(&line(&DOOR), &[beside], ASPECT);
    assert_eq!(crossings(&events), [0, 0]);
    assert_eq!(totals.passed_by, 1);
}

/// opendatacam#204: a car that waits on the line in a queue is counted fifteen times.
#[test]
fn opendatacam_204_a_car_that_waits_on_the_line_counts_once() {
    let mut path = walk(&[Point::new(0.5, 0.3), Point::new(0.5, 0.5)], 0.8, 10.0);
    let tremble = |i: u32| {
        Point::new(0.5, 0.5 + 0.012 * f64::from(i % 7) / 7.0 * if i.is_multiple_of(2) { 1.0 } else { -1.0 })
    };
    then(&mut path, 0.1, (0..36_000).map(tremble));
    let t = path[path.len() - 1].0 + 0.1;
    path.extend(
        walk(&[Point::new(0.5, 0.5), Point::new(0.5, 0.7)], 0.8, 10.0).into_iter().map(|(at, p)| (t + at, p)),
    );
    let mut last = None;
    path.retain(|(t, _)| last.replace(*t) != Some(*t));
    // The laws' driver looks each moment up; an hour is too long for that, so every tenth second is enough.
    let thinned: Path = path
        .iter()
        .enumerate()
        .filter(|(i, _)| i % 10 == 0 || *i < 40 || *i + 40 > path.len())
        .map(|(_, s)| *s)
        .collect();
    assert_eq!(crossings(&count(&line(&DOOR), &[thinned], ASPECT)), [1, 0]);
}

/// ultralytics#14291: of two that cross in the same frame one is lost.
#[test]
fn ultralytics_14291_two_in_the_same_frame_both_count() {
    let at = |x| walk(&[Point::new(x, 0.3), Point::new(x, 0.7)], 0.8, 10.0);
    assert_eq!(crossings(&count(&line(&DOOR), &[at(0.4), at(0.5)], ASPECT)), [2, 0]);
}

/// roboflow/supervision#1838: a line where tracks begin counts far too few, and nobody says why.
#[test]
fn supervision_1838_a_line_where_tracks_begin_is_reported() {
    let born = |i: u32| walk(&[Point::new(0.25 + 0.02 * f64::from(i), 0.5), Point::new(0.5, 0.8)], 0.8, 10.0);
    let paths: Vec<Path> = (0..25).map(born).collect();
    let (events, totals) = totals(&line(&DOOR), &paths, ASPECT);
    assert_eq!(crossings(&events), [0, 0]);
    assert_eq!((totals.origin_unobserved, totals.born_near), (25, 25));
}
