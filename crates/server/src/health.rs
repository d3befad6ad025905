//! Whether the program runs, whether it can do its work, and its numbers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

/// How long the store may take for a sign of life.
const SIGN_OF_LIFE: Duration = Duration::from_secs(2);

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(alive)).routes(routes!(ready)).routes(routes!(metrics))
}

/// What keeps it from doing its work.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"ready": true, "missing": {}}))]
struct Ready {
    /// Whether nothing is missing.
    ready: bool,
    /// What is missing, and what to do.
    missing: BTreeMap<&'static str, String>,
}

/// The program runs.
#[utoipa::path(get, path = "/livez", tag = "health", security(()),
    responses((status = 200, description = "It does.", body = String, content_type = "text/plain")))]
async fn alive() -> &'static str {
    "ok\n"
}

/// It can do its work; if not, what is missing.
#[utoipa::path(get, path = "/readyz", tag = "health", security(()), responses(
    (status = 200, description = "Nothing is missing.", body = Ready),
    (status = 503, description = "Something is.", body = Ready)))]
async fn ready(State(app): State<Arc<App>>) -> impl IntoResponse {
    let mut missing: BTreeMap<_, _> = app.readiness.missing().into_iter().collect();
    match tokio::time::timeout(SIGN_OF_LIFE, app.store.ping()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => drop(missing.insert("store", error.to_string())),
        Err(_) => drop(missing.insert("store", "it has not answered within 2 s".to_owned())),
    }
    let status = if missing.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Ready { ready: missing.is_empty(), missing }))
}

/// Numbers of the program itself, for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "health", security(()),
    responses((status = 200, description = "In Prometheus' text format.", body = String,
        content_type = "text/plain")))]
async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], app.metrics.render())
}
