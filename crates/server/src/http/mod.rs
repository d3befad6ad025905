//! What holds for every request, whatever it asks for.

mod accept;
mod host;
mod listen;
mod slow;
mod watch;

pub(crate) use listen::Endless;
pub use listen::{Limits, serve};

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{Predicate as _, SizeAbove};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::dashboard;
use crate::problem::{Code, Problem};

/// How long an answer may take until it begins.
const ANSWER: Duration = Duration::from_secs(30);
/// Below this it is not worth it.
const COMPRESSED_FROM: u16 = 1024;
/// What is compressed. Streams of events are not: they would wait for more.
const COMPRESSED: [&str; 6] = [
    "application/json",
    "application/manifest+json",
    "image/svg+xml",
    "text/css",
    "text/html",
    "text/javascript",
];
/// Headers that every answer has.
const HEADERS: [(HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
];

/// Puts everything that holds for every request around the routes. `hosts` are the server's names, beside `localhost` and
/// bare addresses.
pub(crate) fn around(routes: Router, hosts: &[String]) -> Router {
    let hosts: Arc<[String]> = hosts.into();
    let text = |_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions| {
        let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
        COMPRESSED.iter().any(|text| kind.starts_with(text.as_bytes()))
    };
    let compression =
        CompressionLayer::new().gzip(true).compress_when(SizeAbove::new(COMPRESSED_FROM).and(text));
    let mut routes = routes
        .fallback(other)
        .method_not_allowed_fallback(method)
        .layer(from_fn(in_time))
        .layer(compression)
        .layer(from_fn(accept::check))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(move |request, next| host::check(Arc::clone(&hosts), request, next)));
    for (name, value) in HEADERS {
        routes = routes.layer(SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value)));
    }
    routes.layer(from_fn(watch::watch))
}

/// Everything that is no operation of the API is the dashboard's.
async fn other(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let page = dashboard::answer(&method, &uri, &headers);
    page.unwrap_or_else(|| Problem::not_found(format!("there is nothing at {}", uri.path())).into_response())
}

async fn method(method: Method, uri: Uri) -> Problem {
    Problem::new(Code::MethodNotAllowed, format!("{} does not take {method}", uri.path()))
}

async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(ANSWER, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let detail = "the answer took longer than 30 s: ask for less";
            Problem::new(Code::TimedOut, detail).into_response()
        }
    }
}

fn panicked(cause: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let text = cause.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| cause.downcast_ref::<&str>().copied()).unwrap_or("unknown");
    tracing::error!(cause = text, "an answer has panicked");
    Problem::internal().into_response()
}
