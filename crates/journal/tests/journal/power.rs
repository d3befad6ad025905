//! The power fails at any moment: of what was not synced, the disk may hold anything.
//!
//! A killed process cannot show this, since the system's cache outlives it. So the writer's system calls are
//! recorded, and from them the states are made in which a disk may be found after each call: with and without
//! what was written and not synced, or with a half of it. A sync that failed drops what it should have
//! written, for ever, as Linux does.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::Path;

use crate::strace::{counts, strace};
use crate::writer::{Told, folder_in_memory};

/// A file, as the system's cache has it and as the disk has it.
#[derive(Clone, Default)]
struct File {
    durable: Vec<u8>,
    /// What was done since the last sync.
    pending: Vec<Change>,
}

#[derive(Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

impl File {
    /// With the changes of which `part` of 2 parts of each reached the disk, whose sizes are there already.
    fn with_pending(&self, part: usize) -> Vec<u8> {
        let mut content = self.durable.clone();
        for change in &self.pending {
            match change {
                Change::Truncate(length) => content.truncate(*length),
                Change::Write(offset, bytes) => {
                    let end = offset + bytes.len();
                    content.resize(content.len().max(end), 0);
                    let written = bytes.len() * part / 2;
                    content[*offset..offset + written].copy_from_slice(&bytes[..written]);
                }
            }
        }
        content
    }
}

/// A folder of files; a name's number is that of its file.
#[derive(Default)]
struct Disk {
    files: Vec<File>,
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    /// Whether the folder itself will be there.
    durable: bool,
}

/// One line of the trace.
struct Call<'a> {
    name: &'a str,
    arguments: Vec<String>,
    succeeded: bool,
}

impl<'a> Call<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (_process, call) = line.split_once(' ')?;
        let (name, rest) = call.trim_start().split_once('(')?;
        let (arguments, result) = rest.rsplit_once(" = ")?;
        let arguments = arguments.trim_end().strip_suffix(')')?.split(", ").map(decode).collect();
        Some(Self { name, arguments, succeeded: !result.starts_with('-') })
    }
}

/// `"\x61"` and `5<\x61>` as their bytes, one char each; anything else as it is.
fn decode(argument: &str) -> String {
    match argument.find("\\x") {
        None => argument.to_owned(),
        Some(_) => {
            let digits =
                argument.split("\\x").skip(1).map(|code| u8::from_str_radix(&code[..2], 16).unwrap());
            digits.map(char::from).collect()
        }
    }
}

fn bytes(text: &str) -> Vec<u8> {
    text.chars().map(|byte| byte as u8).collect()
}

impl Disk {
    fn apply(&mut self, call: &Call, folder: &str, told: &mut Told) {
        let first = call.arguments[0].as_str();
        let name = |path: &str| path.strip_prefix(folder)?.strip_prefix('/').map(str::to_owned);
        let file = name(first).and_then(|name| self.names.get(&name).copied());
        match (call.name, file) {
            ("write", _) if first.starts_with('/') || first.contains("pipe") => {
                told.hear(&bytes(&call.arguments[1]))
            }
            ("fsync", None) if first == folder && call.succeeded => self.durable_names = self.names.clone(),
            ("fsync", None) if Path::new(folder).parent() == Some(Path::new(first)) => {
                self.durable |= call.succeeded
            }
            ("fsync" | "fdatasync", Some(file)) => {
                let file = &mut self.files[file];
                if call.succeeded {
                    file.durable = file.with_pending(2);
                }
                file.pending.clear();
            }
            _ if !call.succeeded => {}
            ("openat", _) if call.arguments.get(2).is_some_and(|flags| flags.contains("O_CREAT")) => {
                let name = name(&call.arguments[1]).unwrap();
                if !self.names.contains_key(&name) {
                    self.names.insert(name, self.files.len());
                    self.files.push(File::default());
                }
            }
            ("pwrite64", Some(file)) => {
                let offset = call.arguments[3].parse().unwrap();
                self.files[file].pending.push(Change::Write(offset, bytes(&call.arguments[1])));
            }
            ("ftruncate", Some(file)) => {
                self.files[file].pending.push(Change::Truncate(call.arguments[1].parse().unwrap()));
            }
            ("rename", Some(file)) => {
                self.names.remove(&name(first).unwrap());
                self.names.insert(name(&call.arguments[1]).unwrap(), file);
            }
            ("unlink", Some(_)) => {
                self.names.remove(&name(first).unwrap());
            }
            ("mkdir" | "openat" | "fsync", _) => {}
            (other, _) => panic!("the model does not know {other}({first})"),
        }
    }

    /// The states in which it may be found if the power fails now.
    fn states(&self) -> Vec<BTreeMap<&str, Vec<u8>>> {
        let mut states = Vec::new();
        for names in [&self.durable_names, &self.names] {
            for part in 0..=3 {
                let content = |file: &usize| match part {
                    3 => self.files[*file].durable.clone(),
                    part => self.files[*file].with_pending(part),
                };
                states.push(names.iter().map(|(name, file)| (name.as_str(), content(file))).collect());
            }
        }
        states
    }
}

/// Checks every state that the disk may be in during one run; how many there were.
fn check(inject: &[String]) -> usize {
    let folder = folder_in_memory();
    let (_, calls) = strace(folder.path(), inject);
    let journal = folder.path().join("journal");
    let (mut disk, mut told) = (Disk::default(), Told::default());
    let mut checked = HashSet::new();
    for line in calls.lines() {
        let Some(call) = Call::parse(line) else { continue };
        disk.apply(&call, journal.to_str().unwrap(), &mut told);
        if !disk.durable {
            assert!(told.confirmed.is_empty(), "confirmed before the folder is on disk");
            continue;
        }
        for state in disk.states() {
            if !checked.insert((
                state
                    .clone()
                    .into_iter()
                    .map(|(name, content)| (name.to_owned(), content))
                    .collect::<Vec<_>>(),
                told.confirmed.len(),
                told.acknowledged,
            )) {
                continue;
            }
            let found = folder_in_memory();
            for (name, content) in state {
                fs::write(found.path().join(name), content).unwrap();
            }
            told.verify(found.path());
        }
    }
    assert!(
        told.confirmed.len() == 12,
        "{inject:?}: the writer confirmed {}: {:?}",
        told.confirmed.len(),
        told.errors
    );
    checked.len()
}

#[test]
fn what_was_confirmed_survives_a_loss_of_power_at_any_moment() {
    let count = counts();
    let mut states = check(&[]);
    for call in ["fdatasync", "fsync", "pwrite64", "rename"] {
        for when in 1..=count(call) {
            states += check(&[format!("{call}:error=EIO:when={when}")]);
            states += check(&[format!("{call}:error=EIO:when={when}"), "ftruncate:error=EIO".to_owned()]);
        }
    }
    println!("{states} states of the disk, 0 lost, 0 doubled");
}
