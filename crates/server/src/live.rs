use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event as Message, KeepAlive, Sse};
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;
use tokio_stream::{Stream, StreamExt as _};

use crate::App;

/// `GET /api/v1/live`: events as they come, as server-sent events. A reader that is too slow is told how many it has
/// missed; they are in the store.
pub(crate) async fn events(
    State(app): State<Arc<App>>,
) -> Sse<impl Stream<Item = Result<Message, Infallible>>> {
    let events = BroadcastStream::new(app.subscribe()).map(|event| {
        Ok(match event {
            Ok(event) => {
                Message::default().id(event.id.to_string()).event(event.kind()).data(event.to_json())
            }
            Err(BroadcastStreamRecvError::Lagged(count)) => {
                Message::default().event("missed").data(count.to_string())
            }
        })
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}
