//! How many, how long, where, and how much of the time was watched.

mod buckets;
mod dwell;
mod heat;
mod occupancy;
mod question;

pub(crate) use buckets::{CountsQuestion, counted};

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(buckets::counts))
        .routes(routes!(occupancy::occupancy))
        .routes(routes!(occupancy::correct))
        .routes(routes!(dwell::dwell))
        .routes(routes!(dwell::queue))
        .routes(routes!(heat::heat))
        .routes(routes!(heat::picture))
}
