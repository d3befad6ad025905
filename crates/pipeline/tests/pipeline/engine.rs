//! The detectors that all cameras share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use observation::Detection;
use pipeline::{BoxError, DetectBatch, Engine};
use video::Frame;

use crate::making::{Film, Log, engine, person, secs};

const CAMERAS: usize = 5;

/// Notes whose frames it was given together: a camera's number is in its frames' time. Waits until every other camera
/// has a frame with the engine.
struct Crowded {
    capacity: usize,
    stop: Arc<AtomicBool>,
    engine: Arc<OnceLock<Weak<Engine>>>,
    batches: Log<Vec<usize>>,
}

impl DetectBatch for Crowded {
    fn capacity(&self) -> usize {
        self.capacity
    }

    fn detect_batch(&mut self, frames: &[&Frame]) -> Result<Vec<Vec<Detection>>, BoxError> {
        let waiting =
            || self.engine.get().and_then(Weak::upgrade).map(|engine| engine.stats().waiting as usize);
        for _ in 0..5_000 {
            if self.stop.load(Ordering::Relaxed)
                || waiting().is_none_or(|waiting| waiting + frames.len() >= CAMERAS)
            {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        self.batches.lock().unwrap().push(frames.iter().map(|frame| frame.time.as_secs() as usize).collect());
        Ok(vec![Vec::new(); frames.len()])
    }
}

/// The batches of cameras that bring more frames than can be looked at.
fn crowd(capacity: usize) -> Vec<Vec<usize>> {
    let (own, batches) = (Arc::new(OnceLock::new()), Log::default());
    let stop = Arc::new(AtomicBool::new(false));
    let crowded = Crowded {
        capacity,
        stop: Arc::clone(&stop),
        engine: Arc::clone(&own),
        batches: Arc::clone(&batches),
    };
    let engine = Arc::new(Engine::start(vec![crowded]).unwrap());
    assert!(own.set(Arc::downgrade(&engine)).is_ok());
    let cameras: Vec<_> = (0..CAMERAS)
        .map(|camera| {
            let (engine, stop) = (Arc::clone(&engine), Arc::clone(&stop));
            std::thread::spawn(move || {
                let mut frame = Film::new().frame(camera as f64);
                while !stop.load(Ordering::Relaxed) {
                    frame = engine.detect(frame).unwrap().0;
                }
            })
        })
        .collect();
    while batches.lock().unwrap().len() < 200 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let seen = batches.lock().unwrap().clone();
    stop.store(true, Ordering::Relaxed);
    cameras.into_iter().for_each(|camera| camera.join().unwrap());
    // Cameras come one by one at the start.
    seen[CAMERAS..].to_vec()
}

#[test]
fn cameras_that_bring_more_than_can_be_looked_at_have_equal_shares_at_every_moment() {
    let mut shares = [0; CAMERAS];
    for camera in crowd(1).into_iter().flatten() {
        shares[camera] += 1;
        let (least, most) = (shares.iter().min().unwrap(), shares.iter().max().unwrap());
        assert!(most - least <= 1, "{shares:?}");
    }
    assert!(shares[0] > 30);
}

#[test]
fn frames_that_wait_are_looked_at_together_and_nobody_waits_for_more_than_one_round() {
    let batches = crowd(2);
    assert!(batches.iter().all(|batch| batch.len() == 2), "{batches:?}");
    for camera in 0..CAMERAS {
        let turns: Vec<usize> = (0..batches.len()).filter(|turn| batches[*turn].contains(&camera)).collect();
        // Four others, two at a time, and the turn itself.
        assert!(turns.windows(2).all(|pair| pair[1] - pair[0] <= 3), "camera {camera}: {turns:?}");
    }
}

/// Fails with the frames of one second, panics with those of another, and forgets to answer for those of a third.
struct Poor;

impl DetectBatch for Poor {
    fn capacity(&self) -> usize {
        8
    }

    fn detect_batch(&mut self, frames: &[&Frame]) -> Result<Vec<Vec<Detection>>, BoxError> {
        // The others shall come in the meantime.
        std::thread::sleep(Duration::from_millis(20));
        let has = |second| frames.iter().any(|frame| frame.time == secs(second));
        if has(1.0) {
            return Err("no such pixel format".into());
        }
        assert!(!has(2.0), "on purpose");
        let missing = usize::from(has(3.0));
        Ok(vec![vec![person(0.5, 0.5)]; frames.len() - missing])
    }
}

#[test]
fn a_frame_that_cannot_be_looked_at_is_an_error_of_its_camera_alone() {
    let engine = Engine::start(vec![Poor]).unwrap();
    let answers: Vec<Result<usize, String>> = std::thread::scope(|scope| {
        let ask = |camera: u32| {
            let frame = Film::new().frame(f64::from(camera));
            let engine = &engine;
            scope.spawn(move || match engine.detect(frame) {
                Ok((frame, found)) => {
                    assert_eq!(frame.time, secs(f64::from(camera)), "each its own frame");
                    Ok(found.len())
                }
                Err(error) => Err(error.to_string()),
            })
        };
        let asked: Vec<_> = (0..6).map(ask).collect();
        asked.into_iter().map(|asked| asked.join().unwrap()).collect()
    });
    assert_eq!(answers[0], Ok(1));
    assert_eq!(answers[1], Err("no such pixel format".to_owned()));
    assert_eq!(answers[2], Err("the detector panicked".to_owned()));
    assert_eq!(answers[3], Err("the detector gave 0 answers for 1 frames".to_owned()));
    assert_eq!(answers[4..], [Ok(1), Ok(1)]);
    assert!(engine.stats().batches < 6, "they were taken together: {:?}", engine.stats());
}

#[test]
fn an_engine_without_detectors_is_refused_and_an_idle_one_ends() {
    assert!(Engine::start(Vec::<Poor>::new()).is_err());
    drop(engine(|_| Ok(Vec::new())));
}

#[test]
fn an_engine_that_is_let_go_while_cameras_wait_still_answers_them() {
    let slow = engine(|_| {
        std::thread::sleep(Duration::from_millis(20));
        Ok(vec![person(0.5, 0.5)])
    });
    let engine = Arc::new(slow);
    let cameras: Vec<_> = (0..CAMERAS)
        .map(|camera| {
            let engine = Arc::clone(&engine);
            let frame = Film::new().frame(camera as f64);
            std::thread::spawn(move || engine.detect(frame).unwrap().1.len())
        })
        .collect();
    drop(engine);
    let found: usize = cameras.into_iter().map(|camera| camera.join().unwrap()).sum();
    assert_eq!(found, CAMERAS);
}
