//! One track's way, with no more points than it takes to draw it.

use counting::Ends;
use observation::{Anchor, BBox, Class, Point, TrackId, TrackedDetection};
use time::{Duration, OffsetDateTime};

/// The most steps of a path.
const STEPS: usize = 32;
/// How far apart steps are at first, in shares of the picture's height.
const APART: f64 = 0.02;
/// How long after a step the next one is kept wherever it is.
const STANDING: Duration = Duration::seconds(10);

/// Where a track went.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// The track's number, as in events.
    pub track: TrackId,
    /// When it was first seen.
    pub from: OffsetDateTime,
    /// When it was last seen.
    pub until: OffsetDateTime,
    /// Some of the places of its foot, the first and the last among them; at most 33.
    pub steps: Vec<Step>,
    first: BBox,
    last: BBox,
    is_born: bool,
    /// Its smoothed height when it died, in frame heights.
    died: Option<f64>,
    /// Confidence of each class that it was found as.
    votes: Vec<(Class, f64)>,
    apart: f64,
}

/// Where a track was at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// When.
    pub time: OffsetDateTime,
    /// Where its foot was.
    pub foot: Point,
}

impl Path {
    pub(crate) fn new(seen: &TrackedDetection, time: OffsetDateTime, is_born: bool) -> Self {
        let bbox = seen.detection.bbox;
        let first = Step { time, foot: bbox.anchor(Anchor::Foot) };
        Self {
            track: seen.track,
            from: time,
            until: time,
            steps: vec![first],
            first: bbox,
            last: bbox,
            is_born,
            died: None,
            votes: Vec::new(),
            apart: APART,
        }
    }

    /// Takes the next observation.
    pub(crate) fn see(&mut self, seen: &TrackedDetection, time: OffsetDateTime, aspect: f64) {
        self.until = time;
        self.last = seen.detection.bbox;
        let confidence = f64::from(seen.detection.confidence);
        match self.votes.iter_mut().find(|(class, _)| *class == seen.detection.class) {
            Some((_, votes)) => *votes += confidence,
            None => self.votes.push((seen.detection.class, confidence)),
        }
        let step = Step { time, foot: self.last.anchor(Anchor::Foot) };
        let before = self.steps[self.steps.len() - 1];
        let away = ((step.foot.x - before.foot.x) * aspect).hypot(step.foot.y - before.foot.y);
        let long = STANDING * (self.apart / APART);
        if away < self.apart && time - before.time < long {
            return;
        }
        if self.steps.len() == STEPS {
            // Every other one, the first among those that stay: from here on they are twice as far apart.
            let mut index = 0;
            self.steps.retain(|_| {
                index += 1;
                index % 2 == 1
            });
            self.apart *= 2.0;
        }
        self.steps.push(step);
    }

    /// Notes that it will not be seen again; `height` is its smoothed height, in frame heights.
    pub(crate) fn die(&mut self, height: f64) {
        self.died = Some(height);
    }

    /// As it is shown: its last place is its last step.
    pub(crate) fn whole(&self) -> Self {
        let mut path = self.clone();
        let last = Step { time: self.until, foot: self.last.anchor(Anchor::Foot) };
        if path.steps.last() != Some(&last) {
            path.steps.push(last);
        }
        path
    }

    /// Where its foot was first seen; none when it goes on with a track that was lost a moment before.
    pub fn born(&self) -> Option<Point> {
        self.is_born.then(|| self.first.anchor(Anchor::Foot))
    }

    /// Where its foot was last seen; none when it is still in the picture, was cut by a gap, or another track goes on
    /// with it.
    pub fn died(&self) -> Option<Point> {
        self.died.map(|_| self.last.anchor(Anchor::Foot))
    }

    /// Its class, by the confidence-weighted majority.
    pub fn class(&self) -> Class {
        let best = self.votes.iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        best.map_or(Class(0), |(class, _)| *class)
    }

    pub(crate) fn ends(&self) -> Ends {
        Ends { first: self.is_born.then_some(self.first), last: self.died.map(|height| (self.last, height)) }
    }
}

#[cfg(test)]
mod tests {
    use observation::{Detection, StreamTime};

    use super::*;

    fn walked(seconds: u32, place: impl Fn(f64) -> Point) -> Path {
        let seen = |t: f64| {
            let foot = place(t);
            let bbox = BBox::new(foot.x - 0.02, foot.y - 0.2, foot.x + 0.02, foot.y);
            let detection = Detection { bbox, class: Class(0), confidence: 0.9 };
            TrackedDetection { track: TrackId(7), time: StreamTime::from_secs(t), detection }
        };
        let at = |t: f64| OffsetDateTime::UNIX_EPOCH + Duration::seconds_f64(t);
        let mut path = Path::new(&seen(0.0), at(0.0), true);
        for i in 0..=seconds * 5 {
            let t = f64::from(i) / 5.0;
            path.see(&seen(t), at(t), 1.5);
        }
        path.whole()
    }

    #[test]
    fn a_long_way_has_few_steps_and_keeps_its_ends() {
        let walk = |t: f64| Point::new(0.1 + 0.008 * t, 0.5);
        let path = walked(100, walk);
        assert!((16..=33).contains(&path.steps.len()), "{} steps", path.steps.len());
        assert_eq!((path.steps[0].foot, path.steps[path.steps.len() - 1].foot), (walk(0.0), walk(100.0)));
        assert!(path.steps.is_sorted_by(|a, b| a.time < b.time));
        let longest = path.steps.windows(2).map(|pair| pair[1].foot.x - pair[0].foot.x).fold(0.0, f64::max);
        assert!(longest < 0.08, "steps of {longest} are even");
    }

    #[test]
    fn who_stands_for_hours_takes_no_more_room() {
        let path = walked(4 * 3600, |t| Point::new(0.5 + 0.001 * (t / 7.0).sin(), 0.5));
        assert!(path.steps.len() <= 33, "{} steps", path.steps.len());
        assert_eq!((path.until - path.from).whole_seconds(), 4 * 3600);
    }
}
