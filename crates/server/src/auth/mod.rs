//! Signing in and out, and what a user does about themselves.

pub(crate) mod cookies;
mod oidc;
mod password;
mod problems;
mod second_factor;
mod session;
mod sign_up;
#[cfg(test)]
mod tests;
mod ways;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(ways::ways))
        .routes(routes!(sign_up::set_up))
        .routes(routes!(sign_up::sign_up))
        .routes(routes!(session::login))
        .routes(routes!(session::refresh))
        .routes(routes!(session::logout))
        .routes(routes!(session::logout_everywhere))
        .routes(routes!(session::current))
        .routes(routes!(session::list))
        .routes(routes!(session::end))
        .routes(routes!(password::change))
        .routes(routes!(password::forgotten))
        .routes(routes!(password::reset))
        .routes(routes!(second_factor::begin))
        .routes(routes!(second_factor::confirm))
        .routes(routes!(second_factor::end))
        .routes(routes!(second_factor::renew))
        .routes(routes!(oidc::begin))
        .routes(routes!(oidc::link))
        .routes(routes!(oidc::finish))
}
