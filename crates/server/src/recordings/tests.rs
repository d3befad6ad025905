use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use access::{Caller, Rights, Role, Who};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};
use tempfile::TempDir;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::Recordings;
use crate::testing::{Answer, Fixture, NOON, admin, viewer};

const LIST: &str = "/api/v1/recordings";
/// The fixture's clock shows this.
const NOW: OffsetDateTime = NOON.saturating_add(Duration::minutes(30));

fn operator(site: &str) -> Caller {
    let sites = BTreeMap::from([(site.to_owned(), Role::Operator)]);
    let who = Who::User { id: Uuid::from_u128(2), name: "ann".to_owned() };
    Caller { who, rights: Rights { everywhere: None, sites }, from: None }
}

/// A server that can record, and the folder of its recordings.
async fn recording() -> (Fixture, TempDir) {
    let (fixture, folder) = (Fixture::new().await, tempfile::tempdir().unwrap());
    let recordings = Recordings::open(&folder.path().join("recordings"), NOW).unwrap();
    fixture.app.recordings.set(recordings).ok().unwrap();
    (fixture, folder)
}

async fn ask(fixture: &Fixture, caller: Caller, method: &str, path: &str, body: Value) -> Answer {
    let request = Request::builder().method(method).uri(path).header(header::IF_MATCH, "*");
    let request = match body {
        Value::Null => request.body(Body::empty()),
        body => request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())),
    };
    fixture.send(caller, request.unwrap()).await
}

async fn set_up(fixture: &Fixture, change: Value) {
    let answer = ask(fixture, admin(), "PATCH", "/api/v1/cameras/north-door", change).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.json());
}

fn wish(seconds: u32) -> Value {
    json!({"camera": "north-door", "seconds": seconds})
}

/// What the camera's thread does with a picture of each fifth of a second.
fn watch(fixture: &Fixture, seconds: u32) {
    let recordings = fixture.app.recordings.get().unwrap();
    for frame in 0..seconds * 5 {
        let at = NOW + Duration::milliseconds(200) * frame;
        if let Some(recording) = recordings.wanted("north-door", at) {
            recording.take(at, format!("picture {frame}").as_bytes());
        }
    }
}

#[tokio::test]
async fn a_camera_is_recorded_only_where_that_is_allowed_and_only_for_its_operators() {
    let (fixture, _folder) = recording().await;
    let refused = ask(&fixture, operator("north"), "POST", LIST, wish(10)).await;
    assert_eq!(refused.code(), "not_allowed", "off unless somebody allows it");
    set_up(&fixture, json!({"recordings": true})).await;
    let refused = ask(&fixture, operator("north"), "POST", LIST, wish(10)).await;
    assert_eq!(refused.code(), "not_allowed", "its pictures are off");
    set_up(&fixture, json!({"pictures": "operators"})).await;
    assert_eq!(ask(&fixture, viewer(), "POST", LIST, wish(10)).await.code(), "not_allowed");
    assert_eq!(ask(&fixture, operator("south"), "POST", LIST, wish(10)).await.code(), "not_found");
    for (body, code) in [
        (wish(0), "not_valid"),
        (wish(901), "not_valid"),
        (json!({"camera": "north-door"}), "bad_body"),
        (json!({"camera": "west", "seconds": 1}), "not_found"),
    ] {
        assert_eq!(ask(&fixture, operator("north"), "POST", LIST, body).await.code(), code);
    }
    let made = ask(&fixture, operator("north"), "POST", LIST, wish(10)).await;
    assert_eq!((made.status, &made.json()["state"]), (StatusCode::CREATED, &json!("recording")));
    assert_eq!(ask(&fixture, operator("north"), "POST", LIST, wish(10)).await.code(), "in_use");
    let log = fixture.get("/api/v1/audit?action=recording.&site=north").await.json();
    assert_eq!(
        (&log["items"][0]["action"], log["items"].as_array().unwrap().len()),
        (&json!("recording.create"), 1)
    );

    let path = format!("{LIST}/{}", made.json()["id"].as_str().unwrap());
    watch(&fixture, 1);
    for path in [path.clone(), format!("{path}/frames"), format!("{path}/frames/1")] {
        assert_eq!(ask(&fixture, viewer(), "GET", &path, Value::Null).await.code(), "not_allowed", "{path}");
        assert_eq!(
            ask(&fixture, operator("south"), "GET", &path, Value::Null).await.code(),
            "not_found",
            "{path}"
        );
        let answer = ask(&fixture, operator("north"), "GET", &path, Value::Null).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
    }
    for other in [viewer(), operator("south")] {
        assert_eq!(ask(&fixture, other, "GET", LIST, Value::Null).await.json()["items"], json!([]));
    }
    assert_eq!(ask(&fixture, viewer(), "DELETE", &path, Value::Null).await.code(), "not_allowed");
}

#[tokio::test]
async fn a_recording_has_a_picture_for_each_moment_until_it_ends_or_is_deleted() {
    let (fixture, folder) = recording().await;
    set_up(&fixture, json!({"recordings": true, "pictures": "operators"})).await;
    let made = ask(&fixture, operator("north"), "POST", LIST, wish(10)).await.json();
    let id = made["id"].as_str().unwrap();
    let path = format!("{LIST}/{id}");
    watch(&fixture, 30);
    let frames =
        ask(&fixture, operator("north"), "GET", &format!("{path}/frames?limit=20"), Value::Null).await.json();
    assert_eq!(frames["items"][0], json!({"number": 1, "time": "2026-11-23T12:30:00Z", "bytes": 9}));
    assert_eq!(frames["items"][19]["time"], "2026-11-23T12:30:03.8Z");
    let next = frames["next"].as_str().unwrap();
    let rest = format!("{path}/frames?limit=1000&cursor={next}");
    let rest = ask(&fixture, operator("north"), "GET", &rest, Value::Null).await.json();
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next"]), (30, &Value::Null), "ten seconds");
    let frame = ask(&fixture, operator("north"), "GET", &format!("{path}/frames/50"), Value::Null).await;
    assert_eq!(
        (&frame.headers["content-type"], frame.bytes),
        (&"image/jpeg".parse().unwrap(), b"picture 49".to_vec())
    );
    for none in ["0", "51", "-1", "x", "99999999999999999999"] {
        let answer =
            ask(&fixture, operator("north"), "GET", &format!("{path}/frames/{none}"), Value::Null).await;
        assert_eq!(answer.code(), "not_found", "{none}");
    }

    // What the camera is set up to holds for what was recorded before.
    for change in [json!({"recordings": false}), json!({"recordings": true, "blurred": true})] {
        set_up(&fixture, change.clone()).await;
        let answer = ask(&fixture, operator("north"), "GET", &format!("{path}/frames/1"), Value::Null).await;
        assert_eq!(answer.code(), "not_allowed", "{change}");
    }
    let on_disk = folder.path().join("recordings");
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&on_disk), mode(&on_disk.join(id))), (0o700, 0o700));
    assert_eq!(std::fs::read_dir(on_disk.join(id)).unwrap().count(), 51);
    let gone = ask(&fixture, operator("north"), "DELETE", &path, Value::Null).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(std::fs::read_dir(on_disk).unwrap().count(), 0);
    assert_eq!(ask(&fixture, operator("north"), "GET", &path, Value::Null).await.code(), "not_found");
}

#[tokio::test]
async fn recordings_outlive_the_program_and_not_their_week() {
    let (fixture, folder) = recording().await;
    set_up(&fixture, json!({"recordings": true, "pictures": "operators"})).await;
    let made = ask(&fixture, operator("north"), "POST", LIST, wish(10)).await.json();
    watch(&fixture, 2);
    let id: Uuid = made["id"].as_str().unwrap().parse().unwrap();
    let on_disk = folder.path().join("recordings");
    // The program dies while a picture and a recording are being written.
    std::fs::write(on_disk.join(id.to_string()).join("1.new"), "half").unwrap();
    std::fs::create_dir(on_disk.join(Uuid::nil().to_string())).unwrap();
    let again = Recordings::open(&on_disk, NOW).unwrap();
    let kept = again.get(id).unwrap();
    assert_eq!(kept.about, fixture.app.recordings.get().unwrap().get(id).unwrap().about);
    assert_eq!(kept.size(), (10, 90, None));
    assert_eq!(again.all().len(), 1);
    again.forget(NOW + Duration::days(7) - Duration::SECOND).unwrap();
    assert_eq!(again.all().len(), 1);
    again.forget(NOW + Duration::days(7)).unwrap();
    assert!(again.all().is_empty() && std::fs::read_dir(&on_disk).unwrap().next().is_none());
}

#[tokio::test]
async fn a_recording_without_pictures_says_why() {
    let mut fixture = Fixture::new().await;
    let folder = tempfile::tempdir().unwrap();
    let recordings = Recordings::open(folder.path(), NOW).unwrap();
    fixture.app.recordings.set(recordings).ok().unwrap();
    set_up(&fixture, json!({"recordings": true, "pictures": "operators"})).await;
    let made = ask(&fixture, operator("north"), "POST", LIST, wish(10)).await.json();
    Arc::get_mut(&mut fixture.app).unwrap().clock = crate::Clock::new(|| NOW + Duration::seconds(13));
    let path = format!("{LIST}/{}", made["id"].as_str().unwrap());
    let over = ask(&fixture, operator("north"), "GET", &path, Value::Null).await.json();
    assert_eq!((&over["state"], &over["frames"]), (&json!("failed"), &json!(0)));
    assert!(over["reason"].as_str().unwrap().contains("no picture came"), "{over}");
}
