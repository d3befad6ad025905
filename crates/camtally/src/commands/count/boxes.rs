//! Counting from somebody else's boxes or tracks.

use std::collections::HashMap;

use anyhow::{Context, Result};
use counting::Rules;
use event::Stream;
use observation::{COUNTED_CLASSES, StreamTime, TrackId, TrackedDetection};
use pipeline::Analysis;
use scene::{MotVideo, mot_text, parse_mot};
use tracking::TrackerSettings;

use super::Outcome;
use super::outputs::{EventsFile, save};
use crate::cli::Count;
use crate::inputs;

pub(crate) fn count(rules: Rules, args: &Count) -> Result<Outcome> {
    let mot = &args.mot;
    let source = mot.detections.as_ref().or(mot.tracks.as_ref()).context("name --detections or --tracks")?;
    let fps = mot.fps.context("a MOT file does not say how many frames it has a second: give --fps")?;
    let text = inputs::text(source, "MOT file")?;
    let rows = parse_mot(&text).with_context(|| source.display().to_string())?;
    let video = MotVideo { fps, width: mot.size.width, height: mot.size.height };
    let stream = Stream {
        camera: args.camera.clone().unwrap_or_else(|| inputs::stem(source)),
        epoch: inputs::digest(text.as_bytes()),
        model: None,
        start: time::OffsetDateTime::UNIX_EPOCH,
    };
    let aspect = f64::from(mot.size.width) / f64::from(mot.size.height);
    let counted = COUNTED_CLASSES.map(|(_, class)| class).to_vec();
    let settings = TrackerSettings::default();
    let mut analysis = Analysis::new(stream, rules, &coco_names(), counted, settings, aspect)
        .with_context(|| args.rules.display().to_string())?;
    let mut events = EventsFile::create(args.events.as_deref())?;
    let mut end = StreamTime::ZERO;
    if mot.detections.is_some() {
        let frames = video.detections(&rows)?;
        // A track's first observations come when it is confirmed: each goes to the frame of its own time.
        let mut tracked: Vec<(StreamTime, Vec<TrackedDetection>)> =
            frames.iter().map(|(time, _)| (*time, Vec::new())).collect();
        for (time, boxes) in frames {
            let analysed = analysis.detections(time, &boxes);
            events.write(&analysed.events)?;
            if mot.save_tracks.is_some() {
                for seen in analysed.seen {
                    if let Ok(frame) = tracked.binary_search_by_key(&seen.time, |(time, _)| *time) {
                        tracked[frame].1.push(seen);
                    }
                }
            }
            end = time;
        }
        if let Some(path) = &mot.save_tracks {
            save(path, mot_text(&video.track_rows(&tracked)).as_bytes(), "tracks file")?;
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
            events.write(&analysis.tracks(time, seen, &ended).events)?;
            end = time;
        }
    }
    events.write(&analysis.finish())?;
    events.finish()?;
    Ok(Outcome { summary: analysis.summary(), end, gaps: 0 })
}

/// COCO's 80 places, of which a MOT file can name those that camtally counts.
fn coco_names() -> Vec<String> {
    let mut names: Vec<String> = (0..80).map(|i| format!("class {i}")).collect();
    for (name, class) in COUNTED_CLASSES {
        name.clone_into(&mut names[usize::from(class.0)]);
    }
    names
}
