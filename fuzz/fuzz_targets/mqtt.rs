//! What a broker sends, and the topics that names make.
#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use mqtt::{Camera, Line, Picture, Zone, topics};

/// The largest packet that is taken.
const LARGEST: usize = 256 * 1024;

fuzz_target!(|bytes: &[u8]| {
    let mut stream = BytesMut::from(bytes);
    while rumqttc::mqttbytes::v4::Packet::read(&mut stream, LARGEST).is_ok() {}

    let Ok(name) = std::str::from_utf8(bytes) else { return };
    let named = || name.to_owned();
    let line = Line { name: named(), forward: (named(), 1), backward: (named(), 2) };
    let camera = Camera {
        id: named(),
        name: named(),
        site: named(),
        state: "counting".to_owned(),
        lines: vec![line],
        zones: vec![Zone { name: named(), occupancy: 3 }],
    };
    let retained = topics::retained("camtally", Some("homeassistant"), &Picture { cameras: vec![camera] });
    assert_eq!(retained.len(), 6);
    for (topic, content) in retained {
        assert!(!topic.contains(['+', '#', '\0', ' ']), "{topic}");
        if topic.starts_with("homeassistant/") {
            serde_json::from_str::<serde_json::Value>(&content).expect("a description is JSON");
        }
    }
});
