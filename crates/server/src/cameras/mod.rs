//! The cameras as they are at this moment.

mod picture;
mod view;

pub use view::{Camera, CameraState, Cameras, LineView, Pictures, Viewed, ZoneView};

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;
use crate::extract::Caller;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(picture::stream))
}

/// The cameras that the caller may see.
#[derive(Serialize, ToSchema)]
struct CameraList {
    /// The name of the first site.
    #[schema(required)]
    site: Option<String>,
    /// The time zone of the first site.
    #[schema(required)]
    time_zone: Option<String>,
    /// In the order of the configuration.
    cameras: Vec<CameraNow>,
}

/// A camera as it is at this moment.
#[derive(Serialize, ToSchema)]
struct CameraNow {
    /// Unique, and never changes.
    id: String,
    /// For people.
    name: String,
    /// The site that it belongs to.
    site: String,
    /// Whether its pictures may be shown.
    pictures: bool,
    #[serde(flatten)]
    viewed: Viewed,
}

/// The cameras as they are now.
#[utoipa::path(get, path = "/api/v1/cameras", tag = "cameras",
    responses((status = 200, description = "The cameras that the caller may see.", body = CameraList)))]
async fn list(State(app): State<Arc<App>>, caller: Caller) -> Json<CameraList> {
    let listed = |camera: &Arc<Camera>| CameraNow {
        id: camera.id.clone(),
        name: camera.name.clone(),
        site: camera.site.clone(),
        pictures: camera.pictures,
        viewed: camera.viewed(),
    };
    let scope = caller.cameras(&app);
    let seen = app.cameras.all().iter().filter(|camera| scope.sees(&camera.id)).map(listed).collect();
    let site = app.sites.all().into_iter().find(|site| caller.role(&site.id).is_some());
    let (site, time_zone) = site.map(|site| (site.name.clone(), site.zone_name.clone())).unzip();
    Json(CameraList { site, time_zone, cameras: seen })
}
