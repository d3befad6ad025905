//! A video file or standard input, as frames with stream time and gaps.

use std::collections::VecDeque;
use std::ffi::CString;
use std::num::NonZeroUsize;

use ffmpeg_next::{Rational, Stream};
use observation::{StreamDuration, StreamTime};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::clock::{Moment, StreamClock};
use crate::decoder::{Decoded, Decoder, End};
use crate::frame::Frame;
use crate::gap::{Gap, GapReason};
use crate::info::Info;
use crate::libav;
use crate::orientation::Orientation;
use crate::reader::{Origin, Step};
use crate::{Error, Source};

/// A file whose end is missing lacks at least this much; less is how containers round.
const SHORTEST_TRUNCATION: StreamDuration = StreamDuration::from_micros(500_000);
/// How far before the start to look for a key frame when libav's index misled it.
const SEEK_MARGINS: [i64; 3] = [0, 10_000_000, 60_000_000];

/// The frames of one video stream.
pub(crate) struct StreamOrigin {
    url: CString,
    name: String,
    threads: Option<NonZeroUsize>,
    /// Can be read only once, from its beginning.
    is_pipe: bool,
    decoder: Decoder,
    clock: StreamClock,
    orientation: Orientation,
    /// The end by the container.
    promised_end: Option<StreamTime>,
    last_length: StreamDuration,
    /// Frames dropped for their stamps.
    unordered: u64,
    queue: VecDeque<Step>,
}

impl StreamOrigin {
    /// Opens `source` and decodes its first frame, which proves that there is one.
    pub(crate) fn open(source: &Source, threads: Option<NonZeroUsize>) -> Result<(Self, Info), Error> {
        let name = source.to_string();
        let url = source.url().ok_or_else(|| Error::Missing { name: name.clone() })?;
        let (mut origin, info) = Self::open_url(url, name, threads)?;
        origin.is_pipe = !matches!(source, Source::File(path) if path.is_file());
        Ok((origin, info))
    }

    /// Opens a file by libav's name of it.
    pub(crate) fn open_url(
        url: CString,
        name: String,
        threads: Option<NonZeroUsize>,
    ) -> Result<(Self, Info), Error> {
        let decoder = Decoder::open(&url, &name, threads)?;
        let stream = decoder.stream();
        let fps = frame_rate(&stream);
        let interval = StreamDuration::from_secs(1.0 / fps.unwrap_or(25.0));
        let time_base = (stream.time_base().numerator(), stream.time_base().denominator());
        let mut origin = Self {
            clock: StreamClock::new(time_base, interval),
            orientation: libav::stream_orientation(&stream),
            url,
            name,
            threads,
            is_pipe: false,
            decoder,
            promised_end: None,
            last_length: interval,
            unordered: 0,
            queue: VecDeque::new(),
        };
        let first = match origin.decode() {
            Step::Frame(frame) => frame,
            _ => {
                let reason = "not one picture in it can be decoded".to_owned();
                return Err(Error::NotVideo { name: origin.name, reason });
            }
        };
        let info = origin.describe(&first, fps);
        origin.promised_end = info.duration.map(|length| StreamTime::ZERO + length);
        origin.queue.push_back(Step::Frame(first));
        Ok((origin, info))
    }

    fn describe(&self, first: &Frame, fps: Option<f64>) -> Info {
        let input = self.decoder.input();
        let stream = self.decoder.stream();
        let parameters = libav::stream_parameters(&stream);
        let (width, height) = (first.width(), first.height());
        let (across, down) = self.orientation.turned(parameters.sample_aspect, 1.0);
        let creation_time = libav::container_metadata(input, c"creation_time")
            .or_else(|| libav::stream_metadata(&stream, c"creation_time"));
        Info {
            width,
            height,
            display_aspect: f64::from(width) * across / (f64::from(height) * down),
            nominal_fps: fps,
            duration: self.duration(),
            frames: u64::try_from(stream.frames()).ok().filter(|frames| *frames > 0),
            codec: parameters.codec,
            container: input.format().name().to_owned(),
            creation_time: creation_time.and_then(|text| OffsetDateTime::parse(&text, &Rfc3339).ok()),
        }
    }

    /// The video's length by its own stream, by Matroska's tag, or by the container when nothing else is in
    /// it.
    fn duration(&self) -> Option<StreamDuration> {
        let input = self.decoder.input();
        if libav::duration_is_guessed(input) {
            return None;
        }
        let stream = self.decoder.stream();
        let positive = |length: StreamDuration| (length > StreamDuration::ZERO).then_some(length);
        if stream.duration() > 0 {
            return positive(self.clock.length(stream.duration()));
        }
        if let Some(tag) = libav::stream_metadata(&stream, c"DURATION") {
            return observation::parse_duration(&tag).ok().and_then(positive);
        }
        if input.nb_streams() == 1 {
            return positive(StreamDuration::from_micros(input.duration()));
        }
        None
    }

    /// The next frame in order of time; the gap before it, if there is one, goes first.
    fn decode(&mut self) -> Step {
        loop {
            let (video, stamp, damage) = match self.decoder.next() {
                Decoded::Frame { video, stamp, damage } => (video, stamp, damage),
                Decoded::End(end) => return self.end(end),
            };
            let before = self.clock.last();
            let (time, leap) = match self.clock.advance(stamp) {
                Moment::At(time, leap) => (time, leap),
                Moment::Drop => {
                    self.unordered += 1;
                    continue;
                }
            };
            let length = video.packet().duration;
            self.last_length = match length {
                1.. => self.clock.length(length),
                _ => self.clock.interval(),
            };
            let orientation = libav::frame_orientation(&video).unwrap_or(self.orientation);
            let frame = Step::Frame(Frame::new(time, video, orientation));
            let reason = damage.map(GapReason::Damaged).or(leap);
            let (Some(reason), Some(from)) = (reason, before) else {
                return frame;
            };
            self.queue.push_back(frame);
            return Step::Gap(Gap { from, until: time, reason });
        }
    }

    /// The end, behind the gap at the end if the file stops early.
    fn end(&mut self, end: End) -> Step {
        let Some(last) = self.clock.last() else {
            return Step::End;
        };
        let lost = end.damage.as_ref().and_then(|(_, stamp)| self.clock.peek((*stamp)?));
        let promised =
            self.promised_end.filter(|promised| *promised - (last + self.last_length) > SHORTEST_TRUNCATION);
        let until = promised.or(lost).unwrap_or(last).max(last);
        let reason = match (end.unreadable, promised, end.damage) {
            (Some(error), _, _) => GapReason::Unreadable(error.to_string()),
            (None, Some(_), _) => GapReason::Truncated,
            (None, None, Some((detail, _))) => GapReason::Damaged(detail),
            (None, None, None) => return Step::End,
        };
        self.queue.push_back(Step::End);
        Step::Gap(Gap { from: last, until, reason })
    }

    fn reopen(&mut self) -> Result<(), Error> {
        let promised_end = self.promised_end;
        (*self, _) = Self::open_url(self.url.clone(), std::mem::take(&mut self.name), self.threads)?;
        self.promised_end = promised_end;
        Ok(())
    }

    /// Tries to go to the key frame before `start`; false if the file must be read from its beginning.
    fn jump(&mut self, start: StreamTime) -> bool {
        for margin in SEEK_MARGINS {
            let target = start - StreamDuration::from_micros(margin);
            if target <= StreamTime::ZERO {
                return false;
            }
            let Some(ticks) = self.clock.ticks_at(target) else {
                return false;
            };
            if self.decoder.seek(ticks).is_err() {
                return false;
            }
            self.queue.clear();
            self.clock.seeked();
            match self.decode() {
                Step::Frame(frame) if frame.time <= start && frame.is_stamped() => {
                    self.queue.push_back(Step::Frame(frame));
                    return true;
                }
                _ => continue,
            }
        }
        false
    }
}

impl Origin for StreamOrigin {
    fn next(&mut self) -> Step {
        match self.queue.pop_front() {
            Some(step) => step,
            None => self.decode(),
        }
    }

    fn seek(&mut self, start: StreamTime) -> Result<(), Error> {
        if self.is_pipe || self.jump(start) {
            return Ok(());
        }
        self.reopen()
    }

    fn lost_frames(&self) -> (u64, u64) {
        (self.decoder.damaged(), self.unordered)
    }
}

/// Frames a second by the container, if it says something sensible.
pub(crate) fn frame_rate(stream: &Stream) -> Option<f64> {
    positive(stream.avg_frame_rate()).or_else(|| positive(stream.rate()))
}

fn positive(rate: Rational) -> Option<f64> {
    let rate = f64::from(rate.numerator()) / f64::from(rate.denominator());
    (1e-4..=1e4).contains(&rate).then_some(rate)
}
