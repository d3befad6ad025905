use ffmpeg_next::frame;

use crate::conversion::{self, Converter};
use crate::layout::{self, Layout};
use crate::letterbox::{Letterbox, Region};
use crate::orientation::Orientation;
use crate::sampling::{self, Row};
use crate::{Error, RgbImage};

/// Working memory for scaling frames, kept from frame to frame. One for each thread that scales.
#[derive(Default)]
pub struct Scaler {
    row: Row,
    /// For pixel formats whose samples cannot be read in place.
    unpack: Converter,
    draw: Converter,
}

impl Scaler {
    /// A scaler for frames of any size and format.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn planar(
        &mut self,
        video: &frame::Video,
        orientation: Orientation,
        letterbox: &Letterbox,
        out: &mut [f32],
    ) -> Result<(), Error> {
        let area = letterbox.width as usize * letterbox.height as usize;
        assert_eq!(out.len(), 3 * area, "the output must hold three planes of the letterbox");
        let Region { x, y, width, height } = letterbox.picture;
        let line = letterbox.width as usize;
        let corner = y as usize * line + x as usize;
        if area != width as usize * height as usize {
            out.fill(letterbox.pad);
        }
        self.rows(video, orientation, letterbox, |row, channels| {
            for (plane, channel) in out.chunks_exact_mut(area).zip(channels) {
                if orientation.swap {
                    let column = plane[corner + row..].iter_mut().step_by(line);
                    column.zip(channel).for_each(|(out, value)| *out = *value);
                } else {
                    plane[corner + row * line..][..channel.len()].copy_from_slice(channel);
                }
            }
        })
    }

    pub(crate) fn interleaved(
        &mut self,
        video: &frame::Video,
        orientation: Orientation,
        letterbox: &Letterbox,
        out: &mut [u8],
    ) -> Result<(), Error> {
        let area = letterbox.width as usize * letterbox.height as usize;
        assert_eq!(out.len(), 3 * area, "the output must hold the letterbox in three channels");
        let Region { x, y, .. } = letterbox.picture;
        let line = letterbox.width as usize;
        let corner = y as usize * line + x as usize;
        out.fill(to_byte(letterbox.pad));
        self.rows(video, orientation, letterbox, |row, [red, green, blue]| {
            let (start, step) =
                if orientation.swap { (corner + row, line) } else { (corner + row * line, 1) };
            let pixels = out[3 * start..].chunks_exact_mut(3).step_by(step);
            for (((pixel, red), green), blue) in pixels.zip(red).zip(green).zip(blue) {
                pixel.copy_from_slice(&[to_byte(*red), to_byte(*green), to_byte(*blue)]);
            }
        })
    }

    pub(crate) fn picture(
        &mut self,
        video: &frame::Video,
        orientation: Orientation,
        width: u32,
        height: u32,
    ) -> Result<RgbImage, Error> {
        let (coded_width, coded_height) = orientation.turned(width, height);
        let scaled = self.draw.draw(video, coded_width, coded_height)?;
        Ok(scaled.turned(orientation))
    }

    fn rows(
        &mut self,
        video: &frame::Video,
        orientation: Orientation,
        letterbox: &Letterbox,
        each: impl FnMut(usize, [&[f32]; 3]),
    ) -> Result<(), Error> {
        let size = (video.width(), video.height());
        let sample = |layout: &Layout| {
            sampling::sample(layout, size, orientation, letterbox, &mut self.row, each);
        };
        if let Some(layout) = layout::of(video) {
            sample(&layout);
            return Ok(());
        }
        let unpacked = self.unpack.unpack(video)?;
        let layout =
            layout::of(unpacked).ok_or_else(|| conversion::failed(video, "its planes have no layout"))?;
        sample(&layout);
        Ok(())
    }
}

fn to_byte(value: f32) -> u8 {
    (value + 0.5) as u8
}
