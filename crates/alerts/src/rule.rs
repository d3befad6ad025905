//! What is to be noticed.

use event::Direction;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Error, QuietHours, Result};

/// What is to be noticed, and who is to be told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// For people; it is in every message.
    pub name: String,
    /// The site that it belongs to.
    pub site: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is noticed.
    pub condition: Condition,
    /// How many seconds it must hold without a break before there is an alert.
    #[serde(default)]
    pub hold_s: u32,
    /// How many seconds it must be clear without a break before the alert is resolved.
    #[serde(default)]
    pub clear_s: u32,
    /// When nobody is told. Alerts begin and end all the same, and what still is when the quiet hours end is told then.
    #[serde(default)]
    pub quiet: Vec<QuietHours>,
    /// The channels that are told at once.
    #[serde(default)]
    pub channels: Vec<Uuid>,
    /// Who else is told when nobody acknowledges it, by rising time.
    #[serde(default)]
    pub escalation: Vec<Escalation>,
    /// Whether those who were told of it are told when it is resolved.
    #[serde(default = "yes")]
    pub tell_resolved: bool,
    /// Whether it is evaluated.
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn yes() -> bool {
    true
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Somebody should look.
    Warning,
    /// Somebody must act.
    Critical,
}

impl Severity {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// Further channels, after a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Escalation {
    /// Seconds from the alert's beginning.
    pub after_s: u32,
    /// The channels that are told then.
    pub channels: Vec<Uuid>,
}

/// What is noticed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    /// How many are somewhere.
    Occupancy {
        /// Where.
        place: Place,
        /// When it is too many or too few.
        threshold: Threshold,
    },
    /// How many were counted in the last while.
    Count {
        /// What is counted.
        counted: Counted,
        /// How long the while is, in whole minutes.
        window_min: u32,
        /// When it is too many or too few.
        threshold: Threshold,
    },
    /// A camera gives no pictures. Each camera has an alert of its own.
    Offline {
        /// The cameras; all of the site when there are none.
        #[serde(default)]
        cameras: Vec<String>,
    },
    /// A camera gives the same picture again and again. Each camera has an alert of its own.
    Frozen {
        /// The cameras; all of the site when there are none.
        #[serde(default)]
        cameras: Vec<String>,
    },
    /// The last full hour is unlike the same hours of earlier weeks.
    Unusual {
        /// What is counted.
        counted: Counted,
        /// How many deviations away from the median it must be.
        #[serde(default = "four")]
        deviations: f64,
        /// How many weeks are looked back.
        #[serde(default = "eight")]
        weeks: u32,
    },
}

fn four() -> f64 {
    4.0
}

fn eight() -> u32 {
    8
}

/// Where people or vehicles are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "of", rename_all = "snake_case", deny_unknown_fields)]
pub enum Place {
    /// The site, by its entrances.
    Site,
    /// A zone of a camera.
    Zone {
        /// The camera.
        camera: String,
        /// The zone.
        zone: String,
    },
}

/// Which crossings are counted; an empty list leaves nothing out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Counted {
    /// The cameras; all of the site when there are none.
    pub cameras: Vec<String>,
    /// The lines.
    pub lines: Vec<String>,
    /// The classes.
    pub classes: Vec<String>,
    /// The directions.
    #[schema(value_type = Vec<String>, example = json!(["forward"]))]
    pub directions: Vec<Direction>,
}

/// On which side of the limit it is too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// More than the limit.
    Above,
    /// Less than the limit.
    Below,
}

/// A limit, and a second one for the way back, so that a number that trembles about the first makes one alert.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// On which side it is too much.
    pub side: Side,
    /// More, or less, than this is too much.
    pub limit: f64,
    /// At most, or at least, this is clear again; the limit itself unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clear: Option<f64>,
}

impl Threshold {
    /// Whether the number is too much.
    pub fn is_breached(&self, value: f64) -> bool {
        match self.side {
            Side::Above => value > self.limit,
            Side::Below => value < self.limit,
        }
    }

    /// Whether the number is clear; between the two limits it is neither.
    pub fn is_clear(&self, value: f64) -> bool {
        let clear = self.clear.unwrap_or(self.limit);
        match self.side {
            Side::Above => value <= clear,
            Side::Below => value >= clear,
        }
    }

    fn check(&self) -> Result<()> {
        let clear = self.clear.unwrap_or(self.limit);
        let in_order = match self.side {
            Side::Above => clear <= self.limit,
            Side::Below => clear >= self.limit,
        };
        match self.limit.is_finite() && self.limit >= 0.0 && clear.is_finite() && in_order {
            true => Ok(()),
            false => Err(Error::invalid(
                "a threshold's limit is a number from 0 on, and `clear` lies on its other side: \
                 at most the limit for `above`, at least the limit for `below`",
            )),
        }
    }
}

/// The most that a list in a rule holds.
const LIST: usize = 100;
/// The longest name.
const NAME: usize = 100;
/// The longest time, in seconds: a week.
const LONGEST: u32 = 7 * 24 * 3600;

impl Rule {
    /// Whether it makes sense.
    ///
    /// # Errors
    /// [`Error::Invalid`] says what does not.
    pub fn check(&self) -> Result<()> {
        check_name("rule", &self.name)?;
        if self.hold_s > LONGEST || self.clear_s > LONGEST {
            return Err(Error::invalid("`hold_s` and `clear_s` are at most a week, 604800"));
        }
        if self.quiet.len() > LIST || self.channels.len() > LIST || self.escalation.len() > LIST {
            return Err(Error::invalid("a list in a rule holds at most 100 items"));
        }
        self.quiet.iter().try_for_each(QuietHours::check)?;
        let mut before = 0;
        for step in &self.escalation {
            if step.after_s <= before || step.after_s > LONGEST {
                return Err(Error::invalid(
                    "`after_s` rises from one step of the escalation to the next, to a week at most",
                ));
            }
            if step.channels.is_empty() || step.channels.len() > LIST {
                return Err(Error::invalid("a step of the escalation names 1 to 100 channels"));
            }
            before = step.after_s;
        }
        self.condition.check()
    }

    /// Every channel that it may tell.
    pub fn every_channel(&self) -> impl Iterator<Item = Uuid> {
        self.channels.iter().chain(self.escalation.iter().flat_map(|step| &step.channels)).copied()
    }
}

pub(crate) fn check_name(of: &str, name: &str) -> Result<()> {
    if name.trim().is_empty() || name.chars().count() > NAME || name.chars().any(char::is_control) {
        return Err(Error::invalid(format!("the name of a {of} has 1 to {NAME} characters on one line")));
    }
    Ok(())
}

impl Condition {
    /// When its number is too much, and when it is clear again.
    pub fn threshold(&self) -> Threshold {
        match self {
            Self::Occupancy { threshold, .. } | Self::Count { threshold, .. } => *threshold,
            Self::Offline { .. } | Self::Frozen { .. } => {
                Threshold { side: Side::Above, limit: 0.5, clear: None }
            }
            // Half way back, the hour is usual again.
            Self::Unusual { deviations, .. } => {
                Threshold { side: Side::Above, limit: *deviations, clear: Some(deviations / 2.0) }
            }
        }
    }

    fn check(&self) -> Result<()> {
        self.threshold().check()?;
        match self {
            Self::Occupancy { .. } => Ok(()),
            Self::Count { counted, window_min, .. } => {
                if !(1..=24 * 60).contains(window_min) {
                    return Err(Error::invalid("`window_min` is 1 to 1440"));
                }
                counted.check()
            }
            Self::Offline { cameras } | Self::Frozen { cameras } => check_list(cameras),
            Self::Unusual { counted, deviations, weeks } => {
                if !(2.0..=100.0).contains(deviations) {
                    return Err(Error::invalid("`deviations` is 2 to 100"));
                }
                if !(crate::unusual::LEAST as u32..=52).contains(weeks) {
                    return Err(Error::invalid("`weeks` is 4 to 52"));
                }
                counted.check()
            }
        }
    }
}

impl Counted {
    fn check(&self) -> Result<()> {
        [&self.cameras, &self.lines, &self.classes].into_iter().try_for_each(|list| check_list(list))
    }
}

fn check_list(list: &[String]) -> Result<()> {
    match list.len() > LIST || list.iter().any(|name| name.is_empty() || name.len() > 4 * NAME) {
        true => Err(Error::invalid("a list in a rule holds at most 100 names, none of them empty")),
        false => Ok(()),
    }
}
