mod count;
mod demo;
mod evaluate;
mod simulate;

use anyhow::Result;
use clap::CommandFactory;

use crate::Done;
use crate::cli::{Cli, Command};

pub(crate) fn run(command: Command) -> Result<Done> {
    match command {
        Command::Count(args) => count::run(&args),
        Command::Evaluate(args) => evaluate::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Demo { once, out } => demo::run(once, &out),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "camtally", &mut std::io::stdout());
            Ok(Done::Well)
        }
    }
}
