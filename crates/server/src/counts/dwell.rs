//! How long people stay in zones, and how long the queues there are.

use std::sync::Arc;

use access::Role;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use store::{DwellQuery, DwellStats, Filter, QueueQuery};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::question::{BucketName, MAX_BUCKETS, Place, Stretch};
use crate::App;
use crate::extract::{Asked, Caller, list, moment};
use crate::problem::Problem;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DwellQuestion {
    /// The first moment; the bucket in which it lies is given as a whole.
    #[param(example = "2026-11-23T00:00:00Z", format = DateTime)]
    from: String,
    /// The first moment after; the bucket that it cuts is given as a whole.
    #[param(example = "2026-11-24T00:00:00Z", format = DateTime)]
    until: String,
    /// How long the buckets are: `15m`, `1h`, `1d` or `1w`.
    #[param(inline, default = "1h")]
    bucket: Option<DwellBucket>,
    /// Only these sites, separated by commas.
    site: Option<String>,
    /// Only these cameras, separated by commas.
    camera: Option<String>,
    /// Only these zones, separated by commas.
    rule: Option<String>,
    /// Only these classes, separated by commas.
    class: Option<String>,
}

/// How long a bucket is: dwell is kept by quarters of an hour.
#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
pub(super) enum DwellBucket {
    #[serde(rename = "15m")]
    Quarter,
    #[serde(rename = "1h")]
    Hour,
    #[serde(rename = "1d")]
    Day,
    #[serde(rename = "1w")]
    Week,
}

impl From<DwellBucket> for BucketName {
    fn from(bucket: DwellBucket) -> Self {
        match bucket {
            DwellBucket::Quarter => Self::Quarter,
            DwellBucket::Hour => Self::Hour,
            DwellBucket::Day => Self::Day,
            DwellBucket::Week => Self::Week,
        }
    }
}

/// How long stays were.
#[derive(Serialize, ToSchema)]
pub(super) struct DwellAnswer {
    /// How long the buckets are.
    #[schema(inline)]
    bucket: DwellBucket,
    /// Of which clock the buckets are hours and days.
    time_zone: String,
    /// Since when this is kept, if older was deleted.
    #[schema(required)]
    #[serde(with = "time::serde::rfc3339::option")]
    kept_since: Option<OffsetDateTime>,
    /// By camera and name.
    zones: Vec<ZoneDwell>,
}

/// How long stays in one zone were.
#[derive(Serialize, ToSchema)]
struct ZoneDwell {
    /// The camera.
    camera: String,
    /// The zone.
    rule: String,
    /// Of all stays.
    total: Stays,
    /// Without a hole; each of the stays that ended in it.
    buckets: Vec<DwellInBucket>,
}

#[derive(Serialize, ToSchema)]
struct DwellInBucket {
    #[serde(flatten)]
    stretch: Stretch,
    #[serde(flatten)]
    stays: Stays,
}

/// How long some stays were. Those that a gap cut short are left out: how long they were is not known.
#[derive(Serialize, ToSchema)]
struct Stays {
    /// How many.
    count: u64,
    /// The mean.
    #[schema(required)]
    mean_s: Option<f64>,
    /// Half of them were no longer; at most 1/32 wrong.
    #[schema(required)]
    median_s: Option<f64>,
    /// 95 % of them were no longer; at most 1/32 wrong.
    #[schema(required)]
    p95_s: Option<f64>,
}

impl From<DwellStats> for Stays {
    fn from(stats: DwellStats) -> Self {
        Self { count: stats.count, mean_s: stats.mean_s, median_s: stats.median_s, p95_s: stats.p95_s }
    }
}

/// How long stays in zones were.
#[utoipa::path(get, path = "/api/v1/dwell", tag = "counts", params(DwellQuestion),
    responses((status = 200, description = "Dwell times by zone.", body = DwellAnswer)),
    extensions(("x-problems" = json!(["not_found"]))))]
pub(super) async fn dwell(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(question): Asked<DwellQuestion>,
) -> Result<Json<DwellAnswer>, Problem> {
    let place = Place::of(&app, &caller, question.site.as_deref(), question.camera.as_deref())?;
    let bucket = question.bucket.unwrap_or(DwellBucket::Hour);
    let time_zone = place.clock.zone_name.clone();
    let mut answer = DwellAnswer { bucket, time_zone, kept_since: None, zones: Vec::new() };
    let (from, until) = (moment("from", &question.from)?, moment("until", &question.until)?);
    let (rules, classes) = (list(question.rule.as_deref()), list(question.class.as_deref()));
    let Some(filter) = place.filter(Filter { rules, classes, ..Filter::default() }) else {
        return Ok(Json(answer));
    };
    let bucket = BucketName::from(bucket).into();
    let query = DwellQuery { from, until, bucket, zone: place.clock.zone.clone(), filter };
    let dwells = app.store.dwell(&query).await?;
    if dwells.buckets.len() * dwells.zones.len() > MAX_BUCKETS {
        return Err(too_many());
    }
    answer.kept_since = dwells.kept_since;
    let zones = dwells.zones.into_iter().map(|zone| {
        let buckets = dwells.buckets.iter().zip(zone.buckets);
        let buckets =
            buckets.map(|(span, stats)| DwellInBucket { stretch: (*span).into(), stays: stats.into() });
        ZoneDwell {
            camera: zone.camera,
            rule: zone.rule,
            total: zone.total.into(),
            buckets: buckets.collect(),
        }
    });
    answer.zones = zones.collect();
    Ok(Json(answer))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct QueueQuestion {
    /// The camera.
    #[param(example = "entrance")]
    camera: String,
    /// The zone.
    #[param(example = "queue")]
    rule: String,
    /// The first moment; the bucket in which it lies is given as a whole.
    #[param(example = "2026-11-23T00:00:00Z", format = DateTime)]
    from: String,
    /// The first moment after; the bucket that it cuts is given as a whole.
    #[param(example = "2026-11-24T00:00:00Z", format = DateTime)]
    until: String,
    /// How long the buckets are.
    #[param(inline, default = "1h")]
    bucket: Option<BucketName>,
}

/// How long a queue was.
#[derive(Serialize, ToSchema)]
pub(super) struct QueueAnswer {
    /// How long the buckets are.
    #[schema(inline)]
    bucket: BucketName,
    /// Of which clock the buckets are hours and days.
    time_zone: String,
    /// Without a hole.
    buckets: Vec<QueueInBucket>,
}

/// How long the queue was in one bucket: how many were in the zone at once. Only stays that have ended are known.
#[derive(Serialize, ToSchema)]
struct QueueInBucket {
    #[serde(flatten)]
    stretch: Stretch,
    /// The mean over the watched time.
    #[schema(required)]
    mean: Option<f64>,
    /// It was no longer than this for 95 % of the watched time.
    #[schema(required)]
    p95: Option<u32>,
    /// The longest that it was.
    max: u32,
    /// How many seconds were watched.
    observed_s: f64,
}

/// How long the queue in a zone was. It is made from the events, and reaches back as far as they are kept.
#[utoipa::path(get, path = "/api/v1/queues", tag = "counts", params(QueueQuestion),
    responses((status = 200, description = "Lengths of the queue by bucket.", body = QueueAnswer)),
    extensions(("x-problems" = json!(["not_found"]))))]
pub(super) async fn queue(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(question): Asked<QueueQuestion>,
) -> Result<Json<QueueAnswer>, Problem> {
    let camera = caller.camera(&app, Role::Viewer, &question.camera)?;
    let clock = app.sites.clock(&app, &caller, std::slice::from_ref(&camera.site), &[])?;
    let bucket = question.bucket.unwrap_or(BucketName::Hour);
    let query = QueueQuery {
        camera: question.camera,
        rule: question.rule,
        from: moment("from", &question.from)?,
        until: moment("until", &question.until)?,
        bucket: bucket.into(),
        zone: clock.zone.clone(),
    };
    let queue = app.store.queue(&query).await?;
    let buckets = queue.into_iter().map(|stats| QueueInBucket {
        stretch: stats.span.into(),
        mean: stats.mean,
        p95: stats.p95,
        max: stats.max,
        observed_s: stats.observed_s,
    });
    Ok(Json(QueueAnswer { bucket, time_zone: clock.zone_name.clone(), buckets: buckets.collect() }))
}

fn too_many() -> Problem {
    Problem::question(format!(
        "that are more than {MAX_BUCKETS} buckets: ask for a shorter time or longer buckets"
    ))
}
