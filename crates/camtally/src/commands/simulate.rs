use std::path::Path;

use anyhow::{Context, Result};
use scene::{MotVideo, Noise, Scene, SceneConfig, mot_text, truth_json};

use crate::cli::Simulate;
use crate::{Done, put};

/// The picture that the MOT files' boxes are in.
const PICTURE: (u32, u32) = (1920, 1080);

pub(crate) fn run(args: &Simulate) -> Result<Done> {
    let config = SceneConfig {
        seed: args.seed,
        duration: args.seconds.as_secs(),
        fps: args.fps,
        walkers: args.walkers,
        ..SceneConfig::default()
    };
    let noise = Noise {
        seed: args.seed,
        misses: args.misses,
        false_boxes: args.false_boxes,
        jitter: args.jitter,
        occlusion: args.occlusion,
        ..Noise::none()
    };
    let scene = Scene::generate(&config)?;
    std::fs::create_dir_all(&args.out)
        .with_context(|| format!("cannot make the folder {}", args.out.display()))?;
    let video = MotVideo { fps: args.fps, width: PICTURE.0, height: PICTURE.1 };
    let detections = video.detection_rows(&scene.detections(&noise)?);
    let tracks = video.track_rows(&scene.tracks(&noise)?);
    let truth = scene.truth();
    write(&args.out, "detections.txt", &mot_text(&detections))?;
    write(&args.out, "tracks.txt", &mot_text(&tracks))?;
    write(&args.out, "truth.json", &truth_json(&truth))?;
    let mut rules = String::new();
    for line in &config.lines {
        let points: Vec<String> = line.points.iter().map(|p| format!("[{}, {}]", p.x, p.y)).collect();
        rules += &format!("[[line]]\nname = \"{}\"\npoints = [{}]\n", line.name, points.join(", "));
    }
    write(&args.out, "rules.toml", &rules)?;
    let path = |name: &str| args.out.join(name).display().to_string();
    put(&format!(
        "{}: {} frames, {} crossings; count them with\n  camtally count --detections {} --fps {} --size {}x{} --rules {}\n",
        args.out.display(),
        scene.frame_count(),
        truth.len(),
        path("detections.txt"),
        args.fps,
        PICTURE.0,
        PICTURE.1,
        path("rules.toml"),
    ))?;
    Ok(Done::Well)
}

fn write(folder: &Path, name: &str, text: &str) -> Result<()> {
    let path = folder.join(name);
    std::fs::write(&path, text)
        .with_context(|| format!("cannot write {}; may you write there?", path.display()))
}
