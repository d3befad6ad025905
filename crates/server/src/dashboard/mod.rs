//! The dashboard: what `./dev dashboard` has built from `web/`.
//!
//! A release build carries its files; any other reads them from disk, so that a change shows without compiling.

#[cfg(test)]
mod tests;

use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{Html, IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rust_embed::{Embed, EmbeddedFile};

#[derive(Embed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Files;

/// The one page, which shows what its address names.
const PAGE: &str = "index.html";
/// What is below has the hash of its content in its name.
const HASHED: &str = "assets/";
/// A source checkout in which `./dev dashboard` was never run.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><title>camtally</title>\
    <h1>The dashboard is not part of this program</h1>\
    <p>Run <code>./dev dashboard</code> in the source, build again, and reload. \
    The API is at <a href=\"/api/v1/openapi.json\">/api/v1</a>.";
/// Styles and scripts are files, never inline; pictures and recordings may be blobs.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
    connect-src 'self'; font-src 'self'; manifest-src 'self'; media-src 'self' blob:; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'";

/// What a browser gets at an address that is no operation of the API, if anything.
pub(crate) fn answer(method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Response> {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return None;
    }
    let path = uri.path().trim_start_matches('/');
    if let Some(file) = Files::get(path).filter(|_| path != PAGE) {
        let hashed = path.starts_with(HASHED);
        let keep = if hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
        return Some(of(&file, keep, headers));
    }
    // Somebody's program that mistypes an address is told so; somebody's browser is shown the page, which says so too.
    if path.starts_with("api/") || path.starts_with(HASHED) || !(path.is_empty() || wants_page(headers)) {
        return None;
    }
    let Some(page) = Files::get(PAGE) else {
        return Some((StatusCode::NOT_FOUND, Html(NOT_BUILT)).into_response());
    };
    let mut response = of(&page, "no-cache", headers);
    let more: [(HeaderName, &str); 2] = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    ];
    response.headers_mut().extend(more.map(|(name, value)| (name, header::HeaderValue::from_static(value))));
    Some(response)
}

fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

fn of(file: &EmbeddedFile, keep: &'static str, headers: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(file.metadata.sha256_hash()));
    let about = [(header::CACHE_CONTROL, keep.to_owned()), (header::ETAG, tag.clone())];
    let known = headers.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    // A proxy that compresses makes the tag a weak one.
    if known.is_some_and(|known| known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)) {
        return (StatusCode::NOT_MODIFIED, about).into_response();
    }
    let kind = [(header::CONTENT_TYPE, kind(file.metadata.mimetype()))];
    (about, kind, file.data.clone()).into_response()
}

/// Texts say that they are UTF-8.
fn kind(kind: &str) -> String {
    if kind.starts_with("text/") { format!("{kind}; charset=utf-8") } else { kind.to_owned() }
}
