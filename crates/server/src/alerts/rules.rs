use std::sync::Arc;

use ::alerts::{Kept, Rule};
use access::Role;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{Change, id};
use crate::App;
use crate::extract::{Asked, Body, Caller, Cursor, ETag, IfMatch, Limit, Listed, Path, list as listed};
use crate::problem::Problem;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SitesQuestion {
    /// Only these sites, separated by commas.
    pub(crate) site: Option<String>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
    /// How many items a page has.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 1000, default = 100)]
    pub(crate) limit: Limit,
}

/// Those of the asked sites at which the caller has the role; all of them when none is asked for.
pub(crate) fn sites(app: &App, caller: &Caller, role: Role, asked: Option<&str>) -> Vec<String> {
    let asked = listed(asked);
    let sites = app.sites.all().into_iter().map(|site| site.id.clone());
    sites.filter(|id| caller.rights.allow(role, id) && (asked.is_empty() || asked.contains(id))).collect()
}

/// A page of what is sorted by its id.
pub(crate) fn page<T>(
    mut items: Vec<T>,
    of: impl Fn(&T) -> Uuid,
    cursor: Option<&str>,
    limit: Limit,
) -> Result<Listed<T>, Problem> {
    if let Some(text) = cursor {
        let after: Uuid = Cursor::read(text)?;
        items.retain(|item| of(item) > after);
    }
    let limit = limit.get() as usize;
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|item| Cursor::write(&of(item)));
    Ok(Listed { items, next })
}

/// Alert rules, the oldest first.
#[utoipa::path(get, path = "/api/v1/alert-rules", tag = "alerts", operation_id = "alert_rules", params(SitesQuestion),
    responses((status = 200, description = "A page of rules.", body = Listed<Kept<Rule>>)),
    extensions(("x-problems" = json!(["bad_cursor"]))))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(question): Asked<SitesQuestion>,
) -> Result<Json<Listed<Kept<Rule>>>, Problem> {
    let sites = sites(&app, &caller, Role::Viewer, question.site.as_deref());
    let rules = app.alerting()?.alerts.rules(&sites).await?;
    Ok(Json(page(rules, |rule| rule.id, question.cursor.as_deref(), question.limit)?))
}

/// Makes an alert rule.
#[utoipa::path(post, path = "/api/v1/alert-rules", tag = "alerts", operation_id = "create_alert_rule", request_body = Rule,
    responses((status = 201, description = "The rule.", body = Kept<Rule>)),
    extensions(("x-problems" = json!(["not_allowed", "not_found"]))))]
pub(super) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(rule): Body<Rule>,
) -> Result<(StatusCode, ETag, Json<Kept<Rule>>), Problem> {
    caller.may(Role::Operator, &rule.site)?;
    let alerting = app.alerting()?;
    let mut tx = alerting.begin().await?;
    let kept = alerting.alerts.add_rule(&mut tx, &rule, app.clock.now()).await?;
    let change = Change::new("alert_rule.create", kept.id, &rule.site).became(&kept);
    change.commit(tx, &caller, app.clock.now()).await?;
    Ok((StatusCode::CREATED, ETag(kept.version as u64), Json(kept)))
}

/// An alert rule.
#[utoipa::path(get, path = "/api/v1/alert-rules/{id}", tag = "alerts", operation_id = "alert_rule",
    params(("id" = Uuid, Path, description = "The rule's id.")),
    responses((status = 200, description = "The rule.", body = Kept<Rule>)))]
pub(super) async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(text): Path<String>,
) -> Result<(ETag, Json<Kept<Rule>>), Problem> {
    let kept = seen(&app, &caller, &text).await?;
    Ok((ETag(kept.version as u64), Json(kept)))
}

/// Changes an alert rule. When it then notices something else, its open alerts are resolved, and it begins anew.
#[utoipa::path(put, path = "/api/v1/alert-rules/{id}", tag = "alerts", operation_id = "replace_alert_rule", request_body = Rule,
    params(("id" = Uuid, Path, description = "The rule's id.")),
    responses((status = 200, description = "The rule as it is now.", body = Kept<Rule>)),
    extensions(("x-problems" = json!(["not_allowed", "changed_meanwhile"]))))]
pub(super) async fn replace(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(text): Path<String>,
    version: IfMatch,
    Body(rule): Body<Rule>,
) -> Result<(ETag, Json<Kept<Rule>>), Problem> {
    let before = seen(&app, &caller, &text).await?;
    caller.may(Role::Operator, &before.value.site)?;
    caller.may(Role::Operator, &rule.site)?;
    version.check(before.version as u64)?;
    let alerting = app.alerting()?;
    let mut tx = alerting.begin().await?;
    let kept =
        alerting.alerts.change_rule(&mut tx, before.id, before.version, &rule, app.clock.now()).await?;
    let change = Change::new("alert_rule.update", kept.id, &rule.site).was(&before).became(&kept);
    change.commit(tx, &caller, app.clock.now()).await?;
    Ok((ETag(kept.version as u64), Json(kept)))
}

/// Deletes an alert rule, and resolves its alerts.
#[utoipa::path(delete, path = "/api/v1/alert-rules/{id}", tag = "alerts", operation_id = "delete_alert_rule",
    params(("id" = Uuid, Path, description = "The rule's id.")),
    responses((status = 204, description = "It is gone.")),
    extensions(("x-problems" = json!(["not_allowed", "changed_meanwhile"]))))]
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(text): Path<String>,
    version: IfMatch,
) -> Result<StatusCode, Problem> {
    let before = seen(&app, &caller, &text).await?;
    caller.may(Role::Operator, &before.value.site)?;
    version.check(before.version as u64)?;
    let alerting = app.alerting()?;
    let mut tx = alerting.begin().await?;
    alerting.alerts.delete_rule(&mut tx, before.id, before.version, app.clock.now()).await?;
    let change = Change::new("alert_rule.delete", before.id, &before.value.site).was(&before);
    change.commit(tx, &caller, app.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn seen(app: &App, caller: &Caller, text: &str) -> Result<Kept<Rule>, Problem> {
    let kept = app.alerting()?.alerts.rule(id("alert rule", text)?).await?;
    match caller.role(&kept.value.site) {
        Some(_) => Ok(kept),
        None => Err(Problem::not_found(format!("there is no alert rule with the id {}", kept.id))),
    }
}
