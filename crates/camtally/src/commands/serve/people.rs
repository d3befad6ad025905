//! Where people are in a camera's picture, to make them unrecognisable.

use observation::{BBox, Class, Detection, StreamDuration, StreamTime};

/// What people are found as: themselves, and what they ride.
const FOUND_AS: [&str; 3] = ["person", "bicycle", "motorcycle"];
/// How long a place is hidden after somebody was found there: a person who is missed in a frame is still there.
const REMEMBERED: StreamDuration = StreamDuration::from_micros(2_000_000);
/// By how much a box grows on each side, in its own width and height. A box may be tight, and a person moves.
const MARGIN: (f64, f64) = (0.25, 0.15);

/// Where people were found lately, by every detection that could become a track, whether or not it counts.
pub(super) struct People {
    classes: Vec<Class>,
    places: Vec<(StreamTime, BBox)>,
}

impl People {
    /// Of a model with these classes.
    pub(super) fn new(classes: &[String]) -> Self {
        let is_person = |name: &String| FOUND_AS.contains(&name.as_str());
        let found = classes.iter().enumerate().filter(|(_, name)| is_person(name));
        let classes = found.filter_map(|(at, _)| u16::try_from(at).ok().map(Class)).collect();
        Self { classes, places: Vec::new() }
    }

    /// Whether the model finds people at all. If it does not, they cannot be hidden.
    pub(super) fn are_found(&self) -> bool {
        !self.classes.is_empty()
    }

    /// Notes what was found in a frame, posters and the like among it: one of those may be a person who sits still.
    pub(super) fn see(&mut self, time: StreamTime, found: &[Detection], fixtures: &[BBox]) {
        self.places.retain(|(seen, _)| time - *seen <= REMEMBERED);
        let people = found.iter().filter(|found| self.classes.contains(&found.class));
        let places = people.map(|found| &found.bbox).chain(fixtures);
        self.places.extend(places.map(|place| (time, grown(place))));
    }

    /// Makes everybody in an RGB24 picture unrecognisable.
    pub(super) fn hide(&self, pixels: &mut [u8], width: u32, height: u32) {
        for (_, place) in &self.places {
            drawing::pixelate(pixels, width, height, place);
        }
    }
}

fn grown(place: &BBox) -> BBox {
    let (x, y) = (place.width() * MARGIN.0, place.height() * MARGIN.1);
    BBox::new(place.x1 - x, place.y1 - y, place.x2 + x, place.y2 + y)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(x: f64) -> Detection {
        Detection { bbox: BBox::new(x, 0.4, x + 0.1, 0.6), class: Class(0), confidence: 0.2 }
    }

    #[test]
    fn who_was_missed_for_a_moment_stays_hidden() {
        let mut people = People::new(&["person".to_owned(), "car".to_owned()]);
        let hidden = |people: &People| {
            let mut pixels: Vec<u8> = (0..100 * 100 * 3).map(|at| (at * 7 % 251) as u8).collect();
            let before = pixels.clone();
            people.hide(&mut pixels, 100, 100);
            (0..100).filter(|x| pixels[(50 * 100 + x) * 3] != before[(50 * 100 + x) * 3]).count()
        };
        people.see(StreamTime::from_secs(0.0), &[person(0.2)], &[]);
        let one = hidden(&people);
        assert!(one >= 12, "{one} columns are hidden of a person of 10");
        people.see(StreamTime::from_secs(1.0), &[], &[]);
        assert_eq!(hidden(&people), one);
        people.see(StreamTime::from_secs(3.0), &[], &[BBox::new(0.7, 0.4, 0.8, 0.6)]);
        assert!(hidden(&people) >= 12, "a fixture may be a person");
        people.see(StreamTime::from_secs(6.0), &[], &[]);
        assert_eq!(hidden(&people), 0);
        assert!(people.are_found() && !People::new(&["car".to_owned()]).are_found());
    }
}
