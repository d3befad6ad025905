//! What counting costs beside bare decoding and bare inference, and whether memory stays flat.

use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::json;

use super::measured::{keep, program, timed};
use super::sample::{FRAMES, RULES, VIDEO};
use crate::{shell, usage};

/// The sample lasts 79.5 s: so many make an hour.
const LOOPS: u32 = 46;

pub(crate) fn run() -> anyhow::Result<()> {
    let program = program()?;
    let folder = tempfile::tempdir()?;
    // Built together with the program, so that both share what they depend on.
    let mut build = Command::new("cargo");
    build.args(["build", "--quiet", "--release", "--package", "camtally", "--package", "detection"]);
    shell::run(build.args(["--bin", "camtally", "--example", "inference"]))?;
    let mut decode = Command::new("ffmpeg");
    decode.args(["-nostdin", "-v", "error", "-threads", "1", "-i", VIDEO, "-f", "null", "-"]);
    let decoding = watched(&mut decode)?;
    let infer = |frames: f64| {
        let mut command = Command::new(shell::target().join("release/examples/inference"));
        command.args(["models/nanodet-416", ".tools/onnxruntime", "416", "320", &frames.to_string()]);
        watched(&mut command)
    };
    let inference = infer(FRAMES)?.cpu_s - infer(0.0)?.cpu_s;
    let count = |video: &std::path::Path| {
        let mut command = Command::new(&program);
        command.arg("count").arg(video).args(["--rules", RULES]);
        watched(&mut command)
    };
    let ours = count(VIDEO.as_ref())?;
    let bare = decoding.cpu_s + inference;
    let mut page = format!(
        "# Cost\n\n`./dev bench cost`. CPU seconds (all cores) for the sample video, 795 frames of 768×576, every frame \
         analysed at the default input of 416×320. *Bare decoding* is `ffmpeg -f null`, *bare inference* the model alone on \
         as many frames, starting it left out. [Raw numbers](cost.json).\n\n\
         | | CPU s |\n| --- | ---: |\n| bare decoding | {:.2} |\n| bare inference | {inference:.2} |\n\
         | `camtally count`, starting it included | {:.2} |\n| ratio | {:.2} |\n",
        decoding.cpu_s,
        ours.cpu_s,
        ours.cpu_s / bare
    );
    let hour = folder.path().join("hour.mp4");
    let mut join = Command::new("ffmpeg");
    join.args([
        "-nostdin",
        "-v",
        "error",
        "-stream_loop",
        &(LOOPS - 1).to_string(),
        "-i",
        VIDEO,
        "-c",
        "copy",
    ]);
    timed(join.arg(&hour))?;
    let long = count(&hour)?;
    let at = |share: f64| long.memory_mib[((long.memory_mib.len() - 1) as f64 * share) as usize];
    let most = long.memory_mib.iter().copied().fold(0.0, f64::max);
    page += "\n## Memory\n\nResident memory of `camtally count` on an hour of video (the sample, looped).\n\n\
             | at | MiB |\n| --- | ---: |\n";
    for tenth in 1..=10 {
        writeln!(page, "| {} min | {:.0} |", tenth * 6, at(f64::from(tenth) / 10.0))?;
    }
    writeln!(page, "| most | {most:.0} |")?;
    let raw = json!({
        "decoding_cpu_s": decoding.cpu_s, "inference_cpu_s": inference, "count_cpu_s": ours.cpu_s,
        "ratio": ours.cpu_s / bare, "hour_memory_mib": long.memory_mib, "hour_cpu_s": long.cpu_s,
    });
    keep("cost", &raw, &page)
}

/// What a process used.
pub(crate) struct Used {
    pub(crate) cpu_s: f64,
    /// Resident memory, looked at ten times a second.
    memory_mib: Vec<f64>,
}

/// Runs a command to its end and watches what it uses.
pub(crate) fn watched(command: &mut Command) -> anyhow::Result<Used> {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().context("starting it")?;
    let mut memory_mib = Vec::new();
    let cpu_s = loop {
        let used = usage::of(child.id())?;
        // A process that has ended and was not waited for still says what it used.
        if used.has_ended {
            break used.cpu_s;
        }
        memory_mib.push(used.memory_mib);
        std::thread::sleep(Duration::from_millis(100));
    };
    let status = child.wait()?;
    ensure!(matches!(status.code(), Some(0 | 3)), "{command:?} failed: {status}");
    Ok(Used { cpu_s, memory_mib })
}
