use observation::Point;
use tiny_skia::LineCap;

use crate::canvas::{Canvas, Pixel};
use crate::colour::Colour;

/// Lines of rules.
pub(crate) const LINE: Colour = Colour::new(255, 209, 61);

impl Canvas {
    /// Points of the frame in pixels.
    pub(crate) fn pixels(&self, points: &[Point]) -> Vec<Pixel> {
        let (width, height) = (f64::from(self.width()), f64::from(self.height()));
        points.iter().map(|p| ((p.x * width) as f32, (p.y * height) as f32)).collect()
    }

    /// A counting line with its arrow towards forward.
    pub(crate) fn counting_line(&mut self, points: &[Pixel], stroke: f32, colour: Colour) {
        // A dark casing keeps the line visible on bright ground.
        self.polyline(points, stroke * 1.9, LineCap::Round, Colour::BLACK.opacity(0.55));
        let Some((foot, (dx, dy))) = middle(points) else { return };
        let arrow = |reach: f32, half: f32, base: f32| {
            let (right, along) = ((-dy, dx), (dx, dy));
            let place = |out: f32, side: f32| {
                (foot.0 + right.0 * out + along.0 * side, foot.1 + right.1 * out + along.1 * side)
            };
            [place(base, -half), place(reach, 0.0), place(base, half)]
        };
        let dark = arrow(stroke * 6.9, stroke * 3.2, stroke * 0.5);
        self.polygon(&dark, Colour::BLACK.opacity(0.55));
        self.polyline(points, stroke, LineCap::Round, colour);
        self.polygon(&arrow(stroke * 6.0, stroke * 2.4, stroke * 0.5), colour);
    }
}

/// The middle of a polyline by length, with the unit vector along it there.
fn middle(points: &[Pixel]) -> Option<(Pixel, Pixel)> {
    let length = |pair: &[Pixel]| (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1);
    let mut left: f32 = points.windows(2).map(length).sum::<f32>() / 2.0;
    for pair in points.windows(2) {
        let step = length(pair);
        if step > 0.0 && left <= step {
            let along = ((pair[1].0 - pair[0].0) / step, (pair[1].1 - pair[0].1) / step);
            return Some(((pair[0].0 + along.0 * left, pair[0].1 + along.1 * left), along));
        }
        left -= step;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_a_bent_line_is_half_way_along_it() {
        let (foot, along) = middle(&[(0.0, 0.0), (10.0, 0.0), (10.0, 30.0)]).unwrap();
        assert_eq!((foot, along), ((10.0, 10.0), (0.0, 1.0)));
        assert_eq!(middle(&[(5.0, 5.0), (5.0, 5.0)]), None);
    }
}
