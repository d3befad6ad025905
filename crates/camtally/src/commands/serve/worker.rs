//! What this process has to do: how much it analyses, and how much more it could.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use observation::Detection;
use pipeline::{BoxError, DetectBatch, Engine};
use server::{App, Watching, Worker, Workers};
use time::OffsetDateTime;
use uuid::Uuid;
use video::{Clock, Frame};

/// How often the numbers are looked at.
const EVERY: Duration = Duration::from_secs(1);
/// Over how many looks they are taken.
const LOOKS: usize = 11;

/// Counts what is done.
pub(super) struct Meter {
    clock: Arc<dyn Clock>,
    frames: AtomicU64,
    /// Microseconds in which detectors were at work, all together.
    busy: AtomicU64,
    looks: Mutex<VecDeque<Look>>,
}

#[derive(Clone, Copy)]
struct Look {
    at: Duration,
    frames: u64,
    busy: u64,
}

impl Meter {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self { clock, frames: AtomicU64::new(0), busy: AtomicU64::new(0), looks: Mutex::default() })
    }

    /// Counts a frame that was analysed.
    pub(super) fn frame(&self) {
        self.frames.fetch_add(1, Ordering::Relaxed);
    }

    fn look(&self) -> Look {
        let (frames, busy) = (self.frames.load(Ordering::Relaxed), self.busy.load(Ordering::Relaxed));
        Look { at: self.clock.monotonic(), frames, busy }
    }

    /// Frames a second, and the share of the time of so many detectors, since the oldest look.
    fn rates(&self, detectors: usize) -> (f64, f64) {
        let now = self.look();
        let oldest = self.looks.lock().unwrap_or_else(PoisonError::into_inner).front().copied();
        let Some(oldest) = oldest else { return (0.0, 0.0) };
        let seconds = now.at.saturating_sub(oldest.at).as_secs_f64().max(1e-3);
        let frames = (now.frames - oldest.frames) as f64 / seconds;
        let busy = (now.busy - oldest.busy) as f64 / 1e6 / (seconds * detectors.max(1) as f64);
        (frames, busy.min(1.0))
    }

    /// Looks at the numbers again and again.
    pub(super) async fn run(self: Arc<Self>) {
        let mut clock = tokio::time::interval(EVERY);
        loop {
            clock.tick().await;
            let look = self.look();
            let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
            looks.push_back(look);
            if looks.len() > LOOKS {
                looks.pop_front();
            }
        }
    }
}

/// A detector whose working time is measured.
pub(super) struct Measured<D> {
    pub(super) detector: D,
    pub(super) meter: Arc<Meter>,
}

impl<D: DetectBatch> DetectBatch for Measured<D> {
    fn capacity(&self) -> usize {
        self.detector.capacity()
    }

    fn detect_batch(&mut self, frames: &[&Frame]) -> Result<Vec<Vec<Detection>>, BoxError> {
        let began = self.meter.clock.monotonic();
        let found = self.detector.detect_batch(frames);
        let took = self.meter.clock.monotonic().saturating_sub(began);
        self.meter.busy.fetch_add(u64::try_from(took.as_micros()).unwrap_or(0), Ordering::Relaxed);
        found
    }
}

/// This process, for the API.
pub(super) fn workers(app: &Arc<App>, meter: Arc<Meter>, engine: &Arc<Engine>) -> Workers {
    let (app, engine) = (Arc::downgrade(app), Arc::downgrade(engine));
    let (id, started) = (Uuid::now_v7(), OffsetDateTime::now_utc());
    Arc::new(move || {
        // They are gone when the program ends.
        let (Some(app), Some(engine)) = (app.upgrade(), engine.upgrade()) else { return Vec::new() };
        let detectors = engine.detectors();
        let (frames_per_s, load) = meter.rates(detectors);
        let cameras = app.cameras.all().into_iter().filter(|camera| camera.registered.started);
        let cameras = cameras.map(|camera| {
            let state = camera.viewed().state.as_str().to_owned();
            Watching { camera: camera.id.clone(), state }
        });
        vec![Worker {
            id,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started,
            model: app.model.get().map(|model| model.id.clone()),
            detectors,
            frames_per_s: (frames_per_s * 10.0).round() / 10.0,
            load: (load * 100.0).round() / 100.0,
            waiting: engine.stats().waiting,
            cameras: cameras.collect(),
        }]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Hand(Mutex<Duration>);

    impl Clock for Hand {
        fn monotonic(&self) -> Duration {
            *self.0.lock().unwrap()
        }

        fn calendar(&self) -> OffsetDateTime {
            OffsetDateTime::UNIX_EPOCH
        }
    }

    #[test]
    fn rates_are_those_since_the_oldest_look() {
        let clock = Arc::new(Hand(Mutex::new(Duration::ZERO)));
        let meter = Meter::new(Arc::clone(&clock) as Arc<dyn Clock>);
        assert_eq!(meter.rates(2), (0.0, 0.0), "nothing is known yet");
        meter.looks.lock().unwrap().push_back(meter.look());
        for _ in 0..25 {
            meter.frame();
        }
        meter.busy.fetch_add(6_000_000, Ordering::Relaxed);
        *clock.0.lock().unwrap() = Duration::from_secs(5);
        assert_eq!(meter.rates(2), (5.0, 0.6));
        assert_eq!(meter.rates(1), (5.0, 1.0), "never above the whole");
    }
}
