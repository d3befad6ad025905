use std::ffi::{CString, OsStr};
use std::fmt;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use address::redaction;

use crate::{Error, folder};

/// Where frames come from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// A video file: any container and codec that libav reads.
    File(PathBuf),
    /// A folder of pictures, read in natural order of their names (`9.jpg` before `10.jpg`).
    Folder(PathBuf),
    /// A video on standard input.
    StandardInput,
}

impl Source {
    /// Finds out what `address` names: `-` is standard input, a folder is a sequence of pictures, anything
    /// else is a video file.
    ///
    /// # Errors
    /// When nothing is there, it may not be read, it is empty, the folder has no pictures, or the address is
    /// one of the network.
    pub fn resolve(address: impl AsRef<OsStr>) -> Result<Self, Error> {
        let address = address.as_ref();
        if address == "-" {
            return Ok(Self::StandardInput);
        }
        let path = Path::new(address);
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(_) if is_url(address) => {
                return Err(Error::Network { name: redaction::address(&address.to_string_lossy()) });
            }
            Err(error) => return Err(Error::from_io(path, error)),
        };
        if metadata.is_dir() {
            if folder::pictures(path)?.is_empty() {
                return Err(Error::NoPictures { name: path.display().to_string() });
            }
            return Ok(Self::Folder(path.to_owned()));
        }
        if metadata.is_file() {
            fs::File::open(path).map_err(|error| Error::from_io(path, error))?;
            if metadata.len() == 0 {
                return Err(Error::Empty { name: path.display().to_string() });
            }
        }
        Ok(Self::File(path.to_owned()))
    }

    /// The address in libav's terms, for what libav opens itself.
    pub(crate) fn url(&self) -> Option<CString> {
        match self {
            Self::File(path) => file_url(path),
            Self::StandardInput => Some(c"pipe:0".to_owned()),
            Self::Folder(_) => None,
        }
    }
}

/// `path` as a `file:` address. The prefix keeps a name with a colon from being taken for a protocol.
pub(crate) fn file_url(path: &Path) -> Option<CString> {
    CString::new([b"file:", path.as_os_str().as_bytes()].concat()).ok()
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) | Self::Folder(path) => path.display().fmt(f),
            Self::StandardInput => f.write_str("standard input"),
        }
    }
}

fn is_url(address: &OsStr) -> bool {
    let bytes = address.as_bytes();
    bytes
        .windows(3)
        .position(|window| window == b"://")
        .is_some_and(|end| end > 0 && bytes[..end].iter().all(u8::is_ascii_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_an_address_is_said_before_libav_sees_it() {
        let folder = tempfile::tempdir().unwrap();
        let empty = folder.path().join("empty.mp4");
        fs::write(&empty, b"").unwrap();

        assert_eq!(Source::resolve("-").unwrap(), Source::StandardInput);
        let message = |address: &Path| Source::resolve(address).unwrap_err().to_string();
        assert!(message(&folder.path().join("none.mp4")).contains("does not exist"));
        assert!(message(&empty).contains("is empty"));
        assert!(message(folder.path()).contains("folder without pictures"));
    }

    #[test]
    fn a_network_address_is_refused_without_showing_its_password() {
        let error = Source::resolve("rtsp://admin:s3cret@10.0.0.9/ch1?token=abc").unwrap_err().to_string();
        assert!(error.contains("`rtsp://10.0.0.9/ch1` is a live source"), "{error}");
        assert!(!error.contains("s3cret") && !error.contains("abc"), "{error}");
    }
}
