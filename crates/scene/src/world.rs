//! The scene: walkers, what a perfect camera sees of them, and the true crossings.

use observation::{BBox, Class, Point, StreamTime};

use crate::behaviour::{self, BODY_WIDTH};
use crate::config::{Behaviour, SceneConfig, SceneError};
use crate::path::{Footing, Path};
use crate::random::Random;
use crate::traversal::traversals;
use crate::truth::TruthCrossing;

/// One person of a scene.
#[derive(Clone, Debug, PartialEq)]
pub struct Walker {
    /// From 1, in the order of generation.
    pub id: u64,
    /// What it does.
    pub behaviour: Behaviour,
    /// Where its foot is at every moment.
    pub path: Path,
}

/// A walker's exact box in one frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExactBox {
    /// Whose.
    pub walker: u64,
    /// What it is.
    pub class: Class,
    /// Where, normalised; always wholly in the picture.
    pub bbox: BBox,
}

/// A generated scene. Its paths are functions of continuous time.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    config: SceneConfig,
    walkers: Vec<Walker>,
}

impl Scene {
    /// Generates the scene of this configuration: the same one, whenever and wherever.
    ///
    /// # Errors
    /// When a value is out of its range, or a behaviour does not fit in the picture and the duration.
    pub fn generate(config: &SceneConfig) -> Result<Self, SceneError> {
        config.check()?;
        let mut walkers: Vec<Walker> = Vec::new();
        while (walkers.len() as u32) < config.walkers {
            let id = walkers.len() as u64 + 1;
            // A stream for each walker: one more walker changes nothing for those before.
            let mut random = Random::new(config.seed, id);
            let behaviour = choose(config, &mut random);
            let paths = behaviour::draw(behaviour, config, &mut random)
                .ok_or(SceneError::NoRoom { behaviour, duration: config.duration })?;
            for (id, path) in (id..=u64::from(config.walkers)).zip(paths) {
                walkers.push(Walker { id, behaviour, path });
            }
        }
        Ok(Self { config: config.clone(), walkers })
    }

    /// The same walkers on the same paths, seen at another frame rate.
    ///
    /// # Errors
    /// When `fps` is out of its range.
    pub fn at_fps(&self, fps: f64) -> Result<Self, SceneError> {
        let config = SceneConfig { fps, ..self.config.clone() };
        config.check()?;
        Ok(Self { config, walkers: self.walkers.clone() })
    }

    /// What it was generated from.
    pub fn config(&self) -> &SceneConfig {
        &self.config
    }

    /// The walkers, in order of their ids.
    pub fn walkers(&self) -> &[Walker] {
        &self.walkers
    }

    /// How many frames there are.
    pub fn frame_count(&self) -> u32 {
        (self.config.duration * self.config.fps).floor().max(1.0) as u32
    }

    /// When frame `index` (from 0) is seen.
    pub fn frame_time(&self, index: u32) -> StreamTime {
        StreamTime::from_secs(f64::from(index) / self.config.fps)
    }

    /// The exact boxes in frame `index`, the farthest walker first.
    pub fn boxes(&self, index: u32) -> Vec<ExactBox> {
        let t = f64::from(index) / self.config.fps;
        let mut boxes: Vec<ExactBox> = self
            .walkers
            .iter()
            .filter_map(|walker| Some((walker.id, walker.path.at(t)?)))
            .map(|(walker, footing)| ExactBox { walker, class: Class(0), bbox: self.bbox(&footing) })
            .collect();
        boxes.sort_by(|a, b| a.bbox.y2.total_cmp(&b.bbox.y2).then(a.walker.cmp(&b.walker)));
        boxes
    }

    /// All frames with their exact boxes.
    pub fn frames(&self) -> impl Iterator<Item = (StreamTime, Vec<ExactBox>)> + '_ {
        (0..self.frame_count()).map(|index| (self.frame_time(index), self.boxes(index)))
    }

    /// The true crossings, in order of time. They depend on the paths alone, not on frames or noise.
    pub fn truth(&self) -> Vec<TruthCrossing> {
        let mut truth = Vec::new();
        for line in &self.config.lines {
            for walker in &self.walkers {
                for traversal in traversals(&walker.path, line, self.config.aspect) {
                    truth.push(TruthCrossing::new(&line.name, "person", traversal));
                }
            }
        }
        truth.sort_by(|a, b| a.t.total_cmp(&b.t));
        truth
    }

    fn bbox(&self, footing: &Footing) -> BBox {
        let width = footing.height * BODY_WIDTH / self.config.aspect;
        let Point { x, y } = footing.foot;
        // A body at the very edge may stick out by a rounding error.
        BBox::new(x - width / 2.0, y - footing.height, x + width / 2.0, y).clipped()
    }
}

fn choose(config: &SceneConfig, random: &mut Random) -> Behaviour {
    let total: f64 = config.behaviours.iter().map(|(_, weight)| weight).sum();
    let mut left = random.between(0.0, total);
    for (behaviour, weight) in &config.behaviours {
        if left < *weight {
            return *behaviour;
        }
        left -= weight;
    }
    // Rounding may leave a trace of weight: the last that can be chosen takes it.
    let possible = config.behaviours.iter().rev().find(|(_, weight)| *weight > 0.0);
    possible.map_or(Behaviour::Straight, |(behaviour, _)| *behaviour)
}

#[cfg(test)]
mod tests {
    use event::Direction;

    use super::*;
    use crate::config::Line;

    fn only(behaviour: Behaviour) -> SceneConfig {
        SceneConfig {
            behaviours: vec![(behaviour, 1.0)],
            walkers: 40,
            duration: 120.0,
            ..SceneConfig::default()
        }
    }

    /// How many clear crossings each walker makes.
    fn crossings(scene: &Scene) -> Vec<usize> {
        let line = &scene.config().lines[0];
        let clear = |walker: &Walker| {
            let found = traversals(&walker.path, line, scene.config().aspect);
            found.iter().filter(|traversal| !traversal.ambiguous).count()
        };
        scene.walkers().iter().map(clear).collect()
    }

    #[test]
    fn each_behaviour_crosses_as_often_as_its_name_says() {
        for (behaviour, fewest, most) in [
            (Behaviour::Straight, 1, 1),
            (Behaviour::Diagonal, 1, 1),
            (Behaviour::VShaped, 1, 1),
            (Behaviour::TurnBefore, 0, 0),
            (Behaviour::TurnAfter, 2, 2),
            (Behaviour::StopAndGo, 1, 1),
            (Behaviour::Loiter, 0, 1),
            (Behaviour::Pacing, 2, 6),
            (Behaviour::TwoAtOnce, 0, 1),
        ] {
            let scene = Scene::generate(&only(behaviour)).unwrap();
            let found = crossings(&scene);
            assert!(found.iter().all(|count| (fewest..=most).contains(count)), "{behaviour:?}: {found:?}");
            assert!(found.contains(&most) || behaviour == Behaviour::Pacing, "{behaviour:?}: {found:?}");
        }
    }

    #[test]
    fn two_at_once_meet_the_line_at_the_same_instant() {
        let scene = Scene::generate(&only(Behaviour::TwoAtOnce)).unwrap();
        let truth = scene.truth();
        let pairs = truth.windows(2).filter(|pair| (pair[0].t - pair[1].t).abs() < 1e-6).count();
        assert!(pairs >= 15, "{pairs} pairs");
    }

    #[test]
    fn an_hour_of_pacing_is_one_crossing_a_lap() {
        let config =
            SceneConfig { walkers: 1, duration: 3600.0, laps: [300, 300], ..only(Behaviour::Pacing) };
        let truth = Scene::generate(&config).unwrap().truth();
        assert_eq!(truth.len(), 300);
        assert!(truth.windows(2).all(|pair| pair[0].direction == pair[1].direction.reversed()));
        assert!(truth.iter().all(|crossing| !crossing.ambiguous));
    }

    #[test]
    fn the_frame_rate_changes_neither_paths_nor_truth() {
        let slow = Scene::generate(&SceneConfig { fps: 5.0, ..SceneConfig::default() }).unwrap();
        let fast = Scene::generate(&SceneConfig { fps: 30.0, ..SceneConfig::default() }).unwrap();
        assert_eq!(slow.at_fps(30.0).unwrap(), fast);
        assert_eq!(slow.truth(), fast.truth());
        assert_eq!(slow.boxes(7), fast.boxes(42));
    }

    #[test]
    fn every_body_is_wholly_in_the_picture_and_clear_of_the_line_at_both_ends() {
        for seed in 0..20 {
            let scene = Scene::generate(&SceneConfig { seed, ..SceneConfig::default() }).unwrap();
            let full = scene.config();
            for (_, boxes) in scene.frames() {
                for ExactBox { bbox, .. } in boxes {
                    let height = full.height_at(bbox.y2);
                    assert!((bbox.height() - height).abs() < 1e-9, "cut off: {bbox:?}");
                    assert!((bbox.width() * full.aspect - height * BODY_WIDTH).abs() < 1e-9, "{bbox:?}");
                }
            }
            assert!(scene.truth().iter().filter(|crossing| !crossing.ambiguous).count() > 15);
        }
    }

    #[test]
    fn one_more_walker_changes_nothing_for_those_before() {
        let few = Scene::generate(&SceneConfig { walkers: 10, ..only(Behaviour::Straight) }).unwrap();
        let more = Scene::generate(&SceneConfig { walkers: 11, ..only(Behaviour::Straight) }).unwrap();
        assert_eq!(few.walkers(), &more.walkers()[..10]);
        let other =
            Scene::generate(&SceneConfig { seed: 2, walkers: 10, ..only(Behaviour::Straight) }).unwrap();
        assert_ne!(few.walkers(), other.walkers());
    }

    #[test]
    fn a_seed_means_the_same_scene_for_ever() {
        let truth = Scene::generate(&SceneConfig::default()).unwrap().truth();
        let first = &truth[0];
        assert_eq!(
            (truth.len(), first.direction, format!("{:.6}", first.t)),
            (39, Direction::Forward, "4.871319".to_owned())
        );
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        let point = Point::new(0.5, 0.5);
        let short = SceneConfig { lines: vec![Line::new("door", &[point, point])], ..SceneConfig::default() };
        assert!(Scene::generate(&short).unwrap_err().to_string().contains("door"));
        let still = SceneConfig { fps: f64::NAN, ..SceneConfig::default() };
        assert!(Scene::generate(&still).unwrap_err().to_string().contains("`fps`"));
        let hasty = SceneConfig { duration: 2.0, ..SceneConfig::default() };
        assert!(matches!(Scene::generate(&hasty), Err(SceneError::NoRoom { .. })));
    }
}
