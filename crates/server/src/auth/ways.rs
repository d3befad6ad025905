use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use serde::Serialize;
use utoipa::ToSchema;

use crate::App;
use crate::extract::SignIn;
use crate::problem::Problem;

/// What somebody who has not signed in can do.
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct WaysView {
    /// Nobody is asked who they are: the server is reached from its own machine only.
    open: bool,
    /// There is an admin. Until then the only way is the link that the program printed.
    set_up: bool,
    /// Who does single sign-on, at `/api/v1/auth/oidc`.
    oidc: Option<ProviderView>,
    /// Who forgot their password can have a link mailed.
    password_reset: bool,
    /// Who was given a registration code can sign up.
    sign_up: bool,
}

/// A provider of single sign-on.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProviderView {
    /// The host of its address.
    #[schema(example = "login.example.org")]
    name: String,
}

/// How to sign in: what a page for it has to offer.
#[utoipa::path(get, path = "/api/v1/auth", tag = "auth", operation_id = "sign_in_ways", security(()),
    responses((status = 200, description = "What somebody who has not signed in can do.", body = WaysView)))]
pub(super) async fn ways(State(app): State<Arc<App>>) -> Result<Json<WaysView>, Problem> {
    let ways = match &app.sign_in {
        SignIn::Without => WaysView { open: true, set_up: true, ..WaysView::default() },
        SignIn::By(accounts) => WaysView {
            open: false,
            set_up: accounts.is_set_up().await?,
            oidc: accounts.settings().oidc.as_ref().map(|oidc| ProviderView { name: host(&oidc.issuer) }),
            password_reset: accounts.sends_mail(),
            sign_up: true,
        },
    };
    Ok(Json(ways))
}

fn host(address: &str) -> String {
    let uri: Option<Uri> = address.parse().ok();
    uri.as_ref().and_then(Uri::host).unwrap_or(address).to_owned()
}
