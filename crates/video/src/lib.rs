//! An address in, frames with stream time out; and pictures with stream time into an MP4.
//!
//! ```no_run
//! use video::{Item, Letterbox, Placement, ReadOptions, Reader, Scaler, Source};
//!
//! # fn main() -> Result<(), video::Error> {
//! let source = Source::resolve("entrance.mp4")?;
//! let reader = Reader::open(&source, &ReadOptions { analyse_fps: Some(5.0), ..ReadOptions::default() })?;
//! println!("{} x {}", reader.info().width, reader.info().height);
//!
//! let mut scaler = Scaler::new();
//! let mut input = vec![0.0; 3 * 416 * 416];
//! for item in reader {
//!     match item {
//!         Item::Frame(frame) => {
//!             let letterbox = Letterbox::fit(frame.region(), 416, 416, Placement::TopLeft, 0.0);
//!             frame.letterbox_planar(&mut scaler, &letterbox, &mut input)?;
//!             // `input` is what a model takes, seen at `frame.time`.
//!         }
//!         Item::Gap(gap) => eprintln!("nothing seen from {} until {}: {}", gap.from, gap.until, gap.reason),
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Sources
//!
//! [`Source::resolve`] takes a video file of any container and codec that libav reads, a folder of pictures,
//! or `-` for standard input, and says at once what is wrong with anything else. [`Reader::open`] decodes the
//! first frame, so that what opens has a picture. From then on there are no errors: a file that breaks off
//! keeps the frames before. Cameras are another matter, see [below](#live-sources).
//!
//! # Time
//!
//! A frame's time is its presentation stamp less the first frame's; frames are never counted to tell the
//! time, so a variable frame rate, or a camera that missed some, is right. Only what has no stamps is
//! counted: pictures in a folder, and the rare container without any. AVI is such a container; its packets
//! are numbered, and libav makes the numbers into stamps.
//!
//! Stream time is strictly increasing, whatever the file says. A frame whose stamp is not later than the one
//! before is dropped and counted in [`ReadStats::unordered`]. A stamp that leaps back by a second or more, or
//! forward by more than a day, is another recording joined on: time goes on one frame later, and
//! [`GapReason::Discontinuity`] tells of it. A leap forward by more than ten frames and half a second is
//! believed, and told as [`GapReason::Jump`].
//!
//! [`ReadOptions::start`] and [`end`](ReadOptions::end) choose a stretch, whose frames have the same times
//! and the same pixels as when the whole is read. [`ReadOptions::analyse_fps`] chooses frames by their times:
//! the first at or after each multiple of its interval. The others are decoded, because later ones refer to
//! them, but never converted.
//!
//! # Gaps
//!
//! *Nothing there* and *nothing seen* are different answers. Damaged packets and pictures are skipped,
//! decoding goes on, and every stretch that lacks frames is an [`Item::Gap`] with its reason, in its place
//! between the frames; so is the missing end of a file that was cut off, if the container says how long it
//! should have been. The damage that a decoder does not notice is not told: a picture may be smeared until
//! the next key frame.
//!
//! The same file gives the same frames and the same gaps on every run, damaged or not, however many cores
//! there are. That is why pictures are decoded one after the other, with threads only inside a picture.
//!
//! # Live sources
//!
//! ```no_run
//! use std::sync::Arc;
//! use video::{LiveItem, LiveOptions, LiveReader, LiveSource, SystemClock};
//!
//! # fn main() -> Result<(), video::Error> {
//! let source = LiveSource::parse("rtsp://10.0.0.9/stream1")?.with_credentials("viewer", "p@ss:word")?;
//! let options = LiveOptions { analyse_fps: Some(10.0), seed: 17, ..LiveOptions::default() };
//! let reader = LiveReader::open(&source, &options, Arc::new(SystemClock::new()))?;
//! for item in reader {
//!     match item {
//!         LiveItem::Frame(live) => println!("seen at {}, {}", live.frame.time, live.calendar),
//!         LiveItem::Offline { since, reason, .. } => println!("nothing since {}: {reason}", since.calendar),
//!         LiveItem::Back { until, .. } => println!("watched again from {}", until.calendar),
//!         other => println!("{other:?}"),
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A [`LiveReader`] watches one [`LiveSource`] until it is stopped: a network camera, a camera on USB, or a
//! file in real time. What goes wrong is no error but a [`LiveItem`] with its time and its reason, and the
//! reader tries again with growing pauses. Every wait has a limit, so that a dead camera is told within five
//! seconds, and a [`StopHandle`] ends each at once.
//!
//! Reading and decoding happen on a thread of the reader's own. When the consumer is slow the newest pictures
//! wait, a few of them, and older ones give way and are told as [`LiveItem::Shed`]; the camera's connection
//! never waits.
//!
//! Stream time is the local monotonic clock since the reader was opened, and grows over all reconnections.
//! Within a connection, distances are those of the camera's stamps, held to the local clock by gentle
//! steering. Both clocks are passed in, as a [`Clock`]. A picture that has frozen is found by its repetition,
//! see [`Freeze`].
//!
//! # Frames
//!
//! A [`Frame`] is the decoder's own memory: moving it to another thread costs nothing, and converting happens
//! once, to what is wanted. [`Frame::letterbox_planar`] goes from the decoder's samples straight to a model's
//! input, without a picture in between, for all of the frame or a [`Region`] of it. [`Frame::to_rgb`] makes a
//! picture for people. Both turn the picture upright as the file or the photograph says, and use the colour
//! matrix and range that it names; where it names none, BT.709 from 1280 columns or 577 rows on and BT.601
//! below. Interlaced video is not deinterlaced, and high dynamic range not tone-mapped. Pixels that are not
//! square are left so; see [`Info::display_aspect`].
//!
//! # Writing
//!
//! [`Mp4Writer`] encodes with x264 where libav has it. Times are kept to the microsecond, and the final name
//! appears only with a whole file behind it.
//!
//! # Hostile files
//!
//! Of a file libav opens nothing but the file itself: no network, no playlists, no other files. Of a live
//! source it opens what the protocol needs, and never a file, whatever a playlist names. Sizes are limited to
//! [`MAX_SIDE`] and [`MAX_PIXELS`] before memory is asked for, and every loop ends. libav's log goes to
//! `tracing`, target `libav`, at level debug, without addresses. What a camera can make libav hold is bounded
//! by what it sends within the time limits, and a single buffer by 600 MB; an RTSP answer may announce and
//! send that much. libav itself is C; whoever reads files of strangers should keep it up to date.
//!
//! # Licences
//!
//! This crate binds to libav through `ffmpeg-next` (WTFPL) and links to it dynamically. libav is LGPL 2.1 or
//! later; builds with x264, such as Debian's, are GPL 2 or later, and so is a program as a whole that is
//! passed on together with one.

mod clock;
mod conversion;
mod decoder;
mod digest;
mod error;
mod folder;
mod frame;
mod gap;
mod info;
mod layout;
mod letterbox;
mod libav;
mod live;
mod log;
mod losses;
mod orientation;
mod reader;
mod sampling;
mod scaler;
mod selection;
mod source;
mod stream;
mod writer;

pub use address::LiveSource;
pub use conversion::RgbImage;
pub use digest::ContentDigest;
pub use error::{Error, MAX_PIXELS, MAX_SIDE};
pub use frame::Frame;
pub use gap::{Gap, GapReason};
pub use info::Info;
pub use letterbox::{Letterbox, Placement, Region};
#[cfg(fuzzing)]
pub use live::fuzzing;
pub use live::{
    Clock, Freeze, LiveFrame, LiveItem, LiveOptions, LiveReader, LiveStats, LiveTime, Outage, Reach,
    StopHandle, SystemClock, Transport,
};
pub use reader::{Item, ReadOptions, ReadStats, Reader};
pub use scaler::Scaler;
pub use source::Source;
pub use writer::{Mp4Writer, WriteOptions};
