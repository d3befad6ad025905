//! Events into the store, and from there to whoever is told of them.

use std::collections::HashSet;
use std::sync::Arc;

use anyhow::Result;
use event::Event;
use lease::Fence;
use metrics::counter;
use server::App;
use transport::{Intake, NotKept, Refused};

use super::broker::Broker;

/// Keeps events, whichever way they came: from this program's journal, or from the queue.
pub(crate) struct Keeper {
    app: Arc<App>,
    mqtt: Option<Broker>,
    fence: Fence,
}

impl Keeper {
    pub(crate) async fn new(app: Arc<App>, mqtt: Option<Broker>) -> Result<Self> {
        let fence = Fence::open(app.store.database().clone()).await?;
        Ok(Self { app, mqtt, fence })
    }

    pub(crate) fn app(&self) -> &App {
        &self.app
    }

    /// Keeps events, each once in effect, and tells of them: what web hooks asked for is kept with them. Says which can
    /// never be kept.
    pub(crate) async fn keep(&mut self, events: &[Event]) -> Result<Vec<Refused>, NotKept> {
        let late = self.fence.late(events).await.map_err(|error| {
            let may_pass = matches!(&error, lease::Error::Database(error) if error.is_retryable());
            NotKept { may_pass, reason: format!("it is not known which leases have ended: {error}") }
        })?;
        for late in &late {
            let event = &events[late.index];
            counter!("camtally_events_fenced_total", "camera" => event.camera.clone()).increment(1);
            tracing::warn!(
                camera = event.camera,
                id = %event.id,
                late_s = late.by as f64 / 1e6,
                "an event was written down after the end of its lease, and is not counted"
            );
        }
        let late: HashSet<usize> = late.iter().map(|late| late.index).collect();
        let in_time = events.iter().enumerate().filter(|(index, _)| !late.contains(index));
        let mut events: Vec<Event> = in_time.map(|(_, event)| event.clone()).collect();
        let ingested = self.app.store.ingest(&events).await.map_err(|error| NotKept {
            may_pass: error.is_retryable(),
            reason: format!("the store does not take events: {error}"),
        })?;
        self.app.arrived();
        events.retain(|event| ingested.refused.iter().all(|refused| refused.id != event.id));
        self.tell(&events).await?;
        counter!("camtally_events_stored_total").increment(ingested.stored);
        let refused = ingested.refused.into_iter();
        Ok(refused.map(|refused| Refused { id: refused.id, reason: refused.reason }).collect())
    }

    async fn tell(&self, events: &[Event]) -> Result<(), NotKept> {
        if let Some(alerting) = self.app.alerting.get() {
            let site_of = |camera: &str| self.app.cameras.get(camera).map(|camera| camera.site.clone());
            match alerting.alerts.enter_events(events, site_of, self.app.clock.now()).await {
                // What can never be entered must not hold up the counts.
                Err(error) if !error.is_retryable() => {
                    tracing::error!(%error, "web hooks do not get events");
                }
                entered => entered.map(drop).map_err(|error| NotKept {
                    may_pass: true,
                    reason: format!("the events for web hooks cannot be kept: {error}"),
                })?,
            }
        }
        if let Some(mqtt) = &self.mqtt {
            events.iter().for_each(|event| mqtt.event(event));
        }
        Ok(())
    }
}

impl Intake for Keeper {
    async fn keep(&mut self, events: &[Event]) -> Result<Vec<Refused>, NotKept> {
        Self::keep(self, events).await
    }

    async fn is_there(&self) -> bool {
        self.app.store.ping().await.is_ok()
    }

    fn tried(&self, outcome: Result<(), &str>) {
        match outcome {
            Ok(()) => self.app.readiness.has("ingest"),
            Err(error) => {
                counter!("camtally_ingest_failures_total").increment(1);
                self.app.readiness.lacks("ingest", error);
            }
        }
    }
}
