//! Kill -9 at any moment.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};
use std::time::Duration;

use journal::{Journal, Options};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::writer::{Told, Writer, program};

/// How often the writer is killed, unless `JOURNAL_KILLS` says otherwise.
const KILLS: u64 = 30;

#[test]
fn what_was_confirmed_survives_a_kill_at_any_moment() {
    let kills = std::env::var("JOURNAL_KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(kills);
    let mut told = Told::default();
    let mut unconfirmed = 0;
    for life in 0..kills {
        let writer = Writer {
            folder: folder.path(),
            camera: format!("life {life}"),
            batches: u64::MAX / 100,
            batch: random.random_range(1..20),
            segment_bytes: 20_000,
            acknowledge_every: 0,
        };
        let mut command = Command::new(program());
        writer.arguments(&mut command);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut said = Vec::new();
        output.read_until(b'\n', &mut said).unwrap();
        // The pipe holds what is said meanwhile, and a full pipe would be a moment like any other.
        std::thread::sleep(Duration::from_micros(random.random_range(0..20_000)));
        process.kill().unwrap();
        process.wait().unwrap();
        output.read_to_end(&mut said).unwrap();
        told.hear(&said);
        assert_eq!(told.errors, Vec::<String>::new());

        let entries = told.verify(folder.path());
        let confirmed = told.confirmed.range(told.acknowledged + 1..).count();
        assert!(confirmed > 0, "the writer confirmed nothing");
        unconfirmed += entries.len() - confirmed;
        if life % 4 == 3 {
            let (journal, _) = Journal::open(folder.path(), Options::default()).unwrap();
            told.acknowledged = entries[entries.len() / 2].sequence;
            journal.reader().acknowledge(told.acknowledged).unwrap();
        }
    }
    println!(
        "{kills} kills, {} confirmed, 0 lost, 0 doubled; {unconfirmed} sightings of unconfirmed events",
        told.confirmed.len()
    );
}
