//! Every observation of the last minutes, and what other rules would have counted.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use counting::{Counter, Frame, RuleError, Rules, Summary, TrackChange};
use event::{Event, Stream, What};
use observation::{Anchor, Point, StreamTime, TrackId, TrackedDetection};
use time::{Duration, OffsetDateTime};

use crate::kept::Look;

/// How far back it reaches.
const KEPT: Duration = Duration::minutes(10);
/// The most observations that are kept: a hundred people in the picture for two minutes at five frames a second.
const OBSERVATIONS: usize = 60_000;
/// The most frames that are kept: ten minutes at thirty a second, and some.
const FRAMES: usize = 20_000;

/// The last ten minutes of a stream, or less where there was more to see than is kept.
#[derive(Clone, Debug, Default)]
pub struct Recent {
    aspect: f64,
    kept: VecDeque<Arc<Kept>>,
    observations: usize,
}

#[derive(Debug)]
enum Kept {
    Frame {
        time: StreamTime,
        calendar: OffsetDateTime,
        seen: Box<[TrackedDetection]>,
        ended: Box<[TrackId]>,
    },
    /// Nothing was seen any more from here on.
    Cut(StreamTime),
}

/// What rules would have counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    /// The first moment that was counted, and the last.
    pub between: (OffsetDateTime, OffsetDateTime),
    /// The totals. A stay that had not ended is not among those that left.
    pub summary: Summary,
    /// What happened, in the order in which it became certain.
    pub happened: Vec<Happened>,
}

/// An event, and where it was.
#[derive(Clone, Debug, PartialEq)]
pub struct Happened {
    /// What the camera would have told.
    pub event: Event,
    /// Where the anchor of its track was then.
    pub place: Point,
}

impl Recent {
    pub(crate) fn new(aspect: f64) -> Self {
        Self { aspect, ..Self::default() }
    }

    pub(crate) fn see(&mut self, look: &Look<'_>) {
        let (time, calendar) = (look.time, look.calendar);
        let (seen, ended): (Box<[_]>, Box<[_]>) = (look.seen.into(), look.ended.into());
        self.observations += seen.len();
        self.kept.push_back(Arc::new(Kept::Frame { time, calendar, seen, ended }));
        while let Some(oldest) = self.kept.front() {
            let (is_old, seen) = match &**oldest {
                Kept::Frame { calendar: then, seen, .. } => (calendar - *then > KEPT, seen.len()),
                // Behind it nothing goes on, so at the beginning it says nothing.
                Kept::Cut(_) => (true, 0),
            };
            if !is_old && self.observations <= OBSERVATIONS && self.kept.len() <= FRAMES {
                break;
            }
            self.observations -= seen;
            self.kept.pop_front();
        }
    }

    pub(crate) fn cut(&mut self, since: StreamTime) {
        let is_cut = self.kept.back().is_none_or(|kept| matches!(**kept, Kept::Cut(_)));
        if !is_cut {
            self.kept.push_back(Arc::new(Kept::Cut(since)));
        }
    }

    /// Counts them by these rules, as the camera would have. None when nothing is kept.
    ///
    /// # Errors
    /// When a rule is impossible or names a class that the model does not know.
    pub fn count(&self, rules: Rules, classes: &[String]) -> Result<Option<Tried>, RuleError> {
        let mut frames = self.kept.iter().filter_map(|kept| match &**kept {
            Kept::Frame { time, calendar, .. } => Some((*time, *calendar)),
            Kept::Cut(_) => None,
        });
        let Some((begin, from)) = frames.next() else {
            rules.checked()?.check_classes(classes)?;
            return Ok(None);
        };
        let (end, until) = frames.next_back().unwrap_or((begin, from));
        let start = zero(begin, from);
        let stream = Stream { camera: String::new(), epoch: "trial".to_owned(), model: None, start };
        let anchors = anchors(&rules);
        let mut counter = Counter::new(stream, rules, classes, self.aspect)?;
        let (mut events, mut begun) = (Vec::new(), BTreeMap::new());
        for kept in &self.kept {
            match &**kept {
                Kept::Frame { time, calendar, seen, ended } => {
                    counter.set_start(zero(*time, *calendar));
                    events.extend(counter.update(&Frame { time: *time, seen, ended }));
                    for change in counter.changes() {
                        if let TrackChange::Continued { track, lost } = change {
                            let first = begun.get(lost).copied().unwrap_or(*lost);
                            begun.insert(*track, first);
                        }
                    }
                }
                Kept::Cut(since) => events.extend(counter.interrupt(*since)),
            }
        }
        let mut summary = counter.summary();
        // What is held back until nothing can cancel it any more is certain enough now; stays go on.
        let held = counter.interrupt(end);
        events.extend(held.into_iter().filter(|event| !matches!(event.what, What::ZoneLeave(..))));
        for (after, before) in counter.summary().lines.into_iter().zip(&mut summary.lines) {
            *before = after;
        }
        let places = self.places(&events, &anchors, &begun);
        let happened = events.into_iter().zip(places).map(|(event, place)| Happened { event, place });
        Ok(Some(Tried { between: (from, until), summary, happened: happened.collect() }))
    }

    /// Where the track of each event was at its time. `begun` is the first of the tracks that one goes on with: what
    /// happened while it was lost lies between them.
    fn places(
        &self,
        events: &[Event],
        anchors: &BTreeMap<String, Anchor>,
        begun: &BTreeMap<TrackId, TrackId>,
    ) -> Vec<Point> {
        let first = |track: TrackId| begun.get(&track).copied().unwrap_or(track);
        let mut tracks: BTreeMap<TrackId, Vec<&TrackedDetection>> = BTreeMap::new();
        for event in events {
            tracks.extend(event.sighting().map(|sighting| (first(TrackId(sighting.track)), Vec::new())));
        }
        for kept in &self.kept {
            let Kept::Frame { seen, .. } = &**kept else { continue };
            for seen in seen {
                if let Some(track) = tracks.get_mut(&first(seen.track)) {
                    track.push(seen);
                }
            }
        }
        // What was seen before a track was confirmed comes with it.
        tracks.values_mut().for_each(|track| track.sort_by_key(|seen| seen.time));
        let place = |event: &Event| {
            let sighting = event.sighting()?;
            let anchor = anchors.get(&sighting.rule).copied().unwrap_or_default();
            let track = tracks.get(&first(TrackId(sighting.track)))?;
            let next = track.partition_point(|seen| seen.time <= event.stream_time);
            let at =
                |index: usize| track.get(index).map(|seen| (seen.time, seen.detection.bbox.anchor(anchor)));
            let (before, after) = (next.checked_sub(1).and_then(at), at(next));
            match (before, after) {
                (Some((t0, p0)), Some((t1, p1))) => {
                    Some(p0.lerp(p1, (event.stream_time - t0).as_secs() / (t1 - t0).as_secs()))
                }
                (one, other) => one.or(other).map(|(_, place)| place),
            }
        };
        events.iter().map(|event| place(event).unwrap_or_default()).collect()
    }
}

/// The calendar time of stream time zero.
fn zero(time: StreamTime, calendar: OffsetDateTime) -> OffsetDateTime {
    calendar - Duration::microseconds(time.as_micros())
}

fn anchors(rules: &Rules) -> BTreeMap<String, Anchor> {
    let lines = rules.lines.iter().map(|line| (line.name.clone(), line.anchor));
    lines.chain(rules.zones.iter().map(|zone| (zone.name.clone(), zone.anchor))).collect()
}
