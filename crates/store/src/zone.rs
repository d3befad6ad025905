//! Hours, days and weeks as a site's clock shows them.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use time::OffsetDateTime;

use crate::rollup::Level;
use crate::{Error, Result};
use database::instant;

/// A time zone of the IANA database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl std::hash::Hash for Zone {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        // Equal zones have one name.
        self.0.iana_name().hash(state);
    }
}

impl Zone {
    /// Coordinated Universal Time.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// The zone of this name, `Europe/Berlin`: from the system's database, else from the one that is built in.
    ///
    /// # Errors
    /// When neither has it.
    pub fn named(name: &str) -> Result<Self> {
        TimeZone::get(name).map(Self).map_err(|_| {
            Error::Request(format!(
                "no time zone is called `{name}`: use an IANA name such as `Europe/Berlin`"
            ))
        })
    }

    /// The moment at which the zone's clock showed the same time so many days earlier. Where it was set forward over that
    /// time, it is the moment as long after the jump.
    ///
    /// # Errors
    /// It is outside the calendar.
    pub fn days_earlier(&self, moment: OffsetDateTime, days: i64) -> Result<OffsetDateTime> {
        let shown = self.0.to_datetime(timestamp(instant::clamped(moment))?);
        let earlier = shown.checked_sub(days.days()).map_err(out_of_range)?;
        let earlier = earlier.to_zoned(self.0.clone()).map_err(out_of_range)?;
        Ok(instant::calendar(earlier.timestamp().as_microsecond()))
    }

    /// How many days lie between two moments, if the zone's clock shows the same time at both.
    ///
    /// # Errors
    /// A moment is outside the calendar.
    pub fn whole_days(&self, from: OffsetDateTime, until: OffsetDateTime) -> Result<Option<i64>> {
        let from = self.0.to_datetime(timestamp(instant::clamped(from))?);
        let until = self.0.to_datetime(timestamp(instant::clamped(until))?);
        if from.time() != until.time() {
            return Ok(None);
        }
        let between = from.date().until(until.date()).map_err(out_of_range)?;
        Ok(Some(i64::from(between.get_days())))
    }

    /// Seconds that the zone's clock is ahead of UTC from this moment on, and the moment when that changes.
    fn offset(&self, micros: i64) -> Result<(i64, i64)> {
        let now = timestamp(micros)?;
        let next = self.0.following(now).next();
        let next = next.map_or(i64::MAX, |transition| transition.timestamp().as_microsecond());
        Ok((i64::from(self.0.to_offset(now).seconds()), next))
    }

    fn date(&self, micros: i64) -> Result<Date> {
        Ok(self.0.to_datetime(timestamp(micros)?).date())
    }

    /// The first moment of a date: not midnight where the clock was set forward over midnight.
    fn day_start(&self, date: Date) -> Result<i64> {
        let start = date.to_zoned(self.0.clone()).map_err(out_of_range)?;
        Ok(start.timestamp().as_microsecond())
    }

    /// The last moment, not after `micros`, at which the zone's clock showed this hour, in microseconds since 1970.
    pub(crate) fn last_time_of_day(&self, micros: i64, hour: i8) -> Result<i64> {
        let mut date = self.date(micros)?;
        for _ in 0..3 {
            let clock = date.at(hour, 0, 0, 0).to_zoned(self.0.clone()).map_err(out_of_range)?;
            let at = clock.timestamp().as_microsecond();
            if at <= micros {
                return Ok(at);
            }
            date = date.yesterday().map_err(out_of_range)?;
        }
        Err(Error::Request("the time is outside the calendar".to_owned()))
    }
}

impl FromStr for Zone {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::named(name)
    }
}

fn timestamp(micros: i64) -> Result<Timestamp> {
    Timestamp::from_microsecond(micros).map_err(out_of_range)
}

fn out_of_range(_: jiff::Error) -> Error {
    Error::Request("the time is outside the calendar".to_owned())
}

/// How long the buckets of an answer are, by the site's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bucket {
    /// A minute.
    Minute,
    /// Five minutes.
    FiveMinutes,
    /// A quarter of an hour.
    Quarter,
    /// From one full hour of the clock to the next. An hour that the clock shows twice is two buckets.
    Hour,
    /// A date: 23, 24 or 25 hours.
    Day,
    /// From Monday to Sunday, as ISO 8601 has it.
    Week,
}

impl Bucket {
    const ALL: [Self; 6] =
        [Self::Minute, Self::FiveMinutes, Self::Quarter, Self::Hour, Self::Day, Self::Week];

    /// As the API writes it: `1m`, `5m`, `15m`, `1h`, `1d` or `1w`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Minute => "1m",
            Self::FiveMinutes => "5m",
            Self::Quarter => "15m",
            Self::Hour => "1h",
            Self::Day => "1d",
            Self::Week => "1w",
        }
    }

    pub(crate) fn level(self) -> Level {
        match self {
            Self::Minute | Self::FiveMinutes => Level::Minutes,
            _ => Level::Quarters,
        }
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Bucket {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let known = Self::ALL.into_iter().find(|bucket| bucket.as_str() == text);
        known.ok_or_else(|| {
            Error::Request(format!("no bucket is called `{text}`: use 1m, 5m, 15m, 1h, 1d or 1w"))
        })
    }
}

/// A bucket of an answer: from `from` until before `until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its first moment.
    pub from: OffsetDateTime,
    /// The first moment after it.
    pub until: OffsetDateTime,
}

impl Span {
    /// Its length in seconds.
    pub fn seconds(&self) -> f64 {
        (self.until - self.from).as_seconds_f64()
    }
}

/// The whole buckets that a stretch of time touches.
pub(crate) struct Grid {
    /// Where they begin, and where the last one ends; in microseconds since 1970.
    pub(crate) borders: Vec<i64>,
    level: Level,
    /// For each slot of the level from the first border on: the bucket in which it lies.
    buckets: Vec<u32>,
}

/// How many rows of a roll-up are read at once, about a kilobyte each.
const MAX_ROWS: usize = 20_000;

/// The most buckets of one answer.
const MAX_BUCKETS: usize = 50_000;

impl Grid {
    pub(crate) fn new(
        from: OffsetDateTime,
        until: OffsetDateTime,
        bucket: Bucket,
        zone: &Zone,
    ) -> Result<Self> {
        let (from, until) = (instant::clamped(from), instant::clamped(until));
        if from >= until {
            return Err(Error::Request("`until` must be after `from`".to_owned()));
        }
        let level = bucket.level();
        // A bucket holds at least a slot, and none of today's is longer than eight days.
        if (until - from) / level.slot_us() > 8 * 96 * MAX_BUCKETS as i64 {
            return Err(too_many());
        }
        let borders = match bucket {
            Bucket::Day | Bucket::Week => days(from, until, bucket, zone)?,
            Bucket::Minute => clock(from, until, 60, zone)?,
            Bucket::FiveMinutes => clock(from, until, 300, zone)?,
            Bucket::Quarter => clock(from, until, 900, zone)?,
            Bucket::Hour => clock(from, until, 3600, zone)?,
        };
        let mut buckets = Vec::new();
        for (index, pair) in (0..).zip(borders.windows(2)) {
            let slots = ((pair[1] - borders[0]) / level.slot_us()) as usize;
            buckets.resize(slots.max(buckets.len()), index);
        }
        Ok(Self { borders, level, buckets })
    }

    /// How many buckets there are.
    pub(crate) fn len(&self) -> usize {
        self.borders.len() - 1
    }

    pub(crate) fn level(&self) -> Level {
        self.level
    }

    /// The spans of the roll-up that hold something of it, from first to last, in pages of which each has a bounded
    /// number of rows for so many series.
    pub(crate) fn pages(&self, series: usize) -> Vec<(i64, i64)> {
        let first = self.borders[0].div_euclid(self.level.span_us());
        let last = (self.borders[self.len()] - 1).div_euclid(self.level.span_us());
        let spans = (MAX_ROWS / series.max(1)).max(1) as i64;
        let pages = (first..=last).step_by(spans as usize);
        pages.map(|from| (from, (from + spans - 1).min(last))).collect()
    }

    /// Gives the bucket of each slot of a span, for those that lie in one.
    pub(crate) fn buckets_of(&self, span: i64) -> impl Fn(u32) -> Option<usize> {
        let first = (span * self.level.span_us() - self.borders[0]).div_euclid(self.level.slot_us());
        move |slot| {
            let index = usize::try_from(first + i64::from(slot)).ok()?;
            self.buckets.get(index).map(|&bucket| bucket as usize)
        }
    }

    pub(crate) fn into_spans(self) -> Vec<Span> {
        let pairs = self.borders.windows(2);
        pairs.map(|p| Span { from: instant::calendar(p[0]), until: instant::calendar(p[1]) }).collect()
    }
}

fn too_many() -> Error {
    Error::Request(format!("more than {MAX_BUCKETS} buckets: ask for a shorter time or longer buckets"))
}

/// Borders of days or weeks.
fn days(from: i64, until: i64, bucket: Bucket, zone: &Zone) -> Result<Vec<i64>> {
    let mut date = zone.date(from)?;
    let mut step = 1.day();
    if bucket == Bucket::Week {
        let back = date.weekday().to_monday_zero_offset();
        date = date.checked_sub(i64::from(back).days()).map_err(out_of_range)?;
        step = 7.days();
    }
    let mut borders = vec![zone.day_start(date)?];
    while borders[borders.len() - 1] < until {
        date = date.checked_add(step).map_err(out_of_range)?;
        borders.push(zone.day_start(date)?);
        if borders.len() > MAX_BUCKETS + 1 {
            return Err(too_many());
        }
    }
    Ok(borders)
}

/// Borders where the zone's clock shows a multiple of `unit` seconds.
fn clock(from: i64, until: i64, unit: i64, zone: &Zone) -> Result<Vec<i64>> {
    const SECOND: i64 = 1_000_000;
    let unit = unit * SECOND;
    // From well before, because the clock may have been set shortly before `from`.
    let mut at = from - 2 * unit.max(3600 * SECOND);
    let (mut offset, mut change) = zone.offset(at)?;
    let mut borders = vec![at];
    while at < until {
        let next = at + unit - (at + offset * SECOND).rem_euclid(unit);
        if next < change {
            at = next;
        } else {
            at = change;
            (offset, change) = zone.offset(at)?;
            if (at + offset * SECOND).rem_euclid(unit) != 0 {
                continue;
            }
        }
        if at <= from {
            borders.clear();
        }
        borders.push(at);
        if borders.len() > MAX_BUCKETS + 1 {
            return Err(too_many());
        }
    }
    Ok(borders)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn hours(zone: &str, from: OffsetDateTime, until: OffsetDateTime) -> Vec<f64> {
        let grid = Grid::new(from, until, Bucket::Hour, &Zone::named(zone).unwrap()).unwrap();
        grid.into_spans().iter().map(|span| span.seconds() / 3600.0).collect()
    }

    #[test]
    fn a_day_has_23_hours_in_spring_and_25_in_autumn() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let lengths = |from, until| {
            let grid = Grid::new(from, until, Bucket::Day, &berlin).unwrap();
            grid.into_spans().iter().map(|span| span.seconds() / 3600.0).collect::<Vec<_>>()
        };
        assert_eq!(
            lengths(datetime!(2026-03-28 12:00 UTC), datetime!(2026-03-30 12:00 UTC)),
            [24.0, 23.0, 24.0]
        );
        assert_eq!(
            lengths(datetime!(2026-10-24 12:00 UTC), datetime!(2026-10-26 12:00 UTC)),
            [24.0, 25.0, 24.0]
        );
        assert_eq!(
            hours("Europe/Berlin", datetime!(2026-10-25 0:00 +2), datetime!(2026-10-26 0:00 +1)),
            [1.0; 25]
        );
        assert_eq!(
            hours("Europe/Berlin", datetime!(2026-03-29 0:00 +1), datetime!(2026-03-30 0:00 +2)),
            [1.0; 23]
        );
    }

    #[test]
    fn hours_begin_where_the_clock_shows_a_full_hour() {
        for (zone, minute) in [("Asia/Kolkata", 30), ("America/St_Johns", 30), ("Asia/Kathmandu", 15)] {
            let from = datetime!(2026-07-01 10:05 UTC);
            let zone = Zone::named(zone).unwrap();
            let grid = Grid::new(from, from + time::Duration::hours(2), Bucket::Hour, &zone).unwrap();
            assert!(grid.into_spans().iter().all(|span| span.from.minute() == minute));
        }
    }

    #[test]
    fn the_hour_in_which_the_clock_is_set_by_half_an_hour_is_longer() {
        let autumn =
            hours("Australia/Lord_Howe", datetime!(2026-04-05 0:00 +11), datetime!(2026-04-05 4:00 +10:30));
        assert_eq!(autumn, [1.0, 1.5, 1.0, 1.0]);
        let spring =
            hours("Australia/Lord_Howe", datetime!(2026-10-04 0:00 +10:30), datetime!(2026-10-04 4:00 +11));
        assert_eq!(spring, [1.0, 1.5, 1.0]);
    }

    #[test]
    fn the_same_time_of_the_clock_is_found_days_earlier() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let noon = datetime!(2026-03-30 12:00 +2);
        assert_eq!(berlin.days_earlier(noon, 7).unwrap(), datetime!(2026-03-23 12:00 +1));
        assert_eq!(berlin.whole_days(datetime!(2026-03-23 12:00 +1), noon).unwrap(), Some(7));
        assert_eq!(berlin.whole_days(datetime!(2026-03-23 11:00 +1), noon).unwrap(), None);
    }

    #[test]
    fn a_week_begins_on_monday() {
        let (from, until) = (datetime!(2026-11-22 23:00 UTC), datetime!(2026-11-23 1:00 UTC));
        let weeks = Grid::new(from, until, Bucket::Week, &Zone::UTC).unwrap().into_spans();
        let starts: Vec<_> = weeks.iter().map(|span| span.from).collect();
        assert_eq!(starts, [datetime!(2026-11-16 0:00 UTC), datetime!(2026-11-23 0:00 UTC)]);
    }

    #[test]
    fn every_slot_lies_in_the_bucket_that_holds_it() {
        let zone = Zone::named("Asia/Kolkata").unwrap();
        let from = datetime!(2026-11-22 18:31 UTC);
        let grid = Grid::new(from, from + time::Duration::days(9), Bucket::Day, &zone).unwrap();
        let pages = grid.pages(MAX_ROWS * 2);
        assert!(pages.len() >= 2 && pages.iter().all(|(first, last)| first == last));
        for (span, _) in pages {
            let buckets = grid.buckets_of(span);
            for slot in 0..672 {
                let at = span * Level::Quarters.span_us() + i64::from(slot) * Level::Quarters.slot_us();
                let holds = grid.borders.windows(2).position(|pair| pair[0] <= at && at < pair[1]);
                assert_eq!(buckets(slot), holds);
            }
        }
    }

    #[test]
    fn more_buckets_than_an_answer_holds_are_refused() {
        let from = datetime!(2000-01-01 0:00 UTC);
        for bucket in [Bucket::Minute, Bucket::Hour] {
            let grid = Grid::new(from, datetime!(2026-01-01 0:00 UTC), bucket, &Zone::UTC);
            assert!(grid.err().unwrap().to_string().contains("buckets"));
        }
    }

    #[test]
    fn the_reset_is_the_last_time_the_clock_showed_that_hour() {
        let saigon = Zone::named("Asia/Ho_Chi_Minh").unwrap();
        let at = |moment| saigon.last_time_of_day(instant::micros(moment).unwrap(), 4).unwrap();
        assert_eq!(instant::calendar(at(datetime!(2026-11-23 3:59 +7))), datetime!(2026-11-22 4:00 +7));
        assert_eq!(instant::calendar(at(datetime!(2026-11-23 4:00 +7))), datetime!(2026-11-23 4:00 +7));
    }
}
