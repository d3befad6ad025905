//! Live cameras: what they cost beside bare decoding and inference, how load is shed, what still pictures save.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::ensure;
use serde_json::{Value, json};

use super::cost::watched;
use super::measured::keep;
use super::sample::{RULES, VIDEO};
use crate::program::Program;
use crate::rtsp::{self, RtspServer};
use crate::serving::{Camera, PATIENCE, Server, Site, now};
use crate::{shell, usage};

const CAMERAS_SCRIPT: &str = "benches/live/cameras.py";
/// Of every camera.
const FPS: f64 = 15.0;
/// Of those, how many a second are looked at.
const ANALYSED_FPS: f64 = 5.0;
/// What the model is given of pictures of 16:9, by the longest side.
const SMALL: (u32, u32) = (256, 160);
const DEFAULT: (u32, u32) = (416, 256);
/// How long each set of cameras is measured, after it has settled.
const MEASURED: Duration = Duration::from_secs(60);
const SETTLED: Duration = Duration::from_secs(12);
const STARTS: usize = 9;

pub(crate) fn run() -> anyhow::Result<()> {
    if let Some(missing) = rtsp::missing()? {
        anyhow::bail!("{missing}");
    }
    let mut build = Command::new("cargo");
    build.args(["build", "--quiet", "--release", "--package", "camtally", "--package", "detection"]);
    shell::run(build.args(["--bin", "camtally", "--example", "inference"]))?;
    let program = Program::with_profile("release")?;
    let folder = tempfile::tempdir()?;
    let videos = Videos::make(folder.path())?;
    let decoding_s = [decoding(&videos.moving)?, decoding(&videos.still)?];
    let inference_s = [inference(SMALL)?, inference(DEFAULT)?];

    let starts = starts(&program)?;
    let set = |count, still, input: (u32, u32)| cameras(&program, &videos, count, still, input.0);
    let ten = set(10, 0, SMALL)?;
    let twenty = set(20, 0, SMALL)?;
    let half = set(10, 5, SMALL)?;
    let six = set(6, 0, DEFAULT)?;
    let half_of_six = set(6, 3, DEFAULT)?;

    let mut page = format!(
        "# Live cameras\n\n`./dev bench live`. {CONDITIONS} [Raw numbers](live.json).\n\n\
         *Bare* is what `ffmpeg -f null` needs to decode the same frames, {:.2} ms of processor time where something \
         moves and {:.2} ms where nothing does, and what the model alone needs for as many frames as were given to it: \
         {:.2} ms at 256×160, {:.2} ms at 416×256.\n\n\
         | cameras | still | input | CPU, cores | bare | ratio | analysed a second and camera | left out | overloaded | memory |\n\
         | ---: | ---: | --- | ---: | ---: | ---: | --- | --- | ---: | ---: |\n",
        decoding_s[0] * 1e3,
        decoding_s[1] * 1e3,
        inference_s[0] * 1e3,
        inference_s[1] * 1e3,
    );
    let rows = [(&ten, SMALL), (&twenty, SMALL), (&half, SMALL), (&six, DEFAULT), (&half_of_six, DEFAULT)];
    for (set, input) in rows {
        let least = set.analysed.iter().copied().fold(f64::MAX, f64::min);
        let most = set.analysed.iter().copied().fold(0.0, f64::max);
        let (still, moving) = (set.still as f64, (set.analysed.len() - set.still) as f64);
        let decoding = FPS * (moving * decoding_s[0] + still * decoding_s[1]);
        let bare = decoding + set.inferences * inference_s[usize::from(input == DEFAULT)];
        writeln!(
            page,
            "| {} | {} | {}×{} | {:.2} | {bare:.2} | {:.2} | {least:.2} to {most:.2} | {:.0} % | {} | {:.0} MiB |",
            set.analysed.len(),
            set.still,
            input.0,
            input.1,
            set.cores,
            set.cores / bare,
            set.shed_share() * 100.0,
            set.overloaded,
            set.memory_mib,
        )?;
    }
    let each = (ten.memory_mib - starts.memory_mib) / 10.0;
    write!(
        page,
        "\n*Overloaded* is how many of the cameras say so. With half of the pictures still, a camera takes {:.2} of the \
         processor time at 256×160, so there can be {:.2} times as many; at 416×256, {:.2} and {:.2} times.\n\n\
         ## Start and memory\n\n\
         Without cameras: ready after {:.2} s (median of {STARTS}; {:.2} to {:.2} s), {:.0} MiB. Each of ten cameras of \
         1080p takes {each:.0} MiB more.\n",
        half.cores / ten.cores,
        ten.cores / half.cores,
        half_of_six.cores / six.cores,
        six.cores / half_of_six.cores,
        starts.ready_s[STARTS / 2],
        starts.ready_s[0],
        starts.ready_s[STARTS - 1],
        starts.memory_mib,
    )?;
    let raw = json!({
        "decoding_s_per_frame": {"moving": decoding_s[0], "still": decoding_s[1]},
        "inference_s_per_frame": {"256x160": inference_s[0], "416x256": inference_s[1]},
        "fps": FPS, "analysed_fps": ANALYSED_FPS, "measured_s": MEASURED.as_secs(),
        "sets": rows.map(|(set, input)| set.raw(input)),
        "ready_s": starts.ready_s, "memory_without_cameras_mib": starts.memory_mib,
    });
    keep("live", &raw, &page)
}

const CONDITIONS: &str = "RTSP cameras over TCP on this machine, 1920×1080, H.264, 15 frames/s, 5 of them analysed. \
                          The cameras send the sample video, or one picture of it \
                          with sensor noise: *still*. Measured for 60 s after 12 s, by the processor time of the process.";

/// What the cameras send.
struct Videos {
    moving: PathBuf,
    still: PathBuf,
}

impl Videos {
    fn make(folder: &Path) -> anyhow::Result<Self> {
        let (moving, still) = (folder.join("moving.mkv"), folder.join("still.mkv"));
        // A camera's encoder: no frames from the future, a key frame each second.
        let encoder = "-c:v libx264 -preset veryfast -tune zerolatency -g 15 -pix_fmt yuv420p -crf 26 -maxrate 4M -bufsize 4M";
        let ffmpeg = |input: &[&str], filter: &str, seconds: &str, to: &Path| {
            let mut command = Command::new("ffmpeg");
            command
                .args(["-nostdin", "-v", "error", "-y"])
                .args(input)
                .args(["-vf", filter, "-r", "15", "-an"]);
            shell::run(command.args(["-t", seconds]).args(encoder.split(' ')).arg(to))
        };
        let fit = "scale=1440:1080,pad=1920:1080:240:0";
        ffmpeg(&["-stream_loop", "3", "-i", VIDEO], fit, "240", &moving)?;
        let picture = folder.join("picture.png");
        let mut first = Command::new("ffmpeg");
        first.args(["-nostdin", "-v", "error", "-y", "-i", VIDEO, "-vf", fit, "-frames:v", "1"]);
        shell::run(first.arg(&picture))?;
        let picture = picture.display().to_string();
        let still_picture = ["-loop", "1", "-framerate", "15", "-i", picture.as_str()];
        ffmpeg(&still_picture, "noise=alls=3:allf=t", "240", &still)?;
        Ok(Self { moving, still })
    }
}

/// Processor time that decoding a frame takes.
fn decoding(video: &Path) -> anyhow::Result<f64> {
    let mut decode = Command::new("ffmpeg");
    decode.args(["-nostdin", "-v", "error", "-threads", "1", "-t", "60", "-i"]);
    Ok(watched(decode.arg(video).args(["-f", "null", "-"]))?.cpu_s / (60.0 * FPS))
}

/// Processor time that the model takes for a frame.
fn inference(input: (u32, u32)) -> anyhow::Result<f64> {
    let infer = |frames: u32| {
        let mut command = Command::new(shell::target().join("release/examples/inference"));
        command.args(["models/nanodet-416", ".tools/onnxruntime"]);
        command.args([input.0, input.1, frames].map(|number| number.to_string()));
        Ok::<_, anyhow::Error>(watched(&mut command)?.cpu_s)
    };
    let frames = 1_000;
    Ok((infer(frames)? - infer(0)?) / f64::from(frames))
}

/// What a set of cameras came to.
struct Measured {
    still: usize,
    cores: f64,
    memory_mib: f64,
    /// Frames a second, of each camera.
    analysed: Vec<f64>,
    shed: Vec<f64>,
    /// Inferences a second, all cameras together.
    inferences: f64,
    /// How many cameras say that they are overloaded.
    overloaded: usize,
}

impl Measured {
    fn shed_share(&self) -> f64 {
        let shed: f64 = self.shed.iter().sum();
        shed / (shed + self.analysed.iter().sum::<f64>()).max(f64::MIN_POSITIVE)
    }

    fn raw(&self, input: (u32, u32)) -> Value {
        json!({
            "input": [input.0, input.1], "cameras": self.analysed.len(), "still": self.still, "cores": self.cores, "memory_mib": self.memory_mib,
            "analysed_per_s": self.analysed, "shed_per_s": self.shed, "inferences_per_s": self.inferences,
            "overloaded": self.overloaded,
        })
    }
}

fn settings(input: u32) -> String {
    format!(
        "[detection]\nmodel = \"{}\"\ninput = {input}\nanalyse_fps = {ANALYSED_FPS}\n",
        std::path::absolute("models/nanodet-416").unwrap_or_default().display(),
    )
}

fn cameras(
    program: &Program,
    videos: &Videos,
    count: usize,
    still: usize,
    input: u32,
) -> anyhow::Result<Measured> {
    println!("bench: live: {count} cameras, {still} of them still, input {input}");
    let file = |number: usize| if number < still { &videos.still } else { &videos.moving };
    let files: Vec<String> = (0..count).map(|number| file(number).display().to_string()).collect();
    let words: Vec<&str> = files.iter().map(String::as_str).collect();
    let senders = RtspServer::start_script(CAMERAS_SCRIPT.as_ref(), &words)?;
    let cameras: Vec<Camera> = (0..count)
        .map(|number| Camera {
            name: format!("camera{number}"),
            address: format!("rtsp://127.0.0.1:{}/{number}", senders.port),
            rules: PathBuf::from(RULES),
        })
        .collect();
    let site = Site::new(&cameras, &settings(input), None)?;
    let server = Server::start(program, &site)?;
    let counting = |server: &Server| Ok(server.frames()?.iter().all(|frames| *frames > 0));
    server.until("all cameras to count", PATIENCE, counting)?;
    std::thread::sleep(SETTLED);

    let process = server.process.0.id();
    let (begun, before) = (now(), (usage::of(process)?, server.cameras()?));
    std::thread::sleep(MEASURED);
    let (after, seconds) = ((usage::of(process)?, server.cameras()?), begun.elapsed().as_secs_f64());
    ensure!(after.1.iter().all(|camera| camera["frames"].as_u64() > Some(0)), "a camera saw nothing");
    let rate = |key: &str| -> Vec<f64> {
        let number = |camera: &Value| camera[key].as_f64().unwrap_or(0.0);
        before.1.iter().zip(&after.1).map(|(b, a)| (number(a) - number(b)) / seconds).collect()
    };
    let analysed = rate("frames");
    Ok(Measured {
        still,
        cores: (after.0.cpu_s - before.0.cpu_s) / seconds,
        memory_mib: after.0.memory_mib,
        inferences: analysed.iter().sum::<f64>() - rate("still").iter().sum::<f64>(),
        analysed,
        shed: rate("shed"),
        overloaded: after.1.iter().filter(|camera| camera["state"] == "overloaded").count(),
    })
}

/// A server without cameras.
struct Starts {
    /// Sorted.
    ready_s: Vec<f64>,
    memory_mib: f64,
}

fn starts(program: &Program) -> anyhow::Result<Starts> {
    let site = Site::new(&[], &settings(DEFAULT.0), None)?;
    let mut starts = Starts { ready_s: Vec::new(), memory_mib: 0.0 };
    for _ in 0..STARTS {
        let begun = now();
        let server = Server::spawn(program, &site)?;
        while server.get("/readyz").map(|answer| answer.status).unwrap_or_default() != 200 {
            ensure!(begun.elapsed() < PATIENCE, "the server is not ready");
            std::thread::sleep(Duration::from_millis(5));
        }
        starts.ready_s.push(begun.elapsed().as_secs_f64());
        std::thread::sleep(Duration::from_secs(1));
        starts.memory_mib = usage::of(server.process.0.id())?.memory_mib;
        server.terminate()?;
    }
    starts.ready_s.sort_by(f64::total_cmp);
    Ok(starts)
}
