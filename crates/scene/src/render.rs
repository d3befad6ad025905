//! A scene as pictures.

use crate::figure;
use crate::world::Scene;

/// Side of a tile of the ground's texture, as a share of the picture's height.
const TILE: f64 = 0.09;
/// Most pixels of a picture.
const MAX_PIXELS: u64 = 1 << 26;

/// Draws a scene's frames in one size; the ground is drawn once.
#[derive(Clone, Debug)]
pub struct Renderer<'a> {
    scene: &'a Scene,
    canvas: Canvas,
}

/// A picture in the making: RGB, 8 bits, row by row.
#[derive(Clone, Debug)]
pub(crate) struct Canvas {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) pixels: Vec<u8>,
}

impl<'a> Renderer<'a> {
    /// A renderer of `scene` in pictures of `width` x `height` pixels; `None` when that is no pixel, or more
    /// than 64 million.
    pub fn new(scene: &'a Scene, width: u32, height: u32) -> Option<Self> {
        let pixels = u64::from(width) * u64::from(height);
        if pixels == 0 || pixels > MAX_PIXELS {
            return None;
        }
        let mut canvas = Canvas { width, height, pixels: Vec::with_capacity(pixels as usize * 3) };
        for y in 0..height {
            for x in 0..width {
                canvas.pixels.extend(ground(scene.config().seed, x, y, height));
            }
        }
        Some(Self { scene, canvas })
    }

    /// Frame `index` (from 0) of the scene: `width * height * 3` bytes, RGB, row by row from the top.
    pub fn frame(&self, index: u32) -> Vec<u8> {
        let mut canvas = self.canvas.clone();
        let seconds = self.scene.frame_time(index).as_secs();
        let boxes = self.scene.boxes(index);
        for exact in &boxes {
            figure::draw_shadow(&mut canvas, &exact.bbox);
        }
        // The farthest first: nearer ones cover it.
        for exact in &boxes {
            let walking = self.is_walking(exact.walker, seconds);
            figure::draw_body(&mut canvas, &exact.bbox, exact.walker, walking.then_some(seconds));
        }
        canvas.pixels
    }

    fn is_walking(&self, walker: u64, seconds: f64) -> bool {
        let path = self.scene.walkers().iter().find(|one| one.id == walker).map(|one| &one.path);
        let around = path.and_then(|path| Some((path.at(seconds)?, path.at(seconds + 0.05)?)));
        around.is_some_and(|(now, soon)| now.foot != soon.foot)
    }
}

impl Scene {
    /// Frame `index` (from 0) in `width` x `height` pixels: RGB, row by row from the top; `None` when that is
    /// no pixel, or more than 64 million. For many frames of one size a [`Renderer`] is faster.
    pub fn render(&self, index: u32, width: u32, height: u32) -> Option<Vec<u8>> {
        Renderer::new(self, width, height).map(|renderer| renderer.frame(index))
    }
}

impl Canvas {
    /// Lays a colour over a pixel, `cover` 0..1.
    pub(crate) fn blend(&mut self, x: u32, y: u32, colour: [f64; 3], cover: f64) {
        let start = (y as usize * self.width as usize + x as usize) * 3;
        for (pixel, value) in self.pixels[start..start + 3].iter_mut().zip(colour) {
            let mixed = f64::from(*pixel) * (1.0 - cover) + value * cover;
            *pixel = mixed.round().clamp(0.0, 255.0) as u8;
        }
    }
}

/// Paving: tiles of slightly different grey with joints and grain, lighter towards the viewer.
fn ground(seed: u64, x: u32, y: u32, height: u32) -> [u8; 3] {
    let tile = (f64::from(height) * TILE).max(2.0);
    let (column, row) = (f64::from(x) / tile, f64::from(y) / tile);
    let shade = hash(seed, column.floor() as u64, row.floor() as u64) % 14;
    let grain = hash(seed ^ 0x51, u64::from(x), u64::from(y)) % 12;
    let width = (1.2 / tile).max(0.02);
    let joint = if column.fract() < width || row.fract() < width { 22.0 } else { 0.0 };
    let light = 118.0 + 30.0 * f64::from(y) / f64::from(height);
    let value = light + shade as f64 + grain as f64 - joint;
    [value + 3.0, value, value - 6.0].map(|channel| channel.clamp(0.0, 255.0) as u8)
}

/// A number that looks random and is the same everywhere (splitmix64).
pub(crate) fn hash(seed: u64, a: u64, b: u64) -> u64 {
    let mut z = seed
        .wrapping_add(a.wrapping_mul(0x9E37_79B9_7F4A_7C15))
        .wrapping_add(b.wrapping_mul(0xC2B2_AE3D_27D4_EB4F))
        .wrapping_add(0x1656_67B1_9E37_79F9);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use crate::{Behaviour, Renderer, Scene, SceneConfig};

    #[test]
    fn a_walker_changes_the_picture_inside_its_box_and_hardly_outside() {
        let behaviours = vec![(Behaviour::Straight, 1.0)];
        let config = SceneConfig { walkers: 1, duration: 20.0, behaviours, ..SceneConfig::default() };
        let scene = Scene::generate(&config).unwrap();
        let empty = (0..scene.frame_count()).find(|index| scene.boxes(*index).is_empty()).unwrap();
        let taken = (0..scene.frame_count()).find(|index| !scene.boxes(*index).is_empty()).unwrap();
        let (width, height) = (640, 360);
        let renderer = Renderer::new(&scene, width, height).unwrap();
        let (ground, picture) = (renderer.frame(empty), renderer.frame(taken));
        assert_eq!(picture.len(), 640 * 360 * 3);
        assert_eq!(scene.render(taken, width, height).unwrap(), picture);

        let bbox = scene.boxes(taken)[0].bbox;
        let (mut inside, mut outside) = (0, 0);
        for (index, (was, is)) in ground.chunks(3).zip(picture.chunks(3)).enumerate() {
            let x = (index % 640) as f64 / 640.0;
            let y = (index / 640) as f64 / 360.0;
            let within = (bbox.x1..=bbox.x2).contains(&x) && (bbox.y1..=bbox.y2).contains(&y);
            *(if within { &mut inside } else { &mut outside }) += usize::from(was != is);
        }
        let area = bbox.area() * 640.0 * 360.0;
        assert!(inside as f64 > 0.4 * area, "{inside} of {area}");
        assert!((outside as f64) < 0.1 * area, "{outside} of {area}");
    }

    #[test]
    fn a_picture_has_a_pixel_and_not_too_many() {
        let scene = Scene::generate(&SceneConfig { walkers: 0, ..SceneConfig::default() }).unwrap();
        assert!(scene.render(0, 0, 100).is_none());
        assert!(scene.render(0, u32::MAX, u32::MAX).is_none());
        assert_eq!(scene.render(0, 1, 1).unwrap().len(), 3);
    }
}
