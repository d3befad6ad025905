//! Videos that the crate writes.

use std::fs;
use std::path::Path;

use observation::StreamTime;
use video::{Mp4Writer, Scaler, WriteOptions};

use crate::making::{folder, open, read};

/// A picture with a bright square on grey, the square further right at each number.
fn picture(width: usize, height: usize, number: usize) -> Vec<u8> {
    let mut data = vec![90; width * height * 3];
    for y in height / 4..height / 2 {
        for x in number * 4..number * 4 + width / 4 {
            data[3 * (y * width + x)..][..3].copy_from_slice(&[220, 160, 40]);
        }
    }
    data
}

fn write(path: &Path, (width, height): (usize, usize), times: &[f64]) -> Mp4Writer {
    let options = WriteOptions { fps: 10.0, ..WriteOptions::default() };
    let mut writer = Mp4Writer::create(path, width as u32, height as u32, &options).unwrap();
    for (number, time) in times.iter().enumerate() {
        writer.write(StreamTime::from_secs(*time), &picture(width, height, number)).unwrap();
    }
    writer
}

const UNEVEN: [f64; 6] = [0.0, 0.1, 0.25, 0.3, 0.333_333, 0.7];

#[test]
fn what_is_written_reads_back_with_the_same_times_and_pictures() {
    let folder = folder();
    for (name, size) in [("even.mp4", (96, 64)), ("odd.mp4", (95, 63))] {
        let path = folder.path().join(name);
        let writer = write(&path, size, &UNEVEN);
        assert_eq!(writer.encoder(), "libx264");
        assert!(!path.exists(), "nothing has the final name before the end");
        writer.finish().unwrap();

        let reader = open(&path);
        assert_eq!((reader.info().width, reader.info().height), (96, 64));
        assert_eq!(reader.info().codec, "h264");
        let duration = reader.info().duration.unwrap().as_secs();
        assert!((duration - 0.8).abs() < 0.01, "{duration} s");
        let (frames, gaps) = read(reader);
        assert!(gaps.is_empty(), "{gaps:?}");
        let times: Vec<_> = frames.iter().map(|frame| frame.time).collect();
        assert_eq!(times, UNEVEN.map(StreamTime::from_secs));
        let mut scaler = Scaler::new();
        for (number, frame) in frames.iter().enumerate() {
            let seen = frame.to_rgb(&mut scaler).unwrap().data;
            let at = |x: usize, y: usize| &seen[3 * (y * 96 + x)..][..3];
            for (x, y, wanted) in [(number * 4 + 12, 24, [220, 160, 40]), (80, 50, [90, 90, 90])] {
                let near = at(x, y).iter().zip(wanted).all(|(seen, wanted)| seen.abs_diff(wanted) < 12);
                assert!(near, "{name}, picture {number}: {:?} is not {wanted:?}", at(x, y));
            }
        }
    }
}

#[test]
fn a_video_plays_while_it_loads() {
    let folder = folder();
    let path = folder.path().join("fast.mp4");
    write(&path, (64, 48), &UNEVEN).finish().unwrap();
    let bytes = fs::read(path).unwrap();
    let place = |name: &[u8; 4]| bytes.windows(4).position(|window| window == name).unwrap();
    assert!(place(b"moov") < place(b"mdat"), "the index stands before the pictures");
}

#[test]
fn a_writer_that_is_dropped_leaves_a_whole_file_and_nothing_else() {
    let folder = folder();
    let path = folder.path().join("dropped.mp4");
    drop(write(&path, (64, 48), &UNEVEN[..4]));
    assert_eq!(read(open(&path)).0.len(), 4);
    drop(write(&folder.path().join("nothing.mp4"), (64, 48), &[]));
    let names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["dropped.mp4"]);
}

#[test]
fn a_stretch_from_the_middle_of_a_stream_starts_at_once() {
    let folder = folder();
    let path = folder.path().join("middle.mp4");
    write(&path, (64, 48), &[3600.0, 3600.1, 3600.2]).finish().unwrap();
    assert!((open(&path).info().duration.unwrap().as_secs() - 0.3).abs() < 0.01);
}

#[test]
fn an_output_that_cannot_be_written_is_refused_at_once() {
    let folder = folder();
    let error = |path: &Path| match Mp4Writer::create(path, 64, 48, &WriteOptions::default()) {
        Ok(_) => panic!("{path:?} should not be writable"),
        Err(error) => error.to_string(),
    };
    assert!(error(&folder.path().join("none/out.mp4")).contains("folder does not exist"));
    assert!(error(folder.path()).contains("is a folder"));
    assert!(error(Path::new("/proc/out.mp4")).contains("cannot be written"));
    let mut writer = write(&folder.path().join("order.mp4"), (64, 48), &[1.0]);
    let again = writer.write(StreamTime::from_secs(1.0), &picture(64, 48, 0)).unwrap_err().to_string();
    assert!(again.contains("not later than the one before"), "{again}");
    let small = writer.write(StreamTime::from_secs(2.0), &[0; 12]).unwrap_err().to_string();
    assert!(small.contains("64x48"), "{small}");
}
