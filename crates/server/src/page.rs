//! The live page. Its files are small and built in.

use axum::http::header;
use axum::response::{Html, IntoResponse};

pub(crate) async fn html() -> Html<&'static str> {
    Html(include_str!("page/live.html"))
}

pub(crate) async fn script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("page/live.js"))
}

pub(crate) async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("page/live.css"))
}

pub(crate) async fn icon() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "image/svg+xml")], include_str!("page/favicon.svg"))
}
