use std::io;
use std::path::Path;

use crate::libav::LibavError;

/// The longest side a picture may have, in pixels.
pub const MAX_SIDE: u32 = 16_384;
/// The most pixels a picture may have: 8192 × 8192.
pub const MAX_PIXELS: u64 = 67_108_864;

/// Why a source cannot be read, or an output cannot be written. Each is one line that says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is nothing under this name.
    #[error("`{name}` does not exist: check the path")]
    Missing {
        /// The address as given.
        name: String,
    },
    /// The file or folder is there, but this user may not read it.
    #[error("`{name}` may not be read: give this user permission to read it")]
    Permission {
        /// The address as given.
        name: String,
    },
    /// The file has no bytes.
    #[error("`{name}` is empty: copy or record it again")]
    Empty {
        /// The address as given.
        name: String,
    },
    /// The folder holds no picture.
    #[error(
        "`{name}` is a folder without pictures: put .jpg or .png files into it, or name a video file instead"
    )]
    NoPictures {
        /// The folder as given.
        name: String,
    },
    /// Nothing that libav recognises, or nothing that it can decode a single picture from.
    #[error(
        "`{name}` cannot be read as video ({reason}): check that it is a video file and that it is whole"
    )]
    NotVideo {
        /// The address as given.
        name: String,
        /// What libav said.
        reason: String,
    },
    /// An MP4 or MOV without its index, which is written last.
    #[error(
        "`{name}` has no index (its `moov` box), because it was cut off while it was written: record as MKV or TS, which \
         can be read up to where they end"
    )]
    NoIndex {
        /// The address as given.
        name: String,
    },
    /// A media file with sound or subtitles only.
    #[error("`{name}` has no video stream (only {found}): name a file with a picture")]
    NoVideoStream {
        /// The address as given.
        name: String,
        /// The kinds of streams in it.
        found: String,
    },
    /// This build of libav has no decoder.
    #[error(
        "`{name}` is coded as `{codec}`, which this build of libav cannot decode: convert it to H.264 with another tool"
    )]
    Codec {
        /// The address as given.
        name: String,
        /// libav's name of the codec.
        codec: String,
    },
    /// No picture at all, or one so large that it is a mistake or an attack.
    #[error(
        "`{name}` says that its pictures are {width}x{height} pixels: from 1x1 to {MAX_SIDE} a side and \
         {MAX_PIXELS} pixels in all can be read; check the file, or scale it down first"
    )]
    PictureSize {
        /// The address as given.
        name: String,
        /// Columns.
        width: i64,
        /// Rows.
        height: i64,
    },
    /// The address of a live source where a file is wanted.
    #[error("`{name}` is a live source, not a file: name a video file, or watch it as a camera")]
    Network {
        /// The scheme and host, without credentials.
        name: String,
    },
    /// An address of no live source; see [`LiveSource::parse`](crate::LiveSource::parse).
    #[error(transparent)]
    BadAddress(#[from] address::BadAddress),
    /// The system gave no thread to read on.
    #[error(
        "`{name}` cannot be watched, because the system gives no more threads ({source}): raise its limit"
    )]
    Thread {
        /// The source.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// A list that refers to other files or addresses.
    #[error("`{name}` is a playlist, not a video: name the video file that it refers to")]
    Playlist {
        /// The address as given.
        name: String,
    },
    /// The stretch to be read lies behind the end of the source.
    #[error("`{name}` ends at {end}, before the start asked for ({start}): ask for an earlier start")]
    StartBehindEnd {
        /// The address as given.
        name: String,
        /// What was asked for.
        start: observation::StreamTime,
        /// How long the source is.
        end: observation::StreamTime,
    },
    /// An option that makes no sense.
    #[error("{option} cannot be {value}: {instead}")]
    BadOption {
        /// What was set.
        option: &'static str,
        /// To what.
        value: String,
        /// What to set instead.
        instead: &'static str,
    },
    /// The operating system refused to read.
    #[error("`{name}` cannot be read: {source}")]
    Io {
        /// The address as given.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// A frame could not be converted: its pixel format is unknown to libswscale, or memory ran out.
    #[error("a picture of {format}, {width}x{height}, cannot be converted: {reason}")]
    Conversion {
        /// libav's name of the pixel format.
        format: String,
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
        /// What was wrong.
        reason: String,
    },
    /// The output cannot be created.
    #[error("`{name}` cannot be written: {reason}")]
    Unwritable {
        /// The output as given.
        name: String,
        /// What is in the way and what to do.
        reason: String,
    },
    /// libav has no encoder that MP4 can hold.
    #[error(
        "`{name}` cannot be written: this build of libav has no H.264 or MPEG-4 encoder; install one with libx264"
    )]
    NoEncoder {
        /// The output as given.
        name: String,
    },
    /// Writing failed after it began.
    #[error("writing `{name}` failed: {reason}; check the free space, what was written is kept in `{kept}`")]
    Write {
        /// The output as given.
        name: String,
        /// What libav or the system said.
        reason: String,
        /// Where the part written so far lies.
        kept: String,
    },
    /// A picture that does not fit the output.
    #[error("a picture for `{name}` is wrong: {reason}")]
    WrongPicture {
        /// The output as given.
        name: String,
        /// What does not fit.
        reason: String,
    },
}

impl Error {
    /// The error for what the operating system said about `name`.
    pub(crate) fn from_io(name: &Path, source: io::Error) -> Self {
        let name = name.display().to_string();
        match source.kind() {
            io::ErrorKind::NotFound => Self::Missing { name },
            io::ErrorKind::PermissionDenied => Self::Permission { name },
            _ => Self::Io { name, source },
        }
    }

    /// The error for what libav said when it opened `name`.
    pub(crate) fn from_libav(name: &str, error: LibavError) -> Self {
        Self::NotVideo { name: name.to_owned(), reason: error.to_string() }
    }
}
