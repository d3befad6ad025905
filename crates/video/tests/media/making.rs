//! Media to test with, and short ways to read them.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use video::{Frame, Gap, Item, ReadOptions, Reader, Source};

/// Runs `ffmpeg` with `arguments`, parted by spaces, to make `name` in `folder`.
pub(crate) fn make(folder: &TempDir, arguments: &str, name: &str) -> PathBuf {
    let path = folder.path().join(name);
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-y"])
        .args(arguments.split_whitespace())
        .arg(&path)
        .output()
        .expect("the tests need the `ffmpeg` command");
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    path
}

pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// 160 × 120, 25 frames a second, so many seconds.
pub(crate) fn pattern(seconds: f64) -> String {
    format!("-f lavfi -i testsrc=s=160x120:r=25:d={seconds}")
}

pub(crate) fn open(path: &Path) -> Reader {
    open_with(path, &ReadOptions::default())
}

pub(crate) fn open_with(path: &Path, options: &ReadOptions) -> Reader {
    let source = Source::resolve(path).unwrap();
    Reader::open(&source, options).unwrap_or_else(|error| panic!("{error}"))
}

/// Everything that a reader gives, parted into frames and gaps.
pub(crate) fn read(reader: Reader) -> (Vec<Frame>, Vec<Gap>) {
    let (mut frames, mut gaps) = (Vec::new(), Vec::new());
    for item in reader {
        match item {
            Item::Frame(frame) => frames.push(frame),
            Item::Gap(gap) => gaps.push(gap),
        }
    }
    (frames, gaps)
}

/// Times of frames, in seconds.
pub(crate) fn seconds(frames: &[Frame]) -> Vec<f64> {
    frames.iter().map(|frame| frame.time.as_secs()).collect()
}

/// Asserts that frames come at `expected` seconds, to the millisecond that some containers round to.
pub(crate) fn assert_times(frames: &[Frame], expected: impl IntoIterator<Item = f64>, name: &str) {
    let (times, expected) = (seconds(frames), expected.into_iter().collect::<Vec<_>>());
    assert_eq!(times.len(), expected.len(), "{name}: {times:?}");
    for (time, expected) in times.iter().zip(&expected) {
        assert!((time - expected).abs() < 0.0011, "{name}: {time} is not {expected}");
    }
}
