//! Lines and zones as an operator writes them, and everything that can be wrong with them.

use std::collections::HashSet;

use observation::{Anchor, Point};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Array, ArrayBuilder, ObjectBuilder, Type};

/// The largest rules file that is read.
const MAX_BYTES: usize = 1 << 20;
/// The most rules that one camera may have.
const MAX_RULES: usize = 256;
/// The most points that one rule may have.
const MAX_POINTS: usize = 256;

/// The rules of one camera.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Directional counting lines.
    #[serde(default, rename = "line")]
    pub lines: Vec<LineRule>,
    /// Zones.
    #[serde(default, rename = "zone")]
    pub zones: Vec<ZoneRule>,
}

/// A counting line: an oriented polyline. Walk it from its first point to its last, as seen on the screen:
/// side A is on the left hand, side B on the right, and *forward* is from A to B.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LineRule {
    /// Its name, unique among the camera's rules.
    pub name: String,
    /// Two points or more, normalised.
    #[schema(schema_with = points)]
    pub points: Vec<Point>,
    /// Names of the classes that it counts; every class that the model is told to count where it is empty.
    #[serde(default)]
    pub classes: Vec<String>,
    /// The point of the box that stands for the object.
    #[serde(default)]
    #[schema(value_type = String, pattern = "^(foot|centre|head)$", default = "foot")]
    pub anchor: Anchor,
    /// A set of values for the five settings below it.
    #[serde(default)]
    pub preset: Preset,
    /// Which traversals count.
    #[serde(default)]
    pub count: CountMode,
    /// What the two directions are called where people read them.
    #[serde(default)]
    pub names: DirectionNames,
    /// Half the width of the band, in body heights; the preset's unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band: Option<f64>,
    /// Seconds beyond the band after which an object is settled; the preset's unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settle_s: Option<f64>,
    /// Least age of a track that counts, in seconds; the preset's unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_age_s: Option<f64>,
    /// Least way that a track has moved before it counts, in body heights; the preset's unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_travel: Option<f64>,
    /// Seconds in which the same track does not count again in the same direction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cool_down_s: Option<f64>,
    /// With `count = "net"`: seconds within which a return cancels the crossing; 10 unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub net_window_s: Option<f64>,
    /// Version of the rule; editing it makes a new one.
    #[serde(default = "first_version")]
    pub version: u32,
}

/// A zone: a polygon, closed by the code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ZoneRule {
    /// Its name, unique among the camera's rules.
    pub name: String,
    /// Three corners or more, normalised; the last need not repeat the first.
    #[schema(schema_with = points)]
    pub points: Vec<Point>,
    /// Names of the classes that it counts; every class that the model is told to count where it is empty.
    #[serde(default)]
    pub classes: Vec<String>,
    /// The point of the box that stands for the object.
    #[serde(default)]
    #[schema(value_type = String, pattern = "^(foot|centre|head)$", default = "foot")]
    pub anchor: Anchor,
    /// Seconds inside after which a stay begins; 0.5 unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enter_s: Option<f64>,
    /// Seconds outside after which a stay ends; 1 unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave_s: Option<f64>,
    /// Version of the rule; editing it makes a new one.
    #[serde(default = "first_version")]
    pub version: u32,
}

/// How much certainty a line asks for: band, settling time, least age and least travel together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// For shaking cameras and poor detections: counts late, and only what is plain.
    Strict,
    /// For most cameras.
    #[default]
    Balanced,
    /// For narrow views in which an object is seen only for a moment on either side.
    Loose,
}

/// Which traversals of a line count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CountMode {
    /// Every one.
    #[default]
    Every,
    /// The first of each track.
    Once,
    /// Every one, but a return within a window cancels the crossing that it undoes.
    Net,
}

/// What the two directions are called.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DirectionNames {
    /// From side A to side B.
    pub forward: String,
    /// From side B to side A.
    pub backward: String,
}

impl Default for DirectionNames {
    fn default() -> Self {
        Self { forward: "in".to_owned(), backward: "out".to_owned() }
    }
}

/// What a list of points is: pairs of shares of the picture.
fn points() -> Array {
    let share = ObjectBuilder::new().schema_type(Type::Number).minimum(Some(0.0)).maximum(Some(1.0));
    let point = ArrayBuilder::new().items(share).min_items(Some(2)).max_items(Some(2));
    let what = "Shares of the picture's width and height, to the right and down.";
    ArrayBuilder::new()
        .items(point)
        .min_items(Some(2))
        .max_items(Some(MAX_POINTS))
        .description(Some(what))
        .build()
}

fn first_version() -> u32 {
    1
}

/// The values behind a line's preset, after what was set by hand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LineSettings {
    pub(crate) band: f64,
    pub(crate) settle_s: f64,
    pub(crate) min_age_s: f64,
    pub(crate) min_travel: f64,
}

impl LineRule {
    pub(crate) fn settings(&self) -> LineSettings {
        let (band, settle_s, min_age_s, min_travel) = match self.preset {
            Preset::Strict => (0.25, 0.4, 0.8, 0.75),
            Preset::Balanced => (0.15, 0.2, 0.4, 0.3),
            Preset::Loose => (0.05, 0.1, 0.0, 0.1),
        };
        LineSettings {
            band: self.band.unwrap_or(band),
            settle_s: self.settle_s.unwrap_or(settle_s),
            min_age_s: self.min_age_s.unwrap_or(min_age_s),
            min_travel: self.min_travel.unwrap_or(min_travel),
        }
    }
}

/// What is wrong with a set of rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// A rule was changed or put back while counting, without a later version than any that it had.
    #[error(
        "the rule `{name}` is not as it was, but its version {version} was used before: give it a later one"
    )]
    SameVersion {
        /// Name of the rule.
        name: String,
        /// Its version, which was used before.
        version: u32,
    },
    /// The file is no valid TOML or JSON, or holds a key or a value that is not known.
    #[error("{0}")]
    Syntax(String),
    /// A rule is impossible.
    #[error("{kind} `{name}`: {what}")]
    Rule {
        /// `line` or `zone`.
        kind: &'static str,
        /// The rule's name.
        name: String,
        /// What is wrong, and what to do.
        what: String,
    },
}

impl Rules {
    /// Reads a rules file and checks it.
    ///
    /// # Errors
    /// With the first thing that is wrong: where it is, and what to write instead.
    pub fn from_toml(text: &str) -> Result<Self, RuleError> {
        if text.len() > MAX_BYTES {
            return Err(RuleError::Syntax(format!(
                "the rules are {} bytes long, more than the {MAX_BYTES} that are read",
                text.len()
            )));
        }
        let rules: Self = toml::from_str(text).map_err(|error| {
            let before = |start: usize| text.bytes().take(start).filter(|byte| *byte == b'\n').count();
            let line = error.span().map(|span| before(span.start) + 1);
            let place = line.map_or(String::new(), |line| format!("line {line}: "));
            RuleError::Syntax(format!("{place}{}", with_nearest(error.message())))
        })?;
        rules.checked()
    }

    /// Checks the rules; a zone whose last corner repeats its first loses the repetition.
    ///
    /// # Errors
    /// With the first rule that is impossible, which point is wrong, and why.
    pub fn checked(mut self) -> Result<Self, RuleError> {
        let rules = self.lines.len() + self.zones.len();
        if rules > MAX_RULES {
            return Err(RuleError::Syntax(format!(
                "{rules} rules are more than the {MAX_RULES} of one camera"
            )));
        }
        let mut names = HashSet::new();
        for line in &self.lines {
            let wrong = |what| RuleError::Rule { kind: "line", name: line.name.clone(), what };
            check_name(&line.name, &mut names).map_err(wrong)?;
            check_points(&line.points, 2).map_err(wrong)?;
            check_line(&line.points).map_err(wrong)?;
            let values = [
                ("band", line.band, 5.0),
                ("settle_s", line.settle_s, 60.0),
                ("min_age_s", line.min_age_s, 60.0),
                ("min_travel", line.min_travel, 100.0),
                ("cool_down_s", line.cool_down_s, 86_400.0),
                ("net_window_s", line.net_window_s, 3600.0),
            ];
            check_values(&values).map_err(wrong)?;
        }
        for zone in &mut self.zones {
            if zone.points.len() > 3 && zone.points.first() == zone.points.last() {
                zone.points.pop();
            }
            let wrong = |what| RuleError::Rule { kind: "zone", name: zone.name.clone(), what };
            check_name(&zone.name, &mut names).map_err(wrong)?;
            check_points(&zone.points, 3).map_err(wrong)?;
            check_polygon(&zone.points).map_err(wrong)?;
            check_values(&[("enter_s", zone.enter_s, 3600.0), ("leave_s", zone.leave_s, 3600.0)])
                .map_err(wrong)?;
        }
        Ok(self)
    }

    /// Checks that every class a rule names is one of the model's.
    ///
    /// # Errors
    /// With the first that is not, and the nearest that is.
    pub fn check_classes(&self, known: &[String]) -> Result<(), RuleError> {
        let lines = self.lines.iter().map(|rule| ("line", &rule.name, &rule.classes));
        let zones = self.zones.iter().map(|rule| ("zone", &rule.name, &rule.classes));
        for (kind, name, classes) in lines.chain(zones) {
            for class in classes {
                if known.contains(class) {
                    continue;
                }
                let hint = nearest(class, known.iter().map(String::as_str));
                let what = format!("the model knows no class `{class}`{hint}");
                return Err(RuleError::Rule { kind, name: name.clone(), what });
            }
        }
        Ok(())
    }
}

fn check_name(name: &str, names: &mut HashSet<String>) -> Result<(), String> {
    if name.trim().is_empty() || name.len() > 100 || name.chars().any(char::is_control) {
        return Err("a name is 1 to 100 printable characters".to_owned());
    }
    if !names.insert(name.to_owned()) {
        return Err("another rule has the same name; give each its own".to_owned());
    }
    Ok(())
}

fn check_points(points: &[Point], least: usize) -> Result<(), String> {
    if points.len() < least || points.len() > MAX_POINTS {
        return Err(format!("it has {} points; {least} to {MAX_POINTS} are needed", points.len()));
    }
    for (i, point) in points.iter().enumerate() {
        let inside = (0.0..=1.0).contains(&point.x) && (0.0..=1.0).contains(&point.y);
        if !inside {
            return Err(format!(
                "point {} ({}, {}) is outside the picture; both numbers must be from 0 to 1",
                i + 1,
                point.x,
                point.y
            ));
        }
    }
    Ok(())
}

/// Shares of the picture below which two points are the same point.
const SAME: f64 = 1e-6;

fn check_line(points: &[Point]) -> Result<(), String> {
    for (i, pair) in points.windows(2).enumerate() {
        if (pair[0].x - pair[1].x).hypot(pair[0].y - pair[1].y) < SAME {
            return Err(format!("points {} and {} are the same: the line has no length there", i + 1, i + 2));
        }
    }
    let edges: Vec<_> = points.windows(2).map(|pair| (pair[0], pair[1])).collect();
    crossing_edges(&edges, false)
}

fn check_polygon(points: &[Point]) -> Result<(), String> {
    let next = |i: usize| (i + 1) % points.len();
    for (i, point) in points.iter().enumerate() {
        let other = points[next(i)];
        if (point.x - other.x).hypot(point.y - other.y) < SAME {
            return Err(format!("corners {} and {} are the same", i + 1, next(i) + 1));
        }
    }
    let edges: Vec<_> = (0..points.len()).map(|i| (points[i], points[next(i)])).collect();
    crossing_edges(&edges, true)?;
    let area: f64 = edges.iter().map(|(a, b)| a.x * b.y - b.x * a.y).sum();
    if area.abs() < SAME {
        return Err("its corners lie on one line: it has no area".to_owned());
    }
    Ok(())
}

fn crossing_edges(edges: &[(Point, Point)], closed: bool) -> Result<(), String> {
    for i in 0..edges.len() {
        for j in i + 2..edges.len() {
            let joined = closed && i == 0 && j == edges.len() - 1;
            if !joined && touch(edges[i], edges[j]) {
                let end = |k: usize| if closed { (k + 1) % edges.len() + 1 } else { k + 2 };
                return Err(format!(
                    "it crosses itself: from point {} to {} and from point {} to {}; move one of them",
                    i + 1,
                    end(i),
                    j + 1,
                    end(j)
                ));
            }
        }
    }
    Ok(())
}

fn touch((a, b): (Point, Point), (c, d): (Point, Point)) -> bool {
    let turn = |p: Point, q: Point, r: Point| (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);
    let within = |p: Point, q: Point, r: Point| {
        r.x >= p.x.min(q.x) && r.x <= p.x.max(q.x) && r.y >= p.y.min(q.y) && r.y <= p.y.max(q.y)
    };
    let (c1, d1, a1, b1) = (turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b));
    if c1 * d1 < 0.0 && a1 * b1 < 0.0 {
        return true;
    }
    (c1 == 0.0 && within(a, b, c))
        || (d1 == 0.0 && within(a, b, d))
        || (a1 == 0.0 && within(c, d, a))
        || (b1 == 0.0 && within(c, d, b))
}

fn check_values(values: &[(&str, Option<f64>, f64)]) -> Result<(), String> {
    for (name, value, most) in values {
        if let Some(value) = value
            && !(0.0..=*most).contains(value)
        {
            return Err(format!("{name} = {value} is not from 0 to {most}"));
        }
    }
    Ok(())
}

/// Adds the nearest known word to serde's "unknown field `x`, expected one of `a`, `b`".
fn with_nearest(message: &str) -> String {
    let message = message.lines().collect::<Vec<_>>().join(" ");
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let [unknown, known @ ..] = quoted.as_slice() else { return message };
    if !message.starts_with("unknown") {
        return message;
    }
    let message = message.replacen("unknown field", "unknown key", 1);
    format!("{message}{}", nearest(unknown, known.iter().copied()))
}

fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    known
        .map(|other| (strsim::damerau_levenshtein(word, other), other))
        .min()
        .filter(|(distance, _)| *distance <= 3)
        .map_or(String::new(), |(_, other)| format!("; did you mean `{other}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Rules::from_toml(text).unwrap_err().to_string()
    }

    #[test]
    fn the_documented_file_is_read() {
        let rules = Rules::from_toml(
            r#"
            [[line]]
            name = "door"
            points = [[0.10, 0.55], [0.90, 0.55]]
            classes = ["person"]
            anchor = "foot"
            preset = "balanced"
            count = "every"
            names = { forward = "in", backward = "out" }
            [[zone]]
            name = "queue"
            points = [[0.2, 0.6], [0.5, 0.6], [0.5, 0.9], [0.2, 0.9], [0.2, 0.6]]
            "#,
        )
        .unwrap();
        assert_eq!(rules.lines[0].settings().band, 0.15);
        assert_eq!(rules.zones[0].points.len(), 4, "the repeated corner is gone");
    }

    #[test]
    fn impossible_rules_say_which_point_is_wrong() {
        let line = |points: &str| error(&format!("[[line]]\nname = \"a\"\npoints = {points}"));
        let zone = |points: &str| error(&format!("[[zone]]\nname = \"z\"\npoints = {points}"));
        assert!(line("[[0.1, 0.1], [0.1, 0.1]]").contains("points 1 and 2 are the same"));
        assert!(line("[[0.1, 0.1], [1.2, 0.1]]").contains("point 2 (1.2, 0.1) is outside"));
        assert!(line("[[0.1, nan], [0.2, 0.1]]").contains("point 1"));
        assert!(line("[[0.1, 0.1]]").contains("1 points"));
        assert!(line("[[0.1,0.1],[0.9,0.9],[0.9,0.1],[0.1,0.9]]").contains("crosses itself"));
        assert!(zone("[[0.1,0.1],[0.9,0.9],[0.9,0.1],[0.1,0.9]]").contains("from point 1 to 2"));
        assert!(zone("[[0.1,0.1],[0.5,0.5],[0.9,0.9]]").contains("no area"));
    }

    #[test]
    fn unknown_words_name_the_nearest_known_one() {
        let text = "[[line]]\nname = \"a\"\npoints = [[0,0],[1,1]]\npreste = \"strict\"";
        let says = error(text);
        assert!(says.contains("line 4") && says.contains("did you mean `preset`?"), "{says}");
        let says = error(&text.replace("preste = \"strict\"", "preset = \"strickt\""));
        assert!(says.contains("did you mean `strict`?"), "{says}");
        let twice = "[[line]]\nname = \"a\"\npoints = [[0,0],[1,1]]\n".repeat(2);
        assert!(error(&twice).contains("the same name"));
        let rules =
            Rules::from_toml("[[line]]\nname=\"a\"\nclasses=[\"persn\"]\npoints=[[0,0],[1,1]]").unwrap();
        let says = rules.check_classes(&["person".to_owned(), "car".to_owned()]).unwrap_err().to_string();
        assert!(says.contains("did you mean `person`?"), "{says}");
    }
}
