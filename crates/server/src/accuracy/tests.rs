use std::collections::BTreeMap;

use access::{Caller, Rights, Role, Who};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use event::Direction;
use serde_json::{Value, json};
use uuid::Uuid;

// One PostgreSQL for tests is enough: this one starts as that of the store's tests.
#[allow(dead_code, reason = "what only the store's tests need")]
#[path = "../../../store/tests/contract/cluster.rs"]
mod cluster;

use cluster::Cluster;

use crate::testing::{Answer, Fixture, admin, crossing, viewer};

const AUDITS: &str = "/api/v1/accuracy-audits";

fn operator(site: &str) -> Caller {
    let sites = BTreeMap::from([(site.to_owned(), Role::Operator)]);
    let who = Who::User { id: Uuid::from_u128(2), name: "ann".to_owned() };
    Caller { who, rights: Rights { everywhere: None, sites }, from: None }
}

async fn ask(
    fixture: &Fixture,
    caller: Caller,
    method: &str,
    path: &str,
    version: &str,
    body: Value,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header(header::IF_MATCH, version);
    let body = match body {
        Value::Null => Body::empty(),
        body => {
            request = request.header(header::CONTENT_TYPE, "application/json");
            Body::from(body.to_string())
        }
    };
    fixture.send(caller, request.body(body).unwrap()).await
}

/// Of the first ten seconds after noon, in which the fixture's counts are.
fn audit(marks: &Value) -> Value {
    json!({"camera": "north-door", "line": "door", "from": "2026-11-23T12:00:00Z",
        "until": "2026-11-23T12:00:10Z", "tolerance_s": 0.5, "marks": marks})
}

#[tokio::test]
async fn marks_are_compared_with_what_was_counted_and_the_report_stays() {
    an_audit_is_made_and_finished(Fixture::new().await).await;
}

#[test]
fn on_postgresql_as_well() {
    let cluster = Cluster::start(&["fsync=off"]);
    cluster.create("accuracy");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let fixture = Fixture::on(&cluster.address("accuracy"), tempfile::tempdir().unwrap()).await;
        an_audit_is_made_and_finished(fixture).await;
    });
}

async fn an_audit_is_made_and_finished(fixture: Fixture) {
    // Beyond the stretch, and within the tolerance of nothing: no mistake.
    fixture.app.store.ingest(&[crossing("north-door", 10, Direction::Forward)]).await.unwrap();
    // Counted are forward at 1, 2 and 3 s, backward at 4 s.
    let marks = json!([
        {"t": 1.2, "direction": "forward"},
        {"time": "2026-11-23T12:00:02Z", "direction": "forward", "ambiguous": true},
        {"t": 4.4, "direction": "backward"},
        {"t": 7, "direction": "backward"},
    ]);
    let made = ask(&fixture, operator("north"), "POST", AUDITS, "*", audit(&json!([]))).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.json());
    let made = made.json();
    assert_eq!(
        (&made["site"], &made["created_by"], &made["report"]),
        (&json!("north"), &json!("ann"), &json!(null))
    );
    let path = format!("{AUDITS}/{}", made["id"].as_str().unwrap());
    let stale = ask(&fixture, operator("north"), "PUT", &path, "\"9\"", audit(&marks)).await;
    assert_eq!(stale.code(), "changed_meanwhile");
    let edited = ask(&fixture, operator("north"), "PUT", &path, "\"1\"", audit(&marks)).await;
    assert_eq!(edited.json()["marks"][1]["time"], "2026-11-23T12:00:02Z");

    let done =
        ask(&fixture, operator("north"), "POST", &format!("{path}/finish"), "\"2\"", Value::Null).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.json());
    let report = &done.json()["report"];
    let score = &report["overall"];
    // Right: 1 s and 4 s. Extra: 3 s. Missed: 7 s. Left out: 2 s.
    for (field, wanted) in
        [("right", 2), ("extra", 1), ("missed", 1), ("left_out", 1), ("net_error", 0), ("gross_error", 2)]
    {
        assert_eq!(score[field], json!(wanted), "{field}: {report}");
    }
    assert_eq!(report["misses"], json!([{"time": "2026-11-23T12:00:07Z", "direction": "backward"}]));
    assert_eq!(report["extras"], json!([{"time": "2026-11-23T12:00:03Z", "direction": "forward"}]));
    assert!(score["precision"]["low"].as_f64().unwrap() < 2.0 / 3.0);
    assert_eq!(report["directions"].as_array().unwrap().len(), 2);

    let late = ask(&fixture, operator("north"), "PUT", &path, "*", audit(&marks)).await;
    assert_eq!(late.code(), "not_valid");
    let list = fixture.get_as_viewer(AUDITS).await.json();
    assert_eq!(
        (&list["items"][0]["score"]["right"], list["items"].as_array().unwrap().len()),
        (&json!(2), 1)
    );
    assert!(list["items"][0].get("marks").is_none());

    let gone = ask(&fixture, operator("north"), "DELETE", &path, "*", Value::Null).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(fixture.get(&path).await.code(), "not_found");
    let log =
        audit::list(fixture.app.store.database(), &audit::Query { limit: 100, ..audit::Query::default() })
            .await
            .unwrap();
    let actions: Vec<_> = log.entries.iter().map(|entry| entry.action.as_str()).collect();
    for action in ["create", "update", "finish", "delete"] {
        assert!(actions.contains(&format!("accuracy_audit.{action}").as_str()), "{actions:?}");
    }
}

#[tokio::test]
async fn only_operators_of_the_site_make_audits_and_no_other_site_sees_them() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.post(viewer(), AUDITS, None, audit(&json!([]))).await.code(), "not_allowed");
    assert_eq!(fixture.post(operator("south"), AUDITS, None, audit(&json!([]))).await.code(), "not_found");
    let made = fixture.post(admin(), AUDITS, None, audit(&json!([]))).await.json();
    let path = format!("{AUDITS}/{}", made["id"].as_str().unwrap());
    for (method, path) in
        [("GET", &path), ("PUT", &path), ("DELETE", &path), ("POST", &format!("{path}/finish"))]
    {
        let body = if method == "PUT" { audit(&json!([])) } else { Value::Null };
        let answer = ask(&fixture, operator("south"), method, path, "*", body.clone()).await;
        assert_eq!(answer.code(), "not_found", "{method}");
        if method != "GET" {
            assert_eq!(
                ask(&fixture, viewer(), method, path, "*", body).await.code(),
                "not_allowed",
                "{method}"
            );
        }
    }
    let others = ask(&fixture, operator("south"), "GET", AUDITS, "*", Value::Null).await;
    assert_eq!(others.json()["items"], json!([]));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let fixture = Fixture::new().await;
    let with = |key: &str, value: Value| {
        let mut body = audit(&json!([]));
        body[key] = value;
        body
    };
    for (body, code) in [
        (with("until", json!("2026-11-23T12:00:00Z")), "not_valid"),
        (with("until", json!("2026-11-25T12:00:00Z")), "not_valid"),
        (with("from", json!("noon")), "bad_question"),
        (with("tolerance_s", json!(0.01)), "not_valid"),
        (with("line", json!("")), "not_valid"),
        (with("camera", json!("west")), "not_found"),
        (with("marks", json!([{"direction": "forward"}])), "not_valid"),
        (
            with("marks", json!([{"t": 1, "time": "2026-11-23T12:00:01Z", "direction": "forward"}])),
            "not_valid",
        ),
        (with("marks", json!([{"t": 11, "direction": "forward"}])), "not_valid"),
        (with("marks", json!([{"t": 1, "direction": "up"}])), "bad_body"),
        (with("marks", json!([{"t": 1, "direction": "forward", "colour": 1}])), "bad_body"),
    ] {
        assert_eq!(fixture.post(admin(), AUDITS, None, body.clone()).await.code(), code, "{body}");
    }
    // Its stretch has not ended by the fixture's clock.
    let later = with("until", json!("2026-11-23T13:00:00Z"));
    let made = fixture.post(admin(), AUDITS, None, later).await.json();
    let path = format!("{AUDITS}/{}/finish", made["id"].as_str().unwrap());
    assert_eq!(ask(&fixture, admin(), "POST", &path, "*", Value::Null).await.code(), "not_valid");
}
