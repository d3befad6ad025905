//! Writer, readers, a second process; the limit and the status.

use std::fs;
use std::time::Duration;

use event::Event;
use journal::{Error, Journal, Options};

use crate::events::crossing;

#[test]
fn a_reader_follows_the_writer_on_another_thread() {
    const EVENTS: u64 = 3_000;
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, _) =
        Journal::open(folder.path(), Options { segment_bytes: 5_000, ..Options::default() }).unwrap();
    let mut reader = journal.reader();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for number in (0..EVENTS).step_by(5) {
                let events: Vec<_> = (number..number + 5).map(|number| crossing("a", number)).collect();
                journal.append(&events).unwrap();
            }
        });
        let mut seen = 0;
        while seen < EVENTS {
            assert!(reader.wait(Duration::from_secs(60)), "nothing came");
            for entry in reader.read(37).unwrap() {
                assert_eq!(entry.event().unwrap().id, crossing("a", seen).id);
                seen += 1;
                assert_eq!(entry.sequence, seen);
            }
            if seen % 7 == 0 {
                reader.acknowledge(seen).unwrap();
                assert_eq!(reader.status().unreadable, 0);
            }
        }
        reader.acknowledge(seen).unwrap();
        assert!(!reader.wait(Duration::ZERO));
    });
    let status = reader.status();
    assert_eq!((status.pending, status.pending_bytes, status.oldest_pending), (0, 0, None));
    let segments = fs::read_dir(folder.path()).unwrap().filter(|entry| {
        entry.as_ref().unwrap().path().extension().is_some_and(|extension| extension == "segment")
    });
    assert_eq!(segments.count(), 1, "acknowledged segments are deleted");
}

#[test]
fn what_was_not_delivered_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, _) = Journal::open(folder.path(), Options::default()).unwrap();
    journal.append(&[crossing("a", 0), crossing("a", 1), crossing("a", 2)]).unwrap();
    let mut reader = journal.reader();
    assert_eq!(reader.read(3).unwrap().len(), 3);
    reader.acknowledge(1).unwrap();
    reader.rewind();
    assert_eq!(reader.read(1).unwrap()[0].sequence, 2);
    assert!(matches!(reader.acknowledge(4), Err(Error::NotConfirmed { up_to: 4, last: 3 })));
}

#[test]
fn the_status_tells_how_much_waits_and_since_when() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, _) =
        Journal::open(folder.path(), Options { segment_bytes: 900, limit: 5_000 }).unwrap();
    let reader = journal.reader();
    for number in 0..8 {
        journal.append(&[crossing("a", number)]).unwrap();
    }
    for acknowledged in [0, 1, 1, 5] {
        reader.acknowledge(acknowledged).unwrap();
        let status = journal.status();
        assert_eq!((status.pending, status.limit), (8 - acknowledged, 5_000));
        // Events are written to the millisecond.
        let oldest = Event::from_json(&crossing("a", acknowledged).to_json()).unwrap();
        assert_eq!(status.oldest_pending, Some(oldest.time));
    }
    let segments = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap());
    let segments = segments.filter(|entry| entry.file_name().to_str().unwrap().ends_with("segment"));
    assert_eq!(journal.status().bytes, segments.map(|entry| entry.metadata().unwrap().len()).sum::<u64>());
}

#[test]
fn at_the_limit_appending_is_refused_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { segment_bytes: 1_000, limit: 10_000 };
    let (mut journal, _) = Journal::open(folder.path(), options).unwrap();
    let mut confirmed = 0;
    let error = loop {
        match journal.append(&[crossing("a", confirmed)]) {
            Ok(_) => confirmed += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::Full { limit: 10_000, .. }) && error.is_retryable());
    assert_eq!(journal.status().last_error, Some(error.to_string()));
    assert!(journal.status().bytes <= 10_000);
    let mut reader = journal.reader();
    assert_eq!(reader.read(usize::MAX).unwrap().len() as u64, confirmed);

    reader.acknowledge(confirmed).unwrap();
    assert_eq!(journal.append(&[crossing("a", confirmed)]).unwrap(), confirmed + 1..confirmed + 2);
    assert_eq!(journal.status().last_error, None);
    assert_eq!(reader.read(usize::MAX).unwrap().len(), 1);
}

#[test]
fn a_folder_is_opened_once() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, _) = Journal::open(folder.path(), Options::default()).unwrap();
    let reader = journal.reader();
    drop(journal);
    let error = Journal::open(folder.path(), Options::default()).unwrap_err();
    assert!(matches!(error, Error::InUse { .. }) && error.to_string().contains("another process"), "{error}");
    assert!(Journal::check(folder.path()).unwrap().is_clean(), "one can look at a journal in use");
    drop(reader);
    Journal::open(folder.path(), Options::default()).unwrap();
}

#[test]
fn an_event_that_could_not_be_read_back_is_refused_with_its_batch() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, _) = Journal::open(folder.path(), Options::default()).unwrap();
    let mut long = crossing("a", 1);
    long.camera = "x".repeat(70_000);
    let mut twice = crossing("a", 1);
    twice.other.insert("kind".to_owned(), "crossing".into());
    for bad in [long, twice] {
        let error = journal.append(&[crossing("a", 0), bad]).unwrap_err();
        assert!(matches!(error, Error::Unreadable { .. }) && !error.is_retryable(), "{error}");
    }
    assert_eq!(journal.append(&[]).unwrap(), 1..1);
    assert_eq!(journal.append(&[crossing("a", 0)]).unwrap(), 1..2);
    assert_eq!(journal.reader().read(9).unwrap().len(), 1);
}
