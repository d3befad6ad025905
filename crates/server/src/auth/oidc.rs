//! Single sign-on: out to the provider, and back.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cookies::{self, Set};
use crate::App;
use crate::extract::{Asked, Caller, Visitor};
use crate::problem::{Code, Problem};

/// Sends the browser to the provider.
#[utoipa::path(get, path = "/api/v1/auth/oidc", tag = "auth", operation_id = "begin_oidc", security(()),
    responses((status = 303, description = "To the provider.")),
    extensions(("x-problems" = json!(["not_set_up", "provider_failed"]))))]
pub(super) async fn begin(State(app): State<Arc<App>>, Visitor(visit): Visitor) -> Result<Response, Problem> {
    let accounts = app.accounts()?;
    let start = accounts.begin_oidc(None, &visit).await?;
    Ok(to(&start.address, Set::oidc(&start.state, accounts.settings())))
}

/// Where to go.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProviderPageView {
    /// The provider's page, for the browser to open.
    address: String,
}

/// Begins to link the user's account with the one that they have at the provider.
#[utoipa::path(post, path = "/api/v1/auth/oidc/link", tag = "auth", operation_id = "link_oidc",
    responses((status = 200, description = "Where to go.", body = ProviderPageView)),
    extensions(("x-problems" = json!(["not_allowed", "not_set_up", "provider_failed"]))))]
pub(super) async fn link(
    State(app): State<Arc<App>>,
    caller: Caller,
    Visitor(visit): Visitor,
) -> Result<Response, Problem> {
    let accounts = app.accounts()?;
    let start = accounts.begin_oidc(Some(&caller), &visit).await?;
    let cookies = Set::oidc(&start.state, accounts.settings());
    Ok((cookies, Json(ProviderPageView { address: start.address })).into_response())
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Back {
    /// What the provider gave for the sign-in; absent where it refused.
    code: Option<String>,
    /// What was sent to the provider.
    state: Option<String>,
    /// Why it refused.
    error: Option<String>,
}

/// The provider sends the browser back to here.
#[utoipa::path(get, path = "/api/v1/auth/oidc/callback", tag = "auth", operation_id = "finish_oidc", security(()),
    params(Back), responses((status = 303, description = "Signed in: to the dashboard.")),
    extensions(("x-problems" = json!(["sign_in_failed", "link_not_valid", "taken", "not_valid", "not_set_up",
        "provider_failed"]))))]
pub(super) async fn finish(
    State(app): State<Arc<App>>,
    Visitor(visit): Visitor,
    headers: HeaderMap,
    Asked(back): Asked<Back>,
) -> Result<Response, Problem> {
    let accounts = app.accounts()?;
    if back.error.is_some() {
        return Err(Problem::new(Code::ProviderFailed, "the provider did not sign you in"));
    }
    let kept = cookies::get(&headers, cookies::OIDC).unwrap_or_default();
    let (code, state) = (back.code.unwrap_or_default(), back.state.unwrap_or_default());
    let signed_in = accounts.finish_oidc(&code, &state, &kept, &visit).await?;
    let settings = accounts.settings();
    let cookies = Set::session(&signed_in.session, Some(signed_in.device), settings).oidc_done(settings);
    Ok(to("/", cookies))
}

fn to(address: &str, cookies: Set) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, address.to_owned())], cookies, ()).into_response()
}
