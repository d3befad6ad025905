//! Running the program for a measurement, and keeping what came out.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::Value;

use crate::shell;

/// The program, built with the release profile.
pub(crate) fn program() -> anyhow::Result<PathBuf> {
    shell::run(Command::new("cargo").args(["build", "--quiet", "--release", "--package", "camtally"]))?;
    Ok(shell::target().join("release/camtally"))
}

/// Runs a command and says how long it took; 0 and 3 (something to look at) are both well.
pub(crate) fn timed(command: &mut Command) -> anyhow::Result<Duration> {
    #[allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
    let start = Instant::now();
    let output = command.output().context("starting what is to be measured")?;
    let well = matches!(output.status.code(), Some(0 | 3));
    ensure!(well, "{command:?} failed: {}", String::from_utf8_lossy(&output.stderr).trim_end());
    Ok(start.elapsed())
}

/// What one comparison with truth came to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) tp: u64,
    pub(crate) fp: u64,
    pub(crate) missed: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.tp += other.tp;
        self.fp += other.fp;
        self.missed += other.missed;
    }

    pub(crate) fn f1(self) -> f64 {
        2.0 * self.tp as f64 / (2 * self.tp + self.fp + self.missed).max(1) as f64
    }
}

/// Compares events with truth.
pub(crate) fn evaluate(program: &Path, truth: &Path, events: &Path) -> anyhow::Result<Tally> {
    let mut command = Command::new(program);
    command.arg("evaluate").arg("--truth").arg(truth).arg("--events").arg(events).args(["--format", "json"]);
    let result: Value = serde_json::from_str(&shell::output(&mut command)?)?;
    let number =
        |key: &str| result["overall"][key].as_u64().with_context(|| format!("no `{key}` in the result"));
    Ok(Tally { tp: number("tp")?, fp: number("fp")?, missed: number("fn")? })
}

/// Writes the raw numbers and the page with the table.
pub(crate) fn keep(name: &str, raw: &Value, page: &str) -> anyhow::Result<()> {
    let folder = Path::new("docs/src/measured");
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join(format!("{name}.json")), serde_json::to_string_pretty(raw)? + "\n")?;
    std::fs::write(folder.join(format!("{name}.md")), page)?;
    println!("{page}");
    Ok(())
}
