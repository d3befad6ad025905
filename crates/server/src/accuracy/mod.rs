//! How right the counts are: somebody marks the crossings of a stretch by eye, and they are compared with what was
//! counted then, as `camtally evaluate` does it. The report is kept.

mod compare;
mod kept;
#[cfg(test)]
mod tests;
mod view;

use std::sync::Arc;

use access::Role;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use time::OffsetDateTime;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::alerts::{Change, id, rules::SitesQuestion, rules::page, rules::sites};
use crate::extract::{Asked, Body, Caller, ETag, IfMatch, Listed, Path};
use crate::problem::{Code, Problem};
use crate::{App, Camera};
use kept::Kept;
use view::{AccuracyAudit, AccuracyAuditSummary, NewAccuracyAudit};

/// What a body may hold: some ten thousand marks.
const LIMIT: usize = 1 << 20;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(read, replace, delete))
        .routes(routes!(finish))
}

/// Accuracy audits, the oldest first, without marks and mistakes.
#[utoipa::path(get, path = "/api/v1/accuracy-audits", tag = "accuracy", operation_id = "accuracy_audits",
    params(SitesQuestion),
    responses((status = 200, description = "A page of audits.", body = Listed<AccuracyAuditSummary>)),
    extensions(("x-problems" = json!(["bad_cursor"]))))]
async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(question): Asked<SitesQuestion>,
) -> Result<Json<Listed<AccuracyAuditSummary>>, Problem> {
    let sites = sites(&app, &caller, Role::Viewer, question.site.as_deref());
    let audits = kept::all(app.tables.database(&app.store).await?, &sites).await?;
    let audits = audits.into_iter().map(AccuracyAuditSummary::from).collect();
    Ok(Json(page(audits, |audit| audit.id, question.cursor.as_deref(), question.limit)?))
}

/// Begins an accuracy audit of one line. Marks can be added until it is finished.
#[utoipa::path(post, path = "/api/v1/accuracy-audits", tag = "accuracy", operation_id = "create_accuracy_audit",
    request_body = NewAccuracyAudit,
    responses((status = 201, description = "The audit.", body = AccuracyAudit)),
    extensions(("x-problems" = json!(["not_allowed", "not_found", "not_valid"]))))]
async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(new): Body<NewAccuracyAudit, LIMIT>,
) -> Result<(StatusCode, ETag, Json<AccuracyAudit>), Problem> {
    let camera = camera(&app, &caller, &new)?;
    let now = app.clock.now();
    let body = new.checked(caller.actor().name, now)?;
    let mut tx = app.tables.database(&app.store).await?.begin(database::Access::Add).await?;
    let kept = Kept { id: new_id(now), site: camera.site.clone(), version: 1, body, report: None };
    kept::insert(&mut tx, &kept).await?;
    let change = Change::new("accuracy_audit.create", kept.id, &kept.site).became(&kept.body);
    change.commit(tx, &caller, now).await?;
    Ok((StatusCode::CREATED, ETag(1), Json(kept.into())))
}

/// An accuracy audit, with its report once it is finished.
#[utoipa::path(get, path = "/api/v1/accuracy-audits/{id}", tag = "accuracy", operation_id = "accuracy_audit",
    params(("id" = Uuid, Path, description = "The audit's id.")),
    responses((status = 200, description = "The audit.", body = AccuracyAudit)))]
async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(text): Path<String>,
) -> Result<(ETag, Json<AccuracyAudit>), Problem> {
    let kept = seen(&app, &caller, &text).await?;
    Ok((ETag(kept.version as u64), Json(kept.into())))
}

/// Changes an accuracy audit that is not finished: its stretch, its line or its marks.
#[utoipa::path(put, path = "/api/v1/accuracy-audits/{id}", tag = "accuracy", operation_id = "replace_accuracy_audit",
    request_body = NewAccuracyAudit, params(("id" = Uuid, Path, description = "The audit's id.")),
    responses((status = 200, description = "The audit as it is now.", body = AccuracyAudit)),
    extensions(("x-problems" = json!(["not_allowed", "not_valid", "changed_meanwhile"]))))]
async fn replace(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(text): Path<String>,
    version: IfMatch,
    Body(new): Body<NewAccuracyAudit, LIMIT>,
) -> Result<(ETag, Json<AccuracyAudit>), Problem> {
    let before = open(&app, &caller, &text, &version).await?;
    let camera = camera(&app, &caller, &new)?;
    let body = new.checked(before.body.created_by.clone(), before.body.created)?;
    let after = Kept { site: camera.site.clone(), version: before.version + 1, body, ..before.clone() };
    changed(&app, &caller, "accuracy_audit.update", &before, &after).await?;
    Ok((ETag(after.version as u64), Json(after.into())))
}

/// Compares the marks with what was counted, and keeps the report. Then nothing of the audit can be changed any more.
#[utoipa::path(post, path = "/api/v1/accuracy-audits/{id}/finish", tag = "accuracy",
    operation_id = "finish_accuracy_audit", params(("id" = Uuid, Path, description = "The audit's id.")),
    responses((status = 200, description = "The audit with its report.", body = AccuracyAudit)),
    extensions(("x-problems" = json!(["not_allowed", "not_valid", "changed_meanwhile"]))))]
async fn finish(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(text): Path<String>,
    version: IfMatch,
) -> Result<(ETag, Json<AccuracyAudit>), Problem> {
    let before = open(&app, &caller, &text, &version).await?;
    let now = app.clock.now();
    if before.body.until > now {
        return Err(Problem::new(Code::NotValid, "its stretch has not ended yet: finish it after `until`"));
    }
    let report = compare::report(&app.store, &before.body, now).await?;
    let after = Kept { version: before.version + 1, report: Some(report), ..before.clone() };
    changed(&app, &caller, "accuracy_audit.finish", &before, &after).await?;
    Ok((ETag(after.version as u64), Json(after.into())))
}

/// Deletes an accuracy audit and its report.
#[utoipa::path(delete, path = "/api/v1/accuracy-audits/{id}", tag = "accuracy", operation_id = "delete_accuracy_audit",
    params(("id" = Uuid, Path, description = "The audit's id.")),
    responses((status = 204, description = "It is gone.")),
    extensions(("x-problems" = json!(["not_allowed", "changed_meanwhile"]))))]
async fn delete(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(text): Path<String>,
    version: IfMatch,
) -> Result<StatusCode, Problem> {
    let before = seen(&app, &caller, &text).await?;
    caller.may(Role::Operator, &before.site)?;
    version.check(before.version as u64)?;
    let mut tx = app.tables.database(&app.store).await?.begin(database::Access::Add).await?;
    if !kept::delete(&mut tx, before.id, before.version).await? {
        return Err(meanwhile());
    }
    let change = Change::new("accuracy_audit.delete", before.id, &before.site).was(&before.body);
    change.commit(tx, &caller, app.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn camera(app: &App, caller: &Caller, new: &NewAccuracyAudit) -> Result<Arc<Camera>, Problem> {
    caller.camera(app, Role::Operator, &new.camera)
}

async fn seen(app: &App, caller: &Caller, text: &str) -> Result<Kept, Problem> {
    let id = id("accuracy audit", text)?;
    let kept = kept::one(app.tables.database(&app.store).await?, id).await?;
    let kept = kept.filter(|kept| caller.role(&kept.site).is_some());
    kept.ok_or_else(|| Problem::not_found(format!("there is no accuracy audit with the id {id}")))
}

/// One that may be changed: by this caller, in this version, and not finished.
async fn open(app: &App, caller: &Caller, text: &str, version: &IfMatch) -> Result<Kept, Problem> {
    let kept = seen(app, caller, text).await?;
    caller.may(Role::Operator, &kept.site)?;
    version.check(kept.version as u64)?;
    if kept.report.is_some() {
        return Err(Problem::new(Code::NotValid, "it is finished, and stays as it is: make another one"));
    }
    Ok(kept)
}

async fn changed(
    app: &App,
    caller: &Caller,
    action: &'static str,
    before: &Kept,
    after: &Kept,
) -> Result<(), Problem> {
    let mut tx = app.tables.database(&app.store).await?.begin(database::Access::Add).await?;
    if !kept::update(&mut tx, before.version, after).await? {
        return Err(meanwhile());
    }
    let change = Change::new(action, after.id, &after.site).was(&before.body);
    let change = match &after.report {
        Some(report) => change.became(&report.overall),
        None => change.became(&after.body),
    };
    change.commit(tx, caller, app.clock.now()).await
}

fn meanwhile() -> Problem {
    Problem::new(Code::Changed, "somebody has changed it meanwhile: read it again")
}

/// An id that rises with time.
pub(crate) fn new_id(now: OffsetDateTime) -> Uuid {
    let seconds = u64::try_from(now.unix_timestamp()).unwrap_or(0);
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::ContextV7::new(), seconds, now.nanosecond()))
}
