//! One live camera: what its reader gives becomes events, for as long as it is watched.

use counting::{RuleError, Rules};
use event::{Event, Gap, GapReason, Stream};
use observation::{BBox, Detection, StreamDuration, TrackId};
use time::{Duration, OffsetDateTime};
use video::{Frame, LiveFrame, LiveItem, LiveTime};

use crate::coverage::{Coverage, Stretch};
use crate::engine::Engine;
use crate::fixtures::Fixtures;
use crate::motion::{COLUMNS, MotionGate, ROWS};
use crate::watched::{Presence, RulesInbox, State, WatchSettings, Watched};
use crate::{Analysis, BoxError};

/// So many frames in a row that cannot be looked at are a fault of the program, not of the camera.
const FAILURES: u32 = 100;
/// How long presence is gathered before it is told: what a crash can cost.
const PRESENCE_EVERY: Duration = Duration::minutes(5);
/// The shape that is assumed of a camera that has never given a picture: it can only have gaps.
const UNKNOWN_ASPECT: f64 = 16.0 / 9.0;

/// Watches a camera until its reader ends: counts its frames, and tells what was watched and what was not. `items` is a
/// [`LiveReader`](video::LiveReader), or what one would give.
///
/// # Errors
/// When the rules do not fit the model, when frame after frame cannot be looked at, or the first error of `tell`. What
/// was told before it stands.
pub fn watch(
    items: impl IntoIterator<Item = LiveItem>,
    engine: &Engine,
    settings: WatchSettings,
    rules: Rules,
    inbox: &RulesInbox,
    tell: &mut dyn FnMut(Watched<'_>) -> Result<(), BoxError>,
) -> Result<(), BoxError> {
    let mut watch = Watch::new(engine, settings, rules);
    tell(Watched::State(&watch.state))?;
    for item in items {
        if let Some(rules) = inbox.take() {
            match watch.change_rules(rules) {
                Ok(events) => tell_events(&events, tell)?,
                Err(error) => tell(Watched::RulesRefused(&error))?,
            }
        }
        watch.take(item, tell)?;
        if watch.broken.is_some() {
            break;
        }
    }
    let stretches = watch.coverage.end();
    let mut events = watch.account(stretches);
    if let Some(counting) = &mut watch.counting {
        events.extend(counting.analysis.finish());
    }
    tell_events(&events, tell)?;
    watch.tell_presence(tell)?;
    watch.broken.map_or(Ok(()), Err)
}

type Tell<'a> = dyn FnMut(Watched<'_>) -> Result<(), BoxError> + 'a;

struct Watch<'a> {
    engine: &'a Engine,
    settings: WatchSettings,
    rules: Rules,
    counting: Option<Counting>,
    gate: MotionGate,
    fixtures: Option<Fixtures>,
    fixed: Vec<BBox>,
    coverage: Coverage,
    /// How many streams there were: one for each shape of the picture.
    streams: u32,
    failures: u32,
    /// Why no frame can be looked at any more.
    broken: Option<BoxError>,
    /// Until when the camera was watched before the start, as long as that is not reported.
    until_start: Option<OffsetDateTime>,
    /// The state when pictures come: it holds again after a standstill.
    counting_state: Option<State>,
    /// The state that was told last.
    state: State,
}

struct Counting {
    stream: Stream,
    analysis: Analysis,
    aspect: f64,
    /// Where the presence begins that is not told yet.
    presence_from: Option<LiveTime>,
}

impl<'a> Watch<'a> {
    fn new(engine: &'a Engine, settings: WatchSettings, rules: Rules) -> Self {
        Self {
            engine,
            rules,
            counting: None,
            gate: MotionGate::default(),
            fixtures: settings.fixtures.clone().map(Fixtures::new),
            fixed: Vec::new(),
            coverage: Coverage::new(settings.analyse_fps),
            streams: 0,
            failures: 0,
            broken: None,
            until_start: settings.watched_until,
            counting_state: None,
            state: State::Connecting,
            settings,
        }
    }

    fn take(&mut self, item: LiveItem, tell: &mut Tell<'_>) -> Result<(), BoxError> {
        match item {
            LiveItem::Frame(frame) => self.frame(frame, tell),
            LiveItem::Connected { at, info } | LiveItem::Changed { at, info } => {
                self.begin(at, info.display_aspect, tell)?;
                let state = State::Counting { size: (info.width, info.height), codec: info.codec };
                self.counting_state = Some(state.clone());
                self.enter(state, tell)
            }
            LiveItem::Offline { since, noticed, reason } => {
                let reason = reason.to_string();
                self.leave(since, noticed, GapReason::Offline, &reason, tell)?;
                self.enter(State::Offline { since: since.calendar, reason }, tell)
            }
            LiveItem::Frozen { since, noticed, reason } => {
                let reason = reason.to_string();
                self.leave(since, noticed, GapReason::Frozen, &reason, tell)?;
                self.enter(State::Frozen { since: since.calendar, reason }, tell)
            }
            LiveItem::Back { from, until } => {
                // A reader whose queue ran over has not told that the camera was away.
                self.leave(from, until, GapReason::Offline, "no pictures came", tell)?;
                self.back(until, tell)?;
                match self.counting_state.clone() {
                    Some(state) => self.enter(state, tell),
                    None => Ok(()),
                }
            }
            LiveItem::Gap { from, until, reason } if until.stream - from.stream > self.coverage.bridged() => {
                self.leave(from, until, GapReason::Offline, &reason.to_string(), tell)?;
                self.back(until, tell)
            }
            LiveItem::Shed { frames, .. } => {
                self.coverage.skip("there was no time to look at the frames");
                tell(Watched::Shed(frames))
            }
            LiveItem::CalendarSet { at, .. } => self.set_clock(at, tell),
            // A short loss, which tracks bridge, and what later versions of the reader may tell.
            _ => Ok(()),
        }
    }

    fn enter(&mut self, state: State, tell: &mut Tell<'_>) -> Result<(), BoxError> {
        if self.state == state {
            return Ok(());
        }
        self.state = state;
        tell(Watched::State(&self.state))
    }

    fn frame(&mut self, live: LiveFrame, tell: &mut Tell<'_>) -> Result<(), BoxError> {
        let LiveFrame { frame, calendar } = live;
        let (time, at) = (frame.time, LiveTime { stream: frame.time, calendar });
        if self.counting.is_none() {
            let aspect = f64::from(frame.width()) / f64::from(frame.height().max(1));
            self.begin(at, aspect, tell)?;
        }
        self.set_clock(at, tell)?;
        let Some((frame, boxes)) = self.boxes(frame) else { return Ok(()) };
        let stretches = self.coverage.look(time);
        let mut events = self.account(stretches);
        let Some(counting) = &mut self.counting else { return Ok(()) };
        let analysed = counting.analysis.detections(time, &boxes);
        events.extend(analysed.events);
        tell_events(&events, tell)?;
        tell(Watched::Frame {
            frame: &frame,
            calendar,
            seen: &analysed.seen,
            ended: &analysed.ended,
            found: &boxes,
            analysis: &counting.analysis,
            still: self.gate.skipped(),
            fixtures: &self.fixed,
        })
    }

    /// The boxes of a frame that are to be followed; none when it could not be looked at.
    fn boxes(&mut self, frame: Frame) -> Option<(Frame, Vec<Detection>)> {
        let time = frame.time;
        let cells = if self.settings.motion_gate { frame.brightness(COLUMNS, ROWS) } else { None };
        if let Some(boxes) = cells.as_ref().and_then(|cells| self.gate.boxes(time, cells)) {
            return Some((frame, boxes.to_vec()));
        }
        let (frame, mut boxes) = match self.engine.detect(frame) {
            Ok(found) => found,
            Err(error) => {
                self.failures += 1;
                tracing::warn!(camera = self.settings.camera, %error, "a frame could not be looked at");
                self.coverage.skip(&format!("the frames could not be looked at: {error}"));
                self.broken = (self.failures >= FAILURES).then_some(error);
                return None;
            }
        };
        self.failures = 0;
        let (counted, weak) = (&self.settings.counted, self.settings.tracker.weak);
        boxes.retain(|found| found.confidence >= weak && counted.contains(&found.class));
        if let Some(fixtures) = &mut self.fixtures {
            fixtures.look(time, &mut boxes);
            self.fixed = fixtures.places().collect();
        }
        if let Some(cells) = cells {
            self.gate.looked(time, cells, &boxes);
        }
        Some((frame, boxes))
    }

    /// Pictures have begun, perhaps of another shape than before.
    fn begin(&mut self, at: LiveTime, aspect: f64, tell: &mut Tell<'_>) -> Result<(), BoxError> {
        let same = self.counting.as_ref().is_some_and(|counting| (counting.aspect - aspect).abs() < 0.01);
        if !same {
            let stretches = self.coverage.divide(at.stream);
            let mut events = self.account(stretches);
            if let Some(old) = &mut self.counting {
                // Side and stay mean nothing in a picture of another shape.
                events.extend(old.analysis.interrupt(at.stream));
            }
            tell_events(&events, tell)?;
            self.tell_presence(tell)?;
            self.counting = Some(self.start(at, aspect)?);
            self.fixtures = self.settings.fixtures.clone().map(Fixtures::new);
            self.fixed.clear();
            tell(Watched::Began(aspect))?;
        }
        self.gate.reset();
        let events: Vec<Event> = self.restarted(at).into_iter().collect();
        tell_events(&events, tell)
    }

    fn start(&mut self, at: LiveTime, aspect: f64) -> Result<Counting, BoxError> {
        let settings = &self.settings;
        let stream = Stream {
            camera: settings.camera.clone(),
            // Tracks are numbered anew, so their events need other ids.
            epoch: format!("{}/{}", settings.epoch, self.streams),
            model: settings.model.clone(),
            start: start_of(at),
        };
        self.streams += 1;
        let analysis = Analysis::new(
            stream.clone(),
            self.rules.clone(),
            &settings.classes,
            settings.counted.clone(),
            settings.tracker,
            aspect,
        )?;
        Ok(Counting { stream, analysis, aspect, presence_from: None })
    }

    /// The gap between the end of the last watch and now.
    fn restarted(&mut self, at: LiveTime) -> Option<Event> {
        let until = self.until_start.take()?;
        let away = at.calendar - until;
        if away <= Duration::ZERO {
            return None;
        }
        let micros = i64::try_from(away.whole_microseconds()).unwrap_or(i64::MAX / 4);
        let from = at.stream + StreamDuration::from_micros(-micros);
        let gap = Gap { from, until: at.stream, reason: self.settings.away, detail: None };
        self.counting.as_ref().map(|counting| counting.stream.gap(gap))
    }

    /// Nothing is counted any more since `since`.
    fn leave(
        &mut self,
        since: LiveTime,
        noticed: LiveTime,
        reason: GapReason,
        detail: &str,
        tell: &mut Tell<'_>,
    ) -> Result<(), BoxError> {
        if self.counting.is_none() {
            // Never seen since the start: from here on it is the camera that is missing.
            self.begin(since, UNKNOWN_ASPECT, tell)?;
        }
        self.gate.reset();
        let stretches = self.coverage.leave(since.stream, noticed.stream, reason, detail.to_owned());
        let mut events = self.account(stretches);
        if let Some(counting) = &mut self.counting {
            events.extend(counting.analysis.interrupt(since.stream));
        }
        tell_events(&events, tell)
    }

    fn back(&mut self, at: LiveTime, tell: &mut Tell<'_>) -> Result<(), BoxError> {
        self.gate.reset();
        let stretches = self.coverage.back(at.stream);
        let events = self.account(stretches);
        tell_events(&events, tell)
    }

    /// Stretches that are certain now, as events; over a gap no track and no stay is carried.
    fn account(&mut self, stretches: Vec<Stretch>) -> Vec<Event> {
        let Some(counting) = &mut self.counting else { return Vec::new() };
        let mut events = Vec::new();
        for stretch in stretches {
            match stretch {
                Stretch::Watched(observed) => events.push(counting.stream.observed(observed)),
                Stretch::Missed(gap) => events.extend(counting.analysis.gap(gap)),
            }
        }
        events
    }

    /// Follows the calendar clock, whether it was set or crept, and tells the presence of an hour when it is over.
    fn set_clock(&mut self, at: LiveTime, tell: &mut Tell<'_>) -> Result<(), BoxError> {
        let Some(counting) = &mut self.counting else { return Ok(()) };
        let start = start_of(at);
        if start != counting.stream.start {
            counting.stream.start = start;
            counting.analysis.set_start(start);
        }
        let hour = |time: OffsetDateTime| time.unix_timestamp().div_euclid(3600);
        let from = counting.presence_from.get_or_insert(at).calendar;
        if hour(from) != hour(at.calendar) || at.calendar - from >= PRESENCE_EVERY {
            self.tell_presence(tell)?;
            if let Some(counting) = &mut self.counting {
                counting.presence_from = Some(at);
            }
        }
        Ok(())
    }

    /// Tells the presence that was gathered and is not told yet.
    fn tell_presence(&mut self, tell: &mut Tell<'_>) -> Result<(), BoxError> {
        let Some(counting) = &mut self.counting else { return Ok(()) };
        let Some(from) = counting.presence_from.take() else { return Ok(()) };
        let seconds = counting.analysis.take_presence();
        if seconds.is_empty() {
            return Ok(());
        }
        let id = counting.stream.id(TrackId(0), &format!("presence {}", from.stream.as_micros()), 0, 0);
        tell(Watched::Presence(&Presence { id, from: from.calendar, seconds }))
    }

    /// Takes new rules, or keeps the old ones.
    fn change_rules(&mut self, rules: Rules) -> Result<Vec<Event>, RuleError> {
        let events = match &mut self.counting {
            Some(counting) => counting.analysis.change_rules(rules.clone())?,
            None => {
                rules.clone().checked()?.check_classes(&self.settings.classes)?;
                Vec::new()
            }
        };
        self.rules = rules;
        Ok(events)
    }
}

/// The calendar time of stream time zero.
fn start_of(at: LiveTime) -> OffsetDateTime {
    at.calendar - Duration::microseconds(at.stream.as_micros())
}

fn tell_events(events: &[Event], tell: &mut Tell<'_>) -> Result<(), BoxError> {
    if events.is_empty() { Ok(()) } else { tell(Watched::Events(events)) }
}
