//! What the writer and the readers of one journal share.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

use event::Event;
use time::OffsetDateTime;

use crate::cursor::Cursor;
use crate::error::Error;
use crate::folder::{self, Folder, segment_path};
use crate::survey::Segment;

/// How a journal is, for health pages and alerts.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Status {
    /// Bytes of all segments.
    pub bytes: u64,
    /// Bytes of the segments that hold events not acknowledged: what counts for the limit.
    pub pending_bytes: u64,
    /// What `pending_bytes` may be at most.
    pub limit: u64,
    /// Events not acknowledged.
    pub pending: u64,
    /// The time of the oldest of them, [`Event::time`]; none if there is none, or it cannot be read.
    pub oldest_pending: Option<OffsetDateTime>,
    /// Confirmed events that a reader could not read any more since the journal was opened.
    pub unreadable: u64,
    /// What went wrong last; none once an append has succeeded after it.
    pub last_error: Option<String>,
}

pub(crate) struct Shared {
    folder: Folder,
    limit: u64,
    /// Held only to look or to note, never while a disk is waited for.
    state: Mutex<State>,
    appended: Condvar,
    /// Held by whoever acknowledges, while it writes.
    acknowledging: Mutex<()>,
    /// Stands at the oldest event that is not acknowledged, as far as anyone asked.
    oldest: Mutex<Cursor>,
}

struct State {
    /// Oldest first. What is in here is confirmed: on disk, and to be read.
    segments: VecDeque<Segment>,
    acknowledged: u64,
    /// The highest sequence number that was confirmed.
    last: u64,
    unreadable: u64,
    /// Up to where unreadable events were counted.
    unreadable_until: u64,
    last_error: Option<String>,
}

impl State {
    fn pending_bytes(&self) -> u64 {
        let pending = self.segments.iter().filter(|segment| !segment.is_acknowledged(self.acknowledged));
        pending.map(|segment| segment.bytes).sum()
    }
}

/// Where to read on.
pub(crate) struct Place {
    /// The name of the segment.
    pub(crate) first: u64,
    /// Its highest sequence number.
    pub(crate) last: u64,
    /// Where its last confirmed record ends.
    pub(crate) end: u64,
}

impl Shared {
    pub(crate) fn new(
        folder: Folder,
        limit: u64,
        segments: Vec<Segment>,
        acknowledged: u64,
        last: u64,
    ) -> Self {
        let state = State {
            segments: segments.into(),
            acknowledged,
            last,
            unreadable: 0,
            unreadable_until: 0,
            last_error: None,
        };
        Self {
            folder,
            limit,
            state: Mutex::new(state),
            appended: Condvar::new(),
            acknowledging: Mutex::new(()),
            oldest: Mutex::new(Cursor::new(acknowledged + 1)),
        }
    }

    pub(crate) fn folder(&self) -> &Folder {
        &self.folder
    }

    pub(crate) fn acknowledged(&self) -> u64 {
        self.state().acknowledged
    }

    /// The highest sequence number that was confirmed.
    pub(crate) fn last(&self) -> u64 {
        self.state().last
    }

    /// Where the lowest sequence number from `next` on is.
    pub(crate) fn place(&self, next: u64) -> Option<Place> {
        let state = self.state();
        state.segments.iter().find_map(|segment| {
            let last = segment.numbers.last().filter(|last| *last >= next)?;
            Some(Place { first: segment.first, last, end: segment.end })
        })
    }

    /// Whether `bytes` more may be kept.
    pub(crate) fn check_limit(&self, bytes: u64) -> Result<(), Error> {
        let pending_bytes = self.state().pending_bytes();
        if pending_bytes + bytes > self.limit {
            let folder = self.folder.path().to_owned();
            return Err(Error::Full { folder, pending_bytes, limit: self.limit });
        }
        Ok(())
    }

    /// Lets readers see the numbers from `from` to `to`, which are on disk in the newest segment, `first`.
    pub(crate) fn confirm(&self, first: u64, from: u64, to: u64, end: u64) {
        let mut state = self.state();
        if state.segments.back().is_none_or(|newest| newest.first != first) {
            state.segments.push_back(Segment { first, numbers: Default::default(), end, bytes: end });
        }
        let newest = state.segments.back_mut().expect("there is one now");
        newest.numbers.push(from, to);
        (newest.end, newest.bytes) = (end, end);
        state.last = to;
        state.last_error = None;
        drop(state);
        self.appended.notify_all();
    }

    /// Keeps an error for the status.
    pub(crate) fn note<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &result {
            self.state().last_error = Some(error.to_string());
        }
        result
    }

    /// Counts those of the numbers from `from` to `to` that were confirmed, and that a reader did not find.
    pub(crate) fn note_unreadable(&self, from: u64, to: u64) {
        let mut state = self.state();
        let from = from.max(state.unreadable_until + 1);
        if from > to {
            return;
        }
        let numbers = state.segments.iter().map(|segment| &segment.numbers);
        let missed: u64 = numbers.map(|numbers| numbers.after(from - 1) - numbers.after(to)).sum();
        state.unreadable_until = to;
        if missed > 0 {
            state.unreadable += missed;
            state.last_error = Some(format!(
                "{missed} of the events {from} to {to} in the journal `{}` were damaged after they had been confirmed, \
                 and are lost; check the disk",
                self.folder.path().display()
            ));
        }
    }

    /// Waits until there is a number from `next` on; whether there is.
    pub(crate) fn wait(&self, next: u64, timeout: Duration) -> bool {
        let waited = self.appended.wait_timeout_while(self.state(), timeout, |state| state.last < next);
        waited.expect("no thread panics while it holds the lock").0.last >= next
    }

    pub(crate) fn acknowledge(&self, up_to: u64) -> Result<(), Error> {
        let _one_at_a_time = self.acknowledging.lock().expect("no thread panics while it holds the lock");
        let (acknowledged, last) = {
            let state = self.state();
            (state.acknowledged, state.last)
        };
        if up_to > last.max(acknowledged) {
            return Err(Error::NotConfirmed { up_to, last });
        }
        if up_to > acknowledged {
            self.folder.write_acknowledged(up_to)?;
            self.state().acknowledged = up_to;
        }
        self.delete_acknowledged()
    }

    /// Deletes segments that are wholly acknowledged; never the newest, whose name keeps the sequence
    /// numbers from going back if the acknowledgement is lost.
    fn delete_acknowledged(&self) -> Result<(), Error> {
        let mut deleted = false;
        loop {
            let oldest = {
                let state = self.state();
                let oldest =
                    state.segments.front().filter(|oldest| oldest.is_acknowledged(state.acknowledged));
                oldest.filter(|_| state.segments.len() > 1).map(|oldest| oldest.first)
            };
            let Some(first) = oldest else { break };
            folder::remove(&segment_path(self.folder.path(), first))?;
            // Only acknowledging takes segments out, and this is the only one to do it now.
            self.state().segments.pop_front();
            deleted = true;
        }
        if deleted { self.folder.sync() } else { Ok(()) }
    }

    pub(crate) fn status(&self) -> Status {
        let oldest_pending = self.oldest_pending();
        let state = self.state();
        Status {
            bytes: state.segments.iter().map(|segment| segment.bytes).sum(),
            pending_bytes: state.pending_bytes(),
            limit: self.limit,
            pending: state.segments.iter().map(|segment| segment.numbers.after(state.acknowledged)).sum(),
            oldest_pending,
            unreadable: state.unreadable,
            last_error: state.last_error.clone(),
        }
    }

    fn oldest_pending(&self) -> Option<OffsetDateTime> {
        let mut oldest = self.oldest.lock().expect("no thread panics while it holds the lock");
        let acknowledged = self.acknowledged();
        // What cannot be read is told to those who read to deliver; here it is only not known.
        let entry = oldest.peek(self, acknowledged + 1).ok()??;
        Some(Event::from_json(&entry.json).ok()?.time)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread panics while it holds the lock")
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("folder", &self.folder.path()).finish_non_exhaustive()
    }
}
