//! Where nothing moves no inference is spent, and no count is another for that.

use std::path::Path;

use event::{Event, What};
use observation::{Class, Detection, StreamTime};
use pipeline::{DetectBatch, Engine, RulesInbox, Watched, watch};
use scene::{Behaviour, Renderer, Scene, SceneConfig};
use video::LiveItem;

use crate::making::{Scripted, engine, frames, live, person, rules, settings, write};

const SIZE: (u32, u32) = (480, 270);

/// A perfect detector: it knows the scene.
fn knowing(scene: &Scene) -> impl DetectBatch + use<> {
    let scene = scene.clone();
    Scripted(move |time: StreamTime| {
        let boxes = scene.boxes((time.as_secs() * 10.0).round() as u32);
        let found = |bbox| Detection { bbox, class: Class(0), confidence: 0.9 };
        Ok(boxes.iter().map(|exact| found(exact.bbox.clipped())).collect())
    })
}

/// What a watch of the film tells, and how many of its frames were not looked at.
fn watched(film: &Path, scene: &Scene, motion_gate: bool) -> (Vec<Event>, u64) {
    let engine = Engine::start(vec![knowing(scene)]).unwrap();
    let (mut events, mut skipped) = (Vec::new(), 0);
    let mut settings = settings();
    settings.motion_gate = motion_gate;
    let items: Vec<LiveItem> = frames(film).map(live).collect();
    let result = watch(items, &engine, settings, rules(), &RulesInbox::default(), &mut |told| {
        match told {
            Watched::Events(told) => events.extend_from_slice(told),
            Watched::Frame { still, .. } => skipped = still,
            _ => {}
        }
        Ok(())
    });
    result.unwrap();
    (events, skipped)
}

/// Kind, direction and time of what was counted at the line, and who stayed in the zone and when.
fn counted(events: &[Event]) -> Vec<(&'static str, f64)> {
    let mut counted: Vec<(&'static str, f64)> = events
        .iter()
        .filter(|event| !matches!(event.what, What::Observed(_)))
        .map(|event| (event.kind(), event.stream_time.as_secs()))
        .collect();
    counted.sort_by(|a, b| a.0.cmp(b.0).then(a.1.total_cmp(&b.1)));
    counted
}

#[test]
fn the_motion_gate_changes_no_count_and_skips_most_of_what_is_still() {
    let folder = tempfile::tempdir().unwrap();
    let stopping = [Behaviour::StopAndGo, Behaviour::Loiter, Behaviour::TurnAfter, Behaviour::Straight];
    let (mut still, mut skipped) = (0, 0);
    for (seed, walkers) in [(1, 3), (2, 6), (3, 12)] {
        let config = SceneConfig {
            seed,
            walkers,
            duration: 60.0,
            behaviours: stopping.map(|behaviour| (behaviour, 1.0)).to_vec(),
            lines: vec![scene::Line::new("door", &rules().lines[0].points)],
            height: 0.1,
            ..SceneConfig::default()
        };
        let scene = Scene::generate(&config).unwrap();
        let film = folder.path().join(format!("{seed}.mp4"));
        let renderer = Renderer::new(&scene, SIZE.0, SIZE.1).unwrap();
        write(&film, SIZE, scene.frame_count(), |index| renderer.frame(index));
        let ((all, none), (gated, left_out)) = (watched(&film, &scene, false), watched(&film, &scene, true));
        assert_eq!(none, 0);
        let (all, gated) = (counted(&all), counted(&gated));
        let kinds =
            |counted: &[(&'static str, f64)]| counted.iter().map(|(kind, _)| *kind).collect::<Vec<_>>();
        assert_eq!(kinds(&all), kinds(&gated), "scene {seed}");
        assert!(kinds(&all).contains(&"crossing"));
        for ((kind, a), (_, b)) in all.iter().zip(&gated) {
            assert!((a - b).abs() < 0.25, "a {kind} of scene {seed} at {a} s, and at {b} s with the gate");
        }
        let boxes = |index| scene.boxes(index).iter().map(|exact| exact.bbox).collect::<Vec<_>>();
        still += (1..scene.frame_count()).filter(|index| boxes(*index) == boxes(index - 1)).count() as u64;
        skipped += left_out;
    }
    assert!(still > 200, "{still} frames are still");
    assert!(skipped * 2 > still, "{skipped} of {still} still frames were left out");
    assert!(skipped <= still + still / 10, "{skipped} frames were left out, {still} are still");
}

#[test]
fn a_detector_that_flickers_makes_no_more_of_a_still_picture_with_the_gate_than_without() {
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("still.mp4");
    write(&film, (320, 180), 1200, |_| vec![90; 320 * 180 * 3]);
    let count = |motion_gate: bool| {
        let mut look = 0;
        // Somebody stands there, who is missed now and then; now and then there is a box of nobody.
        let engine = engine(move |_| {
            look += 1;
            let (missed, nobody) = (look % 23 == 0, look % 17 == 0);
            let mut found = if missed { Vec::new() } else { vec![person(0.3, 0.8)] };
            found.extend(nobody.then(|| person(0.7, 0.8)));
            Ok(found)
        });
        let mut settings = settings();
        settings.motion_gate = motion_gate;
        let (mut kinds, mut skipped, mut tracks) = (Vec::new(), 0, 0);
        let items: Vec<LiveItem> = frames(&film).map(live).collect();
        let result = watch(items, &engine, settings, rules(), &RulesInbox::default(), &mut |told| {
            match told {
                Watched::Events(events) => {
                    kinds.extend(events.iter().map(Event::kind).filter(|kind| *kind != "observed"));
                }
                Watched::Frame { still, analysis, .. } => {
                    (skipped, tracks) = (still, analysis.summary().tracks);
                }
                _ => {}
            }
            Ok(())
        });
        result.unwrap();
        (kinds, tracks, skipped)
    };
    let (without, with) = (count(false), count(true));
    assert_eq!(without, (vec!["zone_enter", "zone_leave"], 1, 0));
    assert_eq!((&with.0, with.1), (&without.0, 1));
    assert!(with.2 > 600, "{} of 1200 frames were left out", with.2);
}
