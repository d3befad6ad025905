//! Against a real Mosquitto.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs::Permissions;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use mqtt::{Camera, Connection, Line, Picture, Settings, Zone};
use serde_json::Value;

struct Mosquitto {
    server: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Mosquitto {
    fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        let mut config = std::fs::File::create(folder.path().join("mosquitto.conf")).unwrap();
        writeln!(
            config,
            "listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {0}/users",
            folder.path().display()
        )
        .unwrap();
        let made = Command::new("mosquitto_passwd")
            .args(["-b", "-c"])
            .arg(folder.path().join("users"))
            .args(["counter", "secret"])
            .status();
        assert!(made.unwrap().success());
        // Root's Mosquitto becomes another user, who must be able to read it.
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        std::fs::set_permissions(folder.path().join("users"), Permissions::from_mode(0o644)).unwrap();
        let server = run(folder.path());
        let mosquitto = Self { server, port, folder };
        mosquitto.wait();
        mosquitto
    }

    fn wait(&self) {
        for _ in 0..100 {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("mosquitto does not listen");
    }

    /// Ends it at once: it forgets everything, for it keeps nothing on disk.
    fn kill(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }

    fn start_again(&mut self) {
        self.server = run(self.folder.path());
        self.wait();
    }

    fn settings(&self) -> Settings {
        Settings {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            tls: None,
            credentials: Some(("counter".to_owned(), "secret".to_owned())),
            client_id: "camtally-test".to_owned(),
            prefix: "camtally".to_owned(),
            discovery: Some("homeassistant".to_owned()),
        }
    }

    /// What a subscriber gets within two seconds: topic, retained or not, content.
    async fn listen(&self, topic: &str) -> Vec<(String, bool, String)> {
        let listener = self.listener(topic, "2");
        tokio::task::spawn_blocking(move || got(listener)).await.unwrap()
    }

    fn listener(&self, topic: &str, seconds: &str) -> Child {
        let port = self.port.to_string();
        Command::new("mosquitto_sub")
            .args([
                "-h",
                "127.0.0.1",
                "-p",
                &port,
                "-u",
                "counter",
                "-P",
                "secret",
                "-t",
                topic,
                "-W",
                seconds,
            ])
            .args(["-F", "%t\t%r\t%p"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    fn publish(&self, topic: &str, content: &str) {
        let port = self.port.to_string();
        let done = Command::new("mosquitto_pub")
            .args([
                "-h",
                "127.0.0.1",
                "-p",
                &port,
                "-u",
                "counter",
                "-P",
                "secret",
                "-t",
                topic,
                "-m",
                content,
            ])
            .status();
        assert!(done.unwrap().success());
    }
}

fn got(listener: Child) -> Vec<(String, bool, String)> {
    let output = listener.wait_with_output().unwrap();
    let line = |line: &str| {
        let mut parts = line.splitn(3, '\t').map(str::to_owned);
        (parts.next().unwrap(), parts.next().unwrap() == "1", parts.next().unwrap())
    };
    String::from_utf8(output.stdout).unwrap().lines().map(line).collect()
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        self.server.kill().ok();
        self.server.wait().ok();
    }
}

fn run(folder: &Path) -> Child {
    Command::new("/usr/sbin/mosquitto")
        .arg("-c")
        .arg(folder.join("mosquitto.conf"))
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn picture(forward: u64) -> Picture {
    let line = Line {
        name: "door".to_owned(),
        forward: ("in".to_owned(), forward),
        backward: ("out".to_owned(), 2),
    };
    let camera = Camera {
        id: "entrance".to_owned(),
        name: "Entrance".to_owned(),
        site: "Shop".to_owned(),
        state: "counting".to_owned(),
        lines: vec![line],
        zones: vec![Zone { name: "queue".to_owned(), occupancy: 1 }],
    };
    Picture { cameras: vec![camera] }
}

const DOOR: &str = "camtally/cameras/entrance/lines/door/forward";
const STATUS: &str = "camtally/status";
const CONFIG: &str = "homeassistant/device/camtally_entrance/config";

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_there_for_who_comes_later() {
    let mosquitto = Mosquitto::start();
    let connection = Connection::start(mosquitto.settings());
    connection.show(&picture(3));
    let all = mosquitto.listen("#").await;
    let of = |topic: &str| {
        all.iter().find(|(name, ..)| name == topic).unwrap_or_else(|| panic!("{topic}: {all:?}"))
    };
    assert_eq!((of(DOOR).1, of(DOOR).2.as_str()), (true, "3"));
    assert_eq!(of(STATUS).2, "online");
    let description: Value = serde_json::from_str(&of(CONFIG).2).unwrap();
    assert_eq!(description["components"]["line_door_forward"]["state_topic"], DOOR);

    // A camera that is no longer there is forgotten.
    connection.show(&Picture::default());
    tokio::time::sleep(Duration::from_millis(300)).await;
    let all = mosquitto.listen("#").await;
    assert_eq!(all.iter().map(|(topic, ..)| topic.as_str()).collect::<Vec<_>>(), [STATUS]);

    connection.end().await;
    assert_eq!(mosquitto.listen(STATUS).await[0].2, "offline");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_comes_back_gets_everything_again() {
    let mut mosquitto = Mosquitto::start();
    let connection = Connection::start(mosquitto.settings());
    connection.show(&picture(3));
    assert!(!mosquitto.listen(DOOR).await.is_empty());
    mosquitto.kill();
    connection.show(&picture(4));
    for number in 0..1_200 {
        connection.event("entrance", format!("{number}"));
    }
    mosquitto.start_again();
    // It has forgotten everything; and who listens from the beginning gets the events that waited.
    let listener = mosquitto.listener("camtally/#", "6");
    let came = tokio::task::spawn_blocking(move || got(listener)).await.unwrap();
    let last = came.iter().rfind(|(topic, ..)| topic == DOOR).unwrap();
    assert_eq!(last.2, "4");
    let events: Vec<u32> = came
        .iter()
        .filter(|(topic, ..)| topic.ends_with("/events"))
        .map(|(.., event)| event.parse().unwrap())
        .collect();
    assert!(events.is_sorted(), "in order");
    assert!(events.ends_with(&[1_198, 1_199]) && events.len() >= 1_000, "{} events", events.len());
    assert!(came.iter().filter(|(topic, ..)| topic.ends_with("/events")).all(|(_, retained, _)| !retained));
    connection.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_will_says_that_it_died_and_home_assistant_is_told_again() {
    let mosquitto = Mosquitto::start();
    let dying = tokio::runtime::Runtime::new().unwrap();
    let connection = dying.block_on_in_place(|| Connection::start(mosquitto.settings()));
    connection.show(&picture(3));
    assert_eq!(mosquitto.listen(STATUS).await[0].2, "online");

    let listener = mosquitto.listener(CONFIG, "2");
    tokio::time::sleep(Duration::from_millis(500)).await;
    mosquitto.publish("homeassistant/status", "online");
    let came = tokio::task::spawn_blocking(move || got(listener)).await.unwrap();
    let retained: Vec<_> = came.iter().map(|(_, retained, _)| *retained).collect();
    assert_eq!(retained, [true, false], "once because it is kept, once because it was told again");

    // As a process that is killed: nothing is said any more.
    drop(connection);
    dying.shutdown_background();
    assert_eq!(mosquitto.listen(STATUS).await[0].2, "offline");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_done_when_the_broker_has_it() {
    let mut mosquitto = Mosquitto::start();
    let connection = Connection::start(mosquitto.settings());
    let listener = mosquitto.listener("camtally/alerts", "2");
    tokio::time::sleep(Duration::from_millis(500)).await;
    connection.deliver("alerts", b"full".to_vec()).await.unwrap();
    let came = tokio::task::spawn_blocking(move || got(listener)).await.unwrap();
    assert_eq!(came, [("camtally/alerts".to_owned(), false, "full".to_owned())]);
    mosquitto.kill();
    assert!(connection.deliver("alerts", b"full".to_vec()).await.is_err());
    connection.end().await;
}

trait Within {
    fn block_on_in_place<T>(&self, begin: impl FnOnce() -> T) -> T;
}

impl Within for tokio::runtime::Runtime {
    /// What `begin` starts runs on this runtime, and dies with it.
    fn block_on_in_place<T>(&self, begin: impl FnOnce() -> T) -> T {
        let _entered = self.enter();
        begin()
    }
}
