//! People who walk over 100 lines of 50 cameras, the same at each run.

use event::{Direction, Event, Sighting, Stream, What};
use observation::StreamTime;
use rand::Rng as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use store::Store;
use time::OffsetDateTime;
use time::macros::datetime;

pub(crate) const START: OffsetDateTime = datetime!(2025-11-01 0:00 UTC);
const LINES: u64 = 100;
/// Of each line in a day. Opening hours are 14, as in a shopping centre.
const CROSSINGS: i64 = 150;

pub(crate) struct Crowd {
    pub(crate) random: ChaCha8Rng,
    streams: Vec<Stream>,
    track: u64,
}

impl Crowd {
    pub(crate) fn new() -> Self {
        Self { random: ChaCha8Rng::seed_from_u64(1), streams: (0..LINES).map(stream).collect(), track: 0 }
    }

    /// Keeps the crossings and the watched time of so many days, and says how many events that were.
    pub(crate) async fn fill(&mut self, store: &Store, days: i64) -> u64 {
        let mut events = 0;
        let mut batch = Vec::with_capacity(Store::MAX_BATCH);
        for day in 0..days {
            for _ in 0..CROSSINGS * LINES as i64 {
                let second = day * 86_400 + self.random.random_range(8 * 3600..22 * 3600);
                batch.push(self.crossing(second));
                if batch.len() == Store::MAX_BATCH {
                    events += store.ingest(&batch).await.unwrap().stored;
                    batch.clear();
                }
            }
            let cameras = self.streams.iter().step_by(2);
            let watched = cameras.flat_map(|stream| (0..24).map(|hour| watched(stream, day * 24 + hour)));
            store.ingest(&watched.collect::<Vec<_>>()).await.unwrap();
        }
        events + store.ingest(&batch).await.unwrap().stored
    }

    /// Somebody walks over some line in this second.
    pub(crate) fn crossing(&mut self, second: i64) -> Event {
        self.track += 1;
        let line = self.random.random_range(0..LINES) as usize;
        crossing(&self.streams[line], second, self.track, &mut self.random)
    }
}

fn stream(line: u64) -> Stream {
    Stream {
        camera: format!("camera {}", line / 2),
        epoch: format!("epoch {line}"),
        model: Some("nanodet-416@1a2b3c4d".to_owned()),
        start: START,
    }
}

fn crossing(stream: &Stream, second: i64, track: u64, random: &mut ChaCha8Rng) -> Event {
    let moment = StreamTime::from_micros(second * 1_000_000 + random.random_range(0..1_000_000));
    let direction = if random.random() { Direction::Forward } else { Direction::Backward };
    let rule = if stream.epoch.ends_with(['0', '2', '4', '6', '8']) { "door" } else { "gate" };
    let sighting = Sighting {
        rule: rule.to_owned(),
        rule_version: 1,
        class: "person".to_owned(),
        confidence: 0.83,
        confirmed: moment,
        inferred: false,
        track,
    };
    stream.sighting(moment, What::Crossing(direction, sighting), 0)
}

fn watched(stream: &Stream, hour: i64) -> Event {
    let from = StreamTime::from_micros(hour * 3_600_000_000);
    let until = StreamTime::from_micros((hour + 1) * 3_600_000_000);
    stream.observed(event::Observed { from, until })
}
