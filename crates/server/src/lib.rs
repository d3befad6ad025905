//! What people and machines ask over HTTP: health, metrics, counts and gaps, and the live page.
//!
//! [`router`] answers from an [`App`]: the store, the cameras as they are at this moment, and the events as they come.
//! Nothing here knows how a camera is read or a count is made.
//!
//! There is no sign-in yet. Whoever listens on more than the machine itself must put one in front.

mod app;
mod cameras;
mod counts;
mod events;
mod health;
mod live;
mod page;
mod picture;
mod problem;
mod query;

pub use app::{App, Readiness};
pub use cameras::{Camera, CameraState, LineView, Pictures, Viewed, ZoneView};

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::routing::get;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

/// How long an answer may take. Live streams end by themselves only when their reader goes.
const ANSWER: Duration = Duration::from_secs(30);
/// Nothing is sent here but questions.
const BODY: usize = 16 * 1024;
/// Headers that every answer has.
const HEADERS: [(HeaderName, &str); 4] = [
    (
        HeaderName::from_static("content-security-policy"),
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (HeaderName::from_static("x-content-type-options"), "nosniff"),
    (HeaderName::from_static("referrer-policy"), "no-referrer"),
    (HeaderName::from_static("cache-control"), "no-store"),
];

/// Everything that is answered.
pub fn router(app: Arc<App>) -> Router {
    let answers = Router::new()
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/api/v1/cameras", get(cameras::list))
        .route("/api/v1/counts", get(counts::counts))
        .route("/api/v1/events", get(events::events))
        .route("/api/v1/gaps", get(events::gaps))
        .route("/", get(page::html))
        .route("/live.js", get(page::script))
        .route("/live.css", get(page::style))
        .route("/favicon.svg", get(page::icon))
        .fallback(problem::not_found)
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, ANSWER));
    let mut router = answers
        .route("/api/v1/live", get(live::events))
        .route("/api/v1/cameras/{name}/live.mjpeg", get(picture::stream))
        .layer(RequestBodyLimitLayer::new(BODY))
        .with_state(app);
    for (name, value) in HEADERS {
        router = router.layer(SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value)));
    }
    router
}
