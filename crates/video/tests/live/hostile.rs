//! Servers that mean harm, or are none.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use video::{LiveOptions, LiveSource};

use crate::flapping::resident_bytes;
use crate::http::serve;
use crate::processes::is_alone;
use crate::watching::{options, watch_with};

/// What a server does with a connection.
type Answer = fn(TcpStream);

/// Reads a request, and gives its sequence number.
fn request(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut text = String::new();
    let mut byte = [0];
    while !text.ends_with("\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        text.push(char::from(byte[0]));
    }
    let number = text.lines().find_map(|line| line.strip_prefix("CSeq: ")).unwrap_or("1").to_owned();
    let method = text.split(' ').next().unwrap_or_default().to_owned();
    Some((method, number))
}

/// Sends `bytes` until nobody takes them.
fn pour(stream: &mut TcpStream, bytes: &[u8]) {
    while stream.write_all(bytes).is_ok() {}
}

/// Answers OPTIONS, and DESCRIBE by `describe`.
fn camera(stream: TcpStream, describe: impl Fn(&mut TcpStream, &str)) {
    let mut stream = stream;
    while let Some((method, number)) = request(&mut stream) {
        if method == "DESCRIBE" {
            describe(&mut stream, &number);
        } else {
            let answer =
                format!("RTSP/1.0 200 OK\r\nCSeq: {number}\r\nPublic: DESCRIBE, SETUP, PLAY\r\n\r\n");
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    }
}

fn silent(mut stream: TcpStream) {
    let mut sink = [0; 1_000];
    while stream.read(&mut sink).is_ok_and(|read| read > 0) {}
}

fn garbage(mut stream: TcpStream) {
    let noise: Vec<u8> = (0..65_536u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    pour(&mut stream, &noise);
}

fn endless_headers(mut stream: TcpStream) {
    if request(&mut stream).is_some() && stream.write_all(b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n").is_ok() {
        pour(&mut stream, b"X-More: and more\r\n");
    }
}

/// Announces two gigabytes and sends them slowly.
fn huge_description(stream: TcpStream) {
    camera(stream, |stream, number| {
        let head = format!(
            "RTSP/1.0 200 OK\r\nCSeq: {number}\r\nContent-Type: application/sdp\r\nContent-Length: 2000000000\r\n\r\nv=0\r\n"
        );
        let mut sent = stream.write_all(head.as_bytes());
        while sent.is_ok() {
            thread::sleep(Duration::from_millis(20));
            sent = stream.write_all(&b"a=x:0123456789\r\n".repeat(1_000));
        }
    });
}

/// Describes so many streams that setting each up would never end.
fn many_streams(stream: TcpStream) {
    camera(stream, |stream, number| {
        let body = format!("v=0\r\n{}", "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n".repeat(20_000));
        let head = format!(
            "RTSP/1.0 200 OK\r\nCSeq: {number}\r\nContent-Type: application/sdp\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).ok();
    });
}

/// A picture of a billion pixels, in a few hundred bytes.
fn giant_picture(mut stream: TcpStream) {
    let mut sink = [0; 2_000];
    if stream.read(&mut sink).is_err() {
        return;
    }
    // JPEG: start of image, and a baseline frame of 65000 × 65000 in one component.
    let picture = [
        0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0xFD, 0xE8, 0xFD, 0xE8, 1, 1, 0x11, 0, 0xFF, 0xDA, 0, 8, 1, 1, 0,
        0, 63, 0, 0, 0, 0, 0xFF, 0xD9,
    ];
    let head = "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=f\r\n\r\n";
    let part = format!("--f\r\nContent-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n", picture.len());
    let whole = [part.as_bytes(), &picture, b"\r\n"].concat();
    if stream.write_all(head.as_bytes()).is_ok() {
        while stream.write_all(&whole).is_ok() {
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// H.264 that never has a key frame: slices of pictures that refer to nothing.
fn no_key_frame(mut stream: TcpStream) {
    let mut sink = [0; 2_000];
    if stream.read(&mut sink).is_err() {
        return;
    }
    let head = "HTTP/1.1 200 OK\r\nContent-Type: video/h264\r\n\r\n";
    if stream.write_all(head.as_bytes()).is_ok() {
        let slices = [&[0, 0, 0, 1, 0x09, 0x30, 0, 0, 0, 1, 0x41][..], &[0x9A; 400]].concat();
        while stream.write_all(&slices).is_ok() {
            thread::sleep(Duration::from_millis(5));
        }
    }
}

#[test]
fn nothing_that_answers_can_hold_the_reader_or_fill_its_memory() {
    if !is_alone("hostile::nothing_that_answers_can_hold_the_reader_or_fill_its_memory") {
        return;
    }
    let before = resident_bytes();
    let cases: [(&str, &str, Answer); 9] = [
        ("silent", "rtsp", silent),
        ("silent by HTTP", "http", silent),
        ("garbage", "rtsp", garbage),
        ("garbage by HTTP", "http", garbage),
        ("endless headers", "rtsp", endless_headers),
        ("a huge description", "rtsp", huge_description),
        ("a giant picture", "http", giant_picture),
        ("no key frame", "http", no_key_frame),
        ("many streams", "rtsp", many_streams),
    ];
    thread::scope(|scope| {
        for (name, scheme, answer) in cases {
            scope.spawn(move || {
                let source = LiveSource::parse(&format!("{scheme}://127.0.0.1:{}/", serve(answer))).unwrap();
                let limits = LiveOptions { connect_limit: Duration::from_secs(3), ..options() };
                let mut watch = watch_with(&source, &limits);
                // Connecting has 3 s, and the first picture has as long again.
                let (reason, took) = watch.offline(9.0);
                assert!(took <= 7.0, "{name}: {reason} after {took} s");
                // It is tried again, and nothing piles up.
                thread::sleep(Duration::from_secs(4));
                let (_, stopping) = watch.stop();
                assert!(stopping < Duration::from_secs(1), "{name}: stopping took {stopping:?}");
            });
        }
    });
    let grown = resident_bytes().saturating_sub(before);
    println!("{} MB more than before", grown >> 20);
    assert!(grown < 150 << 20, "{} MB more than before", grown >> 20);
}
