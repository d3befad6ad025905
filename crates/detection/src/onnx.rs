//! What an ONNX file says about itself, read without loading it.
//!
//! Source of the field numbers: `onnx.proto3` of the ONNX project (IR version 12).

use std::fmt;

use crate::wire::{Fields, Malformed, Value, varint};

/// The largest model file that is read, in bytes.
pub const MAX_MODEL_BYTES: u64 = 1 << 30;

/// Nodes, attributes, tensors and texts of one file, together. Real detectors have a few thousand; a
/// runtime needs some hundred bytes for each, so a file of empty messages could otherwise ask for a hundred
/// times its own size.
const MAX_ITEMS: usize = 1_000_000;

/// Graphs inside graphs (`If`, `Loop`).
const MAX_DEPTH: usize = 16;

/// What an ONNX file says about its inputs and outputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnnxHeader {
    /// Version of the default operator set.
    pub opset: Option<i64>,
    /// The program that wrote the file.
    pub producer: String,
    /// Inputs that a caller must give; constants are not among them.
    pub inputs: Vec<TensorInfo>,
    /// Outputs.
    pub outputs: Vec<TensorInfo>,
    /// Operations of the graph.
    pub nodes: usize,
}

/// An input or output of an ONNX file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorInfo {
    /// Its name.
    pub name: String,
    /// Its element type.
    pub element: Element,
    /// Its shape; `None` where the file does not say.
    pub shape: Option<Vec<Dim>>,
}

/// One side of a tensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dim {
    /// This long, always.
    Fixed(i64),
    /// As long as the caller wants, under this name (empty where it has none).
    Symbol(String),
}

/// An element type, by ONNX's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element(pub i32);

impl Element {
    /// 32-bit floating point.
    pub const FLOAT32: Self = Self(1);
    /// 32-bit whole number.
    pub const INT32: Self = Self(6);
    /// 64-bit whole number.
    pub const INT64: Self = Self(7);
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.0 {
            1 => "float32",
            2 => "uint8",
            3 => "int8",
            4 => "uint16",
            5 => "int16",
            6 => "int32",
            7 => "int64",
            8 => "string",
            9 => "bool",
            10 => "float16",
            11 => "float64",
            16 => "bfloat16",
            other => return write!(f, "type {other}"),
        };
        f.write_str(name)
    }
}

impl fmt::Display for TensorInfo {
    /// `scores float32[batch, 3549, 80]`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.element)?;
        let Some(shape) = &self.shape else { return f.write_str("[…]") };
        f.write_str("[")?;
        for (index, dim) in shape.iter().enumerate() {
            f.write_str(if index > 0 { ", " } else { "" })?;
            match dim {
                Dim::Fixed(length) => write!(f, "{length}")?,
                Dim::Symbol(name) if name.is_empty() => f.write_str("?")?,
                Dim::Symbol(name) => f.write_str(name)?,
            }
        }
        f.write_str("]")
    }
}

/// Why bytes are no ONNX file that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OnnxError {
    /// Not protobuf, or cut short.
    #[error("is no ONNX file, or only a part of one: copy or export it again")]
    Malformed,
    /// Protobuf, but without a graph with inputs and outputs.
    #[error("is no ONNX model: it holds no graph with inputs and outputs")]
    NoGraph,
    /// The weights are in other files.
    #[error(
        "keeps its weights in other files: save it as one file (`onnx.save_model` without external data)"
    )]
    ExternalData,
    /// More than any detector has.
    #[error("has more than a million nodes and tensors, or graphs nested deeper than 16: it is no detector")]
    TooComplex,
}

impl From<Malformed> for OnnxError {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

impl OnnxHeader {
    /// Reads the header out of a whole ONNX file, and makes sure that handing the file to a runtime cannot
    /// ask for much more memory than its own size.
    ///
    /// A pure function of the bytes; it allocates only names and shapes of inputs and outputs.
    ///
    /// # Errors
    /// When the bytes are no ONNX model, keep weights in other files, or are far too complex.
    pub fn read(bytes: &[u8]) -> Result<Self, OnnxError> {
        let mut header =
            Self { opset: None, producer: String::new(), inputs: Vec::new(), outputs: Vec::new(), nodes: 0 };
        let mut weigh = Weigh { items: 0 };
        let mut graphs = 0;
        for field in Fields::of(bytes) {
            let field = field?;
            match (field.number, field.value) {
                (2, Value::Bytes(text)) => header.producer = text_of(text),
                (7, Value::Bytes(graph)) => {
                    graphs += 1;
                    weigh.graph(graph, 0)?;
                    header.read_graph(graph)?;
                }
                (8, Value::Bytes(opset)) => {
                    weigh.add(1)?;
                    header.read_opset(opset)?;
                }
                (25, Value::Bytes(function)) => weigh.function(function)?,
                (_, Value::Bytes(other)) => weigh.unknown(other)?,
                _ => {}
            }
        }
        if graphs != 1 || header.inputs.is_empty() || header.outputs.is_empty() {
            return Err(OnnxError::NoGraph);
        }
        Ok(header)
    }

    /// The input of this name.
    pub fn input(&self, name: &str) -> Option<&TensorInfo> {
        self.inputs.iter().find(|input| input.name == name)
    }

    /// The output of this name.
    pub fn output(&self, name: &str) -> Option<&TensorInfo> {
        self.outputs.iter().find(|output| output.name == name)
    }

    fn read_graph(&mut self, graph: &[u8]) -> Result<(), Malformed> {
        let mut constants = Vec::new();
        for field in Fields::of(graph) {
            let field = field?;
            match (field.number, field.value) {
                (1, _) => self.nodes += 1,
                (5, Value::Bytes(tensor)) => constants.push(tensor_name(tensor)?),
                (11, Value::Bytes(info)) => self.inputs.push(tensor_info(info)?),
                (12, Value::Bytes(info)) => self.outputs.push(tensor_info(info)?),
                _ => {}
            }
        }
        // Files of IR version 3 and older list every constant as an input too.
        constants.sort_unstable();
        self.inputs.retain(|input| constants.binary_search(&input.name.as_bytes()).is_err());
        Ok(())
    }

    fn read_opset(&mut self, opset: &[u8]) -> Result<(), Malformed> {
        let (mut default_domain, mut version) = (true, None);
        for field in Fields::of(opset) {
            let field = field?;
            match (field.number, field.value) {
                (1, Value::Bytes(domain)) => default_domain = domain.is_empty() || domain == b"ai.onnx",
                (2, Value::Varint(number)) => version = Some(number as i64),
                _ => {}
            }
        }
        if default_domain {
            self.opset = version;
        }
        Ok(())
    }
}

/// The name of a `TensorProto`.
pub(crate) fn tensor_name(tensor: &[u8]) -> Result<&[u8], Malformed> {
    let mut name: &[u8] = &[];
    for field in Fields::of(tensor) {
        let field = field?;
        if let (8, Value::Bytes(text)) = (field.number, field.value) {
            name = text;
        }
    }
    Ok(name)
}

/// Reads a `ValueInfoProto`.
pub(crate) fn tensor_info(info: &[u8]) -> Result<TensorInfo, Malformed> {
    let mut out = TensorInfo { name: String::new(), element: Element(0), shape: None };
    for field in Fields::of(info) {
        let field = field?;
        match (field.number, field.value) {
            (1, Value::Bytes(name)) => out.name = text_of(name),
            (2, Value::Bytes(kind)) => {
                for field in Fields::of(kind) {
                    let field = field?;
                    if let (1, Value::Bytes(tensor)) = (field.number, field.value) {
                        read_tensor_type(tensor, &mut out)?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(out)
}

fn read_tensor_type(tensor: &[u8], out: &mut TensorInfo) -> Result<(), Malformed> {
    for field in Fields::of(tensor) {
        let field = field?;
        match (field.number, field.value) {
            (1, Value::Varint(number)) => out.element = Element(number as i32),
            (2, Value::Bytes(shape)) => {
                let mut dims = Vec::new();
                for field in Fields::of(shape) {
                    let field = field?;
                    if let (1, Value::Bytes(dim)) = (field.number, field.value) {
                        dims.push(read_dim(dim)?);
                    }
                }
                out.shape = Some(dims);
            }
            _ => {}
        }
    }
    Ok(())
}

fn read_dim(dim: &[u8]) -> Result<Dim, Malformed> {
    let mut out = Dim::Symbol(String::new());
    for field in Fields::of(dim) {
        let field = field?;
        match (field.number, field.value) {
            // Some exporters write 0 or -1 for "any length".
            (1, Value::Varint(length)) if length as i64 > 0 => out = Dim::Fixed(length as i64),
            (2, Value::Bytes(name)) => out = Dim::Symbol(text_of(name)),
            _ => {}
        }
    }
    Ok(out)
}

/// A text out of the file, short and printable, because it goes into messages.
fn text_of(bytes: &[u8]) -> String {
    let head = &bytes[..bytes.len().min(200)];
    String::from_utf8_lossy(head).chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Counts what a runtime would allocate for.
struct Weigh {
    items: usize,
}

impl Weigh {
    fn add(&mut self, items: usize) -> Result<(), OnnxError> {
        self.items = self.items.saturating_add(items);
        if self.items > MAX_ITEMS { Err(OnnxError::TooComplex) } else { Ok(()) }
    }

    /// Something that may be text or a message: at worst every two bytes are an item.
    fn unknown(&mut self, bytes: &[u8]) -> Result<(), OnnxError> {
        self.add(1 + bytes.len() / 2)
    }

    fn graph(&mut self, graph: &[u8], depth: usize) -> Result<(), OnnxError> {
        if depth > MAX_DEPTH {
            return Err(OnnxError::TooComplex);
        }
        for field in Fields::of(graph) {
            let field = field?;
            self.add(1)?;
            match (field.number, field.value) {
                (1, Value::Bytes(node)) => self.node(node, depth)?,
                (5, Value::Bytes(tensor)) => self.tensor(tensor)?,
                (2, _) => {}
                (_, Value::Bytes(other)) => self.unknown(other)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn function(&mut self, function: &[u8]) -> Result<(), OnnxError> {
        for field in Fields::of(function) {
            let field = field?;
            match (field.number, field.value) {
                (7, Value::Bytes(node)) => self.node(node, 0)?,
                (_, Value::Bytes(other)) => self.unknown(other)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn node(&mut self, node: &[u8], depth: usize) -> Result<(), OnnxError> {
        for field in Fields::of(node) {
            let field = field?;
            self.add(1)?;
            let (5, Value::Bytes(attribute)) = (field.number, field.value) else { continue };
            for field in Fields::of(attribute) {
                let field = field?;
                self.add(1)?;
                match (field.number, field.value) {
                    (5 | 10, Value::Bytes(tensor)) => self.tensor(tensor)?,
                    (6 | 11, Value::Bytes(graph)) => self.graph(graph, depth + 1)?,
                    (14 | 15 | 22 | 23, Value::Bytes(other)) => self.unknown(other)?,
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn tensor(&mut self, tensor: &[u8]) -> Result<(), OnnxError> {
        let (mut elements, mut external) = (1u64, false);
        for field in Fields::of(tensor) {
            let field = field?;
            match (field.number, field.value) {
                (1, Value::Varint(length)) => elements = elements.saturating_mul(length),
                (1, Value::Bytes(mut packed)) => {
                    while !packed.is_empty() {
                        elements = elements.saturating_mul(varint(&mut packed)?);
                    }
                }
                (6, _) => self.add(1)?,
                (13, _) => external = true,
                (14, Value::Varint(location)) => external |= location != 0,
                _ => {}
            }
        }
        if external {
            return Err(OnnxError::ExternalData);
        }
        // A tensor that claims to be larger than the file can hold (8 elements to a byte at most).
        if elements > 8 * MAX_MODEL_BYTES || elements / 8 > tensor.len() as u64 {
            return Err(OnnxError::Malformed);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{put_bytes, put_number};

    fn model(graph: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        put_number(&mut bytes, 1, 7);
        put_bytes(&mut bytes, 7, graph);
        bytes
    }

    #[test]
    fn rubbish_is_no_onnx_file() {
        for bytes in [&b""[..], b"PK\x03\x04 a zip file", b"<html>not found</html>", &[0xff; 64]] {
            let error = OnnxHeader::read(bytes).unwrap_err();
            assert!(matches!(error, OnnxError::Malformed | OnnxError::NoGraph), "{error}");
        }
    }

    #[test]
    fn a_file_of_empty_nodes_is_refused_before_a_runtime_sees_it() {
        let mut graph = Vec::new();
        for _ in 0..=MAX_ITEMS {
            put_bytes(&mut graph, 1, &[]);
        }
        assert_eq!(OnnxHeader::read(&model(&graph)), Err(OnnxError::TooComplex));
    }

    #[test]
    fn weights_in_other_files_are_refused() {
        let mut tensor = Vec::new();
        put_number(&mut tensor, 14, 1);
        let mut graph = Vec::new();
        put_bytes(&mut graph, 5, &tensor);
        assert_eq!(OnnxHeader::read(&model(&graph)), Err(OnnxError::ExternalData));
    }

    #[test]
    fn a_tensor_larger_than_its_file_is_refused() {
        let mut tensor = Vec::new();
        put_number(&mut tensor, 1, 1 << 40);
        let mut graph = Vec::new();
        put_bytes(&mut graph, 5, &tensor);
        assert_eq!(OnnxHeader::read(&model(&graph)), Err(OnnxError::Malformed));
    }

    #[test]
    fn graphs_cannot_be_nested_without_end() {
        let mut graph = Vec::new();
        for _ in 0..100 {
            let mut attribute = Vec::new();
            put_bytes(&mut attribute, 6, &graph);
            let mut node = Vec::new();
            put_bytes(&mut node, 5, &attribute);
            graph.clear();
            put_bytes(&mut graph, 1, &node);
        }
        assert_eq!(OnnxHeader::read(&model(&graph)), Err(OnnxError::TooComplex));
    }
}
