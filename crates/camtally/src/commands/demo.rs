use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Parser;

use super::{count, serve};
use crate::cli::{Cli, Command};
use crate::config::{self, Camera};
use crate::{Done, put};

/// Counts the bundled sample; then, unless it is to be done once, leaves the annotated video and the report in `out` and
/// shows the sample as a live camera.
pub(crate) fn run(once: bool, out: &Path) -> Result<Done> {
    let samples = samples()?;
    let (video, rules) = (samples.join("pets2009-s2l1.mp4"), samples.join("pets2009-s2l1.rules.toml"));
    let mut words =
        vec![PathBuf::from("camtally"), "count".into(), video.clone(), "--rules".into(), rules.clone()];
    let (annotated, report) = (out.join("counted.mp4"), out.join("report.html"));
    if !once {
        std::fs::create_dir_all(out).with_context(|| format!("cannot make the folder {}", out.display()))?;
        words.extend(["--annotate".into(), annotated.clone(), "--report".into(), report.clone()]);
        words.extend(["--events".into(), out.join("events.jsonl")]);
    }
    let Command::Count(args) = Cli::try_parse_from(words)?.command else { bail!("the demonstration counts") };
    let done = count::run(&args)?;
    if once {
        return Ok(done);
    }
    put(&format!(
        "\nannotated video: {}\nreport: {}\n\nNow the same as a live camera, for as long as you like; Ctrl-C ends it.\n",
        annotated.display(),
        report.display()
    ))?;
    let mut loaded = config::Loaded::defaults()?;
    loaded.config.data = std::path::absolute(out.join("data"))?;
    loaded.config.site.name = "Demonstration".to_owned();
    loaded.config.cameras = vec![Camera {
        pictures: true,
        analyse_fps: Some(10.0),
        ..Camera::new(
            "sample",
            &format!("loop:{}", std::path::absolute(video)?.display()),
            std::path::absolute(rules)?,
        )
    }];
    // Somebody else may be at the usual port.
    if std::net::TcpListener::bind(loaded.config.server.listen).is_err() {
        loaded.config.server.listen.set_port(0);
    }
    loaded.check()?;
    serve::run_until_signalled(&loaded, serve::Parts::server(&loaded))
}

/// The folder of the bundled samples: beside the program, above it, or here.
fn samples() -> Result<PathBuf> {
    crate::inputs::beside_program("samples/pets2009-s2l1.mp4")
        .and_then(|path| path.parent().map(Path::to_path_buf))
        .context("the sample video is not there: run this in the folder that holds `samples`")
}
