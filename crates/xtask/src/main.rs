//! What developers run: `cargo xtask`, called by `./dev`.
//!
//! A task that needs more than a few lines of shell lives here, one file each. All paths are relative to the
//! repository's root.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that talks to whoever runs it")]

mod api;
mod bench;
mod certificates;
mod commands;
mod compose;
mod coverage;
mod dashboard;
mod deb;
mod deny;
mod deploy;
mod docs;
mod faults;
mod fuzz;
mod image;
mod links;
mod lint;
mod markdown;
mod program;
mod protect;
mod receiver;
mod rtsp;
mod scan;
mod serving;
mod shell;
mod stack;
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
    /// Make certificates for this machine, for TLS in development
    Certificates(certificates::Arguments),
    /// Run every command that the README and the guide show
    Commands,
    /// Start, end and check the development stack in containers
    Compose(compose::Arguments),
    /// Run the tests and say which lines they reach
    Coverage(coverage::Arguments),
    /// Install what the dashboard needs, and build it
    Dashboard(dashboard::Arguments),
    /// Build the Debian package
    Deb(deb::Arguments),
    /// Install, use, upgrade, remove and purge the Debian package in a fresh Debian; as root
    DebTest(deb::TestArguments),
    /// Check licences, duplicates, sources and known vulnerabilities of the dependencies
    Deny,
    /// Build and try an image, push it, and bring it to an environment
    Deploy(deploy::Arguments),
    /// Build the guide as HTML
    Docs,
    /// End the development stack
    Down(stack::DownArguments),
    /// Kill, starve and harass the whole program, and look for anything lost or doubled
    Faults(faults::Arguments),
    /// Fuzz the parsers with libFuzzer
    Fuzz(fuzz::Arguments),
    /// Build the container image, and try it
    Image(image::Arguments),
    /// Check the links of every Markdown file
    Links,
    /// Check workflows, YAML, Dockerfiles and shell
    Lint,
    /// Make GitHub's branch protection that of .github/rulesets
    Protect(protect::Arguments),
    /// Look for secrets, dangerous settings and dangerous code
    Scan(scan::Arguments),
    /// Show sources, lints and coverage to SonarQube
    Sonar,
    /// Install tools that the distribution does not have, by pinned checksum, into .tools
    Tools(tools::Arguments),
    /// Start the development stack from the system's packages
    Up,
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
        Task::Certificates(arguments) => certificates::run(arguments),
        Task::Commands => commands::run(),
        Task::Compose(arguments) => compose::run(arguments),
        Task::Coverage(arguments) => coverage::run(arguments),
        Task::Dashboard(arguments) => dashboard::run(arguments),
        Task::Deb(arguments) => deb::run(arguments),
        Task::DebTest(arguments) => deb::run_test(arguments),
        Task::Deny => deny::run(),
        Task::Deploy(arguments) => deploy::run(arguments),
        Task::Docs => docs::run(),
        Task::Down(arguments) => stack::down(arguments),
        Task::Faults(arguments) => faults::run(arguments),
        Task::Fuzz(arguments) => fuzz::run(arguments),
        Task::Image(arguments) => image::run(arguments),
        Task::Links => links::run(),
        Task::Lint => lint::run(),
        Task::Protect(arguments) => protect::run(arguments),
        Task::Scan(arguments) => scan::run(arguments),
        Task::Sonar => coverage::sonar(),
        Task::Tools(arguments) => tools::run(arguments),
        Task::Up => stack::up(),
    }
}
