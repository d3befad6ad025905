//! The dashboard in `web/`: installed, checked, built and driven in a real browser by npm, with a Node of our own.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use crate::{shell, tools};

const FOLDER: &str = "web";
const LOCK: &str = "web/package-lock.json";
/// The lock file that was installed: another one is installed anew.
const INSTALLED: &str = "web/node_modules/.installed-lock.json";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Instead of building it, run these scripts of `web/package.json`, such as `check`, `test` or `e2e`
    scripts: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    install()?;
    let build = ["build".to_owned()];
    let scripts = if arguments.scripts.is_empty() { &build[..] } else { &arguments.scripts };
    for script in scripts {
        shell::run(npm()?.args(["run", "--silent", script]))?;
    }
    Ok(())
}

/// Installs exactly what the lock file names. No package may run a script of its own meanwhile.
fn install() -> anyhow::Result<()> {
    let lock = fs::read(LOCK).with_context(|| format!("reading {LOCK}"))?;
    if fs::read(INSTALLED).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    println!("dashboard: installing the packages that {LOCK} names to {FOLDER}/node_modules");
    shell::run(npm()?.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]))?;
    // Last: its presence says that the installation is complete.
    fs::write(INSTALLED, lock).with_context(|| format!("writing {INSTALLED}"))
}

fn npm() -> anyhow::Result<Command> {
    let folder =
        Path::new(tools::NODE).canonicalize().context("Node is missing: `cargo xtask tools node`")?;
    let programs = folder.join("bin");
    let mut path = std::ffi::OsString::from(&programs);
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let mut npm = Command::new(programs.join("node"));
    npm.arg(folder.join("lib/node_modules/npm/bin/npm-cli.js")).current_dir(FOLDER).env("PATH", path);
    Ok(npm)
}
