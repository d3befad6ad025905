//! Stream time, stretches, and which frames are analysed.

use observation::StreamTime;
use video::{GapReason, ReadOptions, Scaler};

use crate::making::{assert_times, folder, make, open, open_with, pattern, read, seconds};

#[test]
fn frames_at_uneven_distances_keep_their_own_times() {
    let folder = folder();
    let kept = |frame: u32| !(10..15).contains(&frame) && frame % 7 != 3;
    let filter = "-vf select='not(between(n,10,14))*not(eq(mod(n,7),3))' -fps_mode vfr";
    for name in ["uneven.mp4", "uneven.mkv"] {
        let path = make(&folder, &format!("{} {filter} -c:v libx264", pattern(3.0)), name);
        let (frames, gaps) = read(open(&path));
        assert!(gaps.is_empty(), "{gaps:?}");
        assert_times(&frames, (0..75).filter(|n| kept(*n)).map(|n| f64::from(n) / 25.0), name);
    }
}

#[test]
fn time_is_counted_from_the_first_frame_whatever_its_stamp() {
    let folder = folder();
    for name in ["late.ts", "late.mkv", "late.mp4"] {
        let path = make(&folder, &format!("{} -c:v libx264 -output_ts_offset 3600", pattern(0.4)), name);
        assert_times(&read(open(&path)).0, (0..10).map(|frame| f64::from(frame) / 25.0), name);
    }
}

#[test]
fn a_leap_of_the_stamps_is_a_gap_and_time_goes_on_behind_it() {
    let folder = folder();
    let filter = "-vf setpts='PTS+gte(N,25)*10/TB' -fps_mode passthrough -c:v libx264";
    let (frames, gaps) = read(open(&make(&folder, &format!("{} {filter}", pattern(2.0)), "leap.mkv")));
    let wanted = (0..50).map(|n| f64::from(n) / 25.0 + if n >= 25 { 10.0 } else { 0.0 });
    assert_times(&frames, wanted, "leap");
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert_eq!(gaps[0].reason, GapReason::Jump);
    assert_eq!((gaps[0].from, gaps[0].until), (frames[24].time, frames[25].time));
}

#[test]
fn a_recording_joined_on_goes_on_one_frame_later() {
    let folder = folder();
    let part = make(&folder, &format!("{} -c:v mpeg2video -muxdelay 0", pattern(2.0)), "part.ts");
    let bytes = std::fs::read(part).unwrap();
    let joined = folder.path().join("joined.ts");
    std::fs::write(&joined, [bytes.clone(), bytes].concat()).unwrap();
    let (frames, gaps) = read(open(&joined));
    let times = seconds(&frames);
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
    assert!(times.len() > 90 && *times.last().unwrap() < 4.1, "{times:?}");
    assert!(gaps.iter().any(|gap| gap.reason == GapReason::Discontinuity), "{gaps:?}");
}

#[test]
fn a_stretch_has_the_same_frames_as_the_whole() {
    let folder = folder();
    for name in ["whole.mp4", "whole.mkv", "whole.ts", "whole.avi", "whole.webm"] {
        let codec = match name.split_once('.').unwrap().1 {
            "webm" => "libvpx -deadline realtime",
            "avi" => "mpeg4",
            _ => "libx264",
        };
        let path = make(&folder, &format!("{} -c:v {codec} -g 12", pattern(4.0)), name);
        let (whole, _) = read(open(&path));
        let mut scaler = Scaler::new();
        for (start, end) in [(0.0, 0.1), (1.7, 2.3), (0.49, 0.6), (3.9, 60.0)] {
            let (start, end) = (StreamTime::from_secs(start), StreamTime::from_secs(end));
            let options = ReadOptions { start: Some(start), end: Some(end), ..ReadOptions::default() };
            let (part, gaps) = read(open_with(&path, &options));
            let wanted: Vec<_> = whole.iter().filter(|frame| (start..end).contains(&frame.time)).collect();
            assert!(gaps.is_empty(), "{name}: {gaps:?}");
            assert_eq!(part.len(), wanted.len(), "{name} from {start}");
            for (index, (part, wanted)) in part.iter().zip(wanted).enumerate() {
                assert_eq!((part.time, part.index), (wanted.time, index as u64), "{name}");
                let same = part.to_rgb(&mut scaler).unwrap() == wanted.to_rgb(&mut scaler).unwrap();
                assert!(same, "{name} at {}", part.time);
            }
        }
    }
}

#[test]
fn fewer_frames_are_chosen_at_even_times() {
    let folder = folder();
    let path = make(&folder, &format!("{} -c:v libx264", pattern(4.0)), "whole.mkv");
    let options = ReadOptions { analyse_fps: Some(5.0), ..ReadOptions::default() };
    let mut reader = open_with(&path, &options);
    let times: Vec<_> = (&mut reader)
        .map(|item| match item {
            video::Item::Frame(frame) => (frame.index, frame.time.as_micros() / 1000),
            video::Item::Gap(gap) => panic!("{gap:?}"),
        })
        .collect();
    assert_eq!(times, (0..20).map(|n| (n * 5, n as i64 * 200)).collect::<Vec<_>>());
    assert_eq!((reader.stats().decoded, reader.stats().given), (100, 20));
}
