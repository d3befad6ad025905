//! Cameras that are made, changed and deleted over HTTP while the program runs.

use serde_json::{Value, json};

use crate::rtsp;
use crate::server::{Folder, Server, checkout};

/// A folder without cameras, whose server may read the samples and cameras on this machine.
pub(crate) fn folder() -> Folder {
    let folder = Folder::new(0);
    let samples = checkout().join("samples").canonicalize().unwrap();
    let text = format!(
        "[detection]\ninput = 256\n[reach]\nnetworks = [\"127.0.0.0/8\"]\nfiles = \"{}\"\n",
        samples.display()
    );
    std::fs::write(folder.path().join("camtally.toml"), text).unwrap();
    folder
}

fn line(name: &str, x: f64) -> Value {
    json!({"line": [{"name": name, "points": [[x, 0.05], [x, 0.95]]}]})
}

pub(crate) fn site(server: &Server) {
    server.done("POST", "/sites", &json!({"id": "hall", "name": "Hall", "time_zone": "Europe/Berlin"}));
}

fn state(server: &Server, camera: &str) -> Value {
    server.get(&format!("/api/v1/cameras/{camera}"))["state"].clone()
}

#[test]
fn a_camera_is_made_over_http_and_counts_through_edits_stops_and_restarts() {
    let folder = folder();
    let server = Server::start(&folder, &[]);
    site(&server);
    let camera = json!({"id": "door", "site": "hall", "address": "loop:pets2009-s2l1.mp4", "analyse_fps": 10.0,
        "rules": line("west", 0.3)});
    server.done("POST", "/cameras", &camera);
    let of = |server: &Server, rule: &str, version: u64| {
        let events = server.events("events");
        events.iter().filter(|event| event["rule"] == rule && event["rule_version"] == version).count()
    };
    server.until("a crossing", || of(&server, "west", 1) >= 1);

    server.done("PUT", "/cameras/door/rules", &line("west", 0.5));
    server.until("a crossing of the edited line", || of(&server, "west", 2) >= 1);
    let gaps = |server: &Server| server.events("gaps");
    assert_eq!(gaps(&server), [] as [Value; 0], "edited rules interrupt nothing");

    server.done("POST", "/cameras/door/stop", &json!({}));
    assert_eq!(state(&server, "door"), "stopped");
    std::thread::sleep(std::time::Duration::from_secs(3));
    let seen = server.events("events").len();
    server.done("POST", "/cameras/door/start", &json!({}));
    let configured =
        |server: &Server| gaps(server).iter().filter(|gap| gap["reason"] == "configuration").count();
    server.until("the gap of the stop", || configured(&server) == 1);
    server.until("counting to go on", || server.events("events").len() > seen);
    server.done("PATCH", "/cameras/door", &json!({"analyse_fps": 5.0}));
    server.until("the gap of the change", || configured(&server) == 2);

    server.done("DELETE", "/cameras/door", &json!(null));
    assert_eq!(server.raw("/api/v1/cameras/door").status, 404);
    server.done("POST", "/cameras/door/restore", &json!({}));
    server.until("the gap of the deletion", || configured(&server) == 3);
    assert!(gaps(&server).iter().all(|gap| gap["reason"] == "configuration"), "{:?}", gaps(&server));

    let known = server.events("events").len();
    assert_eq!(server.terminate().0, Some(0));
    let server = Server::start(&folder, &[]);
    let restarts = || gaps(&server).iter().filter(|gap| gap["reason"] == "restart").count();
    server.until("the gap of the restart", || restarts() == 1);
    assert!(server.events("events").len() >= known);
    let rules = server.get("/api/v1/cameras/door/rules");
    assert_eq!(rules["line"][0]["version"], 2);
    let history = server.get("/api/v1/cameras/door/rules/history");
    assert_eq!(history["items"].as_array().unwrap().len(), 2);
}

#[test]
fn a_camera_that_cannot_start_hinders_no_other() {
    let folder = folder();
    let server = Server::start(&folder, &[]);
    site(&server);
    let camera = |id: &str, address: &str| json!({"id": id, "site": "hall", "address": address});
    for wrong in ["rtsp://10.0.0.9/", "http://169.254.169.254/latest", "loop:../Cargo.toml", "/dev/video0"] {
        let answer = server.send("POST", "/cameras", &camera("wrong", wrong));
        assert!(answer.status == 422 && answer.body.contains("reach."), "{wrong}: {}", answer.body);
    }
    server.done("POST", "/cameras", &camera("dead", "rtsp://127.0.0.1:1/"));
    server.done("POST", "/cameras", &camera("named", "rtsp://localhost:1/"));
    server.done("POST", "/cameras", &camera("door", "loop:pets2009-s2l1.mp4"));
    server.until("the good one to count", || state(&server, "door") == "counting");
    server.until("the dead ones to be told", || {
        state(&server, "dead") == "offline" && state(&server, "named") == "offline"
    });
}

#[test]
fn a_test_says_how_far_it_came_and_shows_the_picture() {
    let folder = folder();
    let server = Server::start(&folder, &[]);
    site(&server);
    let camera = rtsp::Camera::start(&["--password", "s3cret"]);
    let asked = |host: &str, path: &str, password: &str| {
        let address = format!("rtsp://{host}:{}/{path}", camera.port);
        let body = json!({"site": "hall", "address": address, "user": "camera", "password": password});
        server.done("POST", "/cameras/test", &body)
    };
    let seen = asked("localhost", "live", "s3cret");
    assert_eq!((&seen["outcome"], &seen["seen"]["codec"]), (&json!("seen"), &json!("h264")), "{seen}");
    assert_eq!((&seen["seen"]["width"], &seen["seen"]["height"]), (&json!(320), &json!(240)));
    assert!(seen["seen"]["picture"].as_str().unwrap().starts_with("/9j/"), "a JPEG begins so");
    let wrong = asked("127.0.0.1", "live", "other");
    assert_eq!((&wrong["outcome"], &wrong["reached"]), (&json!("wrong_password"), &json!(true)));
    assert_eq!(wrong["authorised"], false);
    let unknown = asked("no-such-host.invalid", "live", "s3cret");
    assert_eq!((&unknown["outcome"], &unknown["resolved"]), (&json!("unknown_host"), &json!(false)));
    let dead = json!({"site": "hall", "address": "rtsp://127.0.0.1:1/"});
    let dead = server.done("POST", "/cameras/test", &dead);
    assert_eq!((&dead["outcome"], &dead["reached"]), (&json!("unreachable"), &json!(false)));
    // What a name stands for is held to the same networks as a number, and told like a name that is not known.
    let refused = Folder::new(0);
    let server = Server::start(&refused, &[]);
    site(&server);
    let body = json!({"site": "hall", "address": format!("rtsp://localhost:{}/live", camera.port)});
    let answer = server.done("POST", "/cameras/test", &body);
    assert_eq!((&answer["outcome"], &answer["advice"]), (&unknown["outcome"], &unknown["advice"]));
}
