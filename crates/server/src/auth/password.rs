use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::cookies::Set;
use crate::App;
use crate::extract::{Body, Caller, Visitor};
use crate::problem::Problem;

/// A change of the user's own password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordBody {
    /// The present one.
    password: String,
    /// The new one: 12 characters or more.
    #[schema(example = "mossy-anvil-tundra-9")]
    new_password: String,
}

/// Changes the user's password. Every session ends, this one too.
#[utoipa::path(post, path = "/api/v1/auth/password", tag = "auth", operation_id = "change_password",
    request_body = PasswordBody, responses((status = 204, description = "Changed; sign in again.")),
    extensions(("x-problems" = json!(["sign_in_failed", "not_valid", "not_allowed", "not_set_up", "busy"]))))]
pub(super) async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<PasswordBody>,
) -> Result<(StatusCode, Set, ()), Problem> {
    let accounts = app.accounts()?;
    accounts.change_password(&caller, &body.password, &body.new_password).await?;
    Ok((StatusCode::NO_CONTENT, Set::no_session(accounts.settings()), ()))
}

/// Somebody who forgot their password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForgottenBody {
    /// Their mail address.
    #[schema(example = "anna@example.org")]
    email: String,
}

/// Mails a link to choose a new password. The answer does not tell whether anybody has the address.
#[utoipa::path(post, path = "/api/v1/auth/forgotten", tag = "auth", operation_id = "forgotten", security(()),
    request_body = ForgottenBody, responses((status = 202, description = "If somebody has it, a mail is on its way.")),
    extensions(("x-problems" = json!(["not_set_up", "busy"]))))]
pub(super) async fn forgotten(
    State(app): State<Arc<App>>,
    Visitor(visit): Visitor,
    Body(body): Body<ForgottenBody>,
) -> Result<StatusCode, Problem> {
    app.accounts()?.forgotten(&body.email, &visit)?;
    Ok(StatusCode::ACCEPTED)
}

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResetBody {
    /// What follows `#` in the link.
    link: String,
    /// 12 characters or more.
    #[schema(example = "mossy-anvil-tundra-9")]
    password: String,
}

/// Chooses a new password with a link. It is good once; every session of the user ends.
#[utoipa::path(post, path = "/api/v1/auth/reset", tag = "auth", operation_id = "reset_password", security(()),
    request_body = ResetBody, responses((status = 204, description = "Chosen; sign in with it.")),
    extensions(("x-problems" = json!(["link_not_valid", "not_valid", "not_set_up", "busy"]))))]
pub(super) async fn reset(
    State(app): State<Arc<App>>,
    Visitor(visit): Visitor,
    Body(body): Body<ResetBody>,
) -> Result<StatusCode, Problem> {
    app.accounts()?.reset_password(&body.link, &body.password, &visit).await?;
    Ok(StatusCode::NO_CONTENT)
}
