//! Codecs and transports.

use std::thread;

use video::{LiveItem, LiveOptions, LiveSource, Transport};

use crate::camera::Camera;
use crate::watching::{options, watch, watch_with};

/// What `info` says of the source, once a picture has come.
fn connected(camera: &Camera, transport: Transport) -> (String, u32, u32) {
    let mut watch = watch_with(&camera.source(), &LiveOptions { transport, ..options() });
    let (info, took) = watch.until("connection", 8.0, |item| match item {
        LiveItem::Connected { info, .. } => Some(info.clone()),
        _ => None,
    });
    assert!(took < 5.0, "{took} s to connect");
    let times = watch.frames(30, 8.0);
    let seconds = (times[29].stream - times[0].stream).as_secs();
    assert!(
        (1.6..2.4).contains(&seconds),
        "{transport:?}, {}: 29 intervals at 15 a second took {seconds} s: {times:?}",
        info.codec
    );
    for time in times {
        let age = (time::OffsetDateTime::now_utc() - time.calendar).as_seconds_f64();
        assert!((-2.0..6.0).contains(&age), "a picture {age} s old");
    }
    (info.codec, info.width, info.height)
}

#[test]
fn every_codec_is_read_over_tcp_and_udp() {
    thread::scope(|scope| {
        for codec in ["h264", "h265", "mjpeg"] {
            scope.spawn(move || {
                let camera = Camera::start(&format!("--codec {codec}"));
                let named = codec.replace("h265", "hevc");
                for transport in [Transport::Tcp, Transport::Udp] {
                    let (codec, width, height) = connected(&camera, transport);
                    assert_eq!((codec.as_str(), width, height), (named.as_str(), 320, 240), "{transport:?}");
                }
            });
        }
    });
}

#[test]
fn without_a_choice_tcp_is_tried_first_and_udp_if_it_is_refused() {
    let camera = Camera::start("--transport udp");
    assert_eq!(connected(&camera, Transport::Automatic).0, "h264");
    let mut watch = watch_with(&camera.source(), &LiveOptions { transport: Transport::Tcp, ..options() });
    assert_eq!(watch.offline(5.0).0, "refused");
}

#[test]
fn a_wrong_password_is_told_and_the_right_one_may_hold_anything() {
    let password = "p@s/s:w?ord#%";
    let camera = Camera::start(&format!("--password {password}"));
    for source in [camera.source(), camera.source().with_credentials("camera", "wrong").unwrap()] {
        assert_eq!(watch(&source).offline(5.0).0, "wrong_password");
    }
    let source = camera.source().with_credentials("camera", password).unwrap();
    watch(&source).frames(5, 8.0);
}

#[test]
fn what_the_operator_can_mend_is_told_apart() {
    let camera = Camera::start("");
    let missing = LiveSource::parse(&format!("rtsp://127.0.0.1:{}/none", camera.port)).unwrap();
    assert_eq!(watch(&missing).offline(5.0).0, "not_found");
    let sound = Camera::start("--codec sound");
    assert_eq!(watch(&sound.source()).offline(5.0).0, "no_video");
    let unknown = LiveSource::parse("rtsp://no-such-host.invalid/live").unwrap();
    assert_eq!(watch(&unknown).offline(11.0).0, "unknown_host");
    let nobody = LiveSource::parse("rtsp://127.0.0.1:1/live").unwrap();
    assert_eq!(watch(&nobody).offline(5.0).0, "unreachable");
    let device = LiveSource::parse("/dev/video63").unwrap();
    assert_eq!(watch(&device).offline(5.0).0, "not_found");
}

#[test]
fn fewer_frames_are_chosen_at_even_times() {
    let camera = Camera::start("");
    let mut watch = watch_with(&camera.source(), &LiveOptions { analyse_fps: Some(5.0), ..options() });
    let times = watch.frames(15, 8.0);
    let seconds = (times[14].stream - times[0].stream).as_secs();
    assert!((2.5..3.1).contains(&seconds), "14 intervals of 0.2 s took {seconds} s");
    let (stats, took) = watch.stop();
    assert!(stats.decoded > 2 * stats.given, "{stats:?}");
    assert!(took.as_millis() <= 300, "stopping took {took:?}");
}
