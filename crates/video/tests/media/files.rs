//! Containers and codecs.

use std::io::Write;
use std::process::{Command, Stdio};

use video::{ReadOptions, Reader, Source};

use crate::making::{assert_times, folder, make, open, pattern, read};

const KINDS: [(&str, &str, &str); 14] = [
    ("h264.mp4", "-c:v libx264 -pix_fmt yuv420p", "h264"),
    ("h264.mkv", "-c:v libx264 -pix_fmt yuv420p", "h264"),
    ("h264.ts", "-c:v libx264 -pix_fmt yuv420p", "h264"),
    ("h264.flv", "-c:v libx264 -pix_fmt yuv420p", "h264"),
    ("ten_bits.mp4", "-c:v libx264 -pix_fmt yuv420p10le", "h264"),
    ("h265.mp4", "-c:v libx265 -x265-params log-level=none -pix_fmt yuv420p", "hevc"),
    ("mpeg4.avi", "-c:v mpeg4", "mpeg4"),
    ("b_frames.avi", "-c:v mpeg4 -bf 2", "mpeg4"),
    ("mjpeg.avi", "-c:v mjpeg", "mjpeg"),
    ("mjpeg.mov", "-c:v mjpeg", "mjpeg"),
    ("vp8.webm", "-c:v libvpx -deadline realtime -auto-alt-ref 1 -lag-in-frames 8", "vp8"),
    ("vp9.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8", "vp9"),
    ("mpeg2.mpg", "-c:v mpeg2video", "mpeg2video"),
    ("loop.gif", "", "gif"),
];

#[test]
fn every_container_gives_every_frame_at_its_time() {
    let folder = folder();
    for (name, encoding, codec) in KINDS {
        let path = make(&folder, &format!("{} {encoding}", pattern(2.0)), name);
        let reader = open(&path);
        let info = reader.info().clone();
        assert_eq!((info.width, info.height), (160, 120), "{name}");
        assert_eq!(info.codec, codec, "{name}");
        assert!((info.display_aspect - 4.0 / 3.0).abs() < 0.01, "{name}: {}", info.display_aspect);
        let fps = info.nominal_fps.unwrap();
        assert!((fps - 25.0).abs() < 0.1, "{name}: {fps} frames/s");
        if let Some(duration) = info.duration {
            assert!((duration.as_secs() - 2.0).abs() < 0.15, "{name}: {duration:?}");
        }

        let (frames, gaps) = read(reader);
        assert!(gaps.is_empty(), "{name}: {gaps:?}");
        assert_times(&frames, (0..50).map(|frame| f64::from(frame) / 25.0), name);
        assert!(frames.iter().map(|frame| frame.index).eq(0..50), "{name}");
    }
}

#[test]
fn sound_beside_the_picture_does_not_disturb() {
    let folder = folder();
    let sound = format!("{} -f lavfi -i sine=d=5 -c:v libx264 -c:a aac", pattern(2.0));
    let (frames, gaps) = read(open(&make(&folder, &sound, "sound.mp4")));
    assert_eq!((frames.len(), gaps), (50, vec![]));
}

#[test]
fn pixels_that_are_not_square_are_told_of() {
    let folder = folder();
    let arguments = format!("{} -vf setsar=16/11 -c:v libx264", pattern(0.2));
    let reader = open(&make(&folder, &arguments, "sar.mp4"));
    let wanted = 160.0 * 16.0 / 11.0 / 120.0;
    assert!((reader.info().display_aspect - wanted).abs() < 0.01);
}

#[test]
fn the_time_of_recording_is_read() {
    let folder = folder();
    let arguments = format!("{} -c:v libx264 -metadata creation_time=2026-11-23T08:00:00Z", pattern(0.2));
    let reader = open(&make(&folder, &arguments, "dated.mp4"));
    assert_eq!(reader.info().creation_time.unwrap().unix_timestamp(), 1_795_420_800);
}

#[test]
fn a_name_that_libav_would_take_for_a_protocol_or_a_pattern_is_a_file() {
    let folder = folder();
    let made = make(&folder, &format!("{} -c:v libx264", pattern(0.2)), "plain.mp4");
    for name in ["http:clip %03d.mp4", "a'b\nc.mp4"] {
        let path = folder.path().join(name);
        std::fs::copy(&made, &path).unwrap();
        assert_eq!(read(open(&path)).0.len(), 5, "{name:?}");
    }
}

#[test]
fn standard_input_is_read_as_a_stream() {
    let folder = folder();
    let path = make(&folder, &format!("{} -c:v libx264", pattern(1.0)), "piped.mkv");
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "files::child_that_reads_standard_input", "--ignored"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&std::fs::read(path).unwrap()).unwrap();
    assert!(child.wait().unwrap().success());
}

#[test]
#[ignore = "run by standard_input_is_read_as_a_stream"]
fn child_that_reads_standard_input() {
    let source = Source::resolve("-").unwrap();
    let start = Some(observation::StreamTime::from_secs(0.4));
    let options = ReadOptions { start, ..ReadOptions::default() };
    let (frames, gaps) = read(Reader::open(&source, &options).unwrap());
    assert!(gaps.is_empty());
    assert_times(&frames, (10..25).map(|frame| f64::from(frame) / 25.0), "standard input");
}
