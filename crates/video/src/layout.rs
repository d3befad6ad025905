#![allow(unsafe_code)]
//! Where the samples of a decoder's frame lie in memory, and what they mean.

use std::ffi::c_int;

use ffmpeg_next::{ffi, frame};

use crate::libav;

/// One component (luma, red, ...) of a frame.
pub(crate) struct Component<'a> {
    /// The plane's bytes, from the component's first sample on.
    pub(crate) data: &'a [u8],
    /// Bytes from a sample to the next in its row.
    pub(crate) step: usize,
    /// Bytes from a row to the next.
    pub(crate) stride: usize,
    /// Samples in a row, and rows.
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Pixels of the frame that share a sample: columns, and rows.
    pub(crate) shared_x: u32,
    pub(crate) shared_y: u32,
}

/// How wide a sample is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// A byte.
    Eight,
    /// Two bytes, low one first, shifted up by so many bits.
    Wide { shift: u32, bits: u32 },
}

/// What samples mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Colour {
    /// Grey or red, green, blue: a sample times this is 0..255.
    Direct { scale: f32 },
    /// Luma and two chroma.
    Yuv(Matrix),
}

/// From luma and chroma samples to red, green, blue 0..255.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Matrix {
    pub(crate) luma_offset: f32,
    pub(crate) luma_scale: f32,
    pub(crate) chroma_offset: f32,
    /// Red from the second chroma sample, green from both, blue from the first.
    pub(crate) red_v: f32,
    pub(crate) green_u: f32,
    pub(crate) green_v: f32,
    pub(crate) blue_u: f32,
}

/// A frame whose samples can be read in place.
pub(crate) struct Layout<'a> {
    /// One component for grey, else three: luma and two chroma, or red, green and blue.
    pub(crate) components: Vec<Component<'a>>,
    pub(crate) depth: Depth,
    pub(crate) colour: Colour,
}

/// A colour space: how luma and chroma are made of red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Space {
    Bt601,
    Bt709,
    Fcc,
    Smpte240,
    Bt2020,
}

impl Space {
    /// What a picture of this size is taken to be when nothing is said, as players do.
    pub(crate) fn by_size(width: u32, height: u32) -> Self {
        if width >= 1280 || height > 576 { Self::Bt709 } else { Self::Bt601 }
    }

    /// The colour space of a frame.
    pub(crate) fn of(video: &frame::Video) -> Self {
        use ffi::AVColorSpace::*;
        // SAFETY: the frame is alive.
        match unsafe { (*video.as_ptr()).colorspace } {
            AVCOL_SPC_BT709 => Self::Bt709,
            AVCOL_SPC_FCC => Self::Fcc,
            AVCOL_SPC_BT470BG | AVCOL_SPC_SMPTE170M => Self::Bt601,
            AVCOL_SPC_SMPTE240M => Self::Smpte240,
            AVCOL_SPC_BT2020_NCL | AVCOL_SPC_BT2020_CL => Self::Bt2020,
            _ => Self::by_size(video.width(), video.height()),
        }
    }

    /// Weights of red and blue in luma (ITU-T H.273, table 4).
    fn luma_weights(self) -> (f64, f64) {
        match self {
            Self::Bt601 => (0.299, 0.114),
            Self::Bt709 => (0.2126, 0.0722),
            Self::Fcc => (0.30, 0.11),
            Self::Smpte240 => (0.212, 0.087),
            Self::Bt2020 => (0.2627, 0.0593),
        }
    }

    /// libswscale's number.
    pub(crate) fn table(self) -> c_int {
        match self {
            Self::Bt601 => ffi::SWS_CS_ITU601,
            Self::Bt709 => ffi::SWS_CS_ITU709,
            Self::Fcc => ffi::SWS_CS_FCC,
            Self::Smpte240 => ffi::SWS_CS_SMPTE240M,
            Self::Bt2020 => ffi::SWS_CS_BT2020,
        }
    }
}

/// Whether samples use all of their range (`0..=255`) rather than that of television (`16..=235`).
pub(crate) fn is_full_range(video: &frame::Video, descriptor: &ffi::AVPixFmtDescriptor) -> bool {
    // SAFETY: the frame is alive.
    let range = unsafe { (*video.as_ptr()).color_range };
    // SAFETY: a descriptor's name is a static string.
    let name = unsafe { std::ffi::CStr::from_ptr(descriptor.name) }.to_bytes();
    let is_colourless = descriptor.nb_components < 3;
    match range {
        ffi::AVColorRange::AVCOL_RANGE_JPEG => true,
        ffi::AVColorRange::AVCOL_RANGE_MPEG => false,
        _ => name.starts_with(b"yuvj") || is_colourless,
    }
}

/// The layout of `video`; none if its samples are not whole bytes or little-endian words in rows from top to
/// bottom, and it must be converted first.
pub(crate) fn of(video: &frame::Video) -> Option<Layout<'_>> {
    let descriptor = libav::pixel_format(video)?;
    let unreadable = ffi::AV_PIX_FMT_FLAG_BE
        | ffi::AV_PIX_FMT_FLAG_PAL
        | ffi::AV_PIX_FMT_FLAG_BITSTREAM
        | ffi::AV_PIX_FMT_FLAG_HWACCEL
        | ffi::AV_PIX_FMT_FLAG_BAYER
        | ffi::AV_PIX_FMT_FLAG_FLOAT;
    if descriptor.flags & unreadable as u64 != 0 {
        return None;
    }
    let first = descriptor.comp[0];
    let depth = match (first.depth, first.shift) {
        (8, 0) => Depth::Eight,
        (9..=16, 0..=7) if first.depth + first.shift <= 16 => {
            Depth::Wide { shift: first.shift as u32, bits: first.depth as u32 }
        }
        _ => return None,
    };
    // With two components the second is alpha.
    let count = if descriptor.nb_components < 3 { 1 } else { 3 };
    let same = |component: &&ffi::AVComponentDescriptor| {
        (component.depth, component.shift) == (first.depth, first.shift)
    };
    if descriptor.comp[..count].iter().filter(same).count() != count {
        return None;
    }
    let components: Option<Vec<_>> =
        (0..count).map(|index| component(video, descriptor, index, depth)).collect();
    Some(Layout { components: components?, depth, colour: colour(video, descriptor, first.depth)? })
}

fn component<'a>(
    video: &'a frame::Video,
    descriptor: &ffi::AVPixFmtDescriptor,
    index: usize,
    depth: Depth,
) -> Option<Component<'a>> {
    let component = descriptor.comp[index];
    let is_rgb = descriptor.flags & ffi::AV_PIX_FMT_FLAG_RGB as u64 != 0;
    let is_chroma = index > 0 && !is_rgb;
    let (log_w, log_h) =
        if is_chroma { (descriptor.log2_chroma_w, descriptor.log2_chroma_h) } else { (0, 0) };
    let width = (video.width() as usize).div_ceil(1 << log_w);
    let height = (video.height() as usize).div_ceil(1 << log_h);
    let (step, offset) = (usize::try_from(component.step).ok()?, usize::try_from(component.offset).ok()?);
    let sample = if depth == Depth::Eight { 1 } else { 2 };
    let plane = usize::try_from(component.plane).ok()?;
    // SAFETY: the frame is alive, and libav's plane numbers are below 4. A plane has `height` rows of at
    // least the bytes that its components take, `linesize` apart; the slice ends with the last sample of the
    // last row.
    let (stride, data) = unsafe {
        let raw = &*video.as_ptr();
        let start = raw.data[plane];
        // Rows from bottom to top have a negative distance.
        let stride = usize::try_from(raw.linesize[plane]).ok()?;
        let row = (width - 1) * step + sample;
        if start.is_null() || stride < row {
            return None;
        }
        (stride, std::slice::from_raw_parts(start.add(offset), (height - 1) * stride + row))
    };
    Some(Component { data, step, stride, width, height, shared_x: 1 << log_w, shared_y: 1 << log_h })
}

fn colour(video: &frame::Video, descriptor: &ffi::AVPixFmtDescriptor, bits: i32) -> Option<Colour> {
    let full = ((1u32 << bits) - 1) as f32;
    let unit = (1u32 << (bits - 8)) as f32;
    let is_rgb = descriptor.flags & ffi::AV_PIX_FMT_FLAG_RGB as u64 != 0;
    let is_full = is_full_range(video, descriptor);
    if is_rgb || (descriptor.nb_components < 3 && is_full) {
        return Some(Colour::Direct { scale: 255.0 / full });
    }
    // SAFETY: the frame is alive.
    let space = unsafe { (*video.as_ptr()).colorspace };
    if matches!(space, ffi::AVColorSpace::AVCOL_SPC_YCGCO | ffi::AVColorSpace::AVCOL_SPC_RGB)
        && descriptor.nb_components >= 3
    {
        return None;
    }
    let (red, blue) = Space::of(video).luma_weights();
    let green = 1.0 - red - blue;
    let (luma_offset, luma_scale, chroma) = if is_full {
        (0.0, 255.0 / full, 255.0 / full)
    } else {
        (16.0 * unit, 255.0 / (219.0 * unit), 255.0 / (224.0 * unit))
    };
    let of = |weight: f64| weight as f32 * chroma;
    Some(Colour::Yuv(Matrix {
        luma_offset,
        luma_scale,
        chroma_offset: 128.0 * unit,
        red_v: of(2.0 * (1.0 - red)),
        green_u: of(-2.0 * (1.0 - blue) * blue / green),
        green_v: of(-2.0 * (1.0 - red) * red / green),
        blue_u: of(2.0 * (1.0 - blue)),
    }))
}
