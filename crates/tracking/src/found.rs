//! The detections of a frame, by their place, so that a track looks only at those near it.

use observation::{BBox, Detection, Point};

/// A box in shares of the frame's height.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MetricBox {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// The detections of one frame that a tracker may use.
pub(crate) struct Found {
    pub(crate) detections: Vec<Detection>,
    pub(crate) boxes: Vec<MetricBox>,
    pub(crate) nearby: Nearby,
}

impl Found {
    pub(crate) fn new(detections: &[Detection], weak: f32, aspect: f64) -> Self {
        let usable = |d: &&Detection| {
            let [w, h] = [d.bbox.width(), d.bbox.height()];
            d.confidence >= weak && w > 0.0 && h > 0.0 && w.is_finite() && h.is_finite()
        };
        let detections: Vec<Detection> = detections.iter().filter(usable).copied().collect();
        let boxes: Vec<MetricBox> = detections.iter().map(|d| MetricBox::of(&d.bbox, aspect)).collect();
        let nearby = Nearby::new(&boxes);
        Self { detections, boxes, nearby }
    }
}

impl MetricBox {
    pub(crate) fn of(bbox: &BBox, aspect: f64) -> Self {
        let Point { x, y } = bbox.centre();
        Self { x: x * aspect, y, width: bbox.width() * aspect, height: bbox.height() }
    }

    pub(crate) fn bbox(&self) -> BBox {
        BBox::around(Point::new(self.x, self.y), self.width, self.height)
    }

    pub(crate) fn iou(&self, other: &Self) -> f64 {
        self.bbox().iou(&other.bbox())
    }
}

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
