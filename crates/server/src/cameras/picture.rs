//! A camera's picture as it comes.

use std::sync::Arc;

use access::Role;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::WatchStream;

use crate::App;
use crate::extract::Caller;
use crate::problem::Problem;

const BOUNDARY: &str = "camtally-picture";

/// The picture with boxes, lines and counts, for as long as somebody looks. A slow reader sees fewer pictures, never old
/// ones.
#[utoipa::path(
    get,
    path = "/api/v1/cameras/{id}/live.mjpeg",
    tag = "cameras",
    params(("id" = String, Path, description = "The camera.", example = "entrance")),
    responses((status = 200, description = "JPEG pictures, one after the other, about five a second.",
        content_type = "multipart/x-mixed-replace", body = Vec<u8>)),
    extensions(("x-endless" = json!(true))),
)]
pub(crate) async fn stream(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let camera = caller.camera(&app, Role::Viewer, &id)?;
    let (newest, viewer) = camera.picture.look();
    let parts = WatchStream::new(newest).filter_map(move |jpeg| {
        // It lives as long as the stream, and with it the wish for pictures.
        let _viewer = &viewer;
        jpeg.map(|jpeg| Ok::<_, std::convert::Infallible>(part(&jpeg)))
    });
    let kind = format!("multipart/x-mixed-replace; boundary={BOUNDARY}");
    Ok(([(header::CONTENT_TYPE, kind)], Body::from_stream(parts)).into_response())
}

fn part(jpeg: &[u8]) -> Bytes {
    let head = format!("--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n", jpeg.len());
    [head.as_bytes(), jpeg, b"\r\n"].concat().into()
}
