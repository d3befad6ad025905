//! What the motion gate costs for each frame, with a detector that costs nothing: 1080p and 720p, still.
//!
//! `cargo run --release -p pipeline --example still_cost`

#![allow(clippy::print_stdout, reason = "it prints its figures")]

use std::time::Instant;

use counting::Rules;
use observation::{Class, Detection, StreamTime};
use pipeline::{BoxError, DetectBatch, Engine, RulesInbox, WatchSettings, Watched, watch};
use time::OffsetDateTime;
use tracking::TrackerSettings;
use video::{Frame, Item, LiveFrame, LiveItem, Mp4Writer, ReadOptions, Reader, Source, WriteOptions};

const FRAMES: u32 = 200;

struct Nothing;

impl DetectBatch for Nothing {
    fn capacity(&self) -> usize {
        1
    }

    fn detect_batch(&mut self, frames: &[&Frame]) -> Result<Vec<Vec<Detection>>, BoxError> {
        Ok(vec![Vec::new(); frames.len()])
    }
}

#[expect(clippy::disallowed_methods, reason = "it measures")]
fn main() -> Result<(), BoxError> {
    let folder = tempfile::tempdir()?;
    let engine = Engine::start(vec![Nothing])?;
    for (width, height) in [(1280, 720), (1920, 1080)] {
        let path = folder.path().join(format!("{height}.mp4"));
        let mut writer = Mp4Writer::create(&path, width, height, &WriteOptions::default())?;
        let grey = vec![90; width as usize * height as usize * 3];
        for index in 0..FRAMES {
            writer.write(StreamTime::from_secs(f64::from(index) / 10.0), &grey)?;
        }
        writer.finish()?;
        let mut micros = [0.0; 2];
        for (motion_gate, micros) in [false, true].into_iter().zip(&mut micros) {
            let settings = WatchSettings {
                camera: "still".to_owned(),
                epoch: String::new(),
                model: None,
                classes: vec!["person".to_owned()],
                counted: vec![Class(0)],
                tracker: TrackerSettings::default(),
                analyse_fps: None,
                motion_gate,
                fixtures: None,
                watched_until: None,
                away: event::GapReason::Restart,
            };
            let reader = Reader::open(&Source::resolve(&path)?, &ReadOptions::default())?;
            let frames = reader.filter_map(|item| match item {
                Item::Frame(frame) => Some(frame),
                Item::Gap(_) => None,
            });
            let calendar = OffsetDateTime::UNIX_EPOCH;
            // In parts, so that not all frames are in memory at once; decoding is not measured.
            let mut frames = frames.map(|frame| LiveItem::Frame(LiveFrame { frame, calendar }));
            let (mut spent, mut skipped) = (0.0, 0);
            loop {
                let part: Vec<LiveItem> = frames.by_ref().take(50).collect();
                if part.is_empty() {
                    break;
                }
                let began = Instant::now();
                let inbox = RulesInbox::default();
                watch(part, &engine, settings.clone(), Rules::default(), &inbox, &mut |told| {
                    if let Watched::Frame { still, .. } = told {
                        skipped = still;
                    }
                    Ok(())
                })?;
                spent += began.elapsed().as_secs_f64();
            }
            assert_eq!(skipped > 30, motion_gate, "most of each part is skipped, by the gate alone");
            *micros = 1e6 * spent / f64::from(FRAMES);
        }
        println!(
            "{width}x{height}: {:.0} µs a frame without the gate, {:.0} µs with it",
            micros[0], micros[1]
        );
    }
    Ok(())
}
