use std::path::Path;

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use scene::{MotVideo, Noise, Scene, SceneConfig, mot_text, truth_json};
use video::{Mp4Writer, WriteOptions};

use crate::cli::Simulate;
use crate::{Done, put};

/// The picture that the MOT files' boxes are in.
const PICTURE: (u32, u32) = (1920, 1080);
/// The size in which a scene is drawn.
const DRAWN: (u32, u32) = (1280, 720);

pub(crate) fn run(args: &Simulate) -> Result<Done> {
    let mut config = SceneConfig {
        seed: args.seed,
        duration: args.seconds.as_secs(),
        fps: args.fps,
        walkers: args.walkers,
        ..SceneConfig::default()
    };
    if !args.behaviours.is_empty() {
        config.behaviours = args.behaviours.iter().map(|behaviour| (*behaviour, 1.0)).collect();
    }
    if let Some(laps) = args.laps {
        config.laps = [laps, laps];
    }
    let noise = Noise {
        seed: args.seed,
        misses: args.misses,
        false_boxes: args.false_boxes,
        jitter: args.jitter,
        occlusion: args.occlusion,
        id_switches: args.id_switches,
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
    if args.video {
        render(&scene, &args.out.join("scene.mp4"))?;
    }
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

/// Draws every frame.
fn render(scene: &Scene, path: &Path) -> Result<()> {
    let (width, height) = DRAWN;
    let renderer =
        scene::Renderer::new(scene, width, height).expect("the size is a fixed one within the limits");
    let options = WriteOptions { fps: scene.config().fps, ..WriteOptions::default() };
    let mut writer = Mp4Writer::create(path, width, height, &options)?;
    let bar = ProgressBar::new(u64::from(scene.frame_count()));
    for index in 0..scene.frame_count() {
        writer.write(scene.frame_time(index), &renderer.frame(index))?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(writer.finish()?)
}

fn write(folder: &Path, name: &str, text: &str) -> Result<()> {
    let path = folder.join(name);
    std::fs::write(&path, text)
        .with_context(|| format!("cannot write {}; may you write there?", path.display()))
}
