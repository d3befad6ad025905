//! Nothing but inference: so many frames at one input size on one thread, for measuring what it costs from outside.
//!
//! ```text
//! cargo run --release -p detection --example inference -- MODEL_FOLDER ONNX_RUNTIME WIDTH HEIGHT FRAMES
//! ```

use std::path::Path;

use detection::{Detector, InputSize, Model, Options, RuntimeSearch};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [model, runtime, width, height, frames] = args.as_slice() else {
        return Err("give MODEL_FOLDER ONNX_RUNTIME WIDTH HEIGHT FRAMES".into());
    };
    let options = Options {
        size: Some(InputSize::new(width.parse()?, height.parse()?)),
        search: RuntimeSearch::first(Path::new(runtime)),
        threads: 1,
        ..Options::default()
    };
    let mut detector = Detector::new(&Model::open(Path::new(model))?, &options)?;
    let size = detector.size();
    detector.prepare(0, size.width, size.height)?;
    for (index, value) in detector.input_mut(0).iter_mut().enumerate() {
        *value = (index % 256) as f32;
    }
    for _ in 0..frames.parse::<u32>()? {
        detector.detect()?;
    }
    Ok(())
}
