//! `Accept` (RFC 9110, § 12.5.1). Each address gives one kind, so there is nothing to choose: only to refuse.

use axum::extract::Request;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::problem::{Code, Problem};

pub(super) async fn check(request: Request, next: Next) -> Response {
    if !request.headers().contains_key(header::ACCEPT) {
        return next.run(request).await;
    }
    let accepted = accepted(request.headers());
    // What changes something is refused before, what is only read after it is known what kind it is.
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads && !fits(&accepted, "application/json") {
        return refuse("application/json");
    }
    let response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    match kind.map(|kind| kind.split(';').next().unwrap_or_default().trim()) {
        Some(kind) if reads && response.status().is_success() && !fits(&accepted, kind) => refuse(kind),
        _ => response,
    }
}

fn refuse(kind: &str) -> Response {
    let detail = format!("the answer is `{kind}`, which the header `Accept` rules out");
    Problem::new(Code::NotAcceptable, detail).into_response()
}

/// What the client takes: ranges, and whether each is wanted or ruled out.
fn accepted(headers: &HeaderMap) -> Vec<(String, bool)> {
    let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges = values.flat_map(|value| value.split(',')).map(|range| {
        let mut parts = range.split(';').map(|part| part.trim().to_ascii_lowercase());
        let name = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok());
        (name, weight.unwrap_or(1.0) > 0.0)
    });
    ranges.filter(|(name, _)| !name.is_empty()).collect()
}

/// Whether the most specific range that names the kind takes it. What cannot be read rules nothing out.
fn fits(accepted: &[(String, bool)], kind: &str) -> bool {
    let group = kind.split('/').next().unwrap_or_default();
    let exact = |name: &str| accepted.iter().find(|(range, _)| range == name).map(|(_, wanted)| *wanted);
    let named = exact(kind).or_else(|| exact(&format!("{group}/*"))).or_else(|| exact("*/*"));
    named.unwrap_or_else(|| accepted.iter().all(|(range, _)| !range.contains('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_range_decides() {
        for (accept, kind, takes) in [
            ("*/*", "application/json", true),
            ("application/*", "application/json", true),
            ("text/html, */*;q=0.1", "application/json", true),
            ("text/html", "application/json", false),
            ("application/json;q=0, */*", "application/json", false),
            ("Application/JSON; q=0.5", "application/json", true),
            ("nonsense", "application/json", true),
            ("text/event-stream", "text/event-stream", true),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            assert_eq!(fits(&accepted(&headers), kind), takes, "{accept}");
        }
    }
}
