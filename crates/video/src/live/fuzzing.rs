//! The way from bytes to what a consumer gets, without a network and without waiting, for the fuzzer.

use std::ffi::CString;
use std::sync::Arc;
use std::time::Duration;

use ffmpeg_next::frame;
use observation::StreamTime;
use time::OffsetDateTime;

use super::clock::SystemClock;
use super::connection;
use super::control::Control;
use super::discipline::{Discipline, Ticks};
use super::freeze::{FreezeDetector, Sighting, digest};
use super::item::{LiveFrame, LiveItem};
use super::queue::Queue;
use crate::Frame;
use crate::decoder::{Decoded, Decoder};
use crate::orientation::Orientation;

/// Pictures after which enough has been seen of an input.
const MAX_FRAMES: usize = 200;
/// A reader gives up after so long without a picture.
const LIMIT: Duration = Duration::from_secs(4);
/// From picture to picture, microseconds.
const STEP: i64 = 40_000;

/// Reads the file at `path` as a stream by HTTP would be read, and gives how many pictures came.
///
/// # Panics
/// When time does not grow from picture to picture, or more waits for the consumer than may.
pub fn read_stream(path: &std::path::Path) -> usize {
    crate::libav::initialise();
    let control = Arc::new(Control::new(Arc::new(SystemClock::new())));
    control.allow(LIMIT);
    let Some(url) = path.to_str().and_then(|path| CString::new(format!("file:{path}")).ok()) else {
        return 0;
    };
    let Ok(mut input) = connection::open_file(url, &control) else {
        return 0;
    };
    if crate::libav::find_streams(&mut input).is_err() {
        return 0;
    }
    let Ok(mut decoder) = Decoder::live(input, "fuzz", None, control) else {
        return 0;
    };
    let base = decoder.stream().time_base();
    let (mut discipline, mut freeze, mut queue) =
        (Discipline::default(), FreezeDetector::new(8_000_000), Queue::new(4));
    discipline.connected(Some(Ticks::new((base.numerator(), base.denominator()), STEP)), 0);
    let (mut frames, mut now, mut last) = (0, 0, None);
    while let Decoded::Frame { video, stamp, .. } = decoder.next() {
        now += STEP;
        freeze.look(Sighting { now, is_key: video.is_key(), stamp }, || digest(&video));
        if let Some(time) = discipline.place(stamp, now) {
            discipline.arrived(now);
            assert!(last.is_none_or(|last| last < time), "time went from {last:?} to {time:?}");
            last = Some(time);
            queue.push(picture(time, video));
        }
        frames += 1;
        if frames == MAX_FRAMES {
            break;
        }
    }
    let waiting = std::iter::from_fn(|| queue.pop()).count();
    assert!(waiting <= 5, "{waiting} items wait");
    frames
}

fn picture(time: StreamTime, video: frame::Video) -> LiveItem {
    let frame = Frame::new(time, video, Orientation::default());
    LiveItem::Frame(LiveFrame { frame, calendar: OffsetDateTime::UNIX_EPOCH })
}
