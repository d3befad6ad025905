//! A journal's files, of whatever bytes.
#![no_main]

use std::fs;
use std::path::Path;

use event::Event;
use journal::{Journal, Options};
use libfuzzer_sys::fuzz_target;

/// What separates the files in an input; the first is `acknowledged`, the others are segments.
const SEPARATOR: &[u8] = b"====";

fuzz_target!(|bytes: &[u8]| {
    // A sync costs nothing there.
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    let folder = folder.expect("a temporary folder can be made");
    for (name, content) in split(bytes).into_iter().take(4).enumerate() {
        let name = match name {
            0 => "acknowledged".to_owned(),
            number => format!("{:020}.segment", number * 4 - 3),
        };
        fs::write(folder.path().join(name), content).expect("there is room");
    }

    let checked = Journal::check(folder.path()).expect("damage is no error");
    let (mut journal, recovery) =
        Journal::open(folder.path(), Options::default()).expect("damage is no error");
    assert_eq!(
        (checked.events, checked.pending, checked.lost, checked.torn_bytes),
        (recovery.events, recovery.pending, recovery.lost, recovery.torn_bytes)
    );

    let mut reader = journal.reader();
    let entries = reader.read(usize::MAX).expect("the files can be read");
    assert_eq!(entries.len() as u64, recovery.pending);
    assert!(entries.is_sorted_by(|a, b| a.sequence < b.sequence), "sequence numbers rise");
    assert_eq!(journal.status().unreadable, 0, "what was found when it was opened is there");

    let line = include_str!("../seeds/events/gap.json");
    let event = Event::from_json(line).expect("it is an event");
    let number = journal.append(&[event]).expect("there is room").start;
    assert!(entries.last().is_none_or(|last| last.sequence < number), "sequence numbers rise");
    assert_eq!(reader.read(usize::MAX).expect("the files can be read").len(), 1);
    drop((journal, reader));

    // What was recovered stays as it is.
    let (journal, again) = Journal::open(folder.path(), Options::default()).expect("it was opened before");
    assert_eq!((again.pending, again.torn_bytes), (recovery.pending + 1, 0));
    journal.reader().acknowledge(number).expect("the event is there");
    assert_eq!(journal.status().pending, 0);
});

fn split(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    while let Some(at) = bytes.windows(SEPARATOR.len()).position(|window| window == SEPARATOR) {
        parts.push(&bytes[..at]);
        bytes = &bytes[at + SEPARATOR.len()..];
    }
    parts.push(bytes);
    parts
}
