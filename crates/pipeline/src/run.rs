use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use event::{Event, Gap, GapReason};
use observation::{Detection, StreamTime, TrackedDetection};
use video::{Frame, Item, Reader};

use crate::Analysis;

/// Finds the boxes in a frame.
pub trait Detect: Send {
    /// The boxes, normalised to the frame.
    ///
    /// # Errors
    /// When the frame cannot be converted or the model fails; the run then ends.
    fn detect(&mut self, frame: &Frame) -> Result<Vec<Detection>, BoxError>;
}

/// Any error that can be sent between threads.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What the run tells, in order of stream time.
#[derive(Debug)]
pub enum Told<'a> {
    /// A frame was counted.
    Frame {
        /// The frame, for drawing on.
        frame: &'a Frame,
        /// The confirmed tracks that were seen.
        seen: &'a [TrackedDetection],
        /// What became certain.
        events: &'a [Event],
        /// The state after it.
        analysis: &'a Analysis,
    },
    /// Something became certain without a frame: at a gap, or at the end.
    Events(&'a [Event]),
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// Frames that were analysed.
    pub frames: u64,
    /// Stretches without pictures.
    pub gaps: u64,
    /// Time of the last frame.
    pub end: StreamTime,
}

/// Frames on their way at one time, for each detector: enough that none waits for the decoder.
const ON_THE_WAY: usize = 4;

enum Job {
    Frame(u64, Frame),
    Gap(u64, video::Gap),
}

enum Answer {
    Frame(u64, Frame, Result<Vec<Detection>, BoxError>),
    Gap(u64, video::Gap),
}

/// Counts a source to its end. One thread decodes, one more for each detector detects, and the calling thread
/// counts in the order of the frames: neither the number of detectors nor their speed changes a count.
///
/// # Errors
/// The first error of a detector or of `tell`. What was told before it stands.
pub fn run<D: Detect>(
    reader: Reader,
    detectors: Vec<D>,
    analysis: &mut Analysis,
    tell: &mut dyn FnMut(Told<'_>) -> Result<(), BoxError>,
) -> Result<Ran, BoxError> {
    let window = ON_THE_WAY * detectors.len().max(1);
    let (jobs_in, jobs) = sync_channel::<Job>(window);
    let (results_in, results) = sync_channel::<Answer>(window);
    // A ticket for each frame on its way: bounds the frames that wait for an earlier one.
    let (tickets_in, tickets) = sync_channel::<()>(window);
    for _ in 0..window {
        tickets_in.send(()).expect("the channel holds all tickets and its receiver is here");
    }
    let jobs = Mutex::new(jobs);
    std::thread::scope(|scope| {
        scope.spawn(move || decode(reader, &jobs_in, &tickets));
        for mut detector in detectors {
            let (jobs, results) = (&jobs, results_in.clone());
            scope.spawn(move || work(&mut detector, jobs, &results));
        }
        drop(results_in);
        // It takes its ends of the channels with it: when it returns early, every thread notices.
        count(results, tickets_in, analysis, tell)
    })
}

fn decode(reader: Reader, jobs: &SyncSender<Job>, tickets: &Receiver<()>) {
    for (number, item) in (0..).zip(reader) {
        let job = match item {
            Item::Frame(frame) => Job::Frame(number, frame),
            Item::Gap(gap) => Job::Gap(number, gap),
        };
        // Either fails only when the counting has ended early.
        if tickets.recv().is_err() || jobs.send(job).is_err() {
            return;
        }
    }
}

fn work<D: Detect>(detector: &mut D, jobs: &Mutex<Receiver<Job>>, results: &SyncSender<Answer>) {
    loop {
        let Ok(Ok(job)) = jobs.lock().map(|jobs| jobs.recv()) else { return };
        let result = match job {
            Job::Frame(number, frame) => {
                let found = detector.detect(&frame);
                Answer::Frame(number, frame, found)
            }
            Job::Gap(number, gap) => Answer::Gap(number, gap),
        };
        if results.send(result).is_err() {
            return;
        }
    }
}

fn count(
    results: Receiver<Answer>,
    tickets: SyncSender<()>,
    analysis: &mut Analysis,
    tell: &mut dyn FnMut(Told<'_>) -> Result<(), BoxError>,
) -> Result<Ran, BoxError> {
    let mut ran = Ran::default();
    let mut early: BTreeMap<u64, Answer> = BTreeMap::new();
    let mut next = 0;
    for result in results {
        let number = match &result {
            Answer::Frame(number, ..) | Answer::Gap(number, _) => *number,
        };
        early.insert(number, result);
        while let Some(result) = early.remove(&next) {
            next += 1;
            match result {
                Answer::Frame(_, frame, found) => {
                    let analysed = analysis.detections(frame.time, &found?);
                    ran.frames += 1;
                    ran.end = frame.time;
                    let (seen, events) = (&analysed.seen, &analysed.events);
                    tell(Told::Frame { frame: &frame, seen, events, analysis })?;
                }
                Answer::Gap(_, gap) => {
                    ran.gaps += 1;
                    let detail = Some(gap.reason.to_string());
                    let gap = Gap { from: gap.from, until: gap.until, reason: GapReason::Offline, detail };
                    tell(Told::Events(&analysis.gap(gap)))?;
                }
            }
            // The decoder has gone when its work is done.
            tickets.send(()).ok();
        }
    }
    tell(Told::Events(&analysis.finish()))?;
    Ok(ran)
}
