//! One who looks on.

use std::collections::VecDeque;
use std::sync::Arc;

use metrics::counter;
use tokio::sync::watch;

use super::Wanted;
use super::hub::{BATCH, Entry, Hub};

/// What comes next.
pub(super) enum Item {
    /// An event.
    Event(Arc<Entry>),
    /// Events before this number are lost to the reader: it must ask for them.
    Missed(i64),
}

/// Reads events in the order in which they came in.
pub(super) struct Reader {
    hub: Arc<Hub>,
    newest: watch::Receiver<i64>,
    /// What came in up to here was read.
    position: i64,
    /// Whether it must be looked whether everything since the position is still kept.
    resumes: bool,
    ready: VecDeque<Arc<Entry>>,
    wanted: Wanted,
}

impl Reader {
    /// A reader that goes on after a number, or begins now.
    pub(super) fn new(hub: Arc<Hub>, position: Option<i64>, wanted: Wanted) -> Self {
        let mut newest = hub.newest();
        let now = *newest.borrow_and_update();
        let (position, resumes) = (position.unwrap_or(now), position.is_some());
        Self { hub, newest, position, resumes, ready: VecDeque::new(), wanted }
    }

    /// The next event that is wanted; none when it cannot be read, and the reader must come again.
    pub(super) async fn next(&mut self) -> Option<Item> {
        loop {
            if std::mem::take(&mut self.resumes)
                && let Some(number) = self.lost().await?
            {
                self.position = number;
                return Some(Item::Missed(number));
            }
            while let Some(entry) = self.ready.pop_front() {
                self.position = entry.number;
                if self.wanted.wants(&entry) {
                    counter!("camtally_live_events_sent_total").increment(1);
                    return Some(Item::Event(entry));
                }
            }
            // Before looking: what comes in meanwhile must wake it.
            self.newest.borrow_and_update();
            self.ready = match self.hub.after(self.position) {
                Some(entries) => entries.into(),
                None => self.stored().await?,
            };
            if self.ready.is_empty() {
                self.newest.changed().await.ok()?;
            }
        }
    }

    /// Where to go on when events after the position are no longer kept, or the position is from another store.
    async fn lost(&self) -> Option<Option<i64>> {
        let kept = self.hub.store.arrivals_kept().await.inspect_err(failed).ok()?;
        let goes_on = self.position >= kept.oldest - 1 && self.position <= kept.newest;
        Some((!goes_on).then_some(kept.newest))
    }

    async fn stored(&self) -> Option<VecDeque<Arc<Entry>>> {
        let arrivals = self.hub.store.arrivals(self.position, BATCH).await.inspect_err(failed).ok()?;
        Some(arrivals.into_iter().map(|arrival| Arc::new(Entry::new(arrival))).collect())
    }
}

fn failed(error: &store::Error) {
    tracing::warn!(%error, "a live stream ends, to be resumed");
}
