use observation::Point;
use tiny_skia::LineCap;

use crate::canvas::{Canvas, Pixel, Plate};
use crate::colour::{Colour, inferno};
use crate::{DrawingError, LineLook, Rgb, encode_png};

/// Widest and highest that a map is drawn without a background.
const PLAIN_SIDE: f64 = 960.0;
const BIRTH: Colour = Colour::new(72, 220, 110);
const DEATH: Colour = Colour::new(255, 77, 77);

/// Values for the cells of a grid that covers the frame, row by row from the top left. Values that are not
/// finite or not above zero count as zero.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grid {
    /// Cells in a row.
    pub columns: usize,
    /// Rows.
    pub rows: usize,
    /// `columns * rows` values.
    pub values: Vec<f64>,
}

impl Grid {
    fn check(&self) -> Result<(), DrawingError> {
        let (columns, rows, values) = (self.columns, self.rows, self.values.len());
        if values == 0 || columns.checked_mul(rows) != Some(values) {
            return Err(DrawingError::GridSize { columns, rows, values });
        }
        Ok(())
    }

    fn value(&self, column: usize, row: usize) -> f64 {
        let value = self.values[row.min(self.rows - 1) * self.columns + column.min(self.columns - 1)];
        if value.is_finite() { value.max(0.0) } else { 0.0 }
    }

    fn greatest(&self) -> f64 {
        self.values.iter().copied().filter(|v| v.is_finite()).fold(0.0, f64::max)
    }

    /// The value at a place of the frame, between the middles of the cells around it.
    fn smooth(&self, x: f64, y: f64) -> f64 {
        let split = |share: f64, cells: usize| {
            let place = (share * cells as f64 - 0.5).clamp(0.0, (cells - 1) as f64);
            (place as usize, place.fract())
        };
        let ((column, right), (row, down)) = (split(x, self.columns), split(y, self.rows));
        let mix = |row| self.value(column, row) * (1.0 - right) + self.value(column + 1, row) * right;
        mix(row) * (1.0 - down) + mix(row + 1) * down
    }
}

/// Where objects spent their time, as a PNG: `grid` in seconds of presence for each cell, over the darkened
/// `background`, with a legend below. Colours follow the square root of the time, so that paths stay visible
/// beside a place where people stand.
///
/// # Errors
/// When the grid does not hold a value for each cell.
pub fn heat_map_png(background: Option<&Rgb<'_>>, grid: &Grid) -> Result<Vec<u8>, DrawingError> {
    grid.check()?;
    let mut sheet = Sheet::new(background, grid)?;
    let greatest = grid.greatest();
    let (width, height) = (sheet.width as usize, sheet.height as usize);
    for (index, pixel) in sheet.pixels[..width * height * 3].chunks_exact_mut(3).enumerate() {
        let x = ((index % width) as f64 + 0.5) / width as f64;
        let y = ((index / width) as f64 + 0.5) / height as f64;
        let share = if greatest > 0.0 { (grid.smooth(x, y) / greatest).sqrt() } else { 0.0 };
        // Cold places show the background; the colour is full from a fifth of the scale on.
        let opacity = (share * 5.0).min(1.0) * 0.82;
        for (channel, hot) in pixel.iter_mut().zip(inferno(share)) {
            *channel = (f64::from(*channel) * (1.0 - opacity) + f64::from(hot) * opacity).round() as u8;
        }
    }
    heat_legend(&mut sheet, greatest);
    sheet.into_png()
}

fn heat_legend(sheet: &mut Sheet, greatest: f64) {
    let (text, pad, middle) = (sheet.text, sheet.text * 0.8, sheet.legend_middle());
    let title = "time in view (seconds)";
    let (title_width, line_height) = sheet.canvas.plate_size(title, text);
    sheet.canvas.text(title, text, (pad, middle - line_height / 2.0), Colour::WHITE);
    if greatest <= 0.0 {
        let place = (pad * 2.0 + title_width, middle - line_height / 2.0);
        sheet.canvas.text("nothing was seen", text, place, Colour::WHITE);
        return;
    }
    let from = pad * 2.0 + title_width;
    let length = (sheet.canvas.width() - from - pad * 2.0).max(text * 4.0);
    let steps = (length as usize).max(1);
    for step in 0..steps {
        let [red, green, blue] = inferno(step as f64 / steps as f64);
        let x = (from + step as f32).round();
        let bar = Plate { x, y: (middle - text * 0.85).round(), width: 1.0, height: (text * 0.7).round() };
        sheet.canvas.rectangle(bar, Colour::new(red, green, blue));
    }
    for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let label = seconds(greatest * share * share);
        let (width, _) = sheet.canvas.plate_size(&label, text * 0.85);
        let x = from + length * share as f32 - width / 2.0;
        let x = x.min(sheet.canvas.width() - width);
        sheet.canvas.text(&label, text * 0.85, (x, middle), Colour::WHITE);
    }
}

/// A number of seconds with as many digits as a legend needs.
fn seconds(value: f64) -> String {
    match value {
        v if v >= 10.0 || v == 0.0 => format!("{v:.0}"),
        v if v >= 1.0 => format!("{v:.1}"),
        v => format!("{v:.2}"),
    }
}

/// Where tracks begin (green discs) and end (red diamonds), as a PNG: both grids in tracks for each cell, the
/// area of a mark grows with their number; with the lines drawn in, because tracks that begin or end beside a
/// line are crossings that nobody can count.
///
/// # Errors
/// When a grid does not hold a value for each cell.
pub fn birth_death_png(
    background: Option<&Rgb<'_>>,
    births: &Grid,
    deaths: &Grid,
    lines: &[LineLook],
) -> Result<Vec<u8>, DrawingError> {
    births.check()?;
    deaths.check()?;
    let mut sheet = Sheet::new(background, births)?;
    for line in lines {
        let points = sheet.points(&line.points);
        sheet.canvas.counting_line(&points, sheet.text * 0.24, crate::marks::LINE);
    }
    let greatest = births.greatest().max(deaths.greatest());
    sheet.marks(births, greatest, BIRTH, Mark::Disc);
    sheet.marks(deaths, greatest, DEATH, Mark::Diamond);
    let (text, frame_height) = (sheet.text, sheet.height as f32);
    for line in lines {
        let Some(end) = sheet.points(&line.points).first().copied() else { continue };
        let (_, height) = sheet.canvas.plate_size(&line.name, text);
        let y = (end.1 + text * 0.5).min(frame_height - height);
        let plate = sheet.canvas.plate_at(&line.name, text, (end.0, y));
        sheet.canvas.draw_plate(plate, &line.name, text, Colour::INK.opacity(0.82), crate::marks::LINE);
    }
    birth_death_legend(&mut sheet, births, deaths);
    sheet.into_png()
}

fn birth_death_legend(sheet: &mut Sheet, births: &Grid, deaths: &Grid) {
    let (text, middle) = (sheet.text, sheet.legend_middle());
    let mut x = text * 1.4;
    let entries = [(births, "tracks begin", BIRTH, Mark::Disc), (deaths, "tracks end", DEATH, Mark::Diamond)];
    for (grid, name, colour, mark) in entries {
        let sum: f64 = grid.values.iter().filter(|v| v.is_finite() && **v > 0.0).sum();
        let label = format!("{name}: {sum:.0}");
        sheet.mark((x, middle), text * 0.45, colour, mark);
        let (width, height) = sheet.canvas.plate_size(&label, text);
        sheet.canvas.text(&label, text, (x + text * 0.8, middle - height / 2.0), Colour::WHITE);
        x += width + text * 2.2;
    }
}

#[derive(Clone, Copy)]
enum Mark {
    Disc,
    Diamond,
}

/// A picture of the frame with room for a legend below it.
struct Sheet {
    /// The frame's part in pixels.
    width: u32,
    height: u32,
    text: f32,
    canvas: Canvas,
    pixels: Vec<u8>,
}

impl Sheet {
    fn new(background: Option<&Rgb<'_>>, grid: &Grid) -> Result<Self, DrawingError> {
        let (width, height) = match background {
            Some(picture) => (picture.width(), picture.height()),
            None => {
                let (columns, rows) = (grid.columns as f64, grid.rows as f64);
                let scale = PLAIN_SIDE / columns.max(rows);
                ((columns * scale).round().max(64.0) as u32, (rows * scale).round().max(64.0) as u32)
            }
        };
        let text = (height as f32 / 40.0).clamp(11.0, 64.0).round();
        let total = height + (text * 2.8) as u32;
        let mut pixels = match background {
            // Grey and dark, so that only the marks have colour.
            Some(picture) => picture.pixels().chunks_exact(3).flat_map(darkened).collect(),
            None => [24, 27, 34].repeat(width as usize * height as usize),
        };
        pixels.extend([16, 20, 28].repeat(width as usize * (total - height) as usize));
        Ok(Self { width, height, text, canvas: Canvas::new(width, total)?, pixels })
    }

    fn legend_middle(&self) -> f32 {
        (self.height as f32 + self.canvas.height()) / 2.0
    }

    fn points(&self, points: &[Point]) -> Vec<Pixel> {
        let (width, height) = (f64::from(self.width), f64::from(self.height));
        points.iter().map(|p| ((p.x * width) as f32, (p.y * height) as f32)).collect()
    }

    fn marks(&mut self, grid: &Grid, greatest: f64, colour: Colour, mark: Mark) {
        let cell = (self.width as f32 / grid.columns as f32).min(self.height as f32 / grid.rows as f32);
        let largest = (cell * 0.5).clamp(self.text * 0.8, self.text * 1.6);
        for row in 0..grid.rows {
            for column in 0..grid.columns {
                let value = grid.value(column, row);
                if value <= 0.0 {
                    continue;
                }
                let x = (column as f32 + 0.5) / grid.columns as f32 * self.width as f32;
                let y = (row as f32 + 0.5) / grid.rows as f32 * self.height as f32;
                let radius = (largest * (value / greatest).sqrt() as f32).max(self.text * 0.25);
                self.mark((x, y), radius, colour, mark);
            }
        }
    }

    fn mark(&mut self, centre: Pixel, radius: f32, colour: Colour, mark: Mark) {
        let (x, y) = centre;
        match mark {
            Mark::Disc => {
                self.canvas.disc(centre, radius + 1.0, Colour::BLACK.opacity(0.6));
                self.canvas.disc(centre, radius, colour.opacity(0.85));
            }
            // A ring, so that a disc in the same cell is seen through it.
            Mark::Diamond => {
                let r = radius * 1.15;
                let corners = [(x, y - r), (x + r, y), (x, y + r), (x - r, y)];
                let stroke = (radius * 0.35).max(1.5);
                self.canvas.outline(&corners, stroke + 2.0, Colour::BLACK.opacity(0.6));
                self.canvas.outline(&corners, stroke, colour);
            }
        }
    }

    fn into_png(mut self) -> Result<Vec<u8>, DrawingError> {
        let (width, height) = (self.canvas.width() as u32, self.canvas.height() as u32);
        // The frame's edge towards the legend.
        let edge = [(0.0, self.height as f32), (self.width as f32, self.height as f32)];
        self.canvas.polyline(&edge, 1.0, LineCap::Butt, Colour::WHITE.opacity(0.25));
        self.canvas.blend_onto(&mut self.pixels);
        encode_png(&Rgb::new(width, height, &self.pixels)?)
    }
}

fn darkened(pixel: &[u8]) -> [u8; 3] {
    let grey = (u32::from(pixel[0]) * 299 + u32::from(pixel[1]) * 587 + u32::from(pixel[2]) * 114) / 1000;
    [(grey * 9 / 20) as u8; 3]
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: usize = 160;
    const HEIGHT: usize = 120;

    fn decode(bytes: &[u8]) -> (usize, usize, Vec<u8>) {
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        (info.width as usize, info.height as usize, pixels)
    }

    fn at(pixels: &[u8], x: usize, y: usize) -> [i32; 3] {
        let place = (y * WIDTH + x) * 3;
        [0, 1, 2].map(|channel| i32::from(pixels[place + channel]))
    }

    fn grid(cells: &[(usize, f64)]) -> Grid {
        let mut grid = Grid { columns: 8, rows: 6, values: vec![0.0; 48] };
        for (cell, value) in cells {
            grid.values[*cell] = *value;
        }
        grid
    }

    #[test]
    fn the_place_where_people_stand_is_bright_and_the_rest_is_the_dark_background() {
        let background = vec![200; WIDTH * HEIGHT * 3];
        let background = Rgb::new(WIDTH as u32, HEIGHT as u32, &background).unwrap();
        // Cell 27 is column 3, row 3: its middle is at 70, 70.
        let png = heat_map_png(Some(&background), &grid(&[(27, 30.0), (0, f64::NAN)])).unwrap();
        let (width, height, pixels) = decode(&png);
        assert_eq!(width, WIDTH);
        assert!(height > HEIGHT, "the legend has a place of its own");
        let [red, green, blue] = at(&pixels, 70, 70);
        assert!(red > 200 && green > 200 && blue < 190, "{red} {green} {blue}");
        assert_eq!(at(&pixels, 150, 10), [90; 3]);
    }

    #[test]
    fn the_legend_says_when_nothing_was_seen() {
        let empty = heat_map_png(None, &grid(&[])).unwrap();
        let some = heat_map_png(None, &grid(&[(3, 1.0)])).unwrap();
        let (width, height, pixels) = decode(&empty);
        assert!(width == 960 && height > 720);
        let coloured = |pixels: &[u8]| pixels.chunks(3).filter(|p| p[0] > 200 && p[2] < 120).count();
        assert_eq!(coloured(&pixels), 0);
        assert!(coloured(&decode(&some).2) > 100);
    }

    #[test]
    fn births_are_green_and_deaths_red_and_the_line_is_there() {
        let line = LineLook {
            name: "door".into(),
            points: vec![Point::new(0.1, 0.5), Point::new(0.9, 0.5)],
            ..LineLook::default()
        };
        let background = vec![0; WIDTH * HEIGHT * 3];
        let background = Rgb::new(WIDTH as u32, HEIGHT as u32, &background).unwrap();
        let png =
            birth_death_png(Some(&background), &grid(&[(9, 4.0)]), &grid(&[(46, 4.0)]), &[line]).unwrap();
        let (_, _, pixels) = decode(&png);
        let [red, green, _] = at(&pixels, 30, 30);
        assert!(green > 150 && red < 100, "a birth at the middle of its cell: {red} {green}");
        // A death is a ring: look at the whole cell.
        let cell = (120..140).flat_map(|x| (100..120).map(move |y| (x, y)));
        assert!(cell.map(|(x, y)| at(&pixels, x, y)).any(|[red, green, _]| red > 200 && green < 100));
        let [red, green, blue] = at(&pixels, 120, 60);
        assert!(red > 200 && green > 150 && blue < 120);
    }

    #[test]
    fn a_grid_of_the_wrong_size_is_refused() {
        let grid = Grid { columns: 3, rows: 2, values: vec![0.0; 5] };
        let error = heat_map_png(None, &grid).unwrap_err().to_string();
        assert!(error.contains("3x2") && error.contains('5'), "{error}");
        assert!(heat_map_png(None, &Grid::default()).is_err());
    }
}
