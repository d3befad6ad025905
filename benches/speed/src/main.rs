//! Time of tracking and counting for each frame, beside similari's SORT on the same boxes, on one core. Prints
//! JSON: milliseconds a frame, the median of the rounds.

use std::time::Instant;

use counting::{Counter, Frame, Rules};
use event::Stream;
use observation::{BBox, Class, Detection, Point, StreamTime};
use similari::trackers::sort::PositionalMetricType::IoU;
use similari::trackers::sort::metric::DEFAULT_MINIMAL_SORT_CONFIDENCE;
use similari::trackers::sort::simple_api::Sort;
use similari::trackers::sort::DEFAULT_SORT_IOU_THRESHOLD;
use similari::utils::bbox::BoundingBox;
use tracking::{Tracker, TrackerSettings};

const FRAMES: u32 = 300;
const ROUNDS: usize = 5;
const RULES: &str = "[[line]]\nname='a'\npoints=[[0.1,0.3],[0.9,0.3]]\n[[line]]\nname='b'\npoints=[[0.1,0.6],[0.9,0.6]]\n\
    [[line]]\nname='c'\npoints=[[0.3,0.1],[0.3,0.9]]\n[[zone]]\nname='z'\npoints=[[0.5,0.5],[0.9,0.5],[0.9,0.9],[0.5,0.9]]\n";

/// People on a square of 16:9, a twentieth of the picture high, each on its own straight way, turned back at the
/// edges; a box trembles by 3 % of its height.
fn scene(objects: u32) -> Vec<Vec<Detection>> {
    let mut state = 1u64;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / (1u64 << 24) as f64
    };
    let walkers: Vec<[f64; 4]> = (0..objects)
        .map(|_| [random(), random(), (random() - 0.5) * 0.06, (random() - 0.5) * 0.1])
        .collect();
    let turned = |p: f64| 1.0 - (p.rem_euclid(2.0) - 1.0).abs();
    (0..FRAMES)
        .map(|i| {
            let t = f64::from(i) / 10.0;
            let boxes = walkers.iter().map(|[x, y, vx, vy]| {
                let shake = (random() - 0.5) * 0.003;
                let centre = Point::new(0.03 + 0.94 * turned(x + vx * t) + shake, 0.03 + 0.94 * turned(y + vy * t) + shake);
                Detection { bbox: BBox::around(centre, 0.012, 0.05), class: Class(0), confidence: 0.8 }
            });
            boxes.collect()
        })
        .collect()
}

fn ours(frames: &[Vec<Detection>]) -> f64 {
    let stream = Stream { camera: "a".into(), epoch: "b".into(), model: None, start: time::OffsetDateTime::UNIX_EPOCH };
    let rules = Rules::from_toml(RULES).expect("the rules are right");
    let mut counter = Counter::new(stream, rules, &["person".into()], 16.0 / 9.0).expect("the rules are right");
    let mut tracker = Tracker::new(TrackerSettings::default(), 16.0 / 9.0);
    let start = Instant::now();
    for (i, boxes) in (0..).zip(frames) {
        let time = StreamTime::from_micros(i * 100_000);
        let tracked = tracker.update(time, boxes);
        counter.update(&Frame { time, seen: &tracked.seen, ended: &tracked.ended });
    }
    start.elapsed().as_secs_f64() * 1000.0 / frames.len() as f64
}

fn theirs(frames: &[Vec<Detection>]) -> f64 {
    let mut tracker =
        Sort::new(1, 10, 10, IoU(DEFAULT_SORT_IOU_THRESHOLD), DEFAULT_MINIMAL_SORT_CONFIDENCE, None);
    let start = Instant::now();
    for boxes in frames {
        let observations: Vec<_> = boxes
            .iter()
            .map(|seen| {
                let (b, [w, h]) = (&seen.bbox, [1920.0, 1080.0]);
                let bbox = BoundingBox::new(
                    (b.x1 * w) as f32,
                    (b.y1 * h) as f32,
                    (b.width() * w) as f32,
                    (b.height() * h) as f32,
                );
                (bbox.into(), None)
            })
            .collect();
        tracker.predict(&observations);
    }
    start.elapsed().as_secs_f64() * 1000.0 / frames.len() as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let mut rows = Vec::new();
    for objects in [10, 100, 500] {
        let frames = scene(objects);
        // In turn, so that a machine whose speed drifts treats both alike.
        let (mut our_ms, mut their_ms) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            our_ms.push(ours(&frames));
            their_ms.push(theirs(&frames));
        }
        rows.push(serde_json::json!({"objects": objects, "our_ms": median(our_ms), "similari_ms": median(their_ms)}));
    }
    println!("{}", serde_json::Value::from(rows));
}
