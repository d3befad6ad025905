//! Processes that go on when this program ends, and are ended by their recorded ids.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};

use crate::serving::now;

/// How long each may take to end by itself.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(50);

/// A process as it was started. Ids are used again; with its starting time it is no other.
struct Started {
    name: String,
    id: u32,
    ticks: String,
    /// The signal on which it ends with everything in order.
    signal: String,
}

/// What was started and not yet ended, in a file.
pub(super) struct Processes {
    folder: PathBuf,
}

impl Processes {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    fn record(&self) -> PathBuf {
        self.folder.join("processes")
    }

    /// Starts it with a log of its own, and records it. It is ended with `signal`.
    pub(super) fn start(&self, name: &str, signal: &str, command: &mut Command) -> anyhow::Result<()> {
        let log = fs::File::create(self.log(name))?;
        // A group of its own: Ctrl-C in the terminal is not for it.
        command.process_group(0).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let child = command.spawn().with_context(|| format!("starting {name}"))?;
        let ticks =
            ticks(child.id()).with_context(|| format!("{name} ended at once: {}", self.said(name)))?;
        let mut record = OpenOptions::new().create(true).append(true).open(self.record())?;
        writeln!(record, "{name} {} {ticks} {signal}", child.id())?;
        Ok(())
    }

    pub(super) fn log(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.log"))
    }

    /// The last lines that it wrote.
    pub(super) fn said(&self, name: &str) -> String {
        let text = fs::read_to_string(self.log(name)).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(10)..].join("\n")
    }

    /// Waits until something holds, as long as the process runs.
    pub(super) fn until(
        &self,
        name: &str,
        patience: Duration,
        mut holds: impl FnMut() -> anyhow::Result<bool>,
    ) -> anyhow::Result<()> {
        let begin = now();
        while !holds().unwrap_or(false) {
            let runs = self.started().iter().any(|started| started.name == name && started.runs());
            if !runs || begin.elapsed() > patience {
                let why = if runs { "is not ready" } else { "has ended" };
                bail!(
                    "{name} {why} after {:.0} s; it says:\n{}",
                    begin.elapsed().as_secs_f64(),
                    self.said(name)
                );
            }
            std::thread::sleep(LOOK);
        }
        Ok(())
    }

    /// Names of those that run.
    pub(super) fn running(&self) -> Vec<String> {
        self.started().into_iter().filter(Started::runs).map(|started| started.name).collect()
    }

    fn started(&self) -> Vec<Started> {
        let text = fs::read_to_string(self.record()).unwrap_or_default();
        text.lines().filter_map(Started::parse).collect()
    }

    /// Ends them, the last that was started first, and says which had to be killed.
    pub(super) fn end(&self) -> anyhow::Result<Vec<String>> {
        let mut killed = Vec::new();
        for started in self.started().iter().rev().filter(|started| started.runs()) {
            started.send(&started.signal)?;
            let begin = now();
            while started.runs() && begin.elapsed() < PATIENCE {
                std::thread::sleep(LOOK);
            }
            if started.runs() {
                started.send("KILL")?;
                killed.push(started.name.clone());
            }
        }
        if self.record().exists() {
            fs::remove_file(self.record())?;
        }
        Ok(killed)
    }
}

impl Started {
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ').map(str::to_owned);
        let (name, id, ticks) = (words.next()?, words.next()?.parse().ok()?, words.next()?);
        Some(Self { name, id, ticks, signal: words.next()? })
    }

    fn runs(&self) -> bool {
        ticks(self.id).is_some_and(|ticks| ticks == self.ticks)
    }

    fn send(&self, signal: &str) -> anyhow::Result<()> {
        // It may have ended meanwhile.
        Command::new("kill").args(["-s", signal, &self.id.to_string()]).stderr(Stdio::null()).status()?;
        Ok(())
    }
}

/// When a process began, in the kernel's ticks since the start of the machine; none when it has ended.
fn ticks(id: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name in brackets may hold spaces; what follows it does not.
    let mut fields = stat.rsplit(')').next()?.split_whitespace();
    let state = fields.next()?;
    (state != "Z").then(|| fields.nth(18).map(str::to_owned))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_started_is_ended_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let processes = Processes::new(folder.path());
        processes.start("sleeper", "TERM", Command::new("sleep").arg("60")).unwrap();
        assert_eq!(processes.running(), ["sleeper"]);
        // Another process that has got the id of one that ended.
        let mut other = Command::new("sleep").arg("60").spawn().unwrap();
        let mut record = OpenOptions::new().append(true).open(processes.record()).unwrap();
        writeln!(record, "ended {} 1 TERM", other.id()).unwrap();
        assert_eq!(processes.end().unwrap(), Vec::<String>::new());
        assert!(processes.running().is_empty());
        assert!(other.try_wait().unwrap().is_none(), "a process of somebody else was ended");
        other.kill().unwrap();
        other.wait().unwrap();
    }

    #[test]
    fn one_that_ends_at_once_is_told_with_what_it_said() {
        let folder = tempfile::tempdir().unwrap();
        let processes = Processes::new(folder.path());
        processes
            .start("broken", "TERM", Command::new("sh").args(["-c", "sleep 0.2; echo no such option"]))
            .unwrap();
        let error = processes.until("broken", PATIENCE, || Ok(false)).unwrap_err();
        assert!(error.to_string().contains("no such option"), "{error}");
    }
}
