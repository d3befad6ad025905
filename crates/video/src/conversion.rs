#![allow(unsafe_code)]
//! libswscale: pictures for people, and pixel formats that cannot be sampled in place.

use std::ffi::c_int;

use ffmpeg_next::format::Pixel;
use ffmpeg_next::software::scaling::{Context, Flags};
use ffmpeg_next::{ffi, frame};

use crate::layout::{self, Space};
use crate::orientation::Orientation;
use crate::{Error, libav};

/// A picture of `height` rows of `width` pixels of three bytes: red, green, blue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RgbImage {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `[height, width, 3]`, without space between rows.
    pub data: Vec<u8>,
}

impl RgbImage {
    /// The picture upright.
    pub(crate) fn turned(self, orientation: Orientation) -> Self {
        if orientation == Orientation::default() {
            return self;
        }
        let (coded_width, coded_height) = (self.width as usize, self.height as usize);
        let (width, height) = orientation.turned(coded_width, coded_height);
        let mut data = Vec::with_capacity(self.data.len());
        for y in 0..height {
            for x in 0..width {
                let (x, y) = orientation.turned(x, y);
                let x = if orientation.mirror_x { coded_width - 1 - x } else { x };
                let y = if orientation.mirror_y { coded_height - 1 - y } else { y };
                let at = 3 * (y * coded_width + x);
                data.extend_from_slice(&self.data[at..at + 3]);
            }
        }
        Self { width: width as u32, height: height as u32, data }
    }
}

/// A conversion by libswscale, set up again only when frames change.
#[derive(Default)]
pub(crate) struct Converter {
    context: Option<(Key, Context)>,
    planar: Option<frame::Video>,
}

/// What a conversion depends on.
#[derive(Clone, Copy, PartialEq)]
struct Key {
    from: Pixel,
    from_size: (u32, u32),
    to: Pixel,
    to_size: (u32, u32),
    space: Space,
    full_range: bool,
}

// SAFETY: a libswscale context is used by one thread at a time; it holds nothing of the thread that made it.
unsafe impl Send for Converter {}

impl Converter {
    /// The frame as 8-bit planes of red, green and blue at the same size.
    pub(crate) fn unpack(&mut self, video: &frame::Video) -> Result<&frame::Video, Error> {
        let size = (video.width(), video.height());
        let context = self.context(video, Pixel::GBRP, size)?;
        let mut planar = frame::Video::empty();
        context.run(video, &mut planar).map_err(|error| failed(video, &error.to_string()))?;
        Ok(self.planar.insert(planar))
    }

    /// The frame as bytes of red, green and blue, scaled to `width` × `height`.
    pub(crate) fn draw(&mut self, video: &frame::Video, width: u32, height: u32) -> Result<RgbImage, Error> {
        if !libav::size_is_sane(i64::from(width), i64::from(height)) {
            return Err(failed(video, &format!("{width}x{height} is no size for a picture")));
        }
        let context = self.context(video, Pixel::RGB24, (width, height))?;
        let line = width as usize * 3;
        // Vector instructions may write a little behind the last pixel.
        let mut data = vec![0; line * height as usize + 64];
        let destination = [data.as_mut_ptr()];
        let stride = [line as c_int];
        // SAFETY: the source is a whole frame of the size and format that the context was made for; the
        // destination holds `height` rows of `stride` bytes, and RGB24 has one plane.
        let rows = unsafe {
            let source = &*video.as_ptr();
            ffi::sws_scale(
                context.as_mut_ptr(),
                source.data.as_ptr().cast(),
                source.linesize.as_ptr(),
                0,
                source.height,
                destination.as_ptr(),
                stride.as_ptr(),
            )
        };
        if rows != height as c_int {
            return Err(failed(video, "libswscale gave an incomplete picture"));
        }
        data.truncate(line * height as usize);
        Ok(RgbImage { width, height, data })
    }

    fn context(
        &mut self,
        video: &frame::Video,
        to: Pixel,
        to_size: (u32, u32),
    ) -> Result<&mut Context, Error> {
        let descriptor = libav::pixel_format(video).ok_or_else(|| failed(video, "its format is unknown"))?;
        let key = Key {
            from: video.format(),
            from_size: (video.width(), video.height()),
            to,
            to_size,
            space: Space::of(video),
            full_range: layout::is_full_range(video, descriptor),
        };
        if !self.context.as_ref().is_some_and(|(known, _)| *known == key) {
            self.context = Some((key, make(video, key)?));
        }
        let (_, context) = self.context.as_mut().expect("it was filled just now");
        Ok(context)
    }
}

fn make(video: &frame::Video, key: Key) -> Result<Context, Error> {
    let ((width, height), (to_width, to_height)) = (key.from_size, key.to_size);
    let mut context = Context::get(key.from, width, height, key.to, to_width, to_height, Flags::BILINEAR)
        .map_err(|_| failed(video, "libswscale does not know its format"))?;
    // SAFETY: the context is alive; tables of coefficients are static. The call refuses formats without a
    // matrix, such as RGB, to which it does not matter.
    unsafe {
        let from = ffi::sws_getCoefficients(key.space.table());
        let to = ffi::sws_getCoefficients(ffi::SWS_CS_DEFAULT);
        ffi::sws_setColorspaceDetails(
            context.as_mut_ptr(),
            from,
            c_int::from(key.full_range),
            to,
            1,
            0,
            1 << 16,
            1 << 16,
        );
    }
    Ok(context)
}

/// The error for a frame that cannot be converted.
pub(crate) fn failed(video: &frame::Video, reason: &str) -> Error {
    Error::Conversion {
        format: libav::pixel_format_name(video),
        width: video.width(),
        height: video.height(),
        reason: reason.to_owned(),
    }
}

/// From bytes of red, green and blue to what an encoder takes: planes of luma and chroma, 4:2:0, television
/// range.
pub(crate) struct RgbToYuv {
    context: Context,
    width: u32,
    height: u32,
}

// SAFETY: as for `Converter`.
unsafe impl Send for RgbToYuv {}

impl RgbToYuv {
    /// For pictures of this size; none if it is too large for libswscale.
    pub(crate) fn new(width: u32, height: u32, space: Space) -> Option<Self> {
        let flags = Flags::BILINEAR | Flags::ACCURATE_RND | Flags::FULL_CHR_H_INP;
        let (from, to) = (Pixel::RGB24, Pixel::YUV420P);
        let mut context = Context::get(from, width, height, to, width, height, flags).ok()?;
        // SAFETY: the context is alive; tables of coefficients are static.
        unsafe {
            let from = ffi::sws_getCoefficients(ffi::SWS_CS_DEFAULT);
            let to = ffi::sws_getCoefficients(space.table());
            ffi::sws_setColorspaceDetails(context.as_mut_ptr(), from, 1, to, 0, 0, 1 << 16, 1 << 16);
        }
        Some(Self { context, width, height })
    }

    /// Converts `rgb`, `[height, width, 3]`.
    ///
    /// # Panics
    /// When `rgb` is not of that length.
    pub(crate) fn convert(&mut self, rgb: &[u8]) -> Option<frame::Video> {
        let line = self.width as usize * 3;
        assert_eq!(
            rgb.len(),
            line * self.height as usize,
            "the picture must have the size of the conversion"
        );
        let mut video = frame::Video::new(Pixel::YUV420P, self.width, self.height);
        let source = [rgb.as_ptr()];
        let stride = [line as c_int];
        // SAFETY: the source holds `height` rows of `stride` bytes in one plane; the destination is a frame
        // of the size and format that the context was made for, unless its memory could not be had.
        let rows = unsafe {
            if video.is_empty() {
                return None;
            }
            let target = &mut *video.as_mut_ptr();
            ffi::sws_scale(
                self.context.as_mut_ptr(),
                source.as_ptr(),
                stride.as_ptr(),
                0,
                self.height as c_int,
                target.data.as_ptr(),
                target.linesize.as_ptr(),
            )
        };
        (rows == self.height as c_int).then_some(video)
    }
}
