//! A picture in, boxes out: model contract and runtimes.
//!
//! A detector is three things that this crate keeps apart. A **model** is data: a folder with an ONNX file and a
//! `model.toml` that says what goes in and what comes out. A **runtime** runs the network: ONNX Runtime, a shared
//! library that is looked for when the program runs, or `tract`, which is built in, a third as fast, and always
//! there. A [`Detector`] is a model that a runtime has made ready at one input size.
//!
//! ```
//! use detection::{Detector, InputSize, Model, Options, Picture, Runtime};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/nanodet-416"));
//! let model = Model::open(folder)?;
//! assert_eq!(model.id(), "nanodet-416@0e1e4769");
//!
//! // Frames of 4:3: the smallest input that holds them, so that no time goes into black bars.
//! let (width, height) = (640, 480);
//! let size = InputSize::fit(model.description(), 640.0 / 480.0, 256)?;
//! assert_eq!(size.to_string(), "256x192");
//!
//! # let runtime = Runtime::Tract;
//! let person = model.description().class("person")?;
//! let options = Options { size: Some(size), classes: Some(vec![person]), runtime, ..Options::default() };
//! let mut detector = Detector::new(&model, &options)?;
//! for notice in detector.notices() {
//!     eprintln!("{notice}"); // such as: ONNX Runtime was not found
//! }
//!
//! let rgb = vec![90; 3 * 640 * 480];
//! let letterbox = detector.prepare(0, width, height)?;
//! letterbox.fill(detector.input_mut(0), &Picture::new(&rgb, width, height)?)?;
//! assert!(detector.detect()?.is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! # Frames come in without a copy
//!
//! The detector owns its input, planes of red, green and blue from 0 to 255. [`Detector::prepare`] says where in it
//! a frame belongs ([`Letterbox`]) and pads the rest; the decoder scales and converts the frame straight to that
//! place. What the network itself wants instead (BGR, mean and deviation, channels last) is made of it when it runs;
//! for the shipped model nothing is. [`Letterbox::fill`] is the plain way, for still images and as the reference in
//! tests.
//!
//! # The input's size is a choice
//!
//! Time grows with the area of the input, and so does the height of a person in it. Of a convolutional network the
//! same weights run at any size, but its ONNX file is written for one. A model that names the constants that depend
//! on the size, in `[input.resizable]`, is rewritten in memory when it is loaded; the tests compare with files that
//! were made for each size, bit for bit but for rounding. [`suggest`] says when objects are too small for the input;
//! [`Tiling`] cuts a frame up where a larger input will not do.
//!
//! The shipped model on the sample video (every tenth frame; one thread of a 2-core virtual machine). It shows about
//! 5.6 people a frame:
//!
//! | input | ms | height of a person in it | people a frame at 0.5 | at 0.35 |
//! | --- | --- | --- | --- | --- |
//! | 256x192 | 13 | 28 pixels | 4.2 | 6.0 |
//! | 320x256 | 20 | 34 | 5.0 | 6.2 |
//! | 416x320 | 31 | 42 | 5.5 | 7.3 |
//! | 512x384 | 46 | 53 | 5.6 | 7.5 |
//! | 640x480 | 75 | 66 | 5.6 | 6.7 |
//!
//! What is over 5.6 at 0.35 is mostly posts and signs that stay in one place and reach 0.47. Hence the shipped
//! thresholds: 0.5 to begin a track, 0.35 to go on with one. Where people are less than 30 pixels high, their
//! confidence is a tenth lower, and 0.4 finds as many as 0.5 does above.
//!
//! # One thread each
//!
//! Two detectors of one thread outrun one detector of two threads, so a pipeline makes one [`Detector`] a core and
//! moves each to a thread of its own. [`Detector::detect_batch`] is for tiles, and for GPUs.
//!
//! # Files that nobody has looked at
//!
//! [`ModelDescription::parse`] and [`OnnxHeader::read`] are pure functions of bytes that neither panic nor allocate
//! more than a fixed share of what they are given; they are fuzzed. The header is read before any runtime sees the
//! file, and refuses graphs that would take far more memory than their size, and weights in other files. What a
//! graph computes when it runs cannot be known beforehand: a model is a program, so take models, like programs, from
//! those you trust.

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
mod size;
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
pub use runtime::{Device, Notice, Runtime, RuntimeSearch};
pub use size::{InputSize, Resizable, SizeConstant, SizeRule};
pub use suggest::{Change, Suggestion, suggest};
pub use tiling::{Tile, Tiling, TilingError};
