use std::sync::Arc;

use access::{NewUser, UserChange};
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{UserView, grants};
use crate::App;
use crate::extract::{Asked, Body, Caller, Cursor, ETag, IfMatch, Limit, Listed, Path};
use crate::idempotency::Once;
use crate::problem::Problem;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct UsersQuestion {
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many users a page has.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 1000, default = 100)]
    limit: Limit,
}

/// Users, by name.
#[utoipa::path(get, path = "/api/v1/users", tag = "users", operation_id = "users", params(UsersQuestion),
    responses((status = 200, description = "A page of users.", body = Listed<UserView>)),
    extensions(("x-problems" = json!(["bad_cursor", "not_allowed", "not_set_up"]))))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(question): Asked<UsersQuestion>,
) -> Result<Json<Listed<UserView>>, Problem> {
    let after: Option<String> = question.cursor.as_deref().map(Cursor::read).transpose()?;
    let limit = question.limit.get();
    let users = app.accounts()?.users(&caller, after.as_deref().unwrap_or_default(), limit).await?;
    let next = users.last().filter(|_| users.len() == limit as usize).map(|user| Cursor::write(&user.name));
    Ok(Json(Listed { items: users.into_iter().map(UserView::from).collect(), next }))
}

/// Somebody who is to be made a user.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUserBody {
    /// What they sign in with.
    #[schema(example = "ben")]
    name: String,
    /// Where mail reaches them.
    email: Option<String>,
    /// What they may do: `viewer`, `operator` or `admin`, and `:SITE` for one site only.
    #[schema(example = json!(["viewer", "operator:main"]))]
    roles: Vec<String>,
}

/// A user who was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedUser {
    /// The user.
    user: UserView,
    /// Where they choose a password, once, within three days. It is not shown again.
    link: String,
}

/// Makes a user, and a link for them to choose a password with.
#[utoipa::path(post, path = "/api/v1/users", tag = "users", operation_id = "create_user", request_body = NewUserBody,
    responses((status = 201, description = "The user and the link.", body = CreatedUser)),
    extensions(("x-problems" = json!(["not_allowed", "taken", "not_valid", "not_set_up"]))))]
pub(super) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<NewUserBody>,
) -> Result<(StatusCode, ETag, Extension<Once>, Json<CreatedUser>), Problem> {
    let accounts = app.accounts()?;
    let new = NewUser { name: body.name, email: body.email, rights: grants(&body.roles)? };
    let (user, secret) = accounts.create_user(&caller, new).await?;
    let tag = tag(user.version);
    let link = format!("{}/reset#{}", accounts.settings().address, secret.reveal());
    Ok((StatusCode::CREATED, tag, Extension(Once), Json(CreatedUser { user: user.into(), link })))
}

fn tag(version: i64) -> ETag {
    ETag(version.unsigned_abs())
}

/// A user.
#[utoipa::path(get, path = "/api/v1/users/{id}", tag = "users", operation_id = "user",
    params(("id" = Uuid, Path, description = "The user.")),
    responses((status = 200, description = "The user.", body = UserView)),
    extensions(("x-problems" = json!(["not_allowed", "not_set_up"]))))]
pub(super) async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<(ETag, Json<UserView>), Problem> {
    let user = app.accounts()?.user(&caller, id).await?;
    Ok((tag(user.version), Json(user.into())))
}

/// What is to change of a user. What is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserChangeBody {
    /// What they sign in with.
    name: Option<String>,
    /// Where mail reaches them; null for nowhere.
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    email: Option<Option<String>>,
    /// What they may do.
    roles: Option<Vec<String>>,
    /// Whether they may not sign in.
    disabled: Option<bool>,
}

/// Tells null from what is absent.
fn named<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(deserializer).map(Some)
}

/// Changes a user.
#[utoipa::path(patch, path = "/api/v1/users/{id}", tag = "users", operation_id = "update_user",
    params(("id" = Uuid, Path, description = "The user.")), request_body = UserChangeBody,
    responses((status = 200, description = "The user after it.", body = UserView)),
    extensions(("x-problems" =
        json!(["changed_meanwhile", "not_allowed", "taken", "last_admin", "not_valid", "not_set_up"]))))]
pub(super) async fn update(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    versions: IfMatch,
    Body(body): Body<UserChangeBody>,
) -> Result<(ETag, Json<UserView>), Problem> {
    let accounts = app.accounts()?;
    let version = accounts.user(&caller, id).await?.version;
    versions.check(version.unsigned_abs())?;
    let rights = body.roles.as_deref().map(grants).transpose()?;
    let change = UserChange { name: body.name, email: body.email, rights, disabled: body.disabled };
    let user = accounts.update_user(&caller, id, Some(version), change).await?;
    Ok((tag(user.version), Json(user.into())))
}

/// Deletes a user, their sessions and their tokens.
#[utoipa::path(delete, path = "/api/v1/users/{id}", tag = "users", operation_id = "delete_user",
    params(("id" = Uuid, Path, description = "The user.")),
    responses((status = 204, description = "Deleted.")),
    extensions(("x-problems" = json!(["changed_meanwhile", "not_allowed", "last_admin", "not_set_up"]))))]
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    versions: IfMatch,
) -> Result<StatusCode, Problem> {
    let accounts = app.accounts()?;
    let version = accounts.user(&caller, id).await?.version;
    versions.check(version.unsigned_abs())?;
    accounts.delete_user(&caller, id, Some(version)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A link for a user.
#[derive(Serialize, ToSchema)]
pub(crate) struct ResetLinkView {
    /// Where they choose a new password, once, within a day. It is not shown again.
    link: String,
}

/// Makes a link for a user to choose a new password with, in place of older ones.
#[utoipa::path(post, path = "/api/v1/users/{id}/reset-link", tag = "users", operation_id = "reset_link",
    params(("id" = Uuid, Path, description = "The user.")),
    responses((status = 201, description = "The link.", body = ResetLinkView)),
    extensions(("x-problems" = json!(["not_allowed", "not_set_up"]))))]
pub(super) async fn reset_link(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<(StatusCode, Extension<Once>, Json<ResetLinkView>), Problem> {
    let accounts = app.accounts()?;
    let secret = accounts.reset_link(&caller, id).await?;
    let link = format!("{}/reset#{}", accounts.settings().address, secret.reveal());
    Ok((StatusCode::CREATED, Extension(Once), Json(ResetLinkView { link })))
}

/// Ends every session of a user.
#[utoipa::path(post, path = "/api/v1/users/{id}/logout-everywhere", tag = "users", operation_id = "logout_user",
    params(("id" = Uuid, Path, description = "The user.")),
    responses((status = 204, description = "Signed out everywhere.")),
    extensions(("x-problems" = json!(["not_allowed", "not_set_up"]))))]
pub(super) async fn logout(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    app.accounts()?.sign_out_everywhere(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// No longer asks a user for one-time codes who has lost both app and recovery codes.
#[utoipa::path(delete, path = "/api/v1/users/{id}/totp", tag = "users", operation_id = "forget_totp",
    params(("id" = Uuid, Path, description = "The user.")),
    responses((status = 204, description = "No longer asked for.")),
    extensions(("x-problems" = json!(["not_allowed", "not_set_up"]))))]
pub(super) async fn forget_totp(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    app.accounts()?.forget_totp(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
