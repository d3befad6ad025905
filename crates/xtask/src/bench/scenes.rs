//! Accuracy on simulated scenes, whose truth is exact.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::measured::{Tally, evaluate, keep, program, timed};

const SEEDS: u32 = 20;
const NOISE: [&str; 9] =
    ["--walkers", "30", "--misses", "0.1", "--false-boxes", "0.2", "--jitter", "0.05", "--occlusion"];

pub(crate) fn run() -> anyhow::Result<()> {
    let program = program()?;
    let folder = tempfile::tempdir()?;
    let mut page = format!(
        "# Simulated scenes\n\n`./dev bench scenes`. {SEEDS} scenes of 60 s with 30 walkers each: straight, diagonal and \
         V-shaped paths, U-turns, stop-and-go, loitering and pacing on the line, two at once. *Noise* is 10 % missed \
         boxes, 0.2 false boxes a frame, 5 % jitter and occlusion. Boxes go through the tracker and the counter with \
         their default settings; a count is right within 1 s of the truth. [Raw numbers](scenes.json).\n\n\
         | detections | frames/s | true crossings | right | extra | missed | F1 | change of the count against 30 frames/s |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
    );
    let mut raw = Vec::new();
    for (name, noise) in [("perfect", &NOISE[..2]), ("noise", &NOISE[..])] {
        let mut at_30 = 0.0;
        for fps in ["30", "15", "10", "5"] {
            let mut all = Tally::default();
            for seed in 1..=SEEDS {
                all.add(scene(&program, folder.path(), &seed.to_string(), fps, noise)?);
            }
            let counted = (all.tp + all.fp) as f64;
            at_30 = if fps == "30" { counted } else { at_30 };
            let change = (counted - at_30) / at_30 * 100.0;
            let Tally { tp, fp, missed } = all;
            writeln!(
                page,
                "| {name} | {fps} | {} | {tp} | {fp} | {missed} | {:.4} | {change:+.2} % |",
                tp + missed,
                all.f1()
            )?;
            raw.push(
                json!({"detections": name, "fps": fps, "tp": tp, "fp": fp, "fn": missed, "f1": all.f1()}),
            );
        }
    }
    page += "\n## An hour on the line\n\nAn hour in which 400 walkers stop, loiter and pace on the line, and an hour in which one \
             walks over it 300 times; perfect detections: one count for each traversal.\n\n\
             | walkers | frames/s | true crossings | right | extra | missed |\n| --- | ---: | ---: | ---: | ---: | ---: |\n";
    let many: &[&str] = &["--walkers", "400", "--behaviours", "stop-and-go,loiter,pacing"];
    let one: &[&str] = &["--walkers", "1", "--behaviours", "pacing", "--laps", "300"];
    for (name, walkers) in [("400", many), ("1", one)] {
        for fps in ["30", "10", "5"] {
            let options = [walkers, &["--seconds", "1h"]].concat();
            let Tally { tp, fp, missed } = scene(&program, folder.path(), "1", fps, &options)?;
            writeln!(page, "| {name} | {fps} | {} | {tp} | {fp} | {missed} |", tp + missed)?;
            raw.push(json!({"hour": name, "fps": fps, "tp": tp, "fp": fp, "fn": missed}));
        }
    }
    keep("scenes", &json!(raw), &page)
}

fn scene(program: &Path, folder: &Path, seed: &str, fps: &str, options: &[&str]) -> anyhow::Result<Tally> {
    let scene = folder.join("scene");
    let mut simulate = Command::new(program);
    simulate.arg("simulate").arg("--out").arg(&scene).args(["--seed", seed, "--fps", fps]).args(options);
    timed(&mut simulate)?;
    let events = folder.join("events.jsonl");
    let mut count = Command::new(program);
    count.arg("count").arg("--detections").arg(scene.join("detections.txt")).args(["--fps", fps]);
    count.arg("--rules").arg(scene.join("rules.toml")).arg("--events").arg(&events);
    timed(&mut count)?;
    evaluate(program, &scene.join("truth.json"), &events)
}
