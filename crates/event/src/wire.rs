//! The JSON form: one flat object, its fields in a fixed order.

use observation::{StreamDuration, StreamTime};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use crate::{Correction, Direction, Dwell, Event, Gap, GapReason, Observed, Sighting, What};

/// The longest line that is read as an event.
const MAX_LINE: usize = 64 * 1024;

/// Why a line is no event.
#[derive(Debug, thiserror::Error)]
pub enum ParseEventError {
    /// It is not JSON, or a field has the wrong type.
    #[error("not an event: {0}")]
    Json(#[from] serde_json::Error),
    /// A field that this kind needs is missing.
    #[error("an event of kind `{kind}` needs the field `{field}`")]
    Missing {
        /// The event's kind.
        kind: String,
        /// The field that is not there.
        field: &'static str,
    },
    /// A field holds what cannot be.
    #[error("the field `{field}` cannot be `{value}`: {want}")]
    Invalid {
        /// The field.
        field: &'static str,
        /// What it holds.
        value: String,
        /// What it should hold.
        want: &'static str,
    },
    /// The line is too long to be an event.
    #[error("an event is at most {MAX_LINE} bytes long, this line has {0}")]
    TooLong(usize),
}

#[derive(Serialize, Deserialize)]
struct Wire {
    id: Uuid,
    kind: String,
    camera: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_version: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    direction: Option<Direction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f64>,
    stream_time_s: f64,
    time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmed_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dwell_s: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interrupted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<GapReason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    was: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    now: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inferred: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    track: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    #[serde(flatten)]
    other: Map<String, Value>,
}

impl Event {
    /// One line of JSON, without the line's end.
    pub fn to_json(&self) -> String {
        serde_json::to_string(&Wire::from(self)).expect("an event holds only strings and finite numbers")
    }

    /// Reads one line of JSON.
    ///
    /// # Errors
    /// When it is no JSON object, a field is missing or has the wrong type, or a number is out of its range.
    pub fn from_json(line: &str) -> Result<Self, ParseEventError> {
        if line.len() > MAX_LINE {
            return Err(ParseEventError::TooLong(line.len()));
        }
        serde_json::from_str::<Wire>(line)?.into_event()
    }

    /// The kind, as it is written.
    pub fn kind(&self) -> &'static str {
        match self.what {
            What::Crossing(..) => "crossing",
            What::TurnedBack(_) => "turned_back",
            What::PassedBy(..) => "passed_by",
            What::ZoneEnter(_) => "zone_enter",
            What::ZoneLeave(..) => "zone_leave",
            What::Gap(_) => "gap",
            What::Observed(_) => "observed",
            What::Correction(_) => "correction",
        }
    }

    /// The calendar time of another moment of the same stream.
    fn calendar(&self, moment: StreamTime) -> OffsetDateTime {
        self.time + time::Duration::microseconds((moment - self.stream_time).as_micros())
    }
}

impl From<&Event> for Wire {
    fn from(event: &Event) -> Self {
        let mut wire = Self {
            id: event.id,
            kind: event.kind().to_owned(),
            camera: event.camera.clone(),
            rule: event.rule().map(str::to_owned),
            rule_version: None,
            direction: event.direction(),
            class: None,
            confidence: None,
            stream_time_s: event.stream_time.as_secs(),
            time: rfc3339(event.time),
            confirmed_time: None,
            dwell_s: None,
            interrupted: None,
            from: None,
            until: None,
            reason: None,
            detail: None,
            was: None,
            now: None,
            inferred: None,
            track: None,
            model: event.model.clone(),
            other: event.other.clone(),
        };
        if let Some(sighting) = event.sighting() {
            wire.rule_version = Some(sighting.rule_version);
            wire.class = Some(sighting.class.clone());
            wire.confidence = Some((sighting.confidence * 1000.0).round() / 1000.0);
            wire.confirmed_time = Some(rfc3339(event.calendar(sighting.confirmed)));
            wire.inferred = Some(sighting.inferred);
            wire.track = Some(sighting.track);
        }
        match &event.what {
            What::ZoneLeave(_, dwell) => {
                wire.dwell_s = Some((dwell.seconds * 1000.0).round() / 1000.0);
                wire.interrupted = dwell.interrupted.then_some(true);
            }
            What::Gap(gap) => {
                wire.from = Some(rfc3339(event.calendar(gap.from)));
                wire.until = Some(rfc3339(event.calendar(gap.until)));
                wire.reason = Some(gap.reason);
                wire.detail.clone_from(&gap.detail);
            }
            What::Observed(observed) => {
                wire.from = Some(rfc3339(event.calendar(observed.from)));
                wire.until = Some(rfc3339(event.calendar(observed.until)));
            }
            What::Correction(correction) => {
                wire.was = Some(correction.was);
                wire.now = Some(correction.now);
            }
            _ => {}
        }
        wire
    }
}

impl Wire {
    fn into_event(self) -> Result<Event, ParseEventError> {
        if !self.stream_time_s.is_finite() || self.stream_time_s.abs() > 1e10 {
            return Err(invalid(
                "stream_time_s",
                self.stream_time_s,
                "seconds since the stream's first frame",
            ));
        }
        let stream_time = StreamTime::from_secs(self.stream_time_s);
        let time = instant("time", &self.time)?;
        let what = match self.kind.as_str() {
            "crossing" => {
                What::Crossing(self.need("direction", self.direction)?, self.sighting(stream_time, time)?)
            }
            "passed_by" => {
                What::PassedBy(self.need("direction", self.direction)?, self.sighting(stream_time, time)?)
            }
            "turned_back" => What::TurnedBack(self.sighting(stream_time, time)?),
            "zone_enter" => What::ZoneEnter(self.sighting(stream_time, time)?),
            "zone_leave" => {
                let seconds = self.need("dwell_s", self.dwell_s)?;
                if !seconds.is_finite() || seconds < 0.0 {
                    return Err(invalid("dwell_s", seconds, "seconds, not below zero"));
                }
                let dwell = Dwell { seconds, interrupted: self.interrupted.unwrap_or(false) };
                What::ZoneLeave(self.sighting(stream_time, time)?, dwell)
            }
            "gap" => {
                let (from, until) = self.span(stream_time, time)?;
                let reason = self.need("reason", self.reason)?;
                What::Gap(Gap { from, until, reason, detail: self.detail })
            }
            "observed" => {
                let (from, until) = self.span(stream_time, time)?;
                What::Observed(Observed { from, until })
            }
            "correction" => What::Correction(Correction {
                rule: self.need("rule", self.rule.clone())?,
                was: self.need("was", self.was)?,
                now: self.need("now", self.now)?,
            }),
            other => {
                let want =
                    "crossing, turned_back, passed_by, zone_enter, zone_leave, gap, observed or correction";
                return Err(invalid("kind", other, want));
            }
        };
        let Self { id, camera, model, other, .. } = self;
        Ok(Event { id, camera, stream_time, time, model, what, other })
    }

    /// `from` and `until`, in stream time.
    fn span(
        &self,
        stream_time: StreamTime,
        time: OffsetDateTime,
    ) -> Result<(StreamTime, StreamTime), ParseEventError> {
        let moment = |field, text: Option<&String>| {
            let text = self.need(field, text)?;
            Ok::<_, ParseEventError>(stream_time + since(instant(field, text)?, time))
        };
        let (from, until) = (moment("from", self.from.as_ref())?, moment("until", self.until.as_ref())?);
        if until < from {
            return Err(invalid("until", self.until.as_deref().unwrap_or(""), "not before `from`"));
        }
        Ok((from, until))
    }

    fn sighting(&self, stream_time: StreamTime, time: OffsetDateTime) -> Result<Sighting, ParseEventError> {
        let confidence = self.confidence.unwrap_or(1.0);
        if !(0.0..=1.0).contains(&confidence) {
            return Err(invalid("confidence", confidence, "0 to 1"));
        }
        let confirmed = match &self.confirmed_time {
            Some(text) => stream_time + since(instant("confirmed_time", text)?, time),
            None => stream_time,
        };
        Ok(Sighting {
            rule: self.need("rule", self.rule.clone())?,
            rule_version: self.rule_version.unwrap_or(1),
            class: self.need("class", self.class.clone())?,
            confidence,
            confirmed,
            inferred: self.inferred.unwrap_or(false),
            track: self.track.unwrap_or(0),
        })
    }

    fn need<T>(&self, field: &'static str, value: Option<T>) -> Result<T, ParseEventError> {
        value.ok_or_else(|| ParseEventError::Missing { kind: self.kind.clone(), field })
    }
}

fn invalid(field: &'static str, value: impl ToString, want: &'static str) -> ParseEventError {
    ParseEventError::Invalid { field, value: value.to_string(), want }
}

fn instant(field: &'static str, text: &str) -> Result<OffsetDateTime, ParseEventError> {
    let want = "a time such as 2026-11-23T08:00:12.340Z";
    let moment = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| invalid(field, text, want))?;
    // A rounding or a change of offset must not leave the calendar, which ends with the year 9999.
    if !(1..=9998).contains(&moment.year()) {
        return Err(invalid(field, text, want));
    }
    Ok(moment)
}

fn since(later: OffsetDateTime, earlier: OffsetDateTime) -> StreamDuration {
    let micros = (later - earlier).whole_microseconds();
    StreamDuration::from_micros(micros.clamp(i128::from(i64::MIN / 4), i128::from(i64::MAX / 4)) as i64)
}

/// RFC 3339 in UTC with milliseconds.
fn rfc3339(moment: OffsetDateTime) -> String {
    let moment = moment.to_offset(time::UtcOffset::UTC) + time::Duration::microseconds(500);
    let (date, clock) = (moment.date(), moment.time());
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        date.year(),
        u8::from(date.month()),
        date.day(),
        clock.hour(),
        clock.minute(),
        clock.second(),
        clock.millisecond()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const CROSSING: &str = r#"{"id":"6f6c5ee5-6a56-5c33-a3a3-6d0f6f0b7c11","kind":"crossing","camera":"entrance","rule":"door","rule_version":1,"direction":"forward","class":"person","confidence":0.83,"stream_time_s":12.34,"time":"2026-11-23T08:00:12.340Z","confirmed_time":"2026-11-23T08:00:12.740Z","inferred":false,"track":17,"model":"nanodet-416@1a2b3c4d"}"#;

    #[test]
    fn the_documented_event_survives_a_round_trip_byte_for_byte() {
        assert_eq!(Event::from_json(CROSSING).unwrap().to_json(), CROSSING);
    }

    #[test]
    fn gaps_and_stays_survive_a_round_trip() {
        for line in [
            r#"{"id":"6f6c5ee5-6a56-5c33-a3a3-6d0f6f0b7c11","kind":"gap","camera":"a","stream_time_s":2.0,"time":"2026-11-23T08:00:02.000Z","from":"2026-11-23T08:00:02.000Z","until":"2026-11-23T08:00:05.500Z","reason":"offline","detail":"corrupt"}"#,
            r#"{"id":"6f6c5ee5-6a56-5c33-a3a3-6d0f6f0b7c11","kind":"observed","camera":"a","stream_time_s":2.0,"time":"2026-11-23T08:00:02.000Z","from":"2026-11-23T08:00:02.000Z","until":"2026-11-23T08:00:12.000Z"}"#,
            r#"{"id":"6f6c5ee5-6a56-5c33-a3a3-6d0f6f0b7c11","kind":"zone_leave","camera":"a","rule":"queue","rule_version":2,"class":"person","confidence":1.0,"stream_time_s":9.0,"time":"2026-11-23T08:00:09.000Z","confirmed_time":"2026-11-23T08:00:10.000Z","dwell_s":4.25,"inferred":true,"track":3}"#,
        ] {
            assert_eq!(Event::from_json(line).unwrap().to_json(), line);
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (from, to, says) in [
            (r#""direction":"forward","#, "", "`direction`"),
            (r#""confidence":0.83"#, r#""confidence":7"#, "`confidence`"),
            ("crossing", "jump", "`kind` cannot be `jump`"),
            ("2026-11-23T08:00:12.340Z", "yesterday", "`time` cannot be `yesterday`"),
            ("12.34,", "1e300,", "`stream_time_s`"),
        ] {
            let error = Event::from_json(&CROSSING.replacen(from, to, 1)).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
        assert!(Event::from_json(&" ".repeat(100_000)).unwrap_err().to_string().contains("65536"));
    }
}
