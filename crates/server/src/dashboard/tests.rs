use std::path::Path;

use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Method, StatusCode, Uri};
use axum::response::Response;

use super::{Files, answer};

/// What a browser sends to see a page.
const PAGE: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

fn ask(path: &str, accept: &str, known: Option<&HeaderValue>) -> Option<Response> {
    let mut headers = HeaderMap::from_iter([(header::ACCEPT, accept.parse().unwrap())]);
    headers.extend(known.map(|tag| (header::IF_NONE_MATCH, tag.clone())));
    answer(&Method::GET, &path.parse::<Uri>().unwrap(), &headers)
}

#[test]
fn a_browser_gets_a_page_and_a_program_is_told_of_its_mistake() {
    let page = ask("/history?period=day", PAGE, None).unwrap();
    assert!(page.headers()[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/html"));
    assert!(ask("/api/v1/camera", PAGE, None).is_none());
    assert!(ask("/history", "application/json", None).is_none());
    assert!(ask("/assets/gone.js", PAGE, None).is_none());
    assert!(ask("/../Cargo.toml", "*/*", None).is_none());
    let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(PAGE))]);
    assert!(answer(&Method::POST, &"/history".parse::<Uri>().unwrap(), &headers).is_none());
}

#[test]
fn what_the_browser_has_is_not_sent_again() {
    // Only where the dashboard was built: tests of Rust need no Node.
    for name in Files::iter().filter(|name| name != "index.html") {
        let first = ask(&format!("/{name}"), "*/*", None).unwrap();
        let kept = first.headers()[header::CACHE_CONTROL].to_str().unwrap();
        assert_eq!(kept.contains("immutable"), name.starts_with("assets/"), "{name}: {kept}");
        let again = ask(&format!("/{name}"), "*/*", Some(&first.headers()[header::ETAG])).unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{name}");
    }
}

#[test]
fn the_dashboards_description_of_the_api_is_the_servers() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/openapi.json");
    let described = format!("{:#}\n", crate::openapi());
    if std::env::var_os("CAMTALLY_UPDATE_DOCS").is_some() {
        std::fs::write(&path, &described).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap_or_default() == described,
        "web/openapi.json is not what the server answers: set CAMTALLY_UPDATE_DOCS=1 and run this test again"
    );
}
