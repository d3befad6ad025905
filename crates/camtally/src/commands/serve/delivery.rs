//! From the cameras into the journal, and from the journal to where it is taken in: the store, or the broker.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Result, anyhow};
use event::Event;
use journal::{Entry, Journal, Status};
use lease::Held;
use metrics::{counter, gauge};
use server::App;
use transport::{BoxError, Outlet, Publisher};
use video::Clock;

use super::keeper::Keeper;

/// Pauses between tries.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// From which share of its limit on a journal that is not emptied is told as an error.
const NEARLY_FULL: f64 = 0.8;

/// Where all cameras' events go first: to disk.
#[derive(Clone)]
pub(crate) struct Sink {
    journal: Arc<Mutex<Journal>>,
    app: Arc<App>,
    leases: Option<Leases>,
}

/// The leases under which cameras are watched.
#[derive(Clone)]
pub(crate) struct Leases {
    pub(crate) held: Arc<Held>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Sink {
    pub(crate) fn new(journal: Journal, app: Arc<App>, leases: Option<Leases>) -> Self {
        Self { journal: Arc::new(Mutex::new(journal)), app, leases }
    }

    /// Returns when the events are on disk. While the disk does not take them it tries again, for nothing is counted that
    /// could be lost; `given_up` ends that. What is not counted under a lease is refused: another may count the same.
    pub(crate) fn keep(&self, events: &[Event], given_up: &AtomicBool) -> Result<()> {
        let mut pause = FIRST_PAUSE;
        loop {
            let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
            let kept = match &self.leases {
                None => journal.append(events),
                // Looked at last: waiting for the journal takes time.
                Some(leases) => journal.append(&leases.stamped(events)?),
            };
            drop(journal);
            match kept {
                Ok(_) => {
                    self.app.readiness.has("journal");
                    return Ok(());
                }
                Err(error) if given_up.load(Ordering::Acquire) => return Err(error.into()),
                Err(error) => {
                    counter!("camtally_journal_failures_total").increment(1);
                    tracing::error!(%error, "events cannot be kept; trying again");
                    self.app.readiness.lacks("journal", error.to_string());
                    std::thread::sleep(pause);
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }
}

impl Leases {
    fn stamped(&self, events: &[Event]) -> Result<Vec<Event>> {
        let now = self.clock.monotonic();
        let stamp = |event: &Event| {
            let stamp = self.held.stamp(&event.camera, now).ok_or_else(|| {
                counter!("camtally_events_without_lease_total").increment(1);
                anyhow!("the lease has ended, and another worker may have the camera")
            })?;
            let mut event = event.clone();
            stamp.put(&mut event);
            Ok(event)
        };
        events.iter().map(stamp).collect()
    }
}

/// Tells how the journal is, and whether it is emptied.
fn tell(app: &App, journal: &Status, outcome: Result<(), &str>) {
    gauge!("camtally_journal_pending_events").set(journal.pending as f64);
    gauge!("camtally_journal_bytes").set(journal.bytes as f64);
    gauge!("camtally_journal_limit_bytes").set(journal.limit as f64);
    let Err(error) = outcome else {
        app.readiness.has("delivery");
        return;
    };
    let full = journal.pending_bytes as f64 / journal.limit as f64;
    if full >= NEARLY_FULL {
        let percent = (full * 100.0).floor();
        tracing::error!(
            error,
            "the journal is {percent} % full, and nothing is counted any more when it is full: bring back what takes \
             its events, or raise journal.limit_mib"
        );
        app.readiness.lacks("delivery", format!("the journal is {percent} % full: {error}"));
    } else {
        tracing::warn!(error, pending = journal.pending, "events are not delivered yet; trying again");
        app.readiness.lacks("delivery", error);
    }
}

/// From the journal straight into the store.
pub(crate) struct ToStore {
    pub(crate) keeper: Keeper,
}

impl Outlet for ToStore {
    async fn take(&mut self, entries: &[Entry]) -> Result<(), BoxError> {
        let mut events = Vec::with_capacity(entries.len());
        for entry in entries {
            match entry.event() {
                Ok(event) => events.push(event),
                // Only a newer version can have written it.
                Err(error) => {
                    tracing::error!(%error, sequence = entry.sequence, "the journal holds what is no event");
                }
            }
        }
        let refused = self.keeper.keep(&events).await.map_err(|error| error.reason)?;
        for refused in refused {
            tracing::error!(id = %refused.id, reason = refused.reason, "the store refuses an event");
        }
        Ok(())
    }

    fn tried(&self, journal: &Status, outcome: Result<(), &str>) {
        if outcome.is_err() {
            counter!("camtally_store_failures_total").increment(1);
        }
        tell(self.keeper.app(), journal, outcome);
    }
}

/// From the journal to the broker.
pub(crate) struct ToBroker {
    pub(crate) publisher: Publisher,
    pub(crate) app: Arc<App>,
}

impl Outlet for ToBroker {
    async fn take(&mut self, entries: &[Entry]) -> Result<(), BoxError> {
        Ok(self.publisher.send(entries).await?)
    }

    fn tried(&self, journal: &Status, outcome: Result<(), &str>) {
        if outcome.is_err() {
            counter!("camtally_broker_failures_total").increment(1);
        }
        tell(&self.app, journal, outcome);
    }
}
