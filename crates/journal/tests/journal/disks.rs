//! Disks that are really full and really read-only.

use std::fs;
use std::path::Path;
use std::process::Command;

use journal::{Error, Journal, Options};

use crate::events::crossing;

/// A small file system of its own, unmounted when dropped.
struct Disk(tempfile::TempDir);

impl Disk {
    /// None if this user may not mount; then the reason is printed.
    fn mount(megabytes: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={megabytes}m");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path()).output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self(folder)),
            Ok(output) => {
                println!("SKIPPED, cannot mount: {}", String::from_utf8_lossy(&output.stderr).trim());
                None
            }
            Err(error) => {
                println!("SKIPPED, cannot mount: {error}");
                None
            }
        }
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn remount(&self, how: &str) {
        let remounted =
            Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(self.path()).status();
        assert!(remounted.unwrap().success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg(self.path()).status();
        assert!(unmounted.is_ok_and(|status| status.success()) || std::thread::panicking());
    }
}

#[test]
fn a_full_disk_refuses_and_goes_on_when_there_is_room() {
    let Some(disk) = Disk::mount(1) else { return };
    let folder = disk.path().join("journal");
    let (mut journal, _) =
        Journal::open(&folder, Options { segment_bytes: 100_000, ..Options::default() }).unwrap();
    let mut confirmed = Vec::new();
    let mut number = 0;
    let error = loop {
        let events: Vec<_> = (number..number + 7).map(|number| crossing("a", number)).collect();
        match journal.append(&events) {
            Ok(_) => confirmed.extend(events.iter().map(|event| event.id)),
            Err(error) => break error,
        }
        number += 7;
    };
    assert!(error.is_retryable());
    let text = error.to_string();
    assert!(text.contains(folder.to_str().unwrap()) && text.contains("make room"), "{text}");
    assert_eq!(journal.status().last_error, Some(text));
    let ids = |journal: &Journal| -> Vec<_> {
        let entries = journal.reader().read(usize::MAX).unwrap();
        entries.iter().map(|entry| entry.event().unwrap().id).collect()
    };
    assert!(confirmed.len() > 1000);
    assert_eq!(ids(&journal), confirmed);

    // It stays full, and the retries leave nothing behind.
    let events: Vec<_> = (number..number + 100).map(|number| crossing("a", number)).collect();
    for _ in 0..3 {
        journal.append(&events).unwrap_err();
    }
    drop(journal);
    let (mut journal, recovery) = Journal::open(&folder, Options::default()).unwrap();
    assert!(recovery.is_clean(), "{recovery}");
    assert_eq!(ids(&journal), confirmed);
    journal.append(&events).unwrap_err();

    // There is room again, made by hand.
    disk.remount("size=4m");
    journal.append(&events).unwrap();
    confirmed.extend(events.iter().map(|event| event.id));
    assert_eq!(ids(&journal), confirmed);
    assert_eq!(journal.status().last_error, None);
}

/// One that becomes read-only while it is open is among the faults: no disk that is being written to can be
/// remounted so.
#[test]
fn a_read_only_disk_refuses_and_can_be_looked_at() {
    let Some(disk) = Disk::mount(1) else { return };
    let folder = disk.path().join("journal");
    let (mut journal, _) = Journal::open(&folder, Options::default()).unwrap();
    journal.append(&[crossing("a", 0)]).unwrap();
    drop(journal);

    disk.remount("ro");
    let error = Journal::open(&folder, Options::default()).unwrap_err();
    let text = error.to_string();
    assert!(error.is_retryable());
    assert!(
        text.contains(folder.to_str().unwrap()) && text.contains("mount this disk for writing"),
        "{text}"
    );
    assert_eq!(Journal::check(&folder).unwrap().pending, 1);

    disk.remount("rw");
    let (mut journal, _) = Journal::open(&folder, Options::default()).unwrap();
    journal.append(&[crossing("a", 1)]).unwrap();
    assert_eq!(journal.reader().read(9).unwrap().len(), 2);
}

#[test]
fn a_folder_that_cannot_be_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    for (path, remedy) in
        [(file, "name a folder"), (folder.path().join("missing/journal"), "make that folder")]
    {
        let error = Journal::open(&path, Options::default()).unwrap_err();
        assert!(matches!(error, Error::Io { .. }));
        let text = error.to_string();
        assert!(text.contains(path.to_str().unwrap()) && text.contains(remedy), "{text}");
    }
}
