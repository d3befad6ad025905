//! The file: a tar archive whose parts have known names and sizes, and whose last part is the manifest.

use std::io::{self, Read, Write};

use sha2::{Digest as _, Sha256};
use zstd::stream::{read::Decoder, write::Encoder};

use crate::error::{Error, Result, damaged};
use crate::manifest::{Manifest, Part};

/// The most that a part may hold, in bytes.
pub const MAX_PART: u64 = 32 << 20;
/// The most parts.
const MAX_PARTS: usize = 1 << 20;
/// The most that follows the last part, in bytes: tar programs fill up a record.
const MAX_TAIL: u64 = 64 << 10;
/// The name of the last part.
const MANIFEST: &str = "manifest.json";
/// Zstandard's own level: higher ones take longer than the disk.
const LEVEL: i32 = 3;
/// The memory that a compressed file may ask for, as a power of two: 8 MiB, as this level writes it.
const WINDOW: u32 = 23;

/// Writes parts, one after the other.
pub(crate) struct Writer<W: Write> {
    archive: tar::Builder<Encoder<'static, W>>,
    pub(crate) parts: Vec<Part>,
    created: u64,
}

impl<W: Write> Writer<W> {
    /// `created` is in seconds since 1970.
    pub(crate) fn new(to: W, created: u64) -> Result<Self> {
        let mut encoder = Encoder::new(to, LEVEL).map_err(unwritten)?;
        encoder.include_checksum(true).map_err(unwritten)?;
        encoder.window_log(WINDOW).map_err(unwritten)?;
        Ok(Self { archive: tar::Builder::new(encoder), parts: Vec::new(), created })
    }

    pub(crate) fn part(&mut self, name: String, bytes: &[u8]) -> Result<()> {
        self.append(&name, bytes)?;
        self.parts.push(Part { name, bytes: bytes.len() as u64, sha256: sha256(bytes) });
        Ok(())
    }

    fn append(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        header.set_mtime(self.created);
        self.archive.append_data(&mut header, name, bytes).map_err(unwritten)
    }

    /// Writes the manifest, and gives back what was written to.
    pub(crate) fn finish(mut self, manifest: &Manifest) -> Result<W> {
        let text = serde_json::to_vec_pretty(manifest).expect("a manifest can be written");
        self.append(MANIFEST, &text)?;
        let encoder = self.archive.into_inner().map_err(unwritten)?;
        encoder.finish().map_err(unwritten)
    }
}

fn unwritten(error: io::Error) -> Error {
    Error::File("written", error)
}

/// Hands out every part of a file, the manifest included, one at a time.
pub(crate) fn each_part(from: impl Read, each: impl FnMut(&str, Vec<u8>) -> Result<()>) -> Result<()> {
    each_part_of_archive(decoder(from)?, each)
}

fn decoder<R: Read>(from: R) -> Result<Decoder<'static, io::BufReader<R>>> {
    let mut decoder = Decoder::new(from).map_err(unread)?;
    decoder.window_log_max(WINDOW).map_err(unread)?;
    Ok(decoder)
}

fn each_part_of_archive(from: impl Read, mut each: impl FnMut(&str, Vec<u8>) -> Result<()>) -> Result<()> {
    let mut archive = tar::Archive::new(from);
    // Raw: names are short, so nothing of the archive needs more than its own header.
    for (number, entry) in archive.entries().map_err(unread)?.raw(true).enumerate() {
        let mut entry = entry.map_err(unread)?;
        if number > MAX_PARTS {
            return Err(damaged("it has too many parts"));
        }
        let name = std::str::from_utf8(&entry.path_bytes()).map(str::to_owned);
        let name = name.map_err(|_| damaged("a part has no name that can be read"))?;
        if !entry.header().entry_type().is_file() {
            return Err(damaged(format!("`{}` is no plain file", name.escape_debug())));
        }
        let size = entry.header().size().map_err(unread)?;
        if size > MAX_PART {
            return Err(damaged(format!("`{}` is larger than any part may be", name.escape_debug())));
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).map_err(unread)?;
        if bytes.len() as u64 != size {
            return Err(damaged("it ends in the middle of a part"));
        }
        each(&name, bytes)?;
    }
    // To the end, where the compression has its own sum.
    let mut tail = archive.into_inner().take(MAX_TAIL + 1);
    if io::copy(&mut tail, &mut io::sink()).map_err(unread)? > MAX_TAIL {
        return Err(damaged("something follows its end"));
    }
    Ok(())
}

/// What the file's own bytes are to blame for, and what the disk is.
fn unread(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::Other | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
            damaged(error.to_string())
        }
        io::ErrorKind::InvalidInput => damaged(error.to_string()),
        _ => Error::File("read", error),
    }
}

/// Reads a whole file and compares every part with the manifest, which it gives.
///
/// # Errors
/// A file that is no backup, is cut off, was changed, or was made by a newer program.
pub fn check(from: impl Read) -> Result<Manifest> {
    check_archive(decoder(from)?)
}

/// As [`check`], of what a file holds once it is no longer compressed.
///
/// # Errors
/// As [`check`].
pub fn check_archive(from: impl Read) -> Result<Manifest> {
    let mut seen = Vec::new();
    let mut manifest = None;
    each_part_of_archive(from, |name, bytes| {
        if manifest.is_some() {
            return Err(damaged("something follows its end"));
        }
        if name == MANIFEST {
            manifest = Some(parsed(&bytes)?);
        } else {
            seen.push(Part { name: name.to_owned(), bytes: bytes.len() as u64, sha256: sha256(&bytes) });
        }
        Ok(())
    })?;
    let manifest = manifest.ok_or_else(|| damaged("its end is missing"))?;
    if manifest.parts.len() != seen.len() {
        return Err(damaged("parts are missing, or there are too many"));
    }
    for (listed, part) in manifest.parts.iter().zip(&seen) {
        if listed != part {
            return Err(damaged(format!("the part `{}` was changed", part.name.escape_debug())));
        }
    }
    Ok(manifest)
}

fn parsed(bytes: &[u8]) -> Result<Manifest> {
    /// What every version of the manifest has.
    #[derive(serde::Deserialize)]
    struct Any {
        format: crate::Format,
    }
    let wrong = |error: serde_json::Error| damaged(format!("its manifest cannot be read: {error}"));
    let any: Any = serde_json::from_slice(bytes).map_err(wrong)?;
    if any.format > crate::Format::CURRENT {
        let (found, known) = (any.format.0, crate::Format::CURRENT.0);
        return Err(Error::Newer { what: "format".to_owned(), found, known });
    }
    serde_json::from_slice(bytes).map_err(wrong)
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
