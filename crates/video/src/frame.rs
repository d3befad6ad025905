use std::fmt;

use ffmpeg_next::frame;
use observation::StreamTime;

use crate::layout::{self, Colour, Depth};
use crate::letterbox::{Letterbox, Region};
use crate::orientation::Orientation;
use crate::scaler::Scaler;
use crate::{Error, RgbImage, libav};

/// A picture as the decoder made it, in the decoder's own memory and pixel format, and when it was seen.
///
/// Moving one to another thread moves a pointer. Nothing is converted until one of the methods is called.
pub struct Frame {
    /// When the frame was seen.
    pub time: StreamTime,
    /// Which of the decoded frames it is, counted from 0 at the first one at or after the start; frames left
    /// out for `analyse_fps` are counted too.
    pub index: u64,
    video: frame::Video,
    orientation: Orientation,
}

impl Frame {
    pub(crate) fn new(time: StreamTime, video: frame::Video, orientation: Orientation) -> Self {
        Self { time, index: 0, video, orientation }
    }

    /// Columns, upright.
    pub fn width(&self) -> u32 {
        self.orientation.turned(self.video.width(), self.video.height()).0
    }

    /// Rows, upright.
    pub fn height(&self) -> u32 {
        self.orientation.turned(self.video.width(), self.video.height()).1
    }

    /// All of the frame, upright.
    pub fn region(&self) -> Region {
        Region { x: 0, y: 0, width: self.width(), height: self.height() }
    }

    /// libav's name of the pixel format, such as `yuv420p`.
    pub fn pixel_format(&self) -> String {
        libav::pixel_format_name(&self.video)
    }

    /// Scales and converts the frame into the input of a model, in one go: `out` is `[3, height, width]` f32,
    /// the planes red, green and blue, 0..255, not rounded. What the picture does not cover becomes
    /// `letterbox.pad`.
    ///
    /// Sampled bilinearly with half-pixel centres and without anti-aliasing, whatever the scale.
    ///
    /// # Errors
    /// When the pixel format cannot be converted.
    ///
    /// # Panics
    /// When `out` has not exactly `3 * letterbox.height * letterbox.width` elements, or `letterbox.picture`
    /// does not lie inside the letterbox.
    pub fn letterbox_planar(
        &self,
        scaler: &mut Scaler,
        letterbox: &Letterbox,
        out: &mut [f32],
    ) -> Result<(), Error> {
        scaler.planar(&self.video, self.orientation, letterbox, out)
    }

    /// As [`letterbox_planar`](Self::letterbox_planar), into `[height, width, 3]` u8, red, green, blue,
    /// rounded.
    ///
    /// # Errors
    /// When the pixel format cannot be converted.
    ///
    /// # Panics
    /// When `out` has not exactly `3 * letterbox.height * letterbox.width` elements, or `letterbox.picture`
    /// does not lie inside the letterbox.
    pub fn letterbox_rgb(
        &self,
        scaler: &mut Scaler,
        letterbox: &Letterbox,
        out: &mut [u8],
    ) -> Result<(), Error> {
        scaler.interleaved(&self.video, self.orientation, letterbox, out)
    }

    /// The whole frame for people to look at, upright, at its own size.
    ///
    /// # Errors
    /// When the pixel format cannot be converted.
    pub fn to_rgb(&self, scaler: &mut Scaler) -> Result<RgbImage, Error> {
        self.to_rgb_sized(scaler, self.width(), self.height())
    }

    /// The whole frame for people to look at, upright, scaled smoothly to `width` × `height`.
    ///
    /// # Errors
    /// When the pixel format cannot be converted, or the size is zero or absurd.
    pub fn to_rgb_sized(&self, scaler: &mut Scaler, width: u32, height: u32) -> Result<RgbImage, Error> {
        scaler.picture(&self.video, self.orientation, width, height)
    }

    /// The frame's brightness on a coarse grid, row by row: `columns` × `rows` values, each the mean of some
    /// samples of its cell. Not turned upright. For telling whether anything moved: far cheaper than a conversion.
    /// None where the pixel format's samples cannot be read in place, or the frame has fewer samples than cells.
    pub fn brightness(&self, columns: usize, rows: usize) -> Option<Vec<u8>> {
        /// Samples that are looked at along each side of a cell.
        const SIDE: usize = 4;
        let layout = layout::of(&self.video)?;
        // Where there is no luma, green comes nearest to it.
        let has_green = matches!(layout.colour, Colour::Direct { .. }) && layout.components.len() == 3;
        let luma = layout.components.get(usize::from(has_green))?;
        if columns == 0 || rows == 0 || luma.width < columns || luma.height < rows {
            return None;
        }
        let sample = |x: usize, y: usize| -> u32 {
            let at = y * luma.stride + x * luma.step;
            let byte = |at: usize| u32::from(luma.data.get(at).copied().unwrap_or_default());
            match layout.depth {
                Depth::Eight => byte(at),
                // The upper eight bits are enough.
                Depth::Wide { shift, bits } => (byte(at) | byte(at + 1) << 8) >> (shift + bits - 8),
            }
        };
        let steps = |from: usize, until: usize| {
            let step = ((until - from) / SIDE).max(1);
            (from..until).step_by(step)
        };
        let mut cells = Vec::with_capacity(columns * rows);
        for row in 0..rows {
            let (top, bottom) = (row * luma.height / rows, (row + 1) * luma.height / rows);
            for column in 0..columns {
                let (left, right) = (column * luma.width / columns, (column + 1) * luma.width / columns);
                let (mut sum, mut count) = (0, 0);
                for y in steps(top, bottom) {
                    for x in steps(left, right) {
                        sum += sample(x, y);
                        count += 1;
                    }
                }
                cells.push((sum / count.max(1)).min(255) as u8);
            }
        }
        Some(cells)
    }

    /// Whether the file itself said when the frame is to be seen.
    pub(crate) fn is_stamped(&self) -> bool {
        self.video.timestamp().is_some()
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame")
            .field("time", &self.time)
            .field("index", &self.index)
            .field("width", &self.width())
            .field("height", &self.height())
            .field("pixel_format", &self.pixel_format())
            .finish()
    }
}
