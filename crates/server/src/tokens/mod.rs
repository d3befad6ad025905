//! Tokens of programs.

use std::sync::Arc;

use access::{Grant, NewToken, Token};
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::App;
use crate::extract::{Asked, Body, Caller, Cursor, Limit, Listed, Path, moment};
use crate::idempotency::Once;
use crate::problem::Problem;
use crate::users::grants;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(revoke))
}

/// A token of a program.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenView {
    /// Never changes.
    id: Uuid,
    /// What it is for.
    #[schema(example = "nightly export")]
    name: String,
    /// The user whose rights it has, as far as its scopes let it.
    owner: Uuid,
    /// The first characters, to recognise it by.
    prefix: String,
    /// What it may do at most.
    #[schema(example = json!(["viewer:main"]))]
    scopes: Vec<String>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    created: OffsetDateTime,
    /// Until when it is good; for good if null.
    #[serde(with = "time::serde::rfc3339::option")]
    expires: Option<OffsetDateTime>,
    /// When it was last used, to the minute.
    #[serde(with = "time::serde::rfc3339::option")]
    used: Option<OffsetDateTime>,
    /// When it was revoked.
    #[serde(with = "time::serde::rfc3339::option")]
    revoked: Option<OffsetDateTime>,
    /// The token itself; only in the answer that made it.
    token: Option<String>,
}

fn view(token: Token, secret: Option<String>) -> TokenView {
    TokenView {
        id: token.id,
        name: token.name,
        owner: token.owner,
        prefix: token.prefix,
        scopes: token.scopes.grants().iter().map(Grant::to_string).collect(),
        created: token.created,
        expires: token.expires,
        used: token.used,
        revoked: token.revoked,
        token: secret,
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TokensQuestion {
    /// The tokens of everybody, for admins; otherwise the caller's own.
    #[serde(default)]
    all: bool,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many tokens a page has.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 1000, default = 100)]
    limit: Limit,
}

/// Tokens, the newest first.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "tokens", operation_id = "tokens", params(TokensQuestion),
    responses((status = 200, description = "A page of tokens.", body = Listed<TokenView>)),
    extensions(("x-problems" = json!(["bad_cursor", "not_allowed", "not_set_up"]))))]
async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(question): Asked<TokensQuestion>,
) -> Result<Json<Listed<TokenView>>, Problem> {
    let after: Option<Uuid> = question.cursor.as_deref().map(Cursor::read).transpose()?;
    let owner = if question.all { None } else { Some(caller.user()?) };
    let limit = question.limit.get();
    let tokens = app.accounts()?.tokens(&caller, owner, after, limit).await?;
    let next = tokens.last().filter(|_| tokens.len() == limit as usize).map(|token| Cursor::write(&token.id));
    Ok(Json(Listed { items: tokens.into_iter().map(|token| view(token, None)).collect(), next }))
}

/// A token that is to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTokenBody {
    /// What it is for.
    #[schema(example = "nightly export")]
    name: String,
    /// What it may do at most; never more than the user may.
    #[schema(example = json!(["viewer:main"]))]
    scopes: Vec<String>,
    /// Until when it is good; for good if absent.
    #[schema(format = DateTime)]
    expires: Option<String>,
}

/// Makes a token of the signed-in user.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "tokens", operation_id = "create_token",
    request_body = NewTokenBody,
    responses((status = 201, description = "The token. It is not shown again.", body = TokenView)),
    extensions(("x-problems" = json!(["not_allowed", "not_valid", "bad_question", "not_set_up"]))))]
async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<NewTokenBody>,
) -> Result<(StatusCode, Extension<Once>, Json<TokenView>), Problem> {
    let expires = body.expires.as_deref().map(|text| moment("expires", text)).transpose()?;
    let new = NewToken { name: body.name, scopes: grants(&body.scopes)?, expires };
    let (token, secret) = app.accounts()?.create_token(&caller, caller.user()?, new).await?;
    Ok((StatusCode::CREATED, Extension(Once), Json(view(token, Some(secret.reveal().to_owned())))))
}

/// Revokes a token: one's own, or for admins anybody's.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "tokens", operation_id = "revoke_token",
    params(("id" = Uuid, Path, description = "The token.")),
    responses((status = 204, description = "Revoked.")),
    extensions(("x-problems" = json!(["not_set_up"]))))]
async fn revoke(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    app.accounts()?.revoke_token(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
