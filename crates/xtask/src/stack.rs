//! The whole development stack from the system's packages: `./dev up` starts it, `./dev down` ends it.
//!
//! Everything it writes is under `target/stack`: data, logs, ports, secrets, and the ids of what was started.

mod processes;
mod product;
mod services;
mod settings;

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};

use crate::program::Program;
use crate::serving::now;
use processes::Processes;
use product::Product;
use services::Servers;
use settings::Settings;

pub(crate) use product::USERS;
pub(crate) use settings::{secret, write_private};

const FOLDER: &str = "target/stack";

#[derive(clap::Args)]
pub(crate) struct DownArguments {
    /// Also delete what it has kept: counts, users, mail, secrets
    #[arg(long)]
    delete: bool,
}

pub(crate) fn up() -> anyhow::Result<()> {
    let folder = services::folder(FOLDER.as_ref())?;
    let processes = Processes::new(&folder);
    let running = processes.running();
    if !running.is_empty() {
        bail!("it runs already ({}); `./dev down` ends it", running.join(", "));
    }
    let begin = now();
    let program = Program::with_profile("dev")?;
    println!("up: the program is built after {:.1} s", begin.elapsed().as_secs_f64());
    let settings = Settings::load(&folder)?;
    let started = start(&folder, &processes, &settings, &program);
    if started.is_err() {
        // What was started is of no use alone.
        processes.end().context("ending what was started")?;
    }
    started?;
    println!(
        "up: everything runs, and is ended by `./dev down`; logs are in {FOLDER}, mail in {FOLDER}/mail/new"
    );
    println!("up: {:.1} s altogether", begin.elapsed().as_secs_f64());
    Ok(())
}

fn start(folder: &Path, processes: &Processes, settings: &Settings, program: &Program) -> anyhow::Result<()> {
    let servers = Servers { folder, processes, settings };
    let begin = now();
    let told = |what: &str, since: Duration| println!("up: {what} after {:.1} s", since.as_secs_f64());
    let steps: [(&str, &dyn Fn() -> anyhow::Result<()>); 6] = [
        ("RabbitMQ is ready", &|| servers.rabbitmq()),
        ("PostgreSQL is ready", &|| servers.postgres()),
        ("Redis is ready", &|| servers.redis()),
        ("the mail catcher is ready", &|| servers.mail()),
        ("the test camera is ready", &|| servers.camera()),
        ("TLS is ready", &|| servers.proxy()),
    ];
    for (what, step) in steps {
        step()?;
        told(what, begin.elapsed());
    }
    let product = Product { servers: &servers, program };
    product.start()?;
    told("camtally is ready", begin.elapsed());
    let count = product.first_counts()?;
    told(&format!("{count} crossings are in PostgreSQL, and answered over TLS,"), begin.elapsed());
    product.invite()
}

pub(crate) fn down(arguments: &DownArguments) -> anyhow::Result<()> {
    let processes = Processes::new(FOLDER.as_ref());
    let running = processes.running();
    let begin = now();
    let killed = processes.end()?;
    match running.as_slice() {
        [] => println!("down: nothing runs"),
        names => println!("down: ended {} in {:.1} s", names.join(", "), begin.elapsed().as_secs_f64()),
    }
    if !killed.is_empty() {
        println!("down: had to kill {}", killed.join(", "));
    }
    if arguments.delete && Path::new(FOLDER).exists() {
        std::fs::remove_dir_all(FOLDER).with_context(|| format!("deleting {FOLDER}"))?;
        println!("down: deleted {FOLDER}");
    }
    Ok(())
}
