use std::sync::Arc;

use access::Role;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use registry::{NewSite, Site, SiteChange};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::App;
use crate::extract::{Asked, Body, Caller, ETag, IfMatch, Limit, Listed, Path};
use crate::problem::Problem;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SitesQuestion {
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many sites a page has.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 1000, default = 100)]
    limit: Limit,
}

/// The sites that the caller may see, by id.
#[utoipa::path(get, path = "/api/v1/sites", tag = "sites", operation_id = "sites", params(SitesQuestion),
    responses((status = 200, description = "A page of sites.", body = Listed<Site>)),
    extensions(("x-problems" = json!(["bad_cursor"]))))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(question): Asked<SitesQuestion>,
) -> Result<Json<Listed<Site>>, Problem> {
    let snapshot = app.registry.now();
    let sites = snapshot.sites.values().filter(|site| caller.role(&site.id).is_some());
    let page = Listed::page(sites, |site| site.id.clone(), question.cursor.as_deref(), question.limit)?;
    Ok(Json(page.map(|site| Site::clone(site))))
}

fn tag(site: &Site) -> ETag {
    ETag(site.version.unsigned_abs())
}

/// Makes a site.
#[utoipa::path(post, path = "/api/v1/sites", tag = "sites", operation_id = "create_site", request_body = NewSite,
    responses((status = 201, description = "The site.", body = Site)),
    extensions(("x-problems" = json!(["not_allowed", "taken", "full", "not_valid"]))))]
pub(super) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(new): Body<NewSite>,
) -> Result<(StatusCode, ETag, Json<Site>), Problem> {
    caller.may_everywhere(Role::Admin)?;
    let site = app.registry.create_site(new, &caller.by(&app)).await?;
    Ok((StatusCode::CREATED, tag(&site), Json(site)))
}

/// A site.
#[utoipa::path(get, path = "/api/v1/sites/{id}", tag = "sites", operation_id = "site",
    params(("id" = String, Path, description = "The site.", example = "main")),
    responses((status = 200, description = "The site.", body = Site)))]
pub(super) async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<(ETag, Json<Site>), Problem> {
    caller.may(Role::Viewer, &id)?;
    let snapshot = app.registry.now();
    let site = snapshot.site(&id)?;
    Ok((tag(site), Json(Site::clone(site))))
}

/// Changes a site. What is absent stays.
#[utoipa::path(patch, path = "/api/v1/sites/{id}", tag = "sites", operation_id = "update_site",
    params(("id" = String, Path, description = "The site.", example = "main")), request_body = SiteChange,
    responses((status = 200, description = "The site after it.", body = Site)),
    extensions(("x-problems" = json!(["changed_meanwhile", "not_allowed", "provisioned", "not_valid"]))))]
pub(super) async fn update(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    versions: IfMatch,
    Body(change): Body<SiteChange>,
) -> Result<(ETag, Json<Site>), Problem> {
    caller.may(Role::Admin, &id)?;
    let version = app.registry.now().site(&id)?.version;
    versions.check(version.unsigned_abs())?;
    let site = app.registry.change_site(&id, version, change, &caller.by(&app)).await?;
    Ok((tag(&site), Json(site)))
}

/// Deletes a site that has no cameras. It can be brought back.
#[utoipa::path(delete, path = "/api/v1/sites/{id}", tag = "sites", operation_id = "delete_site",
    params(("id" = String, Path, description = "The site.", example = "main")),
    responses((status = 204, description = "Deleted.")),
    extensions(("x-problems" = json!(["changed_meanwhile", "not_allowed", "in_use", "provisioned"]))))]
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    versions: IfMatch,
) -> Result<StatusCode, Problem> {
    caller.may_everywhere(Role::Admin)?;
    let version = app.registry.now().site(&id)?.version;
    versions.check(version.unsigned_abs())?;
    app.registry.delete_site(&id, version, &caller.by(&app)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The sites that were deleted, and can be brought back.
#[utoipa::path(get, path = "/api/v1/deleted/sites", tag = "sites", operation_id = "deleted_sites",
    params(SitesQuestion), responses((status = 200, description = "A page of sites.", body = Listed<Site>)),
    extensions(("x-problems" = json!(["bad_cursor", "not_allowed"]))))]
pub(super) async fn deleted(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(question): Asked<SitesQuestion>,
) -> Result<Json<Listed<Site>>, Problem> {
    caller.may_everywhere(Role::Admin)?;
    let sites = app.registry.deleted_sites().await?;
    Ok(Json(Listed::page(sites, |site| site.id.clone(), question.cursor.as_deref(), question.limit)?))
}

/// Brings back a site that was deleted.
#[utoipa::path(post, path = "/api/v1/sites/{id}/restore", tag = "sites", operation_id = "restore_site",
    params(("id" = String, Path, description = "The site.", example = "main")),
    responses((status = 200, description = "The site.", body = Site)),
    extensions(("x-problems" = json!(["not_allowed"]))))]
pub(super) async fn restore(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<(ETag, Json<Site>), Problem> {
    caller.may_everywhere(Role::Admin)?;
    let site = app.registry.restore_site(&id, &caller.by(&app)).await?;
    Ok((tag(&site), Json(site)))
}
