//! `model.toml`: what a model takes in and gives out.

use std::collections::BTreeMap;

use observation::Class;
use serde::Deserialize;

use crate::keys::{nearest, with_nearest};
use crate::output::Output;
use crate::size::Resizable;

/// The largest `model.toml` that is read, in bytes.
pub const MAX_DESCRIPTION_BYTES: usize = 1 << 20;

/// The longest side of a model's input, in pixels.
pub(crate) const MAX_SIDE: u32 = 4096;

/// Why a `model.toml` cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DescriptionError {
    /// Longer than [`MAX_DESCRIPTION_BYTES`].
    #[error("model.toml is {0} bytes long; a model's description has at most {MAX_DESCRIPTION_BYTES}")]
    TooLong(usize),
    /// Not TOML, an unknown key, or a value of the wrong type.
    #[error("model.toml, line {line}: {message}")]
    Syntax {
        /// Line of the file, from 1.
        line: usize,
        /// What is wrong there, and the nearest known key.
        message: String,
    },
    /// A value that makes no sense.
    #[error("model.toml: `{key}` {message}")]
    Value {
        /// The key, with its sections.
        key: String,
        /// What is wrong with it, and what it may be.
        message: String,
    },
}

/// What a model takes in and gives out: the contents of a `model.toml`.
///
/// The guide's page "Bring your own model" explains every key; unknown keys are errors.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ModelDescription {
    /// The model's name, as it stands in events: letters, digits, `-`, `_`, `.`.
    pub name: String,
    /// Name of the ONNX file, in the same folder.
    #[serde(default = "default_file")]
    pub file: String,
    /// Length of the ONNX file in bytes; not checked where absent.
    pub bytes: Option<u64>,
    /// SHA-256 of the ONNX file, 64 hexadecimal digits; not checked where absent.
    pub sha256: Option<String>,
    /// For readers: which network it is.
    pub network: Option<String>,
    /// For readers: the ONNX operator set.
    pub onnx_opset: Option<u32>,
    /// For readers: how weights are stored.
    pub weights: Option<String>,
    /// For readers: where the model comes from. Any keys.
    #[serde(default)]
    pub source: BTreeMap<String, toml::Value>,
    /// What goes in.
    pub input: Input,
    /// What comes out.
    #[serde(default)]
    pub output: Output,
    /// What is done with it.
    #[serde(default)]
    pub postprocess: Postprocess,
    /// For readers: how long it takes. Any keys.
    #[serde(default)]
    pub timing: BTreeMap<String, toml::Value>,
    /// What it can tell apart.
    pub classes: Classes,
}

/// What goes into the model.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Input {
    /// Name of the ONNX input.
    pub name: String,
    /// Its element type.
    #[serde(default)]
    pub dtype: InputType,
    /// Order of its sides.
    #[serde(default)]
    pub layout: Layout,
    /// Its shape; a text stands for "any". Says the same as `layout`, `width` and `height`.
    pub shape: Option<Vec<Side>>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Order of the colour channels.
    #[serde(default)]
    pub colour: Colour,
    /// The values that black and white have, before `mean` and `std`.
    #[serde(default = "default_range")]
    pub range: [f32; 2],
    /// Subtracted from each channel (in the model's order), after scaling to `range`.
    #[serde(default)]
    pub mean: [f32; 3],
    /// Each channel is divided by this, after subtracting `mean`.
    #[serde(default = "default_std")]
    pub std: [f32; 3],
    /// How a frame of another shape is fitted in.
    #[serde(default)]
    pub letterbox: LetterboxRule,
    /// Name of a second input, int64 `[batch, 2]`, that takes the width and height that boxes are to be
    /// scaled to (`orig_target_sizes` of RT-DETR's own export). It is given the input's width and height.
    pub size_name: Option<String>,
    /// What depends on the size of the input, for models that can be run at any.
    pub resizable: Option<Resizable>,
}

/// The element type of an input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InputType {
    /// 32-bit floating point.
    #[default]
    Float32,
}

/// The order of an input's sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Layout {
    /// Batch, channel, row, column.
    #[default]
    #[serde(rename = "NCHW")]
    Nchw,
    /// Batch, row, column, channel.
    #[serde(rename = "NHWC")]
    Nhwc,
}

/// One side of a shape: a length, or a name for "any length".
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Side {
    /// This long.
    Length(u32),
    /// Any length.
    Any(String),
}

/// The order of the colour channels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Colour {
    /// Red, green, blue.
    #[default]
    Rgb,
    /// Blue, green, red: models trained with OpenCV.
    Bgr,
}

/// How a frame is fitted into the input.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LetterboxRule {
    /// Whether the frame keeps its proportions and the rest is padded; else it is stretched.
    #[serde(default = "yes")]
    pub keep_aspect: bool,
    /// Where the frame lies.
    #[serde(default)]
    pub anchor: PadAnchor,
    /// Value of the padding, 0 (black) to 255, in every channel.
    #[serde(default)]
    pub pad_value: f32,
    /// For readers: how the frame is resized.
    pub resize: Option<String>,
}

/// Where a frame lies in the input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PadAnchor {
    /// In the top left corner; padding to the right or below.
    #[default]
    TopLeft,
    /// In the middle; padding on both sides.
    Centre,
}

/// What is done with the model's output.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Postprocess {
    /// Boxes that overlap a better one by more than this are dropped (intersection over union). Where
    /// absent: 0.6, or none for `kind = "detr"`, whose boxes do not overlap.
    pub nms_iou: Option<f32>,
    /// Whether only boxes of the same class suppress each other.
    pub nms_per_class: bool,
    /// Confidence from which an object counts.
    pub confidence: f32,
    /// Confidence from which a tracker still uses a box to go on with a track.
    pub confidence_low: f32,
    /// At most this many boxes a frame, the best ones.
    pub max_detections: usize,
}

/// What the model can tell apart.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Classes {
    /// The names, in the model's order.
    pub names: Vec<String>,
}

impl Default for LetterboxRule {
    fn default() -> Self {
        Self { keep_aspect: true, anchor: PadAnchor::TopLeft, pad_value: 0.0, resize: None }
    }
}

impl Default for Postprocess {
    fn default() -> Self {
        Self {
            nms_iou: None,
            nms_per_class: false,
            confidence: 0.5,
            confidence_low: 0.35,
            max_detections: 100,
        }
    }
}

fn default_file() -> String {
    "model.onnx".to_owned()
}

fn default_range() -> [f32; 2] {
    [0.0, 255.0]
}

fn default_std() -> [f32; 3] {
    [1.0; 3]
}

fn yes() -> bool {
    true
}

impl ModelDescription {
    /// Reads and checks the text of a `model.toml`. A pure function of the text; it never panics.
    ///
    /// # Errors
    /// When the text is no TOML, has an unknown key (the nearest known one is named), or says what cannot be.
    pub fn parse(text: &str) -> Result<Self, DescriptionError> {
        if text.len() > MAX_DESCRIPTION_BYTES {
            return Err(DescriptionError::TooLong(text.len()));
        }
        let description: Self = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start).min(text.len());
            let line = text.as_bytes()[..start].iter().filter(|&&byte| byte == b'\n').count() + 1;
            DescriptionError::Syntax { line, message: with_nearest(error.message()) }
        })?;
        description.validate()?;
        Ok(description)
    }

    /// The class of this name.
    ///
    /// # Errors
    /// When the model has no such class; the nearest that it has is named.
    pub fn class(&self, name: &str) -> Result<Class, UnknownClass> {
        match self.classes.names.iter().position(|known| known == name) {
            Some(index) => Ok(Class(index as u16)),
            None => Err(UnknownClass {
                name: name.to_owned(),
                model: self.name.clone(),
                nearest: nearest(name, self.classes.names.iter().map(String::as_str))
                    .unwrap_or_default()
                    .to_owned(),
            }),
        }
    }

    /// The name of a class.
    pub fn class_name(&self, class: Class) -> Option<&str> {
        self.classes.names.get(usize::from(class.0)).map(String::as_str)
    }

    fn validate(&self) -> Result<(), DescriptionError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        require(
            (1..=64).contains(&self.name.len()) && self.name.chars().all(plain),
            "name",
            "must be 1 to 64 letters, digits, `-`, `_` or `.`: it stands in every event",
        )?;
        require(
            !self.file.is_empty() && !self.file.contains(['/', '\\', '\0', ':']) && self.file != "..",
            "file",
            "must be the name of a file in the same folder, without a path",
        )?;
        if let Some(sha256) = &self.sha256 {
            let hex = sha256.len() == 64 && sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
            require(hex, "sha256", "must be 64 hexadecimal digits (`sha256sum model.onnx`)")?;
        }
        self.input.validate()?;
        self.postprocess.validate()?;
        let names = &self.classes.names;
        let good = |name: &String| (1..=100).contains(&name.len()) && !name.contains(char::is_control);
        require(
            (1..=10_000).contains(&names.len()) && names.iter().all(good),
            "classes.names",
            "must be 1 to 10000 names of 1 to 100 characters",
        )?;
        self.output.validate(&self.input)
    }
}

/// A model has no class of this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("model `{model}` has no class `{name}`: did you mean `{nearest}`?")]
pub struct UnknownClass {
    /// What was asked for.
    pub name: String,
    /// The model.
    pub model: String,
    /// The nearest name that the model has.
    pub nearest: String,
}

impl Input {
    fn validate(&self) -> Result<(), DescriptionError> {
        let side = |length: u32| (1..=MAX_SIDE).contains(&length);
        require(side(self.width), "input.width", "must be 1 to 4096 pixels")?;
        require(side(self.height), "input.height", "must be 1 to 4096 pixels")?;
        require(!self.name.is_empty(), "input.name", "must be the name of the ONNX input")?;
        let [low, high] = self.range;
        require(
            low.is_finite() && high.is_finite() && low < high,
            "input.range",
            "must be two numbers, the first smaller: [0.0, 255.0], [0.0, 1.0], [-1.0, 1.0]",
        )?;
        require(self.mean.iter().all(|v| v.is_finite()), "input.mean", "must be three numbers")?;
        require(
            self.std.iter().all(|v| v.is_finite() && *v != 0.0),
            "input.std",
            "must be three numbers other than 0",
        )?;
        require(
            (0.0..=255.0).contains(&self.letterbox.pad_value),
            "input.letterbox.pad_value",
            "must be 0 to 255",
        )?;
        if let Some(shape) = &self.shape {
            let sides = match self.layout {
                Layout::Nchw => [3, self.height, self.width],
                Layout::Nhwc => [self.height, self.width, 3],
            };
            let fits = shape.len() == 4
                && shape[1..].iter().zip(sides).all(|(side, length)| match side {
                    Side::Length(given) => *given == length,
                    Side::Any(_) => true,
                });
            require(fits, "input.shape", "says something else than `layout`, `width` and `height`")?;
        }
        match &self.resizable {
            Some(resizable) => resizable.validate(),
            None => Ok(()),
        }
    }
}

impl Postprocess {
    fn validate(&self) -> Result<(), DescriptionError> {
        let share = |value: f32| (0.0..=1.0).contains(&value);
        if let Some(iou) = self.nms_iou {
            require(share(iou), "postprocess.nms_iou", "must be 0 to 1")?;
        }
        require(share(self.confidence), "postprocess.confidence", "must be 0 to 1")?;
        require(
            share(self.confidence_low) && self.confidence_low <= self.confidence,
            "postprocess.confidence_low",
            "must be 0 to 1 and not above `confidence`",
        )?;
        require(
            (1..=10_000).contains(&self.max_detections),
            "postprocess.max_detections",
            "must be 1 to 10000",
        )
    }
}

pub(crate) fn require(holds: bool, key: &str, message: &str) -> Result<(), DescriptionError> {
    if holds {
        return Ok(());
    }
    Err(DescriptionError::Value { key: key.to_owned(), message: message.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../../models/nanodet-416/model.toml");

    const SHORT: &str = r#"
        name = "mine"
        [input]
        name = "images"
        width = 640
        height = 640
        [output]
        kind = "yolox"
        [classes]
        names = ["person", "car"]
    "#;

    #[test]
    fn the_shipped_description_is_valid() {
        let description = ModelDescription::parse(SHIPPED).unwrap();
        assert_eq!(description.name, "nanodet-416");
        assert_eq!(description.class("truck"), Ok(Class(7)));
        assert_eq!(description.class_name(Class(0)), Some("person"));
        let error = description.class("bicicle").unwrap_err().to_string();
        assert_eq!(error, "model `nanodet-416` has no class `bicicle`: did you mean `bicycle`?");
    }

    #[test]
    fn a_description_needs_little() {
        let description = ModelDescription::parse(SHORT).unwrap();
        assert_eq!(description.file, "model.onnx");
        assert_eq!(description.postprocess.confidence_low, 0.35);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        for (from, to, expected) in [
            ("width", "widht", "line 5: unknown key `widht`: did you mean `width`?"),
            ("yolox", "yolo5", "line 8: unknown value `yolo5`: did you mean `yolox`?"),
            ("= 640", "= 0", "`input.width` must be 1 to 4096 pixels"),
            ("= 640", "= -1", "line 5: invalid value: integer `-1`, expected u32"),
            ("mine", "a b", "`name` must be 1 to 64 letters"),
            ("name = \"mine\"", "name = \"m\"\nfile = \"../../etc/passwd\"", "`file` must be the name"),
            ("name = \"mine\"", "name = \"m\"\nsha256 = \"12\"", "`sha256` must be 64 hexadecimal"),
            ("[classes]", "[postprocess]\nconfidence = nan\n[classes]", "`postprocess.confidence` must"),
            ("[classes]", "[postprocess]\nconfidence_low = 0.9\n[classes]", "not above `confidence`"),
            ("[output]", "std = [1.0, 0.0, 1.0]\n[output]", "`input.std` must be three numbers"),
            ("[output]", "shape = [1, 3, 640, 320]\n[output]", "`input.shape` says something else"),
            ("[\"person\", \"car\"]", "[]", "`classes.names` must be 1 to 10000"),
            ("[input]", "[input", "line 3: "),
        ] {
            let error = ModelDescription::parse(&SHORT.replacen(from, to, 1)).unwrap_err().to_string();
            assert!(error.contains(expected), "{error:?} does not say {expected:?}");
            assert!(!error.contains('\n'), "{error:?} is one line");
        }
    }
}
