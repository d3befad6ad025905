//! What developers run: `cargo xtask`, called by `./dev`.
//!
//! A task that needs more than a few lines of shell lives here, one file each. All paths are relative to the
//! repository's root.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that talks to whoever runs it")]

mod api;
mod bench;
mod commands;
mod dashboard;
mod deb;
mod deny;
mod docs;
mod faults;
mod fuzz;
mod links;
mod markdown;
mod program;
mod receiver;
mod rtsp;
mod serving;
mod shell;
mod tools;
mod usage;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};

/// What developers run
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Ask the API everything that it describes, with schemathesis
    ApiTest(api::Arguments),
    /// Run benchmarks beside their peers
    Bench(bench::Arguments),
    /// Run every command that the README and the guide show
    Commands,
    /// Install what the dashboard needs, and build it
    Dashboard(dashboard::Arguments),
    /// Build the Debian package
    Deb(deb::Arguments),
    /// Install, use, upgrade, remove and purge the Debian package in a fresh Debian; as root
    DebTest(deb::TestArguments),
    /// Check licences, duplicates, sources and known vulnerabilities of the dependencies
    Deny,
    /// Build the guide as HTML
    Docs,
    /// Kill, starve and harass the whole program, and look for anything lost or doubled
    Faults(faults::Arguments),
    /// Fuzz the parsers with libFuzzer
    Fuzz(fuzz::Arguments),
    /// Check the links of every Markdown file
    Links,
    /// Install tools that the distribution does not have, by pinned checksum, into .tools
    Tools(tools::Arguments),
}

fn main() -> ExitCode {
    match run(&Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: &Task) -> anyhow::Result<()> {
    // Not the value at compile time: cargo does not build again for a checkout that has moved.
    let package = std::env::var_os("CARGO_MANIFEST_DIR").context("run it as `cargo xtask`")?;
    let root = Path::new(&package).join("../..");
    std::env::set_current_dir(&root).with_context(|| format!("entering {}", root.display()))?;
    match task {
        Task::ApiTest(arguments) => api::run(arguments),
        Task::Bench(arguments) => bench::run(arguments),
        Task::Commands => commands::run(),
        Task::Dashboard(arguments) => dashboard::run(arguments),
        Task::Deb(arguments) => deb::run(arguments),
        Task::DebTest(arguments) => deb::run_test(arguments),
        Task::Deny => deny::run(),
        Task::Docs => docs::run(),
        Task::Faults(arguments) => faults::run(arguments),
        Task::Fuzz(arguments) => fuzz::run(arguments),
        Task::Links => links::run(),
        Task::Tools(arguments) => tools::run(arguments),
    }
}
