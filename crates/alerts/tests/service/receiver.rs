//! A receiver of web hooks that does what the case wants.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use alerts::signature;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::setting::KEY;

/// What came.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) id: String,
    pub(crate) path: String,
    pub(crate) body: Value,
    /// What was answered.
    pub(crate) status: StatusCode,
}

#[derive(Clone)]
pub(crate) struct Receiver {
    pub(crate) url: String,
    received: Arc<Mutex<Vec<Received>>>,
    answer: Arc<Mutex<(StatusCode, Duration)>>,
}

impl Receiver {
    pub(crate) async fn start(status: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let answer = (StatusCode::from_u16(status).unwrap(), Duration::ZERO);
        let receiver = Self { url, received: Arc::default(), answer: Arc::new(Mutex::new(answer)) };
        let router = Router::new().fallback(take).with_state(receiver.clone());
        tokio::spawn(axum::serve(listener, router).into_future());
        receiver
    }

    pub(crate) fn answer(&self, status: u16, after: Duration) {
        *self.answer.lock().unwrap() = (StatusCode::from_u16(status).unwrap(), after);
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// What it has taken, as a receiver that knows the ids it has had.
    pub(crate) fn taken(&self) -> Vec<Received> {
        let mut taken: Vec<Received> = Vec::new();
        for received in self.received().into_iter().filter(|received| received.status.is_success()) {
            if !taken.iter().any(|earlier| earlier.id == received.id) {
                taken.push(received);
            }
        }
        taken
    }

    /// Waits until it has taken so many.
    pub(crate) async fn wait_for(&self, count: usize) {
        for _ in 0..400 {
            if self.taken().len() >= count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{count} were to come, and there came {:#?}", self.received());
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, uri: Uri, body: Bytes) -> StatusCode {
    let (status, after) = *receiver.answer.lock().unwrap();
    tokio::time::sleep(after).await;
    let header =
        |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    let id = header("webhook-id");
    if uri.path() == "/hook" {
        let timestamp = header("webhook-timestamp").parse().unwrap();
        assert!(signature::verify(&KEY, &id, timestamp, &body, &header("webhook-signature")));
    }
    let body = serde_json::from_slice(&body).unwrap();
    let received = Received { id, path: uri.path().to_owned(), body, status };
    receiver.received.lock().unwrap().push(received);
    status
}
