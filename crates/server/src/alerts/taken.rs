//! Alerts, and who takes care of them.

use std::sync::Arc;

use ::alerts::{Alert, AlertQuery};
use access::Role;
use axum::Json;
use axum::extract::State;
use database::Tx;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::change::Change;
use super::id;
use super::rules::sites;
use crate::App;
use crate::extract::{Asked, Body, Caller, Cursor, Limit, Listed, Path, moment};
use crate::problem::Problem;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AlertsQuestion {
    /// Only these sites, separated by commas.
    site: Option<String>,
    /// Only those that are not resolved.
    #[serde(default)]
    open: bool,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many alerts a page has.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 1000, default = 100)]
    limit: Limit,
}

/// Until when nobody is told.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Silence {
    /// Until then; null lifts the silence.
    #[schema(required, format = DateTime, example = "2026-11-23T12:00:00Z")]
    until: Option<String>,
}

/// Alerts, the newest first.
#[utoipa::path(get, path = "/api/v1/alerts", tag = "alerts", operation_id = "alerts", params(AlertsQuestion),
    responses((status = 200, description = "A page of alerts.", body = Listed<Alert>)),
    extensions(("x-problems" = json!(["bad_cursor"]))))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(question): Asked<AlertsQuestion>,
) -> Result<Json<Listed<Alert>>, Problem> {
    let limit = question.limit.get();
    let query = AlertQuery {
        sites: sites(&app, &caller, Role::Viewer, question.site.as_deref()),
        open: question.open,
        before: question.cursor.as_deref().map(Cursor::read).transpose()?,
        limit: limit + 1,
    };
    let mut items = app.alerting()?.alerts.alerts(&query).await?;
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|alert| Cursor::write(&alert.id));
    Ok(Json(Listed { items, next }))
}

/// An alert.
#[utoipa::path(get, path = "/api/v1/alerts/{id}", tag = "alerts", operation_id = "alert",
    params(("id" = Uuid, Path, description = "The alert's id.")),
    responses((status = 200, description = "The alert.", body = Alert)))]
pub(super) async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(text): Path<String>,
) -> Result<Json<Alert>, Problem> {
    Ok(Json(seen(&app, &caller, &text).await?))
}

/// Takes care of an alert: it does not escalate any more.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/acknowledge", tag = "alerts", operation_id = "acknowledge_alert",
    params(("id" = Uuid, Path, description = "The alert's id.")),
    responses((status = 200, description = "The alert as it is now.", body = Alert)),
    extensions(("x-problems" = json!(["not_allowed"]))))]
pub(super) async fn acknowledge(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(text): Path<String>,
) -> Result<Json<Alert>, Problem> {
    let before = changed(&app, &caller, &text).await?;
    let alerting = app.alerting()?;
    let mut tx = alerting.begin().await?;
    let alert =
        alerting.alerts.acknowledge(&mut tx, before.id, &caller.actor().name, app.clock.now()).await?;
    logged(&app, &caller, tx, "alert.acknowledge", &before, alert).await
}

/// Has nobody told of an alert for a while. What still is when the silence ends is told then.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/silence", tag = "alerts", operation_id = "silence_alert", request_body = Silence,
    params(("id" = Uuid, Path, description = "The alert's id.")),
    responses((status = 200, description = "The alert as it is now.", body = Alert)),
    extensions(("x-problems" = json!(["not_allowed"]))))]
pub(super) async fn silence(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(text): Path<String>,
    Body(asked): Body<Silence>,
) -> Result<Json<Alert>, Problem> {
    let before = changed(&app, &caller, &text).await?;
    let until = asked.until.as_deref().map(|text| moment("until", text)).transpose()?;
    let alerting = app.alerting()?;
    let mut tx = alerting.begin().await?;
    let alert = alerting.alerts.silence(&mut tx, before.id, until).await?;
    logged(&app, &caller, tx, "alert.silence", &before, alert).await
}

/// Ends an alert. Its rule makes no other one until what it notices has been clear.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/resolve", tag = "alerts", operation_id = "resolve_alert",
    params(("id" = Uuid, Path, description = "The alert's id.")),
    responses((status = 200, description = "The alert as it is now.", body = Alert)),
    extensions(("x-problems" = json!(["not_allowed"]))))]
pub(super) async fn resolve(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(text): Path<String>,
) -> Result<Json<Alert>, Problem> {
    let before = changed(&app, &caller, &text).await?;
    let alerting = app.alerting()?;
    let mut tx = alerting.begin().await?;
    let alert = alerting.alerts.resolve(&mut tx, before.id, &caller.actor().name, app.clock.now()).await?;
    logged(&app, &caller, tx, "alert.resolve", &before, alert).await
}

/// Logs what was done to an alert in the transaction that does it, and answers with the alert after it.
async fn logged(
    app: &App,
    caller: &Caller,
    tx: Tx,
    action: &'static str,
    before: &Alert,
    after: Alert,
) -> Result<Json<Alert>, Problem> {
    let change = Change::new(action, after.id, &after.site).was(before).became(&after);
    change.commit(tx, caller, app.clock.now()).await?;
    Ok(Json(after))
}

async fn seen(app: &App, caller: &Caller, text: &str) -> Result<Alert, Problem> {
    let alert = app.alerting()?.alerts.alert(id("alert", text)?).await?;
    match caller.role(&alert.site) {
        Some(_) => Ok(alert),
        None => Err(Problem::not_found(format!("there is no alert with the id {}", alert.id))),
    }
}

/// An alert that the caller may change.
async fn changed(app: &App, caller: &Caller, text: &str) -> Result<Alert, Problem> {
    let alert = seen(app, caller, text).await?;
    caller.may(Role::Operator, &alert.site)?;
    Ok(alert)
}
