//! The server as a user meets it: started, asked, edited, killed and started again, on the bundled sample.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test fails, and waits for a real program"
)]

mod accounts;
mod alerts;
mod broker;
mod cameras;
// One PostgreSQL for tests is enough: this one starts as that of the store's tests.
#[path = "../../../store/tests/contract/cluster.rs"]
#[allow(dead_code, reason = "what only the store's tests need")]
mod cluster;
mod config;
mod examples;
mod kills;
mod mail;
#[path = "../../../mqtt/tests/broker/mosquitto.rs"]
#[allow(dead_code, reason = "shared with the tests of the crate `mqtt`")]
mod mosquitto;
mod rtsp;
mod server;
mod walks;

use crate::server::{Folder, Server};

#[test]
fn counts_grow_and_every_answer_says_what_may_run_there() {
    let folder = Folder::new(1);
    let server = Server::start(&folder, &[]);
    server.until("three crossings", || server.crossings() >= 3);
    let camera = &server.get("/api/v1/cameras")["cameras"][0];
    assert_eq!(camera["state"], "counting");
    assert_eq!(camera["lines"][1]["name"], "middle");
    // The page is the dashboard if it was built, and otherwise says how to build it.
    for (path, text) in [("/", "<title>camtally"), ("/metrics", "camtally_camera_up")] {
        let answer = server.raw(path);
        assert!(answer.body.contains(text), "{path}: {}", answer.body);
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
    }
    assert_eq!(server.raw("/readyz").status, 200);
    assert_eq!(server.raw("/livez").body, "ok\n");
}

#[test]
fn a_question_that_makes_no_sense_is_answered_with_what_to_write() {
    let folder = Folder::new(1);
    let server = Server::start(&folder, &[]);
    for (path, status, code, says) in [
        ("/api/v1/counts?until=2026-01-01T00:00:00Z", 400, "bad_question", "`from` is missing"),
        ("/api/v1/counts?from=yesterday&until=now", 400, "bad_question", "2026-11-23T08:00:00Z"),
        (
            "/api/v1/counts?from=2026-01-01T00:00:00Z&until=2026-01-02T00:00:00Z&bucket=7m",
            400,
            "bad_question",
            "7m",
        ),
        (
            "/api/v1/counts?from=2026-01-01T00:00:00Z&until=2026-01-02T00:00:00Z&group=colour",
            400,
            "bad_question",
            "colour",
        ),
        (
            "/api/v1/counts?from=2026-01-01T00:00:00Z&until=2026-01-02T00:00:00Z&camra=a",
            400,
            "bad_question",
            "camra",
        ),
        (
            "/api/v1/events?from=2026-01-01T00:00:00Z&until=2026-01-02T00:00:00Z&cursor=x",
            400,
            "bad_cursor",
            "cursor",
        ),
        ("/api/v1/cameras/none/live.mjpeg", 404, "not_found", "`none`"),
        ("/api/v1/nothing", 404, "not_found", "/api/v1/nothing"),
    ] {
        let answer = server.raw(path);
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
        let problem: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(problem["code"], code, "{path}");
        assert!(problem["detail"].as_str().unwrap().contains(says), "{path}: {problem}");
    }
}

#[test]
fn edited_rules_are_in_force_within_seconds_and_wrong_ones_change_nothing() {
    let folder = Folder::new(1);
    let server = Server::start(&folder, &[]);
    let name =
        || server.get("/api/v1/cameras")["cameras"][0]["lines"][0]["name"].as_str().unwrap().to_owned();
    server.until("the camera to count", || server.crossings() >= 1);
    folder.edit_rules("name = \"west\"", "name = \"gate\"");
    server.until("the edited rules", || name() == "gate");
    for (from, to) in [
        ("points = [[0.295", "points = [[7.0"),
        ("points = [[7.0", "classes = [\"unicorn\"]\npoints = [[0.295"),
    ] {
        folder.edit_rules(from, to);
        // Rules are looked at every two seconds.
        std::thread::sleep(std::time::Duration::from_secs(3));
        let seen = server.crossings();
        server.until("counting to go on", || server.crossings() > seen);
        assert_eq!(server.get("/api/v1/cameras")["cameras"][0]["state"], "counting");
        assert_eq!(name(), "gate");
    }
}
