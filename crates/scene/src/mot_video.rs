//! MOT rows as what they stand for: detections, tracks and true crossings of a video.

use std::collections::BTreeMap;

use observation::{Anchor, BBox, COUNTED_CLASSES, Class, Detection, StreamTime, TrackId, TrackedDetection};

use crate::config::Line;
use crate::mot::{MotError, MotRow};
use crate::path::{Footing, Path};
use crate::traversal::traversals;
use crate::truth::TruthCrossing;

/// What a MOT file does not say itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MotVideo {
    /// Frames a second.
    pub fps: f64,
    /// Width of the picture in pixels.
    pub width: u32,
    /// Height of the picture in pixels.
    pub height: u32,
}

impl MotVideo {
    /// When a frame, counted from 1, was seen.
    pub fn time(&self, frame: u32) -> StreamTime {
        StreamTime::from_secs((f64::from(frame) - 1.0) / self.fps)
    }

    /// The rows as detections, frame by frame from the first of the video to the last that is named, those
    /// without boxes included. Boxes of classes that are not counted are left out.
    ///
    /// # Errors
    /// When the frame rate or the size cannot be.
    pub fn detections(&self, rows: &[MotRow]) -> Result<Vec<(StreamTime, Vec<Detection>)>, MotError> {
        self.check()?;
        let mut frames = self.empty_frames(rows);
        for row in rows {
            if let Some(detection) = self.detection(row) {
                frames[row.frame as usize - 1].1.push(detection);
            }
        }
        Ok(frames)
    }

    /// The rows as tracks, frame by frame from the first of the video to the last that is named, those without
    /// boxes included. Boxes of classes that are not counted are left out.
    ///
    /// # Errors
    /// When the frame rate or the size cannot be, a row has no track, or a track has two boxes in a frame.
    pub fn tracks(&self, rows: &[MotRow]) -> Result<Vec<(StreamTime, Vec<TrackedDetection>)>, MotError> {
        self.check()?;
        let mut frames = self.empty_frames(rows);
        for ((frame, id), row) in unique(rows)? {
            if let Some(detection) = self.detection(row) {
                let time = self.time(frame);
                frames[frame as usize - 1].1.push(TrackedDetection { track: TrackId(id), time, detection });
            }
        }
        Ok(frames)
    }

    /// The crossings of labelled tracks, in order of time. Rows with confidence 0 are not labels (MOT marks so
    /// what is to be ignored). Between two labels an object is taken to go straight.
    ///
    /// # Errors
    /// When the frame rate or the size cannot be, a row has no track, or a track has two boxes in a frame.
    pub fn truth(&self, rows: &[MotRow], lines: &[Line]) -> Result<Vec<TruthCrossing>, MotError> {
        self.check()?;
        let mut tracks: BTreeMap<u64, (Vec<Footing>, BTreeMap<Class, usize>)> = BTreeMap::new();
        for ((frame, id), row) in unique(rows)? {
            let Some(detection) = self.detection(row).filter(|detection| detection.confidence > 0.0) else {
                continue;
            };
            let (knots, classes) = tracks.entry(id).or_default();
            let (foot, height) = (detection.bbox.anchor(Anchor::Foot), detection.bbox.height());
            knots.push(Footing { t: (f64::from(frame) - 1.0) / self.fps, foot, height });
            *classes.entry(detection.class).or_default() += 1;
        }
        let aspect = f64::from(self.width) / f64::from(self.height);
        let mut truth = Vec::new();
        for (knots, classes) in tracks.into_values() {
            let class = classes.iter().max_by_key(|(_, count)| **count).map_or(Class(0), |(class, _)| *class);
            let Some(path) = Path::new(knots) else { continue };
            for line in lines {
                let found = traversals(&path, line, aspect).into_iter();
                truth.extend(found.map(|one| TruthCrossing::new(&line.name, &class_name(class), one)));
            }
        }
        truth.sort_by(|a, b| a.t.total_cmp(&b.t));
        Ok(truth)
    }

    /// Detections as rows without a track; `frames` in order, the first is frame 1.
    pub fn detection_rows(&self, frames: &[(StreamTime, Vec<Detection>)]) -> Vec<MotRow> {
        let frames = (1..).zip(frames);
        frames
            .flat_map(|(frame, (_, seen))| seen.iter().map(move |detection| self.row(frame, None, detection)))
            .collect()
    }

    /// Tracks as rows; `frames` in order, the first is frame 1.
    pub fn track_rows(&self, frames: &[(StreamTime, Vec<TrackedDetection>)]) -> Vec<MotRow> {
        let frames = (1..).zip(frames);
        frames
            .flat_map(|(frame, (_, seen))| {
                seen.iter().map(move |one| self.row(frame, Some(one.track.0), &one.detection))
            })
            .collect()
    }

    fn row(&self, frame: u32, id: Option<u64>, detection: &Detection) -> MotRow {
        let (width, height) = (f64::from(self.width), f64::from(self.height));
        let bbox = detection.bbox;
        MotRow {
            frame,
            id,
            rect: [bbox.x1 * width, bbox.y1 * height, bbox.width() * width, bbox.height() * height],
            confidence: f64::from(detection.confidence),
            class: Some(detection.class),
        }
    }

    fn detection(&self, row: &MotRow) -> Option<Detection> {
        let (width, height) = (f64::from(self.width), f64::from(self.height));
        let [x, y, w, h] = row.rect;
        let bbox = BBox::new(x / width, y / height, (x + w) / width, (y + h) / height);
        Some(Detection { bbox, class: row.class?, confidence: row.confidence as f32 })
    }

    fn empty_frames<T>(&self, rows: &[MotRow]) -> Vec<(StreamTime, Vec<T>)> {
        let last = rows.iter().map(|row| row.frame).max().unwrap_or(0);
        (1..=last).map(|frame| (self.time(frame), Vec::new())).collect()
    }

    fn check(&self) -> Result<(), MotError> {
        let Self { fps, width, height } = *self;
        if (1e-3..=1e4).contains(&fps) && width > 0 && height > 0 {
            return Ok(());
        }
        Err(MotError::Video { fps, width, height })
    }
}

/// The rows by frame and track.
fn unique(rows: &[MotRow]) -> Result<BTreeMap<(u32, u64), &MotRow>, MotError> {
    let mut sorted = BTreeMap::new();
    for row in rows {
        let frame = row.frame;
        let id = row.id.ok_or(MotError::NoTrack { frame })?;
        if sorted.insert((frame, id), row).is_some() {
            return Err(MotError::Twice { frame, id });
        }
    }
    Ok(sorted)
}

fn class_name(class: Class) -> String {
    let known = COUNTED_CLASSES.iter().find(|(_, counted)| *counted == class);
    known.map_or_else(|| format!("class {}", class.0), |(name, _)| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use event::Direction;
    use observation::Point;

    use super::*;
    use crate::{Noise, Scene, SceneConfig, mot_text, parse_mot};

    const VIDEO: MotVideo = MotVideo { fps: 10.0, width: 640, height: 360 };

    #[test]
    fn a_scene_written_as_labels_has_the_same_truth() {
        let config = SceneConfig { aspect: 640.0 / 360.0, fps: 30.0, ..SceneConfig::default() };
        let scene = Scene::generate(&config).unwrap();
        let video = MotVideo { fps: 30.0, ..VIDEO };
        let rows = video.track_rows(&scene.tracks(&Noise::none()).unwrap());
        let labelled = video.truth(&parse_mot(&mot_text(&rows)).unwrap(), &config.lines).unwrap();
        let clear = |truth: Vec<TruthCrossing>| -> Vec<TruthCrossing> {
            truth.into_iter().filter(|crossing| !crossing.ambiguous).collect()
        };
        let (labelled, exact) = (clear(labelled), clear(scene.truth()));
        assert_eq!(labelled.len(), exact.len());
        for (one, other) in labelled.iter().zip(&exact) {
            assert!(one.direction == other.direction && (one.t - other.t).abs() < 0.1, "{one:?} {other:?}");
        }
    }

    #[test]
    fn the_class_of_a_labelled_track_is_the_most_frequent() {
        let row = |frame| {
            let class = if frame == 4 { 5 } else { 3 };
            format!("{frame},1,{},100,40,40,1,{class},1\n", frame * 20)
        };
        let text: String = (1..=25).map(row).collect();
        let line = Line::new("road", &[Point::new(0.4, 0.9), Point::new(0.4, 0.1)]);
        let truth = VIDEO.truth(&parse_mot(&text).unwrap(), &[line]).unwrap();
        assert_eq!(truth.len(), 1);
        assert_eq!((truth[0].class.as_str(), truth[0].direction), ("car", Direction::Forward));
        // The foot's x is frame * 20 + 20 pixels; it meets 256 at frame 11.8.
        assert!((truth[0].t - 1.08).abs() < 1e-9, "{}", truth[0].t);
    }

    #[test]
    fn labels_a_month_apart_are_one_slow_walk() {
        let rows = parse_mot("1,1,300,50,40,40\n2592000,1,300,250,40,40").unwrap();
        let line = Line::new("door", &[Point::new(0.2, 0.5), Point::new(0.8, 0.5)]);
        let truth = MotVideo { fps: 1.0, ..VIDEO }.truth(&rows, &[line]).unwrap();
        assert_eq!((truth.len(), truth[0].direction), (1, Direction::Forward));
        assert!((truth[0].t - 2_591_999.0 * 0.45).abs() < 1.0, "{}", truth[0].t);
    }
}
