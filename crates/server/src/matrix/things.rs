//! What there is to be asked about: at each of two sites one of everything, each named after its site.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use ::alerts::{Alerts, Read, Reading, Readings, Rule, Schedule, Sender, Transport};
use axum::Router;
use egress::{Client, Limits, Policy, tls_config};
use event::{Direction, Gap, GapReason, Stream};
use jiff::tz::TimeZone;
use observation::StreamTime;
use serde_json::{Value, json};
use tempfile::TempDir;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::people::{self, Person};
use crate::alerts::tests::Glass;
use crate::testing::{Fixture, NOON, crossing};
use crate::{Alerting, App, Diagnosis, Model, Recordings};

/// The fixture's clock shows this.
const NOW: OffsetDateTime = NOON.saturating_add(Duration::minutes(30));

/// Two sites, and everybody who may ask.
pub(super) struct World {
    fixture: Fixture,
    /// Made once: to describe everything takes a while.
    pub(super) router: Router,
    pub(super) people: Vec<Person>,
    /// Ids of what is at a site, by site and kind.
    ids: BTreeMap<(String, &'static str), String>,
    /// What was made so far, so that each has a name of its own.
    made: AtomicI64,
    _recordings: TempDir,
}

/// Every rule is breached.
struct Full;

impl Readings for Full {
    fn read<'a>(&'a mut self, _: &'a Rule, _: OffsetDateTime) -> Read<'a> {
        Box::pin(async { Ok(vec![(String::new(), Reading::Value(1000.0))]) })
    }

    fn time_zone(&self, _: &str) -> TimeZone {
        TimeZone::UTC
    }
}

impl World {
    pub(super) async fn new() -> Self {
        let mut fixture = Fixture::new().await;
        let people = people::everybody(&mut fixture).await;
        let root = people::signed_in(&fixture, "root").await;
        let folder = tempfile::tempdir().unwrap();
        let app = &fixture.app;
        app.recordings.set(Recordings::open(folder.path(), NOW).unwrap()).ok().unwrap();
        app.tester.get_or_init(|| Arc::new(|_| Box::pin(async { Diagnosis::default() })));
        let model = Model { id: "test".to_owned(), classes: vec!["person".to_owned()], counted: vec![] };
        app.model.get_or_init(|| model);
        let alerts = Alerts::open(app.store.database().clone(), Arc::new(Glass)).await.unwrap();
        let client = Client::new(Policy::public(vec![]), tls_config([]), Limits::default());
        let transport = Transport { client: client.clone(), mailer: None, mqtt: None };
        let sender = Sender::new(alerts.clone(), transport, Schedule::default(), Arc::new(|| NOW));
        app.alerting.set(Arc::new(Alerting { alerts: alerts.clone(), sender, client })).ok().unwrap();
        let mut world = Self {
            router: crate::router(Arc::clone(&fixture.app), &[]),
            fixture,
            people,
            ids: BTreeMap::new(),
            made: AtomicI64::new(1),
            _recordings: folder,
        };
        for site in ["north", "south"] {
            world.fill(site).await;
        }
        alerts.tick(&mut Full, NOW).await.unwrap();
        for site in ["north", "south"] {
            let sites = vec![site.to_owned()];
            let query = ::alerts::AlertQuery { sites, open: false, before: None, limit: 10 };
            let alert = alerts.alerts(&query).await.unwrap()[0].id;
            let channel = world.id(site, "channel").parse().unwrap();
            let delivery = alerts.deliveries(&[channel], None, 10).await.unwrap()[0].id;
            world.ids.insert((site.to_owned(), "alert"), alert.to_string());
            world.ids.insert((site.to_owned(), "delivery"), delivery.to_string());
        }
        // Somebody who asks for a picture is shown one.
        for site in ["north", "south"] {
            let camera = world.app().cameras.get(&format!("{site}-door")).unwrap();
            tokio::spawn(async move {
                loop {
                    camera.still().show(b"picture".to_vec(), false);
                    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
                }
            });
        }
        people::user(&world.fixture, &root, "leaver", "viewer:north").await;
        let victim = people::user(&world.fixture, &root, "victim", "viewer:south").await;
        let victim = victim["user"]["id"].as_str().or(victim["id"].as_str()).unwrap().to_owned();
        world.ids.insert((String::new(), "victim"), victim);
        world
    }

    /// Makes one of everything at a site.
    async fn fill(&mut self, site: &str) {
        let door = format!("{site}-door");
        let operators = json!({"pictures": "operators", "recordings": true});
        self.change(&format!("/cameras/{door}"), operators).await;
        let gone = json!({"id": format!("{site}-gone"), "site": site, "address": "rtsp://10.0.0.9/2"});
        self.post("/cameras", gone).await;
        self.delete(&format!("/cameras/{site}-gone")).await;
        // Nothing is asked of the network: there is no broker.
        let receiver = json!({"kind": "mqtt"});
        let channel = json!({"name": format!("{site} channel"), "site": site, "receiver": receiver});
        let channel = self.keep(site, "channel", "/channels", channel).await;
        self.keep(site, "rule", "/alert-rules", rule(site, &channel)).await;
        let view = json!({"name": format!("{site} view"), "site": site, "shared": true});
        self.keep(site, "view", "/views", view).await;
        self.keep(site, "audit", "/accuracy-audits", audit(site)).await;
        let recording = self.recording(site).await;
        self.ids.insert((site.to_owned(), "recording"), recording);
        let start = NOON;
        let stream = Stream { camera: door, epoch: "gap".to_owned(), model: None, start };
        let at = |seconds: f64| StreamTime::from_secs(seconds);
        let gap = Gap { from: at(60.0), until: at(70.0), reason: GapReason::Offline, detail: None };
        self.app().store.ingest(&[stream.gap(gap)]).await.unwrap();
    }

    async fn keep(&mut self, site: &str, kind: &'static str, path: &str, body: Value) -> String {
        let made = self.post(path, body).await;
        let id = made["id"].as_str().unwrap().to_owned();
        self.ids.insert((site.to_owned(), kind), id.clone());
        id
    }

    fn app(&self) -> Arc<App> {
        Arc::clone(&self.fixture.app)
    }

    /// The id of what is at a site.
    pub(super) fn id(&self, site: &str, kind: &'static str) -> &str {
        &self.ids[&(site.to_owned(), kind)]
    }

    /// A name that was never used.
    pub(super) fn new_name(&self) -> String {
        format!("new-{}", self.made.fetch_add(1, Ordering::Relaxed))
    }

    /// Posts as the program, which owns nothing.
    async fn post(&self, path: &str, body: Value) -> Value {
        let path = format!("/api/v1{path}");
        let answer = self.fixture.post(crate::testing::admin(), &path, None, body).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.json());
        answer.json()
    }

    /// A new session of somebody.
    pub(super) async fn signed_in(&self, name: &str) -> String {
        people::signed_in(&self.fixture, name).await
    }

    async fn change(&self, path: &str, body: Value) {
        self.send("PATCH", path, body).await;
    }

    async fn delete(&self, path: &str) {
        self.send("DELETE", path, Value::Null).await;
    }

    /// Deletes a camera if it was brought back.
    pub(super) async fn delete_again(&self, camera: &str) {
        if self.app().cameras.get(camera).is_some() {
            self.delete(&format!("/cameras/{camera}")).await;
        }
    }

    async fn send(&self, method: &str, path: &str, body: Value) {
        let request = axum::http::Request::builder().method(method).uri(format!("/api/v1{path}"));
        let request = request.header("if-match", "*").header("content-type", "application/json");
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.fixture.send(crate::testing::admin(), request.body(body.into()).unwrap()).await;
        assert!(answer.status.is_success(), "{method} {path}: {}", answer.json());
    }

    /// A recording that was made at another time than every other, with a picture; its id.
    pub(super) async fn recording(&self, site: &str) -> String {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let camera = format!("{site}-door");
        self.app()
            .recordings
            .get()
            .unwrap()
            .make_up(site, &camera, NOW - Duration::minutes(number))
            .to_string()
    }

    /// Somebody crosses the door of a camera, and it is told.
    pub(super) async fn cross(&self, camera: &str) {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let event = crossing(camera, 100 + number, Direction::Forward);
        self.app().store.ingest(&[event]).await.unwrap();
        self.app().arrived();
    }
}

/// An alert rule of a site, to this channel.
pub(super) fn rule(site: &str, channel: &str) -> Value {
    json!({"name": format!("{site} rule"), "site": site, "severity": "warning", "channels": [channel],
        "condition": {"kind": "occupancy", "place": {"of": "site"}, "threshold": {"side": "above", "limit": 50.0}}})
}

/// An accuracy audit of a site.
pub(super) fn audit(site: &str) -> Value {
    json!({"camera": format!("{site}-door"), "line": "door", "from": "2026-11-23T12:00:00Z",
        "until": "2026-11-23T12:00:10Z", "marks": []})
}

/// An id that is nothing's.
pub(super) fn nothing() -> Uuid {
    Uuid::from_u128(1)
}
