//! From the cameras into the journal, and from the journal into the store.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use event::Event;
use journal::{Entry, Journal, Reader};
use metrics::{counter, gauge};
use server::App;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::broker::Broker;

/// Events that are taken from the journal at once.
const BATCH: usize = 2_000;
/// How long the journal is waited for before the delivery looks whether it should end.
const LOOK: Duration = Duration::from_millis(200);
/// Pauses between tries.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Where all cameras' events go first: to disk.
#[derive(Clone)]
pub(crate) struct Sink {
    journal: Arc<Mutex<Journal>>,
    app: Arc<App>,
}

impl Sink {
    pub(crate) fn new(journal: Journal, app: Arc<App>) -> Self {
        Self { journal: Arc::new(Mutex::new(journal)), app }
    }

    /// Returns when the events are on disk. While the disk does not take them it tries again, for nothing is counted that
    /// could be lost; `given_up` ends that.
    pub(crate) fn keep(&self, events: &[Event], given_up: &AtomicBool) -> Result<()> {
        let mut pause = FIRST_PAUSE;
        loop {
            let kept = self.journal.lock().unwrap_or_else(PoisonError::into_inner).append(events);
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

/// The task that brings events to the store.
pub(crate) struct Delivery {
    task: JoinHandle<()>,
    /// Only asked how much is pending.
    onlooker: Reader,
    end: watch::Sender<bool>,
}

/// Starts to deliver: to the store, and from there to whoever is told of events.
pub(crate) fn start(journal: &Journal, app: Arc<App>, broker: Option<Broker>) -> Delivery {
    let (end, ended) = watch::channel(false);
    let task = tokio::spawn(deliver(journal.reader(), app, broker, ended));
    Delivery { task, onlooker: journal.reader(), end }
}

impl Delivery {
    /// Waits until everything in the journal is in the store; false when that takes too long.
    pub(crate) async fn caught_up(&self, at_most: Duration) -> bool {
        let caught_up = async {
            while self.onlooker.status().pending > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(at_most, caught_up).await.is_ok()
    }

    pub(crate) async fn end(self) {
        // It fails when the task has ended by itself.
        self.end.send(true).ok();
        if self.task.await.is_err() {
            tracing::error!(
                "the delivery to the store ended badly; the journal keeps what it had not delivered"
            );
        }
    }
}

async fn deliver(
    mut reader: Reader,
    app: Arc<App>,
    broker: Option<Broker>,
    mut ended: watch::Receiver<bool>,
) {
    let mut pause = FIRST_PAUSE;
    while !*ended.borrow_and_update() {
        // Reading waits for the disk, so it runs on a thread of its own.
        let read = tokio::task::spawn_blocking(move || {
            if !reader.wait(LOOK) {
                return (reader, Ok(Vec::new()));
            }
            let entries = reader.read(BATCH);
            (reader, entries)
        });
        let entries = match read.await {
            Ok((back, entries)) => {
                reader = back;
                entries.context("the journal cannot be read")
            }
            Err(error) => {
                tracing::error!(%error, "the journal's reader ended badly");
                return;
            }
        };
        let delivered = match entries {
            Ok(entries) if entries.is_empty() => continue,
            Ok(entries) => store(&app, broker.as_ref(), &reader, entries).await,
            Err(error) => Err(error),
        };
        let status = reader.status();
        gauge!("camtally_journal_pending_events").set(status.pending as f64);
        gauge!("camtally_journal_bytes").set(status.bytes as f64);
        match delivered {
            Ok(()) => {
                pause = FIRST_PAUSE;
                app.readiness.has("delivery");
            }
            Err(error) => {
                counter!("camtally_store_failures_total").increment(1);
                tracing::warn!(error = format!("{error:#}"), "events are not in the store yet; trying again");
                app.readiness.lacks("delivery", format!("{error:#}"));
                reader.rewind();
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    _ = ended.changed() => return,
                }
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

async fn store(app: &Arc<App>, broker: Option<&Broker>, reader: &Reader, entries: Vec<Entry>) -> Result<()> {
    let Some(last) = entries.last().map(|entry| entry.sequence) else { return Ok(()) };
    let mut events = Vec::with_capacity(entries.len());
    for entry in &entries {
        match entry.event() {
            Ok(event) => events.push(event),
            // Only a newer version can have written it.
            Err(error) => {
                tracing::error!(%error, sequence = entry.sequence, "the journal holds what is no event")
            }
        }
    }
    let ingested = app.store.ingest(&events).await.context("the store does not take events")?;
    app.arrived();
    for refused in &ingested.refused {
        tracing::error!(id = %refused.id, reason = refused.reason, "the store refuses an event");
    }
    events.retain(|event| ingested.refused.iter().all(|refused| refused.id != event.id));
    tell(app, broker, &events).await?;
    counter!("camtally_events_stored_total").increment(ingested.stored);
    reader.acknowledge(last).context("the journal cannot note what was delivered")
}

/// Tells of events that are in the store. What web hooks asked for is kept until it has arrived there.
async fn tell(app: &App, broker: Option<&Broker>, events: &[Event]) -> Result<()> {
    if let Some(alerting) = app.alerting.get() {
        let site_of = |camera: &str| app.cameras.get(camera).map(|camera| camera.site.clone());
        match alerting.alerts.enter_events(events, site_of, app.clock.now()).await {
            // What can never be entered must not hold up the counts.
            Err(error) if !error.is_retryable() => {
                tracing::error!(%error, "web hooks do not get events");
            }
            entered => entered.context("the events for web hooks cannot be kept")?,
        }
    }
    if let Some(broker) = broker {
        events.iter().for_each(|event| broker.event(event));
    }
    Ok(())
}
