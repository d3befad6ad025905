//! The MOT Challenge's text format: `frame,id,x,y,w,h,conf,class,visibility`, one box a line.
//!
//! `frame` counts from 1, `x y w h` are left, top, width and height in pixels. Columns from the seventh on may
//! be absent. `id` is -1 for a detection that belongs to no track, `conf` is -1 (or absent) when it is not
//! known. Ten columns are the older form, whose last three are a place in the world: they are not read.
//!
//! | class column | read as |
//! | --- | --- |
//! | absent, -1, 1 (pedestrian), 2 (person on a vehicle), 7 (static person) | person |
//! | 3 | car |
//! | 4 | bicycle |
//! | 5 | motorcycle |
//! | 100 + n | COCO class n: 105 is bus, 107 is truck (MOT has no number for them) |
//! | 6, 8 to 13 (other vehicles, distractors, occluders, reflections, crowds) | nothing that is counted |

use std::fmt::Write as _;

use observation::Class;

/// The largest file, in bytes.
const MAX_BYTES: usize = 1 << 30;
/// The last frame: a day at 30 frames a second.
const MAX_FRAME: u32 = 2_592_000;
/// The farthest coordinate, in pixels.
const MAX_PIXEL: f64 = 1e6;

/// One line of a MOT file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MotRow {
    /// Counted from 1.
    pub frame: u32,
    /// The track, `None` for a bare detection.
    pub id: Option<u64>,
    /// Left, top, width, height in pixels.
    pub rect: [f64; 4],
    /// 0..1; 1 when the file does not say.
    pub confidence: f64,
    /// What it is, `None` for MOT's classes that are not counted.
    pub class: Option<Class>,
}

/// Why a text is no MOT file, or not one of the kind that is needed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MotError {
    /// A line cannot be read.
    #[error("MOT line {line}: {reason}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// The file is too large.
    #[error("the MOT file has {0} bytes: at most 1 GiB is read")]
    TooLarge(usize),
    /// Frame rate or size cannot be.
    #[error(
        "a video of {width}x{height} at {fps} frames/s cannot be: give a size of 1x1 or more and a rate above 0"
    )]
    Video {
        /// Frames a second.
        fps: f64,
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// A track is needed and there is none.
    #[error("frame {frame} has a box without a track id: these are detections, not tracks")]
    NoTrack {
        /// Counted from 1.
        frame: u32,
    },
    /// One track is in two places at once.
    #[error("frame {frame} has the track {id} twice: a track has one box a frame")]
    Twice {
        /// Counted from 1.
        frame: u32,
        /// The track.
        id: u64,
    },
}

/// Reads a MOT file; empty lines are skipped, the order is kept.
///
/// # Errors
/// Names the first line that cannot be read, and why.
pub fn parse_mot(text: &str) -> Result<Vec<MotRow>, MotError> {
    if text.len() > MAX_BYTES {
        return Err(MotError::TooLarge(text.len()));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut rows = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if !line.trim().is_empty() {
            rows.push(parse_row(line).map_err(|reason| MotError::Line { line: index + 1, reason })?);
        }
    }
    Ok(rows)
}

fn parse_row(line: &str) -> Result<MotRow, String> {
    const NAMES: [&str; 10] = ["frame", "id", "x", "y", "w", "h", "conf", "class", "visibility", "column 10"];
    let mut values = [0.0; 10];
    let mut columns = 0;
    for text in line.split(',') {
        let Some(name) = NAMES.get(columns) else { return Err("more than 10 columns".to_owned()) };
        let text = text.trim();
        let value = text.parse::<f64>().ok().filter(|value| value.is_finite());
        values[columns] =
            value.ok_or_else(|| format!("{name} is `{}`, which is no number", shorten(text)))?;
        columns += 1;
    }
    if columns < 6 {
        return Err(format!("{columns} columns; needed are frame,id,x,y,w,h, separated by commas"));
    }
    let [frame, id, x, y, w, h, confidence, class, ..] = values;
    if frame.fract() != 0.0 || !(1.0..=f64::from(MAX_FRAME)).contains(&frame) {
        return Err(format!("frame is {frame}: a whole number from 1 to {MAX_FRAME} is needed"));
    }
    if id.fract() != 0.0 || !(-1.0..9e15).contains(&id) {
        return Err(format!("id is {id}: a whole number is needed, or -1 for none"));
    }
    if x.abs() > MAX_PIXEL || y.abs() > MAX_PIXEL {
        return Err(format!("the box lies at {x},{y}: pixels within a million are needed"));
    }
    if !(w > 0.0 && w <= MAX_PIXEL && h > 0.0 && h <= MAX_PIXEL) {
        return Err(format!("the box has the size {w}x{h}: pixels above 0 are needed"));
    }
    let confidence = if columns < 7 || confidence == -1.0 { 1.0 } else { confidence };
    if !(0.0..=1.0).contains(&confidence) {
        return Err(format!("conf is {confidence}: 0 to 1 is needed, or -1 for not known"));
    }
    // In the older form the eighth column is a place.
    let class = if columns == 8 || columns == 9 { read_class(class)? } else { Some(Class(0)) };
    Ok(MotRow {
        frame: frame as u32,
        id: (id >= 0.0).then_some(id as u64),
        rect: [x, y, w, h],
        confidence,
        class,
    })
}

fn read_class(number: f64) -> Result<Option<Class>, String> {
    if number.fract() != 0.0 {
        return Err(format!("class is {number}: a whole number is needed"));
    }
    match number as i64 {
        -1 | 1 | 2 | 7 => Ok(Some(Class(0))),
        3 => Ok(Some(Class(2))),
        4 => Ok(Some(Class(1))),
        5 => Ok(Some(Class(3))),
        6 | 8..=13 => Ok(None),
        coco @ 100..=1099 => Ok(Some(Class((coco - 100) as u16))),
        other => Err(format!("class is {other}: 1 to 13 (MOT), 100 + a COCO class, or -1 is needed")),
    }
}

fn class_number(class: Option<Class>) -> u16 {
    match class {
        Some(Class(0)) => 1,
        Some(Class(1)) => 4,
        Some(Class(2)) => 3,
        Some(Class(3)) => 5,
        Some(Class(other)) => 100 + other,
        None => 8,
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(30).collect()
}

/// Writes a MOT file, sizes to a thousandth of a pixel; [`parse_mot`] reads it back.
pub fn mot_text(rows: &[MotRow]) -> String {
    let mut text = String::new();
    for row in rows {
        let id = row.id.map_or_else(|| "-1".to_owned(), |id| id.to_string());
        let ([x, y, w, h], class) = (row.rect, class_number(row.class));
        // Writing to a string cannot fail.
        let _ok =
            writeln!(text, "{},{id},{x:.3},{y:.3},{w:.3},{h:.3},{:.4},{class},1", row.frame, row.confidence);
    }
    text
}

#[cfg(test)]
mod tests {
    use observation::{COUNTED_CLASSES, StreamTime};
    use proptest::prelude::*;

    use super::*;
    use crate::MotVideo;

    const VIDEO: MotVideo = MotVideo { fps: 10.0, width: 640, height: 360 };

    #[test]
    fn every_form_of_a_row_is_read() {
        let text = "\u{feff}1,-1,10,20,30,40\n\n2, 7, 1.5, -2, 3, 4, 0.25, 3, 0.9\r\n3,8,1,2,3,4,-1,-1,-1,-1\n4,9,1,2,3,4,1,8,1";
        let rows = parse_mot(text).unwrap();
        assert_eq!((rows[0].id, rows[0].confidence, rows[0].class), (None, 1.0, Some(Class(0))));
        assert_eq!((rows[1].id, rows[1].rect), (Some(7), [1.5, -2.0, 3.0, 4.0]));
        assert_eq!((rows[1].confidence, rows[1].class), (0.25, Some(Class(2))));
        assert_eq!((rows[2].confidence, rows[2].class), (1.0, Some(Class(0))));
        assert_eq!(rows[3].class, None);
        let frames = VIDEO.detections(&rows).unwrap();
        let sizes: Vec<usize> = frames.iter().map(|(_, seen)| seen.len()).collect();
        assert_eq!(sizes, [1, 1, 1, 0], "a distractor is no object");
        assert_eq!(frames[3].0, StreamTime::from_secs(0.3));
    }

    #[test]
    fn errors_name_the_line_and_the_fault() {
        for (row, want) in [
            ("frame,id,x,y,w,h", "frame is `frame`, which is no number"),
            ("1,2,3,4", "4 columns"),
            ("1 2 3 4 5 6", "no number"),
            ("1,1,1,1,1,1,1,1,1,1,1", "more than 10 columns"),
            ("0,1,1,1,1,1", "frame is 0"),
            ("1.5,1,1,1,1,1", "frame is 1.5"),
            ("99999999,1,1,1,1,1", "frame is 99999999"),
            ("1,-2,1,1,1,1", "id is -2"),
            ("1,1,NaN,1,1,1", "x is `NaN`"),
            ("1,1,inf,1,1,1", "x is `inf`"),
            ("1,1,1,1,0,1", "size 0x1"),
            ("1,1,1,1,1,-4", "size 1x-4"),
            ("1,1,1e9,1,1,1", "million"),
            ("1,1,1,1,1,1,57", "conf is 57"),
            ("1,1,1,1,1,1,1,99", "class is 99"),
        ] {
            let error = parse_mot(&format!("1,1,1,1,1,1\n{row}\n")).expect_err(row).to_string();
            assert!(error.starts_with("MOT line 2: ") && error.contains(want), "{row}: {error}");
        }
        let rows = parse_mot("5,-1,1,1,1,1").unwrap();
        assert_eq!(VIDEO.tracks(&rows).unwrap_err(), MotError::NoTrack { frame: 5 });
        let rows = parse_mot("5,3,1,1,1,1\n5,3,2,2,2,2").unwrap();
        assert_eq!(VIDEO.tracks(&rows).unwrap_err(), MotError::Twice { frame: 5, id: 3 });
        assert!(MotVideo { fps: 0.0, ..VIDEO }.detections(&rows).is_err());
    }

    #[test]
    fn what_is_written_is_read_back() {
        let row = |class| MotRow {
            frame: 3,
            id: Some(4),
            rect: [1.0, 2.0, 3.0, 4.0],
            confidence: 0.5,
            class: Some(class),
        };
        let mut rows: Vec<MotRow> = COUNTED_CLASSES.iter().map(|(_, class)| row(*class)).collect();
        rows.push(MotRow { id: None, ..rows[0] });
        rows.push(MotRow { class: None, ..rows[0] });
        assert_eq!(parse_mot(&mot_text(&rows)).unwrap(), rows);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "[-0-9.,eNainf \n\u{e9}]{0,120}") {
            if let Ok(rows) = parse_mot(&text) {
                prop_assert!(rows.iter().all(|row| row.rect.iter().all(|value| value.is_finite())));
            }
        }
    }
}
