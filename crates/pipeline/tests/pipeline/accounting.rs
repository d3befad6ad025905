//! Which time was watched and which was not.

use std::collections::HashSet;

use event::{Event, GapReason, What};
use observation::{StreamDuration, StreamTime};
use pipeline::{BoxError, RulesInbox, State, Watched, watch};
use proptest::prelude::*;
use time::Duration;
use video::{Freeze, LiveFrame, LiveItem};

use crate::making::{
    Film, START, at, connected, engine, info, live, offline, person, rules, secs, settings, watched,
};

/// `w` for watched, else the reason's letter, with the seconds from and until.
fn stretches(events: &[Event]) -> Vec<(char, f64, f64)> {
    let write = |event: &Event| match &event.what {
        What::Observed(observed) => Some(('w', observed.from.as_secs(), observed.until.as_secs())),
        What::Gap(gap) => {
            let letter = match gap.reason {
                GapReason::Offline => 'o',
                GapReason::Frozen => 'f',
                GapReason::Overload => 's',
                _ => 'r',
            };
            Some((letter, gap.from.as_secs(), gap.until.as_secs()))
        }
        _ => None,
    };
    events.iter().filter_map(write).collect()
}

/// What happens next at a camera.
#[derive(Clone, Debug)]
enum Step {
    /// So many frames, a tenth of a second apart.
    Frames(u32),
    /// So many frames are shed.
    Shed(u32),
    /// So many frames cannot be looked at.
    Fails(u32),
    /// Away for so many tenths of a second; noticed, and told, in two ways perhaps; the picture has another shape then.
    Away { tenths: u32, frozen_since: u32, again: bool, other_shape: bool, told_back: bool },
    /// Frames are lost within the connection.
    Lost(u32),
    /// The calendar clock is set by so many minutes.
    Clock(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1u32..300).prop_map(Step::Frames),
        2 => (1u32..40).prop_map(Step::Shed),
        1 => (1u32..40).prop_map(Step::Fails),
        3 => (1u32..600, 0u32..400, any::<bool>(), any::<bool>(), prop::bool::weighted(0.8)).prop_map(
            |(tenths, frozen_since, again, other_shape, told_back)| {
                Step::Away { tenths, frozen_since, again, other_shape, told_back }
            }
        ),
        2 => (1u32..60).prop_map(Step::Lost),
        1 => (-90i64..90).prop_map(Step::Clock),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn watched_stretches_and_gaps_follow_one_another_from_the_first_picture_to_the_last(
        steps in prop::collection::vec(step(), 1..14),
        ends_away in any::<bool>(),
    ) {
        let mut film = Film::new();
        let mut items = vec![connected(0.0)];
        // The number of the next frame.
        let mut next = 0u32;
        let mut failing = HashSet::new();
        let mut clock = Duration::ZERO;
        let mut aspect = 16.0 / 9.0;
        let seconds = |tenths: u32| f64::from(tenths) / 10.0;
        let mut frame = |items: &mut Vec<LiveItem>, number: u32, clock: Duration| {
            let frame = film.frame(seconds(number));
            let calendar = START + Duration::microseconds(frame.time.as_micros()) + clock;
            items.push(LiveItem::Frame(LiveFrame { frame, calendar }));
        };
        frame(&mut items, 0, clock);
        for step in steps {
            match step {
                Step::Frames(count) => {
                    for _ in 0..count {
                        next += 1;
                        frame(&mut items, next, clock);
                    }
                }
                Step::Shed(count) => {
                    let (first, last) = (at(seconds(next + 1)), at(seconds(next + count)));
                    items.push(LiveItem::Shed { frames: count.into(), first, last });
                    next += count;
                }
                Step::Fails(count) => {
                    for _ in 0..count {
                        next += 1;
                        failing.insert(secs(seconds(next)));
                        frame(&mut items, next, clock);
                    }
                }
                Step::Away { tenths, frozen_since, again, other_shape, told_back } => {
                    let since = at(seconds(next.saturating_sub(frozen_since)));
                    let (noticed, until) = (at(seconds(next) + 0.05), at(seconds(next + tenths)));
                    if frozen_since > 0 {
                        items.push(LiveItem::Frozen { since, noticed, reason: Freeze::Picture });
                    } else {
                        items.push(offline(seconds(next), seconds(next) + 0.05));
                    }
                    if again {
                        items.push(offline(seconds(next), seconds(next) + 0.08));
                    }
                    next += tenths;
                    if other_shape {
                        aspect = 4.0 / 3.0 + 16.0 / 9.0 - aspect;
                        items.push(LiveItem::Connected { at: until, info: info(aspect) });
                    }
                    if told_back {
                        items.push(LiveItem::Back { from: since, until });
                    }
                    frame(&mut items, next, clock);
                }
                Step::Lost(count) => {
                    let from = at(seconds(next));
                    next += count;
                    let reason = video::GapReason::Jump;
                    items.push(LiveItem::Gap { from, until: at(seconds(next)), reason });
                    frame(&mut items, next, clock);
                }
                Step::Clock(minutes) => {
                    clock += Duration::minutes(minutes);
                    let mut now = at(seconds(next));
                    now.calendar += clock;
                    let by = StreamDuration::from_secs(60.0 * minutes as f64);
                    items.push(LiveItem::CalendarSet { at: now, by });
                }
            }
        }
        let mut end = seconds(next);
        if ends_away {
            end += 7.0;
            items.push(offline(seconds(next), end));
        }
        // The last frames may not have been looked at; a frame that was, or an outage, comes before them.
        let looked: Vec<StreamTime> = items
            .iter()
            .filter_map(|item| match item {
                LiveItem::Frame(live) if !failing.contains(&live.frame.time) => Some(live.frame.time),
                _ => None,
            })
            .collect();
        let looked = *looked.last().unwrap();

        let failing = failing.clone();
        let engine = engine(move |time| {
            if failing.contains(&time) { Err("broken".into()) } else { Ok(vec![person(0.5, 0.8)]) }
        });
        let events = watched(items, &engine, settings());
        let told = stretches(&events);
        let mut frontier = 0.0;
        for (what, from, until) in &told {
            prop_assert_eq!(*from, frontier, "{} in {:?}", what, &told);
            prop_assert!(until > from, "{:?}", &told);
            frontier = *until;
        }
        let expected = if ends_away { end } else { looked.as_secs() };
        prop_assert_eq!(frontier, expected, "{:?}", &told);
        let ids: HashSet<_> = events.iter().map(|event| event.id).collect();
        prop_assert_eq!(ids.len(), events.len());
        // Nothing is counted as going on over a gap.
        for event in &events {
            if let What::ZoneLeave(_, dwell) = &event.what {
                let (from, until) =
                    (event.stream_time.as_secs() - dwell.seconds, event.stream_time.as_secs());
                let over = told.iter().any(|(what, gap, _)| *what != 'w' && *gap > from && *gap < until - 1e-6);
                prop_assert!(!over, "a stay from {} until {} in {:?}", from, until, &told);
            }
        }
    }
}

#[test]
fn the_end_of_what_is_watched_is_held_back_until_a_standstill_would_have_been_noticed() {
    let mut film = Film::new();
    let engine = engine(|_| Ok(Vec::new()));
    let items: Vec<LiveItem> = (0..=400).map(|i| film.item(f64::from(i) / 10.0)).collect();
    let mut last = 0.0;
    let result = watch(items, &engine, settings(), rules(), &RulesInbox::default(), &mut |told| {
        match told {
            Watched::Frame { frame, .. } => last = frame.time.as_secs(),
            Watched::Events(events) => {
                for (_, _, until) in stretches(events) {
                    // The frame that is looked at is told after its events; at the end all is told.
                    assert!(last + 0.1 - until >= 9.99 || last == 40.0, "{until} at {last}");
                }
            }
            _ => {}
        }
        Ok(())
    });
    result.unwrap();
    assert_eq!(last, 40.0);
}

#[test]
fn a_restart_is_a_gap_from_the_end_of_the_last_watch_until_pictures_come() {
    let start = || {
        let mut settings = settings();
        settings.watched_until = Some(START - Duration::seconds(60));
        settings
    };
    let engine = engine(|_| Ok(Vec::new()));
    let mut film = Film::new();
    let items = [connected(2.0), film.item(2.0), film.item(2.1)];
    assert_eq!(stretches(&watched(items, &engine, start())), [('r', -60.0, 2.0), ('w', 2.0, 2.1)]);
    // The camera is not there: from the start on it is the camera that is missing.
    let items = [offline(0.0, 10.0), connected(30.0), LiveItem::Back { from: at(0.0), until: at(30.0) }];
    let events = watched(items.into_iter().chain([film.item(30.0)]), &engine, start());
    assert_eq!(stretches(&events), [('r', -60.0, 0.0), ('o', 0.0, 30.0)]);
    // It never comes, and the program is stopped.
    let events = watched([offline(0.0, 10.0)], &engine, start());
    assert_eq!(stretches(&events), [('r', -60.0, 0.0), ('o', 0.0, 10.0)]);
    assert_eq!(stretches(&watched([], &engine, start())), []);
    // The clock was set back in between.
    let mut back = settings();
    back.watched_until = Some(START + Duration::hours(1));
    assert_eq!(stretches(&watched([connected(2.0), film.item(2.0)], &engine, back)), []);
}

#[test]
fn frames_that_cannot_be_looked_at_are_not_watched_time_and_end_the_watch_in_the_end() {
    let fails = |time: StreamTime| -> Result<_, BoxError> {
        if (10.0..15.0).contains(&time.as_secs()) { Err("broken".into()) } else { Ok(Vec::new()) }
    };
    let mut film = Film::new();
    let items: Vec<LiveItem> = (0..=180).map(|i| film.item(f64::from(i) / 10.0)).collect();
    let events = watched(items, &engine(fails), settings());
    assert_eq!(stretches(&events), [('w', 0.0, 9.9), ('s', 9.9, 15.0), ('w', 15.0, 18.0)]);
    let What::Gap(gap) = &events[1].what else { panic!("{events:?}") };
    assert_eq!(gap.detail.as_deref(), Some("the frames could not be looked at: broken"));

    // When it does not pass, all that was counted is told before the error.
    let fails = |time: StreamTime| -> Result<_, BoxError> {
        if time.as_secs() < 5.0 { Ok(vec![person(0.5, 0.8)]) } else { Err("broken".into()) }
    };
    let items: Vec<LiveItem> = (0..=180).map(|i| film.item(f64::from(i) / 10.0)).collect();
    let mut events = Vec::new();
    let (engine, inbox) = (engine(fails), RulesInbox::default());
    let result = watch(items, &engine, settings(), rules(), &inbox, &mut |told| {
        if let Watched::Events(told) = told {
            events.extend_from_slice(told);
        }
        Ok(())
    });
    assert_eq!(result.unwrap_err().to_string(), "broken");
    assert_eq!(stretches(&events), [('w', 0.0, 4.9)]);
    assert_eq!(events.iter().map(Event::kind).collect::<Vec<_>>(), ["zone_enter", "observed", "zone_leave"]);
    assert_eq!(engine.stats().frames, 150, "a hundred failures in a row");
}

#[test]
fn events_follow_a_calendar_clock_that_is_set_and_one_that_creeps() {
    let mut film = Film::new();
    let engine = engine(|time| Ok(vec![person(0.5, 0.3 + 0.05 * time.as_secs().rem_euclid(10.0))]));
    let creeping = |i: i32| Duration::milliseconds(if i < 100 { 0 } else { 300 });
    let mut items = Vec::new();
    for i in 0..300 {
        let LiveItem::Frame(mut live) = live(film.frame(f64::from(i) / 10.0)) else { unreachable!() };
        live.calendar += creeping(i) - if i < 200 { Duration::ZERO } else { Duration::hours(1) };
        if i == 200 {
            let set = video::LiveTime { stream: live.frame.time, calendar: live.calendar };
            items.push(LiveItem::CalendarSet { at: set, by: StreamDuration::from_secs(-3600.0) });
        }
        items.push(LiveItem::Frame(live));
    }
    let events = watched(items, &engine, settings());
    let off: Vec<i64> = events
        .iter()
        .filter(|event| event.kind() == "crossing")
        .map(|event| {
            let stream = START + Duration::microseconds(event.stream_time.as_micros());
            (event.time - stream).whole_milliseconds() as i64
        })
        .collect();
    assert_eq!(off, [0, 300, 300 - 3_600_000]);
    let ids: HashSet<_> = events.iter().map(|event| event.id).collect();
    assert_eq!(ids.len(), events.len());
}

#[test]
fn what_the_camera_is_doing_is_told_also_after_a_standstill() {
    let mut film = Film::new();
    let frozen = LiveItem::Frozen { since: at(1.0), noticed: at(9.0), reason: Freeze::Picture };
    let back = LiveItem::Back { from: at(1.0), until: at(20.0) };
    let items = [connected(0.0), film.item(0.0), film.item(1.0), frozen, back, film.item(20.0)];
    let mut states = Vec::new();
    let engine = engine(|_| Ok(Vec::new()));
    let result = watch(items, &engine, settings(), rules(), &RulesInbox::default(), &mut |told| {
        if let Watched::State(state) = told {
            states.push(state.clone());
        }
        Ok(())
    });
    result.unwrap();
    let counting = State::Counting { size: (64, 36), codec: "h264".to_owned() };
    let reason = Freeze::Picture.to_string();
    let since = at(1.0).calendar;
    assert_eq!(states, [State::Connecting, counting.clone(), State::Frozen { since, reason }, counting]);
}
