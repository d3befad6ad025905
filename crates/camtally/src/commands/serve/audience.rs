//! What people see of a camera: its state, its numbers, its picture.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use drawing::{FrameContent, Overlay, Rgb};
use metrics::{counter, gauge};
use observation::{StreamDuration, StreamTime, TrackedDetection};
use pipeline::{Analysis, BoxError, State};
use server::{CameraState, Viewed};
use time::OffsetDateTime;
use video::{Frame, Scaler};

use super::camera::{ModelFacts, Seat};
use super::rules::CurrentRules;
use crate::commands::count::{Looks, box_looks};

/// Width of the pictures on the live page.
const PICTURE_WIDTH: u32 = 960;
/// Shortest time between two of them.
const PICTURE_EVERY: StreamDuration = StreamDuration::from_micros(190_000);
/// What is drawn on where pictures are not shown.
const BACKGROUND: [u8; 3] = [24, 30, 38];

/// Over how long the share of frames is taken for which there was no time.
const LOAD_OVER: StreamDuration = StreamDuration::from_micros(10_000_000);
/// From which share on a camera is called overloaded, and below which no longer.
const OVERLOADED: f64 = 0.10;
const RELIEVED: f64 = 0.05;

/// Whether a camera's pictures come and are counted.
pub(super) fn up(camera: &str, is_up: bool) {
    gauge!("camtally_camera_up", "camera" => camera.to_owned()).set(f64::from(u8::from(is_up)));
}

/// What people see of a camera.
pub(super) struct Audience {
    view: Arc<server::Camera>,
    model: Arc<ModelFacts>,
    rules: Arc<CurrentRules>,
    edition: u64,
    looks: Looks,
    overlay: Option<(u32, u32, Overlay)>,
    scaler: Scaler,
    drawn: Option<StreamTime>,
    load: Load,
}

impl Audience {
    pub(super) fn new(rules: &Arc<CurrentRules>, seat: &Seat) -> Self {
        Self {
            view: Arc::clone(&seat.view),
            model: Arc::clone(&seat.model),
            rules: Arc::clone(rules),
            edition: rules.edition.load(Ordering::Acquire),
            looks: Looks::new(&rules.get()),
            overlay: None,
            scaler: Scaler::new(),
            drawn: None,
            load: Load::default(),
        }
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut Viewed)) {
        self.view.update(change);
    }

    pub(super) fn state(&self, state: &State) {
        let shown = match state {
            State::Counting { .. } => CameraState::Counting,
            State::Offline { since, reason } => {
                CameraState::Offline { since: *since, reason: reason.clone() }
            }
            State::Frozen { since, reason } => CameraState::Frozen { since: *since, reason: reason.clone() },
            _ => CameraState::Connecting,
        };
        up(&self.view.id, shown == CameraState::Counting);
        match &shown {
            CameraState::Offline { reason, .. } | CameraState::Frozen { reason, .. } => {
                tracing::warn!(camera = self.view.id, state = shown.as_str(), reason);
            }
            _ => tracing::info!(camera = self.view.id, state = shown.as_str()),
        }
        self.change(|viewed| viewed.state = shown);
    }

    pub(super) fn shed(&mut self, frames: u64) {
        counter!("camtally_frames_shed_total", "camera" => self.view.id.clone()).increment(frames);
        self.load.shed += frames;
        self.change(|viewed| viewed.shed += frames);
    }

    pub(super) fn frame(
        &mut self,
        frame: &Frame,
        calendar: OffsetDateTime,
        seen: &[TrackedDetection],
        analysis: &Analysis,
        still: u64,
    ) -> Result<(), BoxError> {
        counter!("camtally_frames_analysed_total", "camera" => self.view.id.clone()).increment(1);
        let edition = self.rules.edition.load(Ordering::Acquire);
        if edition != self.edition {
            self.edition = edition;
            self.looks = Looks::new(&self.rules.get());
        }
        let summary = analysis.summary();
        self.looks.set(&summary);
        // Pictures come again after a freeze without a new connection.
        up(&self.view.id, true);
        if let Some(overload) = self.load.frame(frame.time) {
            let camera = self.view.id.as_str();
            match overload {
                Some(reason) => tracing::warn!(camera, state = "overloaded", reason),
                None => tracing::info!(camera, state = "counting", "it is no longer overloaded"),
            }
        }
        let state = match &self.load.overload {
            Some(reason) => CameraState::Overloaded { reason: reason.clone() },
            None => CameraState::Counting,
        };
        self.change(|viewed| {
            viewed.state = state;
            viewed.last_frame = Some(calendar);
            viewed.frames += 1;
            viewed.still = still;
            for (zone, totals) in viewed.zones.iter_mut().zip(&summary.zones) {
                zone.occupancy = totals.occupancy;
            }
        });
        let due = self.drawn.is_none_or(|drawn| frame.time - drawn >= PICTURE_EVERY);
        if due && self.view.pictures().wanted() {
            self.drawn = Some(frame.time);
            let jpeg = self.draw(frame, seen)?;
            self.view.pictures().show(jpeg);
        }
        Ok(())
    }

    fn draw(&mut self, frame: &Frame, seen: &[TrackedDetection]) -> Result<Vec<u8>, BoxError> {
        let width = PICTURE_WIDTH.min(frame.width()).max(2);
        let height = (width * frame.height() / frame.width().max(1)).max(2);
        let mut pixels = if self.view.pictures {
            frame.to_rgb_sized(&mut self.scaler, width, height)?.data
        } else {
            BACKGROUND.repeat(width as usize * height as usize)
        };
        let overlay = match &mut self.overlay {
            Some((w, h, overlay)) if (*w, *h) == (width, height) => overlay,
            overlay => &mut overlay.insert((width, height, Overlay::new(width, height)?)).2,
        };
        let boxes = box_looks(seen, frame.time, &self.model.classes);
        let content = FrameContent {
            time: frame.time,
            boxes: &boxes,
            lines: &self.looks.lines,
            zones: &self.looks.zones,
            notice: None,
        };
        overlay.frame(&mut pixels, &content)?;
        Ok(drawing::encode_jpeg(&Rgb::new(width, height, &pixels)?)?)
    }
}

/// How much of what should be analysed is left out.
#[derive(Debug, Default)]
struct Load {
    since: Option<StreamTime>,
    analysed: u64,
    shed: u64,
    /// Why it is overloaded, while it is.
    overload: Option<String>,
}

impl Load {
    /// Counts an analysed frame. Says it when an overload begins, or ends.
    fn frame(&mut self, time: StreamTime) -> Option<Option<&str>> {
        self.analysed += 1;
        let since = *self.since.get_or_insert(time);
        if time - since < LOAD_OVER {
            return None;
        }
        let (wanted, shed) = (self.analysed + self.shed, self.shed);
        let share = shed as f64 / wanted as f64;
        (self.since, self.analysed, self.shed) = (Some(time), 0, 0);
        let was = self.overload.is_some();
        self.overload = (share >= if was { RELIEVED } else { OVERLOADED }).then(|| {
            format!(
                "there is no time for {:.0} % of the frames: watch fewer cameras, or set detection.analyse_fps or \
                 detection.input lower",
                share * 100.0
            )
        });
        (was != self.overload.is_some()).then_some(self.overload.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told over 30 seconds at 5 frames a second, of which one in `shed_one_in` is left out besides.
    fn told(load: &mut Load, from_s: f64, shed_one_in: Option<u64>) -> Vec<bool> {
        let mut told = Vec::new();
        for frame in 0..150 {
            if shed_one_in.is_some_and(|every| frame % every == 0) {
                load.shed += 1;
            }
            let time = StreamTime::from_secs(from_s + frame as f64 / 5.0);
            told.extend(load.frame(time).map(|overload| overload.is_some()));
        }
        told
    }

    #[test]
    fn overload_is_told_once_when_it_begins_and_once_when_it_ends() {
        let mut load = Load::default();
        assert_eq!(told(&mut load, 0.0, None), [false; 0]);
        assert_eq!(told(&mut load, 30.0, Some(4)), [true], "20 % are left out");
        assert_eq!(told(&mut load, 60.0, Some(14)), [false; 0], "7 % are not enough to call it over");
        assert_eq!(told(&mut load, 90.0, Some(100)), [false]);
        assert_eq!(told(&mut load, 120.0, Some(14)), [false; 0], "7 % are not enough to begin");
    }
}
