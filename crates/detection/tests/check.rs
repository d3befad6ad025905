//! What the check of a model says about models that do not fit.

#![allow(clippy::unwrap_used)] // a helper of a test fails as the test does

use std::fs;
use std::path::Path;

use detection::{Options, Report, Runtime, RuntimeSearch, check};

const TESTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");

/// Checks a copy of a test model with changes to its `model.toml`.
fn changed(name: &str, changes: &[(&str, &str)]) -> Report {
    let folder = tempfile::tempdir().unwrap();
    let source = Path::new(TESTS).join(name);
    let mut text = fs::read_to_string(source.join("model.toml")).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{text} holds {from}");
        text = text.replacen(from, to, 1);
    }
    fs::write(folder.path().join("model.toml"), text).unwrap();
    fs::copy(source.join("model.onnx"), folder.path().join("model.onnx")).unwrap();
    checked(folder.path())
}

fn checked(folder: &Path) -> Report {
    let search = RuntimeSearch { paths: Vec::new(), only_paths: true };
    check(folder, &Options { runtime: Runtime::Tract, search, ..Options::default() })
}

fn assert_says(report: &Report, what: &str, remedy: &str) {
    let said = report.problems.iter().any(|one| one.what.contains(what) && one.remedy.contains(remedy));
    assert!(said, "{report} does not say {what:?} and {remedy:?}");
}

#[test]
fn a_model_that_fits_is_told_by_its_version() {
    let report = checked(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/nanodet-416"));
    assert!(report.fits(), "{report}");
    assert_eq!(report.model.as_deref(), Some("nanodet-416@0e1e4769"));
}

#[test]
fn what_does_not_fit_comes_with_what_to_do() {
    for (name, changes, what, remedy) in [
        (
            "yolox",
            [("\"images\"", "\"image\"")],
            "there is no input `image`; there is: images float32[1, 3, 64, 64]",
            "`[input] name`",
        ),
        ("yolox", [("width = 64", "width = 96")], "is not 96x64", "`[input] width` and `height`"),
        (
            "yolox",
            [("\"output\"", "\"out\"")],
            "there is no output `out`; there is: output float32[1, 84, 7]",
            "name it",
        ),
        (
            "yolox",
            [("\"car\"", "\"car\", \"dog\"")],
            "[1, 84, 7]` is not [batch, number of rows, 8 (4 + objectness + classes)]",
            "names 3 classes where the output has 2",
        ),
        (
            "yolov8",
            [("order = \"numbers-first\"", "order = \"rows-first\"")],
            "[1, 6, 84]` is not [batch, number of rows, 6",
            "`order`",
        ),
        (
            "yolov8",
            [("kind = \"yolox\"\nobjectness = false\norder = \"numbers-first\"\npredictions", "scores")],
            "there is no output `boxes`",
            "another `[output] kind`",
        ),
        ("detr", [("layout = \"NHWC\"", "layout = \"NCHW\"")], "is no colour image", "\"NCHW\" or \"NHWC\""),
        (
            "detr",
            [("kind = \"detr\"", "kind = \"detr\"\nactivation = \"none\"")],
            "19 scores of a grey image are not between 0 and 1",
            "sigmoid",
        ),
        (
            "detr",
            [("std = [0.229, 0.224, 0.225]", "std = [0.0, 0.0, 0.0]")],
            "`input.std` must be three numbers",
            "model.toml",
        ),
        (
            "rtdetr",
            [("size_name = \"orig_target_sizes\"", "")],
            "another input, `orig_target_sizes int64[1, 2]`",
            "size_name",
        ),
        (
            "rtdetr",
            [("width = 64", "widht = 64")],
            "line 6: unknown key `widht`: did you mean `width`?",
            "model.toml",
        ),
    ] {
        assert_says(&changed(name, &changes), what, remedy);
    }
}

#[test]
fn a_file_that_is_missing_changed_or_no_model_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    assert_says(&checked(folder.path()), "model.toml`: No such file", "write a `model.toml`");

    let text = fs::read_to_string(Path::new(TESTS).join("yolox/model.toml")).unwrap();
    let described = format!("bytes = 5\nsha256 = \"{}\"\n{text}", "0".repeat(64));
    fs::write(at("model.toml"), described).unwrap();
    assert_says(&checked(folder.path()), "model.onnx`: No such file", "put the ONNX file into");

    fs::write(at("model.onnx"), b"<html>not found</html>").unwrap();
    let report = checked(folder.path());
    assert_says(&report, "is 22 bytes long, not 5", "again");
    assert_says(&report, "has the SHA-256", "again");
    assert_says(&report, "is no ONNX", "again");
    assert!(!report.fits());
}

#[test]
fn numbers_that_are_not_finite_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let source = Path::new(TESTS).join("yolov8");
    fs::copy(source.join("model.toml"), folder.path().join("model.toml")).unwrap();
    let mut bytes = fs::read(source.join("model.onnx")).unwrap();
    let score = bytes.windows(4).position(|part| part == 0.85f32.to_le_bytes()).unwrap();
    bytes[score..score + 4].copy_from_slice(&f32::NAN.to_le_bytes());
    fs::write(folder.path().join("model.onnx"), bytes).unwrap();
    assert_says(&checked(folder.path()), "gives 1 numbers that are not finite", "float32 weights");
}
