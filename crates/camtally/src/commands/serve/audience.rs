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

    pub(super) fn shed(&self, frames: u64) {
        counter!("camtally_frames_shed_total", "camera" => self.view.id.clone()).increment(frames);
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
        self.change(|viewed| {
            viewed.state = CameraState::Counting;
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
