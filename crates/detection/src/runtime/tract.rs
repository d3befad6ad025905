//! Running a network with tract, which is built in.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tract_onnx::prelude::*;

use crate::decode::View;
use crate::description::Layout;
use crate::runtime::{Network, Session};
use crate::{Error, InputSize};

/// A network that tract has made ready, for one image at a time.
pub(super) struct Tract {
    plan: Arc<TypedRunnableModel>,
    shape: [usize; 4],
    size: InputSize,
    sized: bool,
    outputs: Vec<String>,
}

impl Tract {
    /// Makes the network ready. The batch is fixed to 1 first: left open, it runs at half the speed.
    pub(super) fn load(network: &Network<'_>) -> Result<Self, Error> {
        let InputSize { width, height } = network.size;
        let (width, height) = (width as usize, height as usize);
        let shape = match network.description.input.layout {
            Layout::Nchw => [1, 3, height, width],
            Layout::Nhwc => [1, height, width, 3],
        };
        let input = &network.description.input;
        let names: Vec<&str> =
            std::iter::once(input.name.as_str()).chain(input.size_name.as_deref()).collect();
        let prepare = || -> TractResult<Arc<TypedRunnableModel>> {
            let mut model = tract_onnx::onnx()
                .model_for_read(&mut &network.bytes[..])?
                .with_input_names(&names)?
                .with_outputs_by_name(&network.plan.tensors)?
                .with_input_fact(0, f32::fact(shape).into())?;
            if names.len() > 1 {
                model = model.with_input_fact(1, i64::fact([1, 2]).into())?;
            }
            model.into_optimized()?.into_runnable()
        };
        let plan = guarded(prepare).map_err(|reason| {
            Error::Runtime(format!(
                "the built-in runtime cannot load model `{}`: {reason}; ONNX Runtime may",
                network.description.name
            ))
        })?;
        Ok(Self {
            plan,
            shape,
            size: network.size,
            sized: names.len() > 1,
            outputs: network.plan.tensors.clone(),
        })
    }
}

/// tract panics on some graphs that it does not know; that is an error like any other.
fn guarded<T>(work: impl FnOnce() -> TractResult<T>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(format!("{error:#}").split_whitespace().collect::<Vec<_>>().join(" ")),
        Err(_) => Err("it panicked".to_owned()),
    }
}

impl Session for Tract {
    fn run(
        &mut self,
        input: &[f32],
        batch: usize,
        read: &mut dyn FnMut(&[View<'_>]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if batch != 1 {
            return Err(Error::Runtime("tract runs one image at a time".to_owned()));
        }
        let run = || -> TractResult<TVec<TValue>> {
            let mut inputs = tvec![Tensor::from_shape(&self.shape, input)?.into_tvalue()];
            if self.sized {
                let sides = [i64::from(self.size.width), i64::from(self.size.height)];
                inputs.push(Tensor::from_shape(&[1, 2], &sides)?.into_tvalue());
            }
            self.plan.run(inputs)
        };
        let values = guarded(run)
            .map_err(|reason| Error::Runtime(format!("the built-in runtime failed: {reason}")))?;
        let mut views = Vec::with_capacity(values.len());
        for (value, name) in values.iter().zip(&self.outputs) {
            views.push(view(value, name)?);
        }
        read(&views)
    }

    fn batch(&self) -> usize {
        1
    }

    fn name(&self) -> String {
        "tract CPU".to_owned()
    }
}

fn view<'a>(value: &'a Tensor, name: &str) -> Result<View<'a>, Error> {
    let shape = value.shape().to_vec();
    if let Ok(data) = value.try_as_plain_ram().and_then(|plain| plain.as_slice::<f32>()) {
        return Ok(View { shape, data: Cow::Borrowed(data) });
    }
    // Whole numbers: tract has types of its own for them.
    let copy = || -> TractResult<Vec<f32>> {
        Ok(value.cast_to::<f32>()?.try_as_plain_ram()?.as_slice::<f32>()?.to_vec())
    };
    match copy() {
        Ok(data) => Ok(View { shape, data: Cow::Owned(data) }),
        Err(_) => Err(Error::Output(format!(
            "output `{name}` holds no numbers: export the model with float32 outputs"
        ))),
    }
}
