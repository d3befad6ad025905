use std::collections::HashSet;
use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::server::{Folder, Server};

fn moment(value: &serde_json::Value) -> OffsetDateTime {
    OffsetDateTime::parse(value.as_str().unwrap(), &Rfc3339).unwrap()
}

#[test]
fn nothing_is_lost_or_doubled_when_it_is_killed_and_each_outage_is_a_gap() {
    const KILLS: usize = 4;
    let folder = Folder::new(2);
    let mut known = HashSet::new();
    for round in 0..=KILLS {
        let server = Server::start(&folder, &[]);
        let seen = known.len();
        server.until("further events", || server.events("events").len() > seen + 3);
        // Kills at different moments of a second.
        std::thread::sleep(Duration::from_millis(170 * round as u64));
        let events = server.events("events");
        let ids: HashSet<String> =
            events.iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(ids.len(), events.len(), "an event is there twice");
        let lost: Vec<_> = known.difference(&ids).collect();
        assert!(lost.is_empty(), "{lost:?} were there before the kill");
        known = ids;
        server.kill();
    }
    let server = Server::start(&folder, &[]);
    let gaps = || {
        let gaps = server.events("gaps");
        gaps.into_iter().filter(|gap| gap["reason"] == "restart").collect::<Vec<_>>()
    };
    server.until("a gap for each outage", || gaps().len() == 2 * (KILLS + 1));
    for gap in gaps() {
        assert!(moment(&gap["until"]) > moment(&gap["from"]), "{gap}");
    }
    server.kill();
    let doctor = folder.program(&["doctor", "--recount"]).output().unwrap();
    let text = String::from_utf8_lossy(&doctor.stdout);
    assert!(text.contains("weeks of roll-ups equal what the events say"), "{text}");
}

#[test]
fn an_orderly_end_is_quick_and_leaves_nothing_behind() {
    let folder = Folder::new(1);
    let server = Server::start(&folder, &[]);
    server.until("a crossing", || server.crossings() >= 1);
    let (code, took) = server.terminate();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
    let doctor = folder.program(&["doctor"]).output().unwrap();
    let text = String::from_utf8_lossy(&doctor.stdout);
    assert!(text.contains("0 events wait for the store"), "{text}");
    assert!(text.contains("768x576 h264"), "{text}");
}
