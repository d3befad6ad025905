use event::Event;
use serde_json::{Value, json};

/// The field of an event that holds it.
const FIELD: &str = "lease";

/// Under which lease an event was counted, and when that was written down by the database's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The lease's epoch.
    pub epoch: i64,
    /// Microseconds since 1970.
    pub at: i64,
}

impl Stamp {
    /// Puts it on an event.
    pub fn put(self, event: &mut Event) {
        event.other.insert(FIELD.to_owned(), json!({"epoch": self.epoch, "at": self.at}));
    }

    /// The one that is on an event; none on an event of a program that has no leases.
    pub fn of(event: &Event) -> Option<Self> {
        let number = |name| event.other.get(FIELD)?.get(name).and_then(Value::as_i64);
        Some(Self { epoch: number("epoch")?, at: number("at")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_goes_with_the_event_wherever_that_goes() {
        let line = r#"{"id":"6f6c5ee5-6a56-5c33-a3a3-6d0f6f0b7c11","kind":"observed","camera":"a","stream_time_s":2.0,"time":"2026-11-23T08:00:02.000Z","from":"2026-11-23T08:00:02.000Z","until":"2026-11-23T08:00:12.000Z"}"#;
        let mut event = Event::from_json(line).unwrap();
        assert_eq!(Stamp::of(&event), None);
        let stamp = Stamp { epoch: 1_764_339_487_123_456, at: 1_764_339_490_123_457 };
        stamp.put(&mut event);
        let event = Event::from_json(&event.to_json()).unwrap();
        assert_eq!(Stamp::of(&event), Some(stamp));
    }
}
