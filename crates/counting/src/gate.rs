//! A line's geometry: on which side is a point, how far away, and where does a path meet the line.
//!
//! Everything here is in *metric* units: both axes as shares of the frame's height, so that a circle in the
//! picture is a circle here.

/// A point in shares of the frame's height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Metric {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

impl Metric {
    pub(crate) fn distance(self, other: Self) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    pub(crate) fn lerp(self, other: Self, t: f64) -> Self {
        Self { x: self.x + (other.x - self.x) * t, y: self.y + (other.y - self.y) * t }
    }

    fn minus(self, other: Self) -> Self {
        Self { x: self.x - other.x, y: self.y - other.y }
    }

    fn dot(self, other: Self) -> f64 {
        self.x * other.x + self.y * other.y
    }

    fn cross(self, other: Self) -> f64 {
        self.x * other.y - self.y * other.x
    }
}

/// An oriented polyline whose first and last segments are thought to go on for ever, so that every point of
/// the picture has a side; only what lies between its ends counts.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    points: Vec<Metric>,
    /// Length from the start to each point.
    along: Vec<f64>,
    /// Whether another line goes on where this one starts or ends: a crossing there belongs to one of them.
    pub(crate) joined: [bool; 2],
}

/// A point seen from a line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bearing {
    /// Distance, above zero on side B, below on side A.
    pub(crate) distance: f64,
    /// How far along the line its nearest point lies: below zero before the start, above the length after
    /// the end.
    pub(crate) along: f64,
}

/// Where a path met a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Meeting {
    /// Share of the step at which it happened, 0..1.
    pub(crate) at: f64,
    /// How far along the line; none where the step changed sides without meeting it.
    pub(crate) along: Option<f64>,
}

impl Gate {
    pub(crate) fn new(points: Vec<Metric>) -> Self {
        let mut along = vec![0.0];
        for pair in points.windows(2) {
            along.push(along[along.len() - 1] + pair[0].distance(pair[1]));
        }
        Self { points, along, joined: [false; 2] }
    }

    pub(crate) fn ends(&self) -> [Metric; 2] {
        [self.points[0], self.points[self.points.len() - 1]]
    }

    /// Length, in frame heights.
    pub(crate) fn length(&self) -> f64 {
        self.along[self.along.len() - 1]
    }

    /// Whether a place along the line is part of it, give or take `tolerance` at an end that stands free.
    pub(crate) fn spans(&self, along: f64, tolerance: f64) -> bool {
        let start = if self.joined[0] { along >= 0.0 } else { along >= -tolerance };
        let end = if self.joined[1] { along < self.length() } else { along <= self.length() + tolerance };
        start && end
    }

    /// Side and distance of a point.
    pub(crate) fn bearing(&self, point: Metric) -> Bearing {
        let last = self.points.len() - 2;
        let mut best = Bearing { distance: f64::INFINITY, along: 0.0 };
        for i in 0..=last {
            let (a, b) = (self.points[i], self.points[i + 1]);
            let (edge, to) = (b.minus(a), point.minus(a));
            let length = self.along[i + 1] - self.along[i];
            let t = to.dot(edge) / (length * length);
            let low = if i == 0 { f64::NEG_INFINITY } else { 0.0 };
            let high = if i == last { f64::INFINITY } else { 1.0 };
            let t = t.clamp(low, high);
            let away = point.minus(a.lerp(b, t));
            let distance = away.x.hypot(away.y);
            if distance >= best.distance.abs() {
                continue;
            }
            // In the wedge beyond a bend the nearest point is the bend itself, and one segment alone may
            // give the wrong side: ask the two together.
            let mut normal = edge.scaled(1.0 / length);
            if t >= 1.0 && i < last {
                let next = self.points[i + 2].minus(b);
                normal = normal.plus(next.scaled(1.0 / (self.along[i + 2] - self.along[i + 1])));
            } else if t <= 0.0 && i > 0 {
                let before = a.minus(self.points[i - 1]);
                normal = normal.plus(before.scaled(1.0 / (self.along[i] - self.along[i - 1])));
            }
            let side = if normal.cross(away) >= 0.0 { 1.0 } else { -1.0 };
            best = Bearing { distance: side * distance, along: self.along[i] + t * length };
        }
        best
    }

    /// Where a straight step that changes sides meets the line: its middle meeting, if it has several.
    /// `fallback` is the share of the step at which the distance is zero by interpolation.
    pub(crate) fn meeting(&self, from: Metric, to: Metric, fallback: f64) -> Meeting {
        let last = self.points.len() - 2;
        let step = to.minus(from);
        let mut found: Vec<(f64, f64)> = Vec::new();
        for i in 0..=last {
            let (a, b) = (self.points[i], self.points[i + 1]);
            let edge = b.minus(a);
            let denominator = step.cross(edge);
            if denominator == 0.0 {
                continue;
            }
            let offset = a.minus(from);
            let at = offset.cross(edge) / denominator;
            let t = offset.cross(step) / denominator;
            let low = if i == 0 { f64::NEG_INFINITY } else { 0.0 };
            let inside = t >= low && (t < 1.0 || i == last);
            if (0.0..=1.0).contains(&at) && inside {
                found.push((at, self.along[i] + t * (self.along[i + 1] - self.along[i])));
            }
        }
        if found.is_empty() {
            return Meeting { at: fallback, along: None };
        }
        found.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (at, along) = found[found.len() / 2];
        Meeting { at, along: Some(along) }
    }
}

impl Metric {
    fn scaled(self, by: f64) -> Self {
        Self { x: self.x * by, y: self.y * by }
    }

    fn plus(self, other: Self) -> Self {
        Self { x: self.x + other.x, y: self.y + other.y }
    }
}

/// Whether a point lies inside a polygon (even-odd rule).
pub(crate) fn inside(polygon: &[Metric], point: Metric) -> bool {
    let mut within = false;
    let mut previous = polygon[polygon.len() - 1];
    for &corner in polygon {
        if (corner.y > point.y) != (previous.y > point.y) {
            let t = (point.y - corner.y) / (previous.y - corner.y);
            within ^= point.x < corner.x + t * (previous.x - corner.x);
        }
        previous = corner;
    }
    within
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(points: &[[f64; 2]]) -> Gate {
        Gate::new(points.iter().map(|&[x, y]| Metric { x, y }).collect())
    }

    #[test]
    fn below_a_line_drawn_to_the_right_is_side_b() {
        let line = gate(&[[0.2, 0.5], [0.8, 0.5]]);
        assert!(line.bearing(Metric { x: 0.5, y: 0.7 }).distance > 0.0);
        let above = line.bearing(Metric { x: 0.5, y: 0.4 });
        assert!((above.distance + 0.1).abs() < 1e-12 && (above.along - 0.3).abs() < 1e-12);
    }

    #[test]
    fn both_sides_of_a_bend_are_told_apart_in_the_wedge() {
        let bent = gate(&[[0.0, 0.5], [0.5, 0.5], [0.5, 1.0]]);
        assert!(bent.bearing(Metric { x: 0.7, y: 0.3 }).distance < 0.0);
        assert!(bent.bearing(Metric { x: 0.4, y: 0.6 }).distance > 0.0);
        assert!(bent.bearing(Metric { x: 0.6, y: 0.9 }).distance < 0.0);
    }

    #[test]
    fn a_meeting_beyond_the_end_is_not_in_the_span() {
        let line = gate(&[[0.2, 0.5], [0.8, 0.5]]);
        let meeting = line.meeting(Metric { x: 0.9, y: 0.4 }, Metric { x: 0.9, y: 0.6 }, 0.5);
        assert!((meeting.at - 0.5).abs() < 1e-12);
        assert!(!line.spans(meeting.along.unwrap(), 0.05));
    }
}
