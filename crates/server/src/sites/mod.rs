//! Sites: places with cameras and a clock of their own.

mod manage;
mod view;

pub use view::{Site, Sites};

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(manage::list, manage::create))
        .routes(routes!(manage::read, manage::update, manage::delete))
        .routes(routes!(manage::deleted))
        .routes(routes!(manage::restore))
}
