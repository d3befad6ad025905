//! The paths of the behaviours.

use observation::Point;

use crate::config::{Behaviour, SceneConfig};
use crate::path::{Footing, Path};
use crate::random::Random;

/// Width of a body over its height.
pub(crate) const BODY_WIDTH: f64 = 0.4;
/// How often a path is drawn anew until it fits in the picture.
const TRIES: u32 = 400;

/// A place in picture heights on both axes.
type Place = [f64; 2];

/// Draws a path (two for [`Behaviour::TwoAtOnce`]) that lies wholly in the picture and in the duration.
pub(crate) fn draw(behaviour: Behaviour, config: &SceneConfig, random: &mut Random) -> Option<Vec<Path>> {
    (0..TRIES).find_map(|_| {
        let aim = Aim::draw(config, random);
        let speed = random.between(config.speeds[0], config.speeds[1]) * aim.height;
        let walks = Plan { aim, speed, laps: config.laps }.walks(behaviour, random);
        let length = walks.iter().map(|walk| walk.t).fold(0.0, f64::max);
        if length > config.duration || !walks.iter().all(|walk| walk.fits(config)) {
            return None;
        }
        let start = random.between(0.0, config.duration - length);
        walks.iter().map(|walk| walk.path(start, config)).collect()
    })
}

/// Where a walker means to meet a line, and in which direction.
struct Aim {
    at: Place,
    /// Ahead, at right angles to the line.
    normal: Place,
    /// Along the line.
    tangent: Place,
    /// The body's height there.
    height: f64,
}

impl Aim {
    fn draw(config: &SceneConfig, random: &mut Random) -> Self {
        let chosen = random.whole(0, config.lines.len() as u32 - 1) as usize;
        let points: Vec<Place> =
            config.lines[chosen].points.iter().map(|point| [point.x * config.aspect, point.y]).collect();
        let lengths: Vec<f64> = points.windows(2).map(|pair| norm(minus(pair[1], pair[0]))).collect();
        let mut along = random.between(0.12, 0.88) * lengths.iter().sum::<f64>();
        let mut segment = 0;
        while segment + 1 < lengths.len() && along > lengths[segment] {
            along -= lengths[segment];
            segment += 1;
        }
        let tangent = scaled(minus(points[segment + 1], points[segment]), 1.0 / lengths[segment]);
        let at = plus(points[segment], scaled(tangent, along));
        let normal = scaled([-tangent[1], tangent[0]], random.sign());
        Self { at, normal, tangent, height: config.height_at(at[1]) }
    }

    /// The place `ahead` body heights beyond the aim and `aside` along the line.
    fn place(&self, ahead: f64, aside: f64) -> Place {
        let ahead = scaled(self.normal, ahead * self.height);
        plus(plus(self.at, ahead), scaled(self.tangent, aside * self.height))
    }
}

struct Plan {
    aim: Aim,
    /// Picture heights a second.
    speed: f64,
    laps: [u32; 2],
}

impl Plan {
    fn walks(&self, behaviour: Behaviour, random: &mut Random) -> Vec<Walk> {
        let walk = match behaviour {
            Behaviour::Straight => self.through(random.between(-0.4, 0.4), random),
            Behaviour::Diagonal => self.through(random.between(1.0, 2.75) * random.sign(), random),
            Behaviour::VShaped => self.bent(random),
            Behaviour::TurnBefore => self.turn(-random.between(0.4, 1.5), random),
            Behaviour::TurnAfter => self.turn(random.between(0.6, 1.5), random),
            Behaviour::StopAndGo => self.stop_and_go(random),
            Behaviour::Loiter => self.loiter(random),
            Behaviour::Pacing => self.pace(random),
            Behaviour::TwoAtOnce => {
                let walk = self.through(random.between(-0.3, 0.3), random);
                let aside = random.sign() * random.between(0.8, 1.3) * self.aim.height;
                let companion = walk.shifted(scaled(self.aim.tangent, aside));
                return vec![walk, companion];
            }
        };
        vec![walk]
    }

    /// Body heights beyond the line that a walker needs to be seen outside the band for long enough, when it
    /// walks `slant` aside for each step ahead.
    fn lead(&self, slant: f64, random: &mut Random) -> f64 {
        let ahead = self.speed / self.aim.height / (1.0 + slant * slant).sqrt();
        0.2 + ahead * random.between(1.8, 3.5)
    }

    /// Straight over the line, `slant` steps aside for each step ahead.
    fn through(&self, slant: f64, random: &mut Random) -> Walk {
        let (before, after) = (self.lead(slant, random), self.lead(slant, random));
        let mut walk = Walk::from(self.aim.place(-before, -slant * before));
        walk.go(self.aim.place(after, slant * after), self.speed);
        walk
    }

    fn bent(&self, random: &mut Random) -> Walk {
        let slant = random.between(0.6, 1.5) * random.sign();
        let (before, after) = (self.lead(slant, random), self.lead(slant, random));
        let bend = random.between(0.05, 0.3);
        let mut walk = Walk::from(self.aim.place(-before, -slant * before));
        walk.go(self.aim.place(bend, slant * bend), self.speed);
        walk.go(self.aim.place(bend + after, slant * (bend - after)), self.speed);
        walk
    }

    /// Comes straight, turns `depth` body heights beyond the line (before it when negative), and goes back.
    fn turn(&self, depth: f64, random: &mut Random) -> Walk {
        let lead = self.lead(0.0, random).max(0.5 - depth);
        let aside = random.between(-0.6, 0.6);
        let mut walk = Walk::from(self.aim.place(-lead, -aside));
        walk.go(self.aim.place(depth, 0.0), self.speed);
        walk.wait(random.between(0.4, 1.5));
        walk.go(self.aim.place(-lead, aside), self.speed);
        walk
    }

    fn stop_and_go(&self, random: &mut Random) -> Walk {
        let slant = random.between(-0.4, 0.4);
        let (before, after) = (self.lead(slant, random), self.lead(slant, random));
        let mut walk = Walk::from(self.aim.place(-before, -slant * before));
        let stops = random.whole(2, 4);
        let stride = (before + after) / f64::from(stops + 1);
        for stop in 1..=stops {
            let ahead = -before + stride * (f64::from(stop) + random.between(-0.45, 0.45));
            walk.go(self.aim.place(ahead, slant * ahead), self.speed);
            walk.wait(random.between(0.5, 4.0));
        }
        walk.go(self.aim.place(after, slant * after), self.speed);
        walk
    }

    /// Stands in the band, shuffling, without treading over the line; then goes on, or back.
    fn loiter(&self, random: &mut Random) -> Walk {
        let lead = self.lead(0.0, random);
        let side = random.sign();
        let mut walk = Walk::from(self.aim.place(-lead, random.between(-0.3, 0.3)));
        for _ in 0..random.whole(2, 7) {
            let spot = self.aim.place(side * random.between(0.01, 0.13), random.between(-0.3, 0.3));
            walk.go(spot, self.speed);
            walk.wait(random.between(0.5, 3.0));
        }
        let leaves = if random.chance(0.7) { self.lead(0.0, random) } else { -lead };
        walk.go(self.aim.place(leaves, random.between(-0.3, 0.3)), self.speed);
        walk
    }

    fn pace(&self, random: &mut Random) -> Walk {
        let mut side = -1.0;
        let mut walk = Walk::from(self.aim.place(side * self.lead(0.0, random), 0.0));
        for _ in 0..random.whole(self.laps[0], self.laps[1]) {
            side = -side;
            walk.go(self.aim.place(side * random.between(0.6, 1.4), random.between(-0.4, 0.4)), self.speed);
            walk.wait(random.between(0.6, 2.0));
        }
        walk.go(self.aim.place(side * self.lead(0.0, random).max(1.5), 0.0), self.speed);
        walk
    }
}

/// A path in the making; its time starts at 0.
struct Walk {
    t: f64,
    places: Vec<(f64, Place)>,
}

impl Walk {
    fn from(place: Place) -> Self {
        Self { t: 0.0, places: vec![(0.0, place)] }
    }

    fn go(&mut self, to: Place, speed: f64) {
        let from = self.places[self.places.len() - 1].1;
        self.t += (norm(minus(to, from)) / speed).max(1e-3);
        self.places.push((self.t, to));
    }

    fn wait(&mut self, seconds: f64) {
        let place = self.places[self.places.len() - 1].1;
        self.t += seconds;
        self.places.push((self.t, place));
    }

    fn shifted(&self, by: Place) -> Self {
        let places = self.places.iter().map(|(t, place)| (*t, plus(*place, by))).collect();
        Self { t: self.t, places }
    }

    /// Whether the whole body is in the picture; enough to ask at the corners, for height is linear in `y`.
    fn fits(&self, config: &SceneConfig) -> bool {
        self.places.iter().all(|(_, [x, y])| {
            let height = config.height_at(*y);
            let half = height * BODY_WIDTH / 2.0;
            *x - half >= 0.0 && *x + half <= config.aspect && *y - height >= 0.0 && *y <= 1.0
        })
    }

    fn path(&self, start: f64, config: &SceneConfig) -> Option<Path> {
        let knot = |(t, [x, y]): &(f64, Place)| Footing {
            t: start + t,
            foot: Point::new(x / config.aspect, *y),
            height: config.height_at(*y),
        };
        Path::new(self.places.iter().map(knot).collect())
    }
}

fn minus(a: Place, b: Place) -> Place {
    [a[0] - b[0], a[1] - b[1]]
}

fn plus(a: Place, b: Place) -> Place {
    [a[0] + b[0], a[1] + b[1]]
}

fn scaled(a: Place, by: f64) -> Place {
    [a[0] * by, a[1] * by]
}

fn norm(a: Place) -> f64 {
    (a[0] * a[0] + a[1] * a[1]).sqrt()
}
