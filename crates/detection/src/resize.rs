//! The same weights at another input size.
//!
//! A fully convolutional network has one set of weights for every size, but its ONNX file is written for
//! one: the declared shapes, and a few constants computed from the size. A model that names those in
//! `[input.resizable]` of its `model.toml` can be rewritten in memory when it is loaded. Every other byte of
//! the file stays as it is.

use half::f16;

use crate::description::Layout;
use crate::onnx::{Element, tensor_info, tensor_name};
use crate::output::Rows;
use crate::size::{Resizable, SizeRule, fixed_size};
use crate::wire::{Fields, Malformed, Value, put_bytes, put_number, varint};
use crate::{Dim, Error, InputSize, ModelDescription};

/// The most rows that constants are computed for: a finest grid of 512 cells along each side.
const MAX_ROWS: usize = 1 << 18;

/// The longest side that is up-sampled, in cells.
const MAX_CELLS: u32 = 512;

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
    if rows > MAX_ROWS {
        return Err(Error::InputSize(format!("{rows} rows at {size} are too many: use a smaller input")));
    }
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
        if self.seen.contains(&constant.name.as_str()) {
            return Err(self.wrong(&format!("has two constants `{}`", constant.name)));
        }
        let old = Old::read(tensor).map_err(|Malformed| self.wrong("is cut short"))?;
        let cells = Cells { strides: &self.model.output.rows, size: self.size };
        let stride = constant.stride.unwrap_or(1);
        let upsample = matches!(constant.rule, SizeRule::UpsampleLeft | SizeRule::UpsampleRight);
        if upsample && self.size.longest() / stride > MAX_CELLS {
            return Err(self.wrong(&format!("has more than {MAX_CELLS} cells to up-sample at {}", self.size)));
        }
        let (dims, values): (Vec<u64>, Vec<f64>) = match constant.rule {
            SizeRule::UpsampleRight => {
                let n = self.size.width / stride;
                (vec![n.into(), (2 * n).into()], upsampling(n as usize))
            }
            SizeRule::UpsampleLeft => {
                let n = self.size.height / stride;
                (vec![(2 * n).into(), n.into()], transposed(&upsampling(n as usize), n as usize))
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
        if dims.iter().fold(1u64, |all, side| all.saturating_mul(*side)) != values.len() as u64 {
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
fn upsampling(n: usize) -> Vec<f64> {
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

    #[test]
    fn up_sampling_keeps_the_sum_of_each_new_cell() {
        let matrix = upsampling(3);
        for column in 0..6 {
            assert_eq!((0..3).map(|row| matrix[row * 6 + column]).sum::<f64>(), 1.0);
        }
        assert_eq!(upsampling(1), [1.0, 1.0]);
        assert_eq!(transposed(&upsampling(2), 2), [1.0, 0.0, 0.75, 0.25, 0.25, 0.75, 0.0, 1.0]);
    }

    #[test]
    fn half_precision_refuses_what_it_cannot_hold() {
        assert_eq!(encode(&[0.75, 636.0], Element(10)).map(|bytes| bytes.len()), Some(4));
        assert_eq!(encode(&[4097.0], Element(10)), None);
    }
}
