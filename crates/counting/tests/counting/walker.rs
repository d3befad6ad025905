//! Walkers, and what the counter makes of them.

use counting::{Counter, Frame, LineTotals, Rules};
use event::{Direction, Event, Stream, What};
use observation::{BBox, Class, Detection, Point, StreamTime, TrackId, TrackedDetection};

pub(crate) const HEIGHT: f64 = 0.1;
pub(crate) const ASPECT: f64 = 1.5;

/// Foot points of one walker with their times in seconds.
pub(crate) type Path = Vec<(f64, Point)>;

pub(crate) fn count(rules: &str, paths: &[Path], aspect: f64) -> Vec<Event> {
    totals(rules, paths, aspect).0
}

/// The events, and the totals of the first line.
pub(crate) fn totals(rules: &str, paths: &[Path], aspect: f64) -> (Vec<Event>, LineTotals) {
    let stream = Stream {
        camera: "test".into(),
        epoch: "test".into(),
        model: None,
        start: time::OffsetDateTime::UNIX_EPOCH,
    };
    let mut counter =
        Counter::new(stream, Rules::from_toml(rules).unwrap(), &["person".into()], aspect).unwrap();
    let mut times: Vec<i64> =
        paths.iter().flatten().map(|(t, _)| StreamTime::from_secs(*t).as_micros()).collect();
    times.sort_unstable();
    times.dedup();
    let mut events = Vec::new();
    for micros in times {
        let time = StreamTime::from_micros(micros);
        let mut seen = Vec::new();
        let mut ended = Vec::new();
        for (id, path) in (1..).zip(paths) {
            let here = path.iter().find(|(t, _)| StreamTime::from_secs(*t) == time);
            let Some((t, foot)) = here else { continue };
            let bbox = BBox::new(foot.x - 0.02, foot.y - HEIGHT, foot.x + 0.02, foot.y);
            let detection = Detection { bbox, class: Class(0), confidence: 0.9 };
            seen.push(TrackedDetection { track: TrackId(id), time, detection });
            if path.last().is_some_and(|(last, _)| last == t) {
                ended.push(TrackId(id));
            }
        }
        events.extend(counter.update(&Frame { time, seen: &seen, ended: &ended }));
    }
    events.extend(counter.finish());
    assert_eq!(counter.remembered(), 0, "state goes when the tracks end");
    (events, counter.summary().lines.swap_remove(0))
}

pub(crate) fn crossings(events: &[Event]) -> [usize; 2] {
    let of = |wanted| {
        events
            .iter()
            .filter(|e| matches!(e.what, What::Crossing(direction, _) if direction == wanted))
            .count()
    };
    [of(Direction::Forward), of(Direction::Backward)]
}

pub(crate) fn line(points: &[[f64; 2]]) -> String {
    named("door", points)
}

pub(crate) fn named(name: &str, points: &[[f64; 2]]) -> String {
    let points: Vec<String> = points.iter().map(|[x, y]| format!("[{x:.9}, {y:.9}]")).collect();
    format!("[[line]]\nname = \"{name}\"\npoints = [{}]\n", points.join(", "))
}

/// Walks through the corners at a steady pace and is seen `fps` times a second.
pub(crate) fn walk(corners: &[Point], speed: f64, fps: f64) -> Path {
    let mut knots = vec![(0.0, corners[0])];
    for pair in corners.windows(2) {
        let way = ((pair[1].x - pair[0].x) * ASPECT).hypot(pair[1].y - pair[0].y);
        knots.push((knots[knots.len() - 1].0 + (way / (speed * HEIGHT)).max(1e-3), pair[1]));
    }
    let end = knots[knots.len() - 1].0;
    (0..=(end * fps) as u32)
        .map(|i| f64::from(i) / fps)
        .map(|t| {
            let k = knots.partition_point(|(at, _)| *at <= t).clamp(1, knots.len() - 1);
            let ((t0, p0), (t1, p1)) = (knots[k - 1], knots[k]);
            (t, p0.lerp(p1, ((t - t0) / (t1 - t0)).clamp(0.0, 1.0)))
        })
        .collect()
}
