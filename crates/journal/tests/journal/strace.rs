//! The writer under strace, which tells every system call and makes chosen ones fail.

use std::path::Path;
use std::process::{Command, Output};

use crate::writer::{Writer, folder_in_memory, program};

/// The system calls by which the journal changes the disk. The writer's own output goes by `write`, which the
/// journal does not use.
pub(crate) const CALLS: [&str; 8] =
    ["mkdir", "pwrite64", "fdatasync", "fsync", "ftruncate", "rename", "openat", "unlink"];

pub(crate) fn writer<'a>(folder: &'a Path, camera: &str) -> Writer<'a> {
    Writer {
        folder,
        camera: camera.to_owned(),
        batches: 6,
        batch: 2,
        // Two batches fill a segment.
        segment_bytes: 1600,
        acknowledge_every: 4,
    }
}

/// Runs the writer on `folder/journal` under strace, which injects faults. Gives what it wrote, and the calls
/// with what they wrote: `write` and [`CALLS`], texts in hexadecimal.
pub(crate) fn strace(folder: &Path, inject: &[String]) -> (Output, String) {
    let calls = folder.join("calls");
    let mut command = Command::new("strace");
    command
        .args(["-f", "-qq", "-y", "-xx", "-s", "100000"])
        .arg(format!("--trace=write,{}", CALLS.join(",")));
    command.arg("-o").arg(&calls);
    command.args(inject.iter().map(|fault| format!("--inject={fault}"))).arg(program());
    writer(&folder.join("journal"), "under strace").arguments(&mut command);
    let output = command.output().expect("strace could not be run: install it with `apt-get install strace`");
    let calls = std::fs::read_to_string(calls).unwrap_or_else(|error| {
        panic!("strace cannot trace here ({error}): {}", String::from_utf8_lossy(&output.stderr))
    });
    (output, calls)
}

/// How often the writer makes each of the calls when nothing fails.
pub(crate) fn counts() -> impl Fn(&str) -> usize {
    let folder = folder_in_memory();
    let (output, calls) = strace(folder.path(), &[]);
    assert!(output.status.success(), "the writer fails under strace: {calls}");
    move |call| calls.matches(&format!(" {call}(")).count()
}
