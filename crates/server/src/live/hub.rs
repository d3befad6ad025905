//! The newest events in memory, for all who look on.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::extract::ws::Utf8Bytes;
use event::Event;
use store::{Arrival, Store};
use tokio::sync::{Notify, OnceCell, watch};

use crate::problem::Problem;

/// Events that are held.
const HELD: usize = 8192;
/// Events that are taken from the store at once.
pub(super) const BATCH: u32 = 500;
/// How often the store is asked without a word: another process may write to it.
const UNASKED: Duration = Duration::from_secs(1);

/// An event, written once for all.
pub(super) struct Entry {
    pub(super) number: i64,
    pub(super) event: Event,
    /// What goes over a WebSocket.
    frame: Utf8Bytes,
    /// Where in it the event itself lies.
    json: std::ops::Range<usize>,
}

impl Entry {
    pub(super) fn new(arrival: Arrival) -> Self {
        let Arrival { number, event } = arrival;
        let head = format!(r#"{{"id":"{number}","kind":"{}","event":"#, event.kind());
        let json = event.to_json();
        let within = head.len()..head.len() + json.len();
        Self { number, event, frame: format!("{head}{json}}}").into(), json: within }
    }

    pub(super) fn frame(&self) -> Utf8Bytes {
        self.frame.clone()
    }

    pub(super) fn json(&self) -> &str {
        &self.frame.as_str()[self.json.clone()]
    }
}

/// What is held: everything after a number.
#[derive(Default)]
struct Held {
    /// What came in up to this number is not held.
    after: i64,
    entries: VecDeque<Arc<Entry>>,
}

/// Brings new events from the store to memory, once for all who look on.
pub(crate) struct Hub {
    pub(super) store: Store,
    held: RwLock<Held>,
    newest: watch::Sender<i64>,
    woken: Notify,
    started: OnceCell<()>,
}

impl Hub {
    pub(crate) fn new(store: Store) -> Self {
        Self {
            store,
            held: RwLock::default(),
            newest: watch::Sender::new(0),
            woken: Notify::new(),
            started: OnceCell::new(),
        }
    }

    /// Says that there is something new in the store.
    pub(crate) fn wake(&self) {
        self.woken.notify_one();
    }

    /// Begins to follow the store, when somebody looks on for the first time.
    pub(super) async fn start(hub: &Arc<Self>) -> Result<(), Problem> {
        let begin = || async {
            let newest = hub.store.arrivals_kept().await?.newest;
            hub.held.write().unwrap_or_else(PoisonError::into_inner).after = newest;
            hub.newest.send_replace(newest);
            // It ends when nobody else has the hub any more.
            let followed = Arc::downgrade(hub);
            tokio::spawn(async move {
                while let Some(hub) = followed.upgrade() {
                    hub.follow().await;
                }
            });
            Ok::<_, Problem>(())
        };
        hub.started.get_or_try_init(begin).await.map(drop)
    }

    async fn follow(&self) {
        // Silence is an answer as well.
        tokio::time::timeout(UNASKED, self.woken.notified()).await.unwrap_or_default();
        loop {
            let after = *self.newest.borrow();
            match self.store.arrivals(after, BATCH).await {
                Ok(arrivals) if arrivals.is_empty() => return,
                Ok(arrivals) => self.hold(arrivals),
                Err(error) => {
                    tracing::warn!(%error, "what is new in the store could not be read; trying again");
                    return;
                }
            }
        }
    }

    fn hold(&self, arrivals: Vec<Arrival>) {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        let newest = arrivals.last().map_or(held.after, |arrival| arrival.number);
        held.entries.extend(arrivals.into_iter().map(|arrival| Arc::new(Entry::new(arrival))));
        while held.entries.len() > HELD {
            if let Some(oldest) = held.entries.pop_front() {
                held.after = oldest.number;
            }
        }
        drop(held);
        self.newest.send_replace(newest);
    }

    /// The number of the newest event, as it changes.
    pub(super) fn newest(&self) -> watch::Receiver<i64> {
        self.newest.subscribe()
    }

    /// What came in after a number, at most a batch; none when that is no longer held.
    pub(super) fn after(&self, number: i64) -> Option<Vec<Arc<Entry>>> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        if number < held.after {
            return None;
        }
        let first = held.entries.partition_point(|entry| entry.number <= number);
        Some(held.entries.iter().skip(first).take(BATCH as usize).cloned().collect())
    }
}
