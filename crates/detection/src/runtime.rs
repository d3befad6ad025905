//! What runs a network: ONNX Runtime where there is one, else `tract`.

mod library;
mod onnxruntime;
mod tract;

use std::fmt;
use std::path::PathBuf;

pub use library::RuntimeSearch;

use crate::decode::View;
use crate::output::Plan;
use crate::{Error, InputSize, ModelDescription};

/// Which runtime runs the network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Runtime {
    /// ONNX Runtime if it is found and works, else tract.
    #[default]
    Auto,
    /// ONNX Runtime, a shared library that is loaded when the program runs: two to three times as fast.
    OnnxRuntime,
    /// tract, which is built in. On the CPU, one thread.
    Tract,
}

/// Where the network runs.
///
/// The choice, and falling back to the CPU, were tested; running on a GPU was not, for want of one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Device {
    /// On the CPU.
    #[default]
    Cpu,
    /// On an NVIDIA GPU; an error where that does not work. Needs the CUDA build of ONNX Runtime.
    Cuda,
    /// On a GPU if ONNX Runtime can use one, else on the CPU.
    Auto,
}

/// Something to tell the user once: things go on, but not as well as they could.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// No ONNX Runtime was found, so tract runs the network.
    NoOnnxRuntime {
        /// Where it was looked for.
        searched: Vec<PathBuf>,
    },
    /// ONNX Runtime was found but cannot be used, so tract runs the network.
    OnnxRuntimeUnusable {
        /// Why.
        reason: String,
    },
    /// ONNX Runtime has CUDA, but it cannot be used, so the network runs on the CPU.
    NoCuda {
        /// Why.
        reason: String,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoOnnxRuntime { searched } => write!(
                f,
                "ONNX Runtime was not found in {} places; going on with the slower built-in runtime. Put \
                 libonnxruntime beside the program or name its place (PyPI package `onnxruntime` holds it)",
                searched.len()
            ),
            Self::OnnxRuntimeUnusable { reason } => {
                write!(f, "ONNX Runtime cannot be used: {reason}; going on with the slower built-in runtime")
            }
            Self::NoCuda { reason } => write!(f, "the GPU cannot be used: {reason}; going on with the CPU"),
        }
    }
}

/// How a network is to be run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish<'a> {
    pub(crate) runtime: Runtime,
    pub(crate) device: Device,
    pub(crate) threads: usize,
    pub(crate) search: &'a RuntimeSearch,
}

/// A network that is loaded and ready to run.
pub(crate) trait Session: Send {
    /// Runs `batch` images, `input` being `[batch, 3, height, width]` or `[batch, height, width, 3]`, and
    /// gives the tensors of the plan, in its order, to `read`.
    fn run(
        &mut self,
        input: &[f32],
        batch: usize,
        read: &mut dyn FnMut(&[View<'_>]) -> Result<(), Error>,
    ) -> Result<(), Error>;

    /// How many images one run takes at most.
    fn batch(&self) -> usize;

    /// The runtime's name and version, and the device.
    fn name(&self) -> String;
}

/// A network as the runtimes need it.
pub(crate) struct Network<'a> {
    pub(crate) description: &'a ModelDescription,
    /// The ONNX file, for `size`.
    pub(crate) bytes: &'a [u8],
    pub(crate) size: InputSize,
    pub(crate) plan: &'a Plan,
    /// Whether the file takes any number of images at once.
    pub(crate) any_batch: bool,
}

/// Loads a network into the runtime that is wished for.
pub(crate) fn load(
    network: &Network<'_>,
    wish: &Wish<'_>,
    batch: usize,
) -> Result<(Box<dyn Session>, Vec<Notice>), Error> {
    let found = match (wish.runtime, wish.device) {
        (Runtime::Tract, Device::Cuda) => {
            return Err(Error::Runtime(
                "tract runs on the CPU only: choose ONNX Runtime for the GPU".to_owned(),
            ));
        }
        (Runtime::Tract, _) => return Ok((Box::new(tract::Tract::load(network)?), Vec::new())),
        _ => library::load(wish.search),
    };
    let must = wish.runtime == Runtime::OnnxRuntime || wish.device == Device::Cuda;
    match found {
        Ok(library) => match onnxruntime::OnnxRuntime::load(&library, network, wish, batch) {
            Ok((session, notices)) => Ok((Box::new(session), notices)),
            Err(error) if must => Err(error),
            Err(error) => {
                // The model may be at fault, or the library: tract's own error tells which.
                let session = tract::Tract::load(network)?;
                Ok((Box::new(session), vec![Notice::OnnxRuntimeUnusable { reason: error.to_string() }]))
            }
        },
        Err(refused) if must => Err(Error::Runtime(refused.to_string())),
        Err(refused) => Ok((Box::new(tract::Tract::load(network)?), vec![refused.notice()])),
    }
}
