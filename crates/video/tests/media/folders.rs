//! Folders of pictures.

use std::fs;

use video::{GapReason, ReadOptions, Scaler};

use crate::making::{assert_times, folder, make, open, open_with, pattern, read};

#[test]
fn pictures_come_in_natural_order_at_the_rate_asked_for() {
    let folder = folder();
    // Each picture is brighter than the one before; names are not padded.
    for number in 1..=12 {
        let grey = format!("-f lavfi -i color=c=0x{0:02x}{0:02x}{0:02x}:s=32x24 -frames:v 1", number * 20);
        let ending = if number % 2 == 0 { "png" } else { "JPG" };
        make(&folder, &grey, &format!("shot{number}.{ending}"));
    }
    fs::write(folder.path().join("notes.txt"), "not a picture").unwrap();

    let reader = open(folder.path());
    assert_eq!((reader.info().frames, reader.info().container.as_str()), (Some(12), "folder"));
    let (frames, gaps) = read(reader);
    assert!(gaps.is_empty(), "{gaps:?}");
    assert_times(&frames, (0..12).map(|n| f64::from(n) / 10.0), "folder");
    let mut scaler = Scaler::new();
    for (number, frame) in (1..).zip(&frames) {
        let seen = i32::from(frame.to_rgb(&mut scaler).unwrap().data[0]);
        assert!((seen - number * 20).abs() <= 3, "picture {number} has grey {seen}");
    }

    let start = Some(observation::StreamTime::from_secs(1.0));
    let options = ReadOptions { folder_fps: 4.0, start, ..ReadOptions::default() };
    assert_times(&read(open_with(folder.path(), &options)).0, (4..12).map(|n| f64::from(n) / 4.0), "4/s");
}

#[test]
fn a_picture_that_cannot_be_read_is_a_gap() {
    let folder = folder();
    make(&folder, &format!("{} -frames:v 6", pattern(1.0)), "p%d.png");
    fs::write(folder.path().join("p3.png"), b"broken").unwrap();
    fs::write(folder.path().join("p6.png"), b"").unwrap();
    let (frames, gaps) = read(open(folder.path()));
    assert_times(&frames, [0.0, 0.1, 0.3, 0.4], "broken");
    assert_eq!(gaps.len(), 2, "{gaps:?}");
    assert!(matches!(&gaps[0].reason, GapReason::Damaged(detail) if detail.contains("p3.png")));
    assert_eq!((gaps[0].from, gaps[0].until), (frames[1].time, frames[2].time));
    assert_eq!(gaps[1].until.as_secs(), 0.6);

    fs::write(folder.path().join("p1.png"), b"broken").unwrap();
    let (frames, gaps) = read(open(folder.path()));
    assert_eq!(frames[0].time.as_secs(), 0.1);
    assert_eq!((gaps[0].from.as_secs(), gaps[0].until.as_secs()), (0.0, 0.1));
}
