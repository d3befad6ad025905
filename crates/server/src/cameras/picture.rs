//! A camera's pictures as they come.

use std::sync::Arc;
use std::time::Duration;

use access::Role;
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::WatchStream;

use super::feed::Picture;
use crate::extract::{Caller, Path};
use crate::http::Endless;
use crate::problem::{Code, Problem};
use crate::{App, Camera};

const BOUNDARY: &str = "camtally-picture";
/// How long the next frame is waited for.
const STILL: Duration = Duration::from_secs(10);

/// The picture with boxes, lines and counts, for as long as somebody looks: on a dark ground for those who may not see the
/// camera's pictures. It ends when that changes. A slow reader sees fewer pictures, never old ones.
#[utoipa::path(
    get,
    path = "/api/v1/cameras/{id}/live.mjpeg",
    tag = "cameras",
    params(("id" = String, Path, description = "The camera.", example = "entrance")),
    responses((status = 200, description = "JPEG pictures, one after the other, about five a second.",
        content_type = "multipart/x-mixed-replace", body = Vec<u8>)),
    extensions(("x-endless" = json!(true))),
)]
pub(super) async fn stream(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let camera = caller.camera(&app, Role::Viewer, &id)?;
    let shows = shows(&caller, &camera);
    let feed = if shows { camera.picture() } else { camera.drawing() };
    let (newest, viewer) = feed.look();
    let is_still_so = move || {
        let camera = caller.camera(&app, Role::Viewer, &id).ok()?;
        (self::shows(&caller, &camera) == shows).then_some(camera)
    };
    let parts = WatchStream::new(newest).map_while(move |picture| {
        // It lives as long as the stream, and with it the wish for pictures.
        let _viewer = &viewer;
        let camera = is_still_so()?;
        Some(picture.filter(|picture| !shows || may_go_out(&camera, picture)))
    });
    let parts = parts
        .filter_map(|picture| picture.map(|picture| Ok::<_, std::convert::Infallible>(part(&picture.jpeg))));
    let kind = format!("multipart/x-mixed-replace; boundary={BOUNDARY}");
    Ok((Extension(Endless), [(header::CONTENT_TYPE, kind)], Body::from_stream(parts)).into_response())
}

/// The camera's next picture without anything drawn on it, to draw lines on. Only for operators, and only while the
/// camera's `pictures` are on.
#[utoipa::path(
    get,
    path = "/api/v1/cameras/{id}/still",
    tag = "cameras",
    operation_id = "still",
    params(("id" = String, Path, description = "The camera.", example = "entrance")),
    responses((status = 200, description = "A JPEG picture.", content_type = "image/jpeg", body = Vec<u8>)),
    extensions(("x-problems" = json!(["not_allowed", "no_picture"]))),
)]
pub(super) async fn still(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let camera = caller.camera(&app, Role::Operator, &id)?;
    if !shows(&caller, &camera) {
        let detail = "the camera's pictures are off: set its `pictures` to `operators`";
        return Err(Problem::new(Code::NotAllowed, detail));
    }
    let (mut newest, _viewer) = camera.still().look();
    newest.mark_unchanged();
    let next = async {
        while newest.changed().await.is_ok() {
            let picture = newest.borrow_and_update().clone();
            let camera = caller.camera(&app, Role::Operator, &id)?;
            match picture {
                Some(picture) if shows(&caller, &camera) && may_go_out(&camera, &picture) => {
                    return Ok(picture);
                }
                _ => {}
            }
        }
        Err(Problem::internal())
    };
    let nothing = || Problem::new(Code::NoPicture, "no picture has come within 10 s: see the camera's state");
    let picture = tokio::time::timeout(STILL, next).await.map_err(|_| nothing())??;
    Ok(([(header::CONTENT_TYPE, "image/jpeg")], picture.jpeg).into_response())
}

fn shows(caller: &Caller, camera: &Camera) -> bool {
    caller.role(&camera.site).is_some_and(|role| camera.shows_pictures(role))
}

/// Whether a picture is as the camera is set up now: it may have been made before somebody changed that.
fn may_go_out(camera: &Camera, picture: &Picture) -> bool {
    picture.is_blurred || !camera.registered.settings.blurred
}

fn part(jpeg: &Bytes) -> Bytes {
    let head = format!("--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n", jpeg.len());
    [head.as_bytes(), jpeg, b"\r\n"].concat().into()
}
