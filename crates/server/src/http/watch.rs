//! Each request's id, its line in the log, and its numbers.

use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use metrics::{counter, gauge, histogram};
use tokio::time::Instant;
use tracing::Instrument as _;
use uuid::Uuid;

use crate::extract::Peer;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// What takes longer is told in the log.
const SLOW: Duration = Duration::from_secs(1);

/// Gives the request an id, and tells of it when it is answered. The query is left out: it may hold what is secret.
pub(super) async fn watch(mut request: Request, next: Next) -> Response {
    let id = id_of(&request);
    request.headers_mut().insert(REQUEST_ID, id.clone());
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let route = route.unwrap_or_else(|| "none".to_owned());
    let method = method(request.method().as_str());
    let path = request.uri().path().to_owned();
    let from = request.extensions().get::<Peer>().map(|peer| peer.0.to_string()).unwrap_or_default();
    let span = tracing::info_span!("request", id = id.to_str().unwrap_or_default());

    let under_way = UnderWay::new();
    let begun = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let took = begun.elapsed();
    drop(under_way);

    let status = response.status();
    counter!("camtally_http_requests_total", "method" => method, "route" => route.clone(),
        "status" => status.as_u16().to_string())
    .increment(1);
    histogram!("camtally_http_request_duration_seconds", "method" => method, "route" => route)
        .record(took.as_secs_f64());
    let (code, ms) = (status.as_u16(), took.as_secs_f64() * 1e3);
    span.in_scope(|| {
        if status.is_client_error() || status.is_server_error() || took > SLOW {
            tracing::info!(method, path, status = code, ms, from, "answered");
        } else {
            tracing::debug!(method, path, status = code, ms, from, "answered");
        }
    });
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// The id that the request came with, if it is short and plain, else a new one.
fn id_of(request: &Request) -> HeaderValue {
    let plain = |value: &&HeaderValue| {
        let bytes = value.as_bytes();
        (1..=64).contains(&bytes.len())
            && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    request.headers().get(REQUEST_ID).filter(plain).cloned().unwrap_or_else(|| {
        HeaderValue::from_str(&Uuid::now_v7().to_string()).expect("a UUID is digits and dashes")
    })
}

/// A method as a label: any word may come, and each would be a new series.
fn method(name: &str) -> &'static str {
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
        .into_iter()
        .find(|known| *known == name)
        .unwrap_or("other")
}

/// Counts requests that are being answered.
struct UnderWay;

impl UnderWay {
    fn new() -> Self {
        gauge!("camtally_http_requests_in_flight").increment(1.0);
        Self
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        gauge!("camtally_http_requests_in_flight").decrement(1.0);
    }
}
