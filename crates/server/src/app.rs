use std::sync::{Arc, Mutex, PoisonError};

use event::Event;
use metrics_exporter_prometheus::PrometheusHandle;
use store::{Store, Zone};
use tokio::sync::broadcast;

use crate::Camera;

/// How many events a slow reader of the live stream may be behind.
const BEHIND: usize = 1024;

/// What questions are answered from.
pub struct App {
    /// Where the events are kept.
    pub store: Store,
    /// The cameras, in the order of the configuration.
    pub cameras: Vec<Arc<Camera>>,
    /// The site's name.
    pub site: String,
    /// The site's time zone: buckets are hours and days of its clock.
    pub zone: Zone,
    /// The time zone's name.
    pub zone_name: String,
    /// What is counted and measured of the program itself.
    pub metrics: PrometheusHandle,
    /// What is not as it should be.
    pub readiness: Readiness,
    live: broadcast::Sender<Arc<Event>>,
}

impl App {
    /// An application over a store.
    pub fn new(
        store: Store,
        cameras: Vec<Arc<Camera>>,
        site: String,
        zone_name: String,
        metrics: PrometheusHandle,
    ) -> Result<Self, store::Error> {
        let zone = Zone::named(&zone_name)?;
        let (live, _) = broadcast::channel(BEHIND);
        Ok(Self { store, cameras, site, zone, zone_name, metrics, readiness: Readiness::default(), live })
    }

    /// Hands an event that is in the store to everyone who looks on.
    pub fn publish(&self, event: Event) {
        // It fails when nobody looks on.
        self.live.send(Arc::new(event)).ok();
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Arc<Event>> {
        self.live.subscribe()
    }
}

/// What keeps the program from being ready, by name.
#[derive(Debug, Default)]
pub struct Readiness(Mutex<Vec<(&'static str, String)>>);

impl Readiness {
    /// Says that a part is not as it should be, and what to do.
    pub fn lacks(&self, part: &'static str, why: impl Into<String>) {
        let mut parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        parts.retain(|(name, _)| *name != part);
        parts.push((part, why.into()));
    }

    /// Says that a part is as it should be.
    pub fn has(&self, part: &'static str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|(name, _)| *name != part);
    }

    /// What is missing.
    pub fn missing(&self) -> Vec<(&'static str, String)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
