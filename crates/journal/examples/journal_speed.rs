//! How many events a second the journal takes and gives, and how large they are:
//! `cargo run --release -p journal --example journal_speed -- FOLDER`.
//!
//! FOLDER is made, and should be on the disk of interest. "No sync" is what the file system's cache takes,
//! measured with plain writes of the same bytes: the price of the sync is the difference.
#![allow(clippy::print_stdout, clippy::disallowed_methods)]

#[path = "../tests/journal/events.rs"]
mod events;

use std::error::Error;
use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use journal::{Journal, Options};

/// How long each measurement goes on at least.
const LONG: Duration = Duration::from_secs(3);
/// How many events are read.
const READ: u64 = 200_000;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("name a folder that does not exist yet")?);
    std::fs::create_dir(&folder)?;

    println!("{:>6} {:>20} {:>20} {:>14}", "batch", "events/s, synced", "events/s, no sync", "median ms");
    for batch in [1, 10, 100, 1000] {
        let batches: Vec<Vec<_>> = (0..50)
            .map(|at| {
                (at * batch..(at + 1) * batch).map(|number| events::crossing("entrance", number)).collect()
            })
            .collect();

        let (mut journal, _) = Journal::open(&folder.join(format!("batch-{batch}")), Options::default())?;
        let mut times = Vec::new();
        let started = Instant::now();
        for events in batches.iter().cycle() {
            let began = Instant::now();
            journal.append(events)?;
            times.push(began.elapsed());
            if started.elapsed() > LONG {
                break;
            }
        }
        let synced = (times.len() as u64 * batch) as f64 / started.elapsed().as_secs_f64();
        times.sort();

        let mut file = File::create(folder.join("plain"))?;
        let started = Instant::now();
        let mut number = 0;
        for events in batches.iter().cycle() {
            let text: String = events.iter().map(|event| event.to_json() + "\n").collect();
            file.write_all(text.as_bytes())?;
            number += batch;
            if started.elapsed() > LONG / 3 {
                break;
            }
        }
        let plain = number as f64 / started.elapsed().as_secs_f64();
        let median = times[times.len() / 2].as_secs_f64() * 1000.0;
        println!("{batch:>6} {synced:>20.0} {plain:>20.0} {median:>14.2}");
    }

    let path = folder.join("read");
    let (mut journal, _) = Journal::open(&path, Options::default())?;
    for from in (0..READ).step_by(1000) {
        let events: Vec<_> = (from..from + 1000).map(|number| events::crossing("entrance", number)).collect();
        journal.append(&events)?;
    }
    let bytes = journal.status().bytes as f64 / READ as f64;
    println!("{bytes:.0} bytes for each crossing; {:.1} MB for 24 h of one a second", bytes * 86_400.0 / 1e6);
    drop(journal);

    let started = Instant::now();
    let (journal, _) = Journal::open(&path, Options::default())?;
    println!("opening a journal of {READ} events: {:.2} s", started.elapsed().as_secs_f64());
    let (started, mut reader) = (Instant::now(), journal.reader());
    let mut read = 0;
    loop {
        let entries = reader.read(1000)?;
        let Some(last) = entries.last() else { break };
        read += entries.len();
        if read % 10_000 == 0 {
            reader.acknowledge(last.sequence)?;
        }
    }
    let speed = read as f64 / started.elapsed().as_secs_f64();
    println!("reading, with an acknowledgement for every 10 000: {speed:.0} events/s");
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
