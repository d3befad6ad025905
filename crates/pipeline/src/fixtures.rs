//! Things that a detector takes for people though they never move: posters, mannequins, cones.

use observation::{BBox, Class, Detection, StreamDuration, StreamTime};

/// Overlap with a place's box from which a box is a sighting of what is there.
const NEAR: f64 = 0.7;
/// Least overlap of a window's mean box with the place's box, beside what the detector's scatter makes of it.
const STILL: f64 = 0.97;
/// Sightings are judged in windows of at least so many, and at least this long.
const WINDOW_SIGHTINGS: u32 = 24;
const WINDOW: StreamDuration = StreamDuration::from_micros(20_000_000);
/// Windows over which a place's box is averaged at most.
const AVERAGED: u32 = 20;
/// Sway of a side, as a share of the box's width or height, that may be the detector's own.
const SWAY: f64 = 0.015;
/// Standard errors that chance may make of a mean box, and of how far successive boxes go the same way.
const CHANCE_OF_MEAN: f64 = 4.0;
const CHANCE_OF_SWAY: f64 = 3.0;
/// Longest step between two frames that counts as time watched.
const LONGEST_STEP: StreamDuration = StreamDuration::from_micros(5_000_000);
/// How long what is not yet a fixture may be missed: half as long as it has been there, and this at least and at most.
const SHORTEST_PATIENCE: StreamDuration = StreamDuration::from_micros(3_000_000);
const LONGEST_PATIENCE: StreamDuration = StreamDuration::from_micros(60_000_000);
/// Places that are remembered at most: more than a picture has posters and people together.
const MAX_PLACES: usize = 128;

/// What is learned to be a fixture.
#[derive(Clone, Debug, PartialEq)]
pub struct FixtureSettings {
    /// Classes that are never still for long. A parked car is no fixture: it is to be counted.
    pub classes: Vec<Class>,
    /// How long, of watched time, one has to be perfectly still; and how long unseen until it is forgotten.
    pub after: StreamDuration,
}

impl FixtureSettings {
    /// Persons that do not move for ten minutes; `names` are the model's class names.
    pub fn persons(names: &[String]) -> Self {
        let classes =
            (0u16..).zip(names).filter(|(_, name)| *name == "person").map(|(place, _)| Class(place));
        Self { classes: classes.collect(), after: StreamDuration::from_micros(600_000_000) }
    }
}

/// Learns what a camera's fixtures are, and takes them out of what was found.
///
/// What tells a poster from a person who stands or sits still: a detector's boxes of a poster scatter, but by chance, each
/// independent of the one before, around one box for ever. A person sways, so that successive boxes go the same way, and
/// shifts weight, so that the mean over half a minute moves. Each window of boxes is held against both.
#[derive(Clone, Debug)]
pub(crate) struct Fixtures {
    settings: FixtureSettings,
    places: Vec<Place>,
    last: Option<StreamTime>,
}

/// Somewhere that something has been found again and again.
#[derive(Clone, Debug)]
struct Place {
    /// The mean of the windows so far; at first what was found first.
    bbox: BBox,
    windows: u32,
    window: Window,
    /// How long it has been still.
    still: StreamDuration,
    /// How long it has not been found.
    missing: StreamDuration,
    is_fixture: bool,
}

impl Fixtures {
    pub(crate) fn new(settings: FixtureSettings) -> Self {
        Self { settings, places: Vec::new(), last: None }
    }

    /// Where the fixtures are.
    pub(crate) fn places(&self) -> impl Iterator<Item = BBox> + '_ {
        self.places.iter().filter(|place| place.is_fixture).map(|place| place.bbox)
    }

    /// Learns from what was found in a frame, and takes the fixtures out of it.
    pub(crate) fn look(&mut self, time: StreamTime, found: &mut Vec<Detection>) {
        let step = self.last.map_or(StreamDuration::ZERO, |last| time - last);
        let step = step.clamp(StreamDuration::ZERO, LONGEST_STEP);
        self.last = Some(time);
        // What has been there longest has the first choice.
        self.places.sort_by_key(|place| std::cmp::Reverse((place.is_fixture, place.still)));
        let mut free: Vec<bool> =
            found.iter().map(|seen| self.settings.classes.contains(&seen.class)).collect();
        let mut fixed = vec![false; found.len()];
        for place in &mut self.places {
            let nearest = (0..found.len())
                .filter(|&i| free[i])
                .map(|i| (i, place.bbox.iou(&found[i].bbox)))
                .filter(|(_, overlap)| *overlap >= NEAR)
                .max_by(|a, b| a.1.total_cmp(&b.1));
            match nearest {
                Some((i, _)) => {
                    free[i] = false;
                    place.found(&found[i].bbox, step, self.settings.after);
                    fixed[i] = place.is_fixture;
                }
                None => place.missing = sum(place.missing, step),
            }
        }
        let after = self.settings.after;
        self.places.retain(|place| place.missing <= place.patience(after));
        for (seen, _) in found.iter().zip(&free).filter(|(_, free)| **free) {
            self.remember(seen.bbox);
        }
        let mut fixed = fixed.into_iter();
        found.retain(|_| !fixed.next().unwrap_or_default());
    }

    fn remember(&mut self, bbox: BBox) {
        if self.places.len() >= MAX_PLACES {
            let missing = |place: &&Place| !place.is_fixture && place.missing > StreamDuration::ZERO;
            let youngest = self.places.iter().filter(missing).map(|place| place.still).min();
            let Some(index) =
                self.places.iter().position(|place| missing(&place) && Some(place.still) == youngest)
            else {
                return;
            };
            self.places.swap_remove(index);
        }
        self.places.push(Place {
            bbox,
            windows: 0,
            window: Window::default(),
            still: StreamDuration::ZERO,
            missing: StreamDuration::ZERO,
            is_fixture: false,
        });
    }
}

impl Place {
    /// Takes the next sighting.
    fn found(&mut self, bbox: &BBox, step: StreamDuration, after: StreamDuration) {
        let step = sum(step, self.missing);
        self.missing = StreamDuration::ZERO;
        self.still = sum(self.still, step);
        self.window.add(bbox, step);
        if !self.window.is_full() {
            return;
        }
        let window = std::mem::take(&mut self.window);
        let mean = window.mean();
        let least = STILL - CHANCE_OF_MEAN * window.standard_error();
        let moved = self.windows > 0 && mean.iou(&self.bbox) < least;
        if moved || window.sways() {
            self.bbox = mean;
            (self.windows, self.still, self.is_fixture) = (1, StreamDuration::ZERO, false);
            return;
        }
        let share = 1.0 / f64::from(self.windows + 1);
        self.bbox = blend(&self.bbox, &mean, share);
        self.windows = (self.windows + 1).min(AVERAGED);
        self.is_fixture = self.still >= after;
    }

    fn patience(&self, after: StreamDuration) -> StreamDuration {
        if self.is_fixture {
            return after;
        }
        let half = StreamDuration::from_micros(self.still.as_micros() / 2);
        half.clamp(SHORTEST_PATIENCE, LONGEST_PATIENCE)
    }
}

/// The sightings of one place for a while, as sums.
#[derive(Clone, Debug, Default)]
struct Window {
    /// The first box: what the others are measured from and in.
    first: BBox,
    sightings: u32,
    length: StreamDuration,
    sides: [Side; 4],
}

/// How one side of the box went.
#[derive(Clone, Copy, Debug, Default)]
struct Side {
    sum: f64,
    squares: f64,
    /// Sum of the products of each value with the one before.
    successive: f64,
    previous: Option<f64>,
}

impl Window {
    fn add(&mut self, bbox: &BBox, step: StreamDuration) {
        if self.sightings == 0 {
            self.first = *bbox;
        }
        let (width, height) = (self.first.width().max(1e-6), self.first.height().max(1e-6));
        let off = [
            (bbox.x1 - self.first.x1) / width,
            (bbox.y1 - self.first.y1) / height,
            (bbox.x2 - self.first.x2) / width,
            (bbox.y2 - self.first.y2) / height,
        ];
        for (side, off) in self.sides.iter_mut().zip(off) {
            side.sum += off;
            side.squares += off * off;
            side.successive += side.previous.map_or(0.0, |previous| previous * off);
            side.previous = Some(off);
        }
        self.sightings += 1;
        self.length = sum(self.length, step);
    }

    fn is_full(&self) -> bool {
        self.sightings >= WINDOW_SIGHTINGS && self.length >= WINDOW
    }

    fn mean(&self) -> BBox {
        let off = self.sides.map(|side| side.sum / f64::from(self.sightings.max(1)));
        let (width, height) = (self.first.width(), self.first.height());
        BBox::new(
            self.first.x1 + off[0] * width,
            self.first.y1 + off[1] * height,
            self.first.x2 + off[2] * width,
            self.first.y2 + off[3] * height,
        )
    }

    /// The standard error of the mean box's sides, on average, if they scatter by chance.
    fn standard_error(&self) -> f64 {
        let count = f64::from(self.sightings.max(2));
        self.sides.iter().map(|side| (side.variance(count) / count).sqrt()).sum::<f64>() / 4.0
    }

    /// Whether a side sways: its autocovariance from one sighting to the next is more than chance gives.
    fn sways(&self) -> bool {
        let count = f64::from(self.sightings.max(2));
        self.sides.iter().any(|side| {
            let mean = side.sum / count;
            let together = side.successive / (count - 1.0) - mean * mean;
            together > SWAY * SWAY + CHANCE_OF_SWAY * side.variance(count) / count.sqrt()
        })
    }
}

impl Side {
    fn variance(&self, count: f64) -> f64 {
        let mean = self.sum / count;
        (self.squares / count - mean * mean).max(0.0)
    }
}

fn sum(a: StreamDuration, b: StreamDuration) -> StreamDuration {
    StreamDuration::from_micros(a.as_micros().saturating_add(b.as_micros()))
}

fn blend(a: &BBox, b: &BBox, share: f64) -> BBox {
    let mix = |a: f64, b: f64| a + share * (b - a);
    BBox::new(mix(a.x1, b.x1), mix(a.y1, b.y1), mix(a.x2, b.x2), mix(a.y2, b.y2))
}

#[cfg(test)]
mod tests;
