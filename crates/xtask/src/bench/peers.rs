//! camtally beside Python's supervision with trackers' ByteTrack: same model, same threads, same video.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::measured::{Tally, evaluate, keep, program, timed};
use super::sample::{FRAMES, RULES, TRUTH, VIDEO};
use crate::shell;

const MODEL: &str = "models/nanodet-416/model.onnx";
const SEEDS: u32 = 10;
/// What the model is given of the sample's pictures, and how that is asked for.
const INPUTS: [(&str, &[&str]); 2] = [("416×320", &[]), ("320×256", &["--input", "320"])];

pub(crate) fn run() -> anyhow::Result<()> {
    let (program, python) = (program()?, python()?);
    let folder = tempfile::tempdir()?;
    let at = |name: &str| folder.path().join(name);
    let mut page = String::from(
        "# Beside supervision\n\n`./dev bench peers`. The same model file, the same number of threads, in one run on one \
         machine. The peer is Python: OpenCV, ONNX Runtime, trackers' ByteTrack and supervision's LineZone with their \
         defaults (`benches/peers`, versions pinned there). Its frames/s leave out starting Python; ours are of the whole \
         process. *Bare inference* runs the model alone on all frames, at its square 416×416 input: the peer's limit. Ours \
         is another: an input of the frame's shape, 416×320, which saves the padding, or with `--input 320` the same weights \
         at 320×256. [Raw numbers](peers.json).\n\n\
         ## Sample video\n\n| threads | our input | peer frames/s | ours frames/s | ratio | bare inference frames/s | peer F1 | our F1 |\n\
         | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    let mut raw = Vec::new();
    for threads in ["1", "2"] {
        let (events, stats) = (at("peer.jsonl"), at("stats.json"));
        let mut peer = Command::new(&python);
        peer.args(["benches/peers/supervision_count.py", VIDEO, "--rules", RULES, "--model", MODEL]);
        peer.args(["--threads", threads]).arg("--events").arg(&events).arg("--stats").arg(&stats);
        timed(&mut peer)?;
        let peer_fps = fps(&stats)?;
        let peer_tally = evaluate(&program, Path::new(TRUTH), &events)?;
        let mut bare = Command::new(&python);
        bare.args(["benches/peers/bare_inference.py", "--model", MODEL, "--threads", threads])
            .arg("--out")
            .arg(&stats);
        timed(&mut bare)?;
        let bare_fps = fps(&stats)?;
        let theirs_f1 = peer_tally.f1();
        for (input, options) in INPUTS {
            let mut ours = Command::new(&program);
            ours.args(["count", VIDEO, "--rules", RULES, "--threads", threads]).args(options);
            let our_fps = FRAMES / timed(ours.arg("--events").arg(&events))?.as_secs_f64();
            let our_f1 = evaluate(&program, Path::new(TRUTH), &events)?.f1();
            let ratio = our_fps / peer_fps;
            writeln!(
                page,
                "| {threads} | {input} | {peer_fps:.1} | {our_fps:.1} | {ratio:.2} | {bare_fps:.1} | {theirs_f1:.3} | {our_f1:.3} |"
            )?;
            raw.push(json!({
                "threads": threads, "input": input, "peer_fps": peer_fps, "our_fps": our_fps, "bare_fps": bare_fps,
                "peer_f1": theirs_f1, "our_f1": our_f1,
            }));
        }
    }
    page += &format!(
        "\n## Simulated scenes\n\n{SEEDS} scenes of 30 walkers with 10 % misses, 0.2 false boxes a frame, 5 % jitter and \
         occlusion; both get the same boxes.\n\n| frames/s | peer F1 | our F1 |\n| ---: | ---: | ---: |\n"
    );
    for fps in ["10", "5"] {
        let (mut theirs, mut ours) = (Tally::default(), Tally::default());
        for seed in 1..=SEEDS {
            let (scene, events) = (at("scene"), at("events.jsonl"));
            let mut simulate = Command::new(&program);
            simulate.arg("simulate").arg("--out").arg(&scene).args([
                "--seed",
                &seed.to_string(),
                "--fps",
                fps,
            ]);
            simulate.args([
                "--walkers",
                "30",
                "--misses",
                "0.1",
                "--false-boxes",
                "0.2",
                "--jitter",
                "0.05",
                "--occlusion",
            ]);
            timed(&mut simulate)?;
            let boxes = scene.join("detections.txt");
            let mut peer = Command::new(&python);
            peer.arg("benches/peers/supervision_count.py")
                .arg("--detections")
                .arg(&boxes)
                .args(["--fps", fps]);
            peer.args(["--size", "1920x1080"])
                .arg("--rules")
                .arg(scene.join("rules.toml"))
                .arg("--events")
                .arg(&events);
            timed(&mut peer)?;
            theirs.add(evaluate(&program, &scene.join("truth.json"), &events)?);
            let mut count = Command::new(&program);
            count.arg("count").arg("--detections").arg(&boxes).args(["--fps", fps, "--size", "1920x1080"]);
            count.arg("--rules").arg(scene.join("rules.toml")).arg("--events").arg(&events);
            timed(&mut count)?;
            ours.add(evaluate(&program, &scene.join("truth.json"), &events)?);
        }
        writeln!(page, "| {fps} | {:.3} | {:.3} |", theirs.f1(), ours.f1())?;
        raw.push(json!({"scenes_fps": fps, "peer_f1": theirs.f1(), "our_f1": ours.f1()}));
    }
    keep("peers", &json!(raw), &page)
}

fn fps(stats: &Path) -> anyhow::Result<f64> {
    let stats: Value = serde_json::from_str(&std::fs::read_to_string(stats)?)?;
    stats["fps"].as_f64().context("the peer's numbers hold no `fps`")
}

/// A Python with the peers, in .tools.
pub(super) fn python() -> anyhow::Result<PathBuf> {
    let home = Path::new(".tools/peers");
    let python = home.join("bin/python");
    if !home.join("ready").exists() {
        println!("bench: installing the peers (benches/peers/requirements.txt) to .tools/peers");
        shell::run(Command::new("python3").args(["-m", "venv"]).arg(home))?;
        shell::run(Command::new(&python).args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "-r",
            "benches/peers/requirements.txt",
        ]))?;
        std::fs::write(home.join("ready"), "")?;
    }
    Ok(python)
}
