//! Fitting a frame into the model's input.

use observation::BBox;

use crate::description::{MAX_SIDE, PadAnchor};
use crate::{Error, InputSize, ModelDescription};

/// The longest side of a frame, in pixels.
const MAX_FRAME_SIDE: u32 = 65_536;

/// Where a frame of one size lies in a model's input. All in pixels.
///
/// Whoever fills the input scales the frame to `inner_width`×`inner_height`, bilinearly with half-pixel
/// centres, and writes it at (`offset_x`, `offset_y`), as planes of red, green and blue, 0 to 255. What lies
/// around it is padding, which [`Detector::prepare`](crate::Detector::prepare) has written already.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Letterbox {
    /// Width of the frame.
    pub frame_width: u32,
    /// Height of the frame.
    pub frame_height: u32,
    /// Width of the model's input.
    pub input_width: u32,
    /// Height of the model's input.
    pub input_height: u32,
    /// Width of the frame inside the input.
    pub inner_width: u32,
    /// Height of the frame inside the input.
    pub inner_height: u32,
    /// Padding to the left of the frame.
    pub offset_x: u32,
    /// Padding above the frame.
    pub offset_y: u32,
    /// Input pixels to a frame pixel, across.
    pub scale_x: f64,
    /// Input pixels to a frame pixel, down; the same as `scale_x` unless the model wants frames stretched.
    pub scale_y: f64,
}

impl Letterbox {
    /// Where a frame of `frame_width`×`frame_height` lies in an input of `size`.
    ///
    /// With the proportions kept, `scale = min(input / frame)` of the two sides, and the inner size is the
    /// frame's times `scale`, rounded down.
    ///
    /// # Errors
    /// When the frame has no pixels, or a side over 65536.
    pub fn new(
        model: &ModelDescription,
        size: InputSize,
        frame_width: u32,
        frame_height: u32,
    ) -> Result<Self, Error> {
        let side = |length: u32| (1..=MAX_FRAME_SIDE).contains(&length);
        if !side(frame_width) || !side(frame_height) {
            return Err(Error::Frame(format!(
                "a frame of {frame_width}x{frame_height} pixels cannot be analysed: sides must be 1 to 65536"
            )));
        }
        let InputSize { width, height } = size;
        let mut scale_x = f64::from(width) / f64::from(frame_width);
        let mut scale_y = f64::from(height) / f64::from(frame_height);
        let (mut inner_width, mut inner_height) = (width, height);
        if model.input.letterbox.keep_aspect {
            scale_x = scale_x.min(scale_y);
            scale_y = scale_x;
            // In whole numbers, because `floor(frame * scale)` of floating point may miss by one.
            let scaled = |side: u32, to: u32, of: u32| {
                let exact = u64::from(side) * u64::from(to) / u64::from(of);
                (exact as u32).clamp(1, MAX_SIDE)
            };
            if u64::from(width) * u64::from(frame_height) <= u64::from(height) * u64::from(frame_width) {
                inner_height = scaled(frame_height, width, frame_width);
            } else {
                inner_width = scaled(frame_width, height, frame_height);
            }
        }
        let (offset_x, offset_y) = match model.input.letterbox.anchor {
            PadAnchor::TopLeft => (0, 0),
            PadAnchor::Centre => ((width - inner_width) / 2, (height - inner_height) / 2),
        };
        Ok(Self {
            frame_width,
            frame_height,
            input_width: width,
            input_height: height,
            inner_width,
            inner_height,
            offset_x,
            offset_y,
            scale_x,
            scale_y,
        })
    }

    /// A box of the input as a box of the frame, clipped to it and normalised; `None` if nothing of it lies
    /// in the frame.
    pub(crate) fn to_frame(self, bbox: &[f32; 4]) -> Option<BBox> {
        let across = |x: f32| {
            ((f64::from(x) - f64::from(self.offset_x)) / self.scale_x / f64::from(self.frame_width))
                .clamp(0.0, 1.0)
        };
        let down = |y: f32| {
            ((f64::from(y) - f64::from(self.offset_y)) / self.scale_y / f64::from(self.frame_height))
                .clamp(0.0, 1.0)
        };
        let bbox = BBox::new(across(bbox[0]), down(bbox[1]), across(bbox[2]), down(bbox[3]));
        (bbox.width() > 0.0 && bbox.height() > 0.0).then_some(bbox)
    }

    /// Fills `input` (planes of red, green, blue, as [`Detector::input_mut`](crate::Detector::input_mut)
    /// gives them) from a still image. The reference against which faster ways are tested.
    ///
    /// # Errors
    /// When the picture or the input is not of this letterbox's size.
    pub fn fill(&self, input: &mut [f32], picture: &Picture<'_>) -> Result<(), Error> {
        let plane = self.input_width as usize * self.input_height as usize;
        if (picture.width, picture.height) != (self.frame_width, self.frame_height)
            || input.len() != 3 * plane
        {
            return Err(Error::Frame(format!(
                "a picture of {}x{} was given where one of {}x{} was announced",
                picture.width, picture.height, self.frame_width, self.frame_height
            )));
        }
        let columns = samples(self.inner_width, self.frame_width);
        let rows = samples(self.inner_height, self.frame_height);
        for (y, (top, bottom, down)) in rows.iter().enumerate() {
            let start = (y + self.offset_y as usize) * self.input_width as usize + self.offset_x as usize;
            let [top, bottom] = [top, bottom].map(|row| &picture.data[row * picture.stride..]);
            for (x, (left, right, across)) in columns.iter().enumerate() {
                for channel in 0..3 {
                    let at = |row: &[u8], column: usize| f32::from(row[column * 3 + channel]);
                    let upper = at(top, *left) + (at(top, *right) - at(top, *left)) * across;
                    let lower = at(bottom, *left) + (at(bottom, *right) - at(bottom, *left)) * across;
                    input[channel * plane + start + x] = upper + (lower - upper) * down;
                }
            }
        }
        Ok(())
    }
}

/// For each of `to` samples, the two of `from` it lies between and the weight of the second.
fn samples(to: u32, from: u32) -> Vec<(usize, usize, f32)> {
    let step = f64::from(from) / f64::from(to);
    let last = f64::from(from - 1);
    (0..to)
        .map(|index| {
            let at = ((f64::from(index) + 0.5) * step - 0.5).clamp(0.0, last);
            (at as usize, (at as usize + 1).min(last as usize), at.fract() as f32)
        })
        .collect()
}

/// A still image or a part of one: rows of red, green and blue bytes.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    data: &'a [u8],
    width: u32,
    height: u32,
    stride: usize,
}

impl<'a> Picture<'a> {
    /// The picture of `width`×`height` pixels in `data`, three bytes a pixel, row after row.
    ///
    /// # Errors
    /// When `data` is not of that size.
    pub fn new(data: &'a [u8], width: u32, height: u32) -> Result<Self, Error> {
        let stride = width as usize * 3;
        if width == 0 || stride.checked_mul(height as usize) != Some(data.len()) || data.is_empty() {
            return Err(Error::Frame(format!(
                "{} bytes are no picture of {width}x{height} pixels with three bytes each",
                data.len()
            )));
        }
        Ok(Self { data, width, height, stride })
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The part of `width`×`height` pixels whose top left corner is at (`x`, `y`), as far as it lies in the
    /// picture.
    pub fn part(&self, x: u32, y: u32, width: u32, height: u32) -> Self {
        let (x, y) = (x.min(self.width - 1), y.min(self.height - 1));
        Self {
            data: &self.data[y as usize * self.stride + x as usize * 3..],
            width: width.clamp(1, self.width - x),
            height: height.clamp(1, self.height - y),
            stride: self.stride,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(letterbox: &str) -> ModelDescription {
        ModelDescription::parse(&format!(
            "name = \"m\"\n[input]\nname = \"i\"\nwidth = 416\nheight = 416\nletterbox = {letterbox}\n\
             [classes]\nnames = [\"person\"]\n"
        ))
        .unwrap()
    }

    fn letterbox(rule: &str, width: u32, height: u32) -> Letterbox {
        Letterbox::new(&model(rule), InputSize::new(416, 416), width, height).unwrap()
    }

    #[test]
    fn a_frame_lies_top_left_in_the_middle_or_stretched() {
        let top_left = letterbox("{}", 768, 576);
        assert_eq!((top_left.inner_width, top_left.inner_height, top_left.offset_y), (416, 312, 0));
        let centre = letterbox("{ anchor = \"centre\" }", 1080, 1920);
        assert_eq!((centre.inner_width, centre.inner_height, centre.offset_x), (234, 416, 91));
        let stretched = letterbox("{ keep_aspect = false }", 1920, 1080);
        assert_eq!((stretched.inner_width, stretched.inner_height), (416, 416));
        assert!(stretched.scale_y > stretched.scale_x);
    }

    #[test]
    fn boxes_come_back_normalised_and_clipped() {
        for rule in ["{}", "{ anchor = \"centre\" }", "{ keep_aspect = false }"] {
            let fitted = letterbox(rule, 1920, 1080);
            let x = |share: f64| (share * 1920.0 * fitted.scale_x + f64::from(fitted.offset_x)) as f32;
            let y = |share: f64| (share * 1080.0 * fitted.scale_y + f64::from(fitted.offset_y)) as f32;
            let bbox = fitted.to_frame(&[x(0.25), y(0.5), x(0.5), y(1.2)]).unwrap();
            for (side, expected) in [(bbox.x1, 0.25), (bbox.y1, 0.5), (bbox.x2, 0.5), (bbox.y2, 1.0)] {
                assert!((side - expected).abs() < 1e-6, "{rule}: {bbox:?}");
            }
        }
        assert_eq!(letterbox("{}", 1920, 1080).to_frame(&[0.0, 300.0, 50.0, 400.0]), None);
    }

    #[test]
    fn filling_keeps_a_slope_a_slope_and_leaves_the_padding() {
        let (width, height) = (832, 208);
        let rgb: Vec<u8> = (0..height).flat_map(|_| (0..width).flat_map(|x| [(x / 4) as u8, 7, 0])).collect();
        let fitted = letterbox("{ anchor = \"centre\" }", width, height);
        let mut input = vec![-1.0; 3 * 416 * 416];
        fitted.fill(&mut input, &Picture::new(&rgb, width, height).unwrap()).unwrap();
        let at = |channel: usize, y: usize, x: usize| input[(channel * 416 + y) * 416 + x];
        assert_eq!(at(0, fitted.offset_y as usize, 200), 100.0);
        assert_eq!(at(1, 200, 415), 7.0);
        assert_eq!(at(0, 0, 0), -1.0);
        assert_eq!(at(0, fitted.offset_y as usize - 1, 200), -1.0);
    }

    #[test]
    fn a_frame_without_pixels_is_an_error() {
        let error = Letterbox::new(&model("{}"), InputSize::new(416, 416), 0, 5).unwrap_err();
        assert!(error.to_string().contains("0x5"), "{error}");
        assert!(Picture::new(&[0; 11], 2, 2).is_err());
        let tall = letterbox("{}", 1, 65_536);
        assert_eq!((tall.inner_width, tall.inner_height), (1, 416));
    }
}
