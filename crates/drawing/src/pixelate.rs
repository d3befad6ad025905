use observation::BBox;

use crate::Rgb;

/// Blocks along the longer side of a region: too few to know a face by.
const BLOCKS: usize = 6;

/// Replaces what a box holds by large blocks of one colour each, in an RGB24 picture. What lies outside of the picture is
/// left out; a buffer that does not hold what its size says is left as it is.
pub fn pixelate(pixels: &mut [u8], width: u32, height: u32, region: &BBox) {
    if Rgb::new(width, height, pixels).is_err() {
        return;
    }
    let (columns, rows) = (width as usize, height as usize);
    let edge = |share: f64, side: usize| (share.clamp(0.0, 1.0) * side as f64) as usize;
    let (left, top) = (edge(region.x1, columns), edge(region.y1, rows));
    let (right, bottom) = (edge(region.x2, columns).min(columns - 1), edge(region.y2, rows).min(rows - 1));
    let block = ((right.saturating_sub(left)).max(bottom.saturating_sub(top)) / BLOCKS).max(8);
    for y in (top..=bottom).step_by(block) {
        for x in (left..=right).step_by(block) {
            let (until_x, until_y) = ((x + block).min(right + 1), (y + block).min(bottom + 1));
            fill(pixels, columns, (x, until_x), (y, until_y));
        }
    }
}

/// Gives a block the mean of its pixels.
fn fill(pixels: &mut [u8], columns: usize, (left, right): (usize, usize), (top, bottom): (usize, usize)) {
    let count = ((right - left) * (bottom - top)).max(1) as u32;
    let mut sums = [0_u32; 3];
    for y in top..bottom {
        for pixel in pixels[(y * columns + left) * 3..(y * columns + right) * 3].chunks_exact(3) {
            sums.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += u32::from(*value));
        }
    }
    let mean = sums.map(|sum| (sum / count) as u8);
    for y in top..bottom {
        for pixel in pixels[(y * columns + left) * 3..(y * columns + right) * 3].chunks_exact_mut(3) {
            pixel.copy_from_slice(&mean);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture in which no two pixels beside each other are the same.
    fn checked(width: usize, height: usize) -> Vec<u8> {
        let value = |at: usize| if (at / width + at % width).is_multiple_of(2) { 255 } else { 0 };
        (0..width * height).flat_map(|at| [value(at); 3]).collect()
    }

    #[test]
    fn nothing_of_the_region_stays_and_the_rest_does() {
        let before = checked(80, 60);
        let mut after = before.clone();
        pixelate(&mut after, 80, 60, &BBox::new(0.25, 0.25, 0.75, 0.75));
        for (at, (old, new)) in before.chunks(3).zip(after.chunks(3)).enumerate() {
            let (x, y) = (at % 80, at / 80);
            let inside = (20..=60).contains(&x) && (15..=45).contains(&y);
            assert_eq!(inside, old != new, "{x} {y}: {new:?}");
            assert!(!inside || (new[0] != 0 && new[0] != 255));
        }
    }

    #[test]
    fn a_region_beyond_the_picture_or_none_is_no_fault() {
        for region in [BBox::new(-1.0, -1.0, 2.0, 2.0), BBox::new(1.5, 1.5, 2.0, 2.0), BBox::default()] {
            pixelate(&mut checked(33, 17), 33, 17, &region);
        }
        pixelate(&mut [0; 5], 33, 17, &BBox::default());
    }
}
