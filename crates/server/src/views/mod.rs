//! Saved views: questions with a name.

use std::sync::Arc;

use access::{Role, Who};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use registry::{NewView, View, ViewChange};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::App;
use crate::extract::{Asked, Body, Caller, ETag, IfMatch, Limit, Listed, Path};
use crate::problem::Problem;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(read, update, delete))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ViewsQuestion {
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many views a page has.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 1000, default = 100)]
    limit: Limit,
}

/// The user whose views the caller's are: a token's are those of the one who made it.
fn owner(caller: &Caller) -> Option<Uuid> {
    match &caller.who {
        Who::User { id, .. } => Some(*id),
        Who::Token { owner, .. } => Some(*owner),
        Who::Program | Who::Nobody => None,
    }
}

/// Whether the caller may do what needs a role where the view is about: at its site, or everywhere.
fn reaches(caller: &Caller, role: Role, site: Option<&str>) -> bool {
    match site {
        Some(site) => caller.rights.allow(role, site),
        None => caller.rights.everywhere >= Some(role),
    }
}

fn sees(caller: &Caller, view: &View) -> bool {
    let is_there = view.site.as_deref().is_none_or(|site| caller.role(site).is_some());
    is_there && (view.owner == owner(caller) || view.shared)
}

/// The view, if it is the caller's to see.
async fn seen(app: &App, caller: &Caller, id: Uuid) -> Result<View, Problem> {
    let nothing = || Problem::not_found(format!("there is no view `{id}`"));
    Some(app.registry.view(id).await?).filter(|view| sees(caller, view)).ok_or_else(nothing)
}

/// Refuses to share what the caller may not share, for others see it in their lists.
fn may_share(caller: &Caller, site: Option<&str>) -> Result<(), Problem> {
    match site {
        Some(site) => caller.may(Role::Operator, site),
        None => caller.may_everywhere(Role::Operator),
    }
}

/// Refuses changes to what is another's, but by those who look after its site.
fn may_change(caller: &Caller, view: &View) -> Result<(), Problem> {
    if view.owner == owner(caller) || reaches(caller, Role::Admin, view.site.as_deref()) {
        return Ok(());
    }
    Err(crate::extract::not_allowed(Role::Admin))
}

fn tag(view: &View) -> ETag {
    ETag(view.version.unsigned_abs())
}

/// The caller's views, and those that others share; oldest first.
#[utoipa::path(get, path = "/api/v1/views", tag = "views", operation_id = "views", params(ViewsQuestion),
    responses((status = 200, description = "A page of views.", body = Listed<View>)),
    extensions(("x-problems" = json!(["bad_cursor"]))))]
async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(question): Asked<ViewsQuestion>,
) -> Result<Json<Listed<View>>, Problem> {
    let views = app.registry.views(owner(&caller)).await?;
    let views = views.into_iter().filter(|view| sees(&caller, view));
    Ok(Json(Listed::page(views, |view| view.id, question.cursor.as_deref(), question.limit)?))
}

/// Makes a view. To share it takes the role operator at its site, or everywhere if it is about none.
#[utoipa::path(post, path = "/api/v1/views", tag = "views", operation_id = "create_view", request_body = NewView,
    responses((status = 201, description = "The view.", body = View)),
    extensions(("x-problems" = json!(["not_allowed", "not_found", "full", "not_valid"]))))]
async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(new): Body<NewView>,
) -> Result<(StatusCode, ETag, Json<View>), Problem> {
    if let Some(site) = &new.site {
        caller.may(Role::Viewer, site)?;
    }
    if new.shared {
        may_share(&caller, new.site.as_deref())?;
    }
    let view = app.registry.create_view(owner(&caller), new, &caller.by(&app)).await?;
    Ok((StatusCode::CREATED, tag(&view), Json(view)))
}

/// A view.
#[utoipa::path(get, path = "/api/v1/views/{id}", tag = "views", operation_id = "view",
    params(("id" = Uuid, Path, description = "The view.")),
    responses((status = 200, description = "The view.", body = View)))]
async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<(ETag, Json<View>), Problem> {
    let view = seen(&app, &caller, id).await?;
    Ok((tag(&view), Json(view)))
}

/// Changes a view. What is absent stays.
#[utoipa::path(patch, path = "/api/v1/views/{id}", tag = "views", operation_id = "update_view",
    params(("id" = Uuid, Path, description = "The view.")), request_body = ViewChange,
    responses((status = 200, description = "The view after it.", body = View)),
    extensions(("x-problems" = json!(["changed_meanwhile", "not_allowed", "not_valid"]))))]
async fn update(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    versions: IfMatch,
    Body(change): Body<ViewChange>,
) -> Result<(ETag, Json<View>), Problem> {
    let view = seen(&app, &caller, id).await?;
    may_change(&caller, &view)?;
    if change.shared == Some(true) && !view.shared {
        may_share(&caller, view.site.as_deref())?;
    }
    versions.check(view.version.unsigned_abs())?;
    let view = app.registry.change_view(id, view.version, change, &caller.by(&app)).await?;
    Ok((tag(&view), Json(view)))
}

/// Deletes a view.
#[utoipa::path(delete, path = "/api/v1/views/{id}", tag = "views", operation_id = "delete_view",
    params(("id" = Uuid, Path, description = "The view.")),
    responses((status = 204, description = "Deleted.")),
    extensions(("x-problems" = json!(["changed_meanwhile", "not_allowed"]))))]
async fn delete(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    versions: IfMatch,
) -> Result<StatusCode, Problem> {
    let view = seen(&app, &caller, id).await?;
    may_change(&caller, &view)?;
    versions.check(view.version.unsigned_abs())?;
    app.registry.delete_view(id, view.version, &caller.by(&app)).await?;
    Ok(StatusCode::NO_CONTENT)
}
