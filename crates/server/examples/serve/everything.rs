//! What `camtally serve` sets up beside store and registry: a model, alerts, recordings, tracks, and a process that watches.

use std::path::Path;
use std::sync::Arc;

use access::Vault;
use alerts::{Alerts, Schedule, Sender, Transport};
use counting::TrackChange;
use egress::{Client, Limits, Policy, tls_config};
use observation::{BBox, Class, Detection, StreamTime, TrackId, TrackedDetection};
use paths::Look;
use server::{Alerting, App, Diagnosis, Model, Recordings, Watching, Worker};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

struct Sealed(Vault);

impl alerts::Vault for Sealed {
    fn seal(&self, secret: &[u8], place: &str) -> Result<Vec<u8>, String> {
        self.0.seal(secret, place).map_err(|error| error.to_string())
    }

    fn unseal(&self, sealed: &[u8], place: &str) -> Result<Vec<u8>, String> {
        self.0.unseal(sealed, place).map_err(|error| error.to_string())
    }
}

pub(crate) async fn set_up(app: &Arc<App>, address: &str) {
    let classes = vec!["person".to_owned(), "car".to_owned()];
    app.registry.know_classes(classes.clone());
    app.model.get_or_init(|| Model { id: "made-up".to_owned(), counted: classes.clone(), classes });
    app.tester.get_or_init(|| Arc::new(|_| Box::pin(async { Diagnosis::default() })));
    // Beside the database; there is none beside one that is no file.
    if let Some(folder) = address.strip_prefix("sqlite:").and_then(|file| Path::new(file).parent()) {
        let opened = Recordings::open(&folder.join("recordings"), OffsetDateTime::now_utc()).unwrap();
        app.recordings.get_or_init(|| opened);
    }
    let db = app.store.database().clone();
    let alerts = Alerts::open(db, Arc::new(Sealed(Vault::new([7; 32])))).await.unwrap();
    let client = Client::new(Policy::public(vec![]), tls_config([]), Limits::default());
    let transport = Transport { client: client.clone(), mailer: None, mqtt: None };
    let clock = Arc::new(OffsetDateTime::now_utc);
    let sender = Sender::new(alerts.clone(), transport, Schedule::default(), clock);
    app.alerting.get_or_init(|| Arc::new(Alerting { alerts, sender, client }));
    let worker = Worker {
        id: Uuid::now_v7(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started: OffsetDateTime::now_utc(),
        model: Some("made-up".to_owned()),
        detectors: 1,
        frames_per_s: 5.0,
        load: 0.5,
        waiting: 0,
        cameras: vec![Watching { camera: "camera-0".to_owned(), state: "counting".to_owned() }],
    };
    app.workers.get_or_init(|| Arc::new(move || vec![worker.clone()]));
    for camera in app.cameras.all() {
        let rules = app.registry.rules(&camera.id, None).await.unwrap().rules;
        camera.put_in_force(Arc::new(rules));
    }
    walk(app);
}

/// Ten minutes in which somebody walks down the picture of the first camera every ten seconds.
fn walk(app: &App) {
    let camera = app.cameras.get("camera-0").unwrap();
    let begin = OffsetDateTime::now_utc() - Duration::minutes(10);
    let mut paths = camera.paths();
    paths.begin(16.0 / 9.0);
    for frame in 0..3000_u32 {
        let (walker, step) = (u64::from(frame / 50), f64::from(frame % 50) / 49.0);
        let time = StreamTime::from_secs(f64::from(frame) / 5.0);
        let foot = 0.15 + 0.8 * step;
        let track = TrackId(walker + 1);
        let bbox = BBox::new(0.45, foot - 0.15, 0.5, foot);
        let detection = Detection { bbox, class: Class(0), confidence: 0.9 };
        let seen = [TrackedDetection { track, time, detection }];
        let (changes, ended) = match frame % 50 {
            0 => (vec![TrackChange::Born(track)], vec![]),
            49 => (vec![TrackChange::Died { track, height: 0.15 }], vec![track]),
            _ => (vec![], vec![]),
        };
        let calendar = begin + Duration::microseconds(time.as_micros());
        paths.see(&Look { time, calendar, seen: &seen, ended: &ended, changes: &changes });
    }
}
