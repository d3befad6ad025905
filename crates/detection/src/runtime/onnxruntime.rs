//! Running a network with ONNX Runtime.

use std::borrow::Cow;

use ort::ep::{CUDA, ExecutionProvider};
use ort::session::builder::{GraphOptimizationLevel, SessionBuilder};
use ort::session::{Session as OrtSession, SessionInputValue};
use ort::value::{DynValue, Tensor, TensorRef};

use crate::decode::View;
use crate::description::Layout;
use crate::runtime::library::Library;
use crate::runtime::{Device, Network, Notice, Session, Wish};
use crate::{Error, InputSize};

/// A session of ONNX Runtime.
pub(super) struct OnnxRuntime {
    session: OrtSession,
    name: String,
    batch: usize,
    input: String,
    size_input: Option<String>,
    outputs: Vec<String>,
    size: InputSize,
    layout: Layout,
}

impl OnnxRuntime {
    /// Loads the network; a GPU that does not work after all is a notice, or an error if it was demanded.
    pub(super) fn load(
        library: &Library,
        network: &Network<'_>,
        wish: &Wish<'_>,
        batch: usize,
    ) -> Result<(Self, Vec<Notice>), Error> {
        let failed = |error: &dyn std::fmt::Display| {
            Error::Runtime(format!(
                "ONNX Runtime {} (`{}`) cannot load model `{}`: {}",
                library.version,
                library.path.display(),
                network.description.name,
                one_line(&error.to_string())
            ))
        };
        let mut notices = Vec::new();
        let mut session = None;
        if wish.device != Device::Cpu {
            match cuda_session(library, network, wish.threads) {
                Ok(ready) => session = Some(ready),
                Err(Missing { reason, .. }) if wish.device == Device::Cuda => {
                    return Err(Error::Runtime(format!("the GPU cannot be used: {reason}")));
                }
                Err(Missing { reason, built_in: true }) => notices.push(Notice::NoCuda { reason }),
                Err(_) => {}
            }
        }
        let device = if session.is_some() { "CUDA" } else { "CPU" };
        let session = match session {
            Some(session) => session,
            None => options(library, wish.threads)
                .and_then(|mut builder| builder.commit_from_memory(network.bytes))
                .map_err(|error| failed(&error))?,
        };
        let ready = Self {
            session,
            name: format!("onnxruntime {} {device}", library.version),
            batch: if network.any_batch { batch } else { 1 },
            input: network.description.input.name.clone(),
            size_input: network.description.input.size_name.clone(),
            outputs: network.plan.tensors.clone(),
            size: network.size,
            layout: network.description.input.layout,
        };
        Ok((ready, notices))
    }
}

/// Why there is no session on the GPU.
struct Missing {
    reason: String,
    /// Whether the library has CUDA at all.
    built_in: bool,
}

fn cuda_session(library: &Library, network: &Network<'_>, threads: usize) -> Result<OrtSession, Missing> {
    if !CUDA::is_available().unwrap_or(false) {
        let reason = format!(
            "ONNX Runtime `{}` was built without CUDA; get the GPU build (PyPI package `onnxruntime-gpu`)",
            library.path.display()
        );
        return Err(Missing { reason, built_in: false });
    }
    let provider = CUDA::default().build().error_on_failure();
    options(library, threads)
        .and_then(|builder| Ok(builder.with_execution_providers([provider])?))
        .and_then(|mut builder| builder.commit_from_memory(network.bytes))
        .map_err(|error| Missing { reason: one_line(&error.to_string()), built_in: true })
}

fn options(library: &Library, threads: usize) -> Result<SessionBuilder, ort::Error> {
    let builder = OrtSession::builder(&library.environment)?
        .with_optimization_level(GraphOptimizationLevel::All)?
        .with_intra_threads(threads.max(1))?
        .with_inter_threads(1)?
        .with_memory_pattern(true)?
        // Threads that wait by spinning take the CPU from the decoder and from other cameras.
        .with_intra_op_spinning(false)?
        .with_inter_op_spinning(false)?
        .with_log_level(ort::logging::LogLevel::Fatal)?;
    Ok(builder)
}

impl Session for OnnxRuntime {
    fn run(
        &mut self,
        input: &[f32],
        batch: usize,
        read: &mut dyn FnMut(&[View<'_>]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let failed = |error: ort::Error| {
            Error::Runtime(format!("ONNX Runtime failed: {}", one_line(&error.to_string())))
        };
        let InputSize { width, height } = self.size;
        let (width, height) = (width as usize, height as usize);
        let shape = match self.layout {
            Layout::Nchw => [batch, 3, height, width],
            Layout::Nhwc => [batch, height, width, 3],
        };
        let image = TensorRef::from_array_view((shape, input)).map_err(failed)?;
        let mut inputs: Vec<(Cow<'_, str>, SessionInputValue<'_>)> =
            vec![(Cow::Borrowed(self.input.as_str()), image.into())];
        if let Some(name) = &self.size_input {
            let sizes: Vec<i64> = [width as i64, height as i64].repeat(batch);
            let sizes = Tensor::from_array(([batch, 2], sizes)).map_err(failed)?;
            inputs.push((Cow::Borrowed(name.as_str()), sizes.into()));
        }
        let outputs = self.session.run(inputs).map_err(failed)?;
        let mut views = Vec::with_capacity(self.outputs.len());
        for name in &self.outputs {
            let value = outputs
                .get(name)
                .ok_or_else(|| Error::Output(format!("the model has no output `{name}`")))?;
            views.push(view(value, name)?);
        }
        read(&views)
    }

    fn batch(&self) -> usize {
        self.batch
    }

    fn name(&self) -> String {
        self.name.clone()
    }
}

fn view<'a>(value: &'a DynValue, name: &str) -> Result<View<'a>, Error> {
    let lengths = |shape: &[i64]| shape.iter().map(|side| usize::try_from(*side).unwrap_or(0)).collect();
    if let Ok((shape, data)) = value.try_extract_tensor::<f32>() {
        return Ok(View { shape: lengths(shape), data: Cow::Borrowed(data) });
    }
    if let Ok((shape, data)) = value.try_extract_tensor::<i64>() {
        let data = data.iter().map(|number| *number as f32).collect();
        return Ok(View { shape: lengths(shape), data: Cow::Owned(data) });
    }
    if let Ok((shape, data)) = value.try_extract_tensor::<i32>() {
        let data = data.iter().map(|number| *number as f32).collect();
        return Ok(View { shape: lengths(shape), data: Cow::Owned(data) });
    }
    Err(Error::Output(format!(
        "output `{name}` is neither float32 nor int64 nor int32: export the model with float32 outputs"
    )))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
