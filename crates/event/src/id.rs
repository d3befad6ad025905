use observation::{StreamTime, TrackId};
use serde_json::Map;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{Event, Gap, Observed, What};

/// The name space of camtally's event ids (a UUIDv4 made once; it must never change).
const NAMESPACE: Uuid = Uuid::from_u128(0x8c1e_66a1_7a0b_4f0e_9b1d_2f3c_5a60_c7d4);

/// One unbroken stretch of one camera's pictures, or one file: what makes its events.
#[derive(Clone, Debug)]
pub struct Stream {
    /// The camera's name.
    pub camera: String,
    /// Tells this stream from every other of the same camera: for a file the digest of its content, so that
    /// counting it again gives the same ids.
    pub epoch: String,
    /// Model and version, `nanodet-416@1a2b3c4d`.
    pub model: Option<String>,
    /// The calendar time of stream time zero.
    pub start: OffsetDateTime,
}

impl Stream {
    /// The id of the `ordinal`th event that `track` made with this version of the rule: a UUIDv5, so equal
    /// input gives an equal id on every machine.
    pub fn id(&self, track: TrackId, rule: &str, rule_version: u32, ordinal: u32) -> Uuid {
        // Lengths first: no two lists of fields may give the same text.
        let (camera, epoch) = (&self.camera, &self.epoch);
        let text = format!(
            "{}:{camera}|{}:{epoch}|{}|{}:{rule}|{rule_version}|{ordinal}",
            camera.len(),
            epoch.len(),
            track.0,
            rule.len(),
        );
        Uuid::new_v5(&NAMESPACE, text.as_bytes())
    }

    /// The calendar time of a moment of the stream.
    pub fn calendar(&self, moment: StreamTime) -> OffsetDateTime {
        self.start + Duration::microseconds(moment.as_micros())
    }

    /// An event about an object.
    pub fn sighting(&self, moment: StreamTime, what: What, ordinal: u32) -> Event {
        let id = match what.sighting() {
            Some(s) => self.id(TrackId(s.track), &s.rule, s.rule_version, ordinal),
            None => self.id(TrackId(0), "", 0, ordinal),
        };
        self.event(id, moment, self.model.clone(), what)
    }

    /// A gap as an event.
    pub fn gap(&self, gap: Gap) -> Event {
        let name = format!("gap {}", gap.from.as_micros());
        let id = self.id(TrackId(0), &name, 0, 0);
        self.event(id, gap.from, None, What::Gap(gap))
    }

    /// A watched stretch as an event. Its id comes from where it begins: those who report it again must report
    /// the same stretch.
    pub fn observed(&self, observed: Observed) -> Event {
        let name = format!("observed {}", observed.from.as_micros());
        let id = self.id(TrackId(0), &name, 0, 0);
        self.event(id, observed.from, None, What::Observed(observed))
    }

    fn event(&self, id: Uuid, moment: StreamTime, model: Option<String>, what: What) -> Event {
        Event {
            id,
            camera: self.camera.clone(),
            stream_time: moment,
            time: self.calendar(moment),
            model,
            what,
            other: Map::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(camera: &str, epoch: &str) -> Stream {
        Stream {
            camera: camera.to_owned(),
            epoch: epoch.to_owned(),
            model: None,
            start: OffsetDateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn ids_are_the_same_everywhere_and_for_ever() {
        let id = stream("door", "ab12").id(TrackId(7), "line", 1, 0);
        assert_eq!(id.to_string(), "a301e203-d209-5cdd-ae3c-0d30fbd3f440");
    }

    #[test]
    fn every_part_of_the_name_changes_the_id() {
        let base = stream("a", "b").id(TrackId(1), "c", 1, 0);
        for other in [
            stream("x", "b").id(TrackId(1), "c", 1, 0),
            stream("a", "x").id(TrackId(1), "c", 1, 0),
            stream("a", "b").id(TrackId(2), "c", 1, 0),
            stream("a", "b").id(TrackId(1), "x", 1, 0),
            stream("a", "b").id(TrackId(1), "c", 2, 0),
            stream("a", "b").id(TrackId(1), "c", 1, 1),
            stream("a|1:b", "").id(TrackId(1), "c", 1, 0),
        ] {
            assert_ne!(base, other);
        }
    }
}
