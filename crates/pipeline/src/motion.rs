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
/// Boxes are believed once so many looks agreed on them, for so long. A box that flickers would otherwise be repeated
/// until it makes a track, or be missed until one is lost.
const AGREEING: u32 = 3;
const AGREED: StreamDuration = StreamDuration::from_micros(500_000);
/// Least overlap of a box with itself in the next look at a still picture.
const SAME_PLACE: f64 = 0.7;

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
    /// Looks in a row that agreed, and the first one's time.
    agreeing: u32,
    since: StreamTime,
}

impl MotionGate {
    /// The boxes of a frame in which nothing has moved since the last one that was looked at; none where it
    /// must be looked at. `cells` is the frame's brightness, [`ROWS`] × [`COLUMNS`].
    pub(crate) fn boxes(&mut self, time: StreamTime, cells: &[u8]) -> Option<&[Detection]> {
        let last = self.looked_at.as_ref()?;
        let believed = last.agreeing >= AGREEING && last.time - last.since >= AGREED;
        if !believed || time - last.time > LONGEST || cells.len() != last.cells.len() {
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
        let agreed = self.looked_at.as_ref().filter(|last| same(&last.boxes, boxes));
        let (agreeing, since) =
            agreed.map_or((1, time), |last| (last.agreeing.saturating_add(1), last.since));
        self.looked_at = Some(LookedAt { time, cells, boxes: boxes.to_vec(), agreeing, since });
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

/// Whether two looks found the same.
fn same(before: &[Detection], now: &[Detection]) -> bool {
    let mut free: Vec<&Detection> = now.iter().collect();
    before.len() == now.len()
        && before.iter().all(|old| {
            let again = |new: &&Detection| new.class == old.class && new.bbox.iou(&old.bbox) >= SAME_PLACE;
            free.iter().position(again).map(|index| free.swap_remove(index)).is_some()
        })
}

#[cfg(test)]
mod tests {
    use observation::{BBox, Class};

    use super::*;

    fn at(seconds: f64) -> StreamTime {
        StreamTime::from_secs(seconds)
    }

    fn found(x: f64) -> Detection {
        Detection { bbox: BBox::new(x, 0.2, x + 0.1, 0.5), class: Class(0), confidence: 0.8 }
    }

    /// A gate that has looked at `cells` four times until second 0, and found the same.
    fn believing(cells: &[u8], boxes: &[Detection]) -> MotionGate {
        let mut gate = MotionGate::default();
        for look in -3..=0 {
            assert_eq!(gate.boxes(at(0.2 * f64::from(look)), cells), None, "not yet believed");
            gate.looked(at(0.2 * f64::from(look)), cells.to_vec(), boxes);
        }
        gate
    }

    #[test]
    fn a_still_picture_with_noise_is_looked_at_every_two_seconds_and_a_moving_one_always() {
        let still = vec![100; COLUMNS * ROWS];
        let noisy: Vec<u8> = (0..COLUMNS * ROWS).map(|i| 98 + (i % 5) as u8).collect();
        let mut gate = believing(&still, &[]);
        assert!(gate.boxes(at(1.0), &noisy).is_some());
        assert_eq!(gate.boxes(at(2.1), &noisy), None, "too long ago");
        let mut moved = still;
        moved[COLUMNS * 40 + 80..COLUMNS * 40 + 83].fill(120);
        assert_eq!(gate.boxes(at(1.0), &moved), None);
        gate.reset();
        assert_eq!(gate.boxes(at(1.0), &noisy), None);
    }

    #[test]
    fn a_box_that_flickers_in_a_still_picture_is_neither_repeated_nor_left_out() {
        let still = vec![100; COLUMNS * ROWS];
        let person = found(0.3);
        let mut gate = believing(&still, &[person]);
        gate.looked(at(2.0), still.clone(), &[person, found(0.7)]);
        assert_eq!(gate.boxes(at(2.1), &still), None, "a false box is looked at again");
        let mut gate = believing(&still, &[person]);
        gate.looked(at(2.0), still.clone(), &[]);
        assert_eq!(gate.boxes(at(2.1), &still), None, "a missed person is looked for again");
        let mut gate = believing(&still, &[person]);
        gate.looked(at(2.0), still.clone(), &[found(0.303)]);
        assert_eq!(gate.boxes(at(2.1), &still).map(<[_]>::len), Some(1));
    }
}
