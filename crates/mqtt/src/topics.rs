//! Which topics there are, and what is in them. Pure.

use std::collections::BTreeMap;

use crate::discovery;
use crate::picture::{Camera, Picture};

/// What tells that camtally is there: `online`, or `offline` by the last will.
pub fn status(prefix: &str) -> String {
    format!("{prefix}/status")
}

/// Where the events of a camera go, each as it is in the API; not retained.
pub fn events(prefix: &str, camera: &str) -> String {
    format!("{prefix}/cameras/{}/events", level(camera))
}

/// Every retained topic with its content. With `discovery`, the prefix that Home Assistant listens to
/// (`homeassistant`), also what describes the cameras to it.
pub fn retained(prefix: &str, discovery: Option<&str>, picture: &Picture) -> BTreeMap<String, String> {
    let mut topics = BTreeMap::new();
    for camera in &picture.cameras {
        let of = |rest: &str| format!("{}/{rest}", base(prefix, camera));
        topics.insert(of("state"), camera.state.clone());
        let online = if camera.is_counting() { "online" } else { "offline" };
        topics.insert(of("availability"), online.to_owned());
        for line in &camera.lines {
            topics.insert(of(&format!("lines/{}/forward", level(&line.name))), line.forward.1.to_string());
            topics.insert(of(&format!("lines/{}/backward", level(&line.name))), line.backward.1.to_string());
        }
        for zone in &camera.zones {
            topics.insert(of(&format!("zones/{}/occupancy", level(&zone.name))), zone.occupancy.to_string());
        }
        if let Some(discovery) = discovery {
            let (topic, description) = discovery::device(prefix, discovery, camera);
            topics.insert(topic, description.to_string());
        }
    }
    topics
}

pub(crate) fn base(prefix: &str, camera: &Camera) -> String {
    format!("{prefix}/cameras/{}", level(&camera.id))
}

/// A name as a level of a topic, and as a part of an id of Home Assistant: letters and digits of ASCII and `-` stay,
/// everything else becomes `_` and two hexadecimal digits for each byte. No two names become the same.
pub fn level(name: &str) -> String {
    let mut level = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => level.push(byte.into()),
            _ => level += &format!("_{byte:02x}"),
        }
    }
    level
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_name_has_a_level_of_its_own(name in ".{0,20}", other in ".{0,20}") {
            let legal = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            prop_assert!(level(&name).chars().all(legal), "no slash, no wildcard, no space");
            prop_assert_eq!(level(&name) == level(&other), name == other);
        }
    }

    #[test]
    fn names_that_are_usual_stay_readable() {
        assert_eq!(level("door-2"), "door-2");
        assert_eq!(level("Cửa/+#"), "C_e1_bb_ada_2f_2b_23");
    }
}
