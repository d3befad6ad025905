use std::fs::{self, File};
use std::io::ErrorKind;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use ffmpeg_next::codec::{Context, Flags as CodecFlags};
use ffmpeg_next::format::Pixel;
use ffmpeg_next::format::context::Output;
use ffmpeg_next::{self as ffmpeg, Dictionary, Packet, Rational, color, encoder};
use observation::StreamTime;

use crate::Error;
use crate::conversion::RgbToYuv;
use crate::layout::Space;
use crate::libav::{self, LibavError};
use crate::source::file_url;

/// Encoders in order of preference, with the ticks a second that each can count in. MPEG-4 part 2 plays in
/// fewer places, and counts in 16 bits.
const ENCODERS: [(&str, i32); 4] =
    [("libx264", 1_000_000), ("libopenh264", 1_000_000), ("h264_nvenc", 1_000_000), ("mpeg4", 60_000)];

/// Temporary names that are tried: one for each writer of this name that is at work, or was killed.
const MAX_TEMPORARIES: u32 = 100;

/// How to write a video.
#[derive(Clone, Debug)]
pub struct WriteOptions {
    /// Frames a second, about: for the encoder's rate control and for how long the last picture stays. When
    /// each picture is shown comes from its own time. 25 by default.
    pub fps: f64,
    /// x264's constant rate factor: 18 looks like the original, 28 is small. 23 by default.
    pub crf: u8,
    /// Threads for encoding; as many as the encoder likes by default.
    pub threads: Option<NonZeroUsize>,
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self { fps: 25.0, crf: 23, threads: None }
    }
}

/// Writes pictures with stream time as an H.264 MP4 that plays while it loads.
///
/// The file grows under a temporary name beside its own and takes its own name when it is whole, so that a
/// program that is killed never leaves half a file under the final name. A writer that is dropped before
/// [`finish`](Self::finish) still completes the file with the pictures it has.
pub struct Mp4Writer {
    path: PathBuf,
    temporary: PathBuf,
    width: u32,
    height: u32,
    /// The picture with its sides made even, as 4:2:0 demands.
    padded: Vec<u8>,
    converter: RgbToYuv,
    encoder: encoder::Video,
    encoder_name: &'static str,
    ticks: i32,
    /// Ticks from picture to picture.
    interval: i64,
    output: Option<Output>,
    first: Option<StreamTime>,
    last: Option<StreamTime>,
    last_tick: i64,
}

impl Mp4Writer {
    /// Creates the file for pictures of `width` × `height`. Odd sides get one more column or row, a copy of
    /// the last.
    ///
    /// # Errors
    /// When the file cannot be created there, or libav has no encoder: now, and not after the work is done.
    pub fn create(
        path: impl AsRef<Path>,
        width: u32,
        height: u32,
        options: &WriteOptions,
    ) -> Result<Self, Error> {
        libav::initialise();
        let path = path.as_ref();
        let name = path.display().to_string();
        check_size(&name, width, height)?;
        if !(1e-3..=1e3).contains(&options.fps) {
            return Err(Error::BadOption {
                option: "the frame rate of the output",
                value: options.fps.to_string(),
                instead: "write frames a second, such as 25",
            });
        }
        let temporary = claim(path)?;
        let made = Self::open(path, &temporary, width, height, options);
        if made.is_err() {
            remove(&temporary);
        }
        made
    }

    fn open(
        path: &Path,
        temporary: &Path,
        width: u32,
        height: u32,
        options: &WriteOptions,
    ) -> Result<Self, Error> {
        let unwritable = |reason: String| Error::Unwritable { name: path.display().to_string(), reason };
        let failed = |error: ffmpeg::Error| unwritable(LibavError(error).to_string());
        let (even_width, even_height) = (width.next_multiple_of(2), height.next_multiple_of(2));
        let space = Space::by_size(even_width, even_height);
        let converter = RgbToYuv::new(even_width, even_height, space)
            .ok_or_else(|| unwritable("libswscale cannot convert pictures of this size".to_owned()))?;
        let url = file_url(temporary).ok_or_else(|| unwritable("its name has a zero byte".to_owned()))?;
        let mut output = libav::create_mp4(&url).map_err(|error| unwritable(error.to_string()))?;

        let mut refused = None;
        let opened = ENCODERS.iter().find_map(|(name, ticks)| {
            match open_encoder(name, *ticks, even_width, even_height, space, options)? {
                Ok(encoder) => Some((encoder, *name, *ticks)),
                Err(error) => {
                    refused.get_or_insert(error);
                    None
                }
            }
        });
        let Some((encoder, encoder_name, ticks)) = opened else {
            return Err(match refused {
                Some(error) => failed(error),
                None => Error::NoEncoder { name: path.display().to_string() },
            });
        };
        let mut stream = output.add_stream_with(&encoder).map_err(failed)?;
        stream.set_time_base(Rational::new(1, ticks));
        let mut header = Dictionary::new();
        header.set("movflags", "+faststart");
        drop(output.write_header_with(header).map_err(failed)?);
        let interval = (f64::from(ticks) / options.fps).round() as i64;
        Ok(Self {
            path: path.to_owned(),
            temporary: temporary.to_owned(),
            width,
            height,
            padded: Vec::new(),
            converter,
            encoder,
            encoder_name,
            ticks,
            interval,
            output: Some(output),
            first: None,
            last: None,
            last_tick: -1,
        })
    }

    /// libav's name of the encoder in use: `libx264` unless this build has none.
    pub fn encoder(&self) -> &str {
        self.encoder_name
    }

    /// Adds a picture, `[height, width, 3]` red, green, blue, that is shown from `time` on. The video begins
    /// with the first picture, whatever its time.
    ///
    /// # Errors
    /// When the picture has another size, or comes no later than the one before; or when it cannot be
    /// written, for example because the disk is full.
    pub fn write(&mut self, time: StreamTime, rgb: &[u8]) -> Result<(), Error> {
        let wanted = self.width as usize * self.height as usize * 3;
        if rgb.len() != wanted {
            let (width, height) = (self.width, self.height);
            let reason = format!("it has {} bytes where {width}x{height} pixels take {wanted}", rgb.len());
            return Err(self.wrong(reason));
        }
        if let Some(last) = self.last.filter(|last| time <= *last) {
            return Err(self.wrong(format!("its time {time} is not later than the one before, {last}")));
        }
        let converted = if self.width.is_multiple_of(2) && self.height.is_multiple_of(2) {
            self.converter.convert(rgb)
        } else {
            pad(rgb, self.width as usize, self.height as usize, &mut self.padded);
            self.converter.convert(&self.padded)
        };
        let Some(mut video) = converted else {
            return Err(self.failed("there is no memory for the picture".to_owned()));
        };
        let first = *self.first.get_or_insert(time);
        let tick = i128::from((time - first).as_micros()) * i128::from(self.ticks) / 1_000_000;
        // Coarse ticks may round two moments to one.
        let tick = i64::try_from(tick).unwrap_or(i64::MAX - 1).max(self.last_tick + 1);
        video.set_pts(Some(tick));
        let sent = self.encoder.send_frame(&video);
        sent.and_then(|()| self.pass_on()).map_err(|error| self.failed(LibavError(error).to_string()))?;
        self.last = Some(time);
        self.last_tick = tick;
        Ok(())
    }

    /// Completes the file and gives it its name.
    ///
    /// # Errors
    /// When no picture was written, or the file cannot be completed.
    pub fn finish(mut self) -> Result<(), Error> {
        self.complete()
    }

    fn complete(&mut self) -> Result<(), Error> {
        if self.output.is_none() {
            return Ok(());
        }
        if self.last.is_none() {
            self.output = None;
            remove(&self.temporary);
            return Err(self.wrong("there is none".to_owned()));
        }
        let flushed = self.encoder.send_eof().and_then(|()| self.pass_on());
        let completed = flushed.and_then(|()| self.output.as_mut().map_or(Ok(()), Output::write_trailer));
        // Closes the file, whatever happened.
        self.output = None;
        completed.map_err(|error| self.failed(LibavError(error).to_string()))?;
        fs::rename(&self.temporary, &self.path).map_err(|error| self.failed(error.to_string()))
    }

    /// Moves packets from the encoder to the file, as many as are ready.
    fn pass_on(&mut self) -> Result<(), ffmpeg::Error> {
        let Some(output) = &mut self.output else {
            return Ok(());
        };
        let mut packet = Packet::empty();
        loop {
            match self.encoder.receive_packet(&mut packet) {
                Ok(()) => {}
                Err(ffmpeg::Error::Eof | ffmpeg::Error::Other { errno: ffmpeg::error::EAGAIN }) => {
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
            packet.set_stream(0);
            packet.set_duration(self.interval);
            let stream = output.stream(0).expect("the stream was added when the file was created");
            packet.rescale_ts(Rational::new(1, self.ticks), stream.time_base());
            packet.write_interleaved(output)?;
        }
    }

    fn wrong(&self, reason: String) -> Error {
        Error::WrongPicture { name: self.path.display().to_string(), reason }
    }

    fn failed(&self, reason: String) -> Error {
        let (name, kept) = (self.path.display().to_string(), self.temporary.display().to_string());
        Error::Write { name, reason, kept }
    }
}

impl Drop for Mp4Writer {
    fn drop(&mut self) {
        if self.output.is_none() {
            return;
        }
        if let Err(error) = self.complete() {
            tracing::warn!("{error}");
        }
    }
}

fn check_size(name: &str, width: u32, height: u32) -> Result<(), Error> {
    if libav::size_is_sane(i64::from(width), i64::from(height)) {
        return Ok(());
    }
    let reason = format!("{width}x{height} is no size for a video");
    Err(Error::Unwritable { name: name.to_owned(), reason })
}

/// Creates the temporary file beside `path`.
fn claim(path: &Path) -> Result<PathBuf, Error> {
    let unwritable = |reason: String| Error::Unwritable { name: path.display().to_string(), reason };
    let Some(file_name) = path.file_name() else {
        return Err(unwritable("it names no file; write a name such as `out.mp4`".to_owned()));
    };
    if path.is_dir() {
        return Err(unwritable("it is a folder; write a file name such as `out.mp4`".to_owned()));
    }
    for number in 0..MAX_TEMPORARIES {
        let mut name = std::ffi::OsString::from(".");
        name.push(file_name);
        name.push(format!(".{}-{number}.part", std::process::id()));
        let temporary = path.with_file_name(name);
        match File::create_new(&temporary) {
            Ok(_) => return Ok(temporary),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(unwritable(refusal(&error))),
        }
    }
    Err(unwritable("too many temporary files of its name lie in its folder; remove them".to_owned()))
}

fn refusal(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "its folder does not exist; create it first".to_owned(),
        ErrorKind::PermissionDenied => "this user may not write into its folder; choose another".to_owned(),
        _ => error.to_string(),
    }
}

fn remove(temporary: &Path) {
    if let Err(error) = fs::remove_file(temporary) {
        tracing::debug!(%error, "the temporary file could not be removed");
    }
}

/// An encoder of this name, if libav has one; and if it does not take the settings, why.
fn open_encoder(
    name: &str,
    ticks: i32,
    width: u32,
    height: u32,
    space: Space,
    options: &WriteOptions,
) -> Option<Result<encoder::Video, ffmpeg::Error>> {
    let codec = encoder::find_by_name(name)?;
    let mut context = match Context::new_with_codec(codec).encoder().video() {
        Ok(context) => context,
        Err(error) => return Some(Err(error)),
    };
    context.set_width(width);
    context.set_height(height);
    context.set_format(Pixel::YUV420P);
    context.set_time_base(Rational::new(1, ticks));
    context.set_frame_rate(Some(Rational::new((options.fps * 1000.0).round() as i32, 1000)));
    context.set_colorspace(match space {
        Space::Bt709 => color::Space::BT709,
        _ => color::Space::SMPTE170M,
    });
    context.set_color_range(color::Range::MPEG);
    // Decoding in order of time, so that the packet written last is the picture shown last, and its length
    // counts.
    context.set_max_b_frames(0);
    // MP4 keeps the codec's headers in one place.
    context.set_flags(CodecFlags::GLOBAL_HEADER);
    // A key frame every two seconds, to seek by.
    context.set_gop((options.fps * 2.0).ceil() as u32);
    let mut settings = Dictionary::new();
    if let Some(threads) = options.threads {
        settings.set("threads", &threads.to_string());
    }
    if name == "libx264" {
        settings.set("preset", "veryfast");
        settings.set("crf", &options.crf.min(51).to_string());
    } else {
        settings.set("b", &(u64::from(width) * u64::from(height) * 4).to_string());
    }
    Some(context.open_with(settings))
}

/// Repeats the last column and row where a side is odd.
fn pad(rgb: &[u8], width: usize, height: usize, padded: &mut Vec<u8>) {
    padded.clear();
    for line in rgb.chunks_exact(width * 3) {
        padded.extend_from_slice(line);
        if width % 2 == 1 {
            padded.extend_from_slice(&line[line.len() - 3..]);
        }
    }
    if height % 2 == 1 {
        let line = padded.len() - width.next_multiple_of(2) * 3;
        padded.extend_from_within(line..);
    }
}
