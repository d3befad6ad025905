//! Events as they come, by WebSocket and as server-sent events.
//!
//! The store numbers events in the order in which it takes them in. Whoever looks on is at a number, and gets what came in
//! after it: from memory as a rule, from the store when they were away for a while. So nothing is left out and nothing
//! comes twice, and a slow reader waits for nobody but itself.

mod hub;
mod reader;
mod seats;
mod socket;

pub(crate) use hub::Hub;
pub(crate) use seats::Seats;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::http::{HeaderMap, HeaderName, Uri, header};
use axum::response::sse::{Event as Message, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use serde::Deserialize;
use store::Measure;
use tokio::time::Instant;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::App;
use crate::events::kinds;
use crate::extract::{Asked, Caller, directions, list};
use crate::problem::{Code, Problem};
use crate::scope::Scope;
use hub::Entry;
use reader::{Item, Reader};
use seats::Seat;

/// How often a sign of life is sent.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// After this a stream ends, so that who asks is looked at anew; the reader goes on where it was.
const LONGEST: Duration = Duration::from_secs(3600);
/// How a reader of server-sent events says where it was (HTML, § 9.2).
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(live))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct LiveQuestion {
    /// Where to go on: the `id` of the last message, or of the last event. The header `Last-Event-ID` does the same.
    after: Option<String>,
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
}

/// Which events somebody wants, of those that they may see.
struct Wanted {
    scope: Scope,
    /// None when nothing can be wanted; an empty list is no restriction, as in the others.
    cameras: Option<Vec<String>>,
    kinds: Vec<&'static str>,
    rules: Vec<String>,
    classes: Vec<String>,
    directions: Vec<event::Direction>,
}

impl Wanted {
    fn of(app: &App, caller: &Caller, question: &LiveQuestion) -> Result<Self, Problem> {
        let scope = caller.cameras(app);
        let sites = list(question.site.as_deref());
        Ok(Self {
            cameras: scope.narrow(app, &sites, list(question.camera.as_deref()))?,
            scope,
            kinds: kinds(question.kind.as_deref())?.into_iter().map(Measure::as_str).collect(),
            rules: list(question.rule.as_deref()),
            classes: list(question.class.as_deref()),
            directions: directions(question.direction.as_deref())?,
        })
    }

    fn wants(&self, entry: &Entry) -> bool {
        let any = |list: &[String], name: Option<&str>| {
            list.is_empty() || name.is_some_and(|name| list.iter().any(|one| one == name))
        };
        let event = &entry.event;
        let class = event.sighting().map(|sighting| sighting.class.as_str());
        self.scope.sees(&event.camera)
            && self.cameras.as_ref().is_some_and(|cameras| any(cameras, Some(&event.camera)))
            && (self.kinds.is_empty() || self.kinds.contains(&event.kind()))
            && any(&self.rules, event.rule())
            && any(&self.classes, class)
            && (self.directions.is_empty()
                || event.direction().is_some_and(|direction| self.directions.contains(&direction)))
    }
}

/// Events as they come, from those that are in the store: by WebSocket to whoever asks for one, else as server-sent events.
///
/// Each message has an `id`: who comes again with the last one misses nothing and gets nothing twice, for as long as the
/// store keeps it (the last 100,000 events). After a longer time the first message is `missed`. A WebSocket gives JSON
/// objects with `id`, `kind` and `event`. Streams end after an hour, to be resumed.
#[utoipa::path(get, path = "/api/v1/live", operation_id = "live_events", tag = "live",
    params(LiveQuestion, ("Last-Event-ID" = Option<String>, Header, description = "As `after`.")),
    responses(
        (status = 101, description = "A WebSocket, if `Upgrade` asks for one."),
        (status = 200, description = "Server-sent events.", content_type = "text/event-stream", body = String)),
    extensions(("x-endless" = json!(true)), ("x-problems" = json!(["not_found", "not_allowed"]))))]
async fn live(
    State(app): State<Arc<App>>,
    caller: Caller,
    uri: Uri,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    Asked(question): Asked<LiveQuestion>,
) -> Result<Response, Problem> {
    let wanted = Wanted::of(&app, &caller, &question)?;
    let seat = Seats::take(&app.seats, &caller)?;
    let last = headers.get(LAST_EVENT_ID).and_then(|value| value.to_str().ok());
    let after = last.filter(|text| !text.is_empty()).or(question.after.as_deref());
    let reader = reader(&app, after, wanted).await?;
    match upgrade {
        Ok(upgrade) => {
            same_origin(&headers, &uri)?;
            Ok(socket::open(upgrade, reader, seat))
        }
        Err(_) => Ok(events(reader, seat)),
    }
}

async fn reader(app: &App, after: Option<&str>, wanted: Wanted) -> Result<Reader, Problem> {
    Hub::start(&app.live).await?;
    let position = match after {
        None => None,
        Some(text) => match text.parse::<i64>() {
            Ok(number) => Some(number),
            Err(_) => {
                let wrong = || Problem::question("`after` is the id of a message or of an event");
                let id = Uuid::try_parse(text).map_err(|_| wrong())?;
                // An event that is no longer known was long ago.
                Some(app.store.arrival_of(id).await?.unwrap_or(-1))
            }
        },
    };
    Ok(Reader::new(Arc::clone(&app.live), position, wanted))
}

/// Refuses a WebSocket to the page of another site: it would come with the cookies of this one.
fn same_origin(headers: &HeaderMap, uri: &Uri) -> Result<(), Problem> {
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
    let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = uri.authority().map(|authority| authority.as_str()).or(host);
    if origin.is_some() && origin == host {
        Ok(())
    } else {
        Err(Problem::new(Code::NotAllowed, "a page of another site may not look on"))
    }
}

fn events(reader: Reader, seat: Seat) -> Response {
    let end = Instant::now() + LONGEST;
    let messages = stream::unfold((reader, seat), move |(mut reader, seat)| async move {
        let item = tokio::time::timeout_at(end, reader.next()).await.ok()??;
        let message = match item {
            Item::Event(entry) => {
                Message::default().id(entry.number.to_string()).event(entry.event.kind()).data(entry.json())
            }
            Item::Missed(number) => Message::default().id(number.to_string()).event("missed").data("{}"),
        };
        Some((Ok::<_, Infallible>(message), (reader, seat)))
    });
    Sse::new(messages).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response()
}
