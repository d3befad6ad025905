//! The lines and zones of a camera.

use std::sync::Arc;

use access::Role;
use axum::Json;
use axum::extract::State;
use counting::Rules;
use registry::{RuleSet, RuleSetInfo};
use serde::Deserialize;
use utoipa::IntoParams;

use super::manage::RULES;
use crate::App;
use crate::extract::{Asked, Body, Caller, Cursor, ETag, IfMatch, Limit, Listed, Path};
use crate::problem::Problem;

/// The most sets of a page.
const PAGE: u32 = 200;

fn tag(version: i64) -> ETag {
    ETag(version.unsigned_abs())
}

/// The rules of a camera that are in force, as in a rules file.
#[utoipa::path(get, path = "/api/v1/cameras/{id}/rules", tag = "rules", operation_id = "rules",
    params(("id" = String, Path, description = "The camera.", example = "entrance")),
    responses((status = 200, description = "The rules.", body = Rules)))]
pub(super) async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<(ETag, Json<Rules>), Problem> {
    let camera = caller.camera(&app, Role::Viewer, &id)?;
    if camera.registered.provisioned {
        return Ok((tag(camera.registered.rules), Json(Rules::clone(&camera.rules_in_force()))));
    }
    let set = app.registry.rules(&id, None).await?;
    Ok((tag(set.info.version), Json(set.rules)))
}

/// Puts other rules in force. Those that stay the same keep their versions; `version` in the body means nothing.
#[utoipa::path(put, path = "/api/v1/cameras/{id}/rules", tag = "rules", operation_id = "replace_rules",
    params(("id" = String, Path, description = "The camera.", example = "entrance")), request_body = Rules,
    responses((status = 200, description = "The rules with their versions.", body = Rules)),
    extensions(("x-problems" = json!(["changed_meanwhile", "not_allowed", "provisioned", "not_valid"]))))]
pub(super) async fn replace(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    versions: IfMatch,
    Body(rules): Body<Rules, RULES>,
) -> Result<(ETag, Json<Rules>), Problem> {
    let version = caller.camera(&app, Role::Operator, &id)?.registered.rules;
    versions.check(version.unsigned_abs())?;
    let set = app.registry.put_rules(&id, version, rules, &caller.by(&app)).await?;
    Ok((tag(set.info.version), Json(set.rules)))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuestion {
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many sets a page has; never more than 200.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 1000, default = 100)]
    limit: Limit,
}

/// The sets of rules that a camera had, the newest first.
#[utoipa::path(get, path = "/api/v1/cameras/{id}/rules/history", tag = "rules", operation_id = "rules_history",
    params(("id" = String, Path, description = "The camera.", example = "entrance"), HistoryQuestion),
    responses((status = 200, description = "A page of sets.", body = Listed<RuleSetInfo>)),
    extensions(("x-problems" = json!(["bad_cursor", "provisioned"]))))]
pub(super) async fn history(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    Asked(question): Asked<HistoryQuestion>,
) -> Result<Json<Listed<RuleSetInfo>>, Problem> {
    caller.camera(&app, Role::Viewer, &id)?;
    let before: Option<i64> = question.cursor.as_deref().map(Cursor::read).transpose()?;
    let limit = question.limit.get().min(PAGE);
    let items = app.registry.rule_history(&id, before, limit).await?;
    let next = items.last().filter(|_| items.len() == limit as usize).map(|set| Cursor::write(&set.version));
    Ok(Json(Listed { items, next }))
}

/// A set of rules that a camera has or had.
#[utoipa::path(get, path = "/api/v1/cameras/{id}/rules/history/{number}", tag = "rules", operation_id = "rule_set",
    params(("id" = String, Path, description = "The camera.", example = "entrance"),
        ("number" = i64, Path, description = "The set's `version` in the history.")),
    responses((status = 200, description = "The set.", body = RuleSet)),
    extensions(("x-problems" = json!(["provisioned"]))))]
pub(super) async fn earlier(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((id, number)): Path<(String, i64)>,
) -> Result<Json<RuleSet>, Problem> {
    caller.camera(&app, Role::Viewer, &id)?;
    Ok(Json(app.registry.rules(&id, Some(number)).await?))
}

/// Puts an earlier set of rules in force again, as a new one.
#[utoipa::path(post, path = "/api/v1/cameras/{id}/rules/history/{number}/restore", tag = "rules",
    operation_id = "restore_rules",
    params(("id" = String, Path, description = "The camera.", example = "entrance"),
        ("number" = i64, Path, description = "The set's `version` in the history.")),
    responses((status = 200, description = "The set that is in force now.", body = RuleSet)),
    extensions(("x-problems" = json!(["changed_meanwhile", "not_allowed", "provisioned", "not_valid"]))))]
pub(super) async fn restore(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((id, number)): Path<(String, i64)>,
    versions: IfMatch,
) -> Result<(ETag, Json<RuleSet>), Problem> {
    let version = caller.camera(&app, Role::Operator, &id)?.registered.rules;
    versions.check(version.unsigned_abs())?;
    let set = app.registry.restore_rules(&id, version, number, &caller.by(&app)).await?;
    Ok((tag(set.info.version), Json(set)))
}
