//! Mail through a real SMTP server, and what `doctor` says of it and of the broker.

use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::Duration;

use serde_json::json;

use crate::mosquitto::{Mosquitto, PASSWORD, USER};
use crate::server::{Folder, Server};

/// aiosmtpd, which keeps what it takes in a Maildir; killed when dropped.
struct Post {
    process: Child,
    port: u16,
    mailbox: PathBuf,
}

impl Post {
    fn start(folder: &Folder) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mailbox = folder.path().join("mail");
        let process = Command::new("/usr/bin/python3")
            .args(["-m", "aiosmtpd", "--nosetuid", "--listen", &format!("127.0.0.1:{port}")])
            .args(["--class", "aiosmtpd.handlers.Mailbox"])
            .arg(&mailbox)
            .spawn()
            .unwrap();
        let post = Self { process, port, mailbox };
        for _ in 0..100 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return post;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("aiosmtpd does not listen: is the package python3-aiosmtpd there?");
    }

    /// What has arrived.
    fn letters(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.mailbox.join("new")) else { return Vec::new() };
        entries.map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
    }

    fn configured(&self) -> String {
        format!(
            "[mail]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\nfrom = \"camtally <counts@example.org>\"\n",
            self.port
        )
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

#[test]
fn an_alert_arrives_by_mail() {
    let folder = Folder::new(1);
    let post = Post::start(&folder);
    folder.configure(&post.configured());
    let server = Server::start(&folder, &[]);
    let receiver = json!({"kind": "email", "to": ["Duty <duty@example.org>"]});
    let (status, channel) =
        server.post("/api/v1/channels", &json!({"name": "duty", "site": "main", "receiver": receiver}));
    assert_eq!(status, 201, "{channel}");
    let channel = channel["id"].as_str().unwrap();
    let (_, tested) = server.post(&format!("/api/v1/channels/{channel}/test"), &json!({}));
    assert_eq!(tested["delivered"], true, "{tested}");
    assert_eq!(post.letters().len(), 1);

    let place = json!({"of": "zone", "camera": "camera 1", "zone": "junction"});
    let threshold = json!({"side": "above", "limit": 0});
    let rule = json!({"name": "busy", "site": "main", "severity": "warning", "channels": [channel],
        "condition": {"kind": "occupancy", "place": place, "threshold": threshold}});
    assert_eq!(server.post("/api/v1/alert-rules", &rule).0, 201);
    server.until("the mail", || post.letters().iter().any(|letter| letter.contains("junction")));
    let letters = post.letters();
    let alert = letters.iter().find(|letter| letter.contains("junction")).unwrap();
    for part in ["X-RcptTo: duty@example.org", "From: camtally <counts@example.org>", "busy"] {
        assert!(alert.contains(part), "{part}: {alert}");
    }
}

/// What `doctor` prints, and its exit code.
fn doctor(folder: &Folder) -> (Option<i32>, String) {
    let output = folder.program(&["doctor"]).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

fn line<'a>(told: &'a str, part: &str) -> &'a str {
    told.lines().find(|line| line.contains(part)).unwrap_or_else(|| panic!("nothing of {part}: {told}"))
}

#[test]
fn the_doctor_asks_the_broker_and_the_mail_server() {
    let folder = Folder::new(0);
    let (code, told) = doctor(&folder);
    assert!(code == Some(0) && !told.contains("MQTT") && !told.contains("mail"), "neither is set: {told}");

    let post = Post::start(&folder);
    let mut mosquitto = Mosquitto::start();
    let url = format!("mqtt://127.0.0.1:{}", mosquitto.port);
    folder.configure(&post.configured());
    folder.configure(&format!("[mqtt]\nurl = \"{url}\"\nuser = \"{USER}\"\npassword = \"{PASSWORD}\"\n"));
    let (code, told) = doctor(&folder);
    assert_eq!(code, Some(0), "{told}");
    assert!(line(&told, "MQTT broker").starts_with("ok "), "{told}");
    assert!(line(&told, "mail server").starts_with("ok "), "{told}");
    assert!(post.letters().is_empty(), "nothing is sent");

    mosquitto.kill();
    drop(post);
    let (code, told) = doctor(&folder);
    assert_eq!(code, Some(1), "{told}");
    for (part, says) in [("MQTT broker", "`mqtt`"), ("mail server", "`mail`")] {
        let line = line(&told, part);
        assert!(line.starts_with("WRONG") && line.contains(says) && !line.contains(PASSWORD), "{line}");
    }
}
