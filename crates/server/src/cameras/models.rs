use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::App;
use crate::extract::{Caller, Listed};

/// A model that finds objects in pictures.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Model {
    /// Name and version, as in events.
    #[schema(example = "nanodet-416@1a2b3c4d")]
    pub id: String,
    /// The names of all classes that it knows.
    pub classes: Vec<String>,
    /// Those that are counted where a rule names none.
    pub counted: Vec<String>,
}

/// The model that all cameras are watched with; none until it is loaded.
#[utoipa::path(get, path = "/api/v1/models", tag = "cameras", operation_id = "models",
    responses((status = 200, description = "The models.", body = Listed<Model>)))]
pub(super) async fn list(State(app): State<Arc<App>>, _: Caller) -> Json<Listed<Model>> {
    Json(Listed { items: app.model.get().cloned().into_iter().collect(), next: None })
}
