//! Frames in, boxes out.

use observation::{Class, Detection};

use crate::decode::{View, Wanted, decode};
use crate::description::{Colour, Input, Layout, Side};
use crate::nms::suppress;
use crate::onnx::Dim;
use crate::output::Plan;
use crate::runtime::{Network, Session, Wish, load};
use crate::{Device, Error, InputSize, Letterbox, Model, ModelDescription, Notice, Runtime, RuntimeSearch};

/// IoU above which boxes suppress each other where neither the model nor the caller says.
const DEFAULT_NMS_IOU: f32 = 0.6;

/// How a detector is to run. The default: the model's own size and thresholds, one thread, one frame at a
/// time, the fastest runtime there is, on the CPU.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Size of the input; see [`InputSize::fit`]. `None`: the model's own.
    pub size: Option<InputSize>,
    /// Which runtime.
    pub runtime: Runtime,
    /// Where to look for ONNX Runtime.
    pub search: RuntimeSearch,
    /// On the CPU or a GPU.
    pub device: Device,
    /// Threads inside the network (ONNX Runtime only); 0 is 1. Two detectors of one thread each outrun one
    /// detector of two threads.
    pub threads: usize,
    /// Frames that [`Detector::detect_batch`] takes at most; 0 is 1.
    pub batch: usize,
    /// Boxes above this confidence come out. `None`: the model's `confidence_low`.
    pub confidence: Option<f32>,
    /// Classes that come out. `None`: all.
    pub classes: Option<Vec<Class>>,
}

/// A model that is loaded and ready. It can be moved to another thread.
///
/// Its inputs are buffers that the caller fills, so that a decoder can scale and convert a frame straight
/// into the network's own memory.
pub struct Detector {
    model: ModelDescription,
    size: InputSize,
    plan: Plan,
    session: Box<dyn Session>,
    notices: Vec<Notice>,
    threshold: f32,
    wanted: Vec<bool>,
    nms_iou: Option<f32>,
    /// `[slots, 3, height, width]`, red, green, blue, 0 to 255.
    inputs: Vec<f32>,
    /// The same as the network wants it, where that is something else.
    converted: Vec<f32>,
    conversion: Option<Conversion>,
    /// What each slot was last prepared for.
    prepared: Vec<Option<Letterbox>>,
}

impl Detector {
    /// Loads `model` as `options` say.
    ///
    /// # Errors
    /// When the model does not fit its description, or no runtime can load it.
    pub fn new(model: &Model, options: &Options) -> Result<Self, Error> {
        let description = model.description();
        let size = options.size.unwrap_or(model.size());
        let bytes = model.at(size)?;
        let plan = description.output.plan();
        let any_batch = fits(model, &plan)?;
        let wish = Wish {
            runtime: options.runtime,
            device: options.device,
            threads: options.threads,
            search: &options.search,
        };
        let batch = options.batch.max(1);
        let network = Network { description, bytes: &bytes, size, plan: &plan, any_batch };
        let (session, notices) = load(&network, &wish, batch)?;
        let slot = 3 * size.width as usize * size.height as usize;
        let conversion = Conversion::of(&description.input);
        let nms = description.postprocess.nms_iou;
        let overlaps = description.output.overlaps();
        Ok(Self {
            size,
            plan,
            session,
            notices,
            threshold: options.confidence.unwrap_or(description.postprocess.confidence_low).clamp(0.0, 1.0),
            wanted: wanted(description, options.classes.as_deref())?,
            nms_iou: nms.or(overlaps.then_some(DEFAULT_NMS_IOU)),
            inputs: vec![0.0; batch * slot],
            converted: if conversion.is_some() { vec![0.0; batch * slot] } else { Vec::new() },
            conversion,
            prepared: vec![None; batch],
            model: description.clone(),
        })
    }

    /// What to tell the user once: a fall-back that was taken.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// The runtime, its version and the device: `onnxruntime 1.32.0 CPU`, `tract CPU`.
    pub fn runtime_name(&self) -> String {
        self.session.name()
    }

    /// Width and height of the input.
    pub fn size(&self) -> InputSize {
        self.size
    }

    /// Frames that [`Self::detect_batch`] takes at most.
    pub fn slots(&self) -> usize {
        self.prepared.len()
    }

    /// Makes a slot ready for a frame of this size: pads what lies around it, unless that was done before.
    ///
    /// # Errors
    /// When the frame's size is impossible, or there is no such slot.
    pub fn prepare(&mut self, slot: usize, frame_width: u32, frame_height: u32) -> Result<Letterbox, Error> {
        let letterbox = Letterbox::new(&self.model, self.size, frame_width, frame_height)?;
        let slots = self.prepared.len();
        let Some(prepared) = self.prepared.get_mut(slot) else {
            return Err(Error::Frame(format!(
                "this detector takes {slots} frames at once, not {}",
                slot + 1
            )));
        };
        if *prepared != Some(letterbox) {
            *prepared = Some(letterbox);
            let pad = self.model.input.letterbox.pad_value;
            self.input_mut(slot).fill(pad);
        }
        Ok(letterbox)
    }

    /// A slot's input, `[3, height, width]` f32: planes of red, green and blue, 0 to 255, whatever the
    /// model itself wants. Fill the part that [`Self::prepare`] named, and only that.
    ///
    /// # Panics
    /// When there is no such slot.
    pub fn input_mut(&mut self, slot: usize) -> &mut [f32] {
        let length = self.slot_length();
        &mut self.inputs[slot * length..][..length]
    }

    /// Finds what is in the frame in slot 0. See [`Self::detect_batch`].
    ///
    /// # Errors
    /// As [`Self::detect_batch`].
    pub fn detect(&mut self) -> Result<Vec<Detection>, Error> {
        let mut found = self.detect_batch(1)?;
        Ok(found.pop().unwrap_or_default())
    }

    /// Finds what is in the first `frames` slots, which were prepared and filled.
    ///
    /// For each frame: the boxes above the threshold whose best class was asked for, without those that
    /// overlap a better one, at most `max_detections`; normalised to the frame and clipped to it; most
    /// confident first, and in the model's own order where confidence is equal. Boxes with numbers that are
    /// not finite are no boxes. The classes are chosen before suppression: a class that nobody asked for
    /// hides nothing.
    ///
    /// # Errors
    /// When the runtime fails, when what comes out is not what the model's description says, or when a slot
    /// was not prepared.
    pub fn detect_batch(&mut self, frames: usize) -> Result<Vec<Vec<Detection>>, Error> {
        let letterboxes: Vec<Letterbox> = self.prepared.iter().take(frames).copied().flatten().collect();
        if letterboxes.len() != frames {
            return Err(Error::Frame(format!(
                "{frames} frames were to be analysed, but fewer were prepared"
            )));
        }
        self.convert(frames);
        let slot = self.slot_length();
        let input = if self.conversion.is_some() { &self.converted } else { &self.inputs };
        let wanted = Wanted {
            threshold: self.threshold,
            classes: &self.wanted,
            input: [self.size.width, self.size.height],
        };
        let postprocess = &self.model.postprocess;
        let mut found = Vec::with_capacity(frames);
        for part in letterboxes.chunks(self.session.batch()) {
            let start = found.len() * slot;
            let input = &input[start..start + part.len() * slot];
            self.session.run(input, part.len(), &mut |views| {
                for (index, letterbox) in part.iter().enumerate() {
                    let candidates = decode(views, index, &self.plan, &wanted)?;
                    let kept = suppress(
                        &candidates,
                        self.nms_iou,
                        postprocess.nms_per_class,
                        postprocess.max_detections,
                    );
                    let detections = kept.iter().filter_map(|candidate| {
                        Some(Detection {
                            bbox: letterbox.to_frame(&candidate.bbox)?,
                            class: Class(candidate.class),
                            confidence: candidate.score,
                        })
                    });
                    found.push(detections.collect());
                }
                Ok(())
            })?;
        }
        Ok(found)
    }
}

impl Detector {
    fn slot_length(&self) -> usize {
        3 * self.size.width as usize * self.size.height as usize
    }

    /// Makes what the network wants of the first `frames` inputs, where that is something else.
    fn convert(&mut self, frames: usize) {
        let length = self.slot_length();
        let Some(conversion) = &self.conversion else { return };
        let slots = self.inputs.chunks(length).zip(self.converted.chunks_mut(length));
        for (from, to) in slots.take(frames) {
            conversion.apply(from, to);
        }
    }

    /// Runs the network on slot 0 and gives what comes out, as it comes, to `read`.
    pub(crate) fn raw(
        &mut self,
        read: &mut dyn FnMut(&[View<'_>]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.convert(1);
        let length = self.slot_length();
        let input = if self.conversion.is_some() { &self.converted } else { &self.inputs };
        self.session.run(&input[..length], 1, read)
    }
}

impl std::fmt::Debug for Detector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Detector")
            .field("model", &self.model.name)
            .field("size", &self.size)
            .field("runtime", &self.runtime_name())
            .finish_non_exhaustive()
    }
}

fn wanted(model: &ModelDescription, classes: Option<&[Class]>) -> Result<Vec<bool>, Error> {
    let Some(classes) = classes else { return Ok(vec![true; model.classes.names.len()]) };
    let mut wanted = vec![false; model.classes.names.len()];
    for class in classes {
        match wanted.get_mut(usize::from(class.0)) {
            Some(known) => *known = true,
            None => {
                let known = model.classes.names.len();
                return Err(Error::Mismatch {
                    model: model.name.clone(),
                    problem: format!("class {} was asked for, but it has {known} classes", class.0),
                });
            }
        }
    }
    Ok(wanted)
}

/// Makes sure that the ONNX file has the inputs and outputs that are described, and says whether it takes any
/// number of frames at once.
fn fits(model: &Model, plan: &Plan) -> Result<bool, Error> {
    if let Some(problem) = crate::check::interface_problems(model, plan).into_iter().next() {
        return Err(Error::Mismatch {
            model: model.description().name.clone(),
            problem: format!("{}: {}", problem.what, problem.remedy),
        });
    }
    let input = model.header().input(&model.description().input.name);
    let first = input.and_then(|input| input.shape.as_ref()?.first());
    let described_as_one = matches!(model.description().input.shape.as_deref(), Some([Side::Length(1), ..]));
    Ok(!matches!(first, Some(Dim::Fixed(_))) && !described_as_one)
}

/// From planes of red, green and blue, 0 to 255, to what the network wants.
#[derive(Clone, Debug, PartialEq)]
struct Conversion {
    layout: Layout,
    /// For each channel of the network: which plane it is, and `value * gain + shift`.
    channels: [(usize, f32, f32); 3],
}

impl Conversion {
    /// `None` where nothing is to be done.
    fn of(input: &Input) -> Option<Self> {
        let [low, high] = input.range;
        let planes = match input.colour {
            Colour::Rgb => [0, 1, 2],
            Colour::Bgr => [2, 1, 0],
        };
        let mut channels = [(0, 0.0, 0.0); 3];
        for (index, channel) in channels.iter_mut().enumerate() {
            let gain = (high - low) / 255.0 / input.std[index];
            *channel = (planes[index], gain, (low - input.mean[index]) / input.std[index]);
        }
        let nothing = [(0, 1.0, 0.0), (1, 1.0, 0.0), (2, 1.0, 0.0)];
        (input.layout != Layout::Nchw || channels != nothing)
            .then_some(Self { layout: input.layout, channels })
    }

    fn apply(&self, from: &[f32], to: &mut [f32]) {
        let plane = from.len() / 3;
        for (index, (source, gain, shift)) in self.channels.into_iter().enumerate() {
            let source = &from[source * plane..][..plane];
            match self.layout {
                Layout::Nchw => {
                    for (out, value) in to[index * plane..][..plane].iter_mut().zip(source) {
                        *out = value * gain + shift;
                    }
                }
                Layout::Nhwc => {
                    for (out, value) in to.iter_mut().skip(index).step_by(3).zip(source) {
                        *out = value * gain + shift;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(keys: &str) -> Input {
        let text = format!(
            "name = \"m\"\n[input]\nname = \"i\"\nwidth = 2\nheight = 1\n{keys}\n[classes]\nnames = [\"person\"]"
        );
        ModelDescription::parse(&text).unwrap().input
    }

    #[test]
    fn a_model_that_takes_pixels_as_they_are_costs_no_conversion() {
        assert_eq!(Conversion::of(&input("")), None);
    }

    #[test]
    fn colour_range_mean_and_layout_are_the_models_own() {
        let from = [255.0, 0.0, 51.0, 102.0, 0.0, 255.0];
        let mut to = [0.0; 6];
        let bgr = "colour = \"BGR\"\nrange = [0.0, 1.0]\nmean = [0.5, 0.0, 0.0]\nstd = [0.5, 1.0, 1.0]";
        Conversion::of(&input(bgr)).unwrap().apply(&from, &mut to);
        for (value, expected) in to.iter().zip([-1.0, 1.0, 0.2, 0.4, 1.0, 0.0]) {
            assert!((value - expected).abs() < 1e-6, "{to:?}");
        }
        Conversion::of(&input("layout = \"NHWC\"")).unwrap().apply(&from, &mut to);
        assert_eq!(to, [255.0, 51.0, 0.0, 0.0, 102.0, 255.0]);
    }
}
