//! The journal's folder: its lock, its files, and how they are made to last.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::error::{Error, io_error};
use crate::record::MAX_SEQUENCE;

const LOCK: &str = "lock";
const ACKNOWLEDGED: &str = "acknowledged";
const SEGMENT: &str = "segment";

/// How often and how long one waits for the lock: half a second in all.
const LOCK_TRIES: u32 = 10;
const LOCK_PAUSE: Duration = Duration::from_millis(50);

/// A folder that no other process can open as a journal.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// For syncing the names in it.
    names: File,
    /// Locked; the system lets go of it when the process ends, however it ends.
    _lock: File,
}

impl Folder {
    /// Makes the folder where it is missing, in a folder that is there, and locks it.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        create(path)?;
        let names = File::open(path).map_err(io_error("open", path))?;
        let lock_path = path.join(LOCK);
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(io_error("write", &lock_path))?;
        hold(&lock).map_err(|error| match error {
            TryLockError::WouldBlock => Error::InUse { folder: path.to_owned() },
            TryLockError::Error(source) => io_error("lock", &lock_path)(source),
        })?;
        let folder = Self { path: path.to_owned(), names, _lock: lock };
        // A process that was killed may have left names that are not on disk yet. What follows builds on them.
        folder.sync()?;
        Ok(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Brings names that were made, changed or removed to disk.
    pub(crate) fn sync(&self) -> Result<(), Error> {
        self.names.sync_all().map_err(io_error("sync", &self.path))
    }

    /// Makes an empty segment whose header and name are on disk, in place of one of the same name.
    pub(crate) fn create_segment(&self, first: u64, header: &[u8]) -> Result<File, Error> {
        self.replace(&segment_path(&self.path, first), header)
    }

    /// Brings to disk up to where everything is acknowledged.
    pub(crate) fn write_acknowledged(&self, up_to: u64) -> Result<(), Error> {
        let number = up_to.to_string();
        let line = format!("{number} {:08x}\n", crc32c::crc32c(number.as_bytes()));
        self.replace(&self.path.join(ACKNOWLEDGED), line.as_bytes()).map(drop)
    }

    /// Writes a file so that a crash leaves the old one or the new one, whole.
    fn replace(&self, path: &Path, content: &[u8]) -> Result<File, Error> {
        let new = path.with_extension("new");
        // A file of its own each time: what a failed sync left of an earlier try cannot be trusted.
        remove(&new)?;
        let file = File::create_new(&new).map_err(io_error("create", &new))?;
        file.write_all_at(content, 0).map_err(io_error("write", &new))?;
        file.sync_all().map_err(io_error("sync", &new))?;
        fs::rename(&new, path).map_err(io_error("rename to", path))?;
        self.sync()?;
        Ok(file)
    }
}

/// Locks, and waits for a moment where another holds it: a process that was ended is not gone at once, and a
/// program that is just being started by the holder has the lock as well until it runs.
fn hold(lock: &File) -> Result<(), TryLockError> {
    for _ in 0..LOCK_TRIES {
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => thread::sleep(LOCK_PAUSE),
            done => return done,
        }
    }
    Err(TryLockError::WouldBlock)
}

fn create(path: &Path) -> Result<(), Error> {
    match fs::create_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
        other => other.map_err(io_error("create", path))?,
    }
    // The name of a folder is not on disk before the folder above is; also if it was made in an earlier try.
    let above = match path.parent() {
        Some(above) if !above.as_os_str().is_empty() => above,
        _ => Path::new("."),
    };
    match File::open(above).and_then(|folder| folder.sync_all()) {
        // Who may not read it cannot have made the folder either.
        Err(error) if error.kind() != io::ErrorKind::PermissionDenied => Err(io_error("sync", above)(error)),
        _ => Ok(()),
    }
}

/// Removes a file, which need not be there.
pub(crate) fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error("delete", path)(error)),
        _ => Ok(()),
    }
}

pub(crate) fn segment_path(folder: &Path, first: u64) -> PathBuf {
    folder.join(format!("{first:020}.{SEGMENT}"))
}

/// The first sequence numbers of the segments in the folder, rising.
pub(crate) fn segments(folder: &Path) -> Result<Vec<u64>, Error> {
    let mut firsts = Vec::new();
    for entry in fs::read_dir(folder).map_err(io_error("read", folder))? {
        let name = entry.map_err(io_error("read", folder))?.file_name();
        let first =
            name.to_str().and_then(|name| name.strip_suffix(SEGMENT)?.strip_suffix('.')?.parse().ok());
        if let Some(first) = first
            && (1..=MAX_SEQUENCE).contains(&first)
            && segment_path(folder, first).file_name() == Some(&name)
        {
            firsts.push(first);
        }
    }
    firsts.sort_unstable();
    Ok(firsts)
}

/// What the file with the acknowledgement says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Acknowledged {
    /// There is no such file.
    Never,
    UpTo(u64),
    /// It is not as it was written.
    Damaged,
}

pub(crate) fn acknowledged_path(folder: &Path) -> PathBuf {
    folder.join(ACKNOWLEDGED)
}

pub(crate) fn read_acknowledged(folder: &Path) -> Result<Acknowledged, Error> {
    let path = acknowledged_path(folder);
    let mut content = Vec::new();
    match File::open(&path).and_then(|file| file.take(64).read_to_end(&mut content)) {
        Ok(_) => Ok(parse_acknowledged(&content).map_or(Acknowledged::Damaged, Acknowledged::UpTo)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Acknowledged::Never),
        Err(source) => Err(io_error("read", &path)(source)),
    }
}

fn parse_acknowledged(content: &[u8]) -> Option<u64> {
    let (number, sum) = str::from_utf8(content).ok()?.strip_suffix('\n')?.split_once(' ')?;
    let sum_matches = sum == format!("{:08x}", crc32c::crc32c(number.as_bytes()));
    number.parse().ok().filter(|up_to| sum_matches && *up_to <= MAX_SEQUENCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_acknowledgement_with_any_bit_flipped_is_damaged() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = Folder::open(temporary.path()).unwrap();
        assert_eq!(read_acknowledged(folder.path()).unwrap(), Acknowledged::Never);
        folder.write_acknowledged(1234).unwrap();
        assert_eq!(read_acknowledged(folder.path()).unwrap(), Acknowledged::UpTo(1234));

        let content = fs::read(acknowledged_path(folder.path())).unwrap();
        for bit in 0..content.len() * 8 {
            let mut flipped = content.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(parse_acknowledged(&flipped), None, "bit {bit}");
        }
    }

    #[test]
    fn only_segments_are_taken_for_segments() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "00000000000000000010.segment",
            "00000000000000000002.segment",
            "3.segment",
            "lock",
            "00000000000000000004.new",
            "00000000000000000000.segment",
            "+0000000000000000005.segment",
        ] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(segments(folder.path()).unwrap(), [2, 10]);
    }
}
