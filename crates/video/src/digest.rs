use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::{Error, Source, folder};

/// SHA-256 of what a source consists of: the same video has the same digest wherever it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContentDigest([u8; 32]);

impl ContentDigest {
    /// Reads all of `source`: a file's bytes; of a folder, each picture's name, length and bytes in order.
    /// Standard input and other pipes can be read only once, so they have none.
    ///
    /// # Errors
    /// When something cannot be read.
    pub fn of(source: &Source) -> Result<Option<Self>, Error> {
        let mut hash = Sha256::new();
        match source {
            Source::StandardInput => return Ok(None),
            Source::File(path) if !path.is_file() => return Ok(None),
            Source::File(path) => {
                add(&mut hash, path)?;
            }
            Source::Folder(path) => {
                for picture in folder::pictures(path)? {
                    let name = picture.file_name().unwrap_or_default().as_bytes();
                    hash.update((name.len() as u64).to_le_bytes());
                    hash.update(name);
                    let length = add(&mut hash, &picture)?;
                    hash.update(length.to_le_bytes());
                }
            }
        }
        Ok(Some(Self(hash.finalize().into())))
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for ContentDigest {
    /// 64 hexadecimal digits, as `sha256sum` prints them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

fn add(hash: &mut Sha256, path: &Path) -> Result<u64, Error> {
    let failed = |error: io::Error| Error::from_io(path, error);
    let mut file = File::open(path).map_err(failed)?;
    let mut buffer = vec![0; 1 << 18];
    let mut total = 0;
    loop {
        let read = file.read(&mut buffer).map_err(failed)?;
        if read == 0 {
            return Ok(total);
        }
        hash.update(&buffer[..read]);
        total += read as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_file_has_the_digest_that_sha256sum_prints() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc");
        fs::write(&path, "abc").unwrap();
        let digest = ContentDigest::of(&Source::File(path)).unwrap().unwrap();
        assert_eq!(digest.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn a_folder_changes_with_its_pictures_and_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let source = Source::Folder(folder.path().to_owned());
        let digest = || ContentDigest::of(&source).unwrap().unwrap();
        fs::write(folder.path().join("1.png"), "one").unwrap();
        let first = digest();
        fs::write(folder.path().join("notes.txt"), "not a picture").unwrap();
        assert_eq!(digest(), first);
        fs::rename(folder.path().join("1.png"), folder.path().join("2.png")).unwrap();
        assert_ne!(digest(), first);
    }
}
