//! Which lines the tests run, and the scan that shows it to SonarQube.

use std::fs;
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};

use crate::{shell, tools};

const FOLDER: &str = "target/coverage";
/// In per cent of lines: below this a change is stopped. It is raised as coverage grows, and never lowered.
const FLOOR: &str = "80";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Which tests, as nextest's filter; all of them unless given, and then the floor holds
    #[arg(long, short = 'E', value_name = "FILTER")]
    filter: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    llvm_tools()?;
    fs::create_dir_all(FOLDER)?;
    let mut tests = covered(&["nextest", "--workspace", "--no-report"]);
    if let Some(filter) = &arguments.filter {
        tests.args(["-E", filter]);
    }
    shell::run(&mut tests)?;
    let lcov = format!("{FOLDER}/lcov.info");
    shell::run(&mut covered(&["report", "--lcov", "--output-path", &lcov]))?;
    shell::run(&mut covered(&["report", "--html", "--output-dir", FOLDER]))?;
    let mut report = covered(&["report", "--summary-only"]);
    if arguments.filter.is_none() {
        report.args(["--fail-under-lines", FLOOR]);
    }
    shell::run(&mut report)?;
    println!("coverage: {FOLDER}/html/index.html, {lcov}");
    Ok(())
}

/// Shows the sources, what clippy says, and the coverage to SonarQube, and waits for its verdict.
pub(crate) fn sonar() -> anyhow::Result<()> {
    for variable in ["SONAR_HOST_URL", "SONAR_TOKEN"] {
        ensure!(std::env::var_os(variable).is_some(), "{variable} is not set");
    }
    fs::create_dir_all(FOLDER)?;
    let report = fs::File::create(format!("{FOLDER}/clippy.json"))?;
    let mut clippy = Command::new("cargo");
    clippy.args(["clippy", "--quiet", "--workspace", "--all-targets", "--message-format=json"]);
    shell::run(clippy.stdout(report))?;
    shell::run(&mut tools::python_program("pysonar", "pysonar")?)
}

fn covered(words: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.arg("llvm-cov").args(words);
    command
}

/// LLVM's tools of the compiler that is used; others do not read what it writes.
fn llvm_tools() -> anyhow::Result<()> {
    let installed = shell::output(
        Command::new("rustup").args(["component", "list", "--installed"]).stderr(Stdio::null()),
    )
    .context("coverage needs the compiler's llvm-tools, which come by rustup")?;
    if !installed.contains("llvm-tools") {
        println!("coverage: installing llvm-tools with rustup");
        shell::run(Command::new("rustup").args(["component", "add", "llvm-tools"]))?;
    }
    Ok(())
}
