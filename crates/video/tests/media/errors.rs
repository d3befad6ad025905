//! What is said when there is nothing to read.

use std::fs;
use std::path::Path;

use observation::StreamTime;
use video::{Error, ReadOptions, Reader, Source};

use crate::making::{folder, make, pattern};

fn error(path: &Path) -> Error {
    error_with(path, &ReadOptions::default())
}

fn error_with(path: &Path, options: &ReadOptions) -> Error {
    let error = Source::resolve(path).and_then(|source| Reader::open(&source, options).map(|_| ()));
    let error = error.expect_err("it should not be read");
    let text = error.to_string();
    assert!(!text.contains('\n') && text.contains(':'), "one line that says what to do: {text}");
    error
}

#[test]
fn each_kind_of_file_that_is_no_video_is_told_apart() {
    let folder = folder();
    let text = folder.path().join("notes.txt");
    fs::write(&text, "what I saw on Monday\n".repeat(500)).unwrap();
    assert!(matches!(error(&text), Error::NotVideo { .. }));

    let noise = folder.path().join("noise.mp4");
    fs::write(
        &noise,
        (0..200_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect::<Vec<_>>(),
    )
    .unwrap();
    assert!(matches!(error(&noise), Error::NotVideo { .. } | Error::NoVideoStream { .. }));

    let sound = make(&folder, "-f lavfi -i sine=d=1", "sound.m4a");
    let message = error(&sound).to_string();
    assert!(message.contains("no video stream (only sound)"), "{message}");

    let covered = "-f lavfi -i sine=d=1 -f lavfi -i color=s=64x64:d=0.04 -map 0 -map 1 -c:v mjpeg \
                   -disposition:v attached_pic";
    let message = error(&make(&folder, covered, "song.mp3")).to_string();
    assert!(message.contains("only a cover picture and sound"), "{message}");

    let playlist = folder.path().join("list.m3u8");
    fs::write(&playlist, "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:1/a.ts\n").unwrap();
    assert!(matches!(error(&playlist), Error::Playlist { .. }));
}

#[test]
fn an_mp4_cut_off_before_its_index_says_how_to_record_better() {
    let folder = folder();
    let path = make(&folder, &format!("{} -c:v libx264", pattern(2.0)), "cut.mp4");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let message = error(&path).to_string();
    assert!(message.contains("no index") && message.contains("record as MKV"), "{message}");
}

#[test]
fn a_codec_that_libav_has_no_decoder_for_is_named() {
    let folder = folder();
    let path = make(&folder, &format!("{} -c:v mjpeg", pattern(0.2)), "odd.avi");
    // `Clearvideo` in newer, lossy forms and many others have no decoder; an unknown tag has no codec at all.
    let bytes = fs::read(&path).unwrap();
    let changed: Vec<u8> =
        bytes.windows(4).map(|w| w[0]).chain(bytes[bytes.len() - 3..].iter().copied()).collect();
    let changed = replace(&changed, b"MJPG", b"ZZZZ");
    fs::write(&path, changed).unwrap();
    assert!(matches!(error(&path), Error::Codec { .. }), "{}", error(&path));
}

fn replace(bytes: &[u8], from: &[u8; 4], to: &[u8; 4]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for at in 0..bytes.len() - 4 {
        if &bytes[at..at + 4] == from {
            bytes[at..at + 4].copy_from_slice(to);
        }
    }
    bytes
}

#[test]
fn an_absurd_size_is_refused_before_memory_is_asked_for() {
    let folder = folder();
    let path = make(&folder, "-f lavfi -i color=s=64x48:d=0.04 -c:v png -f image2", "huge.png");
    let mut bytes = fs::read(&path).unwrap();
    bytes[16..24].copy_from_slice(&[0, 0, 0xC3, 0x50, 0, 0, 0xC3, 0x50]);
    fs::write(&path, bytes).unwrap();
    let message = error(&path).to_string();
    assert!(message.contains("cannot be read as video") || message.contains("50000x50000"), "{message}");
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let folder = folder();
    let path = make(&folder, &format!("{} -c:v libx264", pattern(1.0)), "short.mp4");
    let time = |seconds| Some(StreamTime::from_secs(seconds));
    let options = ReadOptions { start: time(0.5), end: time(0.5), ..ReadOptions::default() };
    assert!(error_with(&path, &options).to_string().contains("later than the start"));
    let options = ReadOptions { start: time(5.0), ..ReadOptions::default() };
    assert!(error_with(&path, &options).to_string().contains("ends at 0:01.000"));
    let options = ReadOptions { analyse_fps: Some(0.0), ..ReadOptions::default() };
    assert!(error_with(&path, &options).to_string().contains("cannot be 0"));
}
