//! Frames, detectors and rules for tests.

use std::path::Path;
use std::sync::{Arc, Mutex};

use counting::Rules;
use event::Event;
use observation::{BBox, Class, Detection, Point, StreamTime};
use pipeline::{BoxError, DetectBatch, Engine, RulesInbox, WatchSettings, Watched, watch};
use tempfile::TempDir;
use time::{Duration, OffsetDateTime};
use tracking::TrackerSettings;
use video::{
    Frame, Info, Item, LiveFrame, LiveItem, LiveTime, Mp4Writer, Outage, ReadOptions, Reader, Source,
    WriteOptions,
};

pub(crate) fn secs(seconds: f64) -> StreamTime {
    StreamTime::from_secs(seconds)
}

/// The calendar time of stream time zero.
pub(crate) const START: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

pub(crate) fn at(seconds: f64) -> LiveTime {
    let stream = secs(seconds);
    LiveTime { stream, calendar: START + Duration::microseconds(stream.as_micros()) }
}

/// A video of `count` pictures, ten a second.
pub(crate) fn write(path: &Path, (width, height): (u32, u32), count: u32, picture: impl Fn(u32) -> Vec<u8>) {
    let options = WriteOptions { fps: 10.0, ..WriteOptions::default() };
    let mut writer = Mp4Writer::create(path, width, height, &options).unwrap();
    for index in 0..count {
        writer.write(secs(f64::from(index) / 10.0), &picture(index)).unwrap();
    }
    writer.finish().unwrap();
}

pub(crate) fn frames(path: &Path) -> impl Iterator<Item = Frame> + use<> {
    let source = Source::resolve(path).unwrap();
    let reader = Reader::open(&source, &ReadOptions::default()).unwrap();
    reader.filter_map(|item| match item {
        Item::Frame(frame) => Some(frame),
        Item::Gap(_) => None,
    })
}

/// A short grey video that gives frames without end.
pub(crate) struct Film {
    folder: TempDir,
    frames: Box<dyn Iterator<Item = Frame>>,
}

impl Film {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        write(&folder.path().join("grey.mp4"), (64, 36), 300, |_| vec![90; 64 * 36 * 3]);
        let frames = Box::new(frames(&folder.path().join("grey.mp4")));
        Self { folder, frames }
    }

    /// A frame that was taken then.
    pub(crate) fn frame(&mut self, seconds: f64) -> Frame {
        let mut frame = self.frames.next().unwrap_or_else(|| {
            self.frames = Box::new(frames(&self.folder.path().join("grey.mp4")));
            self.frames.next().unwrap()
        });
        frame.time = secs(seconds);
        frame
    }

    pub(crate) fn item(&mut self, seconds: f64) -> LiveItem {
        live(self.frame(seconds))
    }
}

pub(crate) fn live(frame: Frame) -> LiveItem {
    let calendar = START + Duration::microseconds(frame.time.as_micros());
    LiveItem::Frame(LiveFrame { frame, calendar })
}

pub(crate) fn info(display_aspect: f64) -> Info {
    Info {
        width: 64,
        height: 36,
        display_aspect,
        nominal_fps: None,
        duration: None,
        frames: None,
        codec: "h264".to_owned(),
        container: "rtsp".to_owned(),
        creation_time: None,
    }
}

pub(crate) fn connected(seconds: f64) -> LiveItem {
    LiveItem::Connected { at: at(seconds), info: info(16.0 / 9.0) }
}

pub(crate) fn offline(since: f64, noticed: f64) -> LiveItem {
    LiveItem::Offline { since: at(since), noticed: at(noticed), reason: Outage::Closed }
}

/// Finds what a function of the frame's time says.
pub(crate) struct Scripted<F>(pub(crate) F);

impl<F: FnMut(StreamTime) -> Result<Vec<Detection>, BoxError> + Send + 'static> DetectBatch for Scripted<F> {
    fn capacity(&self) -> usize {
        1
    }

    fn detect_batch(&mut self, frames: &[&Frame]) -> Result<Vec<Vec<Detection>>, BoxError> {
        frames.iter().map(|frame| (self.0)(frame.time)).collect()
    }
}

pub(crate) fn engine(
    script: impl FnMut(StreamTime) -> Result<Vec<Detection>, BoxError> + Send + 'static,
) -> Engine {
    Engine::start(vec![Scripted(script)]).unwrap()
}

/// A person with the foot there, a tenth of the picture high.
pub(crate) fn person(x: f64, foot: f64) -> Detection {
    let bbox = BBox::around(Point::new(x, foot - 0.05), 0.025, 0.1);
    Detection { bbox, class: Class(0), confidence: 0.9 }
}

pub(crate) fn settings() -> WatchSettings {
    WatchSettings {
        camera: "door".to_owned(),
        epoch: "test".to_owned(),
        model: None,
        classes: vec!["person".to_owned()],
        counted: vec![Class(0)],
        tracker: TrackerSettings::default(),
        analyse_fps: None,
        motion_gate: false,
        fixtures: None,
        watched_until: None,
        away: event::GapReason::Restart,
    }
}

/// A line across the middle, and a zone of everything below it.
pub(crate) fn rules() -> Rules {
    Rules::from_toml(
        "[[line]]\nname = \"door\"\npoints = [[0.02, 0.5], [0.98, 0.5]]\n\
         [[zone]]\nname = \"hall\"\npoints = [[0.01, 0.55], [0.99, 0.55], [0.99, 0.99], [0.01, 0.99]]\n",
    )
    .unwrap()
}

/// The events of a watch.
pub(crate) fn watched(
    items: impl IntoIterator<Item = LiveItem>,
    engine: &Engine,
    settings: WatchSettings,
) -> Vec<Event> {
    let mut events = Vec::new();
    let result = watch(items, engine, settings, rules(), &RulesInbox::default(), &mut |told| {
        if let Watched::Events(told) = told {
            events.extend_from_slice(told);
        }
        Ok(())
    });
    result.unwrap();
    events
}

/// A list that several threads write to.
pub(crate) type Log<T> = Arc<Mutex<Vec<T>>>;
