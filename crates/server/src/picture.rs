use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::WatchStream;

use crate::App;
use crate::problem::Problem;

const BOUNDARY: &str = "camtally-picture";

/// `GET /api/v1/cameras/{name}/live.mjpeg`: the picture with boxes, lines and counts, for as long as somebody looks. A
/// slow reader sees fewer pictures, never old ones.
pub(crate) async fn stream(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let camera = app.cameras.iter().find(|camera| camera.name == name);
    let camera = camera.ok_or_else(|| Problem::NotFound(format!("there is no camera `{name}`")))?;
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
