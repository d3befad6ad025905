mod accounts;
mod audit;
mod backup;
mod count;
mod dead_letters;
mod demo;
mod doctor;
mod evaluate;
mod man;
mod model;
mod restore;
mod serve;
mod simulate;
mod token;
mod user;

use anyhow::Result;
use clap::CommandFactory;

use crate::cli::{Cli, Command};
use crate::{Done, config, put};

pub(crate) fn run(command: Command) -> Result<Done> {
    match command {
        Command::Count(args) => count::run(&args),
        Command::Evaluate(args) => evaluate::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Demo { once, out } => demo::run(once, &out),
        Command::Serve(args) => serve::run(&args),
        Command::Worker(args) => serve::run_part(&args, serve::Parts::WORKER),
        Command::Ingest(args) => serve::run_part(&args, serve::Parts::INGEST),
        Command::DeadLetters(args) => dead_letters::run(&args),
        Command::User(args) => user::run(&args),
        Command::Token(args) => token::run(&args),
        Command::Audit(args) => audit::run(&args),
        Command::Backup(args) => backup::run(&args),
        Command::Restore(args) => restore::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Model(command) => model::run(&command),
        Command::Migrate { config: file } => doctor::migrate(file.as_deref()),
        Command::Config { config: file } => {
            put(&config::load(file.as_deref())?.listing()?)?;
            Ok(Done::Well)
        }
        Command::Openapi => {
            put(&format!("{:#}\n", server::openapi()))?;
            Ok(Done::Well)
        }
        Command::Man { folder } => man::run(&folder),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "camtally", &mut std::io::stdout());
            Ok(Done::Well)
        }
    }
}
