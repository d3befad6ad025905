//! A model: its description and its ONNX file.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::description::MAX_DESCRIPTION_BYTES;
use crate::onnx::MAX_MODEL_BYTES;
use crate::resize::resized;
use crate::{Error, InputSize, ModelDescription, OnnxHeader};

/// A model that was read and whose files fit each other.
#[derive(Clone, Debug)]
pub struct Model {
    description: ModelDescription,
    header: OnnxHeader,
    bytes: Cow<'static, [u8]>,
    sha256: String,
}

impl Model {
    /// Reads `model.toml` and the ONNX file that it names from `folder`.
    ///
    /// # Errors
    /// When a file is missing, wrong, or not the one that `model.toml` describes.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let description = read_description(folder)?;
        let path = folder.join(&description.file);
        let bytes = read_limited(&path, MAX_MODEL_BYTES)?;
        Self::from_parts(description, bytes)
    }

    /// A model from a description and the bytes of its ONNX file, as when both are part of the program.
    ///
    /// # Errors
    /// When the bytes are not the file that is described.
    pub fn from_parts(
        description: ModelDescription,
        bytes: impl Into<Cow<'static, [u8]>>,
    ) -> Result<Self, Error> {
        let bytes = bytes.into();
        let mismatch = |problem: String| Error::Mismatch { model: description.name.clone(), problem };
        if let Some(expected) = description.bytes.filter(|expected| *expected != bytes.len() as u64) {
            return Err(mismatch(format!(
                "`{}` is {} bytes long, not {expected}: get the file again, or correct `bytes`",
                description.file,
                bytes.len()
            )));
        }
        let sha256 = hex(&Sha256::digest(&bytes));
        if let Some(expected) =
            description.sha256.as_ref().filter(|known| !known.eq_ignore_ascii_case(&sha256))
        {
            return Err(mismatch(format!(
                "`{}` has the SHA-256 {sha256}, not {expected}: get the file again, or correct `sha256`",
                description.file
            )));
        }
        let header = OnnxHeader::read(&bytes)
            .map_err(|source| Error::Onnx { file: description.file.clone(), source })?;
        Ok(Self { description, header, bytes, sha256 })
    }

    /// What the model takes in and gives out.
    pub fn description(&self) -> &ModelDescription {
        &self.description
    }

    /// What the ONNX file says about itself.
    pub fn header(&self) -> &OnnxHeader {
        &self.header
    }

    /// The input size for which the file was written.
    pub fn size(&self) -> InputSize {
        InputSize::new(self.description.input.width, self.description.input.height)
    }

    /// SHA-256 of the ONNX file, in lower-case hexadecimal digits.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Name and version, as they stand in events: `nanodet-416@0e1e4769`. The version is the first eight
    /// digits of the file's SHA-256.
    pub fn id(&self) -> String {
        format!("{}@{}", self.description.name, &self.sha256[..8])
    }

    /// The ONNX file for an input of `size`.
    pub(crate) fn at(&self, size: InputSize) -> Result<Cow<'_, [u8]>, Error> {
        if size == self.size() {
            return Ok(Cow::Borrowed(&self.bytes));
        }
        resized(&self.bytes, &self.description, size).map(Cow::Owned)
    }
}

/// Reads `model.toml` in `folder`.
pub(crate) fn read_description(folder: &Path) -> Result<ModelDescription, Error> {
    let path = folder.join("model.toml");
    let bytes = read_limited(&path, MAX_DESCRIPTION_BYTES as u64)?;
    let text = String::from_utf8(bytes).map_err(|_| Error::Read {
        path,
        source: std::io::Error::new(std::io::ErrorKind::InvalidData, "it is not UTF-8 text"),
    })?;
    ModelDescription::parse(&text).map_err(|source| Error::Description { folder: folder.to_owned(), source })
}

/// Reads a whole file, unless it is longer than `most` bytes.
pub(crate) fn read_limited(path: &Path, most: u64) -> Result<Vec<u8>, Error> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    // A FIFO or a device would be read without end, or block.
    let kind = fs::metadata(path).map_err(failed)?;
    if !kind.is_file() || kind.len() > most {
        let reason =
            if kind.is_file() { format!("it is over {most} bytes long") } else { "it is no file".to_owned() };
        return Err(failed(std::io::Error::other(reason)));
    }
    let mut bytes = Vec::with_capacity(kind.len() as usize);
    File::open(path).map_err(failed)?.take(most).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
