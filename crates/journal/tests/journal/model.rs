//! Any order of operations against a model in memory.

use event::Event;
use journal::{Journal, Options, Reader};
use proptest::prelude::*;

use crate::events::crossing;
use crate::writer::folder_in_memory;

#[derive(Clone, Debug)]
enum Step {
    Append(u64),
    Read(usize),
    /// Acknowledges this share of what was confirmed and is pending, in percent.
    Acknowledge(u64),
    Rewind,
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..6_u64).prop_map(Step::Append),
        3 => (0..8_usize).prop_map(Step::Read),
        2 => (0..=100_u64).prop_map(Step::Acknowledge),
        1 => Just(Step::Rewind),
        1 => Just(Step::Reopen),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn the_journal_does_what_a_list_in_memory_does(
        steps in prop::collection::vec(step(), 1..60),
        segment_bytes in 1..3_000_u64,
    ) {
        let folder = folder_in_memory();
        let options = Options { segment_bytes, ..Options::default() };
        let open = || -> (Journal, Reader) {
            let (journal, recovery) = Journal::open(folder.path(), options).unwrap();
            assert!(recovery.is_clean(), "{recovery}");
            let reader = journal.reader();
            (journal, reader)
        };
        let (mut journal, mut reader) = open();
        // Event `n` of the model has the sequence number `n + 1`.
        let mut events: Vec<Event> = Vec::new();
        let (mut acknowledged, mut read) = (0, 0);
        for step in steps {
            match step {
                Step::Append(count) => {
                    let next = events.len() as u64;
                    let batch: Vec<_> = (next..next + count).map(|number| crossing("a", number)).collect();
                    prop_assert_eq!(journal.append(&batch).unwrap(), next + 1..next + 1 + count);
                    events.extend(batch);
                }
                Step::Read(max) => {
                    let entries = reader.read(max).unwrap();
                    let expected = &events[read..events.len().min(read + max)];
                    prop_assert_eq!(entries.len(), expected.len());
                    for (entry, event) in entries.iter().zip(expected) {
                        read += 1;
                        prop_assert_eq!(entry.sequence, read as u64);
                        prop_assert_eq!(&entry.json, &event.to_json());
                    }
                }
                Step::Acknowledge(percent) => {
                    acknowledged += (events.len() - acknowledged) * percent as usize / 100;
                    reader.acknowledge(acknowledged as u64).unwrap();
                    // What nobody needs any more may be deleted before a slower reader comes to it.
                    reader.rewind();
                    read = acknowledged;
                }
                Step::Rewind => {
                    reader.rewind();
                    read = acknowledged;
                }
                Step::Reopen => {
                    drop((journal, reader));
                    (journal, reader) = open();
                    read = acknowledged;
                }
            }
            prop_assert_eq!(journal.status().pending, (events.len() - acknowledged) as u64);
            prop_assert_eq!(journal.status().oldest_pending.is_some(), acknowledged < events.len());
            prop_assert_eq!(reader.wait(std::time::Duration::ZERO), read < events.len());
        }
        prop_assert!(Journal::check(folder.path()).unwrap().is_clean());
    }
}
