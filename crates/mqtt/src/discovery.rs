//! What tells Home Assistant which devices and sensors there are.

use serde_json::{Map, Value, json};

use crate::picture::Camera;
use crate::topics::{base, level, status};

/// The topic and the content of a camera's description: one device with all its sensors (Home Assistant's "device
/// discovery", from its version 2024.12 on).
pub(crate) fn device(prefix: &str, discovery: &str, camera: &Camera) -> (String, Value) {
    let id = format!("{}_{}", level(prefix), level(&camera.id));
    let base = base(prefix, camera);
    let mut components = Map::new();
    let mut add = |part: String, mut component: Value| {
        component["unique_id"] = format!("{id}_{part}").into();
        component["default_entity_id"] = format!("sensor.{id}_{part}").to_lowercase().into();
        components.insert(part, component);
    };
    // Its state is told also when it is not counting: only camtally itself must be there.
    let state = json!({
        "platform": "sensor", "name": "State", "state_topic": format!("{base}/state"), "device_class": "enum",
        "options": ["connecting", "counting", "failed", "frozen", "offline", "overloaded"], "entity_category": "diagnostic",
        "availability": [{"topic": status(prefix)}],
    });
    add("state".to_owned(), state);
    for line in &camera.lines {
        let name = level(&line.name);
        for (way, called) in [("forward", &line.forward.0), ("backward", &line.backward.0)] {
            let sensor = json!({
                "platform": "sensor", "name": format!("{} {called}", line.name), "icon": "mdi:counter",
                "state_topic": format!("{base}/lines/{name}/{way}"), "state_class": "total_increasing",
            });
            add(format!("line_{name}_{way}"), sensor);
        }
    }
    for zone in &camera.zones {
        let name = level(&zone.name);
        let sensor = json!({
            "platform": "sensor", "name": format!("{} occupancy", zone.name), "icon": "mdi:account-group",
            "state_topic": format!("{base}/zones/{name}/occupancy"), "state_class": "measurement",
        });
        add(format!("zone_{name}"), sensor);
    }
    let description = json!({
        "device": {
            "identifiers": [id], "name": camera.name, "manufacturer": "camtally", "model": "Counting camera",
            "suggested_area": camera.site,
        },
        "origin": {"name": "camtally", "sw_version": env!("CARGO_PKG_VERSION")},
        "availability": [{"topic": status(prefix)}, {"topic": format!("{base}/availability")}],
        "availability_mode": "all",
        "components": components,
    });
    (format!("{discovery}/device/{id}/config"), description)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::topics::retained;
    use crate::{Line, Picture, Zone};

    fn camera() -> Camera {
        Camera {
            id: "entrance".to_owned(),
            name: "Main entrance".to_owned(),
            site: "Shop".to_owned(),
            state: "counting".to_owned(),
            lines: vec![
                Line {
                    name: "door".to_owned(),
                    forward: ("in".to_owned(), 3),
                    backward: ("out".to_owned(), 2),
                },
                Line {
                    name: "do/or".to_owned(),
                    forward: ("in".to_owned(), 0),
                    backward: ("out".to_owned(), 0),
                },
            ],
            zones: vec![Zone { name: "queue".to_owned(), occupancy: 4 }],
        }
    }

    #[test]
    fn each_sensor_has_an_id_of_its_own_and_a_topic_that_is_published() {
        let (topic, description) = device("camtally", "homeassistant", &camera());
        assert_eq!(topic, "homeassistant/device/camtally_entrance/config");
        let components = description["components"].as_object().unwrap();
        assert_eq!(components.len(), 6);
        let ids: BTreeSet<_> = components.values().map(|c| c["unique_id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), 6);
        let topics = retained("camtally", Some("homeassistant"), &Picture { cameras: vec![camera()] });
        for component in components.values() {
            assert!(topics.contains_key(component["state_topic"].as_str().unwrap()), "{component}");
        }
        assert_eq!(topics["camtally/cameras/entrance/lines/door/forward"], "3");
        assert_eq!(topics["camtally/cameras/entrance/zones/queue/occupancy"], "4");
        assert_eq!(components["line_door_forward"]["state_class"], "total_increasing");
        assert_eq!(components["line_door_forward"]["name"], "door in");
    }

    #[test]
    fn the_card_of_the_examples_shows_entities_that_there_are() {
        let (_, description) = device("camtally", "homeassistant", &camera());
        let components = description["components"].as_object().unwrap();
        let known: BTreeSet<_> =
            components.values().map(|c| c["default_entity_id"].as_str().unwrap()).collect();
        let card = include_str!("../../../examples/home-assistant/card.yaml");
        let words = card.split_whitespace().filter(|word| word.starts_with("sensor."));
        let shown: Vec<_> = words.inspect(|word| assert!(known.contains(word), "{word}")).collect();
        assert_eq!(shown.len(), 5);
    }

    #[test]
    fn numbers_of_a_camera_that_is_away_are_not_available() {
        let away = Camera { state: "offline".to_owned(), ..camera() };
        let topics = retained("camtally", None, &Picture { cameras: vec![away] });
        assert_eq!(topics["camtally/cameras/entrance/availability"], "offline");
        assert!(topics.keys().all(|topic| topic.starts_with("camtally/")), "no discovery unless asked for");
    }
}
