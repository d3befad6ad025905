//! Against a real Mosquitto.

#![allow(clippy::unwrap_used, reason = "tests")]

mod gate;
mod mosquitto;

use std::time::Duration;

use mqtt::{Camera, Connection, Line, Picture, Settings, Zone};
use serde_json::Value;

use crate::gate::Gate;
use crate::mosquitto::{Mosquitto, PASSWORD, USER, got};

fn settings(mosquitto: &Mosquitto) -> Settings {
    Settings {
        host: "127.0.0.1".to_owned(),
        port: mosquitto.port,
        tls: None,
        credentials: Some((USER.to_owned(), PASSWORD.to_owned())),
        client_id: "camtally-test".to_owned(),
        prefix: "camtally".to_owned(),
        discovery: Some("homeassistant".to_owned()),
    }
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
    let connection = Connection::start(settings(&mosquitto));
    connection.show(&picture(3));
    assert!(!mosquitto.listen(DOOR).is_empty());
    // Who comes now can only be told what the broker has kept.
    let all = mosquitto.listen("#");
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
    let all = mosquitto.listen("#");
    assert_eq!(all.iter().map(|(topic, ..)| topic.as_str()).collect::<Vec<_>>(), [STATUS]);

    connection.end().await;
    assert_eq!(mosquitto.listen(STATUS)[0].2, "offline");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_comes_back_gets_everything_again() {
    let mut mosquitto = Mosquitto::start();
    let gate = Gate::before(mosquitto.port).await;
    let connection = Connection::start(Settings { port: gate.port, ..settings(&mosquitto) });
    connection.show(&picture(3));
    assert!(!mosquitto.listen(DOOR).is_empty());
    gate.set_open(false);
    mosquitto.kill();
    connection.show(&picture(4));
    for number in 0..1_200 {
        connection.event("entrance", format!("{number}"));
    }
    mosquitto.start_again();
    // It has forgotten everything; and who listens from the beginning gets the events that waited.
    let listener = mosquitto.listener("camtally/#", "7");
    tokio::time::sleep(Duration::from_secs(1)).await;
    gate.set_open(true);
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
    let connection = dying.block_on_in_place(|| Connection::start(settings(&mosquitto)));
    connection.show(&picture(3));
    assert_eq!(mosquitto.listen(STATUS)[0].2, "online");

    let listener = mosquitto.listener(CONFIG, "2");
    tokio::time::sleep(Duration::from_millis(500)).await;
    mosquitto.publish("homeassistant/status", "online");
    let came = tokio::task::spawn_blocking(move || got(listener)).await.unwrap();
    let retained: Vec<_> = came.iter().map(|(_, retained, _)| *retained).collect();
    assert_eq!(retained, [true, false], "once because it is kept, once because it was told again");

    // As a process that is killed: nothing is said any more.
    drop(connection);
    dying.shutdown_background();
    assert_eq!(mosquitto.listen(STATUS)[0].2, "offline");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_done_when_the_broker_has_it() {
    let mut mosquitto = Mosquitto::start();
    let connection = Connection::start(settings(&mosquitto));
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
