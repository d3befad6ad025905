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
const INPUTS: [(&str, &str); 3] = [
    ("perfect", "the truth's boxes"),
    ("noisy", "10 % missing, 5 % jitter, 0.2 false boxes a frame"),
    ("given", "the package's `test.txt`"),
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
    timed(Command::new(&python).arg("benches/peers/mot_detections.py").arg(folder.path()))?;
    let (tracks, rules) = (folder.path().join("tracks.txt"), folder.path().join("rules.toml"));
    std::fs::write(&rules, "[[line]]\nname = \"any\"\npoints = [[0.5, 0.0], [0.5, 1.0]]\n")?;
    for sequence in SEQUENCES {
        let at = folder.path().join(sequence);
        for (input, about) in INPUTS {
            let boxes = at.join(input).with_extension("txt");
            let mut peer = Command::new(&python);
            peer.arg("benches/peers/bytetrack_mot.py").arg(&boxes).arg(&tracks).args(["--fps", "25"]);
            timed(&mut peer)?;
            let theirs = score(&python, &at, &tracks)?;
            let mut count = Command::new(&program);
            count.arg("count").arg("--detections").arg(&boxes).args(["--fps", "25", "--size", "640x480"]);
            timed(count.arg("--rules").arg(&rules).arg("--save-tracks").arg(&tracks))?;
            let ours = score(&python, &at, &tracks)?;
            let idf1 = |score: &Value| score["idf1"].as_f64().context("no `idf1` in the score");
            writeln!(
                page,
                "| {sequence} | {about} | {:.3} | {:.3} | {} | {} |",
                idf1(&ours)?,
                idf1(&theirs)?,
                ours["id_switches"],
                theirs["id_switches"]
            )?;
            raw.push(json!({"sequence": sequence, "boxes": input, "ours": ours, "bytetrack": theirs}));
        }
    }
    keep("tracking", &json!({"time": times, "tracks": raw}), &page)
}

/// Runs `benches/speed`, which is a workspace of its own.
fn speed() -> anyhow::Result<Value> {
    let mut command = Command::new("cargo");
    command.args(["run", "--quiet", "--release", "--manifest-path", "benches/speed/Cargo.toml"]);
    command.env("CARGO_TARGET_DIR", shell::target().join("speed"));
    Ok(serde_json::from_str(&shell::output(&mut command)?)?)
}

fn score(python: &Path, sequence: &Path, tracks: &Path) -> anyhow::Result<Value> {
    let mut command = Command::new(python);
    command.arg("benches/peers/mot_score.py").arg("--truth").arg(sequence.join("gt.txt"));
    Ok(serde_json::from_str(&shell::output(command.arg("--tracks").arg(tracks))?)?)
}
