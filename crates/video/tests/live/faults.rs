//! Cameras that go away and come back.

use std::time::Duration;

use video::{GapReason, LiveItem, LiveOptions, Transport};

use crate::camera::Camera;
use crate::proxy::Proxy;
use crate::watching::{options, watch, watch_with};

#[test]
fn a_camera_that_is_killed_is_offline_at_once_and_back_within_five_seconds() {
    let camera = Camera::start("");
    let port = camera.port;
    let mut watch = watch(&camera.source());
    watch.frames(10, 8.0);
    drop(camera);
    let (reason, took) = watch.offline(6.0);
    assert_eq!(reason, "closed");
    assert!(took <= 5.0, "{took} s");
    // Why it does not come back is told as well.
    assert_eq!(watch.offline(6.0).0, "unreachable");
    std::thread::sleep(Duration::from_secs(4));

    // It comes back as another camera.
    let camera = Camera::start_at(port, "--codec h265 --size 640x360");
    let ((codec, width), took) = watch.until("connection", 6.0, |item| match item {
        LiveItem::Connected { info, .. } => Some((info.codec.clone(), info.width)),
        _ => None,
    });
    assert!(took <= 5.0, "back after {took} s");
    assert_eq!((codec.as_str(), width), ("hevc", 640));
    let (missed, _) = watch.back(1.0);
    assert!((4.0..12.0).contains(&missed), "{missed} s told as not watched");
    watch.frames(10, 3.0);
    drop(camera);
}

#[test]
fn a_camera_that_hangs_is_offline_within_five_seconds_and_back_when_it_goes_on() {
    let udp = LiveOptions { transport: Transport::Udp, ..options() };
    std::thread::scope(|scope| {
        for options in [options(), udp] {
            scope.spawn(move || {
                let camera = Camera::start("");
                let mut watch = watch_with(&camera.source(), &options);
                watch.frames(10, 8.0);
                camera.hang();
                let (reason, took) = watch.offline(6.0);
                assert_eq!(reason, "read_timeout");
                assert!((3.0..=5.0).contains(&took), "{took} s");
                camera.go_on();
                let (missed, took) = watch.back(6.0);
                assert!(took <= 5.0, "back after {took} s");
                assert!(missed >= 4.0, "{missed} s told as not watched");
            });
        }
    });
}

#[test]
fn damage_on_the_way_is_told_and_reading_goes_on() {
    let camera = Camera::start("--codec h264 --bitrate 3000 --size 640x480");
    let proxy = Proxy::start(camera.port);
    let mut watch = watch_with(&proxy.source(), &LiveOptions { transport: Transport::Tcp, ..options() });
    watch.frames(15, 8.0);
    proxy.corrupt_every(20_000);
    let (_, took) = watch.until("damage", 8.0, |item| match item {
        LiveItem::Gap { from, until, reason: GapReason::Damaged(_) } => {
            assert!(from.stream < until.stream);
            Some(())
        }
        _ => None,
    });
    assert!(took < 8.0);
    proxy.corrupt_every(0);
    watch.frames(15, 10.0);
}

#[test]
fn a_network_that_is_too_slow_is_an_outage_and_not_a_hang() {
    let camera = Camera::start("--codec mjpeg --size 640x480");
    let proxy = Proxy::start(camera.port);
    let mut watch = watch_with(&proxy.source(), &LiveOptions { transport: Transport::Tcp, ..options() });
    watch.frames(15, 8.0);
    proxy.throttle(2_000);
    let (reason, took) = watch.offline(8.0);
    assert_eq!(reason, "read_timeout");
    // Pictures on their way in sockets' buffers still come.
    assert!(took <= 8.0, "{took} s");
    proxy.throttle(u64::MAX);
    watch.back(8.0);
}

#[test]
fn a_slow_consumer_gets_the_newest_pictures_and_is_told_what_was_shed() {
    let camera = Camera::start("");
    let clock = std::sync::Arc::new(video::SystemClock::new());
    let mut reader = video::LiveReader::open(&camera.source(), &options(), clock).unwrap();
    let mut shed = 0;
    let mut latest = 0.0f64;
    for item in &mut reader {
        match item {
            LiveItem::Frame(frame) => {
                let age = (time::OffsetDateTime::now_utc() - frame.calendar).as_seconds_f64();
                latest = age;
                std::thread::sleep(Duration::from_millis(300));
            }
            LiveItem::Shed { frames, first, last } => {
                assert!(first.stream <= last.stream);
                shed += frames;
            }
            LiveItem::Offline { reason, .. } => panic!("{reason}"),
            _ => {}
        }
        if shed > 20 {
            break;
        }
    }
    // Four wait, 300 ms each.
    assert!(latest < 2.5, "the last picture was {latest} s old");
    assert!(reader.stats().shed >= shed);
}

#[test]
fn stopping_ends_every_wait() {
    use std::net::TcpListener;
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("rtsp://{}/", silent.local_addr().unwrap());
    for address in [silent.as_str(), "rtsp://127.0.0.1:1/", "rtsp://203.0.113.1/"] {
        let source = video::LiveSource::parse(address).unwrap();
        let clock = std::sync::Arc::new(video::SystemClock::new());
        let mut reader = video::LiveReader::open(&source, &options(), clock).unwrap();
        let stop = reader.stop_handle();
        let (sender, stopped) = std::sync::mpsc::channel();
        let consumer = std::thread::spawn(move || {
            for _ in &mut reader {}
            sender.send(std::time::Instant::now()).unwrap();
        });
        std::thread::sleep(Duration::from_millis(400));
        let told = std::time::Instant::now();
        stop.stop();
        let took = stopped.recv().unwrap() - told;
        assert!(took <= Duration::from_millis(100), "{address}: {took:?}");
        consumer.join().unwrap();
        assert!(
            told.elapsed() < Duration::from_secs(1),
            "{address}: the thread ended after {:?}",
            told.elapsed()
        );
    }
}
