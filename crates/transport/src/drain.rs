//! From the journal to wherever its events go.

use std::time::Duration;

use journal::{Entry, Journal, Reader, Status};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::BoxError;
use crate::backoff::Backoff;

/// Events that are taken from the journal at once.
const BATCH: usize = 2_000;
/// How long the journal is waited for before it is looked whether to end.
const LOOK: Duration = Duration::from_millis(200);

/// Where a journal's events go.
pub trait Outlet: Send + 'static {
    /// Takes events. When it returns well they are safe, and the journal may forget them; else the same come again.
    fn take(&mut self, entries: &[Entry]) -> impl Future<Output = Result<(), BoxError>> + Send;

    /// Is told after each try how it went, and how the journal is.
    fn tried(&self, journal: &Status, outcome: Result<(), &str>);
}

/// The task that empties a journal into an outlet.
pub struct Drain {
    task: JoinHandle<()>,
    /// Only asked how much is pending.
    onlooker: Reader,
    end: watch::Sender<bool>,
}

impl Drain {
    /// Begins. While the outlet takes nothing, events stay in the journal, and it is tried again with growing pauses.
    pub fn start(journal: &Journal, outlet: impl Outlet) -> Self {
        let (end, ended) = watch::channel(false);
        let task = tokio::spawn(run(journal.reader(), outlet, ended));
        Self { task, onlooker: journal.reader(), end }
    }

    /// Waits until the outlet has taken everything; false when that takes too long.
    pub async fn caught_up(&self, at_most: Duration) -> bool {
        let caught_up = async {
            while self.onlooker.status().pending > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(at_most, caught_up).await.is_ok()
    }

    /// Ends it. What was not taken stays in the journal.
    pub async fn end(self) {
        // It fails when the task has ended by itself.
        self.end.send(true).ok();
        if self.task.await.is_err() {
            tracing::error!(
                "the delivery of events ended badly; the journal keeps what it had not delivered"
            );
        }
    }
}

async fn run(mut reader: Reader, mut outlet: impl Outlet, mut ended: watch::Receiver<bool>) {
    let mut backoff = Backoff::default();
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
                entries.map_err(|error| format!("the journal cannot be read: {error}").into())
            }
            Err(error) => {
                tracing::error!(%error, "the journal's reader ended badly");
                return;
            }
        };
        let taken = match entries {
            Ok(entries) if entries.is_empty() => continue,
            Ok(entries) => deliver(&reader, &mut outlet, &entries).await,
            Err(error) => Err(error),
        };
        let status = reader.status();
        match taken {
            Ok(()) => {
                backoff.reset();
                outlet.tried(&status, Ok(()));
            }
            Err(error) => {
                outlet.tried(&status, Err(&format!("{error:#}")));
                reader.rewind();
                tokio::select! {
                    () = tokio::time::sleep(backoff.next()) => {}
                    _ = ended.changed() => return,
                }
            }
        }
    }
}

async fn deliver(reader: &Reader, outlet: &mut impl Outlet, entries: &[Entry]) -> Result<(), BoxError> {
    outlet.take(entries).await?;
    let Some(last) = entries.last() else { return Ok(()) };
    let noted = reader.acknowledge(last.sequence);
    noted.map_err(|error| format!("the journal cannot note what was delivered: {error}").into())
}
