//! Cameras: how they are set up, and how they are at this moment.

mod feed;
mod live;
mod manage;
mod models;
mod picture;
mod rules;
#[cfg(test)]
mod tests;
mod tracks;
mod trial;
mod trying;
mod view;
#[cfg(test)]
mod walks;

pub use feed::Feed;
pub use live::{Camera, CameraState, Cameras, LineView, Viewed, ZoneView};
pub use models::Model;
pub use trial::{Diagnosis, Seen, Tester};

pub(crate) use trial::AT_ONCE as TRIALS;
pub(crate) use trying::AT_ONCE as TRIED;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(manage::list, manage::create))
        .routes(routes!(manage::read, manage::update, manage::delete))
        .routes(routes!(manage::start))
        .routes(routes!(manage::stop))
        .routes(routes!(manage::deleted))
        .routes(routes!(manage::restore))
        .routes(routes!(rules::read, rules::replace))
        .routes(routes!(rules::history))
        .routes(routes!(rules::earlier))
        .routes(routes!(rules::restore))
        .routes(routes!(trying::rules))
        .routes(routes!(tracks::list))
        .routes(routes!(tracks::placement))
        .routes(routes!(picture::stream))
        .routes(routes!(picture::still))
        .routes(routes!(trial::address))
        .routes(routes!(trial::camera))
        .routes(routes!(models::list))
}
