//! How fast is detection here? One line of JSON for each input size, runtime and number of threads.
//!
//! ```text
//! cargo run --release -p detection --example speed -- [MODEL FOLDER] [ONNX RUNTIME] [SECONDS A LINE]
//! ```
//!
//! `ms` is the median of one detection, from the filled input to the boxes. Lines with `frames_per_s` run one detector of
//! one thread on each core at once, which is how a pipeline runs: the most that this machine can analyse.
#![allow(clippy::print_stdout, clippy::disallowed_methods)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use detection::{Detector, Error, InputSize, Model, Options, Runtime, RuntimeSearch};

const SIZES: [(u32, u32); 7] =
    [(256, 256), (320, 320), (416, 256), (416, 320), (416, 416), (640, 384), (640, 640)];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = args.next().map_or_else(|| root.join("models/nanodet-416"), PathBuf::from);
    let runtime = args.next().map_or_else(|| root.join(".tools/onnxruntime"), PathBuf::from);
    let seconds = Duration::from_secs_f64(args.next().map_or(Ok(1.0), |text| text.parse())?);
    let model = Model::open(&folder)?;
    let cores = std::thread::available_parallelism()?.get();
    let sizes: Vec<InputSize> = if model.description().input.resizable.is_some() {
        SIZES.iter().map(|(width, height)| InputSize::new(*width, *height)).collect()
    } else {
        vec![model.size()]
    };
    for size in sizes {
        for runtime_kind in [Runtime::OnnxRuntime, Runtime::Tract] {
            let threads: &[usize] = match runtime_kind {
                Runtime::Tract => &[1],
                _ if cores > 1 => &[1, 2],
                _ => &[1],
            };
            let options = |threads: usize| Options {
                size: Some(size),
                runtime: runtime_kind,
                search: RuntimeSearch::first(&runtime),
                threads,
                ..Options::default()
            };
            for threads in threads {
                match Detector::new(&model, &options(*threads)) {
                    Ok(detector) => one(detector, *threads, seconds)?,
                    Err(error) => skipped(&error),
                }
            }
            if cores > 1 {
                let detectors: Result<Vec<_>, _> =
                    (0..cores).map(|_| Detector::new(&model, &options(1))).collect();
                if let Ok(detectors) = detectors {
                    all(detectors, seconds)?;
                }
            }
        }
    }
    Ok(())
}

fn skipped(error: &Error) {
    println!("{{\"skipped\":{:?}}}", error.to_string());
}

fn fill(detector: &mut Detector) -> Result<(), Error> {
    let size = detector.size();
    detector.prepare(0, size.width, size.height)?;
    let width = size.width as usize;
    for (index, value) in detector.input_mut(0).iter_mut().enumerate() {
        *value = ((index % width * 3 + index / width * 5) % 256) as f32;
    }
    Ok(())
}

fn one(mut detector: Detector, threads: usize, seconds: Duration) -> Result<(), Error> {
    fill(&mut detector)?;
    detector.detect()?;
    let mut times = Vec::new();
    let start = Instant::now();
    while start.elapsed() < seconds || times.len() < 5 {
        let begin = Instant::now();
        detector.detect()?;
        times.push(begin.elapsed());
    }
    times.sort_unstable();
    let median = times[times.len() / 2].as_secs_f64() * 1e3;
    let least = times[0].as_secs_f64() * 1e3;
    println!(
        "{{\"input\":\"{}\",\"runtime\":\"{}\",\"detectors\":1,\"threads\":{threads},\"runs\":{},\"ms\":{median:.2},\
         \"least_ms\":{least:.2}}}",
        detector.size(),
        detector.runtime_name(),
        times.len()
    );
    Ok(())
}

fn all(mut detectors: Vec<Detector>, seconds: Duration) -> Result<(), Error> {
    for detector in &mut detectors {
        fill(detector)?;
        detector.detect()?;
    }
    let (size, name, count) = (detectors[0].size(), detectors[0].runtime_name(), detectors.len());
    let start = Instant::now();
    let frames: Result<usize, Error> = std::thread::scope(|scope| {
        let threads: Vec<_> = detectors
            .into_iter()
            .map(|mut detector| {
                scope.spawn(move || {
                    let mut frames = 0;
                    while start.elapsed() < seconds {
                        detector.detect()?;
                        frames += 1;
                    }
                    Ok(frames)
                })
            })
            .collect();
        let mut frames = 0;
        for thread in threads {
            frames += thread.join().map_err(|_| Error::Runtime("a thread panicked".to_owned()))??;
        }
        Ok(frames)
    });
    let rate = frames? as f64 / start.elapsed().as_secs_f64();
    println!(
        "{{\"input\":\"{size}\",\"runtime\":\"{name}\",\"detectors\":{count},\"threads\":1,\"frames_per_s\":{rate:.1}}}"
    );
    Ok(())
}
