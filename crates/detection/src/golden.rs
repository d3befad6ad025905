//! The shipped model against the numbers that came with it, in both runtimes.

use std::path::{Path, PathBuf};

use observation::{Class, Detection};
use serde_json::Value;

use crate::{Detector, Device, InputSize, Model, Options, Picture, Runtime, RuntimeSearch};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn model() -> Model {
    Model::open(&root().join("models/nanodet-416")).unwrap()
}

fn json(file: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(root().join("models/nanodet-416").join(file)).unwrap())
        .unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

/// Runs `test` with each runtime. Without ONNX Runtime only tract is tried, except where everything must
/// be there.
fn each_runtime(test: impl Fn(&Options)) {
    let paths = std::env::var_os("CAMTALLY_DETECTION__RUNTIME").map(PathBuf::from);
    let paths = paths.into_iter().chain([root().join(".tools/onnxruntime")]).collect();
    let search = RuntimeSearch { paths, only_paths: false };
    let onnx_runtime = Options { runtime: Runtime::OnnxRuntime, search, ..Options::default() };
    let size = Some(InputSize::new(64, 64));
    match Detector::new(&model(), &Options { size, ..onnx_runtime.clone() }) {
        Ok(_) => test(&onnx_runtime),
        Err(error) if std::env::var_os("CI").is_some() => panic!("{error}"),
        Err(error) => eprintln!("only tract is tested: {error}"),
    }
    test(&Options { runtime: Runtime::Tract, ..Options::default() });
}

fn fill_pattern(detector: &mut Detector) {
    let InputSize { width, height } = detector.size();
    let (width, height) = (width as usize, height as usize);
    for (index, value) in detector.input_mut(0).iter_mut().enumerate() {
        let (x, y, c) = (index % width, index / width % height, index / width / height);
        *value = ((3 * x + 5 * y + 7 * c) % 256) as f32;
    }
}

/// Compares what comes out of the network for the pattern with golden numbers.
fn compare_pattern(detector: &mut Detector, rows: &Value, score_sum: &Value, box_sum: &Value) {
    fill_pattern(detector);
    detector
        .raw(&mut |views| {
            let (scores, boxes) = (&views[0].data, &views[1].data);
            for row in rows.as_array().unwrap() {
                let index = row["row"].as_u64().unwrap() as usize;
                let scores = &scores[index * 80..][..80];
                let best = scores[row["best_class"].as_u64().unwrap() as usize];
                assert!((f64::from(best) - number(&row["best_score"])).abs() < 2e-6, "row {index}: {best}");
                assert!(scores.iter().all(|score| *score <= best), "row {index}");
                let sum: f64 = scores.iter().map(|score| f64::from(*score)).sum();
                assert!((sum - number(&row["score_sum"])).abs() < 2e-5, "row {index}: {sum}");
                for (side, expected) in boxes[index * 4..][..4].iter().zip(row["box"].as_array().unwrap()) {
                    assert!((f64::from(*side) - number(expected)).abs() < 1e-3, "row {index}: {side}");
                }
            }
            let sums = [(scores, score_sum), (boxes, box_sum)].map(|(values, expected)| {
                (values.iter().map(|value| f64::from(*value)).sum::<f64>(), number(expected))
            });
            // Of a hundred thousand values and more, whose last bits differ from processor to processor.
            for (sum, expected) in sums {
                assert!((sum - expected).abs() < expected * 1e-5 + 1e-3, "{sum} is not {expected}");
            }
            Ok(())
        })
        .unwrap();
}

fn frame() -> (Vec<u8>, u32, u32) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/frame300.png");
    let decoder = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(path).unwrap()));
    let mut reader = decoder.read_info().unwrap();
    let mut data = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut data).unwrap();
    (data, info.width, info.height)
}

fn detect(detector: &mut Detector) -> Vec<Detection> {
    let (data, width, height) = frame();
    let letterbox = detector.prepare(0, width, height).unwrap();
    letterbox.fill(detector.input_mut(0), &Picture::new(&data, width, height).unwrap()).unwrap();
    detector.detect().unwrap()
}

#[test]
fn the_pattern_gives_the_golden_numbers() {
    let golden = json("golden.json");
    let pattern = &golden["pattern"];
    each_runtime(|options| {
        let mut detector = Detector::new(&model(), options).unwrap();
        compare_pattern(&mut detector, &pattern["rows"], &pattern["score_sum"], &pattern["box_sum"]);
    });
}

#[test]
fn at_other_sizes_the_network_gives_what_a_file_made_for_them_gives() {
    let golden = json("sizes.json");
    each_runtime(|options| {
        for size in golden["sizes"].as_array().unwrap() {
            let side = |key: &str| size[key].as_u64().unwrap() as u32;
            let input = InputSize::new(side("width"), side("height"));
            // tract takes seconds to make a network ready: a square and a rectangle stand for all.
            let slow = options.runtime == Runtime::Tract;
            if slow && input != InputSize::new(256, 256) && input != InputSize::new(416, 256) {
                continue;
            }
            let options = Options { size: Some(input), ..options.clone() };
            let mut detector = Detector::new(&model(), &options).unwrap();
            compare_pattern(&mut detector, &size["sample"], &size["score_sum"], &size["box_sum"]);
        }
    });
}

#[test]
fn the_golden_frame_gives_the_golden_boxes() {
    let golden = json("golden.json");
    each_runtime(|options| {
        let mut detector = Detector::new(&model(), options).unwrap();
        let found = detect(&mut detector);
        let expected = golden["detections"].as_array().unwrap();
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert_eq!(u64::from(found.class.0), expected["class"].as_u64().unwrap());
            let score = number(&expected["score"]);
            assert!((f64::from(found.confidence) - score).abs() < 0.01, "{} {score}", found.confidence);
            let sides =
                [found.bbox.x1 * 768.0, found.bbox.y1 * 576.0, found.bbox.x2 * 768.0, found.bbox.y2 * 576.0];
            for (side, expected) in sides.iter().zip(expected["box"].as_array().unwrap()) {
                assert!((side - number(expected)).abs() < 0.25, "{side} {expected}");
            }
        }
    });
}

#[test]
fn both_runtimes_find_the_same_in_the_smallest_input_for_the_frame() {
    let all = std::cell::RefCell::new(Vec::new());
    each_runtime(|options| {
        let model = model();
        let size = InputSize::fit(model.description(), 768.0 / 576.0, 416).unwrap();
        assert_eq!(size, InputSize::new(416, 320));
        let mut detector = Detector::new(&model, &Options { size: Some(size), ..options.clone() }).unwrap();
        all.borrow_mut().push(detect(&mut detector));
    });
    let all = all.into_inner();
    let people = |found: &[Detection]| found.iter().filter(|one| one.class == Class(0)).count();
    assert!(people(&all[0]) >= 6, "{:?}", all[0]);
    for found in &all[1..] {
        assert_eq!(found.len(), all[0].len());
        for (a, b) in found.iter().zip(&all[0]) {
            assert_eq!(a.class, b.class);
            assert!((a.confidence - b.confidence).abs() < 1e-4 && a.bbox.iou(&b.bbox) > 0.999, "{a:?} {b:?}");
        }
    }
}

#[test]
fn a_batch_gives_what_its_frames_give_alone_and_only_what_was_asked_for() {
    let (data, width, height) = frame();
    let picture = Picture::new(&data, width, height).unwrap();
    each_runtime(|options| {
        let size = Some(InputSize::new(256, 256));
        let classes = Some(vec![Class(0)]);
        let options = Options { size, batch: 3, classes, confidence: Some(0.3), ..options.clone() };
        let mut detector = Detector::new(&model(), &options).unwrap();
        let parts = [(0, 0, width, height), (0, 0, 400, 400), (300, 100, 400, 200)];
        for (slot, (x, y, width, height)) in parts.into_iter().enumerate() {
            let part = picture.part(x, y, width, height);
            let letterbox = detector.prepare(slot, width, height).unwrap();
            letterbox.fill(detector.input_mut(slot), &part).unwrap();
        }
        let together = detector.detect_batch(3).unwrap();
        assert!(together.iter().all(|found| !found.is_empty()), "{together:?}");
        assert!(together.iter().flatten().all(|found| found.class == Class(0)));
        for ((x, y, width, height), expected) in parts.into_iter().zip(&together) {
            // The slot was filled for another frame before: padding must be padding again.
            let letterbox = detector.prepare(0, width, height).unwrap();
            letterbox.fill(detector.input_mut(0), &picture.part(x, y, width, height)).unwrap();
            let alone = detector.detect().unwrap();
            assert_eq!(alone.len(), expected.len());
            for (a, b) in alone.iter().zip(expected) {
                assert!(a.bbox.iou(&b.bbox) > 0.999 && (a.confidence - b.confidence).abs() < 1e-4);
            }
        }
        let error = detector.prepare(3, 10, 10).unwrap_err().to_string();
        assert_eq!(error, "this detector takes 3 frames at once, not 4");
    });
}

#[test]
fn a_library_without_cuda_runs_on_the_cpu_unless_the_gpu_is_demanded() {
    each_runtime(|options| {
        if options.runtime == Runtime::Tract {
            return;
        }
        let size = Some(InputSize::new(64, 64));
        let automatic = Options { size, device: Device::Auto, runtime: Runtime::Auto, ..options.clone() };
        let detector = Detector::new(&model(), &automatic).unwrap();
        assert!(detector.runtime_name().starts_with("onnxruntime 1."), "{}", detector.runtime_name());
        assert!(detector.runtime_name().ends_with(" CPU") && detector.notices().is_empty());
        let demanded = Options { device: Device::Cuda, ..automatic };
        let error = Detector::new(&model(), &demanded).unwrap_err().to_string();
        assert!(error.contains("the GPU cannot be used") && error.contains("built without CUDA"), "{error}");
    });
}

#[test]
fn detectors_of_every_family_give_their_boxes() {
    each_runtime(|options| {
        for (name, stretched) in [("yolox", false), ("yolov8", false), ("detr", true), ("rtdetr", true)] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
            let report = crate::check(&folder, options);
            assert!(report.fits(), "{report}");
            let model = Model::open(&folder).unwrap();
            let mut detector = Detector::new(&model, options).unwrap();
            // Without padding, or stretched: the input's 64×64 pixels are the whole frame.
            let (width, height) = if stretched { (640, 320) } else { (640, 640) };
            detector.prepare(0, width, height).unwrap();
            let found = detector.detect().unwrap();
            assert_eq!(found.len(), 2, "{name}: {found:?}");
            for (found, (class, sides)) in
                found.iter().zip([(0, [16.0, 8.0, 32.0, 40.0]), (1, [32.0, 32.0, 64.0, 48.0])])
            {
                assert_eq!(found.class, Class(class), "{name}");
                let bbox = [found.bbox.x1, found.bbox.y1, found.bbox.x2, found.bbox.y2];
                for (side, expected) in bbox.iter().zip(sides) {
                    assert!((side * 64.0 - expected).abs() < 1e-3, "{name}: {bbox:?}");
                }
            }
        }
    });
}
