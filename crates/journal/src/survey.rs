//! Reads a whole journal without changing it: which events are in it, and what is wrong.
//!
//! Nothing here repairs. A torn tail stays where it is: the next segment says up to which number the one
//! before it was confirmed, and what lies behind is never read. So to look at a journal and to open it are the
//! same work, and a crash during recovery has nothing to destroy.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use crate::error::{Error, io_error};
use crate::folder::{self, Acknowledged, acknowledged_path, read_acknowledged, segment_path};
use crate::record::{RECORD_HEADER, SEGMENT_HEADER, SegmentHeader};
use crate::recovery::{Problem, Recovery};
use crate::runs::Runs;
use crate::scan::{Damage, Found, Scanner};

/// One segment file, and what of it is confirmed.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    /// The lowest sequence number that it can hold; its name.
    pub(crate) first: u64,
    /// The sequence numbers that it holds.
    pub(crate) numbers: Runs,
    /// Where the last confirmed record ends; nothing behind it is read.
    pub(crate) end: u64,
    /// The size of the file.
    pub(crate) bytes: u64,
}

impl Segment {
    /// Whether nothing in it is above `acknowledged`.
    pub(crate) fn is_acknowledged(&self, acknowledged: u64) -> bool {
        self.numbers.last().is_none_or(|last| last <= acknowledged)
    }
}

/// What a journal holds.
#[derive(Debug)]
pub(crate) struct Survey {
    pub(crate) segments: Vec<Segment>,
    /// Everything up to here is acknowledged.
    pub(crate) acknowledged: u64,
    /// The highest number that was confirmed, as far as can be told.
    pub(crate) last: u64,
    /// The number that the next event gets: never one that a damaged record may have had.
    pub(crate) next: u64,
    pub(crate) recovery: Recovery,
}

/// Sequence numbers that should be there and are not, or bytes that hold none.
struct Hole {
    /// The segment that should have held them.
    segment: u64,
    /// The bytes that hold no record; none where a whole file is missing.
    damage: Option<Damage>,
    /// The first and the last number; none if `first > last`.
    first: u64,
    last: u64,
}

/// Reads the journal in `folder`.
pub(crate) fn survey(folder: &Path) -> Result<Survey, Error> {
    let mut recovery = Recovery::default();
    let files = headers(folder, &mut recovery)?;

    let mut segments = Vec::with_capacity(files.len());
    let mut holes = Vec::new();
    let mut last = files.first().map_or(0, |file| file.follows);
    let mut cut = 0;
    for (index, file) in files.iter().enumerate() {
        let next = files.get(index + 1);
        let (segment, tail) = read(folder, file, last, next.map(|next| next.follows), &mut holes)?;
        last = last.max(segment.numbers.last().unwrap_or(0)).max(file.follows);
        if let Some(next) = next {
            if last < next.follows {
                holes.push(Hole { segment: file.first, damage: tail, first: last + 1, last: next.follows });
                last = next.follows;
            }
            // Else nothing is missing, and the tail is what an append left that failed.
        } else if let Some(tail) = tail {
            cut = tail.bytes;
            if tail.torn {
                recovery.torn_bytes = tail.bytes;
            } else {
                holes.push(Hole { segment: file.first, damage: Some(tail), first: last + 1, last: last + 1 });
            }
        }
        segments.push(segment);
    }

    // Only now: while one looks, another process may acknowledge, and delete what it acknowledged.
    let begin = files.first().map_or(0, |file| file.follows);
    let acknowledged = match read_acknowledged(folder)? {
        Acknowledged::UpTo(up_to) => up_to,
        Acknowledged::Never if begin == 0 => 0,
        Acknowledged::Never | Acknowledged::Damaged => {
            recovery.tell(Problem::Acknowledgement { path: acknowledged_path(folder) });
            begin
        }
    };
    if acknowledged < begin {
        recovery.lost += begin - acknowledged;
        recovery.tell(Problem::Missing { first: acknowledged + 1, last: begin });
    }
    for hole in holes {
        let lost = hole.last.saturating_sub(acknowledged.max(hole.first - 1));
        recovery.lost += lost;
        match hole.damage {
            Some(damage) => recovery.tell(Problem::Damaged {
                segment: segment_path(folder, hole.segment),
                offset: damage.offset,
                bytes: damage.bytes,
                lost,
                copy: None,
            }),
            None if lost > 0 => {
                recovery.tell(Problem::Missing { first: hole.last + 1 - lost, last: hole.last })
            }
            None => {}
        }
    }
    recovery.events = segments.iter().map(|segment| segment.numbers.len()).sum();
    recovery.pending = segments.iter().map(|segment| segment.numbers.after(acknowledged)).sum();

    // Each record takes a header at least, so no number is given again that one of the cut bytes had.
    let skipped = cut.div_ceil(RECORD_HEADER as u64);
    let newest = files.last().map_or(1, |file| file.first);
    let next = newest.max(last + 1 + skipped).max(acknowledged + 1);
    Ok(Survey { segments, acknowledged, last, next, recovery })
}

/// A segment file by its name and its header.
struct SegmentFile {
    first: u64,
    follows: u64,
}

fn headers(folder: &Path, recovery: &mut Recovery) -> Result<Vec<SegmentFile>, Error> {
    let mut files: Vec<SegmentFile> = Vec::new();
    for first in folder::segments(folder)? {
        let path = segment_path(folder, first);
        let mut bytes = [0; SEGMENT_HEADER];
        let header = match File::open(&path).and_then(|mut file| file.read_exact(&mut bytes)) {
            Ok(()) => SegmentHeader::decode(&bytes),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => None,
            // Acknowledged and deleted while we look.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(source) => return Err(io_error("read", &path)(source)),
        };
        let oldest = files.last().map_or(0, |before| before.first - 1);
        let header = header.filter(|header| header.first == first && header.follows >= oldest);
        if header.is_none() {
            recovery.tell(Problem::Header { segment: path });
        }
        // The name alone says nearly as much.
        files.push(SegmentFile { first, follows: header.map_or(first - 1, |header| header.follows) });
    }
    Ok(files)
}

/// Reads one segment, of which only numbers up to `confirmed` count, if something says so. Also gives what
/// lies behind its last record.
fn read(
    folder: &Path,
    file: &SegmentFile,
    mut last: u64,
    confirmed: Option<u64>,
    holes: &mut Vec<Hole>,
) -> Result<(Segment, Option<Damage>), Error> {
    let path = segment_path(folder, file.first);
    let header = SEGMENT_HEADER as u64;
    let mut segment = Segment { first: file.first, numbers: Runs::default(), end: header, bytes: 0 };
    let opened = File::open(&path).and_then(|mut opened| {
        let bytes = opened.metadata()?.len();
        io::Seek::seek(&mut opened, io::SeekFrom::Start(header))?;
        Ok((opened, bytes))
    });
    let opened = match opened {
        Ok((opened, bytes)) => {
            segment.bytes = bytes;
            opened
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((segment, None)),
        Err(source) => return Err(io_error("read", &path)(source)),
    };

    let mut scanner = Scanner::new(opened, header, u64::MAX, file.first - 1);
    last = last.max(file.first - 1);
    let mut damage = None;
    while confirmed.is_none_or(|confirmed| last < confirmed) {
        match scanner.next().map_err(io_error("read", &path))? {
            None => break,
            Some(Found::Damage(stretch)) => damage = Some(stretch),
            Some(Found::Record { sequence, .. }) => {
                if confirmed.is_some_and(|confirmed| sequence > confirmed) {
                    break;
                }
                if damage.is_some() || sequence > last + 1 {
                    holes.push(Hole {
                        segment: file.first,
                        damage: damage.take(),
                        first: last + 1,
                        last: sequence - 1,
                    });
                }
                segment.numbers.push(sequence, sequence);
                segment.end = scanner.offset();
                last = sequence;
            }
        }
    }
    Ok((segment, damage))
}
