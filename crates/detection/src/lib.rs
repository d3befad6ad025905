//! A picture in, boxes out: model contract and runtimes.

mod check;
mod decode;
mod description;
mod detector;
mod error;
#[cfg(test)]
mod golden;
mod keys;
mod letterbox;
mod model;
mod nms;
mod onnx;
mod output;
mod resize;
mod runtime;
mod suggest;
mod tiling;
mod wire;

pub use check::{Problem, Report, check};
pub use description::{
    Classes, Colour, DescriptionError, Input, InputType, Layout, LetterboxRule, MAX_DESCRIPTION_BYTES,
    ModelDescription, PadAnchor, Postprocess, Side, UnknownClass,
};
pub use detector::{Detector, Options};
pub use error::Error;
pub use letterbox::{Letterbox, Picture};
pub use model::Model;
pub use onnx::{Dim, Element, MAX_MODEL_BYTES, OnnxError, OnnxHeader, TensorInfo};
pub use output::{Activation, BoxFormat, BoxUnits, Order, Output, OutputKind, OutputType, Rows, Tensor};
pub use resize::{InputSize, Resizable, SizeConstant, SizeRule};
pub use runtime::{Device, Notice, Runtime, RuntimeSearch};
pub use suggest::{Change, Suggestion, suggest};
pub use tiling::{Tile, Tiling, TilingError};
