//! One camera of the server: its thread, which goes on whatever happens to the camera.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result};
use counting::Grid;
use metrics::counter;
use observation::{Class, StreamTime};
use pipeline::{BoxError, Engine, FixtureSettings, Presence, WatchSettings, Watched, watch};
use server::CameraState;
use store::{Heat, HeatPart};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::mpsc;
use tracking::TrackerSettings;
use video::{Clock, LiveOptions, LiveReader, LiveSource, StopHandle};

use super::audience::{Audience, up};
use super::delivery::Sink;
use super::rules::CurrentRules;
use crate::config::{Camera, Loaded};

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
        let (id, camera, hour) = (presence.id, self.view.id.clone(), presence.from);
        if self.heat.try_send(HeatPart { id, camera, hour, heat }).is_err() {
            counter!("camtally_heat_parts_lost_total", "camera" => self.view.id.clone()).increment(1);
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
            up(&self.seat.view.id, false);
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
                    tracing::error!(camera = seat.view.id, %error, "the edited rules are not in force");
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

/// A moment of an event's stream by the calendar.
fn later(event: &event::Event, moment: StreamTime) -> OffsetDateTime {
    event.time + time::Duration::microseconds((moment - event.stream_time).as_micros())
}
