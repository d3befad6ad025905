use crate::DrawingError;

/// The longest side of a picture, so that a wrong number never asks for gigabytes.
const LONGEST_SIDE: u32 = 16_384;

/// A picture in RGB24 that somebody else owns.
#[derive(Clone, Copy, Debug)]
pub struct Rgb<'a> {
    width: u32,
    height: u32,
    pixels: &'a [u8],
}

impl<'a> Rgb<'a> {
    /// The picture in `pixels`: `width * height * 3` bytes, rows from the top.
    ///
    /// # Errors
    /// When a side is 0 or above 16384, or the buffer has another length.
    pub fn new(width: u32, height: u32, pixels: &'a [u8]) -> Result<Self, DrawingError> {
        check_size(width, height, pixels.len())?;
        Ok(Self { width, height, pixels })
    }

    /// Pixels in a row.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The bytes, three for each pixel.
    pub fn pixels(&self) -> &'a [u8] {
        self.pixels
    }
}

/// That a buffer of `bytes` holds an RGB24 picture of this size.
pub(crate) fn check_size(width: u32, height: u32, bytes: usize) -> Result<(), DrawingError> {
    let sides = 1..=LONGEST_SIDE;
    if !sides.contains(&width) || !sides.contains(&height) {
        return Err(DrawingError::PictureSize { width, height });
    }
    if width as usize * height as usize * 3 != bytes {
        return Err(DrawingError::BufferSize { width, height, bytes });
    }
    Ok(())
}

/// The picture as a PNG file.
///
/// # Errors
/// When the encoder fails.
pub fn encode_png(picture: &Rgb<'_>) -> Result<Vec<u8>, DrawingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, picture.width, picture.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(picture.pixels)?;
    writer.finish()?;
    Ok(bytes)
}

/// The picture as a JPEG file, of a quality at which a person sees no fault.
///
/// # Errors
/// When the encoder fails.
pub fn encode_jpeg(picture: &Rgb<'_>) -> Result<Vec<u8>, DrawingError> {
    const QUALITY: u8 = 80;
    let mut bytes = Vec::new();
    let side = |pixels: u32| u16::try_from(pixels).expect("sides are at most 16384");
    let (width, height) = (side(picture.width), side(picture.height));
    let encoder = jpeg_encoder::Encoder::new(&mut bytes, QUALITY);
    encoder.encode(picture.pixels, width, height, jpeg_encoder::ColorType::Rgb)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_buffer_is_refused_with_both_sizes() {
        let error = Rgb::new(4, 2, &[0; 23]).unwrap_err().to_string();
        assert!(error.contains("4x2 has 24 bytes") && error.contains("has 23"), "{error}");
        let error = Rgb::new(0, 2, &[]).unwrap_err().to_string();
        assert!(error.contains("0x2"), "{error}");
    }
}
