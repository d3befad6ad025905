//! From packets to frames, whatever is in the packets.

use std::ffi::{CStr, OsStr};
use std::fs::File;
use std::io::Read;
use std::num::NonZeroUsize;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ffmpeg_next::format::context::Input;
use ffmpeg_next::media::Type;
use ffmpeg_next::{self as ffmpeg, Dictionary, Packet, frame};

use crate::Error;
use crate::error::MAX_PIXELS;
use crate::libav::{self, LibavError};
use crate::live::Control;
use crate::losses::Losses;

/// Failures in a row, without a frame between them, after which the rest of the file is given up.
const MAX_FAILURES: u32 = 1_000;
/// Between two looks at a device that has no picture yet.
const DEVICE_POLL: Duration = Duration::from_millis(5);

/// What comes out of the decoder.
pub(crate) enum Decoded {
    /// A whole frame with its stamp; and, if frames before it are missing because of damage, what was
    /// damaged.
    Frame { video: frame::Video, stamp: Option<i64>, damage: Option<String> },
    /// Nothing more will come.
    End(End),
}

/// How a stream ended.
pub(crate) struct End {
    /// Damage that no later frame came to explain, and the latest stamp lost to it.
    pub(crate) damage: Option<(String, Option<i64>)>,
    /// Why the file could not be read to its end.
    pub(crate) unreadable: Option<LibavError>,
}

/// One video stream of an open file.
pub(crate) struct Decoder {
    input: Input,
    stream: usize,
    decoder: ffmpeg::decoder::Video,
    losses: Losses,
    failures: u32,
    /// The decoder has been told that no more packets come.
    draining: bool,
    unreadable: Option<LibavError>,
    /// Frames that came out damaged and were not passed on.
    damaged: u64,
    /// The stamp of the first packet.
    first_stamp: Option<i64>,
    /// Ends waits of a live source. Below `input`, which points to it until it is closed: fields are dropped
    /// in their order.
    control: Option<Arc<Control>>,
}

impl Decoder {
    /// Opens `url` and a decoder for its best video stream. `name` is for messages.
    pub(crate) fn open(url: &CStr, name: &str, threads: Option<NonZeroUsize>) -> Result<Self, Error> {
        libav::initialise();
        let mut input = libav::open(url).map_err(|error| open_error(url, name, error))?;
        libav::find_streams(&mut input).map_err(|error| Error::from_libav(name, error))?;
        Self::new(input, name, threads, None)
    }

    /// A decoder for the best video stream of a live source, whose waits `control` ends.
    pub(crate) fn live(
        input: Input,
        name: &str,
        threads: Option<NonZeroUsize>,
        control: Arc<Control>,
    ) -> Result<Self, Error> {
        Self::new(input, name, threads, Some(control))
    }

    fn new(
        mut input: Input,
        name: &str,
        threads: Option<NonZeroUsize>,
        control: Option<Arc<Control>>,
    ) -> Result<Self, Error> {
        let cover = ffmpeg::format::stream::Disposition::ATTACHED_PIC;
        let best = input.streams().best(Type::Video).filter(|stream| !stream.disposition().contains(cover));
        let Some(stream) = best else {
            return Err(Error::NoVideoStream { name: name.to_owned(), found: kinds(&input) });
        };
        let described = libav::stream_parameters(&stream);
        let unknown_size = described.width == 0 && described.height == 0;
        if !unknown_size && !libav::size_is_sane(described.width, described.height) {
            let (width, height) = (described.width, described.height);
            return Err(Error::PictureSize { name: name.to_owned(), width, height });
        }
        let mut options = Dictionary::new();
        options.set("max_pixels", &MAX_PIXELS.to_string());
        options.set("threads", &thread_count(threads).to_string());
        // Threads share the slices of one picture. Were several pictures decoded at once, what becomes of the
        // ones that refer to a damaged one would be a matter of chance, and no two runs alike.
        options.set("thread_type", "slice");
        let context = ffmpeg::codec::Context::from_parameters(stream.parameters());
        let decoder = context
            .and_then(|context| {
                let codec = ffmpeg::decoder::find(context.id()).ok_or(ffmpeg::Error::DecoderNotFound)?;
                context.decoder().open_as_with(codec, options)?.video()
            })
            .map_err(|error| match error {
                ffmpeg::Error::DecoderNotFound => {
                    Error::Codec { name: name.to_owned(), codec: described.codec.clone() }
                }
                error => Error::from_libav(name, LibavError(error)),
            })?;
        let stream = stream.index();
        libav::discard_all_but(&mut input, stream);
        Ok(Self {
            input,
            stream,
            decoder,
            losses: Losses::default(),
            failures: 0,
            draining: false,
            unreadable: None,
            damaged: 0,
            first_stamp: None,
            control,
        })
    }

    /// The open file.
    pub(crate) fn input(&self) -> &Input {
        &self.input
    }

    /// The stream that is decoded.
    pub(crate) fn stream(&self) -> ffmpeg::Stream<'_> {
        self.input.stream(self.stream).expect("the stream was found when the file was opened")
    }

    /// Frames that came out damaged and were not passed on.
    pub(crate) fn damaged(&self) -> u64 {
        self.damaged
    }

    /// The stamp of the first packet, once there was one.
    pub(crate) fn first_stamp(&self) -> Option<i64> {
        self.first_stamp
    }

    /// Goes to the last key frame at or before `ticks`.
    pub(crate) fn seek(&mut self, ticks: i64) -> Result<(), LibavError> {
        libav::seek(&mut self.input, self.stream, ticks)?;
        self.decoder.flush();
        self.losses = Losses::default();
        self.failures = 0;
        self.draining = false;
        Ok(())
    }

    /// The next whole frame.
    ///
    /// Every turn of the loop takes a packet from the file, a frame from the decoder, or counts towards
    /// [`MAX_FAILURES`]; so it ends.
    pub(crate) fn next(&mut self) -> Decoded {
        loop {
            if self.control.is_some() && self.unreadable.is_some() {
                // What a live decoder still holds is seconds old by now.
                return self.end();
            }
            let mut video = frame::Video::empty();
            match self.decoder.receive_frame(&mut video) {
                Ok(()) if is_damaged(&video) => {
                    self.damaged += 1;
                    self.losses.failed(|| "a picture could not be decoded in full".to_owned());
                    continue;
                }
                Ok(()) => {
                    self.failures = 0;
                    let stamp = video.timestamp();
                    let damage = self.losses.arrived(video.pts().or(stamp));
                    return Decoded::Frame { video, stamp, damage };
                }
                Err(ffmpeg::Error::Eof) => return self.end(),
                Err(error) if is_again(error) => {
                    if self.draining {
                        return self.end();
                    }
                }
                Err(error) => {
                    self.fail(error);
                    if self.failures > MAX_FAILURES {
                        return self.end();
                    }
                    continue;
                }
            }
            self.feed();
        }
    }

    /// Gives the decoder the next packet, or tells it that there are no more.
    fn feed(&mut self) {
        let mut packet = Packet::empty();
        let read = match packet.read(&mut self.input) {
            // libav may have gone on without waiting, or hands out what was left over when a wait was ended.
            Ok(()) if self.is_interrupted() => Err(ffmpeg::Error::Exit),
            read => read,
        };
        match read {
            Ok(()) => {}
            Err(ffmpeg::Error::Eof) => return self.drain(),
            Err(error) if is_again(error) && self.control.is_some() => {
                if self.is_interrupted() {
                    self.unreadable = Some(LibavError(ffmpeg::Error::Exit));
                } else if let Some(control) = &self.control {
                    control.sleep(DEVICE_POLL);
                }
                return;
            }
            Err(error) if is_again(error) || error == ffmpeg::Error::InvalidData => {
                self.failures += 1;
                self.losses.unreadable(|| LibavError(error).to_string());
                if self.failures > MAX_FAILURES {
                    self.drain();
                }
                return;
            }
            Err(error) => {
                self.unreadable = Some(LibavError(error));
                return self.drain();
            }
        }
        // AVI writes an empty packet where the picture did not change; to libav it would mean the end.
        if packet.stream() != self.stream || packet.size() == 0 {
            return;
        }
        let stamp = packet.pts().or(packet.dts());
        self.first_stamp = self.first_stamp.or(stamp);
        self.losses.sent(stamp);
        if packet.is_corrupt() {
            self.losses.failed(|| "a packet is incomplete".to_owned());
            return;
        }
        if let Err(error) = self.decoder.send_packet(&packet) {
            self.fail(error);
            if self.failures > MAX_FAILURES {
                self.drain();
            }
        }
    }

    fn is_interrupted(&self) -> bool {
        self.control.as_ref().is_some_and(|control| control.interrupts())
    }

    fn fail(&mut self, error: ffmpeg::Error) {
        self.failures += 1;
        self.losses.failed(|| LibavError(error).to_string());
    }

    fn drain(&mut self) {
        self.draining = true;
        if let Err(error) = self.decoder.send_eof() {
            tracing::debug!(%error, "the decoder did not take the end of the stream");
        }
    }

    fn end(&mut self) -> Decoded {
        self.draining = true;
        Decoded::End(End { damage: self.losses.at_end(), unreadable: self.unreadable.take() })
    }
}

fn is_again(error: ffmpeg::Error) -> bool {
    error == ffmpeg::Error::Other { errno: ffmpeg::error::EAGAIN }
}

/// Whether libav had to invent a part of the picture.
fn is_damaged(video: &frame::Video) -> bool {
    video.is_corrupt()
        || video.has_decode_errors()
        || !libav::size_is_sane(i64::from(video.width()), i64::from(video.height()))
}

/// The same number on every machine by default: how a damaged picture is patched up depends on it.
fn thread_count(asked: Option<NonZeroUsize>) -> usize {
    asked.map_or(4, NonZeroUsize::get).min(64)
}

/// What the streams of `input` are, for a message.
fn kinds(input: &Input) -> String {
    let mut kinds: Vec<&str> = input
        .streams()
        .map(|stream| match stream.parameters().medium() {
            Type::Audio => "sound",
            Type::Subtitle => "subtitles",
            Type::Video => "a cover picture",
            _ => "data",
        })
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.is_empty() { "nothing that libav knows".to_owned() } else { kinds.join(" and ") }
}

/// Tells apart what libav answers alike, by the first bytes of the file.
fn open_error(url: &CStr, name: &str, error: LibavError) -> Error {
    let name = name.to_owned();
    let start = first_bytes(url);
    match error.0 {
        ffmpeg::Error::Other { errno: ffmpeg::error::ENOENT } => Error::Missing { name },
        ffmpeg::Error::Other { errno: ffmpeg::error::EACCES } => Error::Permission { name },
        ffmpeg::Error::Other { errno: ffmpeg::error::EINVAL } if start.starts_with(b"#EXTM3U") => {
            Error::Playlist { name }
        }
        ffmpeg::Error::Other { errno: ffmpeg::error::EINVAL } => {
            Error::NotVideo { name, reason: "it is text, or a list of other files".to_owned() }
        }
        ffmpeg::Error::InvalidData if start.get(4..8) == Some(b"ftyp") => Error::NoIndex { name },
        _ => Error::from_libav(&name, error),
    }
}

fn first_bytes(url: &CStr) -> Vec<u8> {
    let mut start = Vec::new();
    let Some(path) = url.to_bytes().strip_prefix(b"file:").map(OsStr::from_bytes).map(Path::new) else {
        return start;
    };
    // Reading the start of a pipe would wait for it.
    if path.is_file()
        && let Err(error) = File::open(path).and_then(|file| file.take(8).read_to_end(&mut start))
    {
        tracing::debug!(%error, "the start of {path:?} cannot be read");
    }
    start
}
