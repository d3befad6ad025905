//! The example `journal_writer` as a process, and what it must leave behind.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use journal::{Entry, Journal, Options};
use tempfile::TempDir;

/// What the writer is told to do.
pub(crate) struct Writer<'a> {
    pub(crate) folder: &'a Path,
    pub(crate) camera: String,
    pub(crate) batches: u64,
    pub(crate) batch: u64,
    pub(crate) segment_bytes: u64,
    pub(crate) acknowledge_every: u64,
}

impl Writer<'_> {
    /// Appends the program and its arguments to `command`, which runs it.
    pub(crate) fn arguments(&self, command: &mut Command) {
        command.arg(self.folder).arg(&self.camera);
        for number in [self.batches, self.batch, self.segment_bytes, self.acknowledge_every] {
            command.arg(number.to_string());
        }
    }
}

/// The example's file. Cargo builds it with the tests, into the folder beside theirs.
pub(crate) fn program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let program = tests.parent().and_then(Path::parent).unwrap().join("examples/journal_writer");
    assert!(program.is_file(), "{} is missing: cargo build -p journal --examples", program.display());
    program
}

/// A folder where a sync costs nothing, for tests that sync thousands of times and in which no power fails.
pub(crate) fn folder_in_memory() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

/// What a writer has said, over all its lives.
#[derive(Default)]
pub(crate) struct Told {
    /// Confirmed ids by their sequence numbers.
    pub(crate) confirmed: BTreeMap<u64, String>,
    pub(crate) acknowledged: u64,
    /// Up to where it has begun to acknowledge: what is above `acknowledged` may be so or not.
    acknowledging: u64,
    pub(crate) errors: Vec<String>,
}

impl Told {
    /// Takes in what one life said. A last line without its end was never said.
    pub(crate) fn hear(&mut self, output: &[u8]) {
        let output = str::from_utf8(output).unwrap();
        for line in output.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')) {
            match line.split_once(' ').unwrap() {
                ("confirmed", event) => {
                    let (sequence, id) = event.split_once(' ').unwrap();
                    let before = self.confirmed.insert(sequence.parse().unwrap(), id.to_owned());
                    assert_eq!(before, None, "sequence number {sequence} was given twice");
                }
                ("acknowledging", sequence) => self.acknowledging = sequence.parse().unwrap(),
                ("acknowledged", sequence) => self.acknowledged = sequence.parse().unwrap(),
                ("error", text) => self.errors.push(text.to_owned()),
                _ => panic!("the writer said: {line}"),
            }
        }
    }

    /// Opens the journal and asserts that it holds all that was confirmed and not acknowledged, once and in
    /// order. Gives all that it holds.
    pub(crate) fn verify(&self, folder: &Path) -> Vec<Entry> {
        let (journal, recovery) = Journal::open(folder, Options::default()).unwrap();
        assert!(recovery.is_clean(), "{recovery}");
        let entries = journal.reader().read(usize::MAX).unwrap();
        assert_eq!(recovery.pending, entries.len() as u64);
        assert_eq!(journal.status().pending, entries.len() as u64);

        assert!(entries.is_sorted_by(|a, b| a.sequence < b.sequence), "events are out of order");
        let by_number: BTreeMap<u64, String> =
            entries.iter().map(|entry| (entry.sequence, entry.event().unwrap().id.to_string())).collect();
        let ids: HashSet<&String> = by_number.values().collect();
        assert_eq!(ids.len(), entries.len(), "an event is there twice");
        let oldest = by_number.first_key_value().map_or(u64::MAX, |(oldest, _)| *oldest);
        assert!(oldest > self.acknowledged, "what was acknowledged is delivered again");
        for (sequence, id) in self.confirmed.range(self.acknowledged + 1..) {
            let may_be_gone = *sequence <= self.acknowledging && *sequence < oldest;
            if !may_be_gone {
                assert_eq!(by_number.get(sequence), Some(id), "the confirmed event {sequence} is lost");
            }
        }
        entries
    }
}
