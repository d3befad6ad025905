//! Loads the model, and fills its input straight from the decoder's frame.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use detection::{Change, Detector, InputSize, Model, ModelDescription, Options, RuntimeSearch, Tiling};
use observation::{COUNTED_CLASSES, Class, Detection};
use pipeline::{BoxError, Detect, DetectBatch};
use video::{Frame, Letterbox, Region, Scaler};

use crate::cli::Size;
use crate::inputs;

/// Share of a tile's side that it has in common with its neighbour: a whole person of a distant crowd.
const TILE_OVERLAP: f64 = 0.2;

/// Which model, and how it is to look at frames.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    /// A name, or a folder with a model.toml.
    pub(crate) model: PathBuf,
    /// Longest side of the picture that the model sees; the model's own unless given.
    pub(crate) input: Option<u32>,
    /// Columns and rows of tiles that are looked at.
    pub(crate) tiles: Option<Size>,
    /// Detectors side by side; one for each core unless given.
    pub(crate) threads: Option<std::num::NonZeroUsize>,
    /// Frames that a detector takes at once.
    pub(crate) batch: usize,
    /// Columns and rows of the frames.
    pub(crate) frame: (u32, u32),
}

/// A model that is ready, as often as there are threads.
pub(crate) struct Loaded {
    /// Name and version, as in events.
    pub(crate) name: String,
    pub(crate) detectors: Vec<FrameDetector>,
    pub(crate) classes: Vec<String>,
    pub(crate) counted: Vec<Class>,
    /// From this confidence on a detection may begin a track; from `weak` on it may continue one.
    pub(crate) strong: f32,
    pub(crate) weak: f32,
    /// What the user should know, once.
    pub(crate) notice: Option<String>,
    /// None where the user has chosen an input or tiles.
    pub(crate) size_watch: Option<SizeWatch>,
}

/// A detector with what it needs to take in frames.
pub(crate) struct FrameDetector {
    detector: Detector,
    scaler: Scaler,
    tiling: Option<Tiling>,
    nms_iou: f64,
    pad: f32,
}

impl Detect for FrameDetector {
    fn detect(&mut self, frame: &Frame) -> Result<Vec<Detection>, BoxError> {
        let (width, height) = (frame.width(), frame.height());
        let Some(tiling) = self.tiling else { return self.part(frame, frame.region()) };
        let mut found = Vec::new();
        for tile in tiling.tiles(width, height) {
            let region = Region { x: tile.x, y: tile.y, width: tile.width, height: tile.height };
            found.push(self.part(frame, region)?);
        }
        Ok(tiling.merge(width, height, &found, self.nms_iou))
    }
}

impl DetectBatch for FrameDetector {
    fn capacity(&self) -> usize {
        self.detector.slots()
    }

    fn detect_batch(&mut self, frames: &[&Frame]) -> Result<Vec<Vec<Detection>>, BoxError> {
        if self.tiling.is_some() {
            return frames.iter().map(|frame| self.detect(frame)).collect();
        }
        for (slot, frame) in frames.iter().enumerate() {
            self.fill(slot, frame, frame.region())?;
        }
        Ok(self.detector.detect_batch(frames.len())?)
    }
}

impl FrameDetector {
    /// The boxes in a part of a frame, normalised to that part.
    fn part(&mut self, frame: &Frame, region: Region) -> Result<Vec<Detection>, BoxError> {
        self.fill(0, frame, region)?;
        Ok(self.detector.detect()?)
    }

    /// Puts a part of a frame into the model's input.
    fn fill(&mut self, slot: usize, frame: &Frame, region: Region) -> Result<(), BoxError> {
        let fitted = self.detector.prepare(slot, region.width, region.height)?;
        let picture = Region {
            x: fitted.offset_x,
            y: fitted.offset_y,
            width: fitted.inner_width,
            height: fitted.inner_height,
        };
        let (width, height) = (fitted.input_width, fitted.input_height);
        let letterbox = Letterbox { width, height, region, picture, pad: self.pad };
        Ok(frame.letterbox_planar(&mut self.scaler, &letterbox, self.detector.input_mut(slot))?)
    }
}

/// Watches how large the objects are that the model finds, to propose a larger input where they are small.
pub(crate) struct SizeWatch {
    description: ModelDescription,
    size: InputSize,
    frame: (u32, u32),
    /// Height of the whole frame in the model's input, in pixels.
    picture_height: f64,
    heights: Vec<f32>,
}

/// Boxes after which no more are looked at.
const ENOUGH_BOXES: usize = 50_000;

impl SizeWatch {
    pub(crate) fn see(&mut self, detection: &Detection) {
        if self.heights.len() < ENOUGH_BOXES {
            self.heights.push((detection.bbox.height() * self.picture_height) as f32);
        }
    }

    /// The option to try, and why.
    pub(crate) fn proposal(&self) -> Option<String> {
        let suggestion =
            detection::suggest(&self.heights, &self.description, self.size, self.frame.0, self.frame.1)?;
        let option = match suggestion.change {
            Change::Input(side) => format!("--input {side}"),
            Change::Tiles(tiling) => format!("--tiles {}x{}", tiling.columns(), tiling.rows()),
        };
        Some(format!("try {option}: {}", suggestion.reason))
    }
}

/// Loads the model that was asked for, with an input of the frame's shape.
pub(crate) fn load(choice: &Choice) -> Result<Loaded> {
    let model = Model::open(&folder(&choice.model)?)?;
    let (width, height) = choice.frame;
    let description = model.description();
    let counted: Vec<Class> =
        COUNTED_CLASSES.iter().filter_map(|(name, _)| description.class(name).ok()).collect();
    if counted.is_empty() {
        let names = COUNTED_CLASSES.map(|(name, _)| name).join(", ");
        bail!("the model `{}` knows none of the classes that are counted ({names})", description.name);
    }
    let longest = choice.input.unwrap_or(model.size().longest());
    let size = match InputSize::fit(description, f64::from(width) / f64::from(height), longest) {
        Ok(size) => Some(size),
        // A model of one size is run at that size, unless another was asked for.
        Err(_) if choice.input.is_none() => None,
        Err(error) => return Err(error.into()),
    };
    let (search, batch) = (search(), choice.batch);
    let options =
        Options { size, search, threads: 1, batch, classes: Some(counted.clone()), ..Options::default() };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let threads = choice.threads.map_or(cores, std::num::NonZeroUsize::get).min(64);
    let tiling =
        choice.tiles.map(|tiles| Tiling::new(tiles.width, tiles.height, TILE_OVERLAP)).transpose()?;
    let mut detectors = Vec::new();
    for _ in 0..threads {
        detectors.push(FrameDetector {
            detector: Detector::new(&model, &options)?,
            scaler: Scaler::new(),
            tiling,
            nms_iou: f64::from(description.postprocess.nms_iou.unwrap_or(0.6)),
            pad: description.input.letterbox.pad_value,
        });
    }
    let notices = detectors.first().map_or(&[][..], |first| first.detector.notices());
    let notice = notices.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let size_watch = if choice.tiles.is_none() && choice.input.is_none() {
        let size = size.unwrap_or(model.size());
        let fitted = detection::Letterbox::new(description, size, width, height)?;
        Some(SizeWatch {
            description: description.clone(),
            size,
            frame: choice.frame,
            picture_height: f64::from(fitted.inner_height),
            heights: Vec::new(),
        })
    } else {
        None
    };
    Ok(Loaded {
        size_watch,
        name: model.id(),
        classes: description.classes.names.clone(),
        counted,
        strong: description.postprocess.confidence,
        weak: description.postprocess.confidence_low,
        notice: (!notice.is_empty()).then_some(notice),
        detectors,
    })
}

/// Says what does not fit in a model, and what to write.
pub(crate) fn check(model: &Path) -> Result<detection::Report> {
    // A folder that lacks its model.toml is told about by the check itself.
    let folder = if model.is_dir() { model.to_path_buf() } else { folder(model)? };
    Ok(detection::check(&folder, &Options { search: search(), ..Options::default() }))
}

/// Where ONNX Runtime is looked for: first where `./dev` puts it.
fn search() -> RuntimeSearch {
    let library = if cfg!(target_os = "macos") { "libonnxruntime.dylib" } else { "libonnxruntime.so" };
    let bundled = inputs::beside_program(&format!(".tools/onnxruntime/{library}"));
    bundled.map_or_else(RuntimeSearch::default, RuntimeSearch::first)
}

/// The folder of a model: as named, or under `models` here or beside the program.
fn folder(model: &Path) -> Result<PathBuf> {
    if model.join("model.toml").exists() {
        return Ok(model.to_path_buf());
    }
    if model.is_dir() {
        bail!("the folder {} holds no model.toml; see the guide on bringing your own model", model.display());
    }
    let name = Path::new("models").join(model).join("model.toml");
    inputs::beside_program(&name.to_string_lossy())
        .and_then(|file| file.parent().map(Path::to_path_buf))
        .with_context(|| {
            format!("there is no model `{}`: name a folder that holds a model.toml", model.display())
        })
}
