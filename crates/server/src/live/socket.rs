//! Events over a WebSocket (RFC 6455).

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use tokio::time::{Instant, interval_at, sleep_until, timeout};

use super::reader::{Item, Reader};
use super::seats::Seat;
use super::{HEARTBEAT, LONGEST};

/// How long one message may take to be sent: who does not read is let go, and comes again.
const SEND: Duration = Duration::from_secs(10);
/// How long nothing may come back, not even the answer to a heartbeat.
const SILENT: Duration = Duration::from_secs(45);
/// What the other side may say in one message, in bytes: it has nothing to say.
const HEARD: usize = 1024;

pub(super) fn open(upgrade: WebSocketUpgrade, reader: Reader, seat: Seat) -> Response {
    upgrade.max_message_size(HEARD).max_frame_size(HEARD).on_upgrade(|socket| async move {
        let _seat = seat;
        look_on(socket, reader).await;
    })
}

async fn look_on(mut socket: WebSocket, mut reader: Reader) {
    let end = Instant::now() + LONGEST;
    let mut heartbeat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    let mut heard = Instant::now();
    let reason = loop {
        let message = tokio::select! {
            item = reader.next() => match item {
                Some(Item::Event(entry)) => Message::Text(entry.frame()),
                Some(Item::Missed(number)) => {
                    Message::Text(format!(r#"{{"id":"{number}","kind":"missed","event":null}}"#).into())
                }
                None => break "the store does not answer: come again",
            },
            said = socket.recv() => match said {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {
                    heard = Instant::now();
                    continue;
                }
            },
            _ = heartbeat.tick() => {
                if heard.elapsed() > SILENT {
                    return;
                }
                Message::Ping(Bytes::new())
            }
            () = sleep_until(end) => break "come again",
        };
        if !matches!(timeout(SEND, socket.send(message)).await, Ok(Ok(()))) {
            return;
        }
    };
    let close = Message::Close(Some(CloseFrame { code: close_code::AGAIN, reason: reason.into() }));
    // The other side may be gone already.
    timeout(SEND, socket.send(close)).await.map(Result::ok).ok();
}
