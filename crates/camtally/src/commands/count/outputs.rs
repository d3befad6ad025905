//! What a count leaves behind: events, the annotated video, maps.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use counting::{Footprint, Grid, Rules, Summary};
use drawing::{BoxLook, FrameContent, LineLook, Overlay, Rgb, ZoneLook};
use event::Event;
use observation::{Class, StreamTime, TrackedDetection};
use video::{Mp4Writer, RgbImage, WriteOptions};

use crate::inputs;

/// The events, a line each, if they were asked for.
pub(crate) struct EventsFile(Option<Box<dyn Write>>);

impl EventsFile {
    pub(crate) fn create(path: Option<&Path>) -> Result<Self> {
        Ok(Self(path.map(|path| inputs::writer(path, "events file")).transpose()?))
    }

    pub(crate) fn write(&mut self, events: &[Event]) -> Result<()> {
        let Some(out) = &mut self.0 else { return Ok(()) };
        for event in events {
            writeln!(out, "{}", event.to_json()).context("cannot write an event; is the disk full?")?;
        }
        if !events.is_empty() {
            // What is certain is on its way before the next frame is looked at.
            out.flush().context("cannot write the events; is the disk full?")?;
        }
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Result<()> {
        match &mut self.0 {
            Some(out) => out.flush().context("cannot write the last events; is the disk full?"),
            None => Ok(()),
        }
    }
}

/// How lines and zones look with their present totals.
pub(crate) struct Looks {
    pub(crate) lines: Vec<LineLook>,
    pub(crate) zones: Vec<ZoneLook>,
}

impl Looks {
    pub(crate) fn new(rules: &Rules) -> Self {
        let lines = rules.lines.iter().map(|rule| LineLook {
            name: rule.name.clone(),
            points: rule.points.clone(),
            forward_name: rule.names.forward.clone(),
            backward_name: rule.names.backward.clone(),
            ..LineLook::default()
        });
        let zones = rules.zones.iter().map(|rule| ZoneLook {
            name: rule.name.clone(),
            points: rule.points.clone(),
            occupancy: 0,
        });
        Self { lines: lines.collect(), zones: zones.collect() }
    }

    pub(crate) fn set(&mut self, summary: &Summary) {
        for (look, totals) in self.lines.iter_mut().zip(&summary.lines) {
            (look.forward, look.backward) = (totals.forward, totals.backward);
        }
        for (look, totals) in self.zones.iter_mut().zip(&summary.zones) {
            look.occupancy = totals.occupancy;
        }
    }
}

/// How the objects look that were seen at this moment.
pub(crate) fn box_looks(seen: &[TrackedDetection], time: StreamTime, classes: &[String]) -> Vec<BoxLook> {
    let class = |class: Class| classes.get(usize::from(class.0)).cloned().unwrap_or_default();
    seen.iter()
        .filter(|seen| seen.time == time)
        .map(|seen| BoxLook {
            track: seen.track,
            bbox: seen.detection.bbox,
            label: class(seen.detection.class),
            confidence: seen.detection.confidence,
        })
        .collect()
}

/// The video with everything drawn in.
pub(crate) struct Annotated {
    writer: Mp4Writer,
    overlay: Overlay,
}

impl Annotated {
    pub(crate) fn create(path: &Path, width: u32, height: u32, fps: f64) -> Result<Self> {
        let options = WriteOptions { fps, ..WriteOptions::default() };
        let writer = Mp4Writer::create(path, width, height, &options)?;
        Ok(Self { writer, overlay: Overlay::new(width, height)? })
    }

    pub(crate) fn frame(
        &mut self,
        time: StreamTime,
        picture: &mut RgbImage,
        seen: &[TrackedDetection],
        classes: &[String],
        looks: &Looks,
    ) -> Result<()> {
        let boxes = box_looks(seen, time, classes);
        let content =
            FrameContent { time, boxes: &boxes, lines: &looks.lines, zones: &looks.zones, notice: None };
        self.overlay.frame(&mut picture.data, &content)?;
        self.writer.write(time, &picture.data)?;
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<()> {
        Ok(self.writer.finish()?)
    }
}

/// The map of where people walk, as PNG.
pub(crate) fn heat_map(background: Option<&RgbImage>, footprint: &Footprint) -> Result<Vec<u8>> {
    let background = background.map(picture).transpose()?;
    Ok(drawing::heat_map_png(background.as_ref(), &grid(&footprint.presence_s))?)
}

/// The map of where tracks begin and end, as PNG.
pub(crate) fn track_map(
    background: Option<&RgbImage>,
    footprint: &Footprint,
    looks: &Looks,
) -> Result<Vec<u8>> {
    let background = background.map(picture).transpose()?;
    let (births, deaths) = (grid(&footprint.births), grid(&footprint.deaths));
    Ok(drawing::birth_death_png(background.as_ref(), &births, &deaths, &looks.lines)?)
}

fn picture(image: &RgbImage) -> Result<Rgb<'_>> {
    Ok(Rgb::new(image.width, image.height, &image.data)?)
}

fn grid(grid: &Grid) -> drawing::Grid {
    drawing::Grid { columns: grid.columns, rows: grid.rows, values: grid.values.clone() }
}

/// Writes a finished file.
pub(crate) fn save(path: &Path, bytes: &[u8], what: &str) -> Result<()> {
    let mut out = inputs::writer(path, what)?;
    let written = out.write_all(bytes).and_then(|()| out.flush());
    written.with_context(|| format!("cannot write the {what} {}; is the disk full?", path.display()))
}
