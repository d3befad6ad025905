//! Prints everything that a journal's files hold, delivered or not, without changing them: what a process had confirmed
//! when it ended.
//!
//! `cargo run -p journal --example journal_dump -- FOLDER`
//!
//! One line an event, in order: `pending` or `acknowledged`, a space, the event as JSON. Acknowledged events are there
//! as long as their segment is; the one that a process wrote last always is.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::Path;

use journal::{Journal, Options};

/// Events that are read at once.
const BATCH: usize = 1_000;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).ok_or("usage: FOLDER")?;
    // Opening a journal repairs it: that happens to a copy.
    let copy = tempfile::tempdir()?;
    for entry in std::fs::read_dir(&folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            std::fs::copy(entry.path(), copy.path().join(entry.file_name()))?;
        }
    }
    let pending: std::collections::HashSet<u64> = read(copy.path())?.into_iter().map(|(at, _)| at).collect();
    let note = copy.path().join("acknowledged");
    if note.exists() {
        std::fs::remove_file(note)?;
    }
    for (sequence, json) in read(copy.path())? {
        println!("{} {json}", if pending.contains(&sequence) { "pending" } else { "acknowledged" });
    }
    Ok(())
}

/// What the journal hands out, with its sequence numbers.
fn read(folder: &Path) -> Result<Vec<(u64, String)>, Box<dyn Error>> {
    let (journal, _) = Journal::open(folder, Options::default())?;
    let mut reader = journal.reader();
    let mut all = Vec::new();
    loop {
        let entries = reader.read(BATCH)?;
        if entries.is_empty() {
            return Ok(all);
        }
        all.extend(entries.into_iter().map(|entry| (entry.sequence, entry.json)));
    }
}
