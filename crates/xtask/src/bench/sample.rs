//! Accuracy and time on the sample video, by input size.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::measured::{Tally, evaluate, keep, program, timed};

/// The sample's files, and how many frames it has.
pub(crate) const VIDEO: &str = "samples/pets2009-s2l1.mp4";
pub(crate) const RULES: &str = "samples/pets2009-s2l1.rules.toml";
pub(crate) const TRUTH: &str = "samples/pets2009-s2l1.truth.json";
pub(crate) const FRAMES: f64 = 795.0;

pub(crate) fn run() -> anyhow::Result<()> {
    let program = program()?;
    let folder = tempfile::tempdir()?;
    let events = folder.path().join("events.jsonl");
    let mut page = String::from(
        "# Input sizes\n\n`./dev bench sample`. The sample video (795 frames of 768×576, 54 crossings labelled by eye) with \
         the bundled weights at several input sizes; one detector for each core. Times are of the whole process. \
         [Raw numbers](sample.json).\n\n\
         | options | right | extra | missed | F1 | frames/s | F1 at 5 frames/s |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    let mut raw = Vec::new();
    let every: &[&str] = &[];
    for options in [&["--input", "256"], &["--input", "320"], every, &["--input", "640"], &["--tiles", "2x2"]]
    {
        let count = |more: &[&str]| {
            let mut command = Command::new(&program);
            command
                .args(["count", VIDEO, "--rules", RULES])
                .arg("--events")
                .arg(&events)
                .args(options)
                .args(more);
            let time = timed(&mut command)?;
            anyhow::Ok((time, evaluate(&program, Path::new(TRUTH), &events)?))
        };
        let (time, all) = count(&[])?;
        let (_, sparse) = count(&["--analyse-fps", "5"])?;
        let Tally { tp, fp, missed } = all;
        let name = if options.is_empty() {
            "(default: --input 416)".to_owned()
        } else {
            format!("`{}`", options.join(" "))
        };
        let fps = FRAMES / time.as_secs_f64();
        writeln!(
            page,
            "| {name} | {tp} | {fp} | {missed} | {:.3} | {fps:.1} | {:.3} |",
            all.f1(),
            sparse.f1()
        )?;
        raw.push(json!({
            "options": options, "tp": tp, "fp": fp, "fn": missed, "f1": all.f1(), "seconds": time.as_secs_f64(),
            "f1_at_5_fps": sparse.f1(),
        }));
    }
    keep("sample", &json!(raw), &page)
}
