//! What a scene holds, and what a camera and a detector do to it.

use observation::Point;
use serde::{Deserialize, Serialize};

/// A counting line: two points or more, normalised. Side A lies on the left hand of one who walks from the
/// first point to the last, as seen in the picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Its name.
    pub name: String,
    /// Its points, in order.
    pub points: Vec<Point>,
}

impl Line {
    /// The line of this name through these points.
    pub fn new(name: &str, points: &[Point]) -> Self {
        Self { name: name.to_owned(), points: points.to_vec() }
    }
}

/// What a walker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Behaviour {
    /// Walks over the line, nearly at right angles.
    Straight,
    /// Walks over the line at 45 to 70 degrees from its normal.
    Diagonal,
    /// Walks over the line and bends just after it: the path is a V.
    VShaped,
    /// Turns round before the line.
    TurnBefore,
    /// Turns round after the line and walks over it again.
    TurnAfter,
    /// Walks over the line with pauses anywhere on the way.
    StopAndGo,
    /// Stands on the line for a while, then goes on or back.
    Loiter,
    /// Walks over the line to and fro.
    Pacing,
    /// Two walk side by side and meet the line at the same instant.
    TwoAtOnce,
}

impl Behaviour {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Straight,
        Self::Diagonal,
        Self::VShaped,
        Self::TurnBefore,
        Self::TurnAfter,
        Self::StopAndGo,
        Self::Loiter,
        Self::Pacing,
        Self::TwoAtOnce,
    ];

    /// As it is written in a configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Straight => "straight",
            Self::Diagonal => "diagonal",
            Self::VShaped => "v-shaped",
            Self::TurnBefore => "turn-before",
            Self::TurnAfter => "turn-after",
            Self::StopAndGo => "stop-and-go",
            Self::Loiter => "loiter",
            Self::Pacing => "pacing",
            Self::TwoAtOnce => "two-at-once",
        }
    }
}

/// A scene to be generated. The same configuration gives the same scene on every machine, and the walkers'
/// paths do not depend on `fps`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SceneConfig {
    /// Seed of the walkers' paths.
    pub seed: u64,
    /// Length in seconds.
    pub duration: f64,
    /// Frames a second.
    pub fps: f64,
    /// Width of the picture over its height.
    pub aspect: f64,
    /// How many people walk through the scene in all.
    pub walkers: u32,
    /// The lines that they walk over.
    pub lines: Vec<Line>,
    /// How often each behaviour is chosen, as relative weights.
    pub behaviours: Vec<(Behaviour, f64)>,
    /// Slowest and fastest speed, in body heights a second (a person walks at about 0.8).
    pub speeds: [f64; 2],
    /// Fewest and most times that a pacing walker meets the line.
    pub laps: [u32; 2],
    /// A body's height where the foot is at `y = 0`, as a share of the picture's height.
    pub height: f64,
    /// How much taller a body is at `y = 1`, as a share of the picture's height.
    pub height_slope: f64,
}

impl Default for SceneConfig {
    fn default() -> Self {
        let door = Line::new("door", &[Point::new(0.15, 0.55), Point::new(0.85, 0.6)]);
        let weight = |behaviour| (behaviour, if behaviour == Behaviour::Straight { 3.0 } else { 1.0 });
        Self {
            seed: 1,
            duration: 60.0,
            fps: 10.0,
            aspect: 16.0 / 9.0,
            walkers: 30,
            lines: vec![door],
            behaviours: Behaviour::ALL.map(weight).to_vec(),
            speeds: [0.4, 1.6],
            laps: [2, 6],
            height: 0.06,
            height_slope: 0.1,
        }
    }
}

/// Why there is no such scene.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SceneError {
    /// A value of the configuration is out of its range.
    #[error("the scene's `{field}` cannot be {value}: {want}")]
    Invalid {
        /// The field.
        field: &'static str,
        /// What it holds.
        value: String,
        /// What it should hold.
        want: &'static str,
    },
    /// No path of this behaviour fits in the picture and the duration.
    #[error(
        "no walker can do `{behaviour:?}` within {duration} s and inside the picture: \
         make the scene longer, the bodies smaller, or move the line to the middle"
    )]
    NoRoom {
        /// What the walker should do.
        behaviour: Behaviour,
        /// The scene's length in seconds.
        duration: f64,
    },
}

impl SceneConfig {
    /// Checks every value.
    ///
    /// # Errors
    /// Names the first field that is out of its range.
    pub fn check(&self) -> Result<(), SceneError> {
        range("duration", self.duration, 1.0..=86_400.0, "1 to 86400 seconds")?;
        range("fps", self.fps, 0.5..=240.0, "0.5 to 240 frames a second")?;
        range("aspect", self.aspect, 0.2..=5.0, "0.2 to 5, width over height")?;
        range("walkers", f64::from(self.walkers), 0.0..=100_000.0, "0 to 100000")?;
        range("height", self.height, 0.005..=0.5, "0.005 to 0.5 of the picture's height")?;
        range("height_slope", self.height_slope, 0.0..=0.5, "0 to 0.5 of the picture's height")?;
        range("speeds", self.speeds[0], 0.05..=self.speeds[1], "from 0.05, the slower one first")?;
        range("speeds", self.speeds[1], self.speeds[0]..=10.0, "at most 10 body heights a second")?;
        let [fewest, most] = self.laps.map(f64::from);
        range("laps", fewest, 1.0..=most, "from 1, the smaller number first")?;
        range("laps", most, fewest..=100_000.0, "at most 100000")?;
        for (_, weight) in &self.behaviours {
            range("behaviours", *weight, 0.0..=1e6, "weights of 0 to 1000000")?;
        }
        if self.walkers > 0 && !self.behaviours.iter().any(|(_, weight)| *weight > 0.0) {
            return Err(invalid("behaviours", "empty", "at least one with a weight above 0"));
        }
        if self.walkers > 0 && self.lines.is_empty() {
            return Err(invalid("lines", "empty", "walkers need at least one line to walk over"));
        }
        self.lines.iter().try_for_each(check_line)
    }

    /// A body's height where the foot is at `y`, as a share of the picture's height.
    pub fn height_at(&self, y: f64) -> f64 {
        self.height + self.height_slope * y
    }
}

fn check_line(line: &Line) -> Result<(), SceneError> {
    if line.points.len() < 2 {
        return Err(invalid("lines", &line.name, "a line has two points or more"));
    }
    let inside = |point: &Point| (0.0..=1.0).contains(&point.x) && (0.0..=1.0).contains(&point.y);
    if !line.points.iter().all(inside) {
        return Err(invalid("lines", &line.name, "every point lies within 0 to 1"));
    }
    if line.points.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(invalid("lines", &line.name, "a line does not name the same point twice in a row"));
    }
    Ok(())
}

/// What the camera and the detector do to the truth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Noise {
    /// Seed of the noise; the walkers' paths have their own.
    pub seed: u64,
    /// Share of the boxes that are not detected, 0..1.
    pub misses: f64,
    /// False boxes a frame, on average.
    pub false_boxes: f64,
    /// Standard deviation of each side of a box, as a share of the box's size.
    pub jitter: f64,
    /// Whether a box is hidden when one nearer walker covers more than 60 % of it.
    pub occlusion: bool,
    /// How many times a minute a track gets another id (tracks only).
    pub id_switches: f64,
    /// How sure the detector is.
    pub confidence: Confidence,
}

/// How sure the detector is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Confidence {
    /// Mean for real boxes, 0..1.
    pub mean: f64,
    /// Mean for false boxes, 0..1.
    pub false_mean: f64,
    /// Standard deviation of both.
    pub spread: f64,
    /// By how much the mean falls for a box that is wholly covered (in proportion for less).
    pub covered_drop: f64,
}

impl Default for Confidence {
    fn default() -> Self {
        Self { mean: 0.8, false_mean: 0.5, spread: 0.1, covered_drop: 0.4 }
    }
}

impl Default for Noise {
    fn default() -> Self {
        Self::none()
    }
}

impl Noise {
    /// A perfect detector: every box, exact, with confidence 0.9.
    pub fn none() -> Self {
        let confidence = Confidence { mean: 0.9, false_mean: 0.5, spread: 0.0, covered_drop: 0.0 };
        Self {
            seed: 0,
            misses: 0.0,
            false_boxes: 0.0,
            jitter: 0.0,
            occlusion: false,
            id_switches: 0.0,
            confidence,
        }
    }

    /// The noise that the published accuracy is measured with: 10 % misses, 0.2 false boxes a frame, 5 %
    /// jitter, occlusion.
    pub fn realistic(seed: u64) -> Self {
        Self {
            seed,
            misses: 0.1,
            false_boxes: 0.2,
            jitter: 0.05,
            occlusion: true,
            id_switches: 0.0,
            confidence: Confidence::default(),
        }
    }

    /// Checks every value.
    ///
    /// # Errors
    /// Names the first field that is out of its range.
    pub fn check(&self) -> Result<(), SceneError> {
        range("misses", self.misses, 0.0..=1.0, "0 to 1")?;
        range("false_boxes", self.false_boxes, 0.0..=100.0, "0 to 100 a frame")?;
        range("jitter", self.jitter, 0.0..=0.5, "0 to 0.5 of the box")?;
        range("id_switches", self.id_switches, 0.0..=6000.0, "0 to 6000 a minute")?;
        range("confidence", self.confidence.mean, 0.0..=1.0, "0 to 1")?;
        range("confidence", self.confidence.false_mean, 0.0..=1.0, "0 to 1")?;
        range("confidence", self.confidence.spread, 0.0..=1.0, "0 to 1")?;
        range("confidence", self.confidence.covered_drop, 0.0..=1.0, "0 to 1")
    }
}

fn range(
    field: &'static str,
    value: f64,
    allowed: std::ops::RangeInclusive<f64>,
    want: &'static str,
) -> Result<(), SceneError> {
    if allowed.contains(&value) {
        return Ok(());
    }
    Err(invalid(field, &value.to_string(), want))
}

fn invalid(field: &'static str, value: &str, want: &'static str) -> SceneError {
    SceneError::Invalid { field, value: value.to_owned(), want }
}
