//! What the counter remembers of one track.

use observation::{Class, StreamTime, TrackedDetection};

use crate::gate::Metric;
use crate::line::AtLine;
use crate::zone::AtZone;

/// Time constant of the smoothed body height, in seconds.
const HEIGHT_TAU_S: f64 = 0.5;
/// Time constant of the smoothed speed, in seconds.
const SPEED_TAU_S: f64 = 0.5;
/// Longest loss of a track that is bridged, in seconds.
pub(crate) const STITCH_S: f64 = 2.0;

#[derive(Clone, Debug)]
pub(crate) struct Track {
    pub(crate) first_seen: StreamTime,
    pub(crate) last_seen: StreamTime,
    first_place: Metric,
    /// The middle of the box when last seen.
    pub(crate) place: Metric,
    /// Frame heights a second.
    velocity: Metric,
    /// Smoothed height of the box, in frame heights.
    pub(crate) height: f64,
    /// Farthest from where it was first seen, in body heights.
    pub(crate) travel: f64,
    votes: Vec<Vote>,
    pub(crate) lines: Vec<TrackAtLine>,
    pub(crate) zones: Vec<TrackAtZone>,
    /// Another track was taken for its continuation.
    pub(crate) continued: bool,
    /// The tracker has given it up.
    pub(crate) ended: bool,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct TrackAtLine {
    pub(crate) at: AtLine,
    pub(crate) counted: u32,
    pub(crate) last_counted: [Option<StreamTime>; 2],
    pub(crate) ordinal: u32,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct TrackAtZone {
    pub(crate) at: AtZone,
    pub(crate) ordinal: u32,
}

#[derive(Clone, Copy, Debug)]
struct Vote {
    class: Class,
    confidence: f64,
    count: u32,
}

impl Track {
    pub(crate) fn new(seen: &TrackedDetection, aspect: f64, lines: usize, zones: usize) -> Self {
        let place = middle(seen, aspect);
        Self {
            first_seen: seen.time,
            last_seen: seen.time,
            first_place: place,
            place,
            velocity: Metric { x: 0.0, y: 0.0 },
            height: seen.detection.bbox.height().max(1e-3),
            travel: 0.0,
            votes: Vec::new(),
            lines: vec![TrackAtLine::default(); lines],
            zones: vec![TrackAtZone::default(); zones],
            continued: false,
            ended: false,
        }
    }

    /// Takes the next observation of this track.
    pub(crate) fn observe(&mut self, seen: &TrackedDetection, aspect: f64) {
        let place = middle(seen, aspect);
        let seconds = (seen.time - self.last_seen).as_secs();
        if seconds > 0.0 {
            let share = 1.0 - (-seconds / SPEED_TAU_S).exp();
            let speed = |now: f64, before: f64, old: f64| old + share * ((now - before) / seconds - old);
            self.velocity = Metric {
                x: speed(place.x, self.place.x, self.velocity.x),
                y: speed(place.y, self.place.y, self.velocity.y),
            };
            let share = 1.0 - (-seconds / HEIGHT_TAU_S).exp();
            self.height += share * (seen.detection.bbox.height() - self.height);
            self.height = self.height.max(1e-3);
        }
        self.travel = self.travel.max(place.distance(self.first_place) / self.height);
        self.place = place;
        self.last_seen = seen.time;
        let confidence = f64::from(seen.detection.confidence).clamp(0.0, 1.0);
        match self.votes.iter_mut().find(|vote| vote.class == seen.detection.class) {
            Some(vote) => {
                vote.confidence += confidence;
                vote.count += 1;
            }
            None => self.votes.push(Vote { class: seen.detection.class, confidence, count: 1 }),
        }
    }

    /// The class by the confidence-weighted majority of the whole track, and its mean confidence.
    pub(crate) fn class(&self) -> (Class, f64) {
        let best = self
            .votes
            .iter()
            .max_by(|a, b| a.confidence.total_cmp(&b.confidence).then(b.class.cmp(&a.class)));
        best.map_or((Class(0), 0.0), |vote| (vote.class, vote.confidence / f64::from(vote.count)))
    }

    /// Body heights a second.
    pub(crate) fn speed(&self) -> f64 {
        self.velocity.x.hypot(self.velocity.y) / self.height
    }

    /// How badly a new track fits as this one's continuation, 0 (perfect) to 1; none where it cannot be:
    /// another class, another size, too far away, or too late.
    pub(crate) fn misfit(&self, seen: &TrackedDetection, aspect: f64) -> Option<f64> {
        let seconds = (seen.time - self.last_seen).as_secs();
        if self.continued || seconds <= 0.0 || seconds > STITCH_S || self.class().0 != seen.detection.class {
            return None;
        }
        let ratio = seen.detection.bbox.height() / self.height;
        if !(0.65..=1.55).contains(&ratio) {
            return None;
        }
        let expected = Metric {
            x: self.place.x + self.velocity.x * seconds,
            y: self.place.y + self.velocity.y * seconds,
        };
        let place = middle(seen, aspect);
        // It may have gone on, or stopped where it was last seen.
        let off = place.distance(expected).min(place.distance(self.place)) / self.height;
        let misfit = off / (0.4 + 0.4 * seconds);
        (misfit <= 1.0).then_some(misfit)
    }

    /// Follows a change of the rules: for each new line and zone, which one it was before. A changed rule has a
    /// new version, so its events are numbered anew.
    pub(crate) fn reorder(&mut self, lines: &[Option<usize>], zones: &[Option<usize>]) {
        let line = |before: &Option<usize>| before.map_or_else(Default::default, |i| self.lines[i].clone());
        let zone = |before: &Option<usize>| before.map_or_else(Default::default, |i| self.zones[i].clone());
        (self.lines, self.zones) = (lines.iter().map(line).collect(), zones.iter().map(zone).collect());
    }

    /// Goes on numbering events where `other`, of the same id, left off.
    pub(crate) fn keep_ordinals(&mut self, other: &Track) {
        for (mine, theirs) in self.lines.iter_mut().zip(&other.lines) {
            mine.ordinal = theirs.ordinal;
        }
        for (mine, theirs) in self.zones.iter_mut().zip(&other.zones) {
            mine.ordinal = theirs.ordinal;
        }
    }

    /// Takes over what a lost track has done so far.
    pub(crate) fn continue_from(&mut self, lost: &Track) {
        self.first_seen = lost.first_seen;
        self.first_place = lost.first_place;
        self.travel = lost.travel;
        self.velocity = lost.velocity;
        self.votes.clone_from(&lost.votes);
        for (mine, theirs) in self.lines.iter_mut().zip(&lost.lines) {
            // The ordinal starts anew: it belongs to the track id, which is another.
            *mine = TrackAtLine { ordinal: 0, ..theirs.clone() };
            mine.at.inferred = true;
        }
        for (mine, theirs) in self.zones.iter_mut().zip(&lost.zones) {
            *mine = TrackAtZone { ordinal: 0, at: theirs.at };
            mine.at.inferred = true;
        }
    }
}

fn middle(seen: &TrackedDetection, aspect: f64) -> Metric {
    let centre = seen.detection.bbox.centre();
    Metric { x: centre.x * aspect, y: centre.y }
}
