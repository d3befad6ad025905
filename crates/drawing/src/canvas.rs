use tiny_skia::{FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Stroke, Transform};

use crate::DrawingError;
use crate::colour::Colour;
use crate::lettering::Lettering;

/// A point in pixels.
pub(crate) type Pixel = (f32, f32);

/// Farthest coordinate that a path may have, in pixels.
const FAR: f32 = 30_000.0;

/// A transparent sheet over an RGB24 picture. Only what was touched is blended and wiped.
pub(crate) struct Canvas {
    sheet: Pixmap,
    /// For each row the columns `from..to` that were touched.
    touched: Vec<(usize, usize)>,
    lettering: Lettering,
}

/// Where a plate lies, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Plate {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
}

impl Plate {
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.x < other.x + other.width
            && other.x < self.x + self.width
            && self.y < other.y + other.height
            && other.y < self.y + self.height
    }
}

impl Canvas {
    pub(crate) fn new(width: u32, height: u32) -> Result<Self, DrawingError> {
        let sheet = Pixmap::new(width, height).ok_or(DrawingError::PictureSize { width, height })?;
        let touched = vec![(usize::MAX, 0); height as usize];
        Ok(Self { sheet, touched, lettering: Lettering::new() })
    }

    pub(crate) fn width(&self) -> f32 {
        self.sheet.width() as f32
    }

    pub(crate) fn height(&self) -> f32 {
        self.sheet.height() as f32
    }

    pub(crate) fn polyline(&mut self, points: &[Pixel], width: f32, cap: LineCap, colour: Colour) {
        if let Some(path) = path(points, false) {
            self.stroke(&path, width, cap, colour);
        }
    }

    pub(crate) fn outline(&mut self, points: &[Pixel], width: f32, colour: Colour) {
        if let Some(path) = path(points, true) {
            self.stroke(&path, width, LineCap::Butt, colour);
        }
    }

    pub(crate) fn polygon(&mut self, points: &[Pixel], colour: Colour) {
        if let Some(path) = path(points, true) {
            self.fill(&path, colour);
        }
    }

    pub(crate) fn disc(&mut self, centre: Pixel, radius: f32, colour: Colour) {
        if let Some(path) = PathBuilder::from_circle(centre.0, centre.1, radius) {
            self.fill(&path, colour);
        }
    }

    /// Fills a rectangle whose sides are rounded to whole pixels: crisp, and much cheaper than a path.
    pub(crate) fn rectangle(&mut self, plate: Plate, colour: Colour) {
        let (columns, rows) = (self.sheet.width() as usize, self.sheet.height() as usize);
        // Casts of negative and unbounded values saturate.
        let side = |value: f32, most: usize| (value.round() as usize).min(most);
        let (left, right) = (side(plate.x, columns), side(plate.x + plate.width, columns));
        let (top, bottom) = (side(plate.y, rows), side(plate.y + plate.height, rows));
        if left >= right {
            return;
        }
        let pixels = self.sheet.data_mut();
        for row in top..bottom {
            let span = (row * columns + left) * 4..(row * columns + right) * 4;
            for pixel in pixels[span].chunks_exact_mut(4) {
                cover(pixel, colour, 255);
            }
            let touched = &mut self.touched[row];
            *touched = (touched.0.min(left), touched.1.max(right));
        }
    }

    /// Draws the four sides of a rectangle, `stroke` pixels thick around its edge.
    pub(crate) fn frame(&mut self, plate: Plate, stroke: f32, colour: Colour) {
        let stroke = stroke.round().max(1.0);
        let (left, top) = ((plate.x - stroke / 2.0).round(), (plate.y - stroke / 2.0).round());
        let width = (plate.width + stroke).round().max(stroke);
        let height = (plate.height + stroke).round().max(stroke);
        let inner = (height - 2.0 * stroke).max(0.0);
        let sides = [
            (left, top, width, stroke),
            (left, top + height - stroke, width, stroke),
            (left, top + stroke, stroke, inner),
            (left + width - stroke, top + stroke, stroke, inner),
        ];
        for (x, y, width, height) in sides {
            self.rectangle(Plate { x, y, width, height }, colour);
        }
    }

    /// The size of a plate that holds `text`.
    pub(crate) fn plate_size(&self, text: &str, size: f32) -> (f32, f32) {
        let line = self.lettering.set(text, size);
        ((line.width + size * 0.6).ceil(), (line.height + size * 0.2).ceil())
    }

    /// The plate for `text` with its top left corner as near to `corner` as the picture allows.
    pub(crate) fn plate_at(&self, text: &str, size: f32, corner: Pixel) -> Plate {
        let (width, height) = self.plate_size(text, size);
        let x = corner.0.min(self.width() - width).max(0.0).round();
        let y = corner.1.min(self.height() - height).max(0.0).round();
        Plate { x, y, width, height }
    }

    /// Draws a plate with its text.
    pub(crate) fn draw_plate(&mut self, plate: Plate, text: &str, size: f32, ground: Colour, ink: Colour) {
        self.rectangle(plate, ground);
        self.text(text, size, (plate.x + size * 0.3, plate.y + size * 0.1), ink);
    }

    /// Writes `text` with its top left corner at `corner`.
    pub(crate) fn text(&mut self, text: &str, size: f32, corner: Pixel, colour: Colour) {
        // Far outside, or not a number: nothing of it is seen, and whole pixels could not count that far.
        if !(corner.0.abs() < 1e6 && corner.1.abs() < 1e6) {
            return;
        }
        let line = self.lettering.set(text, size);
        let edge = line.size as f32;
        self.touch(
            corner.0 - edge,
            corner.1 - edge,
            corner.0 + line.width + edge,
            corner.1 + line.height + edge,
        );
        let (columns, rows) = (self.sheet.width() as i32, self.sheet.height() as i32);
        let baseline = (corner.1 + line.ascent).round() as i32;
        let pixels = self.sheet.data_mut();
        for (id, pen) in line.glyphs {
            let picture = self.lettering.picture(id, line.size);
            let left = (corner.0 + pen).round() as i32 + picture.left;
            for (index, coverage) in picture.coverage.iter().enumerate() {
                let x = left + (index % picture.width) as i32;
                let y = baseline + picture.top + (index / picture.width) as i32;
                if *coverage > 0 && (0..columns).contains(&x) && (0..rows).contains(&y) {
                    let place = (y * columns + x) as usize * 4;
                    cover(&mut pixels[place..place + 4], colour, *coverage);
                }
            }
        }
    }

    /// Blends what was drawn onto the picture and leaves the sheet empty. `rgb` has the sheet's size.
    pub(crate) fn blend_onto(&mut self, rgb: &mut [u8]) {
        let width = self.sheet.width() as usize;
        let sheet = self.sheet.data_mut();
        for (row, span) in self.touched.iter_mut().enumerate() {
            let (from, to) = std::mem::replace(span, (usize::MAX, 0));
            if from >= to {
                continue;
            }
            let (from, to) = (row * width + from, row * width + to);
            let over = &mut sheet[from * 4..to * 4];
            for (source, target) in over.chunks_exact(4).zip(rgb[from * 3..to * 3].chunks_exact_mut(3)) {
                let clear = 255 - u32::from(source[3]);
                if clear == 255 {
                    continue;
                }
                if clear == 0 {
                    target.copy_from_slice(&source[..3]);
                    continue;
                }
                for channel in 0..3 {
                    let kept = (u32::from(target[channel]) * clear + 127) / 255;
                    target[channel] = (u32::from(source[channel]) + kept).min(255) as u8;
                }
            }
            over.fill(0);
        }
    }

    fn fill(&mut self, path: &Path, colour: Colour) {
        let bounds = path.bounds();
        self.touch(bounds.left(), bounds.top(), bounds.right(), bounds.bottom());
        self.sheet.fill_path(path, &paint(colour), FillRule::Winding, Transform::identity(), None);
    }

    fn stroke(&mut self, path: &Path, width: f32, line_cap: LineCap, colour: Colour) {
        let bounds = path.bounds();
        self.touch(
            bounds.left() - width,
            bounds.top() - width,
            bounds.right() + width,
            bounds.bottom() + width,
        );
        let stroke = Stroke { width, line_cap, line_join: LineJoin::Round, ..Stroke::default() };
        self.sheet.stroke_path(path, &paint(colour), &stroke, Transform::identity(), None);
    }

    fn touch(&mut self, left: f32, top: f32, right: f32, bottom: f32) {
        // One pixel more on each side for the anti-aliased edge; casts saturate.
        let columns = self.sheet.width() as usize;
        let from = (left - 1.0).max(0.0) as usize;
        let to = ((right + 2.0).max(0.0) as usize).min(columns);
        let last = ((bottom + 2.0).max(0.0) as usize).min(self.touched.len());
        let first = ((top - 1.0).max(0.0) as usize).min(last);
        for span in &mut self.touched[first..last] {
            *span = (span.0.min(from), span.1.max(to));
        }
    }
}

/// Lays `colour` over one premultiplied pixel with this coverage.
fn cover(pixel: &mut [u8], colour: Colour, coverage: u8) {
    let alpha = u32::from(colour.alpha) * u32::from(coverage) / 255;
    let source = [colour.red, colour.green, colour.blue, 255];
    for (target, value) in pixel.iter_mut().zip(source) {
        let mixed = u32::from(value) * alpha + u32::from(*target) * (255 - alpha);
        *target = ((mixed + 127) / 255) as u8;
    }
}

fn paint(colour: Colour) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(colour.red, colour.green, colour.blue, colour.alpha);
    paint
}

fn path(points: &[Pixel], closed: bool) -> Option<Path> {
    if points.iter().any(|(x, y)| x.is_nan() || y.is_nan()) {
        return None;
    }
    // The rasteriser counts in 16 bits; no picture reaches this far.
    let near = |(x, y): Pixel| (x.clamp(-FAR, FAR), y.clamp(-FAR, FAR));
    let (first, rest) = points.split_first()?;
    let first = near(*first);
    let mut builder = PathBuilder::with_capacity(points.len() + 1, points.len() + 1);
    builder.move_to(first.0, first.1);
    for point in rest {
        let (x, y) = near(*point);
        builder.line_to(x, y);
    }
    if closed {
        builder.close();
    }
    builder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blending_leaves_the_rest_of_the_picture_and_empties_the_sheet() {
        let mut canvas = Canvas::new(40, 30).unwrap();
        let mut rgb = vec![100; 40 * 30 * 3];
        canvas.rectangle(Plate { x: 10.0, y: 10.0, width: 5.0, height: 5.0 }, Colour::WHITE.opacity(0.5));
        canvas.blend_onto(&mut rgb);
        let changed = rgb.chunks(3).filter(|p| p[0] != 100).count();
        assert_eq!(changed, 25);
        assert!(rgb[(12 * 40 + 12) * 3].abs_diff(178) <= 1);
        let once = rgb.clone();
        canvas.blend_onto(&mut rgb);
        assert_eq!(rgb, once);
    }

    #[test]
    fn nothing_outside_the_picture_or_without_a_place_breaks_it() {
        let mut canvas = Canvas::new(20, 20).unwrap();
        canvas.polyline(&[(-500.0, -3.0), (900.0, 40.0)], 4.0, LineCap::Round, Colour::WHITE);
        canvas.text("long text that leaves the picture", 14.0, (-9.0, 15.0), Colour::WHITE);
        canvas.polyline(&[(-1e30, 2.0), (1e30, 1e20)], 4.0, LineCap::Round, Colour::WHITE);
        canvas.rectangle(
            Plate { x: f32::NAN, y: -1e30, width: 1e38, height: 1e38 },
            Colour::WHITE.opacity(0.1),
        );
        canvas.text("far", 14.0, (f32::MAX, f32::MIN), Colour::WHITE);
        canvas.polygon(&[(f32::NAN, 0.0), (3.0, 3.0), (1.0, 9.0)], Colour::WHITE);
        let mut rgb = vec![0; 20 * 20 * 3];
        canvas.blend_onto(&mut rgb);
        assert!(rgb.iter().any(|v| *v > 0));
    }
}
