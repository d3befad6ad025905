use std::collections::HashMap;

use ab_glyph::{Font, FontRef, Glyph, GlyphId, PxScale, ScaleFont, point};

/// Whole rather than a subset: names of lines come from people, in any language that DejaVu covers.
static FONT: &[u8] = include_bytes!("../fonts/DejaVuSans.ttf");

/// Most glyph pictures kept; a frame uses some dozens.
const CACHE_LIMIT: usize = 2048;

/// The coverage of one glyph at one size, relative to the pen on the baseline.
pub(crate) struct GlyphPicture {
    pub(crate) left: i32,
    pub(crate) top: i32,
    pub(crate) width: usize,
    pub(crate) coverage: Vec<u8>,
}

/// The bundled font with the glyphs already rasterised.
pub(crate) struct Lettering {
    font: FontRef<'static>,
    cache: HashMap<(GlyphId, u32), GlyphPicture>,
}

/// A text as glyphs with the horizontal position of each pen.
pub(crate) struct TextLine {
    pub(crate) glyphs: Vec<(GlyphId, f32)>,
    pub(crate) width: f32,
    pub(crate) ascent: f32,
    pub(crate) height: f32,
    pub(crate) size: u32,
}

impl Lettering {
    pub(crate) fn new() -> Self {
        let font = FontRef::try_from_slice(FONT).expect("the bundled font is a font");
        Self { font, cache: HashMap::new() }
    }

    /// Sets `text` at `size` pixels from ascent to descent.
    pub(crate) fn set(&self, text: &str, size: f32) -> TextLine {
        let size = size.round().clamp(6.0, 400.0);
        let font = self.font.as_scaled(PxScale::from(size));
        let mut glyphs = Vec::with_capacity(text.len());
        let mut pen = 0.0;
        for character in text.chars().filter(|c| !c.is_control()) {
            let glyph = font.glyph_id(character);
            glyphs.push((glyph, pen));
            pen += font.h_advance(glyph);
        }
        TextLine { glyphs, width: pen, ascent: font.ascent(), height: font.height(), size: size as u32 }
    }

    /// The picture of a glyph.
    pub(crate) fn picture(&mut self, id: GlyphId, size: u32) -> &GlyphPicture {
        if self.cache.len() >= CACHE_LIMIT {
            self.cache.clear();
        }
        let font = &self.font;
        self.cache.entry((id, size)).or_insert_with(|| rasterise(font, id, size))
    }
}

fn rasterise(font: &FontRef<'static>, id: GlyphId, size: u32) -> GlyphPicture {
    let glyph = Glyph { id, scale: PxScale::from(size as f32), position: point(0.0, 0.0) };
    let Some(outline) = font.outline_glyph(glyph) else {
        return GlyphPicture { left: 0, top: 0, width: 0, coverage: Vec::new() };
    };
    let bounds = outline.px_bounds();
    let (width, height) = (bounds.width().ceil() as usize, bounds.height().ceil() as usize);
    let mut coverage = vec![0; width * height];
    outline.draw(|x, y, share| {
        if let Some(pixel) = coverage.get_mut(y as usize * width + x as usize) {
            *pixel = (share.clamp(0.0, 1.0) * 255.0).round() as u8;
        }
    });
    GlyphPicture { left: bounds.min.x as i32, top: bounds.min.y as i32, width, coverage }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vietnamese_names_have_glyphs() {
        let lettering = Lettering::new();
        let line = lettering.set("Cửa chính ↔ đường phố", 14.0);
        assert!(line.glyphs.iter().all(|(id, _)| id.0 != 0), "a missing glyph is drawn as an empty box");
        assert!(line.width > 100.0);
    }
}
