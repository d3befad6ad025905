//! A place in the journal that moves forward.

use std::fmt;
use std::fs::File;
use std::io::{self, Seek as _, SeekFrom};

use event::{Event, ParseEventError};

use crate::error::{Error, io_error};
use crate::folder::segment_path;
use crate::record::SEGMENT_HEADER;
use crate::scan::{Found, Scanner};
use crate::shared::{Place, Shared};

/// An event in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the order: higher than that of every event before it.
    pub sequence: u64,
    /// The event as it was written, one JSON object.
    pub json: String,
}

impl Entry {
    /// The event.
    ///
    /// # Errors
    /// When a newer version of the program wrote an event that this one does not know.
    pub fn event(&self) -> Result<Event, ParseEventError> {
        Event::from_json(&self.json)
    }
}

/// Reads confirmed events from one on, in order.
pub(crate) struct Cursor {
    /// Lower numbers are not handed out.
    next: u64,
    open: Option<Open>,
    /// The event that was looked at and not yet taken.
    peeked: Option<Entry>,
}

/// The segment that is being read.
struct Open {
    first: u64,
    scanner: Scanner<File>,
}

impl Cursor {
    pub(crate) fn new(next: u64) -> Self {
        Self { next, open: None, peeked: None }
    }

    /// The lowest number that it hands out next.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// The next event; none when it has handed out all there are.
    pub(crate) fn read(&mut self, shared: &Shared) -> Result<Option<Entry>, Error> {
        let entry = match self.peeked.take() {
            Some(entry) => Some(entry),
            None => self.advance(shared)?,
        };
        if let Some(entry) = &entry {
            self.next = entry.sequence + 1;
        }
        Ok(entry)
    }

    /// The lowest event from `from` on, which stays; `from` never falls.
    pub(crate) fn peek(&mut self, shared: &Shared, from: u64) -> Result<Option<&Entry>, Error> {
        if self.peeked.as_ref().is_some_and(|entry| entry.sequence < from) {
            self.peeked = None;
        }
        if self.peeked.is_none() {
            self.next = self.next.max(from);
            // Whole segments in between need not be read.
            if let (Some(open), Some(place)) = (&self.open, shared.place(self.next))
                && open.first != place.first
            {
                self.open = None;
            }
            self.peeked = self.advance(shared)?;
        }
        Ok(self.peeked.as_ref())
    }

    fn advance(&mut self, shared: &Shared) -> Result<Option<Entry>, Error> {
        loop {
            if let Some(open) = &mut self.open {
                let path = || segment_path(shared.folder().path(), open.first);
                match open.scanner.next().map_err(|source| io_error("read", &path())(source))? {
                    Some(Found::Record { sequence, payload }) if sequence >= self.next => {
                        let entry = Entry { sequence, json: payload.to_owned() };
                        if sequence > self.next {
                            shared.note_unreadable(self.next, sequence - 1);
                        }
                        return Ok(Some(entry));
                    }
                    // Before the place, or damaged; what is missing shows in the number of the next one.
                    Some(_) => continue,
                    None => {}
                }
            }
            let Some(place) = shared.place(self.next) else { return Ok(None) };
            match &mut self.open {
                Some(open) if open.first == place.first && open.scanner.offset() < place.end => {
                    open.scanner.extend(place.end);
                }
                Some(open) if open.first == place.first => self.give_up(shared, &place),
                _ => self.open(shared, &place)?,
            }
        }
    }

    /// Goes on behind a segment that does not hold what it should.
    fn give_up(&mut self, shared: &Shared, place: &Place) {
        shared.note_unreadable(self.next, place.last);
        self.next = place.last + 1;
    }

    fn open(&mut self, shared: &Shared, place: &Place) -> Result<(), Error> {
        let path = segment_path(shared.folder().path(), place.first);
        let header = SEGMENT_HEADER as u64;
        let opened = File::open(&path).and_then(|mut file| file.seek(SeekFrom::Start(header)).map(|_| file));
        match opened {
            Ok(file) => {
                let scanner = Scanner::new(file, header, place.end, place.first - 1);
                self.open = Some(Open { first: place.first, scanner });
                Ok(())
            }
            // Deleted a moment ago, because it was acknowledged.
            Err(error) if error.kind() == io::ErrorKind::NotFound && place.last <= shared.acknowledged() => {
                self.next = place.last + 1;
                Ok(())
            }
            Err(source) => Err(io_error("read", &path)(source)),
        }
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cursor").field("next", &self.next).finish_non_exhaustive()
    }
}
