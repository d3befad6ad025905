use std::collections::{BTreeMap, VecDeque};

use observation::{Anchor, Point, StreamDuration, StreamTime, TrackId};
use tiny_skia::LineCap;

use crate::canvas::{Canvas, Pixel, Plate};
use crate::colour::{Colour, of_track};
use crate::marks::LINE;
use crate::picture::check_size;
use crate::{BoxLook, DrawingError, FrameContent, LineLook, ZoneLook};

/// How long a trail is.
const TRAIL: StreamDuration = StreamDuration::from_micros(3_000_000);
/// Most points in a trail and most trails: a long video takes no more memory than a short one.
const TRAIL_POINTS: usize = 256;
const TRAILS: usize = 2000;
/// Steps in which a trail fades.
const FADE_STEPS: usize = 6;
/// How long a line lights up after a crossing.
const FLASH: StreamDuration = StreamDuration::from_micros(400_000);

const ZONE: Colour = Colour::new(64, 196, 255);
const NOTICE: Colour = Colour::new(255, 176, 32);

/// Draws results onto the frames of one video. It remembers only what trails and flashes need.
pub struct Overlay {
    width: u32,
    height: u32,
    canvas: Canvas,
    trails: BTreeMap<TrackId, VecDeque<(StreamTime, Point)>>,
    /// For each line the sum of its counts in the last frame and when it last grew.
    crossed: BTreeMap<String, (u64, Option<StreamTime>)>,
    last: Option<StreamTime>,
}

impl Overlay {
    /// An overlay for frames of this size in pixels.
    ///
    /// # Errors
    /// When a side is 0 or above 16384.
    pub fn new(width: u32, height: u32) -> Result<Self, DrawingError> {
        check_size(width, height, width as usize * height as usize * 3)?;
        let canvas = Canvas::new(width, height)?;
        Ok(Self { width, height, canvas, trails: BTreeMap::new(), crossed: BTreeMap::new(), last: None })
    }

    /// Draws `content` onto one frame (RGB24, `width * height * 3` bytes). Call it for the frames in order of
    /// time: trails and the lighting up of crossed lines come from the frames before. When time runs backwards
    /// a new stream is assumed.
    ///
    /// # Errors
    /// When the buffer does not have the overlay's size.
    pub fn frame(&mut self, rgb: &mut [u8], content: &FrameContent<'_>) -> Result<(), DrawingError> {
        check_size(self.width, self.height, rgb.len())?;
        if self.last.is_some_and(|last| content.time < last) {
            self.trails.clear();
            self.crossed.clear();
        }
        self.last = Some(content.time);
        self.follow(content);
        let text = (self.canvas.height() / 44.0).clamp(11.0, 64.0).round();
        for zone in content.zones {
            self.draw_zone(zone, text);
        }
        self.draw_trails(content.time, text);
        for item in content.boxes {
            self.draw_box(item, text);
        }
        for line in content.lines {
            let lit = self.light(line, content.time);
            self.draw_line(line, lit, text);
        }
        let mut plates = vec![self.draw_clock(content.time, text)];
        plates.extend(content.notice.map(|notice| self.draw_notice(notice, text)));
        for zone in content.zones {
            self.label_zone(zone, text, &mut plates);
        }
        for line in content.lines {
            self.label_line(line, text, &mut plates);
        }
        self.canvas.blend_onto(rgb);
        Ok(())
    }

    /// Adds the boxes' foot points to their trails and drops what is older than a trail.
    fn follow(&mut self, content: &FrameContent<'_>) {
        for item in content.boxes {
            let trail = self.trails.entry(item.track).or_default();
            trail.push_back((content.time, item.bbox.anchor(Anchor::Foot)));
            if trail.len() > TRAIL_POINTS {
                trail.pop_front();
            }
        }
        let oldest = content.time - TRAIL;
        self.trails.retain(|_, trail| {
            while trail.front().is_some_and(|(time, _)| *time < oldest) {
                trail.pop_front();
            }
            !trail.is_empty()
        });
        // Ids grow with time, so the first are the oldest.
        while self.trails.len() > TRAILS {
            self.trails.pop_first();
        }
    }

    /// How brightly the line is lit, 0..1: fully when its counts have just grown, then fading.
    fn light(&mut self, line: &LineLook, now: StreamTime) -> f32 {
        let sum = line.forward + line.backward;
        let known = self.crossed.entry(line.name.clone()).or_insert((sum, None));
        if sum > known.0 {
            known.1 = Some(now);
        }
        known.0 = sum;
        let Some(since) = known.1 else { return 0.0 };
        let share = (now - since).as_secs() / FLASH.as_secs();
        (1.0 - share).clamp(0.0, 1.0) as f32
    }

    fn draw_zone(&mut self, zone: &ZoneLook, text: f32) {
        let points = self.canvas.pixels(&zone.points);
        self.canvas.polygon(&points, ZONE.opacity(0.16));
        self.canvas.outline(&points, text * 0.14, ZONE.opacity(0.9));
    }

    fn label_zone(&mut self, zone: &ZoneLook, text: f32, plates: &mut Vec<Plate>) {
        let points = self.canvas.pixels(&zone.points);
        let Some(lowest) = points.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1)) else { return };
        let label = format!("{}  {}", zone.name, zone.occupancy);
        let (width, _) = self.canvas.plate_size(&label, text);
        // Below the zone: inside it the plate would hide those who are counted.
        let corner = (lowest.0 - width / 2.0, lowest.1 + text * 0.3);
        let plate = self.free_plate(&label, text, corner, plates);
        self.canvas.draw_plate(plate, &label, text, Colour::INK.opacity(0.78), ZONE);
    }

    fn draw_trails(&mut self, now: StreamTime, text: f32) {
        let oldest = now - TRAIL;
        for (track, trail) in &self.trails {
            let colour = of_track(track.0);
            let mut piece: Vec<Pixel> = Vec::with_capacity(trail.len());
            let mut piece_step = 0;
            for (time, point) in trail {
                let pixel = self.canvas.pixels(&[*point])[0];
                let age = (*time - oldest).as_secs() / TRAIL.as_secs();
                let step = ((age * FADE_STEPS as f64) as usize).min(FADE_STEPS - 1);
                piece.push(pixel);
                if step != piece_step {
                    self.canvas.polyline(&piece, text * 0.26, LineCap::Butt, faded(colour, piece_step));
                    piece = vec![pixel];
                    piece_step = step;
                }
            }
            self.canvas.polyline(&piece, text * 0.26, LineCap::Butt, faded(colour, piece_step));
        }
    }

    fn draw_box(&mut self, item: &BoxLook, text: f32) {
        let colour = of_track(item.track.0);
        let corners =
            [(item.bbox.x1, item.bbox.y1), (item.bbox.x2, item.bbox.y2)].map(|(x, y)| Point::new(x, y));
        let [(left, top), (right, bottom)] = self.canvas.pixels(&corners)[..] else { return };
        if right < 0.0 || bottom < 0.0 || left > self.canvas.width() || top > self.canvas.height() {
            return;
        }
        let edge = Plate { x: left, y: top, width: right - left, height: bottom - top };
        self.canvas.frame(edge, text * 0.3, Colour::BLACK.opacity(0.45));
        self.canvas.frame(edge, text * 0.15, colour);
        let size = (text * 0.85).max(10.0);
        let label = format!("{} {} · {:.0}%", item.label, item.track.0, item.confidence * 100.0);
        let (_, height) = self.canvas.plate_size(&label, size);
        let plate = self.canvas.plate_at(&label, size, (left - text * 0.07, top - height));
        self.canvas.draw_plate(plate, &label, size, colour.opacity(0.88), colour.ink());
    }

    fn draw_line(&mut self, line: &LineLook, lit: f32, text: f32) {
        let points = self.canvas.pixels(&line.points);
        let stroke = text * 0.26;
        if lit > 0.0 {
            self.canvas.polyline(&points, stroke * 6.0, LineCap::Round, Colour::WHITE.opacity(0.6 * lit));
        }
        let colour = if lit > 0.0 { Colour::WHITE } else { LINE };
        self.canvas.counting_line(&points, stroke, colour);
    }

    fn label_line(&mut self, line: &LineLook, text: f32, plates: &mut Vec<Plate>) {
        let points = self.canvas.pixels(&line.points);
        let [first, second, ..] = points[..] else { return };
        let label = format!(
            "{}  {} {}  {} {}",
            line.name, line.forward_name, line.forward, line.backward_name, line.backward
        );
        // Beyond the line's first end, where it hides neither the line nor those who cross it.
        let (width, height) = self.canvas.plate_size(&label, text);
        let length = (second.0 - first.0).hypot(second.1 - first.1).max(1e-3);
        let away = ((first.0 - second.0) / length, (first.1 - second.1) / length);
        let reach = text * 0.6;
        let corner = (
            first.0 + away.0 * (width / 2.0 + reach) - width / 2.0,
            first.1 + away.1 * (height / 2.0 + reach) - height / 2.0,
        );
        let plate = self.free_plate(&label, text, corner, plates);
        self.canvas.draw_plate(plate, &label, text, Colour::INK.opacity(0.82), LINE);
    }

    /// The plate as near to `corner` as the picture and the plates already placed allow.
    fn free_plate(&self, label: &str, text: f32, corner: Pixel, plates: &mut Vec<Plate>) -> Plate {
        let wanted = self.canvas.plate_at(label, text, corner);
        let step = wanted.height + 2.0;
        let shifts = [0.0, 1.0, -1.0, 2.0, -2.0, 3.0, -3.0, 4.0, -4.0];
        let candidates = shifts.map(|n| self.canvas.plate_at(label, text, (wanted.x, wanted.y + n * step)));
        let free = candidates.into_iter().find(|plate| !plates.iter().any(|other| plate.meets(other)));
        let plate = free.unwrap_or(wanted);
        plates.push(plate);
        plate
    }

    fn draw_clock(&mut self, time: StreamTime, text: f32) -> Plate {
        // Tenths: thousandths flicker too fast to be read.
        let clock = time.to_string();
        let clock = &clock[..clock.len().saturating_sub(2)];
        let (width, _) = self.canvas.plate_size(clock, text);
        let corner = (self.canvas.width() - width - text * 0.5, text * 0.5);
        let plate = self.canvas.plate_at(clock, text, corner);
        self.canvas.draw_plate(plate, clock, text, Colour::INK.opacity(0.7), Colour::WHITE);
        plate
    }

    fn draw_notice(&mut self, notice: &str, text: f32) -> Plate {
        let size = text * 1.15;
        let (width, height) = self.canvas.plate_size(notice, size);
        let corner = ((self.canvas.width() - width) / 2.0, self.canvas.height() - height - text * 0.8);
        let plate = self.canvas.plate_at(notice, size, corner);
        self.canvas.draw_plate(plate, notice, size, NOTICE.opacity(0.94), Colour::BLACK);
        plate
    }
}

fn faded(colour: Colour, step: usize) -> Colour {
    colour.opacity((step + 1) as f32 / FADE_STEPS as f32 * 0.9)
}

#[cfg(test)]
mod tests {
    use observation::BBox;

    use super::*;

    const WIDTH: u32 = 320;
    const HEIGHT: u32 = 240;
    const GREY: u8 = 90;

    fn draw(overlay: &mut Overlay, content: &FrameContent<'_>) -> Vec<u8> {
        let mut rgb = vec![GREY; (WIDTH * HEIGHT * 3) as usize];
        overlay.frame(&mut rgb, content).unwrap();
        rgb
    }

    fn at(rgb: &[u8], x: f64, y: f64) -> [u8; 3] {
        let (x, y) = ((x * f64::from(WIDTH)) as usize, (y * f64::from(HEIGHT)) as usize);
        let place = (y * WIDTH as usize + x) * 3;
        [rgb[place], rgb[place + 1], rgb[place + 2]]
    }

    fn seconds(seconds: f64) -> StreamTime {
        StreamTime::from_secs(seconds)
    }

    fn person(track: u64, x: f64) -> BoxLook {
        let bbox = BBox::around(Point::new(x, 0.5), 0.1, 0.3);
        BoxLook { track: TrackId(track), bbox, label: "person".into(), confidence: 0.8 }
    }

    fn door(forward: u64) -> LineLook {
        LineLook {
            name: "door".into(),
            points: vec![Point::new(0.2, 0.5), Point::new(0.9, 0.5)],
            forward_name: "in".into(),
            backward_name: "out".into(),
            forward,
            backward: 0,
        }
    }

    #[test]
    fn an_empty_frame_shows_only_the_clock() {
        let mut overlay = Overlay::new(WIDTH, HEIGHT).unwrap();
        let rgb = draw(&mut overlay, &FrameContent::default());
        let changed: Vec<usize> = (0..rgb.len() / 3).filter(|n| rgb[n * 3] != GREY).collect();
        assert!(!changed.is_empty());
        let corner = |n: &usize| n % WIDTH as usize > 240 && n / (WIDTH as usize) < 40;
        assert!(changed.iter().all(corner), "the clock stays in its corner");
    }

    #[test]
    fn the_box_has_its_tracks_colour_and_an_empty_inside() {
        let mut overlay = Overlay::new(WIDTH, HEIGHT).unwrap();
        let rgb = draw(&mut overlay, &FrameContent { boxes: &[person(7, 0.5)], ..Default::default() });
        let colour = of_track(7);
        assert_eq!(at(&rgb, 0.4502, 0.5), [colour.red, colour.green, colour.blue]);
        assert_eq!(at(&rgb, 0.5, 0.5), [GREY; 3]);
    }

    #[test]
    fn a_box_outside_the_frame_leaves_no_label() {
        let mut overlay = Overlay::new(WIDTH, HEIGHT).unwrap();
        let nothing = draw(&mut overlay, &FrameContent::default());
        let outside = draw(&mut overlay, &FrameContent { boxes: &[person(7, 1.2)], ..Default::default() });
        assert_eq!(nothing, outside);
    }

    #[test]
    fn the_arrow_points_forward_to_the_right_hand() {
        let mut overlay = Overlay::new(WIDTH, HEIGHT).unwrap();
        let down = draw(&mut overlay, &FrameContent { lines: &[door(0)], ..Default::default() });
        assert_eq!(at(&down, 0.7, 0.5), [LINE.red, LINE.green, LINE.blue]);
        assert_ne!(at(&down, 0.55, 0.535), [GREY; 3], "forward is down for a line from left to right");
        assert_eq!(at(&down, 0.55, 0.465), [GREY; 3]);
        let mut back = door(0);
        back.points.reverse();
        let up = draw(&mut overlay, &FrameContent { lines: &[back], ..Default::default() });
        assert_eq!(at(&up, 0.55, 0.535), [GREY; 3]);
        assert_ne!(at(&up, 0.55, 0.465), [GREY; 3]);
    }

    #[test]
    fn a_crossed_line_lights_up_and_goes_out_again() {
        let mut overlay = Overlay::new(WIDTH, HEIGHT).unwrap();
        let mut line = |forward, time| {
            let content = FrameContent { time: seconds(time), lines: &[door(forward)], ..Default::default() };
            at(&draw(&mut overlay, &content), 0.7, 0.5)
        };
        let dark = [LINE.red, LINE.green, LINE.blue];
        assert_eq!(line(3, 0.0), dark, "counts from before are no crossing");
        assert_eq!(line(4, 1.0), [255; 3]);
        assert_eq!(line(4, 1.3), [255; 3]);
        assert_eq!(line(4, 1.5), dark);
    }

    #[test]
    fn the_plate_changes_with_the_count() {
        let mut overlay = Overlay::new(WIDTH, HEIGHT).unwrap();
        let mut plate = |forward| {
            let content = FrameContent { time: seconds(9.0), lines: &[door(forward)], ..Default::default() };
            draw(&mut overlay, &content)
        };
        let (one, again) = (plate(1), plate(1));
        assert_eq!(one, again, "equal content gives equal pictures");
        assert_ne!(one, plate(2));
    }

    #[test]
    fn a_trail_follows_the_feet_for_three_seconds() {
        let mut overlay = Overlay::new(WIDTH, HEIGHT).unwrap();
        for step in 0..10 {
            let time = f64::from(step) / 10.0;
            let boxes = [person(1, 0.2 + f64::from(step) * 0.06)];
            draw(&mut overlay, &FrameContent { time: seconds(time), boxes: &boxes, ..Default::default() });
        }
        let later = |overlay: &mut Overlay, time| {
            let rgb = draw(overlay, &FrameContent { time: seconds(time), ..Default::default() });
            at(&rgb, 0.5, 0.65)
        };
        assert_ne!(later(&mut overlay, 1.0), [GREY; 3]);
        assert_eq!(later(&mut overlay, 4.5), [GREY; 3]);
        assert!(overlay.trails.is_empty(), "what is not drawn is not kept");
    }

    #[test]
    fn trails_take_no_more_memory_in_a_long_crowd() {
        let mut overlay = Overlay::new(64, 48).unwrap();
        let mut rgb = vec![0; 64 * 48 * 3];
        let boxes: Vec<BoxLook> = (0..2500).map(|track| person(track, 0.5)).collect();
        for _ in 0..2 {
            overlay.frame(&mut rgb, &FrameContent { boxes: &boxes, ..Default::default() }).unwrap();
        }
        for _ in 0..1000 {
            let one = [person(3000, 0.5)];
            overlay.frame(&mut rgb, &FrameContent { boxes: &one, ..Default::default() }).unwrap();
        }
        assert_eq!(overlay.trails.len(), TRAILS);
        assert_eq!(overlay.trails[&TrackId(3000)].len(), TRAIL_POINTS);
    }

    #[test]
    fn the_zone_is_tinted_and_named() {
        let mut overlay = Overlay::new(WIDTH, HEIGHT).unwrap();
        let zone = ZoneLook {
            name: "queue".into(),
            points: [[0.1, 0.2], [0.8, 0.2], [0.8, 0.9], [0.1, 0.9]].map(Point::from).to_vec(),
            occupancy: 3,
        };
        let rgb =
            draw(&mut overlay, &FrameContent { zones: std::slice::from_ref(&zone), ..Default::default() });
        let [red, _, blue] = at(&rgb, 0.2, 0.3);
        assert!(blue > GREY + 15 && red < GREY + 15, "tinted blue: {red} {blue}");
        assert_eq!(at(&rgb, 0.9, 0.5), [GREY; 3]);
        let fuller = ZoneLook { occupancy: 4, ..zone };
        assert_ne!(rgb, draw(&mut overlay, &FrameContent { zones: &[fuller], ..Default::default() }));
    }

    #[test]
    fn a_notice_stands_at_the_bottom() {
        let mut overlay = Overlay::new(WIDTH, HEIGHT).unwrap();
        let rgb = draw(&mut overlay, &FrameContent { notice: Some("no pictures"), ..Default::default() });
        let amber =
            rgb.chunks(3).skip((WIDTH * HEIGHT * 8 / 10) as usize).filter(|p| p[0] > 200 && p[2] < 90);
        assert!(amber.count() > 300);
    }

    #[test]
    fn plates_do_not_cover_one_another() {
        let overlay = Overlay::new(WIDTH, HEIGHT).unwrap();
        let mut plates = Vec::new();
        for _ in 0..5 {
            overlay.free_plate("door  in 1  out 2", 11.0, (10.0, 60.0), &mut plates);
        }
        for (index, plate) in plates.iter().enumerate() {
            assert!(!plates[..index].iter().any(|other| plate.meets(other)));
        }
    }

    #[test]
    fn a_frame_of_another_size_is_refused() {
        let mut overlay = Overlay::new(WIDTH, HEIGHT).unwrap();
        let error = overlay.frame(&mut [0; 12], &FrameContent::default()).unwrap_err().to_string();
        assert!(error.contains("320x240") && error.contains("12"), "{error}");
        assert!(Overlay::new(0, 240).is_err());
    }
}
