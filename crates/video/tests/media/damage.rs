//! Files that are cut off, damaged, or hostile.

use std::path::Path;

use tempfile::TempDir;
use video::{Frame, Gap, GapReason, ReadOptions, Reader, Scaler, Source};

use crate::making::{folder, make, open, pattern, read};

/// Small deterministic numbers (Steele et al., SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

fn whole(folder: &TempDir, encoding: &str, name: &str) -> Vec<u8> {
    std::fs::read(make(folder, &format!("{} {encoding}", pattern(4.0)), name)).unwrap()
}

fn write(folder: &TempDir, name: &str, bytes: &[u8]) -> std::path::PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn a_file_that_was_cut_off_keeps_its_frames_and_tells_of_the_rest() {
    let folder = folder();
    for (name, encoding) in [
        ("cut.mp4", "-c:v libx264 -movflags +faststart"),
        ("cut.mkv", "-c:v libx264"),
        ("cut.webm", "-c:v libvpx -deadline realtime"),
        ("cut.flv", "-c:v flv1"),
    ] {
        let bytes = whole(&folder, encoding, name);
        let path = write(&folder, name, &bytes[..bytes.len() * 6 / 10]);
        let (frames, gaps) = read(open(&path));
        assert!((40..90).contains(&frames.len()), "{name}: {} frames", frames.len());
        let last = gaps.last().unwrap_or_else(|| panic!("{name} tells of no gap"));
        assert_eq!(last.reason, GapReason::Truncated, "{name}");
        assert_eq!(last.from, frames.last().unwrap().time, "{name}");
        assert!((last.until.as_secs() - 4.0).abs() < 0.1, "{name}: until {}", last.until);
    }
}

/// Every stretch between two frames that is longer than a frame lies in a gap, and every gap in such a
/// stretch.
fn assert_losses_are_told(frames: &[Frame], gaps: &[Gap], name: &str) {
    for pair in frames.windows(2) {
        let lost = (pair[1].time - pair[0].time).as_secs() > 0.06;
        let told = gaps.iter().any(|gap| gap.from == pair[0].time && gap.until == pair[1].time);
        assert_eq!(lost, told, "{name}: from {} to {}, gaps {gaps:?}", pair[0].time, pair[1].time);
    }
}

#[test]
fn damage_in_the_middle_is_skipped_and_told_and_decoding_goes_on() {
    let folder = folder();
    for (name, encoding) in [
        ("h264.mp4", "-c:v libx264 -g 25"),
        ("h265.mp4", "-c:v libx265 -x265-params log-level=none:keyint=25"),
        ("h264.ts", "-c:v libx264 -g 25"),
        ("mjpeg.mov", "-c:v mjpeg"),
    ] {
        let mut bytes = whole(&folder, encoding, name);
        let (from, until) = (bytes.len() * 48 / 100, bytes.len() * 50 / 100);
        let mut random = Random(7);
        bytes[from..until].fill_with(|| random.next() as u8);
        let path = write(&folder, name, &bytes);
        let (frames, gaps) = read(open(&path));
        assert!(!gaps.is_empty(), "{name} tells of no gap");
        assert!(gaps.iter().all(|gap| matches!(gap.reason, GapReason::Damaged(_))), "{name}: {gaps:?}");
        assert_losses_are_told(&frames, &gaps, name);
        assert!(frames.len() > 75, "{name}: {} frames", frames.len());
        assert!((frames.last().unwrap().time.as_secs() - 3.96).abs() < 0.01, "{name}");
    }
}

/// Reads all of `path`, if it opens, and says what came of it.
fn outcome(path: &Path, scaler: &mut Scaler) -> String {
    let source = Source::resolve(path).unwrap();
    let reader = match Reader::open(&source, &ReadOptions::default()) {
        Ok(reader) => reader,
        Err(error) => return error.to_string(),
    };
    let (frames, gaps) = read(reader);
    let mut sum = 0u64;
    for frame in &frames {
        let picture = frame.to_rgb(scaler).unwrap();
        sum = picture.data.iter().fold(sum, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
    }
    let times: Vec<_> = frames.iter().map(|frame| frame.time).collect();
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{path:?}: {times:?}");
    assert!(gaps.iter().all(|gap| gap.from <= gap.until), "{path:?}: {gaps:?}");
    format!("{times:?} {gaps:?} {sum}")
}

#[test]
fn no_damage_stops_the_program_and_the_same_damage_has_the_same_outcome() {
    let folder = folder();
    let mut random = Random(42);
    let mut scaler = Scaler::new();
    for (name, encoding) in [
        ("any.mp4", "-c:v libx264"),
        ("any.mkv", "-c:v libx265 -x265-params log-level=none"),
        ("any.ts", "-c:v libx264"),
        ("any.avi", "-c:v mpeg4"),
        ("any.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8"),
    ] {
        let bytes = std::fs::read(make(&folder, &format!("{} {encoding}", pattern(0.8)), name)).unwrap();
        for round in 0..12 {
            let mut bytes = bytes.clone();
            for _ in 0..1 << (round % 6) {
                let at = random.next() as usize % bytes.len();
                bytes[at] = random.next() as u8;
            }
            if round % 4 == 3 {
                bytes.truncate(random.next() as usize % bytes.len() + 1);
            }
            let path = write(&folder, name, &bytes);
            let first = outcome(&path, &mut scaler);
            assert_eq!(outcome(&path, &mut scaler), first, "{name}, round {round}");
        }
    }
}
