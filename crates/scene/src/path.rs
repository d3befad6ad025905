//! A walker's path: where the foot is at every moment.

use observation::Point;

/// A foot at a moment, with the height of the body that stands on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Footing {
    /// Seconds since the stream's first frame.
    pub t: f64,
    /// Where the foot is, normalised.
    pub foot: Point,
    /// The body's height, as a share of the picture's height.
    pub height: f64,
}

impl Footing {
    /// The footing at `t`, on the straight way from `self` to `later`.
    pub(crate) fn towards(&self, later: &Self, t: f64) -> Self {
        let length = later.t - self.t;
        let share = if length > 0.0 { ((t - self.t) / length).clamp(0.0, 1.0) } else { 0.0 };
        let height = self.height + (later.height - self.height) * share;
        Self { t, foot: self.foot.lerp(later.foot, share), height }
    }
}

/// A continuous path, straight between its knots, which are in order of time.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    knots: Vec<Footing>,
}

impl Path {
    /// The path through these knots, `None` when there are fewer than two or they are not in order of time.
    pub fn new(knots: Vec<Footing>) -> Option<Self> {
        let ordered = knots.windows(2).all(|pair| pair[0].t < pair[1].t);
        (knots.len() >= 2 && ordered).then_some(Self { knots })
    }

    /// The knots.
    pub fn knots(&self) -> &[Footing] {
        &self.knots
    }

    /// When it begins, in seconds.
    pub fn start(&self) -> f64 {
        self.knots[0].t
    }

    /// When it ends, in seconds.
    pub fn end(&self) -> f64 {
        self.knots[self.knots.len() - 1].t
    }

    /// The footing at `t` seconds, `None` before the start and after the end.
    pub fn at(&self, t: f64) -> Option<Footing> {
        if !(self.start()..=self.end()).contains(&t) {
            return None;
        }
        let next = self.knots.partition_point(|knot| knot.t <= t).clamp(1, self.knots.len() - 1);
        Some(self.knots[next - 1].towards(&self.knots[next], t))
    }
}
