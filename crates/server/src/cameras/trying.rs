//! What rules would have counted that are not in force.

use std::sync::Arc;
use std::time::Duration;

use access::Role;
use axum::Json;
use axum::extract::State;
use counting::{LineTotals, Placement, Rules, ZoneTotals};
use event::{Direction, What};
use paths::{Happened, Tried};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::manage::RULES;
use super::tracks::{Near, place, placed};
use crate::App;
use crate::extract::{Body, Caller, Path};
use crate::problem::{Code, Problem};

/// How many sets of rules are tried at once: each may take a processor for seconds.
pub(crate) const AT_ONCE: usize = 2;
/// How long a try waits for others to end.
const WAIT: Duration = Duration::from_secs(5);
/// The most events of an answer.
const EVENTS: usize = 1_000;

/// What rules would have counted in the last ten minutes.
#[derive(Serialize, ToSchema)]
pub(crate) struct RulesTried {
    /// The first moment that was counted; null when nothing is kept yet.
    #[schema(required)]
    #[serde(with = "time::serde::rfc3339::option")]
    from: Option<OffsetDateTime>,
    /// The last moment that was counted; null when nothing is kept yet.
    #[schema(required)]
    #[serde(with = "time::serde::rfc3339::option")]
    until: Option<OffsetDateTime>,
    /// Tracks that were confirmed in that time.
    tracks: u64,
    /// The lines, in the order of the rules.
    lines: Vec<LineTried>,
    /// The zones, in the order of the rules.
    zones: Vec<ZoneTried>,
    /// What happened, in the order in which it became certain: the newest 1000.
    events: Vec<EventTried>,
    /// How many more there are, all of them older.
    left_out: usize,
}

/// What a line would have counted, and how it is placed by the tracks of the last hour.
#[derive(Serialize, ToSchema)]
pub(crate) struct LineTried {
    /// The line.
    #[schema(example = "door")]
    line: String,
    /// Crossings from side A to side B.
    forward: u64,
    /// Crossings from side B to side A.
    backward: u64,
    /// Objects that entered the band and left it on the same side.
    turned_back: u64,
    /// Objects that changed sides round an end of the line.
    passed_by: u64,
    /// Objects that appeared on the line or just beyond it, and are not counted.
    origin_unobserved: u64,
    /// Crossings of tracks that were lost near the line and found again.
    inferred: u64,
    #[serde(flatten)]
    near: Near,
}

/// What a zone would have counted.
#[derive(Serialize, ToSchema)]
pub(crate) struct ZoneTried {
    /// The zone.
    #[schema(example = "queue")]
    zone: String,
    /// Stays that began.
    entered: u64,
    /// Stays that ended.
    left: u64,
    /// The most that were inside at one time.
    most: u64,
    /// How long the stays that ended were on average, in seconds; null when none has.
    #[schema(required)]
    dwell_mean_s: Option<f64>,
}

/// Something that would have been an event.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventTried {
    /// When it happened.
    #[serde(with = "time::serde::rfc3339")]
    time: OffsetDateTime,
    /// What happened.
    #[schema(pattern = "^(crossing|turned_back|passed_by|zone_enter|zone_leave)$")]
    kind: String,
    /// The line or zone.
    rule: String,
    /// Which way; null where there is none.
    #[schema(required, value_type = Option<String>, pattern = "^(forward|backward)$")]
    direction: Option<Direction>,
    /// The object's class.
    class: String,
    /// The track that made it.
    track: u64,
    /// Where the rule's anchor of the object was then.
    place: [f64; 2],
    /// Whether the track was lost and found again.
    inferred: bool,
}

impl EventTried {
    fn of(happened: &Happened) -> Option<Self> {
        let event = &happened.event;
        let sighting = event.sighting()?;
        let direction = match &event.what {
            What::Crossing(direction, _) | What::PassedBy(direction, _) => Some(*direction),
            _ => None,
        };
        Some(Self {
            time: event.time,
            kind: event.kind().to_owned(),
            rule: sighting.rule.clone(),
            direction,
            class: sighting.class.clone(),
            track: sighting.track,
            place: place(happened.place),
            inferred: sighting.inferred,
        })
    }
}

fn line(totals: LineTotals, placement: Placement) -> LineTried {
    LineTried {
        line: totals.name,
        forward: totals.forward,
        backward: totals.backward,
        turned_back: totals.turned_back,
        passed_by: totals.passed_by,
        origin_unobserved: totals.origin_unobserved,
        inferred: totals.inferred,
        near: placement.into(),
    }
}

fn zone(totals: ZoneTotals) -> ZoneTried {
    ZoneTried {
        zone: totals.name,
        entered: totals.entered,
        left: totals.left,
        most: totals.most,
        dwell_mean_s: (totals.left > 0).then(|| totals.dwell_sum_s / totals.left as f64),
    }
}

fn answer(tried: Tried, placed: Vec<Placement>) -> RulesTried {
    let (from, until) = tried.between;
    let happened: Vec<EventTried> = tried.happened.iter().filter_map(EventTried::of).collect();
    let left_out = happened.len().saturating_sub(EVENTS);
    RulesTried {
        from: Some(from),
        until: Some(until),
        tracks: tried.summary.tracks,
        lines: tried
            .summary
            .lines
            .into_iter()
            .zip(placed)
            .map(|(totals, placed)| line(totals, placed))
            .collect(),
        zones: tried.summary.zones.into_iter().map(zone).collect(),
        events: happened.into_iter().skip(left_out).collect(),
        left_out,
    }
}

/// The answer when nothing is kept.
fn nothing(rules: Rules, placed: Vec<Placement>) -> RulesTried {
    let lines = rules.lines.into_iter().map(|line| LineTotals { name: line.name, ..LineTotals::default() });
    let zones = rules.zones.into_iter().map(|zone| ZoneTotals { name: zone.name, ..ZoneTotals::default() });
    RulesTried {
        from: None,
        until: None,
        tracks: 0,
        lines: lines.zip(placed).map(|(totals, placed)| line(totals, placed)).collect(),
        zones: zones.map(zone).collect(),
        events: Vec::new(),
        left_out: 0,
    }
}

/// Tries rules before they are saved: counts the tracks of the last ten minutes by them, as the camera would have. Nothing
/// is changed. What cannot be put in force is refused as there; `version` in the body means nothing.
#[utoipa::path(post, path = "/api/v1/cameras/{id}/rules/try", tag = "rules", operation_id = "try_rules",
    params(("id" = String, Path, description = "The camera.", example = "entrance")), request_body = Rules,
    responses((status = 200, description = "What they would have counted.", body = RulesTried)),
    extensions(("x-problems" = json!(["not_allowed", "not_valid"]))))]
pub(super) async fn rules(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    Body(rules): Body<Rules, RULES>,
) -> Result<Json<RulesTried>, Problem> {
    let camera = caller.camera(&app, Role::Operator, &id)?;
    let rules = app.registry.checked(rules)?;
    let many = || Problem::new(Code::TooMany, "as many rules are being tried as may be at once").after(5);
    let permit = tokio::time::timeout(WAIT, Arc::clone(&app.tried).acquire_owned());
    let permit = permit.await.map_err(|_| many())?.map_err(|_| Problem::internal())?;
    let tried = tokio::task::spawn_blocking(move || {
        // It is given back when the work is done, also when nobody waits for it any more.
        let _permit = permit;
        let classes = app.model.get().map(|model| model.classes.clone()).unwrap_or_default();
        let placed = placed(&app, &camera, rules.clone())?;
        let recent = camera.paths().recent();
        let wrong = |error: counting::RuleError| Problem::new(Code::NotValid, format!("`rules`: {error}"));
        let tried = recent.count(rules.clone(), &classes).map_err(wrong)?;
        Ok::<_, Problem>(match tried {
            Some(tried) => answer(tried, placed),
            None => nothing(rules, placed),
        })
    });
    tried.await.map_err(|_| Problem::internal())?.map(Json)
}
