//! The same weights at another input size.
//!
//! A fully convolutional network has one set of weights for every size, but its ONNX file is written for
//! one: the declared shapes, and a few constants computed from the size. A model that names those in
//! `[input.resizable]` of its `model.toml` can be rewritten in memory when it is loaded. Every other byte of
//! the file stays as it is.

use std::fmt;

use half::f16;
use serde::Deserialize;

use crate::description::{DescriptionError, Layout, MAX_SIDE, require};
use crate::onnx::{Element, tensor_info, tensor_name};
use crate::output::Rows;
use crate::wire::{Fields, Malformed, Value, put_bytes, put_number, varint};
use crate::{Dim, Error, ModelDescription};

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
        require(self.constants.len() <= 1000, "input.resizable.constants", "must be at most 1000")?;
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
    fn check(&self, model: &ModelDescription, size: InputSize) -> Result<(), Error> {
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

fn fixed_size(model: &ModelDescription, asked: &str) -> Error {
    Error::InputSize(format!(
        "model `{}` runs at {}x{} only, not at {asked}: its model.toml has no [input.resizable]",
        model.name, model.input.width, model.input.height
    ))
}

/// The ONNX file `bytes`, rewritten for an input of `size`.
///
/// # Errors
/// When the model does not say how, or the file is not as it says.
pub(crate) fn resized(bytes: &[u8], model: &ModelDescription, size: InputSize) -> Result<Vec<u8>, Error> {
    let Some(resizable) = &model.input.resizable else {
        return Err(fixed_size(model, &size.to_string()));
    };
    resizable.check(model, size)?;
    let rows = Cells { strides: &model.output.rows, size }.count();
    let job = Job { model, resizable, size, rows: rows as u64, seen: Vec::new() };
    job.run(bytes)
}

struct Job<'a> {
    model: &'a ModelDescription,
    resizable: &'a Resizable,
    size: InputSize,
    rows: u64,
    seen: Vec<&'a str>,
}

impl<'a> Job<'a> {
    fn run(mut self, bytes: &[u8]) -> Result<Vec<u8>, Error> {
        let mut out = Vec::with_capacity(bytes.len() + (1 << 20));
        for field in Fields::of(bytes) {
            let field = field.map_err(|Malformed| self.wrong("is cut short"))?;
            match (field.number, field.value) {
                (7, Value::Bytes(graph)) => put_bytes(&mut out, 7, &self.graph(graph)?),
                _ => out.extend_from_slice(field.raw),
            }
        }
        for constant in &self.resizable.constants {
            if !self.seen.contains(&constant.name.as_str()) {
                return Err(self.wrong(&format!("has no constant `{}`", constant.name)));
            }
        }
        Ok(out)
    }

    fn wrong(&self, what: &str) -> Error {
        Error::InputSize(format!(
            "model `{}` cannot be resized: `{}` {what}; correct [input.resizable] of its model.toml",
            self.model.name, self.model.file
        ))
    }

    fn graph(&mut self, graph: &[u8]) -> Result<Vec<u8>, Error> {
        let own_rows = self.own_rows();
        let mut out = Vec::with_capacity(graph.len() + (1 << 20));
        for field in Fields::of(graph) {
            let field = field.map_err(|Malformed| self.wrong("is cut short"))?;
            match (field.number, field.value) {
                (5, Value::Bytes(tensor)) => match self.constant(tensor)? {
                    Some(replaced) => put_bytes(&mut out, 5, &replaced),
                    None => out.extend_from_slice(field.raw),
                },
                (11, Value::Bytes(info)) => put_bytes(&mut out, 11, &self.value_info(info, own_rows, true)?),
                (12, Value::Bytes(info)) => put_bytes(&mut out, 12, &self.value_info(info, own_rows, false)?),
                // Shapes that an exporter noted for tensors in between hold for the old size only; runtimes
                // work them out by themselves.
                (13, _) => {}
                _ => out.extend_from_slice(field.raw),
            }
        }
        Ok(out)
    }

    /// The number of rows at the size for which the file was written.
    fn own_rows(&self) -> i64 {
        let size = InputSize::new(self.model.input.width, self.model.input.height);
        Cells { strides: &self.model.output.rows, size }.count() as i64
    }

    /// A `ValueInfoProto` with its shape for the new size.
    fn value_info(&self, info: &[u8], own_rows: i64, input: bool) -> Result<Vec<u8>, Error> {
        let malformed = |Malformed| self.wrong("is cut short");
        let parsed = tensor_info(info).map_err(malformed)?;
        if input && parsed.name != self.model.input.name {
            return Ok(info.to_vec());
        }
        let mut shape = parsed.shape.clone().unwrap_or_default();
        if input {
            let [row, column] = match self.model.input.layout {
                Layout::Nchw => [2, 3],
                Layout::Nhwc => [1, 2],
            };
            if shape.len() != 4 {
                return Err(self.wrong(&format!("has the input {parsed}, not one of four sides")));
            }
            shape[row] = Dim::Fixed(i64::from(self.size.height));
            shape[column] = Dim::Fixed(i64::from(self.size.width));
        } else {
            for dim in shape.iter_mut().skip(1) {
                if *dim == Dim::Fixed(own_rows) {
                    *dim = Dim::Fixed(self.rows as i64);
                }
            }
        }
        Ok(encode_info(&parsed.name, parsed.element, &shape))
    }

    /// A constant for the new size, or `None` if it does not depend on it.
    fn constant(&mut self, tensor: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let name = tensor_name(tensor).map_err(|Malformed| self.wrong("is cut short"))?;
        let Some(constant) = self.resizable.constants.iter().find(|known| known.name.as_bytes() == name)
        else {
            return Ok(None);
        };
        let old = Old::read(tensor).map_err(|Malformed| self.wrong("is cut short"))?;
        let cells = Cells { strides: &self.model.output.rows, size: self.size };
        let stride = constant.stride.unwrap_or(1);
        let (dims, values): (Vec<u64>, Vec<f64>) = match constant.rule {
            SizeRule::UpsampleRight => {
                let n = self.size.width / stride;
                (vec![n.into(), (2 * n).into()], upsample(n as usize))
            }
            SizeRule::UpsampleLeft => {
                let n = self.size.height / stride;
                (vec![(2 * n).into(), n.into()], transposed(&upsample(n as usize), n as usize))
            }
            SizeRule::CellCentres => (vec![1, self.rows, 4], cells.centres()),
            SizeRule::CellScales => (vec![1, self.rows, 4], cells.scales()),
            SizeRule::LongestSide => (old.dims.clone(), vec![f64::from(self.size.longest())]),
            SizeRule::RowCount => {
                let index = constant.index.unwrap_or(0);
                let mut shape = old
                    .int64s()
                    .ok_or_else(|| self.wrong(&format!("does not hold `{}` as int64", constant.name)))?;
                match shape.get_mut(index) {
                    Some(element) => *element = self.rows as f64,
                    None => {
                        return Err(self.wrong(&format!("has no element {index} in `{}`", constant.name)));
                    }
                }
                (old.dims.clone(), shape)
            }
        };
        if dims.iter().product::<u64>() != values.len() as u64 {
            return Err(self.wrong(&format!("has a `{}` of another shape", constant.name)));
        }
        let data = encode(&values, old.element).ok_or_else(|| {
            self.wrong(&format!("cannot hold `{}` for {} as {}", constant.name, self.size, old.element))
        })?;
        self.seen.push(&constant.name);
        let mut out = Vec::with_capacity(data.len() + 64);
        for dim in dims {
            put_number(&mut out, 1, dim);
        }
        put_number(&mut out, 2, old.element.0 as u64);
        put_bytes(&mut out, 8, constant.name.as_bytes());
        put_bytes(&mut out, 9, &data);
        Ok(Some(out))
    }
}

/// The constant that the file holds.
struct Old<'a> {
    dims: Vec<u64>,
    element: Element,
    raw: &'a [u8],
    int64s: Vec<i64>,
}

impl<'a> Old<'a> {
    fn read(tensor: &'a [u8]) -> Result<Self, Malformed> {
        let mut old = Self { dims: Vec::new(), element: Element(0), raw: &[], int64s: Vec::new() };
        for field in Fields::of(tensor) {
            let field = field?;
            match (field.number, field.value) {
                (1, Value::Varint(dim)) => old.dims.push(dim),
                (1, Value::Bytes(mut packed)) => {
                    while !packed.is_empty() {
                        old.dims.push(varint(&mut packed)?);
                    }
                }
                (2, Value::Varint(element)) => old.element = Element(element as i32),
                (7, Value::Varint(value)) => old.int64s.push(value as i64),
                (7, Value::Bytes(mut packed)) => {
                    while !packed.is_empty() {
                        old.int64s.push(varint(&mut packed)? as i64);
                    }
                }
                (9, Value::Bytes(raw)) => old.raw = raw,
                _ => {}
            }
        }
        Ok(old)
    }

    fn int64s(&self) -> Option<Vec<f64>> {
        if self.element != Element::INT64 {
            return None;
        }
        let raw = self.raw.as_chunks::<8>().0.iter().map(|bytes| i64::from_le_bytes(*bytes));
        Some(self.int64s.iter().copied().chain(raw).map(|value| value as f64).collect())
    }
}

/// Little-endian bytes of `values`; `None` if the type cannot hold one of them exactly.
fn encode(values: &[f64], element: Element) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for value in values {
        match element.0 {
            1 => {
                let single = *value as f32;
                (f64::from(single) == *value).then_some(())?;
                out.extend_from_slice(&single.to_le_bytes());
            }
            7 => out.extend_from_slice(&(*value as i64).to_le_bytes()),
            10 => {
                let half = f16::from_f64(*value);
                (half.to_f64() == *value).then_some(())?;
                out.extend_from_slice(&half.to_le_bytes());
            }
            _ => return None,
        }
    }
    Some(out)
}

fn encode_info(name: &str, element: Element, shape: &[Dim]) -> Vec<u8> {
    let mut dims = Vec::new();
    for dim in shape {
        let mut encoded = Vec::new();
        match dim {
            Dim::Fixed(length) => put_number(&mut encoded, 1, *length as u64),
            Dim::Symbol(symbol) if symbol.is_empty() => {}
            Dim::Symbol(symbol) => put_bytes(&mut encoded, 2, symbol.as_bytes()),
        }
        put_bytes(&mut dims, 1, &encoded);
    }
    let mut tensor = Vec::new();
    put_number(&mut tensor, 1, element.0 as u64);
    put_bytes(&mut tensor, 2, &dims);
    let mut kind = Vec::new();
    put_bytes(&mut kind, 1, &tensor);
    let mut out = Vec::new();
    put_bytes(&mut out, 1, name.as_bytes());
    put_bytes(&mut out, 2, &kind);
    out
}

/// The grids of cells that rows stand for, level by level, row-major.
struct Cells<'a> {
    strides: &'a Rows,
    size: InputSize,
}

impl Cells<'_> {
    fn count(&self) -> usize {
        let InputSize { width, height } = self.size;
        self.strides.strides.iter().map(|stride| ((width / stride) * (height / stride)) as usize).sum()
    }

    fn centres(&self) -> Vec<f64> {
        let mut out = Vec::with_capacity(self.count() * 4);
        for stride in &self.strides.strides {
            let step = f64::from(*stride);
            for row in 0..self.size.height / stride {
                for column in 0..self.size.width / stride {
                    let (x, y) = ((f64::from(column) + 0.5) * step, (f64::from(row) + 0.5) * step);
                    out.extend([x, y, x, y]);
                }
            }
        }
        out
    }

    fn scales(&self) -> Vec<f64> {
        let mut out = Vec::with_capacity(self.count() * 4);
        for stride in &self.strides.strides {
            let step = f64::from(*stride);
            for _ in 0..(self.size.height / stride) * (self.size.width / stride) {
                out.extend([-step, -step, step, step]);
            }
        }
        out
    }
}

/// `[n, 2n]`: bilinear 2× up-sampling with half-pixel centres and clamped borders. Each new cell is three
/// quarters of the old cell it lies in and one quarter of the neighbour on its side.
fn upsample(n: usize) -> Vec<f64> {
    let mut out = vec![0.0; n * 2 * n];
    for i in 0..n {
        for (column, neighbour) in
            [(2 * i, i.saturating_sub(1)), (2 * i + 1, (i + 1).min(n.saturating_sub(1)))]
        {
            out[i * 2 * n + column] += 0.75;
            out[neighbour * 2 * n + column] += 0.25;
        }
    }
    out
}

/// The transpose of an `[n, 2n]` matrix.
fn transposed(matrix: &[f64], n: usize) -> Vec<f64> {
    (0..2 * n).flat_map(|column| (0..n).map(move |row| matrix[row * 2 * n + column])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(resized(&[], &model, InputSize::new(64, 64)).unwrap_err().to_string().lines().count(), 1);
    }

    #[test]
    fn up_sampling_keeps_the_sum_of_each_new_cell() {
        let matrix = upsample(3);
        for column in 0..6 {
            assert_eq!((0..3).map(|row| matrix[row * 6 + column]).sum::<f64>(), 1.0);
        }
        assert_eq!(upsample(1), [1.0, 1.0]);
        assert_eq!(transposed(&upsample(2), 2), [1.0, 0.0, 0.75, 0.25, 0.25, 0.75, 0.0, 1.0]);
    }

    #[test]
    fn half_precision_refuses_what_it_cannot_hold() {
        assert_eq!(encode(&[0.75, 636.0], Element(10)).map(|bytes| bytes.len()), Some(4));
        assert_eq!(encode(&[4097.0], Element(10)), None);
    }
}
