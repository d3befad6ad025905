use std::sync::Arc;
use std::time::Duration;

use crate::cursor::{Cursor, Entry};
use crate::error::Error;
use crate::shared::{Shared, Status};

/// Hands out events in order, from the oldest that is not acknowledged, while others are appended. Made by
/// [`Journal::reader`](crate::Journal::reader); may go to another thread, and keeps the folder locked.
///
/// Each reader has a place of its own; what is acknowledged is one for all of them. So one reader delivers,
/// and further ones only look.
#[derive(Debug)]
pub struct Reader {
    shared: Arc<Shared>,
    cursor: Cursor,
}

impl Reader {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        let cursor = Cursor::new(shared.acknowledged() + 1);
        Self { shared, cursor }
    }

    /// The next events, at most `max`; none when all were handed out. Memory: what it returns, and about
    /// 200 KiB.
    ///
    /// What was damaged since it was confirmed is left out and counted in [`Status::unreadable`].
    ///
    /// # Errors
    /// When a file cannot be read. The same call can be made again; nothing is left out.
    pub fn read(&mut self, max: usize) -> Result<Vec<Entry>, Error> {
        let mut entries = Vec::new();
        while entries.len() < max {
            match self.cursor.read(&self.shared) {
                Ok(Some(entry)) => entries.push(entry),
                Ok(None) => break,
                // The error comes again when these have been taken.
                Err(_) if !entries.is_empty() => break,
                Err(error) => return self.shared.note(Err(error)),
            }
        }
        Ok(entries)
    }

    /// Waits for an event that [`read`](Self::read) has not handed out, for `timeout` at most. Whether there
    /// is one.
    pub fn wait(&self, timeout: Duration) -> bool {
        self.shared.wait(self.cursor.next(), timeout)
    }

    /// Goes back to the oldest event that is not acknowledged, to deliver again what was lost on its way.
    pub fn rewind(&mut self) {
        self.cursor = Cursor::new(self.shared.acknowledged() + 1);
    }

    /// Says that all events up to this sequence number are safe elsewhere. They are never handed out again,
    /// not after a crash either, and the disk space of segments that hold nothing else is given back.
    ///
    /// A number that was acknowledged before changes nothing. It costs two syncs, so acknowledge many events
    /// at once.
    ///
    /// # Errors
    /// When it cannot be written: then the events may be handed out again after the next start. When a
    /// segment cannot be deleted: then the acknowledgement holds all the same, and the next one tries again.
    pub fn acknowledge(&self, up_to: u64) -> Result<(), Error> {
        self.shared.note(self.shared.acknowledge(up_to))
    }

    /// How the journal is.
    pub fn status(&self) -> Status {
        self.shared.status()
    }
}
