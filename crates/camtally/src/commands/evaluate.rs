use std::path::Path;

use anyhow::{Context, Result, bail};
use counting::Rules;
use drawing::{FrameContent, Overlay, Rgb};
use event::Direction;
use observation::StreamTime;
use scene::{CountedCrossing, Line, MotVideo, TruthCrossing, evaluate, parse_mot, parse_truth};
use serde::Deserialize;
use video::{Item, ReadOptions, Reader, Scaler, Source};

use crate::cli::{self, Evaluate};
use crate::commands::count::{Looks, data_uri};
use crate::{Done, inputs, put, say};

/// Width of the pictures on the page, in pixels.
const PICTURE_WIDTH: u32 = 640;

pub(crate) fn run(args: &Evaluate) -> Result<Done> {
    let truth = truth(args)?;
    let counted = crossings(&args.events)?;
    let evaluation = evaluate(&truth, &counted, args.tolerance);
    let text = match args.format {
        cli::Format::Table => evaluation.to_table(),
        cli::Format::Json => serde_json::to_string_pretty(&evaluation)? + "\n",
        cli::Format::Html => {
            let pictures = Pictures::open(args, &counted)?;
            evaluation.to_html(&|seconds| pictures.as_ref().and_then(|pictures| pictures.at(seconds)))
        }
    };
    put(&text)?;
    Ok(Done::Well)
}

fn truth(args: &Evaluate) -> Result<Vec<TruthCrossing>> {
    let shown = args.truth.display().to_string();
    let text = inputs::text(&args.truth, "truth file")?;
    if text.trim_start().starts_with('{') {
        return parse_truth(&text).with_context(|| shown);
    }
    let (Some(fps), Some(rules)) = (args.fps, &args.rules) else {
        bail!("{shown} is no JSON, so it must be labelled tracks (MOT format), which need --fps and --rules");
    };
    let rules = inputs::rules(rules)?;
    let lines: Vec<Line> = rules.lines.iter().map(|rule| Line::new(&rule.name, &rule.points)).collect();
    let video = MotVideo { fps, width: args.size.width, height: args.size.height };
    let rows = parse_mot(&text).with_context(|| shown.clone())?;
    video.truth(&rows, &lines).with_context(|| shown)
}

/// What a comparison needs of an event, so that other counters can be held to the same truth.
#[derive(Deserialize)]
struct Counted {
    kind: String,
    rule: Option<String>,
    direction: Option<Direction>,
    stream_time_s: f64,
}

fn crossings(path: &Path) -> Result<Vec<CountedCrossing>> {
    let text = inputs::text(path, "events file")?;
    let mut counted = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let place = || format!("{}: line {}", path.display(), number + 1);
        let event: Counted =
            serde_json::from_str(line).with_context(|| format!("{}: not an event", place()))?;
        if event.kind != "crossing" {
            continue;
        }
        let (Some(line), Some(direction)) = (event.rule, event.direction) else {
            bail!("{}: a crossing needs the fields `rule` and `direction`", place());
        };
        counted.push(CountedCrossing { line, direction, t: event.stream_time_s });
    }
    Ok(counted)
}

/// The video, for a picture of each mistake.
struct Pictures<'a> {
    source: Source,
    rules: Option<Rules>,
    counted: &'a [CountedCrossing],
}

impl<'a> Pictures<'a> {
    fn open(args: &Evaluate, counted: &'a [CountedCrossing]) -> Result<Option<Self>> {
        let Some(path) = &args.video else { return Ok(None) };
        let source = Source::resolve(path)?;
        let rules = args.rules.as_deref().map(inputs::rules).transpose()?;
        Ok(Some(Self { source, rules, counted }))
    }

    /// The picture at a time, as a data URI; none where the video has none, which is said.
    fn at(&self, seconds: f64) -> Option<String> {
        let picture = self.draw(StreamTime::from_secs(seconds));
        picture.map_err(|error| say(&format!("camtally: no picture at {seconds:.1} s: {error:#}"))).ok()
    }

    fn draw(&self, time: StreamTime) -> Result<String> {
        let options = ReadOptions { start: Some(time), ..ReadOptions::default() };
        let reader = Reader::open(&self.source, &options)?;
        let (width, height) = (reader.info().width, reader.info().height);
        let size = (PICTURE_WIDTH, (PICTURE_WIDTH * height / width.max(1)).max(1));
        let frame = reader.into_iter().find_map(|item| match item {
            Item::Frame(frame) => Some(frame),
            Item::Gap(_) => None,
        });
        let frame = frame.context("the video ends before")?;
        let mut picture = frame.to_rgb_sized(&mut Scaler::new(), size.0, size.1)?;
        if let Some(rules) = &self.rules {
            let mut looks = Looks::new(rules);
            for line in &mut looks.lines {
                let before = |one: &&CountedCrossing| one.line == line.name && one.t <= time.as_secs();
                let so_far = |direction| {
                    self.counted.iter().filter(before).filter(|one| one.direction == direction).count() as u64
                };
                (line.forward, line.backward) = (so_far(Direction::Forward), so_far(Direction::Backward));
            }
            let content = FrameContent { time, lines: &looks.lines, ..FrameContent::default() };
            Overlay::new(size.0, size.1)?.frame(&mut picture.data, &content)?;
        }
        let jpeg = drawing::encode_jpeg(&Rgb::new(picture.width, picture.height, &picture.data)?)?;
        Ok(data_uri("image/jpeg", &jpeg))
    }
}
