use std::num::NonZeroUsize;

use observation::StreamTime;

use crate::folder::FolderOrigin;
use crate::frame::Frame;
use crate::gap::Gap;
use crate::info::Info;
use crate::selection::Selection;
use crate::stream::StreamOrigin;
use crate::{Error, Source};

/// How to read a source.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// The first moment of interest; reading starts at the key frame before it.
    pub start: Option<StreamTime>,
    /// The first moment no longer of interest.
    pub end: Option<StreamTime>,
    /// Give this many frames a second instead of all. The others are decoded but not given.
    pub analyse_fps: Option<f64>,
    /// Pictures a second in a folder of pictures, which have no stamps of their own. 10 by default.
    pub folder_fps: f64,
    /// Threads that share the slices of a picture; 4 by default, on every machine. Whole pictures come out
    /// the same with any number; which damaged ones can be saved may differ.
    pub threads: Option<NonZeroUsize>,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { start: None, end: None, analyse_fps: None, folder_fps: 10.0, threads: None }
    }
}

/// What a reader gives, in order of stream time.
#[derive(Debug)]
pub enum Item {
    /// A picture.
    Frame(Frame),
    /// A stretch without pictures that should have had some.
    Gap(Gap),
}

/// What a reader has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadStats {
    /// Frames decoded between `start` and `end`.
    pub decoded: u64,
    /// Frames given to the caller; the rest was left out for `analyse_fps`.
    pub given: u64,
    /// Pictures not passed on because a part of them was missing.
    pub damaged: u64,
    /// Frames not passed on because their stamps were not later than the ones before.
    pub unordered: u64,
}

/// Where steps come from: each kind of source is one.
pub(crate) trait Origin: Send {
    /// The next frame or gap. After [`Step::End`] it is not called again.
    fn next(&mut self) -> Step;
    /// Goes to a moment at or before `start`, from which the caller reads on.
    fn seek(&mut self, start: StreamTime) -> Result<(), Error>;
    /// Frames lost so far: damaged, and out of order.
    fn lost_frames(&self) -> (u64, u64);
}

/// One step of an [`Origin`].
pub(crate) enum Step {
    Frame(Frame),
    Gap(Gap),
    End,
}

/// An open source: an iterator over frames and gaps.
///
/// Reading blocks, in whatever thread it is called from. Once open there are no errors any more: what cannot
/// be read is a [`Gap`], and a file that breaks off simply ends behind one.
pub struct Reader {
    origin: Box<dyn Origin>,
    info: Info,
    start: StreamTime,
    end: Option<StreamTime>,
    selection: Selection,
    stats: ReadStats,
    finished: bool,
}

impl Reader {
    /// Opens `source` and reads its first frame.
    ///
    /// # Errors
    /// When there is no picture that can be decoded, with the reason; or when the options make no sense.
    pub fn open(source: &Source, options: &ReadOptions) -> Result<Self, Error> {
        let selection = Selection::new(options.analyse_fps)?;
        let start = options.start.unwrap_or_default();
        if let Some(end) = options.end.filter(|end| *end <= start) {
            return Err(Error::BadOption {
                option: "the end",
                value: end.to_string(),
                instead: "it must be later than the start",
            });
        }
        let (mut origin, info): (Box<dyn Origin>, Info) = match source {
            Source::Folder(path) => {
                let (origin, info) = FolderOrigin::open(path, options.folder_fps)?;
                (Box::new(origin), info)
            }
            Source::File(_) | Source::StandardInput => {
                let (origin, info) = StreamOrigin::open(source, options.threads)?;
                (Box::new(origin), info)
            }
        };
        if start > StreamTime::ZERO {
            let end = info.duration.map(|length| StreamTime::ZERO + length);
            if let Some(end) = end.filter(|end| *end <= start) {
                return Err(Error::StartBehindEnd { name: source.to_string(), start, end });
            }
            origin.seek(start)?;
        }
        let (end, stats) = (options.end, ReadStats::default());
        Ok(Self { origin, info, start, end, selection, stats, finished: false })
    }

    /// What is known of the source.
    pub fn info(&self) -> &Info {
        &self.info
    }

    /// What has been done so far.
    pub fn stats(&self) -> ReadStats {
        let (damaged, unordered) = self.origin.lost_frames();
        ReadStats { damaged, unordered, ..self.stats }
    }

    fn is_over(&self, time: StreamTime) -> bool {
        self.end.is_some_and(|end| time >= end)
    }
}

impl Iterator for Reader {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        while !self.finished {
            match self.origin.next() {
                Step::End => break,
                Step::Gap(gap) if gap.until <= self.start && self.start > StreamTime::ZERO => {}
                Step::Gap(gap) if self.is_over(gap.from) => break,
                Step::Gap(gap) => {
                    let until = self.end.map_or(gap.until, |end| end.min(gap.until));
                    return Some(Item::Gap(Gap { from: gap.from.max(self.start), until, ..gap }));
                }
                Step::Frame(frame) if self.is_over(frame.time) => break,
                Step::Frame(frame) if frame.time < self.start => {}
                Step::Frame(mut frame) => {
                    frame.index = self.stats.decoded;
                    self.stats.decoded += 1;
                    if self.selection.takes(frame.time) {
                        self.stats.given += 1;
                        return Some(Item::Frame(frame));
                    }
                }
            }
        }
        self.finished = true;
        None
    }
}
