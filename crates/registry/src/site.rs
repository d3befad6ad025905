use event::Direction;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::{Error, Id, Result, checks};

/// The most entrances of a site.
const ENTRANCES: usize = 256;

/// A place whose people are counted.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Site {
    /// Chosen when it is made; never changes. That of a provisioned site may be no [`Id`].
    pub id: String,
    /// What can be changed.
    #[serde(flatten)]
    pub settings: SiteSettings,
    /// Whether it stands in the configuration file.
    pub provisioned: bool,
    /// Grows with every change.
    pub version: i64,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created: OffsetDateTime,
    /// When it was changed last.
    #[serde(with = "time::serde::rfc3339")]
    pub changed: OffsetDateTime,
    /// When it was deleted, if it was.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub deleted: Option<OffsetDateTime>,
}

/// What of a site can be changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteSettings {
    /// For people.
    pub name: String,
    /// IANA name: hours and days are those of its clock.
    pub time_zone: String,
    /// The hour of its clock, 0 to 23, at which it is taken to be empty; 4 unless given.
    #[serde(default = "at_night")]
    #[schema(minimum = 0, maximum = 23)]
    pub reset_hour: u8,
    /// Where it can be entered and left. Every place, or the occupancy means nothing.
    #[serde(default)]
    pub entrances: Vec<Entrance>,
}

/// A line through which a site is entered and left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Entrance {
    /// The camera.
    pub camera: String,
    /// The line.
    pub line: String,
    /// The direction that leads in.
    #[serde(default = "forward")]
    #[schema(value_type = String, pattern = "^(forward|backward)$", default = "forward")]
    pub inward: Direction,
}

/// The hour in which the fewest places have anybody in them.
const RESET_HOUR: u8 = 4;

fn at_night() -> u8 {
    RESET_HOUR
}

fn forward() -> Direction {
    Direction::Forward
}

/// A site that is to be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSite {
    /// 1 to 63 small letters, digits and hyphens; it never changes.
    pub id: String,
    /// For people.
    pub name: String,
    /// IANA name: hours and days are those of its clock.
    pub time_zone: String,
    /// The hour of its clock, 0 to 23, at which it is taken to be empty; 4 unless given.
    #[serde(default = "at_night")]
    #[schema(minimum = 0, maximum = 23)]
    pub reset_hour: u8,
    /// Where it can be entered and left. Every place, or the occupancy means nothing.
    #[serde(default)]
    pub entrances: Vec<Entrance>,
}

/// A change to a site: what is given is set, the rest stays.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteChange {
    /// For people.
    pub name: Option<String>,
    /// IANA name: hours and days are those of its clock.
    pub time_zone: Option<String>,
    /// The hour of its clock, 0 to 23, at which it is taken to be empty.
    pub reset_hour: Option<u8>,
    /// Where it can be entered and left. Every place, or the occupancy means nothing.
    pub entrances: Option<Vec<Entrance>>,
}

impl SiteSettings {
    /// Checks what can be checked without looking elsewhere. An entrance may name a line that does not exist yet.
    pub(crate) fn check(&self) -> Result<()> {
        checks::name("name", &self.name)?;
        if jiff::tz::TimeZone::get(&self.time_zone).is_err() {
            let what = "this is no time zone: write an IANA name such as Europe/Berlin or Asia/Ho_Chi_Minh";
            return Err(Error::invalid("time_zone", what));
        }
        if self.reset_hour > 23 {
            return Err(Error::invalid("reset_hour", "an hour is 0 to 23"));
        }
        if self.entrances.len() > ENTRANCES {
            return Err(Error::invalid("entrances", format!("a site has at most {ENTRANCES} entrances")));
        }
        for (at, entrance) in self.entrances.iter().enumerate() {
            checks::name(&format!("entrances[{at}].camera"), &entrance.camera)?;
            checks::name(&format!("entrances[{at}].line"), &entrance.line)?;
            let same = |other: &Entrance| other.camera == entrance.camera && other.line == entrance.line;
            if self.entrances[..at].iter().any(same) {
                return Err(Error::invalid(format!("entrances[{at}]"), "this line is an entrance already"));
            }
        }
        Ok(())
    }
}

impl SiteChange {
    pub(crate) fn applied(self, to: &SiteSettings) -> SiteSettings {
        SiteSettings {
            name: self.name.unwrap_or_else(|| to.name.clone()),
            time_zone: self.time_zone.unwrap_or_else(|| to.time_zone.clone()),
            reset_hour: self.reset_hour.unwrap_or(to.reset_hour),
            entrances: self.entrances.unwrap_or_else(|| to.entrances.clone()),
        }
    }
}

impl NewSite {
    pub(crate) fn of(id: String, settings: SiteSettings) -> Self {
        let SiteSettings { name, time_zone, reset_hour, entrances } = settings;
        Self { id, name, time_zone, reset_hour, entrances }
    }

    pub(crate) fn checked(self) -> Result<(Id, SiteSettings)> {
        let id = Id::parse("id", &self.id)?;
        let Self { name, time_zone, reset_hour, entrances, .. } = self;
        let settings = SiteSettings { name, time_zone, reset_hour, entrances };
        settings.check()?;
        Ok((id, settings))
    }
}
