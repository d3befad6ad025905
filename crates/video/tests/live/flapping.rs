//! Many reconnections: nothing piles up.

use std::{fs, thread};

use crate::camera::Camera;
use crate::processes::is_alone;
use crate::proxy::Proxy;
use crate::watching::watch;

/// Memory of this process.
pub(crate) fn resident_bytes() -> u64 {
    let pages = fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4_096
}

fn entries(folder: &str) -> usize {
    fs::read_dir(folder).unwrap().count()
}

/// Files and sockets, threads, and memory of this process.
fn usage() -> (usize, usize, u64) {
    (entries("/proc/self/fd"), entries("/proc/self/task"), resident_bytes())
}

#[test]
fn files_threads_and_memory_stay_the_same_over_many_reconnections() {
    if !is_alone("flapping::files_threads_and_memory_stay_the_same_over_many_reconnections") {
        return;
    }
    let is_long = std::env::var_os("CAMTALLY_LONG_TESTS").is_some();
    let rounds = if is_long { 300 } else { 10 };
    let cameras = ["--gop 5", "--codec mjpeg"].map(Camera::start);
    let proxies = cameras.each_ref().map(|camera| Proxy::start(camera.port));
    let mut watches: Vec<_> = proxies.iter().chain(&proxies).map(|proxy| watch(&proxy.source())).collect();
    let mut flap = |rounds: usize| {
        for _ in 0..rounds {
            thread::scope(|scope| {
                for watch in &mut watches {
                    scope.spawn(|| watch.frames(3, 10.0));
                }
            });
            proxies.iter().for_each(Proxy::cut);
            for watch in &mut watches {
                watch.offline(5.0);
            }
        }
        for watch in &mut watches {
            watch.frames(3, 10.0);
        }
        usage()
    };
    let before = flap(5);
    let after = flap(rounds);
    let text = format!("{before:?} became {after:?} after {rounds} rounds of 4 connections");
    println!("{text}");
    assert!(after.0 <= before.0 + 2, "files and sockets: {text}");
    assert!(after.1 <= before.1 + 2, "threads: {text}");
    assert!(after.2 <= before.2 + (12 << 20), "memory: {text}");
}
