//! Posters and the like, in a camera that is watched.

use observation::{BBox, Class, Detection, Point, StreamDuration, StreamTime};
use pipeline::{FixtureSettings, RulesInbox, Watched, watch};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::making::{Film, engine, rules, secs, settings};

/// A poster of a person in the hall, as a detector finds it: a little off each time, and one time in ten not at all.
fn poster(random: &mut ChaCha8Rng) -> Option<Detection> {
    let scatter =
        Point::new(0.5 + random.random_range(-0.002..0.002), 0.75 + random.random_range(-0.004..0.004));
    let bbox = BBox::around(scatter, 0.06 * random.random_range(0.96..1.04), 0.24);
    let seen = random.random_bool(0.9);
    seen.then_some(Detection { bbox, class: Class(0), confidence: 0.8 })
}

/// Every minute somebody walks down the picture; in every third one a step to the side of the poster, in the others past it.
fn passer_by(time: StreamTime) -> Option<Detection> {
    let (minute, second) = ((time.as_secs() / 60.0) as u32, time.as_secs() % 60.0);
    let x = if minute.is_multiple_of(3) { 0.52 } else { 0.2 };
    let foot = 0.3 + 0.06 * second.min(8.0) + 0.06 * (second - 40.0).clamp(0.0, 2.0);
    let bbox = BBox::around(Point::new(x, foot - 0.12), 0.06, 0.24);
    (second < 42.0).then_some(Detection { bbox, class: Class(0), confidence: 0.9 })
}

#[test]
fn a_poster_leaves_the_zone_after_a_while_and_people_are_counted_before_it() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let engine = engine(move |time| Ok(poster(&mut random).into_iter().chain(passer_by(time)).collect()));
    let mut settings = settings();
    let after = StreamDuration::from_secs(300.0);
    settings.fixtures = Some(FixtureSettings { after, ..FixtureSettings::persons(&settings.classes) });
    let mut film = Film::new();
    let items = (0..5 * 60 * 14).map(move |i| film.item(f64::from(i) / 5.0));
    let (mut learned, mut empty, mut crossings) = (None, 0, Vec::new());
    let result = watch(items, &engine, settings, rules(), &RulesInbox::default(), &mut |told| {
        match told {
            Watched::Events(events) => crossings.extend(
                events
                    .iter()
                    .filter(|event| event.kind() == "crossing")
                    .map(|event| event.stream_time.as_secs()),
            ),
            Watched::Frame { frame, fixtures, analysis, .. } => {
                if !fixtures.is_empty() && learned.is_none() {
                    learned = Some(frame.time);
                }
                let occupancy = analysis.summary().zones[0].occupancy;
                let (minute, second) = (frame.time.as_secs() / 60.0, frame.time.as_secs() % 60.0);
                match (minute < 5.0, second) {
                    // Nobody walks there then.
                    (true, 50.0..) => assert!(occupancy >= 1, "the poster is taken for a person at {minute}"),
                    (false, 50.0..) if minute > 6.0 => {
                        assert_eq!((occupancy, fixtures.len()), (0, 1), "minute {minute}");
                        empty += 1;
                    }
                    (false, 15.0..38.0) if minute > 6.0 => {
                        assert_eq!(
                            occupancy, 1,
                            "who stands beside or before the poster is there, minute {minute}"
                        );
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        Ok(())
    });
    result.unwrap();
    let learned = learned.unwrap();
    assert!((secs(300.0)..secs(360.0)).contains(&learned), "learned at {learned}");
    assert!(empty > 300);
    let minutes: Vec<u32> = crossings.iter().map(|second| (second / 60.0) as u32).collect();
    assert_eq!(minutes, (0..14).collect::<Vec<_>>(), "everyone who walked in, at {crossings:?}");
}

#[test]
fn fixtures_are_persons_only() {
    let names = ["bicycle", "person", "car"].map(str::to_owned);
    assert_eq!(FixtureSettings::persons(&names).classes, [Class(1)]);
    assert!(FixtureSettings::persons(&names[2..]).classes.is_empty());
}
