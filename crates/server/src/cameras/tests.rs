//! Sites, cameras, rules and views as people of each role meet them.

use std::collections::BTreeMap;
use std::sync::Arc;

use access::{Caller, Rights, Role, Who};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Diagnosis;
use crate::testing::{Answer, Fixture, admin, viewer};

/// Somebody with a role at `north` only.
pub(super) fn at_north(role: Role) -> Caller {
    let who = Who::User { id: Uuid::from_u128(2), name: role.as_str().to_owned() };
    let sites = BTreeMap::from([("north".to_owned(), role)]);
    Caller { who, rights: Rights { everywhere: None, sites }, from: None }
}

impl Fixture {
    pub(super) async fn ask(
        &self,
        who: Caller,
        method: Method,
        path: &str,
        tag: Option<&str>,
        body: Value,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        if let Some(tag) = tag {
            request = request.header("if-match", tag);
        }
        let body = match body {
            Value::Null => Body::empty(),
            body => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
        };
        self.send(who, request.body(body).unwrap()).await
    }
}

fn tag(answer: &Answer) -> String {
    answer.headers["etag"].to_str().unwrap().to_owned()
}

pub(super) fn line(name: &str) -> Value {
    json!({"line": [{"name": name, "points": [[0.1, 0.5], [0.9, 0.5]]}]})
}

#[tokio::test]
async fn an_operator_makes_changes_deletes_and_restores_a_camera() {
    let fixture = Fixture::new().await;
    let operator = || at_north(Role::Operator);
    let new = json!({"id": "gate", "site": "north", "address": "rtsp://joe:s3cret@10.0.0.8/live?key=s3cret"});
    let made = fixture.ask(operator(), Method::POST, "/cameras", None, new).await;
    assert_eq!((made.status, made.json()["state"].clone()), (StatusCode::CREATED, json!("connecting")));
    assert_eq!(made.json()["connection"]["address"], "rtsp://10.0.0.8/live");
    assert!(!String::from_utf8_lossy(&made.bytes).contains("s3cret"));

    let rename = json!({"name": "Gate"});
    let changed =
        fixture.ask(operator(), Method::PATCH, "/cameras/gate", Some(&tag(&made)), rename.clone()).await;
    assert_eq!(changed.json()["name"], "Gate");
    let late =
        fixture.ask(operator(), Method::PATCH, "/cameras/gate", Some(&tag(&made)), rename.clone()).await;
    assert_eq!(late.code(), "changed_meanwhile");
    assert_eq!(
        fixture.ask(operator(), Method::PATCH, "/cameras/gate", None, rename).await.code(),
        "version_required"
    );
    let stopped = fixture.ask(operator(), Method::POST, "/cameras/gate/stop", None, Value::Null).await;
    assert_eq!((&stopped.json()["started"], &stopped.json()["state"]), (&json!(false), &json!("stopped")));
    let started = fixture.ask(operator(), Method::POST, "/cameras/gate/start", None, Value::Null).await;

    let gone =
        fixture.ask(operator(), Method::DELETE, "/cameras/gate", Some(&tag(&started)), Value::Null).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(fixture.get("/api/v1/cameras/gate").await.code(), "not_found");
    let deleted = fixture.ask(operator(), Method::GET, "/deleted/cameras", None, Value::Null).await.json();
    assert_eq!(deleted["items"][0]["id"], "gate");
    let back = fixture.ask(operator(), Method::POST, "/cameras/gate/restore", None, Value::Null).await;
    assert_eq!(back.json()["name"], "Gate");
    let log = fixture.get("/api/v1/audit?site=north").await;
    let text = String::from_utf8(log.bytes).unwrap();
    for action in ["camera.create", "camera.update", "camera.stop", "camera.delete", "camera.restore"] {
        assert!(text.contains(action), "{action}: {text}");
    }
    assert!(!text.contains("s3cret"), "{text}");
}

#[tokio::test]
async fn rules_are_edited_and_every_set_can_be_put_back() {
    let fixture = Fixture::new().await;
    let operator = || at_north(Role::Operator);
    let path = "/cameras/north-door/rules";
    let first = fixture.ask(operator(), Method::GET, path, None, Value::Null).await;
    assert_eq!(first.json()["line"][0]["version"], 1);
    let second = fixture.ask(operator(), Method::PUT, path, Some(&tag(&first)), line("gate")).await;
    assert_eq!((second.json()["line"][0]["name"].clone(), tag(&second)), (json!("gate"), "\"2\"".to_owned()));
    let late = fixture.ask(operator(), Method::PUT, path, Some(&tag(&first)), line("gate")).await;
    assert_eq!(late.code(), "changed_meanwhile");
    let history = fixture.ask(viewer(), Method::GET, &format!("{path}/history"), None, Value::Null).await;
    assert_eq!(history.json()["items"][0]["what"], "line `gate` added, line `door` taken out");
    let restore = format!("{path}/history/1/restore");
    let third =
        fixture.ask(operator(), Method::POST, &restore, Some(&tag(&second)), Value::Null).await.json();
    assert_eq!((&third["version"], &third["rules"]["line"][0]["version"]), (&json!(3), &json!(2)));
    let old = fixture.ask(viewer(), Method::GET, &format!("{path}/history/2"), None, Value::Null).await;
    assert_eq!(old.json()["rules"]["line"][0]["name"], "gate");
    fixture.app.registry.know_classes(vec!["person".to_owned()]);
    let mut unknown = line("gate");
    unknown["line"][0]["classes"] = json!(["unicorn"]);
    let refused = fixture.ask(operator(), Method::PUT, path, Some("*"), unknown).await;
    assert_eq!(refused.code(), "not_valid");
    assert!(refused.json()["detail"].as_str().unwrap().contains("unicorn"));
}

#[tokio::test]
async fn nobody_sees_or_changes_what_their_role_does_not_reach() {
    let fixture = Fixture::new().await;
    fixture.app.tester.get_or_init(|| Arc::new(|_| Box::pin(async { Diagnosis::default() })));
    let camera = |site: &str| json!({"id": "new", "site": site, "address": "rtsp://10.0.0.8/"});
    let view = |site: &str| json!({"name": "mine", "site": site});
    let trial = |site: &str| json!({"site": site, "address": "rtsp://10.0.0.8/"});
    let site = json!({"id": "west", "name": "West", "time_zone": "UTC"});
    let (post, get, put, patch, delete) =
        (Method::POST, Method::GET, Method::PUT, Method::PATCH, Method::DELETE);
    // What is asked for, about which site, with what, and the least role at that site; none is admin everywhere.
    let asked: Vec<(&Method, String, &str, Value, Option<Role>)> = ["north", "south"]
        .into_iter()
        .flat_map(|at| {
            let door = format!("/cameras/{at}-door");
            vec![
                (&get, door.clone(), at, Value::Null, Some(Role::Viewer)),
                (&get, format!("{door}/rules"), at, Value::Null, Some(Role::Viewer)),
                (&get, format!("{door}/rules/history"), at, Value::Null, Some(Role::Viewer)),
                (&get, format!("{door}/rules/history/1"), at, Value::Null, Some(Role::Viewer)),
                (&get, format!("/sites/{at}"), at, Value::Null, Some(Role::Viewer)),
                (&patch, door.clone(), at, json!({}), Some(Role::Operator)),
                (&put, format!("{door}/rules"), at, line("door"), Some(Role::Operator)),
                (&post, format!("{door}/rules/history/1/restore"), at, Value::Null, Some(Role::Operator)),
                (&post, format!("{door}/test"), at, Value::Null, Some(Role::Operator)),
                (&post, "/cameras/test".to_owned(), at, trial(at), Some(Role::Operator)),
                (&post, format!("{door}/start"), at, Value::Null, Some(Role::Operator)),
                (&post, "/views".to_owned(), at, view(at), Some(Role::Viewer)),
                (&patch, format!("/sites/{at}"), at, json!({}), Some(Role::Admin)),
                (&delete, format!("/sites/{at}"), at, Value::Null, None),
                (&post, "/sites".to_owned(), at, site.clone(), None),
                (&get, "/deleted/sites".to_owned(), at, Value::Null, None),
                (&post, "/export".to_owned(), at, json!({}), None),
                (
                    &post,
                    "/import".to_owned(),
                    at,
                    json!({"file": "format = \"camtally/1\"", "only_try": true}),
                    None,
                ),
            ]
        })
        .collect();
    for role in Role::ALL {
        for (method, path, site, body, least) in &asked {
            let answer =
                fixture.ask(at_north(role), Method::clone(method), path, Some("*"), body.clone()).await;
            let allowed = *site == "north" && least.is_some_and(|least| role >= least);
            let status = answer.status.as_u16();
            let (seen, shown) = (status < 400, String::from_utf8_lossy(&answer.bytes).into_owned());
            assert_eq!(seen, allowed, "{} {method} {path}: {status} {shown}", role.as_str());
            if !allowed {
                let expected: &[u16] = if *site == "south" && least.is_some() { &[404] } else { &[403] };
                assert!(expected.contains(&status), "{} {method} {path}: {status} {shown}", role.as_str());
            }
        }
        let made = fixture.ask(at_north(role), Method::POST, "/cameras", None, camera("south")).await;
        assert_eq!(made.code(), "not_found");
        for path in ["/cameras", "/sites", "/views", "/deleted/cameras"] {
            let list = fixture.ask(at_north(role), Method::GET, path, None, Value::Null).await;
            let text = String::from_utf8(list.bytes).unwrap();
            assert!(!text.contains("south"), "{path}: {text}");
        }
    }
    // A camera cannot be pushed to a site of others, nor another site's be taken.
    let push = json!({"site": "south"});
    let pushed =
        fixture.ask(at_north(Role::Admin), Method::PATCH, "/cameras/north-door", Some("*"), push).await;
    assert_eq!(pushed.code(), "not_found");
    // Another site's line as an entrance tells nothing of that site.
    let spying = json!({"entrances": [{"camera": "south-door", "line": "door"}]});
    let changed = fixture.ask(at_north(Role::Admin), Method::PATCH, "/sites/north", Some("*"), spying).await;
    assert_eq!(changed.status, StatusCode::OK);
    assert_eq!(fixture.get("/api/v1/occupancy?site=north").await.json()["sites"], json!([]));
}

#[tokio::test]
async fn viewers_see_state_and_counts_but_no_address_and_no_clean_picture() {
    let fixture = Fixture::new().await;
    for (who, sees) in [(viewer(), false), (at_north(Role::Operator), true)] {
        let camera = fixture.ask(who, Method::GET, "/cameras/north-door", None, Value::Null).await.json();
        assert_eq!(camera["state"], "connecting");
        assert_eq!(camera.get("connection").is_some(), sees, "{camera}");
    }
    for (who, pictures, code) in [
        (viewer(), "everyone", "not_allowed"),
        (at_north(Role::Operator), "off", "not_allowed"),
        (at_north(Role::Operator), "operators", "no_picture"),
    ] {
        let change = json!({"pictures": pictures});
        fixture.ask(admin(), Method::PATCH, "/cameras/north-door", Some("*"), change).await;
        tokio::time::pause();
        let still = fixture.ask(who, Method::GET, "/cameras/north-door/still", None, Value::Null).await;
        tokio::time::resume();
        assert_eq!(still.code(), code, "{pictures}");
    }
}

#[tokio::test]
async fn no_picture_from_before_people_were_to_be_blurred_goes_out() {
    let fixture = Fixture::new().await;
    let change = json!({"pictures": "operators", "blurred": true});
    fixture.ask(admin(), Method::PATCH, "/cameras/north-door", Some("*"), change).await;
    let app = Arc::clone(&fixture.app);
    let camera = app.cameras.get("north-door").unwrap();
    let shown = tokio::spawn(async move {
        while !camera.still().wanted() {
            tokio::task::yield_now().await;
        }
        camera.still().show(b"plain".to_vec(), false);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        camera.still().show(b"blurred".to_vec(), true);
    });
    let still =
        fixture.ask(at_north(Role::Operator), Method::GET, "/cameras/north-door/still", None, Value::Null);
    assert_eq!(still.await.bytes, b"blurred");
    shown.await.unwrap();
}

#[tokio::test]
async fn views_are_their_owners_and_an_export_comes_back() {
    let fixture = Fixture::new().await;
    let shared = json!({"name": "ours", "site": "north", "shared": true, "query": {"bucket": "1h"}});
    let refused = fixture.ask(viewer(), Method::POST, "/views", None, shared.clone()).await;
    assert_eq!(refused.code(), "not_allowed");
    let operator = || at_north(Role::Operator);
    let made = fixture.ask(operator(), Method::POST, "/views", None, shared).await;
    let path = format!("/views/{}", made.json()["id"].as_str().unwrap());
    assert_eq!(fixture.ask(viewer(), Method::GET, &path, None, Value::Null).await.json()["name"], "ours");
    let other = fixture.ask(viewer(), Method::DELETE, &path, Some("*"), Value::Null).await;
    assert_eq!(other.code(), "not_allowed");
    let hidden =
        fixture.ask(operator(), Method::PATCH, &path, Some(&tag(&made)), json!({"shared": false})).await;
    assert_eq!(hidden.json()["version"], 2);
    assert_eq!(fixture.ask(viewer(), Method::GET, &path, None, Value::Null).await.code(), "not_found");

    let asked = json!({"passphrase": "twelve or more"});
    let exported = fixture.ask(admin(), Method::POST, "/export", None, asked).await.json();
    let file = exported["file"].as_str().unwrap();
    assert!(file.contains("north-door") && !file.contains("s3cret"), "{file}");
    let other = Fixture::new().await;
    let import = json!({"file": file.replace("north", "west"), "passphrase": "twelve or more"});
    let wrong = other.ask(admin(), Method::POST, "/import", None, import).await;
    assert_eq!(wrong.code(), "not_valid", "a secret is bound to its camera");
    let import = json!({"file": file, "passphrase": "twelve or more"});
    let done = other.ask(admin(), Method::POST, "/import", None, import).await.json();
    assert_eq!(done["created"], json!([]));
}
