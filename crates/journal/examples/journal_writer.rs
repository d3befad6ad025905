//! Appends events to a journal and says which are confirmed: the program that the crash tests end at all
//! sorts of moments.
//!
//! `cargo run -p journal --example journal_writer -- FOLDER CAMERA BATCHES BATCH SEGMENT_BYTES ACKNOWLEDGE_EVERY`
//!
//! Prints `confirmed SEQUENCE ID` for every event whose append returned, `acknowledging SEQUENCE` and
//! `acknowledged SEQUENCE` before and after that, and `error TEXT` for what failed. What failed is tried again, three times; then it ends with 1.
#![allow(clippy::print_stdout)]

#[path = "../tests/journal/events.rs"]
mod events;

use std::error::Error;
use std::path::Path;

use journal::{Journal, Options};

const TRIES: usize = 4;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, camera, batches, batch, segment_bytes, acknowledge_every] = arguments.as_slice() else {
        return Err("usage: FOLDER CAMERA BATCHES BATCH SEGMENT_BYTES ACKNOWLEDGE_EVERY".into());
    };
    let (batches, batch): (u64, u64) = (batches.parse()?, batch.parse()?);
    let acknowledge_every: u64 = acknowledge_every.parse()?;
    let options = Options { segment_bytes: segment_bytes.parse()?, ..Options::default() };

    let (mut journal, recovery) = persist(|| Journal::open(Path::new(folder), options))?;
    if !recovery.is_clean() {
        println!("error {recovery}");
    }
    let mut reader = journal.reader();
    for number in 0..batches {
        let events: Vec<_> =
            (number * batch..(number + 1) * batch).map(|number| events::crossing(camera, number)).collect();
        let numbers = persist(|| journal.append(&events))?;
        for (sequence, event) in numbers.zip(&events) {
            println!("confirmed {sequence} {}", event.id);
        }
        if acknowledge_every > 0 && (number + 1) % acknowledge_every == 0 {
            let entries = persist(|| reader.read(usize::MAX))?;
            if let Some(last) = entries.last() {
                println!("acknowledging {}", last.sequence);
                persist(|| reader.acknowledge(last.sequence))?;
                println!("acknowledged {}", last.sequence);
            }
        }
    }
    Ok(())
}

fn persist<T>(mut attempt: impl FnMut() -> Result<T, journal::Error>) -> Result<T, journal::Error> {
    for _ in 1..TRIES {
        match attempt() {
            Err(error) if error.is_retryable() => println!("error {error}"),
            done => return done,
        }
    }
    attempt().inspect_err(|error| println!("error {error}"))
}
