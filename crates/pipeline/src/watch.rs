//! One live camera: what its reader gives becomes events, for as long as it is watched.

use std::sync::Mutex;

use counting::{RuleError, Rules};
use event::{Event, Gap, GapReason, Observed, Stream};
use observation::{Class, Detection, StreamDuration, StreamTime, TrackedDetection};
use time::{Duration, OffsetDateTime};
use tracking::TrackerSettings;
use video::{Frame, LiveFrame, LiveItem, LiveReader, LiveTime};

use crate::engine::Engine;
use crate::motion::{COLUMNS, MotionGate, ROWS};
use crate::{Analysis, BoxError};

/// Lengths of the stretches that are reported as watched.
const OBSERVED: StreamDuration = StreamDuration::from_micros(10_000_000);
/// When such a stretch is reported, from where it began: its end is held back for as long as it may take to notice
/// that the picture stands still, for then it was not watched.
const REPORTED: StreamDuration = StreamDuration::from_micros(20_000_000);
/// A loss of pictures that tracks bridge. A longer one is a gap.
const BRIDGED: StreamDuration = StreamDuration::from_micros(1_000_000);
/// So many frames in a row that cannot be looked at are a fault of the program, not of the camera.
const FAILURES: u32 = 100;

/// What a camera is to be watched with.
#[derive(Clone, Debug)]
pub struct WatchSettings {
    /// The camera's name.
    pub camera: String,
    /// Tells this watch from every other of the same camera: when it began, say.
    pub epoch: String,
    /// Model and version, as in events.
    pub model: Option<String>,
    /// The model's class names.
    pub classes: Vec<String>,
    /// Those of them that are followed.
    pub counted: Vec<Class>,
    /// How boxes become tracks.
    pub tracker: TrackerSettings,
    /// Frames a second that are analysed, if not all.
    pub analyse_fps: Option<f64>,
    /// Whether no inference is spent where nothing moves.
    pub motion_gate: bool,
    /// Until when the camera was watched before the program was started.
    pub watched_until: Option<OffsetDateTime>,
}

/// What becomes of a camera, in order of time.
#[derive(Debug)]
#[non_exhaustive]
pub enum Watched<'a> {
    /// A frame was counted.
    Frame {
        /// The frame, for drawing on.
        frame: &'a Frame,
        /// When it was taken.
        calendar: OffsetDateTime,
        /// The confirmed tracks that were seen.
        seen: &'a [TrackedDetection],
        /// The state after it.
        analysis: &'a Analysis,
        /// Frames on which no inference was spent, so far.
        still: u64,
    },
    /// Something became certain.
    Events(&'a [Event]),
    /// The camera is in another state than before.
    State(&'a State),
    /// So many frames were left out because there was no time for them.
    Shed(u64),
}

/// What a camera is doing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum State {
    /// No answer yet.
    Connecting,
    /// Pictures come and are counted.
    Counting {
        /// Columns and rows.
        size: (u32, u32),
        /// libav's name of the codec.
        codec: String,
    },
    /// No pictures come.
    Offline {
        /// When the last one came.
        since: OffsetDateTime,
        /// Why, and what to do.
        reason: String,
    },
    /// The same pictures come again and again.
    Frozen {
        /// When something new came last.
        since: OffsetDateTime,
        /// What stands still, and what to do.
        reason: String,
    },
}

/// New rules for a camera that is being watched; the newest counts.
#[derive(Debug, Default)]
pub struct RulesInbox(Mutex<Option<Rules>>);

impl RulesInbox {
    /// Hands in new rules. They are in force from the next frame on.
    pub fn put(&self, rules: Rules) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(rules);
    }

    fn take(&self) -> Option<Rules> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take()
    }
}

/// Watches a camera until its reader ends: counts its frames, and tells what was watched and what was not.
///
/// # Errors
/// When the rules do not fit the model, when frame after frame cannot be looked at, or the first error of `tell`. What
/// was told before it stands.
pub fn watch(
    reader: LiveReader,
    engine: &Engine,
    settings: WatchSettings,
    rules: Rules,
    inbox: &RulesInbox,
    tell: &mut dyn FnMut(Watched<'_>) -> Result<(), BoxError>,
) -> Result<(), BoxError> {
    tell(Watched::State(&State::Connecting))?;
    let mut watch = Watch {
        engine,
        rules,
        counting: None,
        gate: MotionGate::default(),
        watched_from: None,
        last: None,
        away: None,
        shed: false,
        streams: 0,
        failures: 0,
        until_start: settings.watched_until,
        settings,
    };
    for item in reader {
        if let Some(rules) = inbox.take() {
            let events = watch.change_rules(rules)?;
            tell_events(&events, tell)?;
        }
        watch.take(item, tell)?;
    }
    let mut events = watch.observed(watch.last);
    if let Some(counting) = &mut watch.counting {
        events.extend(counting.analysis.finish());
    }
    tell_events(&events, tell)
}

type Tell<'a> = dyn FnMut(Watched<'_>) -> Result<(), BoxError> + 'a;

struct Watch<'a> {
    engine: &'a Engine,
    settings: WatchSettings,
    rules: Rules,
    counting: Option<Counting>,
    gate: MotionGate,
    /// Where the stretch began that is watched and not yet reported.
    watched_from: Option<StreamTime>,
    /// The last frame that was analysed.
    last: Option<StreamTime>,
    /// Why nothing is counted at present.
    away: Option<Away>,
    /// Frames were shed since the last one that was analysed.
    shed: bool,
    /// How many streams there were: one for each shape of the picture.
    streams: u32,
    failures: u32,
    /// Until when the camera was watched before the start, as long as that is not reported.
    until_start: Option<OffsetDateTime>,
}

struct Counting {
    stream: Stream,
    analysis: Analysis,
    aspect: f64,
}

struct Away {
    reason: GapReason,
    detail: String,
}

impl Watch<'_> {
    fn take(&mut self, item: LiveItem, tell: &mut Tell<'_>) -> Result<(), BoxError> {
        match item {
            LiveItem::Frame(frame) => self.frame(frame, tell),
            LiveItem::Connected { at, info } | LiveItem::Changed { at, info } => {
                let events = self.begin(at, info.display_aspect)?;
                tell_events(&events, tell)?;
                let size = (info.width, info.height);
                tell(Watched::State(&State::Counting { size, codec: info.codec }))
            }
            LiveItem::Offline { since, reason, .. } => {
                let events = self.leave(since, GapReason::Offline, reason.to_string())?;
                tell_events(&events, tell)?;
                tell(Watched::State(&State::Offline { since: since.calendar, reason: reason.to_string() }))
            }
            LiveItem::Frozen { since, reason, .. } => {
                let events = self.leave(since, GapReason::Frozen, reason.to_string())?;
                tell_events(&events, tell)?;
                tell(Watched::State(&State::Frozen { since: since.calendar, reason: reason.to_string() }))
            }
            LiveItem::Back { from, until } => {
                let away = self.away.take();
                let (reason, detail) =
                    away.map_or((GapReason::Offline, None), |away| (away.reason, Some(away.detail)));
                let gap = Gap { from: from.stream, until: until.stream, reason, detail };
                let events = self.gap(gap, until)?;
                tell_events(&events, tell)
            }
            LiveItem::Gap { from, until, reason } if until.stream - from.stream > BRIDGED => {
                let mut events = self.observed(Some(from.stream));
                let detail = Some(reason.to_string());
                let gap = Gap { from: from.stream, until: until.stream, reason: GapReason::Offline, detail };
                events.extend(self.gap(gap, until)?);
                tell_events(&events, tell)
            }
            LiveItem::Shed { frames, .. } => {
                self.shed = true;
                tell(Watched::Shed(frames))
            }
            LiveItem::CalendarSet { by, .. } => {
                if let Some(counting) = &mut self.counting {
                    counting.stream.start += Duration::microseconds(by.as_micros());
                    counting.analysis.set_start(counting.stream.start);
                }
                Ok(())
            }
            // A short loss, which tracks bridge, and what later versions of the reader may tell.
            _ => Ok(()),
        }
    }

    fn frame(&mut self, live: LiveFrame, tell: &mut Tell<'_>) -> Result<(), BoxError> {
        let LiveFrame { frame, calendar } = live;
        let (time, at) = (frame.time, LiveTime { stream: frame.time, calendar });
        if self.counting.is_none() {
            let aspect = f64::from(frame.width()) / f64::from(frame.height().max(1));
            let events = self.begin(at, aspect)?;
            tell_events(&events, tell)?;
        }
        let events = self.overload(at)?;
        tell_events(&events, tell)?;
        let Some((frame, boxes)) = self.boxes(frame)? else { return Ok(()) };
        let Some(counting) = &mut self.counting else { return Ok(()) };
        let analysed = counting.analysis.detections(time, &boxes);
        self.last = Some(time);
        let from = *self.watched_from.get_or_insert(time);
        let mut events = analysed.events;
        if time - from >= REPORTED {
            let until = from + OBSERVED;
            events.push(counting.stream.observed(Observed { from, until }));
            self.watched_from = Some(until);
        }
        tell_events(&events, tell)?;
        let (seen, analysis) = (&analysed.seen, &counting.analysis);
        tell(Watched::Frame { frame: &frame, calendar, seen, analysis, still: self.gate.skipped() })
    }

    /// The boxes of a frame; none when it could not be looked at.
    fn boxes(&mut self, frame: Frame) -> Result<Option<(Frame, Vec<Detection>)>, BoxError> {
        let time = frame.time;
        let cells = if self.settings.motion_gate { frame.brightness(COLUMNS, ROWS) } else { None };
        if let Some(boxes) = cells.as_ref().and_then(|cells| self.gate.boxes(time, cells)) {
            return Ok(Some((frame, boxes.to_vec())));
        }
        match self.engine.detect(frame) {
            Ok((frame, boxes)) => {
                self.failures = 0;
                if let Some(cells) = cells {
                    self.gate.looked(time, cells, &boxes);
                }
                Ok(Some((frame, boxes)))
            }
            Err(error) => {
                self.failures += 1;
                tracing::warn!(camera = self.settings.camera, %error, "a frame could not be looked at");
                if self.failures >= FAILURES { Err(error) } else { Ok(None) }
            }
        }
    }

    /// Pictures have begun, perhaps of another shape than before.
    fn begin(&mut self, at: LiveTime, aspect: f64) -> Result<Vec<Event>, BoxError> {
        let mut events = Vec::new();
        let same = self.counting.as_ref().is_some_and(|counting| (counting.aspect - aspect).abs() < 0.01);
        if !same {
            events = self.observed(self.last);
            if let Some(old) = &mut self.counting {
                // Side and stay mean nothing in a picture of another shape.
                events.extend(old.analysis.interrupt(self.last.unwrap_or(at.stream)));
            }
            self.counting = Some(self.start(at, aspect)?);
        }
        self.gate.reset();
        events.extend(self.restarted(at));
        Ok(events)
    }

    fn start(&mut self, at: LiveTime, aspect: f64) -> Result<Counting, BoxError> {
        let settings = &self.settings;
        let stream = Stream {
            camera: settings.camera.clone(),
            // Tracks are numbered anew, so their events need other ids.
            epoch: format!("{}/{}", settings.epoch, self.streams),
            model: settings.model.clone(),
            start: at.calendar - Duration::microseconds(at.stream.as_micros()),
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
        Ok(Counting { stream, analysis, aspect })
    }

    /// The gap between the end of the last watch, before the program was started, and now.
    fn restarted(&mut self, at: LiveTime) -> Option<Event> {
        let until = self.until_start.take()?;
        let away = at.calendar - until;
        if away <= Duration::ZERO {
            return None;
        }
        let micros = i64::try_from(away.whole_microseconds()).unwrap_or(i64::MAX / 4);
        let from = at.stream + StreamDuration::from_micros(-micros);
        let gap = Gap { from, until: at.stream, reason: GapReason::Restart, detail: None };
        self.counting.as_ref().map(|counting| counting.stream.gap(gap))
    }

    /// Nothing is counted any more since `since`.
    fn leave(&mut self, since: LiveTime, reason: GapReason, detail: String) -> Result<Vec<Event>, BoxError> {
        self.away.get_or_insert(Away { reason, detail });
        let mut events = self.observed(Some(since.stream));
        self.gate.reset();
        match &mut self.counting {
            Some(counting) => events.extend(counting.analysis.interrupt(since.stream)),
            // Never seen since the start: from here on it is the camera that is missing. Its shape is not known
            // yet and does not matter for a gap.
            None => events.extend(self.begin(since, 16.0 / 9.0)?),
        }
        Ok(events)
    }

    fn gap(&mut self, gap: Gap, until: LiveTime) -> Result<Vec<Event>, BoxError> {
        self.gate.reset();
        self.shed = false;
        if self.counting.is_none() {
            self.counting = Some(self.start(until, 16.0 / 9.0)?);
        }
        Ok(self.counting.as_mut().map(|counting| counting.analysis.gap(gap)).unwrap_or_default())
    }

    /// The gap that shedding has made, if it is one: fewer frames are still watching, seconds without are not.
    fn overload(&mut self, at: LiveTime) -> Result<Vec<Event>, BoxError> {
        let Some(last) = self.last.filter(|_| std::mem::take(&mut self.shed)) else { return Ok(Vec::new()) };
        let interval = self.settings.analyse_fps.map_or(0.0, |fps| 2.5 / fps);
        if (at.stream - last).as_secs() <= BRIDGED.as_secs().max(interval) {
            return Ok(Vec::new());
        }
        let mut events = self.observed(Some(last));
        let detail = Some("there was no time to look at the frames".to_owned());
        let gap = Gap { from: last, until: at.stream, reason: GapReason::Overload, detail };
        events.extend(self.gap(gap, at)?);
        Ok(events)
    }

    /// The stretch that was watched until now and is not reported yet.
    fn observed(&mut self, until: Option<StreamTime>) -> Vec<Event> {
        let (Some(from), Some(until), Some(counting)) = (self.watched_from.take(), until, &self.counting)
        else {
            return Vec::new();
        };
        if until <= from {
            return Vec::new();
        }
        vec![counting.stream.observed(Observed { from, until })]
    }

    fn change_rules(&mut self, rules: Rules) -> Result<Vec<Event>, RuleError> {
        self.rules = rules.clone();
        self.counting.as_mut().map_or(Ok(Vec::new()), |counting| counting.analysis.change_rules(rules))
    }
}

fn tell_events(events: &[Event], tell: &mut Tell<'_>) -> Result<(), BoxError> {
    if events.is_empty() { Ok(()) } else { tell(Watched::Events(events)) }
}
