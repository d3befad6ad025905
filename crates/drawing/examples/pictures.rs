//! Draws one of each picture into a folder, for looking at:
//! `cargo run -p drawing --release --example pictures -- FRAME.rgb 768 576 FOLDER`,
//! where `FRAME.rgb` is one raw RGB24 frame (`ffmpeg -i VIDEO -frames:v 1 -f rawvideo -pix_fmt rgb24 FRAME.rgb`).
#![allow(clippy::print_stdout, clippy::disallowed_methods)]

use std::path::Path;
use std::time::Instant;

use drawing::{
    BoxLook, FrameContent, Grid, LineLook, Overlay, PathLook, Rgb, SceneLook, ZoneLook, birth_death_png,
    encode_png, heat_map_png, scene_svg,
};
use observation::{BBox, Point, StreamTime, TrackId};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [frame, width, height, folder] = &arguments[..] else {
        return Err("give a raw frame, its width, its height, and a folder for the pictures".into());
    };
    let (width, height, folder) = (width.parse()?, height.parse()?, Path::new(folder));
    let original = std::fs::read(frame)?;
    let background = Rgb::new(width, height, &original)?;
    std::fs::create_dir_all(folder)?;

    let mut overlay = Overlay::new(width, height)?;
    let mut picture = Vec::new();
    let mut spent = 0.0;
    for frame in 0..100u32 {
        picture.clone_from(&original);
        let shift = f64::from(frame) * 0.0025;
        let boxes: Vec<BoxLook> = (0..20u8)
            .map(|n| BoxLook {
                track: TrackId(u64::from(n) * 3 + 1),
                bbox: BBox::around(
                    Point::new(
                        0.05 + f64::from(n % 7) * 0.13 + shift * f64::from(n % 3),
                        0.25 + f64::from(n / 7) * 0.26 + shift / 2.0,
                    ),
                    0.042,
                    0.15,
                ),
                label: "person".into(),
                confidence: 0.5 + f32::from(n) / 50.0,
            })
            .collect();
        let zone = ZoneLook {
            name: "queue".into(),
            points: [[0.55, 0.62], [0.88, 0.55], [0.93, 0.9], [0.6, 0.93]].map(Point::from).to_vec(),
            occupancy: 3,
        };
        let content = FrameContent {
            time: StreamTime::from_secs(f64::from(frame) / 10.0),
            boxes: &boxes,
            lines: &lines(if frame > 97 { 13 } else { 12 }),
            zones: &[zone],
            notice: (frame > 90).then_some("no pictures for 12 s: counts may be low"),
        };
        let start = Instant::now();
        overlay.frame(&mut picture, &content)?;
        spent += start.elapsed().as_secs_f64();
    }
    println!("overlay: {:.2} ms a frame", spent * 10.0);
    std::fs::write(folder.join("overlay.png"), encode_png(&Rgb::new(width, height, &picture)?)?)?;

    let hill = |x: f64, y: f64, cx: f64, cy: f64| (-((x - cx).powi(2) + (y - cy).powi(2)) * 60.0).exp();
    let grid = |value: &dyn Fn(f64, f64) -> f64| Grid {
        columns: 32,
        rows: 24,
        values: (0..768).map(|n| value(f64::from(n % 32) / 32.0, f64::from(n / 32) / 24.0)).collect(),
    };
    let heat = grid(&|x, y| 40.0 * hill(x, y, 0.7, 0.6) + 4.0 * (-(y - 0.4 - x * 0.2).powi(2) * 300.0).exp());
    std::fs::write(folder.join("heat.png"), heat_map_png(Some(&background), &heat)?)?;
    std::fs::write(folder.join("heat-plain.png"), heat_map_png(None, &heat)?)?;
    let births = grid(&|x, y| if x < 0.06 || (y < 0.2 && x > 0.8) { (y * 9.0).floor() } else { 0.0 });
    let deaths = grid(&|x, y| if x > 0.94 || (0.5..0.53).contains(&y) && x > 0.7 { 3.0 } else { 0.0 });
    std::fs::write(
        folder.join("births.png"),
        birth_death_png(Some(&background), &births, &deaths, &lines(12))?,
    )?;
    std::fs::write(folder.join("scene.svg"), scene_svg(&scene()))?;
    Ok(())
}

fn lines(forward: u64) -> Vec<LineLook> {
    let line = |name: &str, points: &[[f64; 2]]| LineLook {
        name: name.into(),
        points: points.iter().copied().map(Point::from).collect(),
        forward_name: "in".into(),
        backward_name: "out".into(),
        forward,
        backward: 9,
    };
    vec![
        line("door", &[[0.12, 0.5], [0.4, 0.55], [0.62, 0.48]]),
        LineLook { forward: 4, ..line("street", &[[0.9, 0.05], [0.7, 0.4]]) },
    ]
}

fn scene() -> SceneLook {
    let path = |name: &str, points: &[[f64; 2]]| PathLook {
        name: name.into(),
        points: points
            .iter()
            .enumerate()
            .map(|(n, p)| (StreamTime::from_secs(n as f64 * 0.2), Point::from(*p)))
            .collect(),
    };
    SceneLook {
        line: [[0.08, 0.5], [0.6, 0.55], [0.95, 0.42]].map(Point::from).to_vec(),
        band: 0.06,
        paths: vec![
            path("a", &[[0.35, 0.1], [0.37, 0.25], [0.4, 0.4], [0.42, 0.56], [0.43, 0.7], [0.46, 0.88]]),
            path("b", &[[0.8, 0.9], [0.78, 0.75], [0.76, 0.55], [0.8, 0.5], [0.86, 0.65], [0.95, 0.8]]),
        ],
        meetings: vec![Point::new(0.415, 0.53)],
        outcome: "a: forward, counted once; b: turned back in the band, counted not at all".into(),
    }
}
