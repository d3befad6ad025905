//! The processes that watch cameras.

use std::sync::Arc;

use access::Role;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::App;
use crate::extract::{Caller, Listed};
use crate::problem::Problem;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list))
}

/// What knows the processes that watch cameras, as they are at this moment.
pub type Workers = Arc<dyn Fn() -> Vec<Worker> + Send + Sync>;

/// A process that watches cameras.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Worker {
    /// Another one with each start.
    pub id: Uuid,
    /// The program's version.
    #[schema(example = "0.1.0")]
    pub version: String,
    /// When it was started.
    #[serde(with = "time::serde::rfc3339")]
    pub started: OffsetDateTime,
    /// The model that it finds objects with; null until it is loaded.
    #[schema(required, example = "nanodet-416@1a2b3c4d")]
    pub model: Option<String>,
    /// How many detectors it has, side by side.
    pub detectors: usize,
    /// Frames a second that it has analysed in the last ten seconds, those in which nothing moved among them.
    pub frames_per_s: f64,
    /// The share of the last ten seconds in which its detectors were at work, from 0 to 1. Near 1 frames are left out.
    pub load: f64,
    /// Frames that wait for a detector now.
    pub waiting: u64,
    /// The cameras that it watches, by id.
    pub cameras: Vec<Watching>,
}

/// A camera that is watched by a process.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Watching {
    /// Its id.
    #[schema(example = "entrance")]
    pub camera: String,
    /// What it does, as in the list of cameras.
    #[schema(example = "counting")]
    pub state: String,
}

/// The processes that watch cameras, with what they have to do. For admins.
#[utoipa::path(get, path = "/api/v1/workers", tag = "workers", operation_id = "workers",
    responses((status = 200, description = "The processes.", body = Listed<Worker>)),
    extensions(("x-problems" = json!(["not_allowed"]))))]
async fn list(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Listed<Worker>>, Problem> {
    caller.may_everywhere(Role::Admin)?;
    let items = app.workers.get().map(|workers| workers()).unwrap_or_default();
    Ok(Json(Listed { items, next: None }))
}
