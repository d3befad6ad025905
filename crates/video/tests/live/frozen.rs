//! Pictures that stand still.

use std::thread;

use video::{Freeze, LiveItem};

use crate::camera::Camera;
use crate::watching::watch;

#[test]
fn a_frozen_picture_is_told_within_ten_seconds_and_back_when_it_moves() {
    thread::scope(|scope| {
        for options in ["--codec h264", "--codec h265", "--codec mjpeg", "--codec mjpeg --clock"] {
            scope.spawn(move || {
                let camera = Camera::start(options);
                let mut watch = watch(&camera.source());
                watch.frames(20, 8.0);
                camera.toggle_frozen();
                let ((), took) = watch.until("freeze", 12.0, |item| match item {
                    LiveItem::Frozen { reason, since, noticed } => {
                        assert_eq!(*reason, Freeze::Picture);
                        let length = (noticed.stream - since.stream).as_secs();
                        assert!((7.5..10.5).contains(&length), "{options}: frozen for {length} s");
                        Some(())
                    }
                    _ => None,
                });
                assert!(took <= 10.0, "{options}: {took} s");
                let meanwhile = watch.during(0.5);
                assert!(
                    meanwhile.is_empty(),
                    "{options}: pictures are given of what is frozen: {meanwhile:?}"
                );
                camera.toggle_frozen();
                let (missed, took) = watch.back(3.0);
                assert!(took < 2.0 && missed > 8.0, "{options}: back after {took} s, {missed} s missed");
                watch.frames(5, 2.0);
            });
        }
    });
}

#[test]
fn a_still_scene_with_sensor_noise_is_never_called_frozen() {
    thread::scope(|scope| {
        // A low bit rate smooths the noise away, so that pictures between key frames hardly differ.
        for options in
            ["--codec h264 --bitrate 64 --gop 60", "--codec h265 --bitrate 64 --gop 60", "--codec mjpeg"]
        {
            scope.spawn(move || {
                let camera = Camera::start(options);
                let mut watch = watch(&camera.source());
                watch.frames(20, 8.0);
                for item in watch.during(14.0) {
                    assert!(matches!(item, LiveItem::Frame(_)), "{options}: {item:?}");
                }
            });
        }
    });
}
