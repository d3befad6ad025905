//! Are the objects too small for the input? Then what would do?

use crate::{InputSize, ModelDescription, Tiling};

/// Height in input pixels below which the network misses objects. Of the people of the sample video, the shipped
/// model finds 98 % at confidence 0.5 where half are 42 pixels high, 89 % at 33 and 75 % at 28.
const TOO_SMALL: f64 = 32.0;

/// Height in input pixels that a suggestion aims at.
const ENOUGH: f64 = 42.0;

/// Fewer boxes say nothing.
const LEAST_BOXES: usize = 30;

/// The largest input that is suggested. At the same enlargement it takes less time than tiles do, but more memory.
const LARGEST_INPUT: u32 = 1280;

/// A change that would let the model see small objects better.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// What to change.
    pub change: Change,
    /// Why, in a sentence.
    pub reason: String,
}

/// What to change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// An input with this longest side.
    Input(u32),
    /// Tiles at the input's present size.
    Tiles(Tiling),
}

/// Suggests a larger input or tiles when many of the boxes found so far are small.
///
/// The lower quartile of the heights decides. The median would not do: what is too small is not found, so in a
/// scene with depth the median of what is found stays the same, whatever is missed.
///
/// `heights`: the height of each box, in pixels of the model's input (box height × frame height × scale).
/// `frame_width`, `frame_height`: the video's own size; far more pixels than it has are not suggested as input.
/// `None` when objects are large enough, or too few were seen to tell.
pub fn suggest(
    heights: &[f32],
    model: &ModelDescription,
    size: InputSize,
    frame_width: u32,
    frame_height: u32,
) -> Option<Suggestion> {
    let mut sorted: Vec<f32> = heights.iter().copied().filter(|height| height.is_finite()).collect();
    if sorted.len() < LEAST_BOXES {
        return None;
    }
    sorted.sort_unstable_by(f32::total_cmp);
    let quartile = f64::from(sorted[sorted.len() / 4]);
    if quartile >= TOO_SMALL {
        return None;
    }
    let factor = ENOUGH / quartile.max(4.0);
    let small = format!(
        "a quarter of the objects are less than {quartile:.0} pixels high in the model's {size} input; below \
         {TOO_SMALL:.0} many are missed"
    );
    let wanted = (f64::from(size.longest()) * factor).ceil() as u32;
    if let Some(resizable) = &model.input.resizable {
        let side = wanted.div_ceil(resizable.multiple) * resizable.multiple;
        // Half as many pixels again as the video has still help: cells of the network are finer then.
        let most = (frame_width.max(frame_height) / 2 * 3).min(LARGEST_INPUT).min(resizable.largest);
        if side <= most {
            let cost = (f64::from(side) / f64::from(size.longest())).powi(2);
            let reason = format!("{small}. An input of {side} takes {cost:.1} times as long");
            return Some(Suggestion { change: Change::Input(side), reason });
        }
    }
    // A tile of a fifth more than its share is enlarged by less than the number of tiles.
    let along = |factor: f64| ((factor / 0.9).ceil() as u32).clamp(2, 4);
    let (columns, rows) = if frame_width >= frame_height {
        let columns = along(factor);
        (columns, (columns * frame_height).div_ceil(frame_width).max(1))
    } else {
        let rows = along(factor);
        ((rows * frame_width).div_ceil(frame_height).max(1), rows)
    };
    let tiling = Tiling::new(columns, rows, 0.2).ok()?;
    let reason = format!("{small}. Tiles of {columns}x{rows} take {} times as long", columns * rows + 1);
    Some(Suggestion { change: Change::Tiles(tiling), reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suggested(height: f32, count: usize, frame: (u32, u32)) -> Option<Suggestion> {
        let model = ModelDescription::parse(include_str!("../../../models/nanodet-416/model.toml")).unwrap();
        suggest(&vec![height; count], &model, InputSize::new(416, 256), frame.0, frame.1)
    }

    #[test]
    fn nothing_is_suggested_for_large_objects_or_from_few() {
        assert_eq!(suggested(40.0, 1000, (1920, 1080)), None);
        assert_eq!(suggested(10.0, 5, (1920, 1080)), None);
    }

    #[test]
    fn small_objects_want_a_larger_input_and_tiny_ones_tiles() {
        let small = suggested(22.0, 100, (1920, 1080)).unwrap();
        assert_eq!(small.change, Change::Input(800));
        assert!(small.reason.contains("22 pixels high in the model's 416x256 input"), "{}", small.reason);
        assert!(small.reason.contains("An input of 800 takes 3.7 times as long"), "{}", small.reason);
        let tiny = suggested(12.0, 100, (3840, 2160)).unwrap();
        assert_eq!(tiny.change, Change::Tiles(Tiling::new(4, 3, 0.2).unwrap()));
        assert!(tiny.reason.contains("take 13 times as long"), "{}", tiny.reason);
        let upright = suggested(20.0, 100, (270, 480)).unwrap();
        assert_eq!(upright.change, Change::Tiles(Tiling::new(2, 3, 0.2).unwrap()));
    }
}
