//! Where people were, by the hour.

use std::collections::HashSet;

use observation::StreamTime;
use pipeline::{Presence, RulesInbox, Watched, watch};
use time::Duration;
use video::LiveItem;

use crate::making::{Film, START, connected, engine, info, person, rules, settings};

#[test]
fn presence_is_told_in_parts_of_one_hour_and_nothing_of_it_is_lost() {
    let mut film = Film::new();
    // Somebody stands there until 14:50, with one frame a second; the stream begins 10 minutes before the hour.
    let engine = engine(|time: StreamTime| {
        Ok(if time.as_secs() < 890.0 { vec![person(0.505, 0.805)] } else { Vec::new() })
    });
    let to_hour = Duration::minutes(50);
    let mut items = vec![connected(0.0)];
    items.extend((0..1500).map(|second| film.item(f64::from(second))));
    items.insert(402, LiveItem::Changed { at: crate::making::at(400.5), info: info(4.0 / 3.0) });
    for item in &mut items {
        if let LiveItem::Frame(live) = item {
            live.calendar += to_hour;
        }
    }
    let mut parts: Vec<Presence> = Vec::new();
    let mut settings = settings();
    settings.analyse_fps = Some(1.0);
    settings.tracker.lost_s = 5.0;
    let result = watch(items, &engine, settings, rules(), &RulesInbox::default(), &mut |told| {
        if let Watched::Presence(part) = told {
            parts.push(part.clone());
        }
        Ok(())
    });
    result.unwrap();

    let seconds: Vec<i64> = parts.iter().map(|part| (part.from - START).whole_seconds()).collect();
    // Every five minutes, where the picture's shape changes, and at the hour; nothing where nobody was.
    assert_eq!(seconds, [3000, 3300, 3000 + 401, 3600]);
    let seconds: f64 = parts.iter().flat_map(|part| &part.seconds.values).sum();
    assert!((880.0..=890.0).contains(&seconds), "{seconds} s");
    for part in &parts {
        let cell =
            part.seconds.columns * (part.seconds.rows * 805 / 1000) + part.seconds.columns * 505 / 1000;
        let sum: f64 = part.seconds.values.iter().sum();
        assert_eq!(part.seconds.values[cell], sum, "all of it where they stood");
    }
    let ids: HashSet<_> = parts.iter().map(|part| part.id).collect();
    assert_eq!(ids.len(), parts.len());
}
