//! How many are inside now.

use std::sync::Arc;

use access::Role;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use event::{Correction, Event, What};
use observation::StreamTime;
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};
use store::{SiteOccupancy, SiteQuery};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::question::Place;
use crate::alerts::Change;
use crate::events::EventView;
use crate::extract::{Asked, Body, Caller, list, whole};
use crate::problem::{Code, Problem};
use crate::{App, Site};

/// The `rule` of a site's corrections.
const RULE: &str = "occupancy";

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OccupancyQuestion {
    /// Only these sites, separated by commas.
    site: Option<String>,
    /// Only the zones of these cameras, separated by commas.
    camera: Option<String>,
}

/// How many are inside now.
#[derive(Serialize, ToSchema)]
pub(super) struct OccupancyAnswer {
    /// When that was.
    #[serde(with = "time::serde::rfc3339")]
    time: OffsetDateTime,
    /// The sites whose entrances are known.
    sites: Vec<SiteNow>,
    /// The zones that anything was ever seen in.
    zones: Vec<ZoneNow>,
}

/// How many are at a site: in less out since the reset or the last correction, at no time below zero.
#[derive(Serialize, ToSchema)]
struct SiteNow {
    /// The site.
    site: String,
    /// How many there are.
    occupancy: u64,
    /// How many came in since the reset.
    entered: u64,
    /// How many went out since the reset.
    left: u64,
    /// The last reset.
    #[serde(with = "time::serde::rfc3339")]
    since: OffsetDateTime,
    /// What the corrections since then add up to: above zero when the count was too low.
    drift: i64,
    /// The corrections since then, oldest first.
    corrections: Vec<CorrectionNow>,
}

/// A correction by an operator.
#[derive(Serialize, ToSchema)]
struct CorrectionNow {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    time: OffsetDateTime,
    /// What camtally believed.
    was: i64,
    /// What the operator saw.
    now: i64,
}

/// How many are in a zone: who entered and did not leave.
#[derive(Serialize, ToSchema)]
struct ZoneNow {
    /// The camera.
    camera: String,
    /// The zone.
    rule: String,
    /// How many there are.
    occupancy: u64,
}

/// How many are inside now: at sites, by their entrances, and in zones.
#[utoipa::path(get, path = "/api/v1/occupancy", tag = "counts", params(OccupancyQuestion),
    responses((status = 200, description = "Occupancy now.", body = OccupancyAnswer)),
    extensions(("x-problems" = json!(["not_found"]))))]
pub(super) async fn occupancy(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(question): Asked<OccupancyQuestion>,
) -> Result<Json<OccupancyAnswer>, Problem> {
    let now = app.clock.now();
    let asked = list(question.site.as_deref());
    let place = Place::of(&app, &caller, question.site.as_deref(), question.camera.as_deref())?;
    let mut sites = Vec::new();
    for site in app.sites.all() {
        let wanted = asked.is_empty() || asked.contains(&site.id);
        if wanted && caller.role(&site.id).is_some() && !site.entrances.is_empty() {
            sites.push(site_now(&site.id, site_occupancy(&app, &site, now).await?));
        }
    }
    let zones = match place.cameras {
        Some(cameras) => app.store.zone_occupancy(&cameras, now).await?,
        None => Vec::new(),
    };
    let zones = zones.into_iter().map(|zone| ZoneNow {
        camera: zone.camera,
        rule: zone.rule,
        occupancy: zone.occupancy,
    });
    Ok(Json(OccupancyAnswer { time: now, sites, zones: zones.collect() }))
}

async fn site_occupancy(app: &App, site: &Site, now: OffsetDateTime) -> Result<SiteOccupancy, Problem> {
    let query = SiteQuery {
        entrances: site.entrances.clone(),
        classes: Vec::new(),
        corrections: Some((site.corrections_camera(), RULE.to_owned())),
        zone: site.zone.clone(),
        reset_hour: site.reset_hour,
        now,
    };
    Ok(app.store.site_occupancy(&query).await?)
}

fn site_now(site: &str, known: SiteOccupancy) -> SiteNow {
    let corrections = known.corrections.into_iter();
    SiteNow {
        site: site.to_owned(),
        occupancy: known.occupancy,
        entered: known.entered,
        left: known.left,
        since: known.since,
        drift: known.drift,
        corrections: corrections.map(|c| CorrectionNow { time: c.time, was: c.was, now: c.now }).collect(),
    }
}

/// What an operator has counted: at a site, or in a zone of a camera.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
pub(super) enum NewCorrection {
    Site(SiteCorrection),
    Zone(ZoneCorrection),
}

/// How many an operator has counted at a site.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"site": "main", "now": 12}))]
pub(super) struct SiteCorrection {
    /// The site; its entrances must be known.
    site: String,
    /// How many there are.
    #[schema(minimum = 0, maximum = 1_000_000)]
    #[serde(deserialize_with = "whole")]
    now: u32,
}

/// How many an operator has counted in a zone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"camera": "entrance", "rule": "queue", "now": 3}))]
pub(super) struct ZoneCorrection {
    /// The camera.
    camera: String,
    /// The zone.
    rule: String,
    /// How many there are.
    #[schema(minimum = 0, maximum = 1_000_000)]
    #[serde(deserialize_with = "whole")]
    now: u32,
}

/// The most that can be inside.
const MOST: u32 = 1_000_000;

/// Sets an occupancy right. The correction is an event; what it reveals is shown as drift.
#[utoipa::path(post, path = "/api/v1/occupancy/corrections", operation_id = "correct_occupancy", tag = "counts",
    request_body = NewCorrection,
    responses((status = 201, description = "The correction, as an event.", body = EventView)),
    extensions(("x-problems" = json!(["not_found", "not_allowed"]))))]
pub(super) async fn correct(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(new): Body<NewCorrection>,
) -> Result<(StatusCode, Json<EventView>), Problem> {
    let time = app.clock.now();
    let (site, camera, rule, was, now) = match new {
        NewCorrection::Site(SiteCorrection { site: id, now }) => {
            caller.may(Role::Operator, &id)?;
            let nothing = || Problem::not_found(format!("there is no site `{id}` with entrances"));
            let site = app.sites.get(&id).filter(|site| !site.entrances.is_empty()).ok_or_else(nothing)?;
            let known = site_occupancy(&app, &site, time).await?;
            (site.id.clone(), site.corrections_camera(), RULE.to_owned(), known.occupancy, now)
        }
        NewCorrection::Zone(ZoneCorrection { camera, rule, now }) => {
            let camera = caller.camera(&app, Role::Operator, &camera)?;
            let zones = app.store.zone_occupancy(std::slice::from_ref(&camera.id), time).await?;
            let known = zones.into_iter().find(|zone| zone.rule == rule).map(|zone| zone.occupancy);
            if known.is_none() && !camera.viewed().zones.iter().any(|zone| zone.name == rule) {
                return Err(Problem::not_found(format!("`{}` has no zone `{rule}`", camera.id)));
            }
            (camera.site.clone(), camera.id.clone(), rule, known.unwrap_or(0), now)
        }
    };
    if now > MOST {
        return Err(Problem::new(Code::BadBody, format!("`now` is {MOST} at most")));
    }
    let event = Event {
        id: Uuid::now_v7(),
        camera,
        stream_time: StreamTime::from_micros(0),
        time,
        model: None,
        what: What::Correction(Correction { rule: rule.clone(), was: was as i64, now: i64::from(now) }),
        other: Map::new(),
    };
    // Logged first: a correction that nobody answers for must not count. What is logged and fails is answered as a fault.
    let of = |occupancy: u64| json!({"camera": event.camera, "rule": rule, "occupancy": occupancy});
    let change = Change::new("occupancy.correct", event.id, &site).was(&of(was)).became(&of(now.into()));
    let tx = app.tables.database(&app.store).await?.begin(database::Access::Add).await?;
    change.commit(tx, &caller, time).await?;
    app.store.ingest(std::slice::from_ref(&event)).await?;
    let view = EventView::from(&event);
    app.arrived();
    Ok((StatusCode::CREATED, Json(view)))
}
