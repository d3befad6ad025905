//! Tracking and counting by themselves: time for each frame beside similari, and tracks beside ByteTrack.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::measured::{keep, program, timed};
use super::peers::python;
use crate::shell;

const SEQUENCES: [&str; 2] = ["TUD-Campus", "TUD-Stadtmitte"];
/// Name of the file, what it is, and of how many seeds the mean is taken.
const INPUTS: [(&str, &str, u32); 3] = [
    ("perfect", "the truth's boxes", 1),
    ("noisy", "10 % missing, 5 % jitter, 0.2 false boxes a frame; mean of 6 seeds", 6),
    ("given", "the package's `test.txt`", 1),
];

pub(crate) fn run() -> anyhow::Result<()> {
    let mut page = String::from(
        "# Tracking and counting\n\n`./dev bench tracking`. [Raw numbers](tracking.json).\n\n## Time\n\nMilliseconds for \
         each frame on one core, all objects in every frame, the median of five rounds, in turn with the peer. Ours is \
         tracking and counting at three lines and a zone; similari's is its SORT, which only tracks \
         (`benches/speed`).\n\n| objects | ours | similari | ratio |\n| ---: | ---: | ---: | ---: |\n",
    );
    let times = speed()?;
    for row in times.as_array().context("the benchmark printed no list")? {
        let number = |key: &str| row[key].as_f64().with_context(|| format!("no `{key}`"));
        let (ours, theirs) = (number("our_ms")?, number("similari_ms")?);
        writeln!(page, "| {} | {ours:.3} | {theirs:.2} | {:.0} |", row["objects"], theirs / ours)?;
    }
    page += "\n## Tracks\n\nThe two sequences that the PyPI package motmetrics ships (640×480, 25 frames/s), scored with it: a \
             box matches at an IoU of 0.5. The peer is trackers' ByteTrack with its defaults. Both get the same \
             boxes.\n\n| sequence | boxes | our IDF1 | ByteTrack's | our id switches | ByteTrack's |\n\
             | --- | --- | ---: | ---: | ---: | ---: |\n";
    let mut raw = Vec::new();
    let (program, python) = (program()?, python()?);
    let folder = tempfile::tempdir()?;
    let (tracks, rules) = (folder.path().join("tracks.txt"), folder.path().join("rules.toml"));
    std::fs::write(&rules, "[[line]]\nname = \"any\"\npoints = [[0.5, 0.0], [0.5, 1.0]]\n")?;
    for sequence in SEQUENCES {
        for (input, about, seeds) in INPUTS {
            let (mut ours, mut theirs) = (Score::default(), Score::default());
            for seed in 1..=seeds {
                let mut make = Command::new(&python);
                make.arg("benches/peers/mot_detections.py").arg(folder.path());
                timed(make.args(["--seed", &seed.to_string()]))?;
                let at = folder.path().join(sequence);
                let boxes = at.join(input).with_extension("txt");
                let mut peer = Command::new(&python);
                peer.arg("benches/peers/bytetrack_mot.py").arg(&boxes).arg(&tracks).args(["--fps", "25"]);
                timed(&mut peer)?;
                theirs.add(&python, &at, &tracks)?;
                let mut count = Command::new(&program);
                count.arg("count").arg("--detections").arg(&boxes).args(["--fps", "25", "--size", "640x480"]);
                timed(count.arg("--rules").arg(&rules).arg("--save-tracks").arg(&tracks))?;
                ours.add(&python, &at, &tracks)?;
            }
            let mean = |sum: f64| sum / f64::from(seeds);
            writeln!(
                page,
                "| {sequence} | {about} | {:.3} | {:.3} | {:.1} | {:.1} |",
                mean(ours.idf1),
                mean(theirs.idf1),
                mean(ours.switches),
                mean(theirs.switches)
            )?;
            raw.push(
                json!({"sequence": sequence, "boxes": input, "ours": ours.all, "bytetrack": theirs.all}),
            );
        }
    }
    page += "\nWhere ours is below: a person who leaves at the edge and another who enters there half a second later become \
             one track (Stadtmitte); and a person of whom the detector is unsure and who stands behind another when \
             first seen is met only when they part. Both rules are there because the boxes of real detectors flicker \
             and double, and a count must not.\n";
    keep("tracking", &json!({"time": times, "tracks": raw}), &page)
}

/// Runs `benches/speed`, which is a workspace of its own.
fn speed() -> anyhow::Result<Value> {
    let mut command = Command::new("cargo");
    command.args(["run", "--quiet", "--release", "--manifest-path", "benches/speed/Cargo.toml"]);
    command.env("CARGO_TARGET_DIR", shell::target().join("speed"));
    Ok(serde_json::from_str(&shell::output(&mut command)?)?)
}

/// Sums of what the scorer says of several runs.
#[derive(Default)]
struct Score {
    idf1: f64,
    switches: f64,
    all: Vec<Value>,
}

impl Score {
    fn add(&mut self, python: &Path, sequence: &Path, tracks: &Path) -> anyhow::Result<()> {
        let mut command = Command::new(python);
        command.arg("benches/peers/mot_score.py").arg("--truth").arg(sequence.join("gt.txt"));
        let score: Value = serde_json::from_str(&shell::output(command.arg("--tracks").arg(tracks))?)?;
        let number = |key: &str| score[key].as_f64().with_context(|| format!("no `{key}` in the score"));
        self.idf1 += number("idf1")?;
        self.switches += number("id_switches")?;
        self.all.push(score);
        Ok(())
    }
}
