//! Single events, and gaps.

mod view;

pub(crate) use view::EventView;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use store::{EventQuery, Filter, Measure, Page};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;
use crate::extract::{Asked, Caller, Limit, Listed, directions, list, moment};
use crate::problem::{Code, Problem};

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(events)).routes(routes!(gaps))
}

/// The kinds that are kept as events.
const KINDS: [Measure; 7] = [
    Measure::Crossing,
    Measure::TurnedBack,
    Measure::PassedBy,
    Measure::ZoneEnter,
    Measure::ZoneLeave,
    Measure::Gap,
    Measure::Correction,
];

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsQuestion {
    /// The first moment of the stretch in which the event's `time` lies.
    #[param(example = "2026-11-23T00:00:00Z", format = DateTime)]
    from: String,
    /// The first moment after it.
    #[param(example = "2026-11-24T00:00:00Z", format = DateTime)]
    until: String,
    /// Only these kinds, separated by commas: `crossing`, `turned_back`, `passed_by`, `zone_enter`, `zone_leave`, `gap`,
    /// `correction`.
    #[param(pattern = "^((crossing|turned_back|passed_by|zone_enter|zone_leave|gap|correction)(,|$))*$")]
    kind: Option<String>,
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
    /// `next` of the page before.
    #[param(pattern = "^-?[0-9]{1,18}\\.[0-9a-f]{32}$")]
    cursor: Option<String>,
    /// How many events a page has.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 1000, default = 100)]
    limit: Limit,
}

impl EventsQuestion {
    /// None when the caller may see none of what is asked about.
    pub(crate) fn query(&self, app: &App, caller: &Caller) -> Result<Option<EventQuery>, Problem> {
        let sites = list(self.site.as_deref());
        let cameras = caller.cameras(app).narrow(app, &sites, list(self.camera.as_deref()))?;
        let cursor = self.cursor.as_deref().map(|text| {
            let detail = "the cursor is none that this list gave out: begin without one";
            text.parse().map_err(|_| Problem::new(Code::BadCursor, detail))
        });
        let query = EventQuery {
            from: moment("from", &self.from)?,
            until: moment("until", &self.until)?,
            kinds: kinds(self.kind.as_deref())?,
            filter: Filter {
                cameras: Vec::new(),
                rules: list(self.rule.as_deref()),
                classes: list(self.class.as_deref()),
                directions: directions(self.direction.as_deref())?,
            },
            after: cursor.transpose()?,
            limit: self.limit.get(),
        };
        Ok(cameras.map(|cameras| EventQuery { filter: Filter { cameras, ..query.filter.clone() }, ..query }))
    }
}

/// Kinds of events, separated by commas.
pub(crate) fn kinds(text: Option<&str>) -> Result<Vec<Measure>, Problem> {
    let kind = |text: String| {
        KINDS.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| {
            let known = KINDS.map(Measure::as_str).join(", ");
            Problem::question(format!("no event is of the kind `{text}`: write one of {known}"))
        })
    };
    list(text).into_iter().map(kind).collect()
}

/// Events, newest first. Events that come in meanwhile move nothing: only late ones from before the cursor are missed.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", params(EventsQuestion),
    responses((status = 200, description = "A page of events.", body = Listed<EventView>)),
    extensions(("x-problems" = json!(["bad_cursor", "not_found"]))))]
async fn events(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(question): Asked<EventsQuestion>,
) -> Result<Json<Listed<EventView>>, Problem> {
    let Some(query) = question.query(&app, &caller)? else { return Ok(Json(Listed::nothing())) };
    Ok(listed(app.store.events(&query).await?))
}

/// Stretches in which a camera saw nothing that could be counted: every gap that overlaps the asked time.
#[utoipa::path(get, path = "/api/v1/gaps", tag = "events", params(EventsQuestion),
    responses((status = 200, description = "A page of gaps.", body = Listed<EventView>)),
    extensions(("x-problems" = json!(["bad_cursor", "not_found"]))))]
async fn gaps(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(question): Asked<EventsQuestion>,
) -> Result<Json<Listed<EventView>>, Problem> {
    let Some(query) = question.query(&app, &caller)? else { return Ok(Json(Listed::nothing())) };
    Ok(listed(app.store.gaps(&query).await?))
}

fn listed(page: Page) -> Json<Listed<EventView>> {
    let items = page.events.iter().map(EventView::from).collect();
    Json(Listed { items, next: page.next.map(|cursor| cursor.to_string()) })
}
