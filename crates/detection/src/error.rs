use std::path::PathBuf;

use crate::description::DescriptionError;
use crate::onnx::OnnxError;

/// Why nothing could be detected. Each message is one line that says what failed and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file of the model cannot be read.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The model's description is wrong.
    #[error("{}: {source}", folder.display())]
    Description {
        /// The model's folder.
        folder: PathBuf,
        /// What is wrong.
        source: DescriptionError,
    },
    /// The model's file is no ONNX model that can be used.
    #[error("`{file}` {source}")]
    Onnx {
        /// The file.
        file: String,
        /// What is wrong.
        source: OnnxError,
    },
    /// The model's file and its description do not fit each other.
    #[error("model `{model}` does not fit its model.toml: {problem}")]
    Mismatch {
        /// The model's name.
        model: String,
        /// What does not fit, and what to do.
        problem: String,
    },
    /// The model cannot be run at this input size.
    #[error("{0}")]
    InputSize(String),
    /// A frame has no pixels, or more than can be.
    #[error("{0}")]
    Frame(String),
    /// The runtime that was asked for cannot be used.
    #[error("{0}")]
    Runtime(String),
    /// The model ran, but what came out cannot be read.
    #[error("{0}")]
    Output(String),
}
