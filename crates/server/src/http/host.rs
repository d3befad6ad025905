//! The header `Host`. A page of a stranger whose name resolves to this machine (DNS rebinding) must not be answered.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::problem::{Code, Problem};

/// Refuses what is asked of another name than the server's.
pub(super) async fn check(hosts: Arc<[String]>, request: Request, next: Next) -> Response {
    // Whoever names no host (HTTP/1.0) is no browser.
    let header = request.headers().get(header::HOST).map(|host| host.to_str().unwrap_or_default());
    let named = request.uri().authority().map(|authority| authority.as_str()).or(header);
    match named {
        Some(name) if !knows(&hosts, name) => {
            let detail = "this server has another name: add this one to `server.hosts`, or use a known one";
            Problem::new(Code::WrongHost, detail).into_response()
        }
        _ => next.run(request).await,
    }
}

fn knows(hosts: &[String], authority: &str) -> bool {
    let name = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    name.parse::<IpAddr>().is_ok()
        || name.eq_ignore_ascii_case("localhost")
        || hosts.iter().any(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_names_and_bare_addresses_pass() {
        let hosts = ["counts.example".to_owned()];
        for known in
            ["localhost:8740", "LOCALHOST", "127.0.0.1:8740", "[::1]:8740", "192.0.2.7", "Counts.Example:443"]
        {
            assert!(knows(&hosts, known), "{known}");
        }
        for unknown in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "", "[evil]"] {
            assert!(!knows(&hosts, unknown), "{unknown}");
        }
    }
}
