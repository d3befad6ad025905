//! A person, drawn as shaded limbs inside its box.

use observation::BBox;

use crate::render::{Canvas, hash};

/// A limb: the points within `radius` of the straight line from `from` to `to`, in pixels.
struct Limb {
    from: [f64; 2],
    to: [f64; 2],
    radius: f64,
    colour: [f64; 3],
}

/// Places inside the body's box: across from -0.5 (left) to 0.5, down from 0 (head) to 1 (feet).
struct Body {
    centre: f64,
    top: f64,
    height: f64,
}

impl Body {
    fn of(canvas: &Canvas, bbox: &BBox) -> Self {
        Self {
            centre: bbox.centre().x * f64::from(canvas.width),
            top: bbox.y1 * f64::from(canvas.height),
            height: bbox.height() * f64::from(canvas.height),
        }
    }

    /// Both in body heights.
    fn at(&self, across: f64, down: f64) -> [f64; 2] {
        [self.centre + across * self.height, self.top + down * self.height]
    }
}

/// Darkens the ground around the feet.
pub(crate) fn draw_shadow(canvas: &mut Canvas, bbox: &BBox) {
    let body = Body::of(canvas, bbox);
    let [x, y] = body.at(0.05, 0.975);
    let (across, down) = (body.height * 0.2, body.height * 0.05);
    each_pixel(canvas, [x - across, y - down, x + across, y + down], |canvas, column, row, place| {
        let (dx, dy) = ((place[0] - x) / across, (place[1] - y) / down);
        let depth = 1.0 - (dx * dx + dy * dy);
        canvas.blend(column, row, [40.0, 40.0, 44.0], (depth * 0.9).clamp(0.0, 0.6));
    });
}

/// Draws the body; `walking` is the moment (seconds) that its legs and arms swing by, `None` when it stands.
pub(crate) fn draw_body(canvas: &mut Canvas, bbox: &BBox, walker: u64, walking: Option<f64>) {
    let body = Body::of(canvas, bbox);
    let swing = walking.map_or(0.25, |seconds| triangle(seconds * 1.8 + walker as f64 * 0.37));
    let pick = |salt: u64, from: &[[f64; 3]]| from[(hash(salt, walker, 0) % from.len() as u64) as usize];
    let skin = pick(1, &[[224.0, 180.0, 150.0], [188.0, 138.0, 104.0], [120.0, 82.0, 60.0]]);
    let hair = pick(2, &[[40.0, 30.0, 26.0], [92.0, 62.0, 36.0], [150.0, 148.0, 146.0], [24.0, 24.0, 28.0]]);
    let coat = pick(
        3,
        &[
            [176.0, 42.0, 44.0],
            [38.0, 76.0, 150.0],
            [44.0, 112.0, 70.0],
            [214.0, 176.0, 62.0],
            [58.0, 58.0, 64.0],
            [206.0, 206.0, 210.0],
            [122.0, 66.0, 138.0],
        ],
    );
    let trousers =
        pick(4, &[[44.0, 52.0, 84.0], [36.0, 36.0, 40.0], [112.0, 98.0, 76.0], [78.0, 82.0, 90.0]]);
    let shoes = [28.0, 26.0, 26.0];

    let limb = |from: (f64, f64), to: (f64, f64), radius: f64, colour| Limb {
        from: body.at(from.0, from.1),
        to: body.at(to.0, to.1),
        radius: radius * body.height,
        colour,
    };
    let step = 0.085 * swing;
    let reach = 0.07 * swing;
    let darker = |colour: [f64; 3]| colour.map(|channel| channel * 0.78);
    let limbs = [
        limb((0.125, 0.25), (0.135 - reach, 0.5), 0.032, darker(coat)),
        limb((0.04, 0.52), (0.05 - step, 0.94), 0.05, darker(trousers)),
        limb((0.05 - step, 0.965), (0.075 - step, 0.97), 0.03, shoes),
        limb((-0.04, 0.52), (-0.05 + step, 0.94), 0.05, trousers),
        limb((-0.05 + step, 0.965), (-0.025 + step, 0.97), 0.03, shoes),
        limb((-0.04, 0.26), (-0.035, 0.5), 0.085, coat),
        limb((0.04, 0.26), (0.035, 0.5), 0.085, coat),
        limb((-0.125, 0.25), (-0.135 + reach, 0.5), 0.034, coat),
        limb((-0.135 + reach, 0.52), (-0.135 + reach, 0.53), 0.026, skin),
        limb((0.0, 0.13), (0.0, 0.18), 0.035, darker(skin)),
        limb((0.0, 0.065), (0.0, 0.06), 0.06, hair),
        limb((0.0, 0.085), (0.0, 0.1), 0.05, skin),
    ];
    limbs.iter().for_each(|limb| draw_limb(canvas, limb));
}

/// Fills a limb with soft edges, lit from the upper left.
fn draw_limb(canvas: &mut Canvas, limb: &Limb) {
    let Limb { from, to, radius, colour } = limb;
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    let length = (dx * dx + dy * dy).max(1e-9);
    let around = [
        from[0].min(to[0]) - radius - 1.0,
        from[1].min(to[1]) - radius - 1.0,
        from[0].max(to[0]) + radius + 1.0,
        from[1].max(to[1]) + radius + 1.0,
    ];
    each_pixel(canvas, around, |canvas, column, row, [x, y]| {
        let along = (((x - from[0]) * dx + (y - from[1]) * dy) / length).clamp(0.0, 1.0);
        let (out_x, out_y) = (x - from[0] - dx * along, y - from[1] - dy * along);
        let distance = (out_x * out_x + out_y * out_y).sqrt();
        let cover = (radius - distance + 0.5).clamp(0.0, 1.0);
        if cover > 0.0 {
            let light = 1.0 - 0.28 * (out_x + 0.5 * out_y) / radius.max(0.5);
            canvas.blend(column, row, colour.map(|channel| channel * light.clamp(0.55, 1.3)), cover);
        }
    });
}

/// Calls `paint` for every pixel of the canvas within left, top, right, bottom, with the pixel's middle.
fn each_pixel(
    canvas: &mut Canvas,
    [left, top, right, bottom]: [f64; 4],
    mut paint: impl FnMut(&mut Canvas, u32, u32, [f64; 2]),
) {
    // A cast of a negative number to an unsigned one gives 0.
    let (first, last) = (left as u32, (right.ceil() as u32).min(canvas.width));
    let (upper, lower) = (top as u32, (bottom.ceil() as u32).min(canvas.height));
    for row in upper..lower {
        for column in first..last {
            paint(canvas, column, row, [f64::from(column) + 0.5, f64::from(row) + 0.5]);
        }
    }
}

/// To and fro between -1 and 1 once a unit of `phase`.
fn triangle(phase: f64) -> f64 {
    (phase.fract() * 4.0 - 2.0).abs() - 1.0
}
