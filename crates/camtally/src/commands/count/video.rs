//! Counting a video.

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use counting::Rules;
use event::Stream;
use indicatif::{ProgressBar, ProgressStyle};
use observation::{StreamDuration, StreamTime};
use pipeline::{Analysis, BoxError, Told, run};
use tracking::TrackerSettings;
use video::{ContentDigest, ReadOptions, Reader, RgbImage, Scaler, Source};

use super::outputs::{Annotated, EventsFile, Looks, heat_map, save, track_map};
use super::{Outcome, page};
use crate::cli::Count;
use crate::detector::{self, Choice};
use crate::{inputs, say};

pub(crate) fn count(path: &Path, rules: Rules, args: &Count) -> Result<Outcome> {
    let source = Source::resolve(path)?;
    let options = ReadOptions {
        start: args.video.start.map(|at| StreamTime::ZERO + at),
        end: args.video.end.map(|at| StreamTime::ZERO + at),
        analyse_fps: args.video.analyse_fps,
        folder_fps: args.mot.fps.unwrap_or(ReadOptions::default().folder_fps),
        threads: None,
    };
    let reader = Reader::open(&source, &options)?;
    let info = reader.info().clone();
    let model = detector::load(&Choice {
        model: args.video.model.clone(),
        input: args.video.input,
        tiles: args.video.tiles,
        threads: args.video.threads,
        batch: 1,
        frame: (info.width, info.height),
    })?;
    if let Some(notice) = &model.notice {
        say(&format!("camtally: {notice}"));
    }
    let digest = ContentDigest::of(&source)?;
    let stream = Stream {
        camera: args.camera.clone().unwrap_or_else(|| inputs::stem(path)),
        // What comes by standard input has no content to name it by before it is counted.
        epoch: digest.map_or_else(|| "stdin".to_owned(), |digest| digest.to_string()),
        model: Some(model.name.clone()),
        start: info.creation_time.unwrap_or(time::OffsetDateTime::UNIX_EPOCH),
    };
    let settings = TrackerSettings { strong: model.strong, weak: model.weak, ..TrackerSettings::default() };
    let mut looks = Looks::new(&rules);
    let mut analysis =
        Analysis::new(stream, rules, &model.classes, model.counted.clone(), settings, info.display_aspect)
            .with_context(|| args.rules.display().to_string())?;
    let mut events = EventsFile::create(args.events.as_deref())?;
    let fps = args.video.analyse_fps.or(info.nominal_fps).unwrap_or(25.0).clamp(1.0, 120.0);
    let mut annotated = match &args.video.annotate {
        Some(path) => Some(Annotated::create(path, info.width, info.height, fps)?),
        None => None,
    };
    let mut size_watch = model.size_watch;
    let bar = progress(&info, &options, args);
    let mut scaler = Scaler::new();
    let mut background: Option<RgbImage> = None;
    let wants_maps =
        args.video.heat_map.is_some() || args.video.track_map.is_some() || args.video.report.is_some();
    let ran = run(reader, model.detectors, &mut analysis, &mut |told| {
        let (frame, seen, found, analysis) = match told {
            Told::Events(found) => return events.write(found).map_err(BoxError::from),
            Told::Frame { frame, seen, events, analysis } => (frame, seen, events, analysis),
        };
        events.write(found)?;
        if let Some(watch) = &mut size_watch {
            seen.iter().for_each(|seen| watch.see(&seen.detection));
        }
        bar.set_position(frame.time.as_micros().max(0) as u64);
        bar.set_message(format!("{:.0} frames/s", frames_per_second(&bar, frame.index)));
        if background.is_none() && wants_maps {
            background = Some(frame.to_rgb(&mut scaler)?);
        }
        if let Some(annotated) = &mut annotated {
            looks.set(&analysis.summary());
            let mut picture = frame.to_rgb_sized(&mut scaler, info.width, info.height)?;
            annotated.frame(frame.time, &mut picture, seen, &model.classes, &looks)?;
        }
        Ok(())
    })
    .map_err(|error| anyhow!(error))?;
    bar.finish_and_clear();
    events.finish()?;
    if let Some(annotated) = annotated {
        annotated.finish()?;
    }
    if let Some(proposal) = size_watch.and_then(|watch| watch.proposal()) {
        say(&format!("camtally: {proposal}"));
    }
    let summary = analysis.summary();
    looks.set(&summary);
    if wants_maps {
        let heat = heat_map(background.as_ref(), analysis.footprint())?;
        let tracks = track_map(background.as_ref(), analysis.footprint(), &looks)?;
        if let Some(path) = &args.video.heat_map {
            save(path, &heat, "heat map")?;
        }
        if let Some(path) = &args.video.track_map {
            save(path, &tracks, "track map")?;
        }
        if let Some(path) = &args.video.report {
            let html =
                page::html(&summary, ran.end, &model.name, &heat, &tracks, args.video.annotate.as_deref());
            save(path, html.as_bytes(), "report")?;
        }
    }
    Ok(Outcome { summary, end: ran.end, gaps: ran.gaps })
}

/// A bar on standard error, if that is a terminal.
fn progress(info: &video::Info, options: &ReadOptions, args: &Count) -> ProgressBar {
    let whole = info.duration.unwrap_or(StreamDuration::ZERO).as_micros();
    let end = options.end.map_or(whole, |end| end.as_micros().min(whole));
    let bar = if end > 0 { ProgressBar::new(end as u64) } else { ProgressBar::new_spinner() };
    let style = if end > 0 { "{bar:40} {percent:>3} %  {msg}  {eta} left" } else { "{spinner} {msg}" };
    bar.set_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()));
    let start = args.video.start.map_or(0, StreamDuration::as_micros);
    bar.set_position(start.max(0) as u64);
    bar.reset_eta();
    bar
}

fn frames_per_second(bar: &ProgressBar, frames: u64) -> f64 {
    (frames + 1) as f64 / bar.elapsed().as_secs_f64().max(1e-3)
}
