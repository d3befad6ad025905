//! Whether anything has moved since a frame that was looked at: where nothing has, its boxes still hold, and
//! no inference is spent.

use observation::{Detection, StreamDuration, StreamTime};

/// Cells of the coarse picture in which movement is looked for. A person a tenth of the picture high covers some 30.
pub(crate) const COLUMNS: usize = 160;
/// Rows of the coarse picture.
pub(crate) const ROWS: usize = 90;
/// Change of a cell's brightness, 0..255, that is more than a camera's noise: a cell is the mean of many samples.
const STEP: i16 = 5;
/// So many changed cells are movement. One alone may be a defective sample.
const CELLS: usize = 2;
/// How long boxes are believed at most: what a coarse picture cannot show is found then.
const LONGEST: StreamDuration = StreamDuration::from_micros(2_000_000);

/// The last frame that was looked at, and what was found.
#[derive(Clone, Debug, Default)]
pub(crate) struct MotionGate {
    looked_at: Option<LookedAt>,
    skipped: u64,
}

#[derive(Clone, Debug)]
struct LookedAt {
    time: StreamTime,
    cells: Vec<u8>,
    boxes: Vec<Detection>,
}

impl MotionGate {
    /// The boxes of a frame in which nothing has moved since the last one that was looked at; none where it
    /// must be looked at. `cells` is the frame's brightness, [`ROWS`] × [`COLUMNS`].
    pub(crate) fn boxes(&mut self, time: StreamTime, cells: &[u8]) -> Option<&[Detection]> {
        let last = self.looked_at.as_ref()?;
        if time - last.time > LONGEST || cells.len() != last.cells.len() {
            return None;
        }
        let changed = |(a, b): (&u8, &u8)| (i16::from(*a) - i16::from(*b)).abs() > STEP;
        if cells.iter().zip(&last.cells).filter(|&pair| changed(pair)).take(CELLS).count() >= CELLS {
            return None;
        }
        self.skipped += 1;
        self.looked_at.as_ref().map(|last| last.boxes.as_slice())
    }

    /// Takes what was found in a frame that was looked at.
    pub(crate) fn looked(&mut self, time: StreamTime, cells: Vec<u8>, boxes: &[Detection]) {
        self.looked_at = Some(LookedAt { time, cells, boxes: boxes.to_vec() });
    }

    /// Frames on which no inference was spent.
    pub(crate) fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Forgets the last frame: what comes next is another picture.
    pub(crate) fn reset(&mut self) {
        self.looked_at = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> StreamTime {
        StreamTime::from_secs(seconds)
    }

    #[test]
    fn a_still_picture_with_noise_is_looked_at_every_two_seconds_and_a_moving_one_always() {
        let mut gate = MotionGate::default();
        let still = vec![100; COLUMNS * ROWS];
        let noisy: Vec<u8> = (0..COLUMNS * ROWS).map(|i| 98 + (i % 5) as u8).collect();
        assert_eq!(gate.boxes(at(0.0), &still), None, "nothing was looked at before");
        gate.looked(at(0.0), still.clone(), &[]);
        assert!(gate.boxes(at(1.0), &noisy).is_some());
        assert_eq!(gate.boxes(at(2.1), &noisy), None, "too long ago");
        let mut moved = still;
        moved[COLUMNS * 40 + 80..COLUMNS * 40 + 83].fill(120);
        assert_eq!(gate.boxes(at(1.0), &moved), None);
        gate.reset();
        assert_eq!(gate.boxes(at(1.0), &noisy), None);
    }
}
