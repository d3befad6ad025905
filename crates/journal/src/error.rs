use std::io;
use std::path::{Path, PathBuf};

use event::ParseEventError;
use uuid::Uuid;

/// What the journal could not do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The system refused to read or write: a full disk, a disk that cannot be written, a failing disk,
    /// missing permission.
    #[error("cannot {action} `{path}`: {source}; {}", remedy(source))]
    Io {
        /// What was tried, "write" say.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process has the folder open, or another part of this one.
    #[error(
        "the journal `{folder}` is in use by another process: stop that one (`fuser {folder}/lock` names it), \
         or give this one a folder of its own"
    )]
    InUse {
        /// The journal's folder.
        folder: PathBuf,
    },
    /// The events that wait take as much room as they may.
    #[error(
        "the journal `{folder}` has reached its limit: {pending_bytes} of {limit} bytes hold events that nobody has \
         acknowledged; look why they are not delivered, or raise the limit"
    )]
    Full {
        /// The journal's folder.
        folder: PathBuf,
        /// Bytes of the segments that hold events not acknowledged.
        pending_bytes: u64,
        /// What they may be at most.
        limit: u64,
    },
    /// An event that no reader could read back: a fault of who made it.
    #[error("the event {id} cannot be written, because it could not be read back: {source}; leave it out")]
    Unreadable {
        /// The event's id.
        id: Uuid,
        /// What a reader would say.
        source: ParseEventError,
    },
    /// A file holds a sequence number that no journal reaches by counting.
    #[error(
        "the journal `{folder}` holds sequence numbers that cannot be right, so nothing can be appended: let what is \
         in it be delivered, then stop the program and move the folder away"
    )]
    Exhausted {
        /// The journal's folder.
        folder: PathBuf,
    },
    /// An acknowledgement of what was never appended: a fault of who acknowledges.
    #[error("cannot acknowledge up to {up_to}: {last} is the last sequence number that was confirmed")]
    NotConfirmed {
        /// What was to be acknowledged.
        up_to: u64,
        /// The highest sequence number there is.
        last: u64,
    },
}

impl Error {
    /// Whether the same call can succeed later, when the disk or those who read have recovered. If not, it
    /// fails for ever.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Io { .. } | Self::InUse { .. } | Self::Full { .. })
    }
}

/// For `map_err`: what was tried, and on what.
pub(crate) fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::Io { action, path: path.to_owned(), source }
}

fn remedy(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "make room on this disk; then it goes on by itself"
        }
        io::ErrorKind::ReadOnlyFilesystem => {
            "mount this disk for writing, and look into the system's log: a failing disk becomes read-only"
        }
        io::ErrorKind::PermissionDenied => "give this user permission to read and write it",
        io::ErrorKind::NotFound => {
            "it was moved or deleted, or the folder above it is missing: put it back, or make that folder"
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => "name a folder for the journal",
        _ => "look into the system's log, and check the disk",
    }
}
