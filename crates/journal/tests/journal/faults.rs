//! Every system call that changes the disk fails once, or is the last thing that the process does.

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::strace::{CALLS, counts, strace, writer};
use crate::writer::{Told, folder_in_memory, program};

/// What happens to them. `+`: from then on always, as on a disk that stays full.
const FAULTS: [(&str, &str); 6] = [
    ("error=ENOSPC", ""),
    ("error=EIO", ""),
    ("error=EROFS", ""),
    ("error=ENOSPC", "+"),
    ("error=EIO", "+"),
    ("signal=KILL", ""),
];

/// Runs the writer with one call spoilt, then without; asserts that nothing is lost or doubled, and that what
/// failed was told usefully.
fn run_spoilt(inject: &[String], must_fail: bool) {
    let folder = folder_in_memory();
    let journal = folder.path().join("journal");
    let (output, _) = strace(folder.path(), inject);
    let mut told = Told::default();
    told.hear(&output.stdout);
    let case = inject.join(" and ");
    for error in &told.errors {
        assert!(error.contains(folder.path().to_str().unwrap()), "{case}: no path: {error}");
        let remedies = ["make room", "mount this disk for writing", "check the disk"];
        assert!(remedies.iter().any(|remedy| error.contains(remedy)), "{case}: no remedy: {error}");
    }
    if must_fail {
        assert!(!told.errors.is_empty(), "{case}: the fault was not told; status {}", output.status);
    }
    if journal.exists() {
        told.verify(&journal);
    } else {
        assert!(told.confirmed.is_empty());
    }

    // The disk has recovered.
    told.errors.clear();
    let mut again = Command::new(program());
    writer(&journal, "without faults").arguments(&mut again);
    let output = again.output().unwrap();
    told.hear(&output.stdout);
    assert!(output.status.success() && told.errors.is_empty(), "{case}: afterwards: {:?}", told.errors);
    assert!(told.confirmed.len() >= 12);
    told.verify(&journal);
}

#[test]
fn nothing_is_lost_when_any_system_call_fails_or_is_the_last() {
    let count = counts();
    let mut cases = Vec::new();
    for call in CALLS {
        // Truncating is what it does after a failure only; see below.
        let calls = count(call);
        assert!(
            calls > 0 || call == "ftruncate",
            "{call} is not called: the journal changed, and this list did not"
        );
        for when in 1..=calls {
            cases.extend(
                FAULTS.map(|(fault, ever)| (call, vec![format!("{call}:{fault}:when={when}{ever}")])),
            );
        }
    }
    // A second fault while the first is dealt with.
    for first in ["fdatasync", "pwrite64"] {
        for when in 1..=count(first) {
            for second in ["ftruncate:error=EIO", "ftruncate:signal=KILL", "fsync:error=EIO:when=8+2"] {
                cases.push(("twice", vec![format!("{first}:error=EIO:when={when}"), second.to_owned()]));
            }
        }
    }

    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some((call, inject)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    // The loader opens files as well, and the journal removes what need not be there.
                    let must_fail = !matches!(*call, "openat" | "unlink")
                        && !inject.iter().any(|fault| fault.contains("KILL"));
                    run_spoilt(inject, must_fail);
                }
            });
        }
    });
    println!("{} faults, 0 lost, 0 doubled", cases.len());
}

#[test]
fn what_failed_is_not_there_if_the_process_ends_before_it_tries_again() {
    let folder = folder_in_memory();
    // The second append fails; the retry begins by removing what is left of a new segment, if any.
    let inject = ["fdatasync:error=EIO:when=2", "unlink:signal=KILL:when=2"].map(str::to_owned);
    let (output, _) = strace(folder.path(), &inject);
    let mut told = Told::default();
    told.hear(&output.stdout);
    assert_eq!((told.confirmed.len(), told.errors.len()), (2, 1));
    assert_eq!(told.verify(&folder.path().join("journal")).len(), 2);
}
