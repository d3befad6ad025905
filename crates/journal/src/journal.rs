use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;

use event::Event;

use crate::error::{Error, io_error};
use crate::folder::{Folder, segment_path};
use crate::reader::Reader;
use crate::record::{self, MAX_SEQUENCE, SEGMENT_HEADER, SegmentHeader};
use crate::recovery::Recovery;
use crate::shared::{Shared, Status};
use crate::survey::survey;

/// The buffer that is kept from one append to the next is not larger.
const KEPT_BUFFER: usize = 1024 * 1024;

/// How large a journal may become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// A segment that would become larger than this many bytes is followed by another. Disk space is given
    /// back by whole segments.
    pub segment_bytes: u64,
    /// The segments that hold events not acknowledged take at most this many bytes; then appending is refused.
    /// The disk needs room for one segment more.
    pub limit: u64,
}

impl Default for Options {
    /// Segments of 8 MiB, 2 GiB in all.
    fn default() -> Self {
        Self { segment_bytes: 8 << 20, limit: 2 << 30 }
    }
}

/// Writes events so that they outlive a crash; see the [crate's documentation](crate).
#[derive(Debug)]
pub struct Journal {
    shared: Arc<Shared>,
    segment_bytes: u64,
    /// The sequence number of the next event.
    next: u64,
    /// The segment that is written to. None after opening and after a failure: the next append makes one.
    active: Option<Active>,
    /// Records on their way to the disk.
    buffer: Vec<u8>,
}

#[derive(Debug)]
struct Active {
    file: File,
    first: u64,
    /// Where its last confirmed record ends.
    end: u64,
}

impl Journal {
    /// Opens the journal in `folder`, which is made if only the last part of the path is missing, and locks it
    /// against other processes.
    ///
    /// What an interrupted append left is cut off; damaged stretches are stepped over, and copied to the
    /// folder `quarantine`. [`Recovery`] says what was found; the operator must see it unless it
    /// [is clean](Recovery::is_clean).
    ///
    /// # Errors
    /// When another process has it open, or the folder cannot be read or written. Damage is no error.
    pub fn open(folder: &Path, options: Options) -> Result<(Self, Recovery), Error> {
        let locked = Folder::open(folder)?;
        let mut survey = survey(folder)?;
        // A process that was killed between writing and syncing left events that can be read, but may not be
        // on disk yet. They go there before anybody sees them.
        if let Some(newest) = survey.segments.last() {
            let path = segment_path(folder, newest.first);
            File::open(&path).and_then(|file| file.sync_data()).map_err(io_error("sync", &path))?;
        }
        survey.recovery.quarantine(folder);
        // An empty newest segment would be made again under the same name.
        survey.segments.retain(|segment| segment.first < survey.next);
        let shared = Shared::new(locked, options.limit, survey.segments, survey.acknowledged, survey.last);
        let journal = Self {
            shared: Arc::new(shared),
            segment_bytes: options.segment_bytes,
            next: survey.next,
            active: None,
            buffer: Vec::new(),
        };
        Ok((journal, survey.recovery))
    }

    /// What is wrong with the journal in `folder`, without changing anything or locking it: it may be in use.
    /// [`Recovery`] says what to do, by `Display`.
    ///
    /// # Errors
    /// When the folder or a file cannot be read.
    pub fn check(folder: &Path) -> Result<Recovery, Error> {
        survey(folder).map(|survey| survey.recovery)
    }

    /// Writes events, in one piece and with one sync, and returns when they are on disk. Gives their sequence
    /// numbers, in the order of `events`. Only now can readers see them.
    ///
    /// Nothing is checked for doubles: events that are appended twice are there twice, with the same id.
    ///
    /// # Errors
    /// Then none of the events is confirmed, no reader of this journal sees one, and the caller still has
    /// them. If the error [is retryable](Error::is_retryable), appending the same events again is right: they
    /// get the same sequence numbers and are there once, whatever the failed write left on disk. Only if
    /// the process ends between failure and retry can such remains be taken for events at the next start.
    pub fn append(&mut self, events: &[Event]) -> Result<Range<u64>, Error> {
        let result = self.encode(events).and_then(|()| self.write(events.len() as u64));
        self.buffer.clear();
        self.buffer.shrink_to(KEPT_BUFFER);
        self.shared.note(result)
    }

    /// A reader that begins at the oldest event not acknowledged.
    pub fn reader(&self) -> Reader {
        Reader::new(Arc::clone(&self.shared))
    }

    /// How the journal is.
    pub fn status(&self) -> Status {
        self.shared.status()
    }

    fn encode(&mut self, events: &[Event]) -> Result<(), Error> {
        for (sequence, event) in (self.next..).zip(events) {
            let json = event.to_json();
            // What no reader can read would stand in the way of everything behind it.
            Event::from_json(&json).map_err(|source| Error::Unreadable { id: event.id, source })?;
            record::encode(sequence, &json, &mut self.buffer);
        }
        Ok(())
    }

    fn write(&mut self, count: u64) -> Result<Range<u64>, Error> {
        let numbers = self.next..self.next + count;
        if numbers.is_empty() {
            return Ok(numbers);
        }
        if numbers.end > MAX_SEQUENCE {
            return Err(Error::Exhausted { folder: self.shared.folder().path().to_owned() });
        }
        let length = self.buffer.len() as u64;
        self.shared.check_limit(length + SEGMENT_HEADER as u64)?;

        let mut active = match self.active.take() {
            Some(active) if active.end + length <= self.segment_bytes => active,
            _ => self.create_segment()?,
        };
        let written = active.file.write_all_at(&self.buffer, active.end).map_err(|error| ("write", error));
        if let Err((action, source)) =
            written.and_then(|()| active.file.sync_data().map_err(|error| ("sync", error)))
        {
            self.abandon(&active);
            return Err(io_error(action, &segment_path(self.shared.folder().path(), active.first))(source));
        }
        active.end += length;
        self.shared.confirm(active.first, numbers.start, numbers.end - 1, active.end);
        self.active = Some(active);
        self.next = numbers.end;
        Ok(numbers)
    }

    fn create_segment(&self) -> Result<Active, Error> {
        let header = SegmentHeader { first: self.next, follows: self.shared.last() };
        let file = self.shared.folder().create_segment(self.next, &header.encode())?;
        Ok(Active { file, first: self.next, end: SEGMENT_HEADER as u64 })
    }

    /// Leaves a segment behind after a failed write or sync. What is confirmed in it stays, and the next append
    /// makes another.
    ///
    /// A failed sync cannot be tried again: Linux marks the pages that it could not write as clean, and drops
    /// them later, so a second sync says "done" of data that is nowhere ("fsyncgate", 2018). Only writing
    /// everything anew, to another file, makes the data safe.
    fn abandon(&self, active: &Active) {
        // That nobody takes the remains for events if the process ends before the next segment says that they
        // were not confirmed. It may well fail, on a disk that has just failed; the error that matters is
        // the first one.
        active.file.set_len(active.end).and_then(|()| active.file.sync_all()).ok();
    }
}
