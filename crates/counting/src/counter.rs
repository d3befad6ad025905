mod change;

use std::collections::BTreeMap;

use event::{Dwell, Event, Gap, Sighting, Stream, What};
use observation::{Point, StreamTime, TrackId, TrackedDetection};
use time::OffsetDateTime;

use crate::footprint::{Footprint, Grid};
use crate::gate::{Metric, inside};
use crate::in_force::{Held, Line, NET_WINDOW_S, Zone, ready};
use crate::line::Outcome;
use crate::rules::{CountMode, RuleError, Rules};
use crate::summary::Summary;
use crate::track::{STITCH_S, Track};
use crate::zone::{ENTER_S, LEAVE_S, Stay};

/// Body heights a second below which an object stands in a queue.
const STANDING: f64 = 0.3;
/// Longest step between two frames that counts as time present, in seconds.
const LONGEST_STEP_S: f64 = 1.0;

/// What the tracker saw in one frame.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The frame's time.
    pub time: StreamTime,
    /// Confirmed tracks that were seen, each track's in order of time.
    pub seen: &'a [TrackedDetection],
    /// Tracks that the tracker has given up.
    pub ended: &'a [TrackId],
}

/// What became of a track, beside what it did at lines and zones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TrackChange {
    /// It was seen for the first time.
    Born(TrackId),
    /// It is seen for the first time, and taken for the continuation of one that was lost.
    Continued {
        /// The track that goes on.
        track: TrackId,
        /// The one that it goes on with.
        lost: TrackId,
    },
    /// It will not be seen again.
    Died {
        /// The track.
        track: TrackId,
        /// Its smoothed height when it was last seen, in frame heights.
        height: f64,
    },
    /// It was seen when pictures ceased to come: nobody knows what became of it.
    Cut(TrackId),
}

/// Counts one stream.
#[derive(Clone, Debug)]
pub struct Counter {
    stream: Stream,
    classes: Vec<String>,
    aspect: f64,
    lines: Vec<Line>,
    zones: Vec<Zone>,
    tracks: BTreeMap<TrackId, Track>,
    confirmed: u64,
    footprint: Footprint,
    last_frame: Option<StreamTime>,
    changes: Vec<TrackChange>,
    /// The latest version of each rule that was ever in force, by name: ids are made of them.
    versions: BTreeMap<String, u32>,
}

impl Counter {
    /// A counter for one stream. `classes` are the model's class names in its order, `aspect` is the frame's
    /// width divided by its height, as it is shown.
    ///
    /// # Errors
    /// When a rule is impossible or names a class that the model does not know.
    pub fn new(stream: Stream, rules: Rules, classes: &[String], aspect: f64) -> Result<Self, RuleError> {
        let (lines, zones) = ready(rules, classes, aspect)?;
        let mut counter = Self {
            stream,
            classes: classes.to_vec(),
            aspect,
            lines,
            zones,
            tracks: BTreeMap::new(),
            confirmed: 0,
            footprint: Footprint::default(),
            last_frame: None,
            changes: Vec::new(),
            versions: BTreeMap::new(),
        };
        counter.note_versions();
        Ok(counter)
    }

    /// Somebody set the clock: from now on stream time zero is this calendar time. Ids do not depend on it.
    pub fn set_start(&mut self, start: OffsetDateTime) {
        self.stream.start = start;
    }

    /// Takes one frame; returns what became certain with it, in a fixed order.
    pub fn update(&mut self, frame: &Frame<'_>) -> Vec<Event> {
        let mut events = Vec::new();
        self.changes.clear();
        let step =
            self.last_frame.map_or(0.0, |last| (frame.time - last).as_secs().clamp(0.0, LONGEST_STEP_S));
        self.last_frame = Some(frame.time);
        for seen in frame.seen {
            self.observe(seen, frame.time, &mut events);
            if seen.time == frame.time {
                let foot = seen.detection.bbox.anchor(observation::Anchor::Foot);
                self.footprint.present(foot, step);
            }
        }
        for id in frame.ended {
            if let Some(track) = self.tracks.get_mut(id) {
                track.ended = true;
            }
        }
        self.release_held(frame.time, false, &mut events);
        self.forget(frame.time, &mut events);
        events
    }

    /// Nothing could be seen for a while: no side and no stay is carried over it.
    pub fn gap(&mut self, gap: Gap) -> Vec<Event> {
        let mut events = self.interrupt(gap.from);
        events.push(self.stream.gap(gap));
        events
    }

    /// As [`gap`](Self::gap), when it is not known yet how long it lasts.
    pub fn interrupt(&mut self, since: StreamTime) -> Vec<Event> {
        self.close(Some(since))
    }

    /// The stream has ended.
    pub fn finish(&mut self) -> Vec<Event> {
        self.close(None)
    }

    /// The totals so far.
    pub fn summary(&self) -> Summary {
        let mut zones: Vec<_> = self.zones.iter().map(|zone| zone.totals.clone()).collect();
        for track in self.tracks.values().filter(|track| !track.continued) {
            for (zone, at) in zones.iter_mut().zip(&track.zones) {
                let within = at.at.since().is_some();
                zone.queue += u64::from(within && track.speed() < STANDING);
            }
        }
        Summary {
            lines: self.lines.iter().map(|line| line.totals.clone()).collect(),
            zones,
            tracks: self.confirmed,
        }
    }

    /// Where people walked, and where tracks began and ended.
    pub fn footprint(&self) -> &Footprint {
        &self.footprint
    }

    /// Takes out what [`footprint`](Self::footprint) holds of presence, so that it gathers anew.
    pub fn take_presence(&mut self) -> Grid {
        self.footprint.take_presence()
    }

    /// What became of tracks in the last frame, gap or end.
    pub fn changes(&self) -> &[TrackChange] {
        &self.changes
    }

    /// How many tracks are remembered: those in the picture and those lost a moment ago.
    pub fn remembered(&self) -> usize {
        self.tracks.len()
    }

    fn observe(&mut self, seen: &TrackedDetection, now: StreamTime, events: &mut Vec<Event>) {
        if !self.tracks.contains_key(&seen.track) {
            self.meet(seen);
        }
        let Some(mut track) = self.tracks.remove(&seen.track) else { return };
        if track.continued {
            // Another track was taken for this one's continuation, but it lives: what it did is the other's
            // now, and it starts afresh.
            let mut afresh = Track::new(seen, self.aspect, self.lines.len(), self.zones.len());
            afresh.keep_ordinals(&track);
            track = afresh;
        }
        track.observe(seen, self.aspect);
        track.ended = false;
        for i in 0..self.lines.len() {
            self.at_line(i, seen, &mut track, now, events);
        }
        for i in 0..self.zones.len() {
            self.at_zone(i, seen, &mut track, now, events);
        }
        self.tracks.insert(seen.track, track);
    }

    /// A track that was not known: new, or the continuation of one that was lost.
    fn meet(&mut self, seen: &TrackedDetection) {
        let mut track = Track::new(seen, self.aspect, self.lines.len(), self.zones.len());
        let lost = self.tracks.iter().filter(|(_, lost)| {
            lost.lines.iter().any(|line| line.at.is_near())
                || lost.zones.iter().any(|zone| zone.at.since().is_some())
        });
        let best = lost
            .filter_map(|(id, lost)| Some((lost.misfit(seen, self.aspect)?, *id)))
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        match best {
            Some((_, id)) => {
                let lost = self.tracks.get_mut(&id).expect("it was just found there");
                track.continue_from(lost);
                lost.continued = true;
                self.changes.push(TrackChange::Continued { track: seen.track, lost: id });
                for held in self.lines.iter_mut().flat_map(|line| &mut line.held) {
                    if held.track == id {
                        held.track = seen.track;
                    }
                }
            }
            None => {
                self.confirmed += 1;
                self.changes.push(TrackChange::Born(seen.track));
                self.footprint.born(seen.detection.bbox.anchor(observation::Anchor::Foot));
            }
        }
        self.tracks.insert(seen.track, track);
    }

    fn at_line(
        &mut self,
        index: usize,
        seen: &TrackedDetection,
        track: &mut Track,
        now: StreamTime,
        events: &mut Vec<Event>,
    ) {
        let line = &mut self.lines[index];
        let anchor = seen.detection.bbox.anchor(line.rule.anchor);
        let point = Metric { x: anchor.x * self.aspect, y: anchor.y };
        let first = track.first_seen == seen.time;
        let (class, confidence) = track.class();
        let state = &mut track.lines[index];
        let inferred = state.at.inferred;
        let outcome = state.at.observe(seen.time, point, track.height, &line.gate, &line.settings);
        if first && state.at.born_near() {
            line.totals.born_near += 1;
        }
        let Some(outcome) = outcome else { return };
        let Some(class) = wanted(&self.classes, class, &line.rule.classes) else { return };
        let sighting = Sighting {
            rule: line.rule.name.clone(),
            rule_version: line.rule.version,
            class,
            confidence,
            confirmed: now,
            inferred,
            track: seen.track.0,
        };
        let (time, what) = match outcome {
            Outcome::OriginUnobserved => {
                line.totals.origin_unobserved += 1;
                return;
            }
            Outcome::TurnedBack(time) => {
                line.totals.turned_back += 1;
                (time, What::TurnedBack(sighting))
            }
            Outcome::PassedBy(direction, time) => {
                line.totals.passed_by += 1;
                (time, What::PassedBy(direction, sighting))
            }
            Outcome::Crossed(direction, time) => {
                let young = (now - track.first_seen).as_secs() < line.settings.min_age_s
                    || track.travel < line.settings.min_travel;
                if young || !line.counts(state, direction, time) {
                    return;
                }
                if line.rule.count == CountMode::Net {
                    let held = Held { track: seen.track, direction, time, inferred };
                    if !line.undo(held) {
                        line.held.push(held);
                        return;
                    }
                    line.totals.turned_back += 1;
                    (time, What::TurnedBack(sighting))
                } else {
                    line.totals.count(direction, &sighting.class, inferred);
                    (time, What::Crossing(direction, sighting))
                }
            }
        };
        events.push(self.stream.sighting(time, what, state.ordinal));
        state.ordinal += 1;
    }

    fn at_zone(
        &mut self,
        index: usize,
        seen: &TrackedDetection,
        track: &mut Track,
        now: StreamTime,
        events: &mut Vec<Event>,
    ) {
        let zone = &mut self.zones[index];
        let anchor = seen.detection.bbox.anchor(zone.rule.anchor);
        let within = inside(&zone.polygon, Metric { x: anchor.x * self.aspect, y: anchor.y })
            && wanted(&self.classes, track.class().0, &zone.rule.classes).is_some();
        let enter_s = zone.rule.enter_s.unwrap_or(ENTER_S);
        let leave_s = zone.rule.leave_s.unwrap_or(LEAVE_S);
        if let Some(stay) = track.zones[index].at.observe(seen.time, within, enter_s, leave_s) {
            self.stay(index, stay, seen.track, track, now, false, events);
        }
    }

    #[allow(clippy::too_many_arguments)] // one private place where a stay becomes an event
    fn stay(
        &mut self,
        index: usize,
        stay: Stay,
        id: TrackId,
        track: &mut Track,
        now: StreamTime,
        interrupted: bool,
        events: &mut Vec<Event>,
    ) {
        let zone = &mut self.zones[index];
        let (class, confidence) = track.class();
        let state = &mut track.zones[index];
        let sighting = Sighting {
            rule: zone.rule.name.clone(),
            rule_version: zone.rule.version,
            class: class_name(&self.classes, class),
            confidence,
            confirmed: now,
            inferred: state.at.inferred,
            track: id.0,
        };
        let (time, what) = match stay {
            Stay::Began(since) => {
                zone.totals.entered += 1;
                zone.totals.occupancy += 1;
                zone.totals.most = zone.totals.most.max(zone.totals.occupancy);
                (since, What::ZoneEnter(sighting))
            }
            Stay::Ended(since, until) => {
                let seconds = (until - since).as_secs();
                zone.totals.left += 1;
                zone.totals.occupancy = zone.totals.occupancy.saturating_sub(1);
                zone.totals.dwell_sum_s += seconds;
                zone.totals.dwell_max_s = zone.totals.dwell_max_s.max(seconds);
                (until, What::ZoneLeave(sighting, Dwell { seconds, interrupted }))
            }
        };
        events.push(self.stream.sighting(time, what, state.ordinal));
        state.ordinal += 1;
    }

    /// Emits the crossings in net mode that nothing can cancel any more.
    fn release_held(&mut self, now: StreamTime, all: bool, events: &mut Vec<Event>) {
        for index in 0..self.lines.len() {
            let window = self.lines[index].rule.net_window_s.unwrap_or(NET_WINDOW_S);
            let mut i = 0;
            while i < self.lines[index].held.len() {
                let held = self.lines[index].held[i];
                let gone = !self.tracks.contains_key(&held.track);
                if !all && !gone && (now - held.time).as_secs() <= window {
                    i += 1;
                    continue;
                }
                self.lines[index].held.remove(i);
                self.emit_held(index, held, now, events);
            }
        }
    }

    fn emit_held(&mut self, index: usize, held: Held, now: StreamTime, events: &mut Vec<Event>) {
        let Some(track) = self.tracks.get_mut(&held.track) else { return };
        let (class, confidence) = track.class();
        let line = &mut self.lines[index];
        let state = &mut track.lines[index];
        let sighting = Sighting {
            rule: line.rule.name.clone(),
            rule_version: line.rule.version,
            class: class_name(&self.classes, class),
            confidence,
            confirmed: now,
            inferred: held.inferred,
            track: held.track.0,
        };
        line.totals.count(held.direction, &sighting.class, held.inferred);
        events.push(self.stream.sighting(held.time, What::Crossing(held.direction, sighting), state.ordinal));
        state.ordinal += 1;
    }

    /// Drops tracks that ended too long ago to be found again.
    fn forget(&mut self, now: StreamTime, events: &mut Vec<Event>) {
        let old = |track: &Track| track.ended && (now - track.last_seen).as_secs() > STITCH_S;
        let gone: Vec<TrackId> = self.tracks.iter().filter(|(_, t)| old(t)).map(|(id, _)| *id).collect();
        for id in gone {
            self.bury(id, now, None, events);
        }
    }

    /// Ends everything; `cut` is since when nothing could be seen, if that is why.
    fn close(&mut self, cut: Option<StreamTime>) -> Vec<Event> {
        let mut events = Vec::new();
        self.changes.clear();
        // A standstill is noticed after the frames that showed it.
        let now = self.last_frame.into_iter().chain(cut).max().unwrap_or(StreamTime::ZERO);
        self.release_held(now, true, &mut events);
        let all: Vec<TrackId> = self.tracks.keys().copied().collect();
        for id in all {
            self.bury(id, now, cut, &mut events);
        }
        events
    }

    fn bury(&mut self, id: TrackId, now: StreamTime, cut: Option<StreamTime>, events: &mut Vec<Event>) {
        for index in 0..self.lines.len() {
            while let Some(i) = self.lines[index].held.iter().position(|held| held.track == id) {
                let held = self.lines[index].held.remove(i);
                self.emit_held(index, held, now, events);
            }
        }
        let Some(mut track) = self.tracks.remove(&id) else { return };
        if track.continued {
            return;
        }
        for index in 0..self.zones.len() {
            let seen_until = cut.map_or(track.last_seen, |cut| cut.min(track.last_seen));
            if let Some(stay) = track.zones[index].at.end(seen_until) {
                let confirmed = now.max(track.last_seen);
                self.stay(index, stay, id, &mut track, confirmed, cut.is_some(), events);
            }
        }
        if cut.is_some() {
            self.changes.push(TrackChange::Cut(id));
            return;
        }
        self.changes.push(TrackChange::Died { track: id, height: track.height });
        for (line, at) in self.lines.iter_mut().zip(&track.lines) {
            line.totals.died_near += u64::from(at.at.is_near());
        }
        let foot = Point::new(track.place.x / self.aspect, track.place.y + track.height / 2.0);
        self.footprint.died(foot);
    }
}

fn class_name(classes: &[String], class: observation::Class) -> String {
    classes.get(usize::from(class.0)).cloned().unwrap_or_else(|| format!("class {}", class.0))
}

/// The class's name, if the rule counts it.
fn wanted(classes: &[String], class: observation::Class, only: &[String]) -> Option<String> {
    let name = class_name(classes, class);
    (only.is_empty() || only.contains(&name)).then_some(name)
}
