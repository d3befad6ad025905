//! What a detector and a tracker make of a scene.

use std::collections::BTreeMap;

use observation::{BBox, Class, Detection, Point, StreamTime, TrackId, TrackedDetection};

use crate::behaviour::BODY_WIDTH;
use crate::config::{Noise, SceneError};
use crate::random::Random;
use crate::world::{ExactBox, Scene};

/// A box is hidden when one nearer walker covers more than this share of it.
const HIDDEN: f64 = 0.6;
/// Two walkers may exchange ids when their feet are closer than this many body widths.
const EXCHANGE: f64 = 3.0;

/// A detection and the walker that caused it, `None` for a false box.
type Seen = (Option<u64>, Detection);

impl Scene {
    /// What a detector with this noise sees: every frame, empty ones too.
    ///
    /// # Errors
    /// When a value of the noise is out of its range.
    pub fn detections(&self, noise: &Noise) -> Result<Vec<(StreamTime, Vec<Detection>)>, SceneError> {
        let bare = |seen: Vec<Seen>| seen.into_iter().map(|(_, detection)| detection).collect();
        Ok(self.seen(noise)?.map(|(time, seen)| (time, bare(seen))).collect())
    }

    /// What a tracker with this noise makes of it: every frame, empty ones too. A false box is a track of one
    /// observation. An id switch gives two close walkers each other's track, or a lone one a new track.
    ///
    /// # Errors
    /// When a value of the noise is out of its range.
    pub fn tracks(&self, noise: &Noise) -> Result<Vec<(StreamTime, Vec<TrackedDetection>)>, SceneError> {
        let mut random = Random::new(noise.seed, 2);
        let minutes = self.config().duration / 60.0;
        let mut switches: Vec<f64> = (0..(noise.id_switches * minutes).round() as u32)
            .map(|_| random.between(0.0, self.config().duration))
            .collect();
        switches.sort_by(|a, b| b.total_cmp(a));

        let mut tracks: BTreeMap<u64, u64> =
            self.walkers().iter().map(|walker| (walker.id, walker.id)).collect();
        let mut next_track = self.walkers().len() as u64 + 1;
        let mut frames = Vec::new();
        for (index, (time, seen)) in (0_u32..).zip(self.seen(noise)?) {
            while switches.last().is_some_and(|at| *at <= time.as_secs()) {
                switches.pop();
                switch(&self.boxes(index), &mut tracks, &mut next_track, &mut random);
            }
            let mut tracked = Vec::new();
            for (walker, detection) in seen {
                let known = walker.and_then(|walker| tracks.get(&walker).copied());
                let track = TrackId(known.unwrap_or_else(|| fresh(&mut next_track)));
                tracked.push(TrackedDetection { track, time, detection });
            }
            frames.push((time, tracked));
        }
        Ok(frames)
    }

    fn seen<'a>(
        &'a self,
        noise: &'a Noise,
    ) -> Result<impl Iterator<Item = (StreamTime, Vec<Seen>)> + 'a, SceneError> {
        noise.check()?;
        let mut random = Random::new(noise.seed, 1);
        Ok(self.frames().map(move |(time, boxes)| {
            let mut seen = Vec::new();
            for (index, exact) in boxes.iter().enumerate() {
                let covered = covered(&exact.bbox, &boxes[index + 1..]);
                let missed = random.chance(noise.misses) || (noise.occlusion && covered > HIDDEN);
                if !missed {
                    seen.push((Some(exact.walker), detect(exact, covered, noise, &mut random)));
                }
            }
            for _ in 0..random.events(noise.false_boxes) {
                seen.push((None, self.false_box(noise, &mut random)));
            }
            (time, seen)
        }))
    }

    fn false_box(&self, noise: &Noise, random: &mut Random) -> Detection {
        let foot = Point::new(random.between(0.0, 1.0), random.between(0.0, 1.0));
        let height = self.config().height_at(foot.y) * random.between(0.6, 1.4);
        let width = height * BODY_WIDTH * random.between(0.7, 1.5) / self.config().aspect;
        let bbox = BBox::new(foot.x - width / 2.0, foot.y - height, foot.x + width / 2.0, foot.y).clipped();
        let confidence = confidence(noise.confidence.false_mean, noise, random);
        Detection { bbox, class: Class(0), confidence }
    }
}

/// The greatest share of the box that one nearer walker covers.
fn covered(bbox: &BBox, nearer: &[ExactBox]) -> f64 {
    nearer.iter().map(|other| bbox.intersection(&other.bbox) / bbox.area()).fold(0.0, f64::max)
}

fn detect(exact: &ExactBox, covered: f64, noise: &Noise, random: &mut Random) -> Detection {
    let (width, height) = (exact.bbox.width() * noise.jitter, exact.bbox.height() * noise.jitter);
    let (x1, x2) = (exact.bbox.x1 + width * random.normal(), exact.bbox.x2 + width * random.normal());
    let (y1, y2) = (exact.bbox.y1 + height * random.normal(), exact.bbox.y2 + height * random.normal());
    let bbox = BBox::new(x1.min(x2), y1.min(y2), x1.max(x2), y1.max(y2)).clipped();
    let mean = noise.confidence.mean - noise.confidence.covered_drop * covered;
    Detection { bbox, class: exact.class, confidence: confidence(mean, noise, random) }
}

fn confidence(mean: f64, noise: &Noise, random: &mut Random) -> f32 {
    (mean + noise.confidence.spread * random.normal()).clamp(0.01, 1.0) as f32
}

fn switch(boxes: &[ExactBox], tracks: &mut BTreeMap<u64, u64>, next: &mut u64, random: &mut Random) {
    if boxes.is_empty() {
        return;
    }
    let chosen = &boxes[random.whole(0, boxes.len() as u32 - 1) as usize];
    let foot = |exact: &ExactBox| ((exact.bbox.x1 + exact.bbox.x2) / 2.0, exact.bbox.y2);
    // In body widths on one axis and body heights on the other: aspect and perspective drop out.
    let distance = |other: &ExactBox| {
        let ((x, y), (other_x, other_y)) = (foot(chosen), foot(other));
        let (dx, dy) = ((x - other_x) / chosen.bbox.width(), (y - other_y) / chosen.bbox.height());
        (dx * dx + dy * dy).sqrt()
    };
    let nearest = boxes
        .iter()
        .filter(|other| other.walker != chosen.walker)
        .min_by(|a, b| distance(a).total_cmp(&distance(b)))
        .filter(|other| distance(other) < EXCHANGE);
    let own = tracks.get(&chosen.walker).copied();
    let theirs = nearest.and_then(|other| Some((other.walker, tracks.get(&other.walker).copied()?)));
    match (own, theirs) {
        (Some(own), Some((other, track))) => {
            tracks.insert(chosen.walker, track);
            tracks.insert(other, own);
        }
        _ => {
            tracks.insert(chosen.walker, fresh(next));
        }
    }
}

fn fresh(next: &mut u64) -> u64 {
    *next += 1;
    *next - 1
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::config::SceneConfig;

    fn scene() -> Scene {
        Scene::generate(&SceneConfig { duration: 200.0, walkers: 60, ..SceneConfig::default() }).unwrap()
    }

    fn count(frames: &[(StreamTime, Vec<Detection>)]) -> f64 {
        frames.iter().map(|(_, seen)| seen.len()).sum::<usize>() as f64
    }

    #[test]
    fn without_noise_every_box_is_seen_exactly() {
        let scene = scene();
        for ((time, exact), (seen_at, seen)) in scene.frames().zip(scene.detections(&Noise::none()).unwrap())
        {
            assert_eq!(time, seen_at);
            let boxes: Vec<BBox> = exact.iter().map(|exact| exact.bbox).collect();
            assert_eq!(boxes, seen.iter().map(|detection| detection.bbox).collect::<Vec<_>>());
        }
    }

    #[test]
    fn misses_and_false_boxes_come_at_their_rates() {
        let scene = scene();
        let frames = f64::from(scene.frame_count());
        let all = count(&scene.detections(&Noise::none()).unwrap());
        let missed = Noise { misses: 0.25, ..Noise::none() };
        let share = count(&scene.detections(&missed).unwrap()) / all;
        assert!((share - 0.75).abs() < 0.02, "{share}");
        let false_boxes = Noise { false_boxes: 0.2, ..Noise::none() };
        let rate = (count(&scene.detections(&false_boxes).unwrap()) - all) / frames;
        assert!((rate - 0.2).abs() < 0.05, "{rate}");
    }

    #[test]
    fn jitter_has_its_deviation() {
        let scene = scene();
        let noise = Noise { jitter: 0.05, ..Noise::none() };
        let (mut sum, mut number) = (0.0, 0.0);
        for ((_, exact), (_, seen)) in scene.frames().zip(scene.detections(&noise).unwrap()) {
            for (exact, seen) in exact.iter().zip(seen) {
                sum += ((seen.bbox.y2 - exact.bbox.y2) / exact.bbox.height()).powi(2);
                number += 1.0;
            }
        }
        let deviation = f64::sqrt(sum / number);
        assert!((deviation - 0.05).abs() < 0.005, "{deviation}");
    }

    #[test]
    fn occlusion_hides_the_farther_of_two() {
        let scene = scene();
        let hidden = Noise { occlusion: true, ..Noise::none() };
        let seen = scene.detections(&hidden).unwrap();
        let mut covered_boxes = 0;
        for ((_, exact), (_, seen)) in scene.frames().zip(seen) {
            for (index, far) in exact.iter().enumerate() {
                let is_covered = exact[index + 1..]
                    .iter()
                    .any(|near| near.bbox.intersection(&far.bbox) > 0.6 * far.bbox.area());
                covered_boxes += usize::from(is_covered);
                assert_eq!(seen.iter().any(|detection| detection.bbox == far.bbox), !is_covered);
            }
        }
        assert!(covered_boxes > 10, "{covered_boxes}");
    }

    #[test]
    fn tracks_keep_their_ids_but_for_switches() {
        let scene = scene();
        let ids = |noise: &Noise| -> BTreeSet<TrackId> {
            let tracks = scene.tracks(noise).unwrap();
            tracks.iter().flat_map(|(_, seen)| seen.iter().map(|one| one.track)).collect()
        };
        assert_eq!(ids(&Noise::none()).len(), 60);
        let switched = Noise { id_switches: 10.0, ..Noise::none() };
        assert!(ids(&switched).len() > 60);
        for (_, seen) in scene.tracks(&switched).unwrap() {
            let distinct: BTreeSet<TrackId> = seen.iter().map(|one| one.track).collect();
            assert_eq!(distinct.len(), seen.len(), "a track is in one place");
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_noise_and_another_one_does_not() {
        let scene = scene();
        let noise = Noise::realistic(7);
        assert_eq!(scene.detections(&noise).unwrap(), scene.detections(&noise).unwrap());
        assert_ne!(scene.detections(&noise).unwrap(), scene.detections(&Noise::realistic(8)).unwrap());
        let wrong = Noise { misses: 1.5, ..Noise::none() };
        assert!(scene.detections(&wrong).unwrap_err().to_string().contains("`misses` cannot be 1.5"));
    }
}
