//! What people see of a camera: its state, its numbers, its picture.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use drawing::{FrameContent, Overlay, Rgb};
use metrics::{counter, gauge};
use observation::{BBox, Detection, StreamDuration, StreamTime, TrackedDetection};
use pipeline::{Analysis, BoxError, State};
use registry::Pictures;
use server::{App, CameraState, Viewed};
use time::OffsetDateTime;
use video::{Frame, Scaler};

use super::camera::{ModelFacts, Seat};
use super::people::People;
use super::rules::CurrentRules;
use super::worker::Meter;
use crate::commands::count::{Looks, box_looks};

/// Width of the pictures on the live page.
const PICTURE_WIDTH: u32 = 960;
/// Width of the pictures that are recorded.
const RECORDED_WIDTH: u32 = 640;
/// Width of the pictures that lines are drawn on.
const STILL_WIDTH: u32 = 1920;
/// Shortest time between two of them.
const PICTURE_EVERY: StreamDuration = StreamDuration::from_micros(190_000);
/// What is drawn on where pictures are not shown.
const BACKGROUND: [u8; 3] = [24, 30, 38];

/// Over how long the share of frames is taken for which there was no time.
const LOAD_OVER: StreamDuration = StreamDuration::from_micros(10_000_000);
/// From which share on, twice in a row, a camera is called overloaded, and below which no longer. Once is no overload: what
/// has piled up while a camera hung comes all at once.
const OVERLOADED: f64 = 0.10;
const RELIEVED: f64 = 0.05;

/// Whether a camera's pictures come and are counted.
pub(super) fn up(camera: &str, is_up: bool) {
    gauge!("camtally_camera_up", "camera" => camera.to_owned()).set(f64::from(u8::from(is_up)));
}

/// What people see of a camera.
pub(super) struct Audience {
    view: Arc<server::Camera>,
    app: Arc<App>,
    model: Arc<ModelFacts>,
    meter: Arc<Meter>,
    rules: Arc<CurrentRules>,
    edition: u64,
    looks: Looks,
    people: People,
    overlay: Option<(u32, u32, Overlay)>,
    scaler: Scaler,
    drawn: Option<StreamTime>,
    load: Load,
}

impl Audience {
    pub(super) fn new(rules: &Arc<CurrentRules>, view: &Arc<server::Camera>, seat: &Seat) -> Self {
        Self {
            view: Arc::clone(view),
            app: Arc::clone(&seat.app),
            model: Arc::clone(&seat.model),
            meter: Arc::clone(&seat.meter),
            rules: Arc::clone(rules),
            edition: rules.edition.load(Ordering::Acquire),
            looks: Looks::new(&rules.get()),
            people: People::new(&seat.model.classes),
            overlay: None,
            scaler: Scaler::new(),
            drawn: None,
            load: Load::default(),
        }
    }

    /// Notes where people are.
    pub(super) fn people(&mut self, time: StreamTime, found: &[Detection], fixtures: &[BBox]) {
        self.people.see(time, found, fixtures);
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
        self.meter.frame();
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
        let view = Arc::clone(&self.view);
        let wanted = [view.drawing(), view.picture(), view.still()].iter().any(|feed| feed.wanted());
        if due && wanted {
            self.drawn = Some(frame.time);
            self.show(frame, seen)?;
        }
        self.record(frame, calendar)
    }

    /// Makes the pictures that somebody looks at.
    fn show(&mut self, frame: &Frame, seen: &[TrackedDetection]) -> Result<(), BoxError> {
        let view = Arc::clone(&self.view);
        if view.drawing().wanted() {
            let (width, height) = size(frame, PICTURE_WIDTH);
            let ground = BACKGROUND.repeat(width as usize * height as usize);
            let jpeg = self.draw(ground, (width, height), frame, seen)?;
            view.drawing().show(jpeg, true);
        }
        // What somebody has set up since the camera was started holds at once.
        let Some(camera) = self.app.cameras.get(&view.id) else { return Ok(()) };
        let (pictures, blurred) = (camera.registered.settings.pictures, camera.registered.settings.blurred);
        if pictures == Pictures::Off || blurred && !self.people.are_found() {
            return Ok(());
        }
        if view.picture().wanted() {
            let (pixels, size) = self.pixels(frame, PICTURE_WIDTH, blurred)?;
            let jpeg = self.draw(pixels, size, frame, seen)?;
            view.picture().show(jpeg, blurred);
        }
        if view.still().wanted() {
            let (pixels, (width, height)) = self.pixels(frame, STILL_WIDTH, blurred)?;
            view.still().show(drawing::encode_jpeg(&Rgb::new(width, height, &pixels)?)?, blurred);
        }
        Ok(())
    }

    /// Records the picture, if somebody wants it and the camera allows it at this moment.
    fn record(&mut self, frame: &Frame, calendar: OffsetDateTime) -> Result<(), BoxError> {
        let recordings = self.app.recordings.get();
        let wanted = recordings.and_then(|recordings| recordings.wanted(&self.view.id, calendar));
        let Some(recording) = wanted else { return Ok(()) };
        let Some(camera) = self.app.cameras.get(&self.view.id) else { return Ok(()) };
        let settings = &camera.registered.settings;
        let blurred = settings.blurred || recording.is_blurred();
        let allowed = settings.recordings && settings.pictures != Pictures::Off;
        if !allowed || blurred && !self.people.are_found() {
            return Ok(());
        }
        let (pixels, (width, height)) = self.pixels(frame, RECORDED_WIDTH, blurred)?;
        recording.take(calendar, &drawing::encode_jpeg(&Rgb::new(width, height, &pixels)?)?);
        Ok(())
    }

    /// The camera's picture, of at most this width.
    fn pixels(&mut self, frame: &Frame, most: u32, blurred: bool) -> Result<(Vec<u8>, (u32, u32)), BoxError> {
        let (width, height) = size(frame, most);
        let mut pixels = frame.to_rgb_sized(&mut self.scaler, width, height)?.data;
        if blurred {
            self.people.hide(&mut pixels, width, height);
        }
        Ok((pixels, (width, height)))
    }

    /// Draws boxes, lines and counts.
    fn draw(
        &mut self,
        mut pixels: Vec<u8>,
        (width, height): (u32, u32),
        frame: &Frame,
        seen: &[TrackedDetection],
    ) -> Result<Vec<u8>, BoxError> {
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

/// Columns and rows of a picture of at most this width.
fn size(frame: &Frame, most: u32) -> (u32, u32) {
    let width = most.min(frame.width()).max(2);
    (width, (width * frame.height() / frame.width().max(1)).max(2))
}

/// How much of what should be analysed is left out.
#[derive(Debug, Default)]
struct Load {
    since: Option<StreamTime>,
    analysed: u64,
    shed: u64,
    /// Whether too much was left out when it was last looked at.
    strained: bool,
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
        let strained = share >= OVERLOADED;
        let again = std::mem::replace(&mut self.strained, strained) && strained;
        self.overload = (again || was && share >= RELIEVED).then(|| {
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

    #[test]
    fn what_has_piled_up_while_a_camera_hung_is_no_overload() {
        let mut load = Load { shed: 60, ..Load::default() };
        assert_eq!(told(&mut load, 0.0, None), [false; 0]);
    }
}
