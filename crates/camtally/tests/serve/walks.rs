//! Where people walk, rules that are tried on it, recordings, and what the process has to do.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::cameras::{folder, site};
use crate::server::{Folder, Server};

fn rules() -> Value {
    json!({"line": [{"name": "west", "points": [[0.3, 0.05], [0.3, 0.95]]}]})
}

/// A server with one camera that has counted some.
fn counting() -> (Folder, Server) {
    let folder = folder();
    let server = Server::start(&folder, &[]);
    site(&server);
    let camera = json!({"id": "door", "site": "hall", "address": "loop:pets2009-s2l1.mp4", "analyse_fps": 10.0,
        "rules": rules()});
    server.done("POST", "/cameras", &camera);
    server.until("crossings", || server.crossings() >= 3);
    (folder, server)
}

/// How often each track has crossed.
fn crossings(events: &[Value]) -> BTreeMap<u64, usize> {
    let mut crossings = BTreeMap::new();
    for event in events.iter().filter(|event| event["kind"] == "crossing") {
        *crossings.entry(event["track"].as_u64().unwrap()).or_default() += 1;
    }
    crossings
}

#[test]
fn rules_that_are_tried_count_what_was_counted() {
    let (_folder, server) = counting();
    let counted = crossings(&server.events("events"));
    let tried = server.done("POST", "/cameras/door/rules/try", &rules());
    let again = crossings(tried["events"].as_array().unwrap());
    // Some more may have come meanwhile.
    let is_again = |(track, count): (&u64, &usize)| again.get(track) >= Some(count);
    assert!(counted.iter().all(is_again), "{counted:?} and again {again:?}");
    let both =
        tried["lines"][0]["forward"].as_u64().unwrap() + tried["lines"][0]["backward"].as_u64().unwrap();
    assert_eq!(both as usize, again.values().sum::<usize>());
    for event in tried["events"].as_array().unwrap().iter().filter(|event| event["kind"] == "crossing") {
        let x = event["place"][0].as_f64().unwrap();
        assert!((x - 0.3).abs() < 0.05, "{event} is on the line");
    }
    let tracks = server.get("/api/v1/cameras/door/tracks");
    let tracks = tracks["tracks"].as_array().unwrap();
    let known: BTreeSet<u64> = tracks.iter().map(|track| track["track"].as_u64().unwrap()).collect();
    assert!(counted.keys().all(|track| known.contains(track)), "{known:?}");
    assert!(
        tracks
            .iter()
            .any(|track| track["points"].as_array().unwrap().len() > 3 && track["class"] == "person")
    );
    let placement = server.get("/api/v1/cameras/door/placement");
    assert_eq!(placement["lines"][0]["line"], "west");
    assert!(placement["tracks"].as_u64().unwrap() > 3, "{placement}");

    let workers = server.get("/api/v1/workers");
    let worker = &workers["items"][0];
    assert_eq!(worker["cameras"][0]["camera"], "door");
    // A machine that does much else is told to be overloaded.
    assert!(
        ["counting", "overloaded"].contains(&worker["cameras"][0]["state"].as_str().unwrap()),
        "{worker}"
    );
    server.until("its rate to be known", || {
        let worker = &server.get("/api/v1/workers")["items"][0];
        worker["frames_per_s"].as_f64().unwrap() > 1.0 && worker["load"].as_f64().unwrap() > 0.0
    });
}

#[test]
fn what_is_recorded_is_there_picture_by_picture_and_gone_when_it_is_deleted() {
    let (folder, server) = counting();
    let wish = json!({"camera": "door", "seconds": 4});
    assert_eq!(server.send("POST", "/recordings", &wish).status, 403, "nobody has allowed it");
    server.done("PATCH", "/cameras/door", &json!({"recordings": true, "pictures": "operators"}));
    let made = server.done("POST", "/recordings", &wish);
    let path = format!("/api/v1/recordings/{}", made["id"].as_str().unwrap());
    server.until("its end", || server.get(&path)["state"] != "recording");
    let over = server.get(&path);
    assert_eq!(over["state"], "done", "{over}");
    let frames = server.get(&format!("{path}/frames"));
    let frames = frames["items"].as_array().unwrap();
    assert!((4..=25).contains(&frames.len()), "{} pictures of four seconds", frames.len());
    let (from, until) = (over["from"].as_str().unwrap(), over["until"].as_str().unwrap());
    for frame in frames {
        let time = frame["time"].as_str().unwrap();
        assert!(from[..19] <= time[..19] && time[..19] <= until[..19], "{from} {time} {until}");
    }
    let jpeg = server.bytes(&format!("{path}/frames/1"));
    assert!(jpeg.starts_with(b"\xff\xd8") && jpeg.ends_with(b"\xff\xd9"), "a JPEG file");
    assert_eq!(jpeg.len() as u64, frames[0]["bytes"].as_u64().unwrap());

    let server = {
        assert_eq!(server.terminate().0, Some(0));
        Server::start(&folder, &[])
    };
    assert_eq!(server.get(&path)["frames"], over["frames"], "it outlives the program");
    server.done("DELETE", path.trim_start_matches("/api/v1"), &json!(null));
    let left = std::fs::read_dir(folder.path().join("data/recordings")).unwrap().count();
    assert_eq!((left, server.raw(&path).status), (0, 404));
}
