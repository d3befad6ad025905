//! Users, and the codes with which people sign up.

mod codes;
mod manage;
mod view;

pub(crate) use view::{UserView, grants};

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(manage::list, manage::create))
        .routes(routes!(manage::read, manage::update, manage::delete))
        .routes(routes!(manage::reset_link))
        .routes(routes!(manage::logout))
        .routes(routes!(manage::forget_totp))
        .routes(routes!(codes::list, codes::create))
        .routes(routes!(codes::delete))
}
