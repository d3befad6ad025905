//! Files played in real time, and the clocks that are passed in.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use time::OffsetDateTime;
use video::{Clock, LiveItem, LiveReader, LiveSource, SystemClock};

use crate::watching::options;

/// A video of two seconds.
fn film(folder: &tempfile::TempDir) -> PathBuf {
    let path = folder.path().join("film.mp4");
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg
        .args(["-v", "error", "-f", "lavfi", "-i", "testsrc=s=160x120:r=25:d=2", "-c:v", "libx264"])
        .arg(&path);
    assert!(ffmpeg.status().unwrap().success());
    path
}

/// Real monotonic time, and a calendar that stands in the year 2001 and can be set.
struct OldCalendar {
    real: SystemClock,
    /// Seconds.
    set_by: AtomicI64,
}

impl Clock for OldCalendar {
    fn monotonic(&self) -> Duration {
        self.real.monotonic()
    }

    fn calendar(&self) -> OffsetDateTime {
        let start = OffsetDateTime::from_unix_timestamp(1_000_000_000).unwrap();
        start + self.real.monotonic() + time::Duration::seconds(self.set_by.load(Ordering::Relaxed))
    }
}

#[test]
fn a_file_is_replayed_in_real_time_and_then_ends() {
    let folder = tempfile::tempdir().unwrap();
    let source = LiveSource::parse(&format!("replay:{}", film(&folder).display())).unwrap();
    let began = Instant::now();
    let reader = LiveReader::open(&source, &options(), Arc::new(SystemClock::new())).unwrap();
    let times: Vec<_> = reader
        .filter_map(|item| match item {
            LiveItem::Frame(frame) => Some((frame.frame.time.as_secs(), began.elapsed().as_secs_f64())),
            _ => None,
        })
        .collect();
    assert_eq!(times.len(), 50);
    for pair in times.windows(2) {
        assert!((pair[1].0 - pair[0].0 - 0.04).abs() < 0.002, "{pair:?}");
    }
    for (stream, real) in &times {
        assert!((stream - real).abs() < 0.2, "the picture of {stream} s came at {real} s");
    }
}

#[test]
fn a_loop_goes_on_and_calendar_times_are_those_of_the_clock_passed_in() {
    let folder = tempfile::tempdir().unwrap();
    let source = LiveSource::parse(&format!("loop:{}", film(&folder).display())).unwrap();
    let clock = Arc::new(OldCalendar { real: SystemClock::new(), set_by: AtomicI64::new(0) });
    let mut reader = LiveReader::open(&source, &options(), Arc::<OldCalendar>::clone(&clock)).unwrap();
    let (mut frames, mut set) = (Vec::new(), None);
    for item in &mut reader {
        match item {
            LiveItem::Frame(frame) => frames.push(frame.time()),
            LiveItem::CalendarSet { by, .. } => set = Some((frames.len(), by.as_secs())),
            LiveItem::Offline { reason, .. } => panic!("{reason}"),
            _ => {}
        }
        if frames.len() == 60 {
            clock.set_by.store(-3_600, Ordering::Relaxed);
        }
        if frames.len() >= 120 {
            break;
        }
    }
    assert!(frames.windows(2).all(|pair| pair[0].stream < pair[1].stream), "stream time only grows");
    let seconds = (frames[119].stream - frames[0].stream).as_secs();
    assert!((4.6..5.6).contains(&seconds), "119 intervals of 40 ms took {seconds} s");
    let (at, by) = set.expect("the calendar was set");
    assert!((60..70).contains(&at) && (by + 3_600.0).abs() < 0.5, "set by {by} at picture {at}");
    let elapsed = |frame: usize| (frames[frame].calendar.unix_timestamp() - 1_000_000_000) as f64;
    assert!((0.0..4.0).contains(&elapsed(50)) && (-3_600.0..-3_590.0).contains(&elapsed(119)));
}

#[test]
fn a_file_that_is_missing_is_an_error_at_once() {
    let source = LiveSource::parse("replay:/nowhere/film.mp4").unwrap();
    let error = LiveReader::open(&source, &options(), Arc::new(SystemClock::new())).err().unwrap();
    assert!(error.to_string().contains("does not exist"), "{error}");
}
