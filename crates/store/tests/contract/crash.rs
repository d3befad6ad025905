use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use event::Event;
use store::{Settings, Store};
use time::Duration;

use crate::cluster::Cluster;
use crate::database::Database;
use crate::sample::{NOON, came_in, hours, observed, seconds};

/// The address of the database that a child process writes to; set for it alone.
const ADDRESS: &str = "CAMTALLY_CHILD_ADDRESS";

const BATCHES: u64 = 400;

fn batch(number: u64) -> Vec<Event> {
    let start = number as f64 * 20.0;
    let mut events: Vec<_> =
        (0..50).map(|n| came_in("a", seconds(start + n as f64 * 0.1), number * 50 + n)).collect();
    events.push(observed("a", seconds(start), seconds(start + 20.0)));
    events
}

/// Kills the writer at another moment in each round; who comes after it begins where the last acknowledged
/// batch was, as a journal does.
pub(crate) async fn a_writer_that_is_killed_loses_and_doubles_nothing(db: Database) {
    db.open().await.close().await;
    let rounds = std::env::var("CAMTALLY_KILLS").map_or(6, |rounds| rounds.parse().unwrap());
    let mut acknowledged = 0;
    for round in 0..rounds {
        let address = db.address.clone();
        let first = acknowledged;
        let killed = tokio::task::spawn_blocking(move || kill_after(&address, first, 5 + round % 7));
        acknowledged = killed.await.unwrap().max(acknowledged);
    }
    let store = db.open().await;
    check(&store, acknowledged).await;
}

/// What was acknowledged is there, and after repeating everything each event is there once.
async fn check(store: &Store, acknowledged: u64) {
    assert!(acknowledged > 0);
    for number in 0..BATCHES {
        let done = store.ingest(&batch(number)).await.unwrap();
        assert!(number >= acknowledged || done.repeated == 51, "batch {number} was lost: {done:?}");
    }
    let counts = store.counts(&hours(3)).await.unwrap();
    assert_eq!(counts.groups[0].counts.iter().sum::<u64>(), BATCHES * 50);
    assert_eq!(counts.groups[0].observed_s.iter().sum::<f64>(), BATCHES as f64 * 20.0);
    let recount = store.recount(NOON, NOON + Duration::hours(3), false).await.unwrap();
    assert_eq!(recount.different, 0, "{:?}", recount.differences);
}

/// Starts a writer from a batch on and kills it when it has acknowledged some more; gives the next batch.
fn kill_after(address: &str, first: u64, acknowledgements: u64) -> u64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::writer", "--ignored", "--nocapture"])
        .env(ADDRESS, format!("{first} {address}"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut next = first;
    let mut seen = 0;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let Some(number) = line.unwrap().strip_prefix("acknowledged ").and_then(|n| n.parse::<u64>().ok())
        else {
            continue;
        };
        next = number + 1;
        seen += 1;
        if seen == acknowledgements {
            // SIGKILL; the writer is in the middle of a later batch.
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    next
}

/// The process that is killed; no test.
#[test]
#[ignore = "run by the test that kills it"]
fn writer() {
    let Ok(setting) = std::env::var(ADDRESS) else { return };
    let (first, address) = setting.split_once(' ').unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Store::open(address, &Settings::default()).await.unwrap();
        for number in first.parse().unwrap()..BATCHES {
            store.ingest(&batch(number)).await.unwrap();
            let mut out = std::io::stdout().lock();
            writeln!(out, "acknowledged {number}").unwrap();
            out.flush().unwrap();
        }
    });
}

/// The server loses power: with everything that makes a commit outlive that turned on.
#[test]
fn a_server_that_crashes_loses_nothing_acknowledged() {
    let mut cluster = Cluster::start(&[]);
    cluster.create("crash");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let store = runtime.block_on(Store::open(&cluster.address("crash"), &Settings::default())).unwrap();
    let mut acknowledged = 0;
    for _ in 0..3 {
        let writer = store.clone();
        let begin = acknowledged;
        let writing = runtime.spawn(async move {
            for number in begin..BATCHES {
                if let Err(error) = writer.ingest(&batch(number)).await {
                    assert!(error.is_retryable(), "{error:?}");
                    return number;
                }
            }
            BATCHES
        });
        std::thread::sleep(std::time::Duration::from_millis(150));
        cluster.crash();
        acknowledged = runtime.block_on(writing).unwrap();
    }
    // The same store goes on: no need to open it again.
    runtime.block_on(check(&store, acknowledged));
}
