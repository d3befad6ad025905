//! The size of a model's input, and what a model says about running at others.

use std::fmt;

use serde::Deserialize;

use crate::description::{DescriptionError, MAX_SIDE, require};
use crate::{Error, ModelDescription};

/// Width and height of a model's input, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InputSize {
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

impl InputSize {
    /// The size of this width and height.
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// The longer side.
    pub fn longest(self) -> u32 {
        self.width.max(self.height)
    }

    /// The smallest input that holds a frame of `aspect` (width by height) with its longer side scaled to
    /// `longest_side`, so that the least padding is computed: 416×256 for 16:9, 416×320 for 4:3.
    ///
    /// # Errors
    /// When the model runs at one size only and another is asked for, or the size is out of its range.
    pub fn fit(model: &ModelDescription, aspect: f64, longest_side: u32) -> Result<Self, Error> {
        let own = Self::new(model.input.width, model.input.height);
        let Some(resizable) = &model.input.resizable else {
            if longest_side == own.longest() {
                return Ok(own);
            }
            return Err(fixed_size(model, &format!("a longest side of {longest_side}")));
        };
        if !(aspect.is_finite() && aspect > 0.0) || longest_side > MAX_SIDE {
            return Err(Error::InputSize(format!("no input of {longest_side} for frames of {aspect}:1")));
        }
        let step = resizable.multiple;
        let longest = longest_side.div_ceil(step) * step;
        let shorter = f64::from(longest_side) / aspect.max(1.0 / aspect);
        // A frame of 1366×768 is 16:9 but for a hair: a hundredth of a pixel more is no reason for a row more.
        let shorter = ((shorter - 0.01) / f64::from(step)).ceil().max(1.0) as u32 * step;
        let shorter = shorter.max(resizable.smallest.div_ceil(step) * step).min(longest);
        let size = if aspect >= 1.0 { Self::new(longest, shorter) } else { Self::new(shorter, longest) };
        resizable.check(model, size)?;
        Ok(size)
    }
}

impl fmt::Display for InputSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// What depends on the size of the input: `[input.resizable]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Resizable {
    /// Width and height must be multiples of this.
    pub multiple: u32,
    /// The shortest side.
    pub smallest: u32,
    /// The longest side.
    pub largest: u32,
    /// Constants of the graph that are computed anew. Uses the strides of `[output.rows]`.
    pub constants: Vec<SizeConstant>,
}

/// A constant of the graph that is a function of the input's size.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SizeConstant {
    /// The initialiser's name.
    pub name: String,
    /// What it holds.
    pub rule: SizeRule,
    /// `upsample-left` and `upsample-right`: pixels of the input to a cell before up-sampling.
    pub stride: Option<u32>,
    /// `row-count`: which element of the shape is the number of rows, from 0.
    pub index: Option<usize>,
}

/// What a constant holds. R is the number of rows: the cells of every stride's grid, level by level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SizeRule {
    /// `[n, 2n]`, n = width / stride: doubles a row bilinearly, half-pixel centres, clamped borders.
    UpsampleRight,
    /// `[2n, n]`, n = height / stride: the same for a column.
    UpsampleLeft,
    /// `[1, R, 4]`: the centre of each row's cell in input pixels, as x, y, x, y.
    CellCentres,
    /// `[1, R, 4]`: -stride, -stride, stride, stride of each row.
    CellScales,
    /// A shape, one element of which is R.
    RowCount,
    /// The longer side of the input.
    LongestSide,
}

impl Resizable {
    pub(crate) fn validate(&self) -> Result<(), DescriptionError> {
        require((1..=1024).contains(&self.multiple), "input.resizable.multiple", "must be 1 to 1024 pixels")?;
        let range =
            self.multiple <= self.smallest && self.smallest <= self.largest && self.largest <= MAX_SIDE;
        require(
            range,
            "input.resizable.smallest",
            "and `largest` must be in order, from `multiple` to 4096 pixels",
        )?;
        require(self.constants.len() <= 64, "input.resizable.constants", "must be at most 64")?;
        for constant in &self.constants {
            let upsample = matches!(constant.rule, SizeRule::UpsampleLeft | SizeRule::UpsampleRight);
            let key = "input.resizable.constants";
            require(
                upsample == constant.stride.is_some_and(|stride| stride > 0),
                key,
                "need a `stride` above 0 for `upsample-left` and `upsample-right`, and only there",
            )?;
            require(
                (constant.rule == SizeRule::RowCount) == constant.index.is_some(),
                key,
                "need an `index` for `row-count`, and only there",
            )?;
        }
        Ok(())
    }

    /// Whether the model can run at `size`.
    pub(crate) fn check(&self, model: &ModelDescription, size: InputSize) -> Result<(), Error> {
        let range = self.smallest..=self.largest;
        let fits = |side: u32| range.contains(&side) && side.is_multiple_of(self.multiple);
        if fits(size.width) && fits(size.height) {
            return Ok(());
        }
        Err(Error::InputSize(format!(
            "model `{}` cannot run at {size}: width and height must be multiples of {} from {} to {}",
            model.name, self.multiple, self.smallest, self.largest
        )))
    }
}

/// The error for a model that runs at its own size only.
pub(crate) fn fixed_size(model: &ModelDescription, asked: &str) -> Error {
    Error::InputSize(format!(
        "model `{}` runs at {}x{} only, not at {asked}: its model.toml has no [input.resizable]",
        model.name, model.input.width, model.input.height
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resize::resized;

    fn model() -> ModelDescription {
        ModelDescription::parse(include_str!("../../../models/nanodet-416/model.toml")).unwrap()
    }

    #[test]
    fn a_frame_gets_the_smallest_input_that_holds_it() {
        let model = model();
        for (width, height, longest, expected) in [
            (1920, 1080, 416, "416x256"),
            (768, 576, 416, "416x320"),
            (1366, 768, 416, "416x256"),
            (1080, 1920, 416, "256x416"),
            (500, 500, 320, "320x320"),
            (1920, 1080, 640, "640x384"),
            (1280, 720, 1280, "1280x736"),
            (4000, 100, 416, "416x64"),
        ] {
            let size = InputSize::fit(&model, f64::from(width) / f64::from(height), longest).unwrap();
            assert_eq!(size.to_string(), expected, "{width}x{height}");
        }
        let error = InputSize::fit(&model, 1.5, 100_000).unwrap_err().to_string();
        assert!(error.contains("no input of 100000"), "{error}");
    }

    #[test]
    fn a_model_that_does_not_say_how_is_not_resized() {
        let mut model = model();
        model.input.resizable = None;
        assert_eq!(InputSize::fit(&model, 1.5, 416).unwrap(), InputSize::new(416, 416));
        let error = InputSize::fit(&model, 1.5, 640).unwrap_err().to_string();
        assert!(error.contains("runs at 416x416 only") && error.contains("[input.resizable]"), "{error}");
        let error = resized(&[], &model, InputSize::new(64, 64)).unwrap_err().to_string();
        assert!(error.contains("runs at 416x416 only, not at 64x64"), "{error}");
    }
}
