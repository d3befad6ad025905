//! Where the thread that reads puts what the consumer takes.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::control::Control;
use super::item::LiveItem;
use super::queue::Queue;
use super::reader::LiveStats;

pub(crate) struct Outbox {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    queue: Queue,
    stats: LiveStats,
}

impl Outbox {
    pub(crate) fn new(max_frames: usize) -> Self {
        let state = State { queue: Queue::new(max_frames), stats: LiveStats::default() };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    pub(crate) fn push(&self, item: LiveItem) {
        self.lock().queue.push(item);
        self.changed.notify_all();
    }

    /// Nothing more will come.
    pub(crate) fn end(&self) {
        self.lock().queue.ended = true;
        self.changed.notify_all();
    }

    /// The next item, once there is one; none when the source has ended or the reader was stopped.
    pub(crate) fn take(&self, control: &Control) -> Option<LiveItem> {
        let mut state = self.lock();
        loop {
            if control.is_stopped() {
                return None;
            }
            if let Some(item) = state.queue.pop() {
                return Some(item);
            }
            if state.queue.ended {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Lets [`take`](Self::take) look at the control again.
    pub(crate) fn wake(&self) {
        // A consumer between its look and its wait holds the lock.
        drop(self.lock());
        self.changed.notify_all();
    }

    /// Waits for the end; says whether it came.
    pub(crate) fn wait_for_end(&self, limit: Duration) -> bool {
        let waited = self.changed.wait_timeout_while(self.lock(), limit, |state| !state.queue.ended);
        waited.unwrap_or_else(PoisonError::into_inner).0.queue.ended
    }

    pub(crate) fn stats(&self) -> LiveStats {
        let state = self.lock();
        LiveStats { shed: state.queue.shed(), ..state.stats }
    }

    pub(crate) fn set_stats(&self, stats: LiveStats) {
        self.lock().stats = stats;
    }

    /// A panic elsewhere leaves the queue whole: every change to it is one call.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
