//! An event as a row.

use event::{Correction, Dwell, Event, Gap, GapReason, Observed, Sighting, What};
use observation::{StreamDuration, StreamTime};
use serde_json::{Map, Value as Json};
use sqlx::{ColumnIndex, Decode, Row, Type};
use uuid::Uuid;

use crate::rollup::{self, Fact};
use crate::series::{Measure, Series};
use crate::{Error, Result};
use database::Column;
use database::instant;

/// The longest name of a camera, a rule or a class, in bytes: names are index keys, and PostgreSQL limits those.
const MAX_NAME: usize = 256;

/// The longest stretch that one `observed` event may report.
const MAX_OBSERVED_US: i64 = 31 * 86_400_000_000;

/// The columns of `events`, in the order of [`EventRow`]'s fields.
pub(crate) const COLUMNS: &str = "id, series, time, stream_time, confirmed, rule_version, confidence, inferred, \
     track, dwell_s, interrupted, from_time, until_time, corrected_from, corrected_to, model, details";

/// One row of `events`; for `observed` events, which have a table of their own, what that needs.
#[derive(Clone, Debug)]
pub(crate) struct EventRow {
    pub(crate) id: Uuid,
    pub(crate) series: i64,
    pub(crate) time: i64,
    pub(crate) stream_time: i64,
    pub(crate) confirmed: Option<i64>,
    pub(crate) rule_version: Option<i64>,
    pub(crate) confidence: Option<f64>,
    pub(crate) inferred: Option<bool>,
    pub(crate) track: Option<i64>,
    pub(crate) dwell_s: Option<f64>,
    pub(crate) interrupted: Option<bool>,
    pub(crate) from_time: Option<i64>,
    pub(crate) until_time: Option<i64>,
    pub(crate) corrected_from: Option<i64>,
    pub(crate) corrected_to: Option<i64>,
    pub(crate) model: Option<String>,
    /// What few events have, as a JSON object: `reason` and `detail` of a gap, and `other`, the fields that
    /// this version does not know.
    pub(crate) details: Option<String>,
}

impl<'r, R: Row> sqlx::FromRow<'r, R> for EventRow
where
    usize: ColumnIndex<R>,
    Uuid: Decode<'r, R::Database> + Type<R::Database>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
    f64: Decode<'r, R::Database> + Type<R::Database>,
    bool: Decode<'r, R::Database> + Type<R::Database>,
    String: Decode<'r, R::Database> + Type<R::Database>,
{
    fn from_row(row: &'r R) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get(0)?,
            series: row.try_get(1)?,
            time: row.try_get(2)?,
            stream_time: row.try_get(3)?,
            confirmed: row.try_get(4)?,
            rule_version: row.try_get(5)?,
            confidence: row.try_get(6)?,
            inferred: row.try_get(7)?,
            track: row.try_get(8)?,
            dwell_s: row.try_get(9)?,
            interrupted: row.try_get(10)?,
            from_time: row.try_get(11)?,
            until_time: row.try_get(12)?,
            corrected_from: row.try_get(13)?,
            corrected_to: row.try_get(14)?,
            model: row.try_get(15)?,
            details: row.try_get(16)?,
        })
    }
}

/// An event as row (its series not yet numbered) and series; the error says why it can never be stored.
pub(crate) fn record(event: &Event) -> Result<(Series, EventRow), String> {
    let series = series(event);
    for (field, name) in [("camera", &series.camera), ("rule", &series.rule), ("class", &series.class)] {
        check_name(field, name)?;
    }
    if event.model.as_ref().is_some_and(|model| model.contains('\0')) {
        return Err("the field `model` must have no NUL".to_owned());
    }
    let time = instant::micros(event.time).ok_or("the field `time` must be in the years 1 to 9998")?;
    let mut row = EventRow {
        id: event.id,
        series: 0,
        time,
        stream_time: event.stream_time.as_micros(),
        confirmed: None,
        rule_version: None,
        confidence: None,
        inferred: None,
        track: None,
        dwell_s: None,
        interrupted: None,
        from_time: None,
        until_time: None,
        corrected_from: None,
        corrected_to: None,
        model: event.model.clone(),
        details: None,
    };
    let mut details = Map::new();
    if !event.other.is_empty() {
        details.insert("other".to_owned(), event.other.clone().into());
    }
    if let Some(sighting) = event.sighting() {
        row.confirmed = Some(sighting.confirmed.as_micros());
        row.rule_version = Some(sighting.rule_version.into());
        row.confidence = Some(sighting.confidence);
        row.inferred = Some(sighting.inferred);
        // The same bits: databases have no unsigned numbers.
        row.track = Some(sighting.track as i64);
    }
    match &event.what {
        What::ZoneLeave(_, dwell) => {
            if !(0.0..1e10).contains(&dwell.seconds) {
                return Err("the field `dwell_s` must be seconds, not below zero".to_owned());
            }
            row.dwell_s = Some(dwell.seconds);
            row.interrupted = Some(dwell.interrupted);
        }
        What::Gap(gap) => {
            let (from, until) = stretch(&row, gap.from, gap.until)?;
            (row.from_time, row.until_time) = (Some(from), Some(until));
            details.insert("reason".to_owned(), serde_json::to_value(gap.reason).unwrap_or_default());
            if let Some(detail) = &gap.detail {
                details.insert("detail".to_owned(), detail.as_str().into());
            }
        }
        What::Observed(observed) => {
            let (from, until) = stretch(&row, observed.from, observed.until)?;
            if until - from > MAX_OBSERVED_US {
                return Err("one `observed` event may report at most 31 days".to_owned());
            }
            (row.from_time, row.until_time) = (Some(from), Some(until));
        }
        What::Correction(correction) => {
            row.corrected_from = Some(correction.was);
            row.corrected_to = Some(correction.now);
        }
        _ => {}
    }
    if !details.is_empty() {
        row.details = Some(Json::Object(details).to_string());
    }
    Ok((series, row))
}

/// Refuses a name that a database would not take.
pub(crate) fn check_name(field: &str, name: &str) -> Result<(), String> {
    if name.len() > MAX_NAME || name.contains('\0') {
        return Err(format!("the field `{field}` must have at most {MAX_NAME} bytes, and no NUL"));
    }
    Ok(())
}

fn series(event: &Event) -> Series {
    let measure = match event.what {
        What::Crossing(..) => Measure::Crossing,
        What::TurnedBack(_) => Measure::TurnedBack,
        What::PassedBy(..) => Measure::PassedBy,
        What::ZoneEnter(_) => Measure::ZoneEnter,
        What::ZoneLeave(..) => Measure::ZoneLeave,
        What::Gap(_) => Measure::Gap,
        What::Observed(_) => Measure::Observed,
        What::Correction(_) => Measure::Correction,
    };
    Series {
        camera: event.camera.clone(),
        measure,
        rule: event.rule().unwrap_or("").to_owned(),
        class: event.sighting().map_or("", |sighting| sighting.class.as_str()).to_owned(),
        direction: event.direction(),
    }
}

/// Both ends of a stretch of stream time, by the calendar.
fn stretch(row: &EventRow, from: StreamTime, until: StreamTime) -> Result<(i64, i64), String> {
    let calendar = |moment: StreamTime| {
        let micros = moment.as_micros().checked_sub(row.stream_time)?.checked_add(row.time)?;
        instant::is_writable(micros).then_some(micros)
    };
    let ends = calendar(from).zip(calendar(until)).filter(|(from, until)| from <= until);
    ends.ok_or_else(|| "`until` must not be before `from`, and both in the years 1 to 9998".to_owned())
}

impl EventRow {
    /// When it is over: what its retention goes by.
    pub(crate) fn ends(&self) -> i64 {
        self.until_time.unwrap_or(self.time)
    }

    /// What it adds to the roll-ups.
    pub(crate) fn fact(&self, measure: Measure) -> Fact {
        let at = (self.from_time.unwrap_or(self.time), self.ends());
        rollup::fact(measure, at, self.dwell_s.filter(|_| self.interrupted != Some(true)))
    }

    /// The event that it was made from, to the microsecond.
    pub(crate) fn event(self, series: &Series) -> Result<Event> {
        let damaged = |what: &str| Error::Damaged(format!("the event {} has {what}", self.id));
        let mut details = match &self.details {
            Some(text) => serde_json::from_str::<Map<String, Json>>(text)
                .map_err(|_| damaged("details that are no JSON object"))?,
            None => Map::new(),
        };
        let other = match details.remove("other") {
            Some(Json::Object(other)) => other,
            _ => Map::new(),
        };
        let stream = |calendar: Option<i64>| {
            let micros = calendar.unwrap_or(self.time) - self.time;
            StreamTime::from_micros(self.stream_time) + StreamDuration::from_micros(micros)
        };
        let sighting = || Sighting {
            rule: series.rule.clone(),
            rule_version: self.rule_version.and_then(|version| version.try_into().ok()).unwrap_or(1),
            class: series.class.clone(),
            confidence: self.confidence.unwrap_or(1.0),
            confirmed: StreamTime::from_micros(self.confirmed.unwrap_or(self.stream_time)),
            inferred: self.inferred.unwrap_or(false),
            track: self.track.unwrap_or(0) as u64,
        };
        let direction = || series.direction.ok_or_else(|| damaged("no direction"));
        let what = match series.measure {
            Measure::Crossing => What::Crossing(direction()?, sighting()),
            Measure::TurnedBack => What::TurnedBack(sighting()),
            Measure::PassedBy => What::PassedBy(direction()?, sighting()),
            Measure::ZoneEnter => What::ZoneEnter(sighting()),
            Measure::ZoneLeave => {
                let seconds = self.dwell_s.ok_or_else(|| damaged("no dwell"))?;
                What::ZoneLeave(sighting(), Dwell { seconds, interrupted: self.interrupted == Some(true) })
            }
            Measure::Gap => {
                let reason = details.remove("reason").unwrap_or_default();
                let reason: GapReason =
                    serde_json::from_value(reason).map_err(|_| damaged("no reason for its gap"))?;
                let detail = details.get("detail").and_then(Json::as_str).map(str::to_owned);
                What::Gap(Gap {
                    from: stream(self.from_time),
                    until: stream(self.until_time),
                    reason,
                    detail,
                })
            }
            Measure::Correction => What::Correction(Correction {
                rule: series.rule.clone(),
                was: self.corrected_from.unwrap_or(0),
                now: self.corrected_to.unwrap_or(0),
            }),
            Measure::Observed => {
                What::Observed(Observed { from: stream(self.from_time), until: stream(self.until_time) })
            }
            Measure::Dwell | Measure::DwellHistogram => return Err(damaged("a series that is no event's")),
        };
        Ok(Event {
            id: self.id,
            camera: series.camera.clone(),
            stream_time: StreamTime::from_micros(self.stream_time),
            time: instant::calendar(self.time),
            model: self.model,
            what,
            other,
        })
    }
}

/// The rows as columns, in the order of [`COLUMNS`].
pub(crate) fn columns(rows: &[EventRow]) -> Vec<Column> {
    let ints = |field: fn(&EventRow) -> Option<i64>| Column::Ints(rows.iter().map(field).collect());
    let reals = |field: fn(&EventRow) -> Option<f64>| Column::Reals(rows.iter().map(field).collect());
    let flags = |field: fn(&EventRow) -> Option<bool>| Column::Flags(rows.iter().map(field).collect());
    let texts = |field: fn(&EventRow) -> Option<String>| Column::Texts(rows.iter().map(field).collect());
    vec![
        Column::Ids(rows.iter().map(|row| row.id).collect()),
        ints(|row| Some(row.series)),
        ints(|row| Some(row.time)),
        ints(|row| Some(row.stream_time)),
        ints(|row| row.confirmed),
        ints(|row| row.rule_version),
        reals(|row| row.confidence),
        flags(|row| row.inferred),
        ints(|row| row.track),
        reals(|row| row.dwell_s),
        flags(|row| row.interrupted),
        ints(|row| row.from_time),
        ints(|row| row.until_time),
        ints(|row| row.corrected_from),
        ints(|row| row.corrected_to),
        texts(|row| row.model.clone()),
        texts(|row| row.details.clone()),
    ]
}
