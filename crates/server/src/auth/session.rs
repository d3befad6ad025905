use std::sync::Arc;

use access::{Accounts, Session, SessionSecrets, SignIn, User};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::cookies::{self, Set};
use crate::App;
use crate::extract::{Body, Caller, Path, Visitor};
use crate::problem::{Code, Problem};
use crate::users::UserView;

/// How a session's secrets are handed out.
#[derive(Clone, Copy, Default, Deserialize, PartialEq, Eq, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Transport {
    /// As cookies, for a browser.
    #[default]
    Cookie,
    /// In the answer, for a program.
    Bearer,
}

/// Somebody who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LoginBody {
    /// Their name or mail address.
    #[schema(example = "anna")]
    name: String,
    /// Their password.
    #[schema(example = "mossy-anvil-tundra-9")]
    password: String,
    /// A code of their app, or a recovery code, where the account asks for one.
    #[schema(example = "492039")]
    code: Option<String>,
    /// How the session's secrets are handed out.
    #[serde(default)]
    #[schema(inline)]
    transport: Transport,
}

/// A session that has begun or was renewed.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionView {
    /// The session.
    id: Uuid,
    /// Who signed in; not told when a session is renewed.
    user: Option<UserView>,
    /// What changes send as `X-CSRF-Token` when they come with cookies.
    csrf_token: String,
    /// For `Authorization: Bearer`; only with the transport `bearer`.
    access_token: Option<String>,
    /// Until when the short secret is good.
    #[serde(with = "time::serde::rfc3339")]
    access_expires: OffsetDateTime,
    /// Renews the session, once; only with the transport `bearer`.
    refresh_token: Option<String>,
    /// When the session ends at the latest.
    #[serde(with = "time::serde::rfc3339")]
    expires: OffsetDateTime,
}

/// The answer to who has signed in, or has renewed a session.
pub(super) fn begun(
    accounts: &Accounts,
    user: Option<User>,
    secrets: &SessionSecrets,
    device: Option<String>,
    transport: Transport,
) -> Response {
    let shown =
        |secret: &access::Secret| (transport == Transport::Bearer).then(|| secret.reveal().to_owned());
    let view = SessionView {
        id: secrets.id,
        user: user.map(UserView::from),
        csrf_token: secrets.csrf.clone(),
        access_token: shown(&secrets.access),
        access_expires: secrets.access_expires,
        refresh_token: shown(&secrets.refresh),
        expires: secrets.expires,
    };
    match transport {
        Transport::Bearer => Json(view).into_response(),
        Transport::Cookie => (Set::session(secrets, device, accounts.settings()), Json(view)).into_response(),
    }
}

/// Signs in with a password. Browsers are given cookies, programs that ask for it are given tokens.
#[utoipa::path(post, path = "/api/v1/auth/login", tag = "auth", operation_id = "login", security(()),
    request_body = LoginBody, responses((status = 200, description = "Signed in.", body = SessionView)),
    extensions(("x-problems" = json!(["sign_in_failed", "code_needed", "not_set_up", "busy"]))))]
pub(super) async fn login(
    State(app): State<Arc<App>>,
    Visitor(visit): Visitor,
    headers: HeaderMap,
    Body(body): Body<LoginBody>,
) -> Result<Response, Problem> {
    let accounts = app.accounts()?;
    let device = cookies::get(&headers, cookies::DEVICE);
    let wish = SignIn { name: body.name, password: body.password, code: body.code, device };
    let signed_in = accounts.sign_in(wish, &visit).await?;
    let (user, device) = (Some(signed_in.user), Some(signed_in.device));
    Ok(begun(accounts, user, &signed_in.session, device, body.transport))
}

/// What a session is renewed with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefreshBody {
    /// The refresh token; without it the browser's cookie is taken.
    refresh_token: Option<String>,
}

/// Renews a session: new secrets for old. A refresh token that comes a second time ends the session.
#[utoipa::path(post, path = "/api/v1/auth/refresh", tag = "auth", operation_id = "refresh", security(()),
    request_body = RefreshBody, responses((status = 200, description = "Renewed.", body = SessionView)),
    extensions(("x-problems" = json!(["not_signed_in", "session_reused", "not_set_up"]))))]
pub(super) async fn refresh(
    State(app): State<Arc<App>>,
    Visitor(visit): Visitor,
    headers: HeaderMap,
    Body(body): Body<RefreshBody>,
) -> Result<Response, Problem> {
    let accounts = app.accounts()?;
    let transport = if body.refresh_token.is_some() { Transport::Bearer } else { Transport::Cookie };
    let token = body.refresh_token.or_else(|| cookies::get(&headers, cookies::REFRESH));
    let token = token.ok_or_else(|| Problem::new(Code::NotSignedIn, "there is no session to renew"))?;
    let secrets = accounts.refresh(&token, &visit).await?;
    Ok(begun(accounts, None, &secrets, None, transport))
}

fn session(caller: &Caller) -> Result<Uuid, Problem> {
    caller.session.ok_or_else(|| Problem::new(Code::NotAllowed, "this is for sessions; a token has none"))
}

/// Signs out.
#[utoipa::path(post, path = "/api/v1/auth/logout", tag = "auth", operation_id = "logout",
    responses((status = 204, description = "Signed out.")),
    extensions(("x-problems" = json!(["not_allowed", "not_set_up"]))))]
pub(super) async fn logout(State(app): State<Arc<App>>, caller: Caller) -> Result<Response, Problem> {
    let accounts = app.accounts()?;
    accounts.sign_out(&caller, session(&caller)?).await?;
    Ok((StatusCode::NO_CONTENT, Set::no_session(accounts.settings()), ()).into_response())
}

/// Signs out everywhere: every session ends, and no browser is known any more.
#[utoipa::path(post, path = "/api/v1/auth/logout-everywhere", tag = "auth", operation_id = "logout_everywhere",
    responses((status = 204, description = "Signed out everywhere.")),
    extensions(("x-problems" = json!(["not_allowed", "not_set_up"]))))]
pub(super) async fn logout_everywhere(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Response, Problem> {
    let accounts = app.accounts()?;
    accounts.sign_out_everywhere(&caller, caller.user()?).await?;
    Ok((StatusCode::NO_CONTENT, Set::no_session(accounts.settings()), ()).into_response())
}

/// Who has signed in.
#[utoipa::path(get, path = "/api/v1/auth/session", tag = "auth", operation_id = "session",
    responses((status = 200, description = "The user.", body = UserView)),
    extensions(("x-problems" = json!(["not_allowed", "not_found", "not_set_up"]))))]
pub(super) async fn current(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<UserView>, Problem> {
    let accounts = app.accounts()?;
    Ok(Json(accounts.user(&caller, caller.user()?).await?.into()))
}

/// A session of the user.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionListed {
    /// Never changes.
    id: Uuid,
    /// Whether it is the one that asks.
    current: bool,
    /// When they signed in.
    #[serde(with = "time::serde::rfc3339")]
    created: OffsetDateTime,
    /// When it was last renewed.
    #[serde(with = "time::serde::rfc3339")]
    refreshed: OffsetDateTime,
    /// When it ends at the latest.
    #[serde(with = "time::serde::rfc3339")]
    expires: OffsetDateTime,
    /// Where they signed in from.
    address: Option<String>,
    /// What their browser called itself.
    agent: String,
}

/// The user's sessions, the last renewed first; fifty at most.
#[utoipa::path(get, path = "/api/v1/auth/sessions", tag = "auth", operation_id = "sessions",
    responses((status = 200, description = "The sessions.", body = Vec<SessionListed>)),
    extensions(("x-problems" = json!(["not_allowed", "not_set_up"]))))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Json<Vec<SessionListed>>, Problem> {
    let sessions = app.accounts()?.sessions(&caller).await?;
    let listed = |session: Session| SessionListed {
        current: caller.session == Some(session.id),
        id: session.id,
        created: session.created,
        refreshed: session.refreshed,
        expires: session.expires,
        address: session.address,
        agent: session.agent,
    };
    Ok(Json(sessions.into_iter().map(listed).collect()))
}

/// Ends one of the user's sessions.
#[utoipa::path(delete, path = "/api/v1/auth/sessions/{id}", tag = "auth", operation_id = "end_session",
    params(("id" = Uuid, Path, description = "The session.")),
    responses((status = 204, description = "It has ended.")),
    extensions(("x-problems" = json!(["not_allowed", "not_set_up"]))))]
pub(super) async fn end(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    app.accounts()?.sign_out(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
