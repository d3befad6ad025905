use std::collections::HashMap;
use std::io::Write;

use anyhow::{Context, Result};
use counting::{Rules, Summary};
use event::{Event, Stream};
use observation::{COUNTED_CLASSES, StreamTime, TrackId};
use pipeline::Analysis;
use scene::{MotVideo, parse_mot};
use tracking::TrackerSettings;

use crate::cli::{self, Count};
use crate::table::table;
use crate::{Done, inputs, put, say};

pub(crate) fn run(args: &Count) -> Result<Done> {
    let rules_text = inputs::text(&args.rules, "rules file")?;
    let rules = Rules::from_toml(&rules_text).with_context(|| args.rules.display().to_string())?;
    let source =
        args.detections.as_ref().or(args.tracks.as_ref()).context("name --detections or --tracks")?;
    let text = inputs::text(source, "MOT file")?;
    let rows = parse_mot(&text).with_context(|| source.display().to_string())?;
    let video = MotVideo { fps: args.fps, width: args.size.width, height: args.size.height };
    let stem =
        source.file_stem().map_or_else(|| "stdin".to_owned(), |stem| stem.to_string_lossy().into_owned());
    let stream = Stream {
        camera: args.camera.clone().unwrap_or(stem),
        epoch: inputs::digest(text.as_bytes()),
        model: None,
        start: time::OffsetDateTime::UNIX_EPOCH,
    };
    let aspect = f64::from(args.size.width) / f64::from(args.size.height);
    let mut analysis = Analysis::new(
        stream,
        rules,
        &coco_names(),
        COUNTED_CLASSES.map(|(_, class)| class).to_vec(),
        TrackerSettings::default(),
        aspect,
    )
    .with_context(|| args.rules.display().to_string())?;
    let mut events = match &args.events {
        Some(path) => Some(inputs::writer(path, "events file")?),
        None => None,
    };
    let mut keep = |found: Vec<Event>| write_events(events.as_mut(), &found);
    let mut end = StreamTime::ZERO;
    if args.detections.is_some() {
        for (time, boxes) in video.detections(&rows)? {
            keep(analysis.detections(time, &boxes).events)?;
            end = time;
        }
    } else {
        let frames = video.tracks(&rows)?;
        let mut last: HashMap<TrackId, StreamTime> = HashMap::new();
        for (time, seen) in &frames {
            last.extend(seen.iter().map(|seen| (seen.track, *time)));
        }
        for (time, seen) in frames {
            let ended: Vec<TrackId> =
                seen.iter().map(|seen| seen.track).filter(|track| last.get(track) == Some(&time)).collect();
            keep(analysis.tracks(time, seen, &ended).events)?;
            end = time;
        }
    }
    keep(analysis.finish())?;
    if let Some(mut events) = events {
        events.flush().context("cannot write the last events")?;
    }
    report(&analysis.summary(), end, args)
}

fn write_events(out: Option<&mut Box<dyn Write>>, events: &[Event]) -> Result<()> {
    let Some(out) = out else { return Ok(()) };
    for event in events {
        writeln!(out, "{}", event.to_json()).context("cannot write an event; is the disk full?")?;
    }
    Ok(())
}

fn report(summary: &Summary, end: StreamTime, args: &Count) -> Result<Done> {
    let to_stdout = args.events.as_deref() == Some(std::path::Path::new("-"));
    let text = match args.summary {
        cli::Summary::Json => serde_json::to_string_pretty(summary)? + "\n",
        cli::Summary::Table => totals(summary, end),
    };
    // Events on standard output are for a program: the totals must not get between them.
    if to_stdout {
        say(text.trim_end());
    } else {
        put(&text)?;
    }
    let mut done = Done::Well;
    for line in summary.badly_placed() {
        done = Done::Look;
        say(&format!(
            "line `{}`: {} tracks begin and {} end within a body height of it, of {} in all; move it to where \
             people are seen for longer on both sides",
            line.name, line.born_near, line.died_near, summary.tracks
        ));
    }
    Ok(done)
}

fn totals(summary: &Summary, end: StreamTime) -> String {
    let lines: Vec<Vec<String>> = summary
        .lines
        .iter()
        .map(|line| {
            let numbers = [
                line.forward,
                line.backward,
                line.turned_back,
                line.passed_by,
                line.origin_unobserved,
                line.inferred,
            ];
            std::iter::once(line.name.clone()).chain(numbers.map(|n| n.to_string())).collect()
        })
        .collect();
    let zones: Vec<Vec<String>> = summary
        .zones
        .iter()
        .map(|zone| {
            let mean = zone.dwell_sum_s / (zone.left.max(1) as f64);
            let numbers = [zone.entered, zone.left, zone.most].map(|n| n.to_string());
            let times = [format!("{mean:.1}"), format!("{:.1}", zone.dwell_max_s)];
            std::iter::once(zone.name.clone()).chain(numbers).chain(times).collect()
        })
        .collect();
    let mut text = String::new();
    if !lines.is_empty() {
        let head =
            ["line", "forward", "backward", "turned back", "passed by", "origin unobserved", "inferred"];
        text += &table(&head, &lines);
    }
    if !zones.is_empty() {
        let gap = if text.is_empty() { "" } else { "\n" };
        text += gap;
        text += &table(&["zone", "entered", "left", "most at once", "mean dwell s", "longest s"], &zones);
    }
    text + &format!("\n{} tracks in {end}\n", summary.tracks)
}

/// COCO's 80 places, of which a MOT file can name those that camtally counts.
fn coco_names() -> Vec<String> {
    let mut names: Vec<String> = (0..80).map(|i| format!("class {i}")).collect();
    for (name, class) in COUNTED_CLASSES {
        name.clone_into(&mut names[usize::from(class.0)]);
    }
    names
}
