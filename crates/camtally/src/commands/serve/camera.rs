//! One camera of the server: its thread, its rules, and what people see of it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result};
use counting::{Grid, Rules};
use drawing::{BoxLook, FrameContent, Overlay, Rgb};
use metrics::{counter, gauge};
use observation::{Class, StreamDuration, StreamTime, TrackedDetection};
use pipeline::{
    Analysis, BoxError, Engine, FixtureSettings, Presence, RulesInbox, State, WatchSettings, Watched, watch,
};
use server::{CameraState, LineView, Viewed, ZoneView};
use store::{Heat, HeatPart};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::mpsc;
use tracking::TrackerSettings;
use video::{Clock, Frame, LiveOptions, LiveReader, LiveSource, Scaler, StopHandle};

use super::delivery::Sink;
use super::versions::Versions;
use crate::commands::count::Looks;
use crate::config::{Camera, Loaded};
use crate::inputs;

/// Width of the pictures on the live page.
const PICTURE_WIDTH: u32 = 960;
/// Shortest time between two of them.
const PICTURE_EVERY: StreamDuration = StreamDuration::from_micros(190_000);
/// What is drawn on where pictures are not shown.
const BACKGROUND: [u8; 3] = [24, 30, 38];
/// Pauses after a camera's thread has failed.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What a camera needs to know of the model.
#[derive(Clone, Debug)]
pub(crate) struct ModelFacts {
    pub(crate) name: String,
    pub(crate) classes: Vec<String>,
    pub(crate) counted: Vec<Class>,
    pub(crate) strong: f32,
    pub(crate) weak: f32,
}

/// What a camera is given to do its work.
#[derive(Clone)]
pub(crate) struct Seat {
    pub(crate) engine: Arc<Engine>,
    pub(crate) model: Arc<ModelFacts>,
    pub(crate) sink: Sink,
    pub(crate) view: Arc<server::Camera>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) heat: mpsc::Sender<HeatPart>,
}

impl Seat {
    /// Hands on where people were. Heat maps are no counts: what finds no room is let go, and counted.
    fn keep(&self, presence: &Presence) {
        let Grid { columns, rows, values } = &presence.seconds;
        let cells = values.iter().map(|seconds| seconds.round() as u64).collect();
        let heat = Heat { width: *columns as u32, height: *rows as u32, cells };
        let (id, camera, hour) = (presence.id, self.view.name.clone(), presence.from);
        if self.heat.try_send(HeatPart { id, camera, hour, heat }).is_err() {
            counter!("camtally_heat_parts_lost_total", "camera" => self.view.name.clone()).increment(1);
        }
    }
}

/// A camera that is being watched.
pub(crate) struct Running {
    thread: JoinHandle<()>,
    ending: Arc<Ending>,
}

/// Ends a camera's thread wherever it waits.
#[derive(Default)]
struct Ending {
    asked: AtomicBool,
    reader: Mutex<Option<StopHandle>>,
}

impl Ending {
    fn ask(&self) {
        self.asked.store(true, Ordering::Release);
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reader) = reader.as_ref() {
            reader.stop();
        }
    }

    fn asked(&self) -> bool {
        self.asked.load(Ordering::Acquire)
    }

    fn set(&self, handle: StopHandle) {
        *self.reader.lock().unwrap_or_else(PoisonError::into_inner) = Some(handle);
        if self.asked() {
            self.ask();
        }
    }
}

impl Running {
    /// Ends it; what it has counted is in the journal then.
    pub(crate) fn stop(self) {
        self.ending.ask();
        if self.thread.join().is_err() {
            tracing::error!("a camera's thread panicked");
        }
    }
}

/// A camera's rules, which may be edited while it is watched.
pub(crate) struct CurrentRules {
    file: PathBuf,
    inbox: RulesInbox,
    now: Mutex<Rules>,
    /// How often they were changed.
    edition: AtomicU64,
}

impl CurrentRules {
    pub(crate) fn open(loaded: &Loaded, camera: &Camera, versions: &mut Versions) -> Result<Self> {
        let file = loaded.path(&camera.rules);
        let mut rules = inputs::rules(&file).with_context(|| format!("camera `{}`", camera.name))?;
        versions.assign(&camera.name, &mut rules)?;
        Ok(Self { file, inbox: RulesInbox::default(), now: Mutex::new(rules), edition: AtomicU64::new(0) })
    }

    pub(crate) fn get(&self) -> Rules {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the file again; true when the rules have changed.
    ///
    /// # Errors
    /// When the file cannot be read, a rule is impossible or names a class that the model does not know: then the old
    /// ones stay in force.
    pub(crate) fn refresh(
        &self,
        view: &server::Camera,
        classes: &[String],
        versions: &mut Versions,
    ) -> Result<bool> {
        let mut rules = inputs::rules(&self.file)?;
        rules.check_classes(classes)?;
        versions.assign(&view.name, &mut rules)?;
        if rules == self.get() {
            return Ok(false);
        }
        let (lines, zones) = shown(&rules);
        view.update(|viewed| (viewed.lines, viewed.zones) = (lines, zones));
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = rules.clone();
        self.inbox.put(rules);
        self.edition.fetch_add(1, Ordering::Release);
        Ok(true)
    }
}

/// How a camera is shown before it has answered.
pub(crate) fn view(camera: &Camera, rules: &CurrentRules) -> Arc<server::Camera> {
    let (lines, zones) = shown(&rules.get());
    Arc::new(server::Camera::new(camera.name.clone(), camera.pictures, lines, zones))
}

fn shown(rules: &Rules) -> (Vec<LineView>, Vec<ZoneView>) {
    let points = |points: &[observation::Point]| points.iter().map(|point| [point.x, point.y]).collect();
    let lines = rules.lines.iter().map(|line| LineView {
        name: line.name.clone(),
        points: points(&line.points),
        forward: line.names.forward.clone(),
        backward: line.names.backward.clone(),
    });
    let zones = rules.zones.iter().map(|zone| ZoneView {
        name: zone.name.clone(),
        points: points(&zone.points),
        occupancy: 0,
    });
    (lines.collect(), zones.collect())
}

/// Starts a camera's thread. It goes on until it is stopped, whatever happens to the camera.
pub(crate) fn start(
    loaded: &Loaded,
    camera: &Camera,
    rules: Arc<CurrentRules>,
    seat: Seat,
    watched_until: Option<OffsetDateTime>,
) -> Result<Running> {
    let detection = &loaded.config.detection;
    let source = loaded.source(camera)?;
    let options = LiveOptions {
        transport: camera.transport.into(),
        verify_tls: camera.verify_tls,
        analyse_fps: Some(camera.analyse_fps.unwrap_or(detection.analyse_fps)),
        waiting_frames: 1,
        // Cameras that fail together should not all come back at the same instant.
        seed: camera.name.bytes().fold(17, |seed: u64, byte| seed.wrapping_mul(31).wrapping_add(byte.into())),
        ..LiveOptions::default()
    };
    let settings = WatchSettings {
        camera: camera.name.clone(),
        epoch: String::new(),
        model: Some(seat.model.name.clone()),
        classes: seat.model.classes.clone(),
        counted: seat.model.counted.clone(),
        tracker: TrackerSettings {
            strong: seat.model.strong,
            weak: seat.model.weak,
            ..TrackerSettings::default()
        },
        analyse_fps: options.analyse_fps,
        motion_gate: detection.motion_gate,
        fixtures: detection.fixtures.then(|| FixtureSettings::persons(&seat.model.classes)),
        watched_until,
    };
    let ending = Arc::new(Ending::default());
    let mut thread = Thread { source, options, settings, rules, seat, ending: Arc::clone(&ending) };
    let name = format!("camera {}", camera.name);
    let thread = std::thread::Builder::new()
        .name(name)
        .spawn(move || thread.run())
        .context("the system gives no thread for a camera")?;
    Ok(Running { thread, ending })
}

struct Thread {
    source: LiveSource,
    options: LiveOptions,
    settings: WatchSettings,
    rules: Arc<CurrentRules>,
    seat: Seat,
    ending: Arc<Ending>,
}

impl Thread {
    fn run(&mut self) {
        let mut pause = FIRST_PAUSE;
        while !self.ending.asked() {
            let began = self.seat.clock.monotonic();
            let watched = self.watch();
            up(&self.seat.view.name, false);
            match watched {
                Ok(()) if self.ending.asked() => return,
                Ok(()) => {
                    // Only a file that is replayed once ends by itself.
                    tracing::info!(camera = self.settings.camera, "the source has ended");
                    let (since, reason) =
                        (self.seat.clock.calendar(), "the file was replayed to its end".to_owned());
                    self.seat.view.update(|viewed| viewed.state = CameraState::Offline { since, reason });
                    return;
                }
                Err(error) => {
                    let reason = error.to_string();
                    tracing::error!(camera = self.settings.camera, reason, "counting failed; trying again");
                    self.seat.view.update(|viewed| viewed.state = CameraState::Failed { reason });
                }
            }
            // What ran for long before it failed begins anew with a short pause.
            if self.seat.clock.monotonic() - began > LONGEST_PAUSE {
                pause = FIRST_PAUSE;
            }
            let until = self.seat.clock.monotonic() + pause;
            while self.seat.clock.monotonic() < until && !self.ending.asked() {
                std::thread::sleep(Duration::from_millis(50));
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn watch(&mut self) -> Result<(), BoxError> {
        let reader = LiveReader::open(&self.source, &self.options, Arc::clone(&self.seat.clock))?;
        self.ending.set(reader.stop_handle());
        // Tells the events of this watch from those of every other.
        let opened = self.seat.clock.calendar();
        self.settings.epoch = opened.format(&Rfc3339)?;
        let mut audience = Audience::new(&self.rules, &self.seat);
        let (seat, ending) = (self.seat.clone(), Arc::clone(&self.ending));
        let (settings, rules) = (self.settings.clone(), self.rules.get());
        let watched_until = &mut self.settings.watched_until;
        watch(reader, &seat.engine, settings, rules, &self.rules.inbox, &mut |watched| {
            match watched {
                Watched::Events(events) => {
                    seat.sink.keep(events, &ending.asked)?;
                    for event in events {
                        counter!("camtally_events_total", "camera" => event.camera.clone(), "kind" => event.kind())
                            .increment(1);
                        // A watch that fails and begins anew goes on from here.
                        *watched_until = (*watched_until).max(Some(ended(event)));
                    }
                }
                Watched::Frame { frame, calendar, seen, analysis, still, fixtures } => {
                    audience.change(|viewed| viewed.fixtures = fixtures.len());
                    audience.frame(frame, calendar, seen, analysis, still)?;
                }
                Watched::State(state) => audience.state(state),
                Watched::Shed(frames) => audience.shed(frames),
                Watched::RulesRefused(error) => {
                    tracing::error!(camera = seat.view.name, %error, "the edited rules are not in force");
                }
                Watched::Presence(presence) => seat.keep(presence),
                _ => {}
            }
            Ok(())
        })
    }
}

/// Until when an event accounts for the time.
fn ended(event: &event::Event) -> OffsetDateTime {
    match &event.what {
        event::What::Observed(observed) => later(event, observed.until),
        event::What::Gap(gap) => later(event, gap.until),
        _ => event.time,
    }
}

/// Whether a camera's pictures come and are counted.
fn up(camera: &str, is_up: bool) {
    gauge!("camtally_camera_up", "camera" => camera.to_owned()).set(f64::from(u8::from(is_up)));
}

/// A moment of an event's stream by the calendar.
fn later(event: &event::Event, moment: StreamTime) -> OffsetDateTime {
    event.time + time::Duration::microseconds((moment - event.stream_time).as_micros())
}

/// What people see of a camera.
struct Audience {
    view: Arc<server::Camera>,
    model: Arc<ModelFacts>,
    rules: Arc<CurrentRules>,
    edition: u64,
    looks: Looks,
    overlay: Option<(u32, u32, Overlay)>,
    scaler: Scaler,
    drawn: Option<StreamTime>,
}

impl Audience {
    fn new(rules: &Arc<CurrentRules>, seat: &Seat) -> Self {
        Self {
            view: Arc::clone(&seat.view),
            model: Arc::clone(&seat.model),
            rules: Arc::clone(rules),
            edition: rules.edition.load(Ordering::Acquire),
            looks: Looks::new(&rules.get()),
            overlay: None,
            scaler: Scaler::new(),
            drawn: None,
        }
    }

    fn change(&self, change: impl FnOnce(&mut Viewed)) {
        self.view.update(change);
    }

    fn state(&self, state: &State) {
        let shown = match state {
            State::Counting { .. } => CameraState::Counting,
            State::Offline { since, reason } => {
                CameraState::Offline { since: *since, reason: reason.clone() }
            }
            State::Frozen { since, reason } => CameraState::Frozen { since: *since, reason: reason.clone() },
            _ => CameraState::Connecting,
        };
        up(&self.view.name, shown == CameraState::Counting);
        match &shown {
            CameraState::Offline { reason, .. } | CameraState::Frozen { reason, .. } => {
                tracing::warn!(camera = self.view.name, state = shown.as_str(), reason);
            }
            _ => tracing::info!(camera = self.view.name, state = shown.as_str()),
        }
        self.change(|viewed| viewed.state = shown);
    }

    fn shed(&self, frames: u64) {
        counter!("camtally_frames_shed_total", "camera" => self.view.name.clone()).increment(frames);
        self.change(|viewed| viewed.shed += frames);
    }

    fn frame(
        &mut self,
        frame: &Frame,
        calendar: OffsetDateTime,
        seen: &[TrackedDetection],
        analysis: &Analysis,
        still: u64,
    ) -> Result<(), BoxError> {
        counter!("camtally_frames_analysed_total", "camera" => self.view.name.clone()).increment(1);
        let edition = self.rules.edition.load(Ordering::Acquire);
        if edition != self.edition {
            self.edition = edition;
            self.looks = Looks::new(&self.rules.get());
        }
        let summary = analysis.summary();
        self.looks.set(&summary);
        // Pictures come again after a freeze without a new connection.
        up(&self.view.name, true);
        self.change(|viewed| {
            viewed.state = CameraState::Counting;
            viewed.last_frame = Some(calendar);
            viewed.frames += 1;
            viewed.still = still;
            for (zone, totals) in viewed.zones.iter_mut().zip(&summary.zones) {
                zone.occupancy = totals.occupancy;
            }
        });
        let due = self.drawn.is_none_or(|drawn| frame.time - drawn >= PICTURE_EVERY);
        if due && self.view.pictures().wanted() {
            self.drawn = Some(frame.time);
            let jpeg = self.draw(frame, seen)?;
            self.view.pictures().show(jpeg);
        }
        Ok(())
    }

    fn draw(&mut self, frame: &Frame, seen: &[TrackedDetection]) -> Result<Vec<u8>, BoxError> {
        let width = PICTURE_WIDTH.min(frame.width()).max(2);
        let height = (width * frame.height() / frame.width().max(1)).max(2);
        let mut pixels = if self.view.pictures {
            frame.to_rgb_sized(&mut self.scaler, width, height)?.data
        } else {
            BACKGROUND.repeat(width as usize * height as usize)
        };
        let overlay = match &mut self.overlay {
            Some((w, h, overlay)) if (*w, *h) == (width, height) => overlay,
            overlay => &mut overlay.insert((width, height, Overlay::new(width, height)?)).2,
        };
        let boxes: Vec<BoxLook> = seen
            .iter()
            .filter(|seen| seen.time == frame.time)
            .map(|seen| BoxLook {
                track: seen.track,
                bbox: seen.detection.bbox,
                label: self
                    .model
                    .classes
                    .get(usize::from(seen.detection.class.0))
                    .cloned()
                    .unwrap_or_default(),
                confidence: seen.detection.confidence,
            })
            .collect();
        let content = FrameContent {
            time: frame.time,
            boxes: &boxes,
            lines: &self.looks.lines,
            zones: &self.looks.zones,
            notice: None,
        };
        overlay.frame(&mut pixels, &content)?;
        Ok(drawing::encode_jpeg(&Rgb::new(width, height, &pixels)?)?)
    }
}
