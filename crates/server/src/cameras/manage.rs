use std::sync::Arc;

use access::Role;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use registry::{CameraChange, NewCamera};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Camera;
use super::view::{CameraView, DeletedCamera, tag};
use crate::App;
use crate::extract::{Asked, Body, Caller, ETag, IfMatch, Limit, Listed, Path, list as listed};
use crate::problem::Problem;

/// The most bytes of a body with rules: 256 rules of 256 points.
pub(super) const RULES: usize = 4 << 20;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CamerasQuestion {
    /// Only cameras of these sites, separated by commas.
    site: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many cameras a page has.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 1000, default = 100)]
    limit: Limit,
}

/// The cameras that the caller may see.
#[derive(Serialize, ToSchema)]
pub(crate) struct CameraList {
    /// The name of the first site.
    #[schema(required)]
    site: Option<String>,
    /// The time zone of the first site.
    #[schema(required)]
    time_zone: Option<String>,
    /// By id.
    cameras: Vec<CameraView>,
    /// The `cursor` of the next page; null on the last.
    #[schema(required)]
    next: Option<String>,
}

/// The cameras as they are now, by id.
#[utoipa::path(get, path = "/api/v1/cameras", tag = "cameras", operation_id = "cameras", params(CamerasQuestion),
    responses((status = 200, description = "A page of the cameras that the caller may see.", body = CameraList)),
    extensions(("x-problems" = json!(["bad_cursor"]))))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(question): Asked<CamerasQuestion>,
) -> Result<Json<CameraList>, Problem> {
    let asked = listed(question.site.as_deref());
    let is_seen = |site: &String| caller.role(site).is_some() && (asked.is_empty() || asked.contains(site));
    let cameras = app.cameras.all().into_iter().filter(|camera| is_seen(&camera.site));
    let page = Listed::page(cameras, |camera| camera.id.clone(), question.cursor.as_deref(), question.limit)?;
    let Listed { items, next } = page.map(|camera| CameraView::of(&camera, &caller));
    let site = app.sites.all().into_iter().find(|site| is_seen(&site.id));
    let (site, time_zone) = site.map(|site| (site.name.clone(), site.zone_name.clone())).unzip();
    Ok(Json(CameraList { site, time_zone, cameras: items, next }))
}

type One = (ETag, Json<CameraView>);

fn one(camera: &Arc<Camera>, caller: &Caller) -> One {
    (tag(camera), Json(CameraView::of(camera, caller)))
}

/// The camera as it is after a change.
fn changed(app: &App, caller: &Caller, id: &str) -> Result<One, Problem> {
    Ok(one(&caller.camera(app, Role::Viewer, id)?, caller))
}

/// Makes a camera.
#[utoipa::path(post, path = "/api/v1/cameras", tag = "cameras", operation_id = "create_camera",
    request_body = NewCamera,
    responses((status = 201, description = "The camera.", body = CameraView)),
    extensions(("x-problems" = json!(["not_allowed", "not_found", "taken", "full", "not_valid"]))))]
pub(super) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(new): Body<NewCamera, RULES>,
) -> Result<(StatusCode, ETag, Json<CameraView>), Problem> {
    caller.may(Role::Operator, &new.site)?;
    let made = app.registry.create_camera(new, &caller.by(&app)).await?;
    let (tag, view) = changed(&app, &caller, &made.id)?;
    Ok((StatusCode::CREATED, tag, view))
}

/// A camera.
#[utoipa::path(get, path = "/api/v1/cameras/{id}", tag = "cameras", operation_id = "camera",
    params(("id" = String, Path, description = "The camera.", example = "entrance")),
    responses((status = 200, description = "The camera.", body = CameraView)))]
pub(super) async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<One, Problem> {
    Ok(one(&caller.camera(&app, Role::Viewer, &id)?, &caller))
}

/// Changes a camera. What is absent stays. Whatever it is read from or how, it is connected anew.
#[utoipa::path(patch, path = "/api/v1/cameras/{id}", tag = "cameras", operation_id = "update_camera",
    params(("id" = String, Path, description = "The camera.", example = "entrance")), request_body = CameraChange,
    responses((status = 200, description = "The camera after it.", body = CameraView)),
    extensions(("x-problems" = json!(["changed_meanwhile", "not_allowed", "provisioned", "not_valid"]))))]
pub(super) async fn update(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    versions: IfMatch,
    Body(change): Body<CameraChange>,
) -> Result<One, Problem> {
    let camera = caller.camera(&app, Role::Operator, &id)?;
    if let Some(site) = &change.site {
        caller.may(Role::Operator, site)?;
    }
    let version = camera.registered.version;
    versions.check(version.unsigned_abs())?;
    app.registry.change_camera(&id, version, change, &caller.by(&app)).await?;
    changed(&app, &caller, &id)
}

/// Deletes a camera. What it has counted stays, and it can be brought back for 30 days.
#[utoipa::path(delete, path = "/api/v1/cameras/{id}", tag = "cameras", operation_id = "delete_camera",
    params(("id" = String, Path, description = "The camera.", example = "entrance")),
    responses((status = 204, description = "Deleted.")),
    extensions(("x-problems" = json!(["changed_meanwhile", "not_allowed", "provisioned"]))))]
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    versions: IfMatch,
) -> Result<StatusCode, Problem> {
    let version = caller.camera(&app, Role::Operator, &id)?.registered.version;
    versions.check(version.unsigned_abs())?;
    app.registry.delete_camera(&id, version, &caller.by(&app)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Starts to watch a camera; nothing happens when it is watched already.
#[utoipa::path(post, path = "/api/v1/cameras/{id}/start", tag = "cameras", operation_id = "start_camera",
    params(("id" = String, Path, description = "The camera.", example = "entrance")),
    responses((status = 200, description = "The camera.", body = CameraView)),
    extensions(("x-problems" = json!(["not_allowed", "provisioned"]))))]
pub(super) async fn start(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<One, Problem> {
    set_started(&app, &caller, &id, true).await
}

/// Stops watching a camera; nothing happens when it is stopped already.
#[utoipa::path(post, path = "/api/v1/cameras/{id}/stop", tag = "cameras", operation_id = "stop_camera",
    params(("id" = String, Path, description = "The camera.", example = "entrance")),
    responses((status = 200, description = "The camera.", body = CameraView)),
    extensions(("x-problems" = json!(["not_allowed", "provisioned"]))))]
pub(super) async fn stop(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<One, Problem> {
    set_started(&app, &caller, &id, false).await
}

async fn set_started(app: &App, caller: &Caller, id: &str, started: bool) -> Result<One, Problem> {
    caller.camera(app, Role::Operator, id)?;
    app.registry.start_camera(id, started, &caller.by(app)).await?;
    changed(app, caller, id)
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeletedQuestion {
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many cameras a page has.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 1000, default = 100)]
    limit: Limit,
}

/// The deleted cameras that the caller may bring back.
async fn restorable(app: &App, caller: &Caller) -> Result<Vec<registry::Camera>, Problem> {
    let mut cameras = app.registry.deleted_cameras().await?;
    cameras.retain(|camera| caller.rights.allow(Role::Operator, &camera.site));
    Ok(cameras)
}

/// The cameras that were deleted and that the caller can bring back, by id.
#[utoipa::path(get, path = "/api/v1/deleted/cameras", tag = "cameras", operation_id = "deleted_cameras",
    params(DeletedQuestion),
    responses((status = 200, description = "A page of cameras.", body = Listed<DeletedCamera>)),
    extensions(("x-problems" = json!(["bad_cursor"]))))]
pub(super) async fn deleted(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(question): Asked<DeletedQuestion>,
) -> Result<Json<Listed<DeletedCamera>>, Problem> {
    let cameras = restorable(&app, &caller).await?.into_iter().map(DeletedCamera::from);
    let (cursor, limit) = (question.cursor.as_deref(), question.limit);
    Ok(Json(Listed::page(cameras, |camera| camera.id.clone(), cursor, limit)?))
}

/// Brings back a camera that was deleted, with its rules, at its site.
#[utoipa::path(post, path = "/api/v1/cameras/{id}/restore", tag = "cameras", operation_id = "restore_camera",
    params(("id" = String, Path, description = "The camera.", example = "entrance")),
    responses((status = 200, description = "The camera.", body = CameraView)),
    extensions(("x-problems" = json!(["not_valid"]))))]
pub(super) async fn restore(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<One, Problem> {
    if !restorable(&app, &caller).await?.iter().any(|camera| camera.id == id) {
        return Err(Problem::not_found(format!("there is no deleted camera `{id}`")));
    }
    app.registry.restore_camera(&id, &caller.by(&app)).await?;
    changed(&app, &caller, &id)
}
