use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde_json::json;

use crate::App;

/// How long the store may take for a sign of life.
const SIGN_OF_LIFE: Duration = Duration::from_secs(2);

/// `GET /livez`: the program runs.
pub(crate) async fn live() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: it can do its work; if not, what is missing.
pub(crate) async fn ready(State(app): State<Arc<App>>) -> impl IntoResponse {
    let mut missing = app.readiness.missing();
    match tokio::time::timeout(SIGN_OF_LIFE, app.store.ping()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => missing.push(("store", error.to_string())),
        Err(_) => missing.push(("store", "it has not answered within 2 s".to_owned())),
    }
    let status = if missing.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let missing: serde_json::Map<_, _> =
        missing.into_iter().map(|(part, why)| (part.to_owned(), json!(why))).collect();
    (status, Json(json!({"ready": missing.is_empty(), "missing": missing})))
}

/// `GET /metrics`: for Prometheus.
pub(crate) async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], app.metrics.render())
}
