//! `camtally man`: manual pages, from the same definitions as `--help`.

use std::path::Path;

use anyhow::{Context as _, Result};
use clap::CommandFactory as _;

use crate::Done;
use crate::cli::Cli;

pub(crate) fn run(folder: &Path) -> Result<Done> {
    let written =
        std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(Cli::command(), folder));
    written.with_context(|| format!("cannot write manual pages into {}", folder.display()))?;
    Ok(Done::Well)
}
