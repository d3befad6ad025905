//! The program: counts people and vehicles from ordinary cameras.

mod cli;
mod commands;
mod config;
mod detector;
mod inputs;
mod table;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

/// How a command ended, when it did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    /// As wished: exit code 0.
    Well,
    /// Done, but there is something that the user must look at, such as a gap: exit code 3.
    Look,
}

fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            // Nothing is left to do when even the terminal is gone.
            error.print().ok();
            return if asked { ExitCode::SUCCESS } else { ExitCode::from(2) };
        }
    };
    match commands::run(cli.command) {
        Ok(Done::Well) => ExitCode::SUCCESS,
        Ok(Done::Look) => ExitCode::from(3),
        Err(error) => {
            let text = format!("{error:#}").lines().collect::<Vec<_>>().join(" ");
            say(&format!("camtally: {text}"));
            ExitCode::FAILURE
        }
    }
}

/// Tells the user something beside the results.
#[allow(clippy::print_stderr)] // the one place that writes messages
pub(crate) fn say(text: &str) {
    eprintln!("{text}");
}

/// Writes a result to standard output; a reader that went away is no error.
pub(crate) fn put(text: &str) -> anyhow::Result<()> {
    use std::io::Write;
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(anyhow::Error::new(error).context("cannot write to standard output"))
        }
        _ => Ok(()),
    }
}
