//! The server behind a real listener.

#![allow(clippy::unwrap_used, reason = "tests")]

mod connections;
mod live;

use std::net::SocketAddr;
use std::sync::Arc;

use access::Vault;
use audit::{Actor, ActorKind};
use event::{Direction, Event, Sighting, Stream, What};
use observation::StreamTime;
use registry::{By, Provisioned, Reach, Registry};
use serde_json::json;
use server::{App, Limits};
use store::{Settings, Store};
use tempfile::TempDir;
use time::macros::datetime;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A server that is running, with one camera, `door`.
struct Running {
    app: Arc<App>,
    address: SocketAddr,
    end: oneshot::Sender<()>,
    served: JoinHandle<()>,
    _folder: TempDir,
}

impl Running {
    async fn start(limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}", folder.path().join("store.db").display());
        let store = Store::open(&address, &Settings::default()).await.unwrap();
        let metrics = server::recorder().build_recorder().handle();
        let registry = registry(&store).await;
        let app = Arc::new(App::new(store, registry, metrics));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (end, ended) = oneshot::channel();
        let router = server::router(Arc::clone(&app), &[]);
        let ended = async { ended.await.unwrap_or_default() };
        let served = tokio::spawn(server::serve(listener, router, limits, ended));
        Self { app, address, end, served, _folder: folder }
    }

    /// Keeps crossings with these tracks.
    async fn keep(&self, tracks: impl IntoIterator<Item = u64>) {
        let events: Vec<Event> = tracks.into_iter().map(crossing).collect();
        self.app.store.ingest(&events).await.unwrap();
        self.app.arrived();
    }

    async fn stop(self) {
        self.end.send(()).unwrap();
        self.served.await.unwrap();
        self.app.store.close().await;
    }
}

/// A registry with one site, `main`, and its camera, `door`.
async fn registry(store: &Store) -> Registry {
    audit::migrate(store.database()).await.unwrap();
    let (vault, reach) = (Vault::new([7; 32]), Reach::default());
    let registry = Registry::open(store.database().clone(), vault, reach, Provisioned::default());
    let registry = registry.await.unwrap();
    let actor = Actor { kind: ActorKind::Program, id: None, name: "test".to_owned(), from: None };
    let by = By { actor, now: datetime!(2026-11-23 12:00 UTC) };
    let site = json!({"id": "main", "name": "Main", "time_zone": "UTC"});
    registry.create_site(serde_json::from_value(site).unwrap(), &by).await.unwrap();
    let camera = json!({"id": "door", "site": "main", "address": "rtsp://10.0.0.9/1"});
    registry.create_camera(serde_json::from_value(camera).unwrap(), &by).await.unwrap();
    registry
}

/// Somebody crosses the door, as many seconds after noon as the track's number.
fn crossing(track: u64) -> Event {
    let start = datetime!(2026-11-23 12:00 UTC);
    let stream = Stream { camera: "door".to_owned(), epoch: "test".to_owned(), model: None, start };
    let moment = StreamTime::from_micros(track as i64 * 1_000_000);
    let sighting = Sighting {
        rule: "line".to_owned(),
        rule_version: 1,
        class: "person".to_owned(),
        confidence: 0.8,
        confirmed: moment,
        inferred: false,
        track,
    };
    stream.sighting(moment, What::Crossing(Direction::Forward, sighting), 0)
}
