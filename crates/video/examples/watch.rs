//! What happens to a live source: `cargo run --release -p video --example watch -- ADDRESS [SECONDS]`.
//!
//! User and password are taken from `CAMERA_USER` and `CAMERA_PASSWORD`, so that they stand on no command line.
//! Prints every change of state as it comes, and at the end what was read.
#![allow(clippy::print_stdout, clippy::disallowed_methods)]

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use video::{LiveItem, LiveOptions, LiveReader, LiveSource, SystemClock};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().ok_or("name the address of a camera")?;
    let seconds: u64 = arguments.next().map_or(Ok(u64::MAX), |seconds| seconds.parse())?;
    let mut source = LiveSource::parse(&address)?;
    if let (Ok(user), Ok(password)) = (std::env::var("CAMERA_USER"), std::env::var("CAMERA_PASSWORD")) {
        source = source.with_credentials(&user, &password)?;
    }
    let started = Instant::now();
    let mut reader = LiveReader::open(&source, &LiveOptions::default(), Arc::new(SystemClock::new()))?;
    let stop = reader.stop_handle();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(seconds));
        stop.stop();
    });
    for item in &mut reader {
        match item {
            LiveItem::Frame(_) => {}
            LiveItem::Offline { since, reason, .. } => println!("offline since {}: {reason}", since.calendar),
            LiveItem::Frozen { since, reason, .. } => println!("frozen since {}: {reason}", since.calendar),
            other => println!("{other:?}"),
        }
    }
    println!("{:#?} in {:.1} s", reader.stats(), started.elapsed().as_secs_f64());
    Ok(())
}
