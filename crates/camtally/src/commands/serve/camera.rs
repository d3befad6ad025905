//! One camera of the server: its thread, which goes on whatever happens to the camera.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result};
use counting::{Grid, Rules};
use event::GapReason;
use metrics::counter;
use observation::{Class, StreamTime};
use paths::Look;
use pipeline::{BoxError, Engine, FixtureSettings, Presence, WatchSettings, Watched, watch};
use server::{App, CameraState};
use store::{Heat, HeatPart};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::mpsc;
use tracking::TrackerSettings;
use video::{Clock, LiveOptions, LiveReader, LiveSource, StopHandle};

use super::audience::{Audience, up};
use super::delivery::Sink;
use super::rules::CurrentRules;
use super::supervisor::Connection;
use super::worker::Meter;
use crate::config;

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

impl ModelFacts {
    /// As it is listed.
    pub(crate) fn listed(&self) -> server::Model {
        let name = |class: &Class| self.classes.get(usize::from(class.0)).cloned();
        let counted = self.counted.iter().filter_map(name).collect();
        server::Model { id: self.name.clone(), classes: self.classes.clone(), counted }
    }
}

/// What a camera is given to do its work.
#[derive(Clone)]
pub(crate) struct Seat {
    pub(crate) engine: Arc<Engine>,
    pub(crate) model: Arc<ModelFacts>,
    pub(crate) sink: Sink,
    pub(crate) app: Arc<App>,
    pub(crate) analyse_fps: f64,
    pub(crate) motion_gate: bool,
    pub(crate) fixtures: bool,
    pub(crate) clock: Arc<dyn Clock>,
    pub(super) meter: Arc<Meter>,
    pub(crate) heat: mpsc::Sender<HeatPart>,
}

impl Seat {
    /// Hands on where people were. Heat maps are no counts: what finds no room is let go, and counted.
    fn keep(&self, camera: &str, presence: &Presence) {
        let Grid { columns, rows, values } = &presence.seconds;
        let cells = values.iter().map(|seconds| seconds.round() as u64).collect();
        let heat = Heat { width: *columns as u32, height: *rows as u32, cells };
        let part = HeatPart { id: presence.id, camera: camera.to_owned(), hour: presence.from, heat };
        if self.heat.try_send(part).is_err() {
            counter!("camtally_heat_parts_lost_total", "camera" => camera.to_owned()).increment(1);
        }
    }
}

/// Until when a camera was watched before, and why no longer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Since {
    pub(crate) until: Option<OffsetDateTime>,
    pub(crate) reason: GapReason,
}

/// A camera that is being watched.
pub(crate) struct Running {
    thread: JoinHandle<Option<OffsetDateTime>>,
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
    /// Tells it to end, without waiting for that.
    pub(crate) fn ask(&self) {
        self.ending.ask();
    }

    /// Ends it; what it has counted is in the journal then. Says until when it was watched.
    pub(crate) fn stop(self) -> Option<OffsetDateTime> {
        self.ending.ask();
        self.thread.join().unwrap_or_else(|_| {
            tracing::error!("a camera's thread panicked");
            None
        })
    }
}

/// Starts a camera's thread. It goes on until it is stopped, whatever happens to the camera.
pub(crate) fn start(
    connection: Connection,
    rules: Arc<CurrentRules>,
    seat: Seat,
    view: Arc<server::Camera>,
    since: Since,
) -> Result<Running> {
    let Connection { id, source, transport, verify_tls, analyse_fps, reach } = connection;
    let options = LiveOptions {
        transport: config::transport(transport),
        verify_tls,
        reach,
        analyse_fps: Some(analyse_fps.unwrap_or(seat.analyse_fps)),
        waiting_frames: 1,
        // Cameras that fail together should not all come back at the same instant.
        seed: id.bytes().fold(17, |seed: u64, byte| seed.wrapping_mul(31).wrapping_add(byte.into())),
        ..LiveOptions::default()
    };
    let settings = WatchSettings {
        camera: id.clone(),
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
        motion_gate: seat.motion_gate,
        fixtures: seat.fixtures.then(|| FixtureSettings::persons(&seat.model.classes)),
        watched_until: since.until,
        away: since.reason,
    };
    let ending = Arc::new(Ending::default());
    view.update(|viewed| viewed.state = CameraState::Connecting);
    let mut thread = Thread { source, options, settings, rules, seat, view, ending: Arc::clone(&ending) };
    let name = format!("camera {id}");
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
    view: Arc<server::Camera>,
    ending: Arc<Ending>,
}

impl Thread {
    /// Says until when it was watched.
    fn run(&mut self) -> Option<OffsetDateTime> {
        let mut pause = FIRST_PAUSE;
        while !self.ending.asked() {
            let began = self.seat.clock.monotonic();
            let watched = self.watch();
            up(&self.settings.camera, false);
            match watched {
                Ok(()) if self.ending.asked() => break,
                Ok(()) => {
                    // Only a file that is replayed once ends by itself.
                    tracing::info!(camera = self.settings.camera, "the source has ended");
                    let (since, reason) =
                        (self.seat.clock.calendar(), "the file was replayed to its end".to_owned());
                    self.view.update(|viewed| viewed.state = CameraState::Offline { since, reason });
                    break;
                }
                Err(error) => {
                    let reason = error.to_string();
                    tracing::error!(camera = self.settings.camera, reason, "counting failed; trying again");
                    self.view.update(|viewed| viewed.state = CameraState::Failed { reason });
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
        self.settings.watched_until
    }

    fn watch(&mut self) -> Result<(), BoxError> {
        let reader = LiveReader::open(&self.source, &self.options, Arc::clone(&self.seat.clock))?;
        self.ending.set(reader.stop_handle());
        // Tells the events of this watch from those of every other.
        let opened = self.seat.clock.calendar();
        self.settings.epoch = opened.format(&Rfc3339)?;
        let mut audience = Audience::new(&self.rules, &self.view, &self.seat);
        let (seat, ending) = (self.seat.clone(), Arc::clone(&self.ending));
        let (settings, rules) = (self.settings.clone(), Rules::clone(&self.rules.get()));
        let WatchSettings { watched_until, away, .. } = &mut self.settings;
        let view = &self.view;
        watch(reader, &seat.engine, settings, rules, &self.rules.inbox, &mut |watched| {
            match watched {
                Watched::Events(events) => {
                    seat.sink.keep(events, &ending.asked)?;
                    for event in events {
                        cut(view, event);
                        counter!("camtally_events_total", "camera" => event.camera.clone(), "kind" => event.kind())
                            .increment(1);
                        // A watch that fails and begins anew goes on from here.
                        if let Some(until) = accounted(event) {
                            *watched_until = (*watched_until).max(Some(until));
                            *away = GapReason::Restart;
                        }
                    }
                }
                Watched::Began(aspect) => view.paths().begin(aspect),
                Watched::Frame { frame, calendar, seen, ended, found, analysis, still, fixtures } => {
                    let (time, changes) = (frame.time, analysis.changes());
                    view.paths().see(&Look { time, calendar, seen, ended, changes });
                    audience.people(frame.time, found, fixtures);
                    audience.change(|viewed| viewed.fixtures = fixtures.len());
                    audience.frame(frame, calendar, seen, analysis, still)?;
                }
                Watched::State(state) => audience.state(state),
                Watched::Shed(frames) => audience.shed(frames),
                Watched::RulesRefused(error) => {
                    tracing::error!(camera = view.id, %error, "the edited rules are not in force");
                }
                Watched::Presence(presence) => seat.keep(&view.id, presence),
                _ => {}
            }
            Ok(())
        })
    }
}

/// Behind a gap no track goes on.
fn cut(view: &server::Camera, event: &event::Event) {
    if let event::What::Gap(gap) = &event.what {
        view.paths().cut(gap.from);
    }
}

/// Until when an event accounts for the time: those of what was seen do not say what was watched before.
fn accounted(event: &event::Event) -> Option<OffsetDateTime> {
    match &event.what {
        event::What::Observed(observed) => Some(later(event, observed.until)),
        event::What::Gap(gap) => Some(later(event, gap.until)),
        _ => None,
    }
}

/// A moment of an event's stream by the calendar.
fn later(event: &event::Event, moment: StreamTime) -> OffsetDateTime {
    event.time + time::Duration::microseconds((moment - event.stream_time).as_micros())
}
