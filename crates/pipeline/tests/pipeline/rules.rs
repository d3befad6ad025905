//! New rules while a camera is watched.

use counting::Rules;
use event::Event;
use pipeline::{RulesInbox, Watched, watch};
use video::LiveItem;

use crate::making::{Film, connected, engine, offline, person, rules, secs, settings};

fn line(version: u32, y: f64) -> Rules {
    let text =
        format!("[[line]]\nname = \"door\"\nversion = {version}\npoints = [[0.02, {y}], [0.98, {y}]]\n");
    Rules::from_toml(&text).unwrap()
}

/// Somebody walks down the picture in ten seconds, again and again; `edits` are put in before these items.
fn watch_with(items: Vec<LiveItem>, edits: &[(usize, Rules)]) -> (Vec<Event>, Vec<String>) {
    let engine = engine(|time| Ok(vec![person(0.5, 0.2 + 0.06 * time.as_secs().rem_euclid(10.0))]));
    let inbox = RulesInbox::default();
    let (mut events, mut refused) = (Vec::new(), Vec::new());
    let items = items.into_iter().enumerate().map(|(i, item)| {
        edits.iter().filter(|(at, _)| *at == i).for_each(|(_, rules)| inbox.put(rules.clone()));
        item
    });
    let result = watch(items, &engine, settings(), rules(), &inbox, &mut |told| {
        match told {
            Watched::Events(told) => events.extend_from_slice(told),
            Watched::RulesRefused(error) => refused.push(error.to_string()),
            _ => {}
        }
        Ok(())
    });
    result.unwrap();
    (events, refused)
}

fn crossings(events: &[Event]) -> Vec<(f64, u32)> {
    let crossing = |event: &&Event| event.kind() == "crossing";
    let of = |event: &Event| {
        let tenths = (event.stream_time.as_secs() * 10.0).round();
        (tenths / 10.0, event.sighting().unwrap().rule_version)
    };
    events.iter().filter(crossing).map(of).collect()
}

fn film(count: i32) -> Vec<LiveItem> {
    let mut film = Film::new();
    (0..count).map(|i| film.item(f64::from(i) / 10.0)).collect()
}

#[test]
fn new_rules_are_in_force_from_the_next_frame_on() {
    // The second walk crosses at 15 s; before that the line moves up, and a crossing of it comes at 13.3 s.
    let (events, refused) = watch_with(film(190), &[(110, line(2, 0.4))]);
    assert_eq!(crossings(&events), [(5.0, 1), (13.3, 2)]);
    let left: Vec<_> = events.iter().filter(|event| event.kind() == "zone_leave").collect();
    assert_eq!(left.len(), 1, "the walker's stay ended before the zone was taken out");
    assert!(refused.is_empty());
}

#[test]
fn rules_that_are_refused_leave_the_old_ones_in_force_and_the_camera_watched() {
    let unknown = Rules::from_toml(
        "[[line]]\nname = \"door\"\nversion = 2\nclasses = [\"ghost\"]\npoints = [[0, 0.4], [1, 0.4]]",
    );
    let edits = [(30, line(1, 0.4)), (110, unknown.unwrap())];
    let (events, refused) = watch_with(film(190), &edits);
    assert_eq!(crossings(&events), [(5.0, 1), (15.0, 1)]);
    assert_eq!(refused.len(), 2);
    assert!(refused[0].contains("give it a later one") && refused[1].contains("no class `ghost`"));
    let watched: Vec<_> = events.iter().filter(|event| event.kind() == "observed").collect();
    assert_eq!(watched.last().unwrap().stream_time, secs(0.0), "one watch without a gap");
}

#[test]
fn rules_for_a_camera_that_has_given_nothing_yet_are_checked_and_kept() {
    let mut items = vec![connected(0.0)];
    items.extend(film(90));
    let ghost =
        Rules::from_toml("[[line]]\nname=\"a\"\nclasses=[\"ghost\"]\npoints=[[0,0.4],[1,0.4]]").unwrap();
    let (events, refused) = watch_with(items, &[(0, ghost)]);
    assert_eq!((crossings(&events).len(), refused.len()), (1, 1));
    let mut items = vec![offline(0.0, 1.0), connected(0.0)];
    items.extend(film(90));
    let (events, refused) = watch_with(items, &[(0, line(2, 0.4))]);
    assert_eq!((crossings(&events), refused.len()), (vec![(3.3, 2)], 0));
}
