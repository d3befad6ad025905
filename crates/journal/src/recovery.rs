//! What opening or checking a journal finds, told to the operator.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

/// How many problems are told one by one.
const MAX_PROBLEMS: usize = 100;
/// Bytes of damaged stretches that are kept.
const MAX_QUARANTINE: u64 = 64 * 1024 * 1024;
const QUARANTINE: &str = "quarantine";

/// What opening or checking a journal found. Its text, by `Display`, is for the operator: one line for each
/// thing, with what to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recovery {
    /// Events that can be read, acknowledged or not.
    pub events: u64,
    /// Those of them that are not acknowledged.
    pub pending: u64,
    /// Bytes at the end that an append left which was cut short; they are not read. The append was never
    /// confirmed, so no event is lost by it, and it is no problem.
    pub torn_bytes: u64,
    /// Events that were confirmed, were not acknowledged, and cannot be read any more. Where a record at the
    /// very end is damaged, nothing says how many there were; it counts as one.
    pub lost: u64,
    /// What is wrong; the first hundred.
    pub problems: Vec<Problem>,
    /// How many problems there are beyond those.
    pub more_problems: u64,
}

/// One thing that is wrong with a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// Bytes are not as they were written.
    Damaged {
        /// The segment file.
        segment: PathBuf,
        /// Where in it, in bytes.
        offset: u64,
        /// How many.
        bytes: u64,
        /// Events that were in them and not acknowledged.
        lost: u64,
        /// Where a copy of the bytes is; none if it could not be made, or was not to be.
        copy: Option<PathBuf>,
    },
    /// The header of a segment is not as it was written. Its records are read all the same.
    Header {
        /// The segment file.
        segment: PathBuf,
    },
    /// Events are not there, and no damaged bytes stand in their place: somebody removed or cut off a file.
    Missing {
        /// The first sequence number that is missing.
        first: u64,
        /// The last one.
        last: u64,
    },
    /// It is not known what was acknowledged. All that is there is delivered again.
    Acknowledgement {
        /// The file that should say it.
        path: PathBuf,
    },
}

impl Recovery {
    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }

    pub(crate) fn tell(&mut self, problem: Problem) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem);
        } else {
            self.more_problems += 1;
        }
    }

    /// Copies damaged bytes to where they stay when the segment is deleted; of the problems that are told one by
    /// one.
    pub(crate) fn quarantine(&mut self, folder: &Path) {
        let quarantine = folder.join(QUARANTINE);
        for problem in &mut self.problems {
            if let Problem::Damaged { segment, offset, bytes, copy, .. } = problem {
                // Without a copy the journal is as good, and the text says that there is none.
                *copy = keep(&quarantine, segment, *offset, *bytes).ok();
            }
        }
    }
}

/// The file that holds a copy of `bytes` bytes of `segment` from `offset` on.
fn keep(quarantine: &Path, segment: &Path, offset: u64, bytes: u64) -> io::Result<PathBuf> {
    let stem = segment.file_stem().unwrap_or_default().display();
    let path = quarantine.join(format!("{stem}-{offset}.damaged"));
    if fs::metadata(&path).is_ok_and(|there| there.len() == bytes) {
        return Ok(path);
    }
    fs::create_dir_all(quarantine)?;
    let mut kept = bytes;
    for entry in fs::read_dir(quarantine)? {
        kept += entry?.metadata()?.len();
    }
    if kept > MAX_QUARANTINE {
        return Err(io::ErrorKind::QuotaExceeded.into());
    }
    let mut input = File::open(segment)?;
    input.seek(SeekFrom::Start(offset))?;
    let mut output = File::create(&path)?;
    let written = io::copy(&mut input.take(bytes), &mut output).and_then(|_| output.sync_all());
    if let Err(error) = written {
        // A part of it would be taken for the whole.
        fs::remove_file(&path)?;
        return Err(error);
    }
    Ok(path)
}

impl fmt::Display for Recovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} events, of which {} are not acknowledged", self.events, self.pending)?;
        if self.torn_bytes > 0 {
            write!(
                f,
                "\nthe last append was cut short, and its {} bytes are left out: it was never confirmed, nothing is \
                 lost and nothing is to be done",
                self.torn_bytes
            )?;
        }
        for problem in &self.problems {
            write!(f, "\n{problem}")?;
        }
        if self.more_problems > 0 {
            write!(f, "\nand {} problems more", self.more_problems)?;
        }
        if self.lost > 0 {
            write!(
                f,
                "\n{} confirmed events are lost: the counts of their time are too low; check the disk",
                self.lost
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged { segment, offset, bytes, lost, copy } => {
                let segment = segment.display();
                write!(
                    f,
                    "`{segment}` is damaged: {bytes} bytes from byte {offset} on hold no event any more, "
                )?;
                match lost {
                    0 => write!(f, "and nothing that was still to be delivered; ")?,
                    1 => write!(f, "one event that was still to be delivered is lost; ")?,
                    _ => write!(f, "{lost} events that were still to be delivered are lost; ")?,
                }
                match copy {
                    Some(copy) => write!(f, "a copy of the bytes is in `{}`; check the disk", copy.display()),
                    None => write!(f, "there is no copy of the bytes; check the disk"),
                }
            }
            Self::Header { segment } => write!(
                f,
                "the header of `{}` is damaged: its events are read all the same; check the disk",
                segment.display()
            ),
            Self::Missing { first, last } => write!(
                f,
                "the events {first} to {last} are missing: a segment was removed or cut off; put it back from a backup, \
                 with the program stopped"
            ),
            Self::Acknowledgement { path } => write!(
                f,
                "`{}` is missing or damaged: everything in the journal is delivered again, and who takes it knows the \
                 events by their ids; check the disk",
                path.display()
            ),
        }
    }
}
