//! What the crate makes of a source: `cargo run --release -p video --example inspect -- SOURCE
//! [FRAMES_A_SECOND]`.
//!
//! Prints what is known of the source, every gap, and how fast it is read: decoding alone, and with every
//! frame scaled to the 416 × 416 input of a model.
#![allow(clippy::print_stdout, clippy::disallowed_methods)]

use std::error::Error;
use std::time::Instant;

use video::{Item, Letterbox, Placement, ReadOptions, Reader, Scaler, Source};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().ok_or("name a video, a folder of pictures, or -")?;
    let analyse_fps = arguments.next().map(|fps| fps.parse()).transpose()?;
    let source = Source::resolve(address)?;
    let options = ReadOptions { analyse_fps, ..ReadOptions::default() };

    let started = Instant::now();
    let mut reader = Reader::open(&source, &options)?;
    println!("{:#?}", reader.info());
    let (mut first, mut last) = (None, None);
    for item in &mut reader {
        match item {
            Item::Frame(frame) => {
                first = first.or(Some(frame.time));
                last = Some(frame);
            }
            Item::Gap(gap) => println!("gap from {} until {}: {}", gap.from, gap.until, gap.reason),
        }
    }
    report("decoding", reader.stats().decoded, started);
    println!("{:?}, first at {first:?}, last {last:?}", reader.stats());
    if source == Source::StandardInput {
        return Ok(());
    }

    let started = Instant::now();
    let mut reader = Reader::open(&source, &options)?;
    let mut scaler = Scaler::new();
    let mut input = vec![0.0; 3 * 416 * 416];
    for item in &mut reader {
        if let Item::Frame(frame) = item {
            let letterbox = Letterbox::fit(frame.region(), 416, 416, Placement::TopLeft, 0.0);
            frame.letterbox_planar(&mut scaler, &letterbox, &mut input)?;
        }
    }
    report("decoding and scaling", reader.stats().decoded, started);
    Ok(())
}

fn report(what: &str, frames: u64, started: Instant) {
    let seconds = started.elapsed().as_secs_f64();
    println!("{what}: {frames} frames in {seconds:.2} s, {:.0} frames/s", frames as f64 / seconds);
}
