//! Events that outlive a crash, until someone has acknowledged them.
//!
//! A camera's events must reach a store that may be far away, or down for a day. [`Journal::append`] writes
//! them to files and returns when they are on disk; a [`Reader`], on another thread, hands them out in order, and
//! [`Reader::acknowledge`] says that they are safe elsewhere. Until then they are kept, whatever ends the
//! process.
//!
//! ```
//! use std::time::Duration;
//! use journal::{Journal, Options};
//! # let line = r#"{"id":"6f6c5ee5-6a56-5c33-a3a3-6d0f6f0b7c11","kind":"observed","camera":"a","stream_time_s":2.0,
//! #   "time":"2026-11-23T08:00:02.000Z","from":"2026-11-23T08:00:02.000Z","until":"2026-11-23T08:00:12.000Z"}"#;
//! # let event = event::Event::from_json(line)?;
//! # let temporary = tempfile::tempdir()?;
//! # let folder = temporary.path();
//!
//! let (mut journal, recovery) = Journal::open(folder, Options::default())?;
//! if !recovery.is_clean() {
//!     eprintln!("{recovery}");
//! }
//! let mut reader = journal.reader();
//! std::thread::scope(|scope| {
//!     scope.spawn(move || journal.append(&[event]));
//!     assert!(reader.wait(Duration::from_secs(10)));
//!     let entries = reader.read(100).expect("the disk can be read");
//!     // Deliver them; then:
//!     reader.acknowledge(entries[0].sequence).expect("the disk can be written");
//! });
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is guaranteed
//!
//! - An event whose append returned is delivered, in order, until it is acknowledged: after a kill, a crash of the
//!   system, a loss of power, a full disk. What a disk damages is lost alone, and told.
//! - An event whose append failed is not delivered by this process. If it is appended again it is there once.
//! - An event whose append was cut short by the end of the process may or may not be there. Who appends it again
//!   after the restart may have it in the journal twice, with one id and two sequence numbers. The store knows
//!   events by their ids.
//! - Sequence numbers rise, and none is given twice to events that were confirmed. They may leave out numbers
//!   where an append was cut short.
//! - An acknowledgement that returned holds. One that was cut short may be lost; then events are delivered again.
//!
//! # Files
//!
//! All numbers are little-endian. CRC-32C is that of RFC 3720.
//!
//! | file | holds |
//! | --- | --- |
//! | `00000000000000000001.segment` | a header, then records; the name is the lowest sequence number it can hold |
//! | `acknowledged` | one line: the sequence number up to which all is acknowledged, a space, and the CRC-32C of the digits in hexadecimal |
//! | `lock` | nothing; locked while the journal is open |
//! | `*.new` | a file that is being written, and gets its name when it is on disk |
//! | `quarantine/SEGMENT-OFFSET.damaged` | a copy of damaged bytes, 64 MiB in all |
//!
//! | byte of a segment | holds |
//! | --- | --- |
//! | 0 to 7 | `camtjrn1`; the last byte is the version of the format |
//! | 8 to 15 | the lowest sequence number that the segment can hold |
//! | 16 to 23 | the highest sequence number that was confirmed before |
//! | 24 to 27 | CRC-32C of bytes 0 to 23 |
//!
//! | byte of a record | holds |
//! | --- | --- |
//! | 0 to 3 | `c7 4a 52 01`, which no UTF-8 text holds |
//! | 4 to 7 | length of the payload, 1 to 65536 |
//! | 8 to 15 | sequence number |
//! | 16 to 19 | CRC-32C of bytes 0 to 15 and the payload |
//! | 20 on | payload: the event as JSON |
//!
//! A segment is complete when the next one exists: that one's header says up to which number the segments
//! before it were confirmed. Anything beyond in them was left by an append that failed, and is not read. So neither
//! a failed write nor recovery has to change a file that holds confirmed events. A journal never appends to a
//! segment that an earlier process wrote.

mod cursor;
mod error;
mod folder;
mod journal;
mod reader;
mod record;
mod recovery;
mod runs;
mod scan;
mod shared;
mod survey;

pub use cursor::Entry;
pub use error::Error;
pub use journal::{Journal, Options};
pub use reader::Reader;
pub use recovery::{Problem, Recovery};
pub use shared::Status;
