use serde::{Deserialize, Serialize};

/// A point of the picture, normalised: origin top left, `x` to the right, `y` down, both 0..1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "[f64; 2]", into = "[f64; 2]")]
pub struct Point {
    /// Share of the width.
    pub x: f64,
    /// Share of the height.
    pub y: f64,
}

impl Point {
    /// The point at `(x, y)`.
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    /// The point a share `t` of the way from `self` to `other`.
    pub fn lerp(self, other: Self, t: f64) -> Self {
        Self::new(self.x + (other.x - self.x) * t, self.y + (other.y - self.y) * t)
    }
}

impl From<[f64; 2]> for Point {
    fn from([x, y]: [f64; 2]) -> Self {
        Self { x, y }
    }
}

impl From<Point> for [f64; 2] {
    fn from(point: Point) -> Self {
        [point.x, point.y]
    }
}

/// The point of a box that stands for the object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Anchor {
    /// Bottom centre: where a person stands. For cameras that look obliquely.
    #[default]
    Foot,
    /// The middle of the box. For cameras that look straight down.
    Centre,
    /// Top centre. For crowds, where feet are hidden.
    Head,
}

/// A box with its sides along the picture's, normalised, `x1 <= x2` and `y1 <= y2`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BBox {
    /// Left.
    pub x1: f64,
    /// Top.
    pub y1: f64,
    /// Right.
    pub x2: f64,
    /// Bottom.
    pub y2: f64,
}

impl BBox {
    /// The box with these sides.
    pub const fn new(x1: f64, y1: f64, x2: f64, y2: f64) -> Self {
        Self { x1, y1, x2, y2 }
    }

    /// The box of this size around `centre`.
    pub fn around(centre: Point, width: f64, height: f64) -> Self {
        Self::new(
            centre.x - width / 2.0,
            centre.y - height / 2.0,
            centre.x + width / 2.0,
            centre.y + height / 2.0,
        )
    }

    /// Share of the picture's width.
    pub fn width(&self) -> f64 {
        self.x2 - self.x1
    }

    /// Share of the picture's height.
    pub fn height(&self) -> f64 {
        self.y2 - self.y1
    }

    /// Share of the picture's area.
    pub fn area(&self) -> f64 {
        self.width().max(0.0) * self.height().max(0.0)
    }

    /// The middle.
    pub fn centre(&self) -> Point {
        Point::new((self.x1 + self.x2) / 2.0, (self.y1 + self.y2) / 2.0)
    }

    /// The point that stands for the object.
    pub fn anchor(&self, anchor: Anchor) -> Point {
        let x = (self.x1 + self.x2) / 2.0;
        match anchor {
            Anchor::Foot => Point::new(x, self.y2),
            Anchor::Centre => self.centre(),
            Anchor::Head => Point::new(x, self.y1),
        }
    }

    /// Area of the overlap, 0 where there is none.
    pub fn intersection(&self, other: &Self) -> f64 {
        let width = self.x2.min(other.x2) - self.x1.max(other.x1);
        let height = self.y2.min(other.y2) - self.y1.max(other.y1);
        width.max(0.0) * height.max(0.0)
    }

    /// Intersection over union, 0..1.
    pub fn iou(&self, other: &Self) -> f64 {
        let shared = self.intersection(other);
        let union = self.area() + other.area() - shared;
        if union > 0.0 { shared / union } else { 0.0 }
    }

    /// The part inside the picture.
    pub fn clipped(&self) -> Self {
        Self::new(
            self.x1.clamp(0.0, 1.0),
            self.y1.clamp(0.0, 1.0),
            self.x2.clamp(0.0, 1.0),
            self.y2.clamp(0.0, 1.0),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iou_of_halves_is_a_third() {
        let left = BBox::new(0.0, 0.0, 0.2, 0.1);
        let right = BBox::new(0.1, 0.0, 0.3, 0.1);
        assert!((left.iou(&right) - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(left.iou(&BBox::default()), 0.0);
    }

    #[test]
    fn anchors_are_foot_centre_and_head() {
        let bbox = BBox::new(0.2, 0.1, 0.4, 0.5);
        assert_eq!(bbox.anchor(Anchor::Foot).y, 0.5);
        assert_eq!(bbox.anchor(Anchor::Head).y, 0.1);
        assert_eq!(bbox.anchor(Anchor::Centre).y, 0.3);
    }
}
