//! Boxes by their place, so that a track looks only at those near it.

use crate::tracker::MetricBox;

/// The boxes of a frame in order of their x.
pub(crate) struct Nearby {
    /// x of the centre, and the box's number.
    order: Vec<(f64, usize)>,
    /// Half the width of the widest.
    half_width: f64,
}

impl Nearby {
    pub(crate) fn new(boxes: &[MetricBox]) -> Self {
        let mut order: Vec<(f64, usize)> = boxes.iter().enumerate().map(|(i, b)| (b.x, i)).collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0));
        let half_width = boxes.iter().map(|b| b.width / 2.0).fold(0.0, f64::max);
        Self { order, half_width }
    }

    /// Those whose centre is at most `reach` to the left or right of `x`.
    pub(crate) fn within(&self, x: f64, reach: f64) -> impl Iterator<Item = usize> {
        let from = self.order.partition_point(|(other, _)| *other < x - reach);
        self.order[from..].iter().take_while(move |(other, _)| *other <= x + reach).map(|(_, i)| *i)
    }

    /// Those that may overlap `place`.
    pub(crate) fn overlapping(&self, place: &MetricBox) -> impl Iterator<Item = usize> {
        self.within(place.x, place.width / 2.0 + self.half_width)
    }
}
