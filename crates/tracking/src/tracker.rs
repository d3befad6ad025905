use observation::{Class, Detection, StreamTime, TrackId, TrackedDetection};

use crate::assignment::{Candidate, assign};
use crate::found::{Found, MetricBox};
use crate::kalman::Axis;

/// What a tracker may be told; the defaults serve most cameras.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrackerSettings {
    /// From this confidence on a detection may begin a track.
    pub strong: f32,
    /// From this confidence on a detection may continue one.
    pub weak: f32,
    /// Seconds after which a track that is not seen is given up.
    pub lost_s: f64,
    /// Observations after which a track is confirmed, if it is old enough.
    pub confirm: u32,
    /// Age at which a track is confirmed, in seconds: false boxes that flicker are younger.
    pub confirm_s: f64,
}

impl Default for TrackerSettings {
    fn default() -> Self {
        Self { strong: 0.5, weak: 0.35, lost_s: 2.0, confirm: 3, confirm_s: 0.4 }
    }
}

/// What one frame gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tracked {
    /// Observations of confirmed tracks; those from before a track was confirmed come with it.
    pub seen: Vec<TrackedDetection>,
    /// Confirmed tracks that were given up.
    pub ended: Vec<TrackId>,
}

/// Joins detections to tracks.
#[derive(Clone, Debug)]
pub struct Tracker {
    settings: TrackerSettings,
    aspect: f64,
    tracks: Vec<Track>,
    next_id: u64,
    last: Option<StreamTime>,
}

/// Position noise of a detector's box, in body heights.
const BOX_NOISE: f64 = 0.06;
/// Change of speed, in body heights a second, per square root of a second.
const ACCELERATION: f64 = 0.9;
/// Longest stretch of an unconfirmed track without an observation, in seconds, beside one missed frame.
const TENTATIVE_S: f64 = 0.25;
/// Seconds without an observation after which a track counts as lost.
const LOST_S: f64 = 0.5;
/// Least overlap with the expected box, and largest change of the height (as a natural logarithm), after a loss.
const LOST_IOU: f64 = 0.1;
const LOST_RATIO: f64 = 0.3;
/// Share of the smaller box that must lie on a known track's for it to be the same object.
const COVERED: f64 = 0.65;
/// A detector that is so sure does not see ghosts: what it says twice of one place are two objects, and a track of
/// such boxes need not wait as long before it is confirmed.
const SURE: f32 = 0.92;
const SURE_CONFIRM_S: f64 = 0.2;
/// Of its earlier width, what an object shows at most when it has as good as left the frame at a side.
const SLIVER: f64 = 0.6;
/// How near to the frame's side a box reaches it, as a share of the frame's height: detectors are a little short of it.
const AT_SIDE: f64 = 0.01;
/// Overlap above which two confirmed tracks are the same object seen twice.
const DUPLICATE_IOU: f64 = 0.8;

#[derive(Clone, Debug)]
struct Track {
    id: Option<TrackId>,
    x: Axis,
    y: Axis,
    width: f64,
    height: f64,
    /// The widest that it was seen.
    widest: f64,
    class: Class,
    last_seen: StreamTime,
    last_box: MetricBox,
    observations: u32,
    /// Kept until the track is confirmed.
    pending: Vec<(StreamTime, Detection)>,
}

/// Classes that a detector takes for one another: a van is now a car and now a truck.
fn alike(a: Class, b: Class) -> bool {
    let group = |class: Class| match class.0 {
        2 | 5 | 7 => 100,
        1 | 3 => 101,
        other => other,
    };
    // Who rides a bicycle is found now as a person, now as the bicycle: those are two objects.
    group(a) == group(b)
}

/// Body heights a second at which an object of the class may first be met.
fn likely_speed(class: Class) -> f64 {
    match class.0 {
        0 => 1.0,
        1 | 3 => 3.0,
        _ => 5.0,
    }
}

impl Tracker {
    /// A tracker for one stream; `aspect` is the frame's width divided by its height.
    pub fn new(settings: TrackerSettings, aspect: f64) -> Self {
        Self { settings, aspect, tracks: Vec::new(), next_id: 1, last: None }
    }

    /// How many tracks are followed, lost ones included.
    pub fn followed(&self) -> usize {
        self.tracks.len()
    }

    /// Takes the detections of one frame. Frames come in order of time.
    pub fn update(&mut self, time: StreamTime, detections: &[Detection]) -> Tracked {
        let step = self.last.map_or(0.0, |last| (time - last).as_secs().max(0.0));
        self.last = Some(time);
        for track in &mut self.tracks {
            let acceleration = ACCELERATION * track.height;
            track.x.predict(step, acceleration);
            track.y.predict(step, acceleration);
        }
        let found = Found::new(detections, self.settings.weak, self.aspect);
        let strong: Vec<bool> =
            found.detections.iter().map(|d| d.confidence >= self.settings.strong).collect();
        self.steady(&found, &strong, time);

        // To each track its detection, and to each detection its track.
        let mut matched: Vec<Option<usize>> = vec![None; self.tracks.len()];
        let mut owner: Vec<Option<usize>> = vec![None; strong.len()];
        let recent = |track: &Track| (time - track.last_seen).as_secs() <= step + TENTATIVE_S;
        let confirmed = |track: &Track| track.id.is_some();
        let mut stage = |tracks: &dyn Fn(&Track) -> bool, strength: bool, cost: Cost| {
            let rows: Vec<usize> = (0..matched.len())
                .filter(|&row| matched[row].is_none() && tracks(&self.tracks[row]))
                .collect();
            let free = |column: usize| owner[column].is_none() && strong[column] == strength;
            for (row, column) in self.matches(&rows, &free, &found, time, cost) {
                matched[row] = Some(column);
                owner[column] = Some(row);
            }
        };
        stage(&confirmed, true, Cost::Predicted);
        stage(&|track| confirmed(track) && recent(track), false, Cost::Predicted);
        stage(&confirmed, true, Cost::LastSeen);
        stage(&|track| !confirmed(track), true, Cost::Predicted);
        stage(&|track| !confirmed(track), false, Cost::Predicted);

        let mut tracked = Tracked::default();
        for (i, matched) in matched.iter().enumerate() {
            let Some(column) = *matched else { continue };
            self.join(i, time, &found.detections[column], &found.boxes[column], &mut tracked);
        }
        // The boxes that confirmed tracks lie on now, before any track is dropped.
        let taken: Vec<Option<Class>> = owner
            .iter()
            .map(|row| {
                row.map(|row| &self.tracks[row]).filter(|track| confirmed(track)).map(|track| track.class)
            })
            .collect();
        self.give_up(time, step, &found, &taken, &mut tracked);
        for i in (0..strong.len()).filter(|&i| strong[i] && owner[i].is_none()) {
            if found.detections[i].confidence >= SURE || !covered(&found, &taken, i) {
                self.begin(time, found.detections[i], found.boxes[i]);
            }
        }
        tracked
    }

    /// Ends every track: what comes next is not a continuation of what was seen before.
    pub fn reset(&mut self) -> Vec<TrackId> {
        self.last = None;
        std::mem::take(&mut self.tracks).into_iter().filter_map(|track| track.id).collect()
    }

    /// Takes out a jump that all tracks make together: a camera on a pole shakes.
    fn steady(&mut self, found: &Found, strong: &[bool], time: StreamTime) {
        const LEAST_TRACKS: usize = 4;
        let mut jumps: Vec<(f64, f64)> = Vec::new();
        for track in self.tracks.iter().filter(|track| track.id.is_some()) {
            if (time - track.last_seen).as_secs() > 0.5 {
                continue;
            }
            let reach = 1.5 * track.height;
            let mut nearest = (reach * reach, None);
            for i in found.nearby.within(track.x.position, reach) {
                let off = (found.boxes[i].x - track.x.position, found.boxes[i].y - track.y.position);
                let square = off.0 * off.0 + off.1 * off.1;
                if square < nearest.0 && strong[i] && alike(track.class, found.detections[i].class) {
                    nearest = (square, Some(off));
                }
            }
            jumps.extend(nearest.1);
        }
        if jumps.len() < LEAST_TRACKS {
            return;
        }
        let (x, y) = (median(jumps.iter().map(|j| j.0)), median(jumps.iter().map(|j| j.1)));
        let scatter = median(jumps.iter().map(|j| (j.0 - x).hypot(j.1 - y)));
        // One direction for all, and well beyond what chance gives.
        if x.hypot(y) < 3.0 * scatter || x.hypot(y) < 0.01 {
            return;
        }
        for track in &mut self.tracks {
            track.x.position += x;
            track.y.position += y;
            track.last_box.x += x;
            track.last_box.y += y;
        }
    }

    /// The cheapest pairs of the tracks `rows` and the free detections.
    fn matches(
        &self,
        rows: &[usize],
        free: &dyn Fn(usize) -> bool,
        found: &Found,
        time: StreamTime,
        cost: Cost,
    ) -> Vec<(usize, usize)> {
        let mut candidates = Vec::new();
        for &row in rows {
            let track = &self.tracks[row];
            let (place, reach) = track.expected(cost, time);
            let unseen = (time - track.last_seen).as_secs();
            for column in found.nearby.within(place.x, reach) {
                if !free(column) || !alike(track.class, found.detections[column].class) {
                    continue;
                }
                if let Some(cost) = misfit(&place, &found.boxes[column], reach, unseen) {
                    candidates.push(Candidate { row, column, cost });
                }
            }
        }
        assign(self.tracks.len(), found.boxes.len(), &candidates)
    }

    fn join(
        &mut self,
        i: usize,
        time: StreamTime,
        seen: &Detection,
        place: &MetricBox,
        tracked: &mut Tracked,
    ) {
        let track = &mut self.tracks[i];
        track.correct(time, place);
        track.observations += 1;
        track.class = if track.observations < 10 { seen.class } else { track.class };
        if let Some(id) = track.id {
            tracked.seen.push(TrackedDetection { track: id, time, detection: *seen });
            return;
        }
        track.pending.push((time, *seen));
        let age = (time - track.pending[0].0).as_secs();
        let sum: f32 = track.pending.iter().map(|(_, seen)| seen.confidence).sum();
        let sure = sum >= SURE * track.pending.len() as f32;
        let wait = if sure { self.settings.confirm_s.min(SURE_CONFIRM_S) } else { self.settings.confirm_s };
        // A hundredth of a second of grace: stamps are rounded.
        if track.observations < self.settings.confirm || age < wait - 0.01 {
            return;
        }
        let id = TrackId(self.next_id);
        self.next_id += 1;
        track.id = Some(id);
        for (time, detection) in track.pending.drain(..) {
            tracked.seen.push(TrackedDetection { track: id, time, detection });
        }
    }

    fn begin(&mut self, time: StreamTime, seen: Detection, place: MetricBox) {
        let spread = BOX_NOISE * place.height;
        let speed = likely_speed(seen.class) * place.height;
        self.tracks.push(Track {
            id: None,
            x: Axis::new(place.x, spread, speed),
            y: Axis::new(place.y, spread, speed),
            width: place.width,
            height: place.height,
            widest: place.width,
            class: seen.class,
            last_seen: time,
            last_box: place,
            observations: 1,
            pending: vec![(time, seen)],
        });
    }

    fn give_up(
        &mut self,
        time: StreamTime,
        step: f64,
        found: &Found,
        taken: &[Option<Class>],
        tracked: &mut Tracked,
    ) {
        let (lost_s, aspect) = (self.settings.lost_s, self.aspect);
        self.tracks.retain(|track| {
            let double = track.is_double(time, found, taken);
            let unseen = (time - track.last_seen).as_secs();
            let out = track.x.position < 0.0
                || track.x.position > aspect
                || track.y.position - track.height / 2.0 > 1.0
                || track.y.position + track.height / 2.0 < 0.0;
            let patience = match track.id {
                None => step + TENTATIVE_S,
                Some(_) if track.has_left(aspect) => step + TENTATIVE_S,
                Some(_) if out => step + 0.5,
                Some(_) => step + lost_s,
            };
            let keep = unseen <= patience && !double;
            if !keep {
                tracked.ended.extend(track.id);
            }
            keep
        });
    }
}

/// Whether the box `i` lies mostly on one that a confirmed track has taken: a second box of the same object.
/// One who truly stands behind another is met when they part.
fn covered(found: &Found, taken: &[Option<Class>], i: usize) -> bool {
    let place = &found.boxes[i];
    found.nearby.overlapping(place).filter(|&other| taken[other].is_some()).any(|other| {
        let (bbox, other) = (place.bbox(), found.boxes[other].bbox());
        bbox.intersection(&other) > COVERED * bbox.area().min(other.area())
    })
}

/// Where a track is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cost {
    /// Where it should be by now.
    Predicted,
    /// Where it was last seen: a track that stopped behind a pillar.
    LastSeen,
}

impl Track {
    /// The expected box, and how far around it the centre may be.
    fn expected(&self, cost: Cost, time: StreamTime) -> (MetricBox, f64) {
        if cost == Cost::LastSeen {
            let unseen = (time - self.last_seen).as_secs();
            let reach = self.height * (0.3 + 0.3 * unseen).min(0.8);
            return (self.last_box, reach);
        }
        let place =
            MetricBox { x: self.x.position, y: self.y.position, width: self.width, height: self.height };
        let spread = self.x.spread().hypot(BOX_NOISE * self.height);
        (
            place,
            (3.0 * spread).clamp(0.25 * self.height, 1.2 * self.height * likely_speed(self.class).max(1.0)),
        )
    }

    /// Whether it was not seen for a while and lies on a box that another track has taken: the same object,
    /// twice.
    fn is_double(&self, time: StreamTime, found: &Found, taken: &[Option<Class>]) -> bool {
        if (time - self.last_seen).as_secs() < LOST_S {
            return false;
        }
        let place = self.expected(Cost::Predicted, time).0;
        found.nearby.overlapping(&place).any(|other| {
            taken[other].is_some_and(|class| alike(class, self.class))
                && found.boxes[other].iou(&place) > DUPLICATE_IOU
        })
    }

    /// Whether it was last seen as a sliver that went out at a side of the frame: who appears there next is somebody else.
    fn has_left(&self, aspect: f64) -> bool {
        let MetricBox { x, width, .. } = self.last_box;
        let left = x - width / 2.0 <= AT_SIDE && self.x.velocity < 0.0;
        let right = x + width / 2.0 >= aspect - AT_SIDE && self.x.velocity > 0.0;
        (left || right) && width < SLIVER * self.widest
    }

    fn correct(&mut self, time: StreamTime, seen: &MetricBox) {
        let unseen = (time - self.last_seen).as_secs();
        let noise = BOX_NOISE * seen.height;
        self.x.correct(seen.x, noise);
        self.y.correct(seen.y, noise);
        if unseen > 0.5 {
            // After a loss the filter's speed is a guess grown old: the two observations know better.
            self.x.velocity = (seen.x - self.last_box.x) / unseen;
            self.y.velocity = (seen.y - self.last_box.y) / unseen;
        }
        let share = 1.0 - (-unseen.max(0.01) / 0.3).exp();
        self.width += share * (seen.width - self.width);
        self.height += share * (seen.height - self.height);
        self.widest = self.widest.max(seen.width);
        self.last_seen = time;
        self.last_box = *seen;
    }
}

/// How badly a box fits where a track is expected: 0 perfect, 1 just possible, none impossible. After a loss
/// it must lie on the expected box and be as large: somebody else who comes by is another track.
fn misfit(place: &MetricBox, seen: &MetricBox, reach: f64, unseen: f64) -> Option<f64> {
    let off = (seen.x - place.x).hypot(seen.y - place.y);
    if off > reach {
        return None;
    }
    let ratio = (seen.height / place.height).ln().abs();
    let iou = place.iou(seen);
    let lost = unseen > LOST_S;
    let most = if lost { LOST_RATIO } else { 0.7 };
    if ratio > most || (lost && iou < LOST_IOU) {
        return None;
    }
    Some(0.8 * (1.0 - iou) + 0.1 * off / reach + 0.1 * ratio / 0.7)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[cfg(test)]
mod tests {
    use observation::{BBox, Point};

    use super::*;

    fn person(x: f64, y: f64, confidence: f32) -> Detection {
        Detection { bbox: BBox::around(Point::new(x, y), 0.04, 0.2), class: Class(0), confidence }
    }

    fn ids(fps: f64, seconds: f64, scene: impl Fn(f64) -> Vec<Detection>) -> Vec<u64> {
        let mut tracker = Tracker::new(TrackerSettings::default(), 16.0 / 9.0);
        let mut seen: Vec<u64> = Vec::new();
        for i in 0..(seconds * fps) as u32 {
            let time = f64::from(i) / fps;
            let tracked = tracker.update(StreamTime::from_secs(time), &scene(time));
            seen.extend(tracked.seen.iter().map(|seen| seen.track.0));
        }
        seen.sort_unstable();
        seen.dedup();
        seen
    }

    #[test]
    fn two_who_pass_each_other_keep_their_tracks_at_any_frame_rate() {
        for fps in [5.0, 10.0, 15.0, 30.0] {
            let scene = |t: f64| vec![person(0.1 + 0.1 * t, 0.50, 0.8), person(0.9 - 0.1 * t, 0.53, 0.8)];
            assert_eq!(ids(fps, 8.0, scene), [1, 2], "{fps} frames/s");
        }
    }

    #[test]
    fn a_loss_of_a_second_is_bridged() {
        let scene =
            |t: f64| if (3.0..4.0).contains(&t) { vec![] } else { vec![person(0.1 + 0.08 * t, 0.5, 0.8)] };
        assert_eq!(ids(10.0, 8.0, scene), [1]);
    }

    #[test]
    fn weak_detections_continue_a_track_but_never_begin_one() {
        assert!(ids(10.0, 5.0, |t| vec![person(0.2 + 0.05 * t, 0.5, 0.4)]).is_empty());
        let fading = |t: f64| vec![person(0.2 + 0.05 * t, 0.5, if t < 1.0 { 0.8 } else { 0.4 })];
        let mut tracker = Tracker::new(TrackerSettings::default(), 1.5);
        let last = (0..50).map(|i| {
            tracker.update(StreamTime::from_secs(f64::from(i) / 10.0), &fading(f64::from(i) / 10.0))
        });
        assert_eq!(last.last().unwrap().seen.len(), 1);
    }

    #[test]
    fn a_false_box_of_two_frames_is_no_track() {
        let scene = |t: f64| if (1.0..1.15).contains(&t) { vec![person(0.5, 0.5, 0.9)] } else { vec![] };
        assert!(ids(10.0, 5.0, scene).is_empty());
    }

    #[test]
    fn a_sure_box_beside_a_known_track_is_another_object_and_an_unsure_one_the_same() {
        for (confidence, tracks) in [(0.95, 2), (0.8, 1)] {
            let scene = |t: f64| {
                let mut seen = vec![person(0.3 + 0.05 * t, 0.5, 0.95)];
                if t > 1.0 {
                    seen.push(person(0.3 + 0.05 * t + 0.008, 0.5, confidence));
                }
                seen
            };
            assert_eq!(ids(10.0, 4.0, scene).len(), tracks, "confidence {confidence}");
        }
    }

    #[test]
    fn a_shaking_pole_breaks_no_track() {
        let scene = |t: f64| {
            let jump = if ((t * 2.0) as u32).is_multiple_of(2) { 0.0 } else { 0.06 };
            (0..6u32).map(|i| person(0.1 + 0.14 * f64::from(i) + 0.01 * t, 0.4 + jump, 0.8)).collect()
        };
        assert_eq!(ids(10.0, 6.0, scene).len(), 6);
    }
}
