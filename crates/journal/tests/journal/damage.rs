//! Torn writes and flipped bits, at every byte.

use std::fs;
use std::path::{Path, PathBuf};

use event::Event;
use journal::{Entry, Journal, Options, Problem, Recovery};
use tempfile::TempDir;

use crate::events::crossing;
use crate::writer::folder_in_memory;

const EVENTS: u64 = 5;

/// A journal of five events in segments of at most `segment_bytes`, and the events.
fn small(segment_bytes: u64) -> (TempDir, Vec<Event>) {
    let folder = folder_in_memory();
    let events: Vec<_> = (0..EVENTS).map(|number| crossing("a", number)).collect();
    let (mut journal, _) =
        Journal::open(folder.path(), Options { segment_bytes, ..Options::default() }).unwrap();
    for event in &events {
        journal.append(std::slice::from_ref(event)).unwrap();
    }
    (folder, events)
}

fn open(folder: &Path) -> (Vec<Entry>, Recovery) {
    let (journal, recovery) = Journal::open(folder, Options::default()).unwrap();
    (journal.reader().read(usize::MAX).unwrap(), recovery)
}

fn numbers(entries: &[Entry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.sequence).collect()
}

fn segments(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut segments: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|it| it == "segment")).collect();
    segments.sort();
    segments
}

/// Where each record of a segment begins, and where the last one ends.
fn borders(segment: &[u8]) -> Vec<usize> {
    let begins = segment.windows(4).enumerate().filter(|(_, bytes)| *bytes == b"\xc7JR\x01");
    begins.map(|(at, _)| at).chain([segment.len()]).collect()
}

#[test]
fn an_append_cut_off_at_any_byte_is_left_out_and_nothing_else() {
    let (folder, _) = small(u64::MAX);
    let segment = segments(folder.path()).remove(0);
    let whole = fs::read(&segment).unwrap();
    let last = borders(&whole)[EVENTS as usize - 1];
    for end in last..whole.len() {
        for zeros in [0, 50] {
            let mut torn = whole[..end].to_vec();
            torn.resize(end + zeros, 0);
            fs::write(&segment, &torn).unwrap();
            let (entries, recovery) = open(folder.path());
            assert_eq!(numbers(&entries), [1, 2, 3, 4], "cut off at {end}");
            assert!(recovery.is_clean(), "cut off at {end}: {recovery}");
            assert_eq!((recovery.lost, recovery.torn_bytes), (0, (torn.len() - last) as u64));

            // Appending goes on, and the rest of the torn record is never seen again.
            let (mut journal, _) = Journal::open(folder.path(), Options::default()).unwrap();
            let number = journal.append(&[crossing("b", 0)]).unwrap().start;
            assert!(number >= 5);
            drop(journal);
            let (entries, recovery) = open(folder.path());
            assert_eq!(numbers(&entries), [1, 2, 3, 4, number]);
            assert_eq!((recovery.is_clean(), recovery.torn_bytes), (true, 0), "{recovery}");
            fs::remove_file(segments(folder.path()).remove(1)).unwrap();
        }
    }
}

#[test]
fn a_flipped_bit_loses_its_own_record_alone() {
    // One segment; and one with two records, one with two, one with one.
    for segment_bytes in [u64::MAX, 900] {
        let (folder, events) = small(segment_bytes);
        for (index, segment) in segments(folder.path()).iter().enumerate() {
            let before: usize = segments(folder.path())[..index]
                .iter()
                .map(|segment| borders(&fs::read(segment).unwrap()).len() - 1)
                .sum();
            let whole = fs::read(segment).unwrap();
            let borders = borders(&whole);
            for at in 0..whole.len() {
                let mut flipped = whole.clone();
                flipped[at] ^= 1 << (at % 8);
                fs::write(segment, &flipped).unwrap();

                let checked = Journal::check(folder.path()).unwrap();
                let (entries, recovery) = open(folder.path());
                let hit = borders.iter().rposition(|border| *border <= at).map(|record| before + record);
                let expected: Vec<&Event> = events
                    .iter()
                    .enumerate()
                    .filter(|(number, _)| Some(*number) != hit)
                    .map(|(_, event)| event)
                    .collect();
                let read: Vec<Event> = entries.iter().map(|entry| entry.event().unwrap()).collect();
                assert_eq!(ids(&read), ids(expected), "byte {at}");
                assert_eq!(recovery.pending, entries.len() as u64);
                assert_eq!(checked.lost, recovery.lost);
                let (start, end) = match hit {
                    None => {
                        assert!(
                            matches!(&recovery.problems[..], [Problem::Header { .. }]),
                            "byte {at}: {recovery}"
                        );
                        continue;
                    }
                    Some(hit) => (borders[hit - before], borders[hit - before + 1]),
                };
                // The length of the very last record, made larger, looks like a write that was cut off.
                if recovery.torn_bytes > 0 {
                    assert!(end == whole.len() && hit == Some(4) && (start + 4..start + 8).contains(&at));
                    continue;
                }
                assert_eq!(recovery.lost, 1, "byte {at}: {recovery}");
                let [Problem::Damaged { offset, bytes, lost: 1, copy: Some(copy), .. }] =
                    &recovery.problems[..]
                else {
                    panic!("byte {at}: {recovery}")
                };
                assert_eq!((*offset, *bytes), (start as u64, (end - start) as u64));
                assert_eq!(fs::read(copy).unwrap(), flipped[start..end]);
                fs::remove_file(copy).unwrap();
            }
            fs::write(segment, &whole).unwrap();
        }
        assert!(open(folder.path()).1.is_clean(), "the test put everything back");
    }
}

fn ids<'a>(events: impl IntoIterator<Item = &'a Event>) -> Vec<uuid::Uuid> {
    events.into_iter().map(|event| event.id).collect()
}

#[test]
fn damage_at_the_end_is_told_and_its_number_is_not_given_again() {
    let (folder, _) = small(u64::MAX);
    let segment = segments(folder.path()).remove(0);
    let mut bytes = fs::read(&segment).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&segment, bytes).unwrap();
    let (mut journal, recovery) = Journal::open(folder.path(), Options::default()).unwrap();
    assert_eq!(recovery.lost, 1);
    assert!(journal.append(&[crossing("b", 0)]).unwrap().start > 5);
}

#[test]
fn what_a_later_segment_says_was_not_confirmed_is_not_read() {
    let (folder, _) = small(u64::MAX);
    let mut header = [b"camtjrn1".as_slice(), &4_u64.to_le_bytes(), &3_u64.to_le_bytes()].concat();
    header.extend(crc32c::crc32c(&header).to_le_bytes());
    fs::write(folder.path().join("00000000000000000004.segment"), header).unwrap();
    let (mut journal, recovery) = Journal::open(folder.path(), Options::default()).unwrap();
    assert!(recovery.is_clean(), "{recovery}");
    let mut reader = journal.reader();
    assert_eq!(numbers(&reader.read(usize::MAX).unwrap()), [1, 2, 3]);
    assert_eq!(journal.append(&[crossing("b", 0)]).unwrap(), 4..5);
    assert_eq!(reader.read(usize::MAX).unwrap()[0].event().unwrap().id, crossing("b", 0).id);
}

#[test]
fn a_missing_segment_is_told() {
    let (folder, _) = small(900);
    fs::remove_file(segments(folder.path()).remove(1)).unwrap();
    let (entries, recovery) = open(folder.path());
    assert_eq!((numbers(&entries), recovery.lost), (vec![1, 2, 5], 2));
    assert_eq!(recovery.problems, [Problem::Missing { first: 3, last: 4 }]);

    let (folder, _) = small(900);
    fs::remove_file(segments(folder.path()).remove(0)).unwrap();
    fs::write(folder.path().join("acknowledged"), format!("1 {:08x}\n", crc32c::crc32c(b"1"))).unwrap();
    assert_eq!(open(folder.path()).1.problems, [Problem::Missing { first: 2, last: 2 }]);
}

#[test]
fn a_lost_acknowledgement_delivers_again_and_numbers_go_on() {
    let (folder, _) = small(900);
    let (journal, _) = Journal::open(folder.path(), Options::default()).unwrap();
    journal.reader().acknowledge(5).unwrap();
    drop(journal);
    assert!(open(folder.path()).0.is_empty());
    for content in [None, Some("rubbish")] {
        match content {
            None => fs::remove_file(folder.path().join("acknowledged")).unwrap(),
            Some(content) => fs::write(folder.path().join("acknowledged"), content).unwrap(),
        }
        let (mut journal, recovery) = Journal::open(folder.path(), Options::default()).unwrap();
        assert!(matches!(&recovery.problems[..], [Problem::Acknowledgement { .. }]), "{recovery}");
        let entries = journal.reader().read(usize::MAX).unwrap();
        assert_eq!(entries.first().map(|entry| entry.sequence), Some(5));
        let number = journal.append(&[crossing("b", 0)]).unwrap().start;
        assert!(number > 5);
    }
}

#[test]
fn what_decays_while_it_is_open_is_counted_and_stepped_over() {
    let folder = folder_in_memory();
    let (mut journal, _) = Journal::open(folder.path(), Options::default()).unwrap();
    journal.append(&(0..5).map(|number| crossing("a", number)).collect::<Vec<_>>()).unwrap();
    let segment = segments(folder.path()).remove(0);
    let mut bytes = fs::read(&segment).unwrap();
    let borders = borders(&bytes);
    bytes[borders[1] + 30] ^= 4;
    bytes[borders[4] + 30] ^= 4;
    fs::write(&segment, bytes).unwrap();

    let mut reader = journal.reader();
    assert_eq!(numbers(&reader.read(usize::MAX).unwrap()), [1, 3, 4]);
    assert!(reader.read(usize::MAX).unwrap().is_empty());
    let status = journal.status();
    assert_eq!(status.unreadable, 2);
    assert!(status.last_error.unwrap().contains("are lost"));
    reader.rewind();
    assert_eq!(numbers(&reader.read(usize::MAX).unwrap()), [1, 3, 4]);
    assert_eq!(journal.status().unreadable, 2, "nothing is counted twice");

    journal.append(&[crossing("a", 5)]).unwrap();
    assert_eq!(numbers(&reader.read(usize::MAX).unwrap()), [6]);
}

#[test]
fn checking_changes_nothing() {
    let (folder, _) = small(900);
    let segment = segments(folder.path()).remove(1);
    let mut bytes = fs::read(&segment).unwrap();
    bytes[100] ^= 1;
    fs::write(&segment, bytes).unwrap();
    let files = || {
        let mut files: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| (fs::read(&path).ok(), fs::metadata(&path).unwrap().modified().unwrap(), path))
            .collect();
        files.sort();
        files
    };
    let before = files();
    let lock = fs::File::open(folder.path().join("lock")).unwrap();
    lock.try_lock().unwrap();
    let recovery = Journal::check(folder.path()).unwrap();
    assert_eq!(recovery.lost, 1);
    assert!(recovery.to_string().contains("there is no copy of the bytes; check the disk"), "{recovery}");
    assert_eq!(files(), before);
}
