//! Without a usable ONNX Runtime. A file of its own: a process keeps the first library that works.

#![allow(clippy::unwrap_used)] // a helper of a test fails as the test does

use std::path::Path;

use detection::{Detector, Device, InputSize, Model, Notice, Options, Runtime, RuntimeSearch};

fn model() -> Model {
    Model::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/nanodet-416")).unwrap()
}

fn options(paths: &Path, runtime: Runtime) -> Options {
    let search = RuntimeSearch { paths: vec![paths.to_owned()], only_paths: true };
    Options { size: Some(InputSize::new(64, 64)), runtime, search, ..Options::default() }
}

#[test]
fn without_onnx_runtime_it_goes_on_and_says_so() {
    let empty = tempfile::tempdir().unwrap();
    let mut detector = Detector::new(&model(), &options(empty.path(), Runtime::Auto)).unwrap();
    assert_eq!(detector.runtime_name(), "tract CPU");
    assert_eq!(detector.notices(), [Notice::NoOnnxRuntime { searched: vec![empty.path().to_owned()] }]);
    let notice = detector.notices()[0].to_string();
    assert!(notice.contains("ONNX Runtime was not found") && !notice.contains('\n'), "{notice}");
    detector.prepare(0, 640, 480).unwrap();
    assert!(detector.detect().unwrap().is_empty());
}

#[test]
fn a_broken_library_is_refused_with_its_reason_and_never_ends_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("libonnxruntime.so");
    let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    for (bytes, reason) in [
        (&b"<html><body>404</body></html>"[..], "it is shorter than a header"),
        (&[b'x'; 4096][..], "is no 64-bit Linux library"),
        (&own[..own.len() / 3], "is only a part of a library"),
    ] {
        std::fs::write(&path, bytes).unwrap();
        let detector = Detector::new(&model(), &options(&path, Runtime::Auto)).unwrap();
        let [Notice::OnnxRuntimeUnusable { reason: found }] = detector.notices() else {
            panic!("{:?}", detector.notices());
        };
        assert!(found.contains(reason) && found.contains("libonnxruntime.so"), "{found}");
        let error = Detector::new(&model(), &options(&path, Runtime::OnnxRuntime)).unwrap_err().to_string();
        assert!(error.contains(reason) && !error.contains('\n'), "{error}");
    }
}

#[test]
fn a_gpu_that_is_demanded_is_not_quietly_replaced() {
    let empty = tempfile::tempdir().unwrap();
    let cuda = Options { device: Device::Cuda, ..options(empty.path(), Runtime::Auto) };
    let error = Detector::new(&model(), &cuda).unwrap_err().to_string();
    assert!(error.contains("ONNX Runtime was not found"), "{error}");
    let tract = Options { runtime: Runtime::Tract, ..cuda };
    let error = Detector::new(&model(), &tract).unwrap_err().to_string();
    assert_eq!(error, "tract runs on the CPU only: choose ONNX Runtime for the GPU");
}

#[test]
fn a_graph_that_no_runtime_knows_is_an_error_in_one_line() {
    let shipped =
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/nanodet-416/model.onnx"));
    let mut bytes = shipped.unwrap();
    while let Some(at) = bytes.windows(9).position(|part| part == b"LeakyRelu") {
        bytes[at..at + 9].copy_from_slice(b"LeakyRelx");
    }
    let mut description = model().description().clone();
    description.sha256 = None;
    let model = Model::from_parts(description, bytes).unwrap();
    let empty = tempfile::tempdir().unwrap();
    let error = Detector::new(&model, &options(empty.path(), Runtime::Auto)).unwrap_err().to_string();
    assert!(error.contains("cannot load model `nanodet-416`") && !error.contains('\n'), "{error}");
}
