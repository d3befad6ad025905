//! Looking closer: a frame in overlapping tiles, for objects that are small in it.

use observation::{BBox, Detection};

/// Intersection over the smaller box above which a box that a tile's border has cut is part of another.
const CUT_OVERLAP: f64 = 0.5;

/// A box this close to a tile's inner border, as a share of the tile's side, was cut by it.
const BORDER: f64 = 0.01;

/// How a frame is cut up. Each tile becomes an input of its own, beside one of the whole frame, so that an
/// object is `columns` (or `rows`) times as large in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tiling {
    columns: u32,
    rows: u32,
    overlap: f64,
}

/// A part of a frame, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// Left side.
    pub x: u32,
    /// Top side.
    pub y: u32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

/// Why a frame cannot be cut up like that.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error(
    "{columns}x{rows} tiles with an overlap of {overlap}: columns and rows must be 1 to 8, overlap 0 to 0.5"
)]
pub struct TilingError {
    columns: u32,
    rows: u32,
    overlap: f64,
}

impl Tiling {
    /// `columns`×`rows` tiles, neighbours sharing `overlap` (0 to 0.5) of their side. The overlap should hold
    /// a whole object.
    ///
    /// # Errors
    /// When there would be no tile, more than eight along a side, or one inside another.
    pub fn new(columns: u32, rows: u32, overlap: f64) -> Result<Self, TilingError> {
        let sides = (1..=8).contains(&columns) && (1..=8).contains(&rows);
        if !sides || !(0.0..=0.5).contains(&overlap) {
            return Err(TilingError { columns, rows, overlap });
        }
        Ok(Self { columns, rows, overlap })
    }

    /// Tiles beside each other.
    pub fn columns(&self) -> u32 {
        self.columns
    }

    /// Tiles above each other.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// The parts of a frame of this size: first the whole frame, then the tiles row by row.
    pub fn tiles(&self, frame_width: u32, frame_height: u32) -> Vec<Tile> {
        let mut out = vec![Tile { x: 0, y: 0, width: frame_width, height: frame_height }];
        if self.columns * self.rows == 1 {
            return out;
        }
        let columns = cuts(frame_width, self.columns, self.overlap);
        for (y, height) in cuts(frame_height, self.rows, self.overlap) {
            for (x, width) in &columns {
                out.push(Tile { x: *x, y, width: *width, height });
            }
        }
        out
    }

    /// Joins what was found in the parts of one frame.
    ///
    /// `found` belongs to [`Self::tiles`] one by one, with boxes normalised to their part. A box that a
    /// tile's inner border has cut gives way to a fuller box that covers half of it or of which it covers
    /// half; other boxes are suppressed by better ones above `nms_iou`. The result is normalised to the
    /// frame, most confident first.
    pub fn merge(
        &self,
        frame_width: u32,
        frame_height: u32,
        found: &[Vec<Detection>],
        nms_iou: f64,
    ) -> Vec<Detection> {
        let frame = [f64::from(frame_width.max(1)), f64::from(frame_height.max(1))];
        let mut boxes: Vec<(bool, Detection)> = Vec::new();
        for (tile, found) in self.tiles(frame_width, frame_height).iter().zip(found) {
            for detection in found {
                let cut = tile.cuts(&detection.bbox, frame_width, frame_height);
                boxes.push((cut, Detection { bbox: tile.to_frame(&detection.bbox, frame), ..*detection }));
            }
        }
        // Whole boxes first, then the fuller of the cut ones; the sort is stable, so ties keep their order.
        boxes.sort_by(|(a_cut, a), (b_cut, b)| {
            let of_cut =
                if *a_cut { b.bbox.area().total_cmp(&a.bbox.area()) } else { std::cmp::Ordering::Equal };
            a_cut.cmp(b_cut).then(of_cut).then(b.confidence.total_cmp(&a.confidence))
        });
        let mut kept: Vec<(bool, Detection)> = Vec::new();
        for (cut, candidate) in boxes {
            let covered = kept.iter().any(|(other_cut, other)| {
                let part = (cut || *other_cut) && smaller_share(&candidate.bbox, &other.bbox) > CUT_OVERLAP;
                part || candidate.bbox.iou(&other.bbox) > nms_iou
            });
            if !covered {
                kept.push((cut, candidate));
            }
        }
        let mut out: Vec<Detection> = kept.into_iter().map(|(_, detection)| detection).collect();
        out.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        out
    }
}

impl Tile {
    /// A box normalised to the tile, normalised to the frame.
    fn to_frame(self, bbox: &BBox, [frame_width, frame_height]: [f64; 2]) -> BBox {
        let across = |x: f64| (f64::from(self.x) + x * f64::from(self.width)) / frame_width;
        let down = |y: f64| (f64::from(self.y) + y * f64::from(self.height)) / frame_height;
        BBox::new(across(bbox.x1), down(bbox.y1), across(bbox.x2), down(bbox.y2)).clipped()
    }

    /// Whether a box touches a border of the tile that is none of the frame.
    fn cuts(self, bbox: &BBox, frame_width: u32, frame_height: u32) -> bool {
        self.x > 0 && bbox.x1 < BORDER
            || self.y > 0 && bbox.y1 < BORDER
            || self.x + self.width < frame_width && bbox.x2 > 1.0 - BORDER
            || self.y + self.height < frame_height && bbox.y2 > 1.0 - BORDER
    }
}

/// Start and length of `count` parts of `side` that share `overlap` of their length.
fn cuts(side: u32, count: u32, overlap: f64) -> Vec<(u32, u32)> {
    let length = f64::from(side) / (f64::from(count) - f64::from(count - 1) * overlap);
    let length = (length.ceil() as u32).clamp(1, side.max(1));
    let last = f64::from(side - length.min(side));
    (0..count)
        .map(|index| {
            let share = if count == 1 { 0.0 } else { f64::from(index) / f64::from(count - 1) };
            ((last * share).round() as u32, length)
        })
        .collect()
}

fn smaller_share(a: &BBox, b: &BBox) -> f64 {
    let smaller = a.area().min(b.area());
    if smaller > 0.0 { a.intersection(b) / smaller } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use observation::Class;

    use super::*;

    fn tiling(columns: u32, rows: u32) -> Tiling {
        Tiling::new(columns, rows, 0.2).unwrap()
    }

    /// What a detector would see of `object` (in the frame, normalised) in each tile.
    fn seen(tiling: &Tiling, object: BBox, confidence: impl Fn(usize) -> f32) -> Vec<Vec<Detection>> {
        let (width, height) = (1000, 500);
        let tiles = tiling.tiles(width, height);
        let in_tile = |tile: &Tile| {
            let across = |x: f64| ((x * 1000.0 - f64::from(tile.x)) / f64::from(tile.width)).clamp(0.0, 1.0);
            let down = |y: f64| ((y * 500.0 - f64::from(tile.y)) / f64::from(tile.height)).clamp(0.0, 1.0);
            BBox::new(across(object.x1), down(object.y1), across(object.x2), down(object.y2))
        };
        tiles
            .iter()
            .enumerate()
            .map(|(index, tile)| {
                let found = Detection { bbox: in_tile(tile), class: Class(0), confidence: confidence(index) };
                if found.bbox.area() > 0.0 { vec![found] } else { Vec::new() }
            })
            .collect()
    }

    #[test]
    fn tiles_cover_the_frame_and_overlap() {
        let tiles = tiling(3, 2).tiles(1000, 500);
        assert_eq!(tiles.len(), 7);
        assert_eq!(tiles[0], Tile { x: 0, y: 0, width: 1000, height: 500 });
        assert_eq!((tiles[1].width, tiles[1].height), (385, 278));
        assert_eq!((tiles[6].x + tiles[6].width, tiles[6].y + tiles[6].height), (1000, 500));
        assert!(tiles[2].x < tiles[1].width && tiles[4].y < tiles[1].height);
        assert_eq!(tiling(1, 1).tiles(10, 10).len(), 1);
        for bad in [Tiling::new(0, 1, 0.2), Tiling::new(9, 1, 0.2), Tiling::new(2, 2, f64::NAN)] {
            assert!(bad.unwrap_err().to_string().contains("must be 1 to 8"));
        }
    }

    #[test]
    fn an_object_anywhere_comes_out_once_and_whole() {
        let tiling = tiling(2, 2);
        for x in 0..38 {
            for y in 0..18 {
                let (x, y) = (f64::from(x) / 40.0, f64::from(y) / 20.0);
                let object = BBox::new(x, y, x + 0.05, y + 0.1);
                // The whole frame sees it least surely, as it does a small object; cut parts most surely.
                let found = seen(&tiling, object, |index| 0.5 + index as f32 / 20.0);
                let merged = tiling.merge(1000, 500, &found, 0.6);
                assert_eq!(merged.len(), 1, "at {x} {y}: {merged:?}");
                assert!(merged[0].bbox.iou(&object) > 0.95, "at {x} {y}: {merged:?}");
            }
        }
    }

    #[test]
    fn a_large_object_that_every_tile_cuts_is_the_one_of_the_whole_frame() {
        let tiling = tiling(2, 2);
        let object = BBox::new(0.2, 0.1, 0.8, 0.95);
        let found = seen(&tiling, object, |index| if index == 0 { 0.4 } else { 0.9 });
        let merged = tiling.merge(1000, 500, &found, 0.6);
        assert_eq!(merged.len(), 1);
        assert!(merged[0].bbox.iou(&object) > 0.99);
    }

    #[test]
    fn two_people_side_by_side_stay_two() {
        let tiling = tiling(2, 1);
        let mut found = seen(&tiling, BBox::new(0.44, 0.4, 0.48, 0.6), |_| 0.8);
        let right = seen(&tiling, BBox::new(0.47, 0.4, 0.51, 0.6), |_| 0.7);
        for (found, right) in found.iter_mut().zip(right) {
            found.extend(right);
        }
        assert_eq!(tiling.merge(1000, 500, &found, 0.6).len(), 2);
    }
}
