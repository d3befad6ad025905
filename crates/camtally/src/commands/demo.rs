use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Parser;

use super::count;
use crate::cli::{Cli, Command};
use crate::{Done, put};

/// Counts the bundled sample; leaves the annotated video and the report in `out`.
pub(crate) fn run(once: bool, out: &Path) -> Result<Done> {
    let samples = samples()?;
    let video = samples.join("pets2009-s2l1.mp4");
    let rules = samples.join("pets2009-s2l1.rules.toml");
    let mut words = vec![PathBuf::from("camtally"), "count".into(), video, "--rules".into(), rules];
    let (annotated, report) = (out.join("counted.mp4"), out.join("report.html"));
    if !once {
        std::fs::create_dir_all(out).with_context(|| format!("cannot make the folder {}", out.display()))?;
        words.extend(["--annotate".into(), annotated.clone(), "--report".into(), report.clone()]);
        words.extend(["--events".into(), out.join("events.jsonl")]);
    }
    let Command::Count(args) = Cli::try_parse_from(words)?.command else { bail!("the demonstration counts") };
    let done = count::run(&args)?;
    if !once {
        put(&format!("\nannotated video: {}\nreport: {}\n", annotated.display(), report.display()))?;
    }
    Ok(done)
}

/// The folder of the bundled samples: beside the program, above it, or here.
fn samples() -> Result<PathBuf> {
    crate::inputs::beside_program("samples/pets2009-s2l1.mp4")
        .and_then(|path| path.parent().map(Path::to_path_buf))
        .context("the sample video is not there: run this in the folder that holds `samples`")
}
