//! Hours in which nobody is told.

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::{Error, Result};

/// Hours of the site's clock in which nobody is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// The days on which they begin; every day when there are none.
    #[serde(default)]
    pub days: Vec<Weekday>,
    /// When they begin, `22:00`.
    pub from: String,
    /// When they end, `07:00`: on the next day when that is not after `from`.
    pub until: String,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "their names say it")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl From<jiff::civil::Weekday> for Weekday {
    fn from(day: jiff::civil::Weekday) -> Self {
        use jiff::civil::Weekday as Day;
        match day {
            Day::Monday => Self::Monday,
            Day::Tuesday => Self::Tuesday,
            Day::Wednesday => Self::Wednesday,
            Day::Thursday => Self::Thursday,
            Day::Friday => Self::Friday,
            Day::Saturday => Self::Saturday,
            Day::Sunday => Self::Sunday,
        }
    }
}

impl QuietHours {
    pub(crate) fn check(&self) -> Result<()> {
        match (clock(&self.from), clock(&self.until)) {
            (Some(_), Some(_)) => Ok(()),
            _ => Err(Error::invalid("quiet hours go `from` a time such as 22:00 `until` one such as 07:00")),
        }
    }

    /// Whether this moment lies in them, by the clock of this time zone.
    pub fn hold(&self, moment: OffsetDateTime, zone: &TimeZone) -> bool {
        let (Some(from), Some(until)) = (clock(&self.from), clock(&self.until)) else { return false };
        let Ok(timestamp) = Timestamp::from_second(moment.unix_timestamp()) else { return false };
        let local = zone.to_datetime(timestamp);
        let begins = |day: jiff::civil::Weekday| self.days.is_empty() || self.days.contains(&day.into());
        let (now, today) = (local.time(), local.weekday());
        if from < until {
            begins(today) && from <= now && now < until
        } else {
            begins(today) && from <= now || begins(today.previous()) && now < until
        }
    }
}

/// A time of the day, `HH:MM`.
fn clock(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let number = |part: &str| {
        (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse().ok())?
    };
    Time::new(number(hour)?, number(minute)?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn hours(from: &str, until: &str, days: &[Weekday]) -> QuietHours {
        QuietHours { days: days.to_vec(), from: from.to_owned(), until: until.to_owned() }
    }

    #[test]
    fn they_are_by_the_clock_of_the_site() {
        let (night, saigon) = (hours("22:00", "07:00", &[]), TimeZone::get("Asia/Ho_Chi_Minh").unwrap());
        assert!(night.hold(datetime!(2026-11-23 15:00 UTC), &saigon));
        assert!(night.hold(datetime!(2026-11-23 23:59 UTC), &saigon));
        assert!(!night.hold(datetime!(2026-11-24 0:00 UTC), &saigon));
        assert!(!night.hold(datetime!(2026-11-23 14:59 UTC), &saigon));
    }

    #[test]
    fn a_night_belongs_to_the_day_on_which_it_began() {
        let friday = hours("22:00", "07:00", &[Weekday::Friday]);
        for (moment, quiet) in [
            (datetime!(2026-11-27 6:00 UTC), false),
            (datetime!(2026-11-27 23:00 UTC), true),
            (datetime!(2026-11-28 6:00 UTC), true),
            (datetime!(2026-11-28 23:00 UTC), false),
        ] {
            assert_eq!(friday.hold(moment, &TimeZone::UTC), quiet, "{moment}");
        }
        let whole = hours("00:00", "00:00", &[Weekday::Sunday]);
        assert!(whole.hold(datetime!(2026-11-22 12:00 UTC), &TimeZone::UTC));
        assert!(!whole.hold(datetime!(2026-11-23 0:00 UTC), &TimeZone::UTC));
    }

    #[test]
    fn only_times_of_a_day_are_taken() {
        for bad in ["24:00", "7:00", "07:60", "07", "+7:00", "", "07:00:00"] {
            assert!(hours(bad, "07:00", &[]).check().is_err(), "{bad}");
        }
    }
}
