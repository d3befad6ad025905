//! What an audit looks like, in the API and in the database.

use event::Direction;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;
use uuid::Uuid;

use super::kept::Kept;
use crate::extract::moment;
use crate::problem::{Code, Problem};

/// The longest stretch that is audited.
const LONGEST: Duration = Duration::DAY;
/// The most marks of an audit.
const MARKS: usize = 10_000;

/// An accuracy audit as it is asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAccuracyAudit {
    /// The camera.
    #[schema(example = "entrance")]
    pub(crate) camera: String,
    /// The line.
    #[schema(example = "door", min_length = 1, max_length = 256)]
    line: String,
    /// The first moment that was looked at.
    #[schema(format = DateTime)]
    from: String,
    /// The first moment that was not; at most a day later.
    #[schema(format = DateTime)]
    until: String,
    /// How far apart in time a count and its mark may be, in seconds: 0.1 to 10.
    #[serde(default = "second")]
    #[schema(default = 1.0, minimum = 0.1, maximum = 10)]
    tolerance_s: f64,
    /// What was seen, in any order.
    #[serde(default)]
    #[schema(max_items = 10_000)]
    marks: Vec<NewMark>,
}

fn second() -> f64 {
    1.0
}

/// A crossing that somebody has seen. It has either `t` or `time`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMark {
    /// When, in seconds since `from`.
    t: Option<f64>,
    /// When.
    #[schema(format = DateTime)]
    time: Option<String>,
    /// Which way: `forward` from side A to side B, or `backward`.
    #[schema(value_type = String, pattern = "^(forward|backward)$")]
    direction: Direction,
    /// Of what.
    #[serde(default = "person")]
    #[schema(default = "person", min_length = 1, max_length = 256)]
    class: String,
    /// Whether careful people could disagree on it; it then neither helps nor hurts.
    #[serde(default)]
    ambiguous: bool,
}

fn person() -> String {
    "person".to_owned()
}

/// What is kept of an audit but for its report.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AuditBody {
    pub(crate) camera: String,
    pub(crate) line: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) from: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) until: OffsetDateTime,
    pub(crate) tolerance_s: f64,
    pub(crate) marks: Vec<Mark>,
    pub(crate) created_by: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created: OffsetDateTime,
}

/// A crossing that somebody has seen.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct Mark {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) time: OffsetDateTime,
    /// Which way.
    #[schema(value_type = String, pattern = "^(forward|backward)$")]
    pub(crate) direction: Direction,
    /// Of what.
    pub(crate) class: String,
    /// Whether careful people could disagree on it.
    pub(crate) ambiguous: bool,
}

impl NewAccuracyAudit {
    /// What is kept of it, the marks in the order of their times.
    pub(super) fn checked(self, created_by: String, created: OffsetDateTime) -> Result<AuditBody, Problem> {
        let wrong = |what: String| Err(Problem::new(Code::NotValid, what));
        let (from, until) = (moment("from", &self.from)?, moment("until", &self.until)?);
        if until <= from || until - from > LONGEST {
            return wrong("`until` must be after `from`, and at most a day".to_owned());
        }
        if !(0.1..=10.0).contains(&self.tolerance_s) {
            return wrong("`tolerance_s` must be from 0.1 to 10 seconds".to_owned());
        }
        let is_name = |text: &str| (1..=256).contains(&text.len());
        if !is_name(&self.line) {
            return wrong("`line` must have 1 to 256 bytes".to_owned());
        }
        if self.marks.len() > MARKS {
            return wrong(format!("there are {} marks: at most {MARKS} are taken", self.marks.len()));
        }
        let mut marks = Vec::with_capacity(self.marks.len());
        for (number, mark) in (1..).zip(self.marks) {
            let time = match (mark.t, &mark.time) {
                (Some(t), None) if (0.0..=LONGEST.as_seconds_f64()).contains(&t) => {
                    from + Duration::seconds_f64(t)
                }
                (None, Some(time)) => moment("time", time)?,
                _ => {
                    return wrong(format!(
                        "mark {number} needs either `t`, in seconds since `from`, or `time`"
                    ));
                }
            };
            if !(from..until).contains(&time) {
                return wrong(format!("mark {number} is not between `from` and `until`"));
            }
            if !is_name(&mark.class) {
                return wrong(format!("the `class` of mark {number} must have 1 to 256 bytes"));
            }
            let NewMark { direction, class, ambiguous, .. } = mark;
            marks.push(Mark { time, direction, class, ambiguous });
        }
        marks.sort_by_key(|mark| mark.time);
        let (camera, line, tolerance_s) = (self.camera, self.line, self.tolerance_s);
        Ok(AuditBody { camera, line, from, until, tolerance_s, marks, created_by, created })
    }
}

/// An accuracy audit in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccuracyAuditSummary {
    /// Never changes.
    pub(crate) id: Uuid,
    /// One more with each change.
    version: i64,
    /// The camera's site.
    site: String,
    /// The camera.
    camera: String,
    /// The line.
    line: String,
    /// The first moment that was looked at.
    #[serde(with = "time::serde::rfc3339")]
    from: OffsetDateTime,
    /// The first moment that was not.
    #[serde(with = "time::serde::rfc3339")]
    until: OffsetDateTime,
    /// How far apart in time a count and its mark may be, in seconds.
    tolerance_s: f64,
    /// Who began it.
    created_by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    created: OffsetDateTime,
    /// When it was finished; null while marks can be changed.
    #[schema(required)]
    #[serde(with = "time::serde::rfc3339::option")]
    finished: Option<OffsetDateTime>,
    /// How right the counts are; null until it is finished.
    #[schema(required)]
    score: Option<AccuracyScore>,
}

impl From<Kept> for AccuracyAuditSummary {
    fn from(kept: Kept) -> Self {
        let AuditBody { camera, line, from, until, tolerance_s, created_by, created, .. } = kept.body;
        let finished = kept.report.as_ref().map(|report| report.finished);
        let score = kept.report.map(|report| report.overall);
        let (id, version, site) = (kept.id, kept.version, kept.site);
        Self {
            id,
            version,
            site,
            camera,
            line,
            from,
            until,
            tolerance_s,
            created_by,
            created,
            finished,
            score,
        }
    }
}

/// An accuracy audit.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccuracyAudit {
    #[serde(flatten)]
    summary: AccuracyAuditSummary,
    /// What was seen, in the order of time.
    marks: Vec<Mark>,
    /// The comparison; null until it is finished.
    #[schema(required)]
    report: Option<AccuracyReport>,
}

impl From<Kept> for AccuracyAudit {
    fn from(kept: Kept) -> Self {
        let (marks, report) = (kept.body.marks.clone(), kept.report.clone());
        Self { summary: kept.into(), marks, report }
    }
}

/// What the comparison came to.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct AccuracyReport {
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) finished: OffsetDateTime,
    /// How many seconds of the stretch lie in gaps, in which nothing was watched: what was marked there was missed for
    /// that reason.
    pub(crate) unwatched_s: f64,
    /// Both directions together.
    pub(crate) overall: AccuracyScore,
    /// Each direction in which anything was marked or counted.
    pub(crate) directions: Vec<DirectionScore>,
    /// What was marked and not counted.
    pub(crate) misses: Vec<Mistake>,
    /// What was counted and not marked.
    pub(crate) extras: Vec<Mistake>,
}

/// How right the counts are.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
pub(crate) struct AccuracyScore {
    /// Marked crossings, without the ambiguous ones.
    pub(crate) truth: u64,
    /// Counted crossings, without those that matched an ambiguous mark.
    pub(crate) counted: u64,
    /// Counted and marked.
    pub(crate) right: u64,
    /// Counted and not marked.
    pub(crate) extra: u64,
    /// Marked and not counted.
    pub(crate) missed: u64,
    /// Counts that matched an ambiguous mark, and were left out.
    pub(crate) left_out: u64,
    /// `right / counted`; null where nothing was counted.
    #[schema(required)]
    pub(crate) precision: Option<Share>,
    /// `right / truth`; null where nothing was marked.
    #[schema(required)]
    pub(crate) recall: Option<Share>,
    /// The harmonic mean of both.
    #[schema(required)]
    pub(crate) f1: Option<Share>,
    /// `counted - truth`: errors that cancel each other are not seen.
    pub(crate) net_error: i64,
    /// `extra + missed`: every error is seen.
    pub(crate) gross_error: u64,
}

/// A share and the interval in which it lies with 95 % confidence.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
pub(crate) struct Share {
    /// From 0 to 1.
    pub(crate) value: f64,
    /// Lower bound.
    pub(crate) low: f64,
    /// Upper bound.
    pub(crate) high: f64,
}

/// How right the counts of one direction are.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct DirectionScore {
    /// Which way.
    #[schema(value_type = String, pattern = "^(forward|backward)$")]
    pub(crate) direction: Direction,
    /// How right.
    pub(crate) score: AccuracyScore,
}

/// A crossing that was missed, or one that was counted and not seen.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct Mistake {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) time: OffsetDateTime,
    /// Which way.
    #[schema(value_type = String, pattern = "^(forward|backward)$")]
    pub(crate) direction: Direction,
}
