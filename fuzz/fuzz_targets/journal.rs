//! A journal's files, of whatever bytes.
#![no_main]

use std::fs;
use std::path::Path;

use event::Event;
use journal::{Error, Journal, Options};
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
        // Half of the inputs with the right sums, which fuzzing does not find by itself.
        let content = if bytes.len() % 2 == 0 { with_sums(content) } else { content.to_vec() };
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
    let number = match journal.append(&[event]) {
        Ok(numbers) => numbers.start,
        Err(Error::Exhausted { .. }) => return,
        Err(error) => panic!("there is room: {error}"),
    };
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

/// The segment with right sums of its header and of whatever looks like a record.
fn with_sums(segment: &[u8]) -> Vec<u8> {
    let mut segment = segment.to_vec();
    if segment.len() < 28 {
        return segment;
    }
    let sum = crc32c::crc32c(&segment[..24]);
    segment[24..28].copy_from_slice(&sum.to_le_bytes());
    let mut at = 28;
    while let Some(record) = segment.get_mut(at..) {
        let Some((header, rest)) = record.split_at_mut_checked(20) else { break };
        let length = u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize;
        if header.starts_with(b"\xc7JR\x01") && length <= rest.len() {
            let sum = crc32c::crc32c_append(crc32c::crc32c(&header[..16]), &rest[..length]);
            header[16..].copy_from_slice(&sum.to_le_bytes());
            at += 20 + length;
        } else {
            at += 1;
        }
    }
    segment
}
