//! Recordings on disk: a folder for each, with what it is about and its pictures, each named by its time.
//!
//! What is told of a recording follows from these files and the time alone, so neither a restart nor a kill leaves one that
//! is half known. Nothing of it is in the database, and so not in a backup.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// The most seconds of a recording.
pub(super) const LONGEST: u32 = 900;
/// How long a recording is kept.
pub(super) const KEPT: Duration = Duration::days(7);
/// The most recordings that are kept.
pub(super) const MOST: usize = 50;
/// What a recording may take on disk, in bytes: a quarter of an hour at five pictures a second takes about half of it.
const LARGEST: u64 = 256 << 20;
/// Shortest time between two pictures.
const EVERY: Duration = Duration::milliseconds(190);
/// What a recording is about, in its folder.
const ABOUT: &str = "about.json";
const PICTURE: &str = "jpg";

/// What a recording is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct About {
    pub(crate) id: Uuid,
    pub(crate) camera: String,
    pub(crate) site: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) from: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) until: OffsetDateTime,
    /// Whether people are unrecognisable in all of it.
    pub(crate) blurred: bool,
    pub(crate) created_by: String,
}

/// A picture of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shot {
    pub(crate) time: OffsetDateTime,
    pub(crate) bytes: u64,
}

/// Every recording of this process.
pub struct Recordings {
    folder: PathBuf,
    known: Mutex<BTreeMap<Uuid, Arc<Recording>>>,
}

/// One recording.
pub struct Recording {
    pub(crate) about: About,
    folder: PathBuf,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    shots: Vec<Shot>,
    bytes: u64,
    /// Why no more pictures are taken.
    failed: Option<String>,
}

impl Recordings {
    /// Opens the folder, which only this user can read, and deletes what is too old.
    ///
    /// # Errors
    /// The folder cannot be made or read.
    pub fn open(folder: &Path, now: OffsetDateTime) -> io::Result<Self> {
        private(folder)?;
        let mut known = BTreeMap::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            match Recording::read(&path) {
                Ok(recording) => {
                    known.insert(recording.about.id, Arc::new(recording));
                }
                Err(error) => {
                    // It was being made or deleted when the program ended.
                    tracing::warn!(path = %path.display(), %error, "what is no recording is deleted");
                    fs::remove_dir_all(&path)?;
                }
            }
        }
        let recordings = Self { folder: folder.to_owned(), known: Mutex::new(known) };
        recordings.forget(now)?;
        Ok(recordings)
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<Uuid, Arc<Recording>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All of them, the oldest first.
    pub(crate) fn all(&self) -> Vec<Arc<Recording>> {
        self.known().values().cloned().collect()
    }

    pub(crate) fn get(&self, id: Uuid) -> Option<Arc<Recording>> {
        self.known().get(&id).cloned()
    }

    /// The recording that wants the camera's pictures at this moment.
    pub fn wanted(&self, camera: &str, now: OffsetDateTime) -> Option<Arc<Recording>> {
        let known = self.known();
        known.values().find(|recording| recording.about.camera == camera && recording.wants(now)).cloned()
    }

    /// Begins one; says why not when there are too many, or one of the camera goes on.
    pub(super) fn begin(&self, about: About) -> io::Result<Result<Arc<Recording>, Refused>> {
        let mut known = self.known();
        if known.len() >= MOST {
            return Ok(Err(Refused::Full));
        }
        let goes_on = |other: &About| {
            other.camera == about.camera && about.from < other.until && other.from < about.until
        };
        if known.values().any(|other| goes_on(&other.about)) {
            return Ok(Err(Refused::GoesOn));
        }
        let folder = self.folder.join(about.id.to_string());
        private(&folder)?;
        whole(&folder.join(ABOUT), &serde_json::to_vec(&about)?)?;
        let recording = Arc::new(Recording { folder, taken: Mutex::default(), about });
        known.insert(recording.about.id, Arc::clone(&recording));
        Ok(Ok(recording))
    }

    /// Deletes one with its pictures; false when it was gone already.
    pub(crate) fn delete(&self, id: Uuid) -> io::Result<bool> {
        let Some(recording) = self.known().remove(&id) else { return Ok(false) };
        let mut taken = recording.taken();
        taken.failed = Some("it was deleted".to_owned());
        fs::remove_dir_all(&recording.folder)?;
        Ok(true)
    }

    /// Deletes what is older than recordings are kept.
    ///
    /// # Errors
    /// A folder cannot be deleted.
    pub fn forget(&self, now: OffsetDateTime) -> io::Result<()> {
        for recording in self.all().iter().filter(|recording| recording.expires() <= now) {
            self.delete(recording.about.id)?;
        }
        Ok(())
    }
}

/// Why a recording is not begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    Full,
    GoesOn,
}

impl Recording {
    fn read(folder: &Path) -> io::Result<Self> {
        let about: About = serde_json::from_slice(&fs::read(folder.join(ABOUT))?)?;
        let mut taken = Taken::default();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if let Some(time) = time_of(&entry.path()) {
                let bytes = entry.metadata()?.len();
                taken.shots.push(Shot { time, bytes });
                taken.bytes += bytes;
            }
        }
        taken.shots.sort_by_key(|shot| shot.time);
        Ok(Self { about, folder: folder.to_owned(), taken: Mutex::new(taken) })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn expires(&self) -> OffsetDateTime {
        self.about.from + KEPT
    }

    /// Whether people are to be unrecognisable in its pictures.
    pub fn is_blurred(&self) -> bool {
        self.about.blurred
    }

    fn wants(&self, now: OffsetDateTime) -> bool {
        let taken = self.taken();
        let is_due = taken.shots.last().is_none_or(|last| now - last.time >= EVERY);
        (self.about.from..self.about.until).contains(&now) && is_due && taken.failed.is_none()
    }

    /// Takes a picture, a JPEG file, of this moment. What cannot be written ends the recording, and nothing else.
    pub fn take(&self, time: OffsetDateTime, jpeg: &[u8]) {
        let mut taken = self.taken();
        let bytes = jpeg.len() as u64;
        if taken.failed.is_some() {
            return;
        }
        if taken.bytes + bytes > LARGEST {
            taken.failed = Some(format!("its pictures take {} MiB, and no more are taken", LARGEST >> 20));
            return;
        }
        let shot = Shot { time, bytes };
        if let Err(error) = whole(&self.path(&shot), jpeg) {
            tracing::error!(camera = self.about.camera, %error, "a picture of a recording cannot be written");
            taken.failed = Some("its pictures could not be written: the log says why".to_owned());
            return;
        }
        taken.shots.push(shot);
        taken.bytes += bytes;
    }

    /// Its pictures in the order of time, and why there are no more, if something is wrong.
    pub(crate) fn shots(&self) -> (Vec<Shot>, Option<String>) {
        let taken = self.taken();
        (taken.shots.clone(), taken.failed.clone())
    }

    /// How many pictures it has, how many bytes, and why there are no more, if something is wrong.
    pub(crate) fn size(&self) -> (usize, u64, Option<String>) {
        let taken = self.taken();
        (taken.shots.len(), taken.bytes, taken.failed.clone())
    }

    /// Where a picture lies.
    pub(crate) fn path(&self, shot: &Shot) -> PathBuf {
        self.folder.join(format!("{}.{PICTURE}", micros(shot.time)))
    }
}

fn micros(time: OffsetDateTime) -> i64 {
    i64::try_from(time.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX)
}

/// When the picture of this file was taken; none when it is another file.
fn time_of(path: &Path) -> Option<OffsetDateTime> {
    let is_picture = path.extension().is_some_and(|extension| extension == PICTURE);
    let micros: i64 = path.file_stem().filter(|_| is_picture)?.to_str()?.parse().ok()?;
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000).ok()
}

/// Makes a folder that only this user can read, if it is not there.
fn private(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Writes a file that is there as a whole or not at all.
fn whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    File::create(&new)?.write_all(bytes)?;
    fs::rename(new, path)
}

#[cfg(test)]
impl Recordings {
    /// A recording of a second at a site that somebody made before, with one picture; its id.
    pub(crate) fn make_up(&self, site: &str, camera: &str, from: OffsetDateTime) -> Uuid {
        let (until, created_by) = (from + Duration::SECOND, "somebody".to_owned());
        let about = About {
            id: Uuid::now_v7(),
            camera: camera.to_owned(),
            site: site.to_owned(),
            from,
            until,
            blurred: false,
            created_by,
        };
        let made = self.begin(about).unwrap().unwrap();
        made.take(from, b"picture");
        made.about.id
    }
}
