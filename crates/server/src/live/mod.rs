//! Events as they come.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event as Message, KeepAlive, Sse};
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;
use tokio_stream::{Stream, StreamExt as _};

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;
use crate::extract::Caller;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(events))
}

/// Events as they come, as server-sent events. A reader that is too slow is told how many it has missed; they are in the
/// store.
#[utoipa::path(get, path = "/api/v1/live", operation_id = "live_events", tag = "live",
    responses((status = 200, description = "Server-sent events.", content_type = "text/event-stream", body = String)),
    extensions(("x-endless" = json!(true))))]
async fn events(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Sse<impl Stream<Item = Result<Message, Infallible>>> {
    let scope = caller.cameras(&app);
    let events = BroadcastStream::new(app.subscribe()).filter_map(move |event| {
        Some(Ok(match event {
            Ok(event) if !scope.sees(&event.camera) => return None,
            Ok(event) => {
                Message::default().id(event.id.to_string()).event(event.kind()).data(event.to_json())
            }
            Err(BroadcastStreamRecvError::Lagged(count)) => {
                Message::default().event("missed").data(count.to_string())
            }
        }))
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}
