//! What a real Mosquitto gets of the program.

use serde_json::{Value, json};

use crate::mosquitto::{Mosquitto, PASSWORD, USER, got};
use crate::server::{Folder, Server};

const STATUS: &str = "camtally/status";
const CONFIG: &str = "homeassistant/device/camtally_camera_201/config";
const CAMERA: &str = "camtally/cameras/camera_201";

/// One camera and this broker; the password is in a file.
fn folder(mosquitto: &Mosquitto) -> Folder {
    let folder = Folder::new(1);
    std::fs::write(folder.path().join("mqtt.password"), format!("{PASSWORD}\n")).unwrap();
    folder.configure(&format!(
        "[mqtt]\nurl = \"mqtt://127.0.0.1:{}\"\nuser = \"{USER}\"\npassword_file = \"mqtt.password\"\n",
        mosquitto.port
    ));
    folder
}

#[test]
fn home_assistant_is_told_of_every_sensor_and_the_last_will_tells_of_a_kill() {
    let mosquitto = Mosquitto::start();
    let folder = folder(&mosquitto);
    let server = Server::start(&folder, &[]);
    server.until("crossings", || server.crossings() >= 2);
    // Who comes later gets what is retained.
    server.until("counts", || {
        let lines = mosquitto.listen(&format!("{CAMERA}/lines/+/+"));
        lines.len() == 6
            && lines.iter().all(|(_, retained, _)| *retained)
            && lines.iter().map(|(.., count)| count.parse::<u64>().unwrap()).sum::<u64>() >= 2
    });
    // What is retained comes first; while it is listened for, it may change.
    let one = |topic: &str| {
        let came = mosquitto.listen(topic);
        let first = came.into_iter().next();
        first
            .filter(|(_, retained, _)| *retained)
            .unwrap_or_else(|| panic!("nothing is retained at {topic}"))
            .2
    };
    assert_eq!(one(STATUS), "online");
    assert_eq!(one(&format!("{CAMERA}/state")), "counting");
    assert_eq!(one(&format!("{CAMERA}/availability")), "online");
    let description: Value = serde_json::from_str(&one(CONFIG)).unwrap();
    assert_eq!(description["device"]["suggested_area"], "site");
    for component in description["components"].as_object().unwrap().values() {
        one(component["state_topic"].as_str().unwrap());
    }

    let listener = mosquitto.listener("camtally/#", "10");
    let channel = json!({"name": "broker", "site": "main", "receiver": {"kind": "mqtt"}});
    let (_, made) = server.post("/api/v1/channels", &channel);
    let test = format!("/api/v1/channels/{}/test", made["id"].as_str().unwrap());
    let (_, tested) = server.post(&test, &json!({}));
    assert_eq!(tested["delivered"], true, "{tested}");
    let came = got(listener);
    let of = |topic: &str| came.iter().find(|(name, retained, _)| name == topic && !retained);
    let event: Value = serde_json::from_str(&of(&format!("{CAMERA}/events")).unwrap().2).unwrap();
    assert_eq!(event["camera"], "camera 1");
    let alert: Value = serde_json::from_str(&of("camtally/alerts").unwrap().2).unwrap();
    assert!(alert["type"] == "test" && alert["id"].is_string(), "{alert}");

    server.kill();
    assert_eq!(one(STATUS), "offline");
    let server = Server::start(&folder, &[]);
    server.until("it to be online again", || mosquitto.listen(STATUS)[0].2 == "online");
    let (code, _) = server.terminate();
    assert_eq!((code, one(STATUS)), (Some(0), "offline".to_owned()));
}

#[test]
fn a_broker_that_is_away_harms_nothing_and_gets_everything_when_it_is_back() {
    let mut mosquitto = Mosquitto::start();
    let folder = folder(&mosquitto);
    mosquitto.kill();
    let server = Server::start(&folder, &[]);
    server.until("a crossing", || server.crossings() >= 1);
    assert_eq!(server.raw("/readyz").status, 200);
    assert!(server.raw("/metrics").body.contains("camtally_mqtt_connected 0"));
    mosquitto.start_again();
    server.until("the description", || !mosquitto.listen(CONFIG).is_empty());
    mosquitto.kill();
    let (code, took) = server.terminate();
    assert_eq!(code, Some(0));
    assert!(took < std::time::Duration::from_secs(10), "{took:?}");
}
