//! Detections and tracks in the MOT Challenge's format, and the truth that is read from such tracks.
#![no_main]

use libfuzzer_sys::fuzz_target;
use observation::Point;
use scene::{Line, MotVideo, parse_mot};

fuzz_target!(|text: &str| {
    match parse_mot(text) {
        Ok(rows) => {
            let video = MotVideo { fps: 25.0, width: 1920, height: 1080 };
            let line = Line { name: "door".into(), points: vec![Point::new(0.1, 0.5), Point::new(0.9, 0.5)] };
            for crossing in video.truth(&rows, &[line]).unwrap_or_default() {
                assert!(crossing.t.is_finite() && crossing.t >= 0.0, "{crossing:?}");
            }
        }
        Err(error) => assert_eq!(error.to_string().lines().count(), 1, "an error is one line: {error}"),
    }
});
