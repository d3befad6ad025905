//! Counts in buckets of the site's clock.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use store::{Bucket, CountQuery, Filter, GroupBy, Measure};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::App;
use crate::extract::{Asked, Caller, directions, list, moment};
use crate::problem::Problem;

/// The most buckets of one answer, over all groups.
const MAX_BUCKETS: usize = 50_000;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CountsQuestion {
    /// The first moment; the bucket in which it lies is given as a whole.
    #[param(example = "2026-11-23T00:00:00Z", format = DateTime)]
    from: String,
    /// The first moment after; the bucket that it cuts is given as a whole.
    #[param(example = "2026-11-24T00:00:00Z", format = DateTime)]
    until: String,
    /// How long the buckets are.
    #[param(inline, default = "1h")]
    bucket: Option<BucketName>,
    /// What the answer is split by: `site`, `camera`, `rule`, `class`, `direction`, or several with commas. One sum of
    /// everything unless given.
    #[param(pattern = "^((site|camera|rule|class|direction)(,|$))*$", example = "camera,direction")]
    group: Option<String>,
    /// What is counted.
    #[param(inline, default = "crossing")]
    kind: Option<KindName>,
    /// Only these sites, separated by commas.
    site: Option<String>,
    /// Only these cameras, separated by commas.
    camera: Option<String>,
    /// Only these lines and zones, separated by commas.
    rule: Option<String>,
    /// Only these classes, separated by commas.
    class: Option<String>,
    /// Only this direction: `forward` or `backward`.
    #[param(pattern = "^((forward|backward)(,|$))*$")]
    direction: Option<String>,
}

/// How long a bucket is.
#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
pub(super) enum BucketName {
    #[serde(rename = "1m")]
    Minute,
    #[serde(rename = "5m")]
    FiveMinutes,
    #[serde(rename = "15m")]
    Quarter,
    #[serde(rename = "1h")]
    Hour,
    #[serde(rename = "1d")]
    Day,
    #[serde(rename = "1w")]
    Week,
}

impl From<BucketName> for Bucket {
    fn from(name: BucketName) -> Self {
        match name {
            BucketName::Minute => Self::Minute,
            BucketName::FiveMinutes => Self::FiveMinutes,
            BucketName::Quarter => Self::Quarter,
            BucketName::Hour => Self::Hour,
            BucketName::Day => Self::Day,
            BucketName::Week => Self::Week,
        }
    }
}

/// What is counted.
#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum KindName {
    Crossing,
    TurnedBack,
    PassedBy,
    ZoneEnter,
    ZoneLeave,
}

impl From<KindName> for Measure {
    fn from(name: KindName) -> Self {
        match name {
            KindName::Crossing => Self::Crossing,
            KindName::TurnedBack => Self::TurnedBack,
            KindName::PassedBy => Self::PassedBy,
            KindName::ZoneEnter => Self::ZoneEnter,
            KindName::ZoneLeave => Self::ZoneLeave,
        }
    }
}

/// Counts by bucket.
#[derive(Serialize, ToSchema)]
pub(super) struct CountsAnswer {
    /// How long the buckets are.
    #[schema(inline)]
    bucket: BucketName,
    /// Of which clock the buckets are hours and days.
    time_zone: String,
    /// What was counted.
    #[schema(inline)]
    kind: KindName,
    /// Since when such buckets are kept, if older ones were deleted: what lies before is not known, and given as zero.
    #[schema(required)]
    #[serde(with = "time::serde::rfc3339::option")]
    kept_since: Option<OffsetDateTime>,
    /// One for each combination of what the answer is split by.
    groups: Vec<CountsGroup>,
}

/// The numbers of one group.
#[derive(Serialize, ToSchema)]
struct CountsGroup {
    /// The camera, if split by that.
    #[schema(required)]
    camera: Option<String>,
    /// The line or zone, if split by that.
    #[schema(required)]
    rule: Option<String>,
    /// The class, if split by that.
    #[schema(required)]
    class: Option<String>,
    /// The direction, if split by that: `forward` or `backward`.
    #[schema(required, pattern = "^(forward|backward)$")]
    direction: Option<&'static str>,
    /// How many cameras it has: a bucket was watched completely when `observed_s` is this many times its length.
    cameras: usize,
    /// Without a hole.
    buckets: Vec<CountsBucket>,
}

/// The number of one bucket.
#[derive(Serialize, ToSchema)]
struct CountsBucket {
    /// Its first moment.
    #[serde(with = "time::serde::rfc3339")]
    from: OffsetDateTime,
    /// The first moment after it.
    #[serde(with = "time::serde::rfc3339")]
    until: OffsetDateTime,
    /// How many, by the time of the event.
    count: u64,
    /// How many of its seconds were watched: the sum of the group's cameras.
    observed_s: f64,
}

/// Counts in buckets of the site's clock, each with how many of its seconds were watched.
#[utoipa::path(get, path = "/api/v1/counts", tag = "counts", params(CountsQuestion),
    responses((status = 200, description = "Counts by bucket.", body = CountsAnswer)),
    extensions(("x-problems" = json!(["not_found"]))))]
pub(super) async fn counts(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(question): Asked<CountsQuestion>,
) -> Result<Json<CountsAnswer>, Problem> {
    let sites = list(question.site.as_deref());
    let cameras = caller.cameras(&app).narrow(&app, &sites, list(question.camera.as_deref()))?;
    let clock = app.sites.clock(&caller, &sites)?;
    let (bucket, kind) =
        (question.bucket.unwrap_or(BucketName::Hour), question.kind.unwrap_or(KindName::Crossing));
    let mut answer = CountsAnswer {
        bucket,
        time_zone: clock.zone_name.clone(),
        kind,
        kept_since: None,
        groups: Vec::new(),
    };
    let query = CountQuery {
        from: moment("from", &question.from)?,
        until: moment("until", &question.until)?,
        bucket: bucket.into(),
        zone: clock.zone.clone(),
        measure: kind.into(),
        filter: Filter {
            cameras: Vec::new(),
            rules: list(question.rule.as_deref()),
            classes: list(question.class.as_deref()),
            directions: directions(question.direction.as_deref())?,
        },
        group: groups(question.group.as_deref())?,
    };
    let Some(cameras) = cameras else { return Ok(Json(answer)) };
    let counts =
        app.store.counts(&CountQuery { filter: Filter { cameras, ..query.filter.clone() }, ..query }).await?;
    if counts.buckets.len() * counts.groups.len().max(1) > MAX_BUCKETS {
        return Err(Problem::question(format!(
            "that are more than {MAX_BUCKETS} buckets: ask for a shorter time or longer buckets"
        )));
    }
    answer.kept_since = counts.kept_since;
    let groups =
        counts.groups.into_iter().map(|group| {
            let numbers = group.counts.into_iter().zip(group.observed_s);
            let buckets = counts.buckets.iter().zip(numbers).map(|(span, (count, observed_s))| {
                CountsBucket { from: span.from, until: span.until, count, observed_s }
            });
            CountsGroup {
                camera: group.key.camera,
                rule: group.key.rule,
                class: group.key.class,
                direction: group.key.direction.map(event::Direction::as_str),
                cameras: group.cameras,
                buckets: buckets.collect(),
            }
        });
    answer.groups = groups.collect();
    Ok(Json(answer))
}

fn groups(text: Option<&str>) -> Result<Vec<GroupBy>, Problem> {
    let group = |text: String| match text.as_str() {
        "camera" => Ok(GroupBy::Camera),
        "rule" => Ok(GroupBy::Rule),
        "class" => Ok(GroupBy::Class),
        "direction" => Ok(GroupBy::Direction),
        _ => Err(Problem::question(format!(
            "nothing is grouped by `{text}`: write site, camera, rule, class or direction, or several with commas"
        ))),
    };
    // There is one site, and everything belongs to it.
    list(text).into_iter().filter(|text| text != "site").map(group).collect()
}
