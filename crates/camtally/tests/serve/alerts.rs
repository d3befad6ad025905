//! Alerts from the rule that somebody enters to the receiver.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::examples::{SECRET, WebHookReceiver};
use crate::server::{Folder, Server, checkout};

/// Web hooks may go to this machine.
pub(crate) const ALLOWED: &str = "[egress]\nallow = [\"127.0.0.1/32\"]\n";

/// A web hook to the receiver; its id.
fn web_hook(server: &Server, receiver: &WebHookReceiver, events: &[&str]) -> String {
    let to = json!({"kind": "web_hook", "url": receiver.url, "events": events});
    let channel = json!({"name": "duty", "site": "main", "receiver": to, "secret": SECRET});
    let (status, made) = server.post("/api/v1/channels", &channel);
    assert_eq!(status, 201, "{made}");
    made["id"].as_str().unwrap().to_owned()
}

fn rule(server: &Server, condition: &Value, channel: &str) {
    let rule = json!({
        "name": "noticed", "site": "main", "severity": "warning", "condition": condition, "channels": [channel],
    });
    let (status, made) = server.post("/api/v1/alert-rules", &rule);
    assert_eq!(status, 201, "{made}");
}

#[test]
fn a_rule_that_was_made_over_http_tells_a_web_hook_and_is_acknowledged() {
    let folder = Folder::new(1);
    noticed_told_and_acknowledged(&folder);
    let key = folder.path().join("data/secret.key");
    assert!(key.exists(), "channels' secrets are sealed without sign-in as well");
}

#[test]
fn alerts_are_kept_in_postgresql_where_that_is_the_store() {
    let cluster = Cluster::start(&["fsync=off"]);
    cluster.create("camtally");
    let folder = Folder::new(1);
    folder.configure(&format!("[store]\nurl = \"{}\"\n", cluster.address("camtally")));
    noticed_told_and_acknowledged(&folder);
    assert!(!folder.path().join("data/camtally.db").exists(), "nothing is kept beside it");
    let server = Server::start(&folder, &[]);
    let alerts = server.get("/api/v1/alerts");
    assert!(!alerts["items"][0]["acknowledged"].is_null(), "{alerts}");
}

/// From a rule that is made to the end of the program, with a web hook that is told of it.
fn noticed_told_and_acknowledged(folder: &Folder) {
    folder.configure(ALLOWED);
    let receiver = WebHookReceiver::start();
    let server = Server::start(folder, &[]);
    let channel = web_hook(&server, &receiver, &["crossing"]);
    let (status, tested) = server.post(&format!("/api/v1/channels/{channel}/test"), &json!({}));
    assert_eq!((status, &tested["delivered"]), (200, &Value::Bool(true)), "{tested}");
    receiver.next("test");

    let place = json!({"of": "zone", "camera": "camera 1", "zone": "junction"});
    let threshold = json!({"side": "above", "limit": 0});
    rule(&server, &json!({"kind": "occupancy", "place": place, "threshold": threshold}), &channel);
    let (_, crossing) = receiver.next("event");
    assert_eq!((&crossing["kind"], &crossing["camera"]), (&json!("crossing"), &json!("camera 1")));
    let (_, fired) = receiver.next("alert.fired");
    assert!(fired["summary"].as_str().unwrap().contains("`junction`"), "{fired}");

    let alert = format!("/api/v1/alerts/{}", fired["id"].as_str().unwrap());
    let (status, acknowledged) = server.post(&format!("{alert}/acknowledge"), &json!({}));
    assert_eq!(status, 200, "{acknowledged}");
    assert!(!server.get(&alert)["acknowledged"].is_null());
    let (code, _) = server.terminate();
    assert_eq!(code, Some(0));
}

#[test]
fn an_address_inside_the_network_is_refused_unless_it_is_allowed() {
    let folder = Folder::new(0);
    let server = Server::start(&folder, &[]);
    for url in ["http://127.0.0.1:9/", "https://10.0.0.1/", "http://[::ffff:7f00:1]/"] {
        let channel = json!({"name": "x", "site": "main", "receiver": {"kind": "web_hook", "url": url}});
        let (status, problem) = server.post("/api/v1/channels", &channel);
        assert_eq!((status, &problem["code"]), (400, &json!("bad_body")), "{url}: {problem}");
    }
}

#[test]
fn a_camera_that_dies_is_told_and_so_is_its_return() {
    let folder = Folder::new(0);
    folder.configure(ALLOWED);
    let camera = RtspCamera::start(0);
    folder.configure(&format!(
        "[[camera]]\nname = \"rtsp\"\naddress = \"rtsp://127.0.0.1:{}/live\"\nrules = \"rules.toml\"\n",
        camera.port
    ));
    let receiver = WebHookReceiver::start();
    let server = Server::start(&folder, &[]);
    let channel = web_hook(&server, &receiver, &[]);
    server.until("the camera", || server.get("/api/v1/cameras")["cameras"][0]["state"] == "counting");
    rule(&server, &json!({"kind": "offline"}), &channel);
    let port = camera.port;
    drop(camera);
    let (_, fired) = receiver.next("alert.fired");
    assert_eq!((&fired["subject"], &fired["resolved"]), (&json!("rtsp"), &Value::Null));
    let _camera = RtspCamera::start(port);
    let (_, resolved) = receiver.next("alert.resolved");
    assert_eq!(resolved["id"], fired["id"]);
}

/// The camera of the tests of the crate `video`; killed when dropped.
struct RtspCamera {
    process: Child,
    port: u16,
}

impl RtspCamera {
    fn start(port: u16) -> Self {
        // The system's Python: another one does not find the system's modules.
        let mut process = Command::new("/usr/bin/python3")
            .arg(checkout().join("crates/video/tests/live/server.py"))
            .args(["--port", &port.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.strip_prefix("ready ").and_then(|port| port.trim().parse().ok());
        let port = port.unwrap_or_else(|| panic!("the camera did not start: it said {line:?}"));
        Self { process, port }
    }
}

impl Drop for RtspCamera {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
