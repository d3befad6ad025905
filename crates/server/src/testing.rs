//! What the tests of this crate have in common: two sites with a camera each, and some events.

use std::collections::BTreeMap;
use std::sync::Arc;

use access::{Caller, Rights, Role, Vault, Who};
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use event::{Direction, Event, Observed, Sighting, Stream, What};
use observation::StreamTime;
use registry::{By, Provisioned, Reach, Registry};
use serde_json::{Value, json};
use store::{Settings, Store};
use tempfile::TempDir;
use time::OffsetDateTime;
use time::macros::datetime;
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::{App, Clock, router};

pub(crate) const NOON: OffsetDateTime = datetime!(2026-11-23 12:00 UTC);

/// An application, and the folder of its store.
pub(crate) struct Fixture {
    pub(crate) app: Arc<App>,
    _folder: TempDir,
}

fn stream(camera: &str) -> Stream {
    Stream { camera: camera.to_owned(), epoch: "test".to_owned(), model: None, start: NOON }
}

/// A registry with these sites, each with a camera `ID-door` that has a line `door`, by which the site is entered.
pub(crate) async fn registry(store: &Store, sites: &[&str]) -> Registry {
    audit::migrate(store.database()).await.unwrap();
    let (vault, reach) = (Vault::new([7; 32]), Reach::default());
    let registry = Registry::open(store.database().clone(), vault, reach, Provisioned::default());
    let registry = registry.await.unwrap();
    let by = By { actor: crate::extract::Caller::from(admin()).actor(), now: NOON };
    for id in sites {
        let camera = format!("{id}-door");
        let site = json!({"id": id, "name": id, "time_zone": "Europe/Berlin",
            "entrances": [{"camera": camera, "line": "door"}]});
        registry.create_site(serde_json::from_value(site).unwrap(), &by).await.unwrap();
        let camera = json!({"id": camera, "site": id, "address": "rtsp://user:s3cret@10.0.0.9/1",
            "rules": {"line": [{"name": "door", "points": [[0.1, 0.5], [0.9, 0.5]]}]}});
        registry.create_camera(serde_json::from_value(camera).unwrap(), &by).await.unwrap();
    }
    registry
}

/// Somebody who crosses the door of a camera so many seconds after noon.
pub(crate) fn crossing(camera: &str, seconds: i64, direction: Direction) -> Event {
    let moment = StreamTime::from_micros(seconds * 1_000_000);
    let sighting = Sighting {
        rule: "door".to_owned(),
        rule_version: 1,
        class: "person".to_owned(),
        confidence: 0.8,
        confirmed: moment,
        inferred: false,
        track: seconds.unsigned_abs(),
    };
    stream(camera).sighting(moment, What::Crossing(direction, sighting), 0)
}

impl Fixture {
    /// `north` has three who came in and one who left at noon, `south` one who came in; each was watched for an hour.
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}", folder.path().join("store.db").display());
        Self::on(&address, folder).await
    }

    /// The same in a database that is empty.
    pub(crate) async fn on(address: &str, folder: TempDir) -> Self {
        let store = Store::open(address, &Settings::default()).await.unwrap();
        let metrics = crate::recorder().build_recorder().handle();
        let registry = registry(&store, &["north", "south"]).await;
        let mut app = App::new(store, registry, metrics);
        app.clock = Clock::new(|| NOON + time::Duration::minutes(30));
        let hour = StreamTime::from_micros(3_600_000_000);
        let watched = Observed { from: StreamTime::from_micros(0), until: hour };
        let events = [
            crossing("north-door", 1, Direction::Forward),
            crossing("north-door", 2, Direction::Forward),
            crossing("north-door", 3, Direction::Forward),
            crossing("north-door", 4, Direction::Backward),
            crossing("south-door", 5, Direction::Forward),
            stream("north-door").observed(watched.clone()),
            stream("south-door").observed(watched),
        ];
        app.store.ingest(&events).await.unwrap();
        Self { app: Arc::new(app), _folder: folder }
    }

    /// Sends a request as somebody.
    pub(crate) async fn send(&self, caller: Caller, mut request: Request<Body>) -> Answer {
        request.extensions_mut().insert(crate::extract::Caller::from(caller));
        let response = router(Arc::clone(&self.app), &[]).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 24).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    /// Asks for a path as somebody who may do everything.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(admin(), Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Asks for a path as somebody who may look at `north` only.
    pub(crate) async fn get_as_viewer(&self, path: &str) -> Answer {
        self.send(viewer(), Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Posts JSON as somebody.
    pub(crate) async fn post(&self, caller: Caller, path: &str, key: Option<&str>, body: Value) -> Answer {
        let mut request = Request::post(path).header("content-type", "application/json");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        self.send(caller, request.body(Body::from(body.to_string())).unwrap()).await
    }
}

pub(crate) fn admin() -> Caller {
    Caller { who: Who::Program, rights: Rights::all(), from: None }
}

pub(crate) fn viewer() -> Caller {
    let sites = BTreeMap::from([("north".to_owned(), Role::Viewer)]);
    let who = Who::User { id: Uuid::from_u128(1), name: "viewer".to_owned() };
    Caller { who, rights: Rights { everywhere: None, sites }, from: None }
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("no JSON: {}", String::from_utf8_lossy(&self.bytes)))
    }

    /// The code of a problem.
    pub(crate) fn code(&self) -> String {
        assert_eq!(self.headers["content-type"], "application/problem+json");
        self.json()["code"].as_str().unwrap().to_owned()
    }
}

mod tests {
    use super::*;

    const DAY: &str = "from=2026-11-23T00:00:00Z&until=2026-11-24T00:00:00Z";

    #[tokio::test]
    async fn what_is_not_there_or_makes_no_sense_is_a_problem() {
        let fixture = Fixture::new().await;
        for (path, code) in [
            ("/api/v1/nothing".to_owned(), "not_found"),
            ("/api/v1/counts".to_owned(), "bad_question"),
            (format!("/api/v1/counts?{DAY}&camera=%FF"), "bad_question"),
            (format!("/api/v1/counts?{DAY}&camera=a&camera=b"), "bad_question"),
            (format!("/api/v1/counts?{DAY}&colour=red"), "bad_question"),
            (format!("/api/v1/events?{DAY}&limit=0"), "bad_question"),
            (format!("/api/v1/events?{DAY}&limit=1001"), "bad_question"),
            (format!("/api/v1/events?{DAY}&cursor=x"), "bad_cursor"),
            (format!("/api/v1/events?{DAY}&kind=jump"), "bad_question"),
            ("/api/v1/cameras/west/live.mjpeg".to_owned(), "not_found"),
        ] {
            assert_eq!(fixture.get(&path).await.code(), code, "{path}");
        }
        let post = Request::post("/api/v1/counts").body(Body::empty()).unwrap();
        let answer = fixture.send(admin(), post).await;
        assert_eq!(answer.code(), "method_not_allowed");
        assert!(answer.headers["allow"].to_str().unwrap().contains("GET"));
        let html = Request::get("/api/v1/cameras").header("accept", "text/html").body(Body::empty()).unwrap();
        assert_eq!(fixture.send(admin(), html).await.code(), "not_acceptable");
        let other =
            Request::get("/api/v1/cameras").header("host", "evil.example").body(Body::empty()).unwrap();
        assert_eq!(fixture.send(admin(), other).await.code(), "wrong_host");
    }

    #[tokio::test]
    async fn bodies_are_held_to_what_is_described() {
        let fixture = Fixture::new().await;
        let path = "/api/v1/occupancy/corrections";
        for (body, code) in [
            (json!({"site": "north"}), "bad_body"),
            (json!({"site": "north", "now": -1}), "bad_body"),
            (json!({"site": "north", "now": 1, "colour": "red"}), "bad_body"),
            (json!({"site": "north", "camera": "north-door", "now": 1}), "bad_body"),
            (json!({"site": "north", "now": 1, "rule": "x".repeat(70_000)}), "too_large"),
            (json!({"site": "west", "now": 1}), "not_found"),
        ] {
            assert_eq!(fixture.post(admin(), path, None, body).await.code(), code);
        }
        let text = Request::post(path).header("content-type", "text/plain").body(Body::from("1")).unwrap();
        assert_eq!(fixture.send(admin(), text).await.code(), "unsupported_media_type");
        let deep = Request::post(path).header("content-type", "application/json");
        let deep = deep.body(Body::from("[".repeat(10_000))).unwrap();
        assert_eq!(fixture.send(admin(), deep).await.code(), "bad_body");
    }

    #[tokio::test]
    async fn nobody_reaches_another_sites_data() {
        let fixture = Fixture::new().await;
        let cameras = fixture.get_as_viewer("/api/v1/cameras").await.json();
        assert_eq!(cameras["cameras"].as_array().unwrap().len(), 1);
        for path in [
            format!("/api/v1/counts?{DAY}&camera=south-door"),
            format!("/api/v1/counts?{DAY}&site=south"),
            format!("/api/v1/events?{DAY}&camera=south-door"),
            format!("/api/v1/gaps?{DAY}&site=south"),
            format!("/api/v1/dwell?{DAY}&camera=south-door"),
            format!("/api/v1/queues?{DAY}&camera=south-door&rule=queue"),
            format!("/api/v1/heat?{DAY}&camera=south-door"),
            format!("/api/v1/heat.png?{DAY}&camera=south-door"),
            format!("/api/v1/exports/events?{DAY}&format=csv&camera=south-door"),
            format!("/api/v1/exports/counts?{DAY}&format=csv&site=south"),
            "/api/v1/occupancy?site=south".to_owned(),
            "/api/v1/live?camera=south-door".to_owned(),
            "/api/v1/cameras/south-door/live.mjpeg".to_owned(),
        ] {
            assert_eq!(fixture.get_as_viewer(&path).await.code(), "not_found", "{path}");
        }
        for path in [
            format!("/api/v1/counts?{DAY}&group=site,camera"),
            format!("/api/v1/events?{DAY}"),
            format!("/api/v1/exports/events?{DAY}&format=jsonl"),
            format!("/api/v1/exports/counts?{DAY}&format=csv&group=camera"),
            "/api/v1/occupancy".to_owned(),
        ] {
            let answer = fixture.get_as_viewer(&path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            let text = String::from_utf8(answer.bytes).unwrap();
            assert!(text.contains("north") && !text.contains("south"), "{path}: {text}");
        }
        let correction = json!({"site": "north", "now": 1});
        let answer = fixture.post(viewer(), "/api/v1/occupancy/corrections", None, correction).await;
        assert_eq!(answer.code(), "not_allowed");
        // Nobody's cameras are not everybody's.
        let nobody = Caller { rights: Rights::default(), ..viewer() };
        let request = Request::get(format!("/api/v1/events?{DAY}")).body(Body::empty()).unwrap();
        assert_eq!(fixture.send(nobody, request).await.json()["items"], json!([]));
    }

    #[tokio::test]
    async fn counts_are_split_by_site_and_compared_with_the_week_before() {
        let fixture = Fixture::new().await;
        let before = crossing("north-door", -7 * 86_400, Direction::Forward);
        fixture.app.store.ingest(&[before]).await.unwrap();
        let path = format!("/api/v1/counts?{DAY}&bucket=1d&group=site&compare=week");
        let answer = fixture.get(&path).await.json();
        let groups = answer["groups"].as_array().unwrap();
        assert_eq!((&groups[0]["site"], &groups[1]["site"]), (&json!("north"), &json!("south")));
        let day = &groups[0]["buckets"][0];
        assert_eq!((&day["count"], &day["observed_s"]), (&json!(4), &json!(3600.0)));
        assert_eq!((&day["earlier"]["count"], &day["earlier"]["observed_s"]), (&json!(1), &json!(0.0)));
        assert_eq!(day["from"], "2026-11-22T23:00:00Z");
        assert_eq!(day["earlier"]["from"], "2026-11-15T23:00:00Z");
    }

    #[tokio::test]
    async fn an_occupancy_is_corrected_once_for_each_key() {
        let fixture = Fixture::new().await;
        let before = fixture.get("/api/v1/occupancy?site=north").await.json();
        assert_eq!(before["sites"][0]["occupancy"], 2);
        let correct = |now: u32| {
            let body = json!({"site": "north", "now": now});
            fixture.post(admin(), "/api/v1/occupancy/corrections", Some("key-1"), body)
        };
        let first = correct(7).await;
        assert_eq!(first.status, StatusCode::CREATED);
        let again = correct(7).await;
        assert_eq!((again.status, again.bytes), (StatusCode::CREATED, first.bytes));
        assert_eq!(correct(8).await.code(), "idempotency_key_reused");
        let after = fixture.get("/api/v1/occupancy?site=north").await.json();
        let site = &after["sites"][0];
        assert_eq!((&site["occupancy"], &site["drift"]), (&json!(7), &json!(5)));
        assert_eq!(site["corrections"].as_array().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_table_is_exported_in_every_format() {
        let fixture = Fixture::new().await;
        let path = |format: &str| format!("/api/v1/exports/events?{DAY}&format={format}");
        let csv = String::from_utf8(fixture.get(&path("csv")).await.bytes).unwrap();
        assert_eq!(csv.lines().count(), 6);
        let jsonl = fixture.get(&path("jsonl")).await;
        let events: Vec<_> =
            jsonl.bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
        assert_eq!(events.len(), 5);
        let parquet = fixture.get(&path("parquet")).await.bytes;
        assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));
        let counts = fixture.get(&format!("/api/v1/exports/counts?{DAY}&format=csv&bucket=1d&limit=3")).await;
        assert_eq!(counts.code(), "bad_question");
    }

    #[tokio::test]
    async fn a_heat_map_is_a_picture_even_when_nothing_was_seen() {
        let fixture = Fixture::new().await;
        let answer = fixture.get(&format!("/api/v1/heat.png?{DAY}&camera=north-door")).await;
        assert!(answer.bytes.starts_with(b"\x89PNG"));
    }
}
