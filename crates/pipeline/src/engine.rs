//! One set of detectors for all cameras of a process.

use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

use observation::Detection;
use video::Frame;

use crate::BoxError;

/// Finds the boxes in several frames at once.
pub trait DetectBatch: Send + 'static {
    /// How many frames it takes at once at most.
    fn capacity(&self) -> usize;

    /// The boxes of each frame, normalised to it; at most [`capacity`](Self::capacity) frames.
    ///
    /// # Errors
    /// When a frame cannot be converted or the model fails.
    fn detect_batch(&mut self, frames: &[&Frame]) -> Result<Vec<Vec<Detection>>, BoxError>;
}

/// What an engine has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EngineStats {
    /// Frames that were looked at.
    pub frames: u64,
    /// How many times a detector was run for them.
    pub batches: u64,
    /// Frames that wait for a detector now.
    pub waiting: u64,
}

/// Detectors on threads of their own, shared by all cameras.
///
/// A camera has at most one frame with the engine, and whoever comes first is served first. So when there are
/// more frames than the detectors can look at, each camera gets its turn equally often, and what it cannot bring in
/// time is shed by its reader.
///
/// Whoever waits for an answer borrows the engine, so it ends only when nobody waits.
pub struct Engine {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    ready: Condvar,
    frames: AtomicU64,
    batches: AtomicU64,
}

#[derive(Default)]
struct Queue {
    requests: VecDeque<Request>,
    closed: bool,
}

struct Request {
    frame: Frame,
    answer: SyncSender<Answer>,
}

type Answer = (Frame, Result<Vec<Detection>, String>);

impl Engine {
    /// Starts a thread for each detector.
    ///
    /// # Errors
    /// When there is no detector, or the system gives no thread.
    pub fn start<D: DetectBatch>(detectors: Vec<D>) -> io::Result<Self> {
        if detectors.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "an engine needs at least one detector"));
        }
        let shared = Arc::new(Shared::default());
        let mut engine = Self { shared: Arc::clone(&shared), threads: Vec::new() };
        for mut detector in detectors {
            let shared = Arc::clone(&shared);
            let capacity = detector.capacity().max(1);
            let thread = std::thread::Builder::new().name("detector".to_owned());
            engine.threads.push(thread.spawn(move || work(&mut detector, capacity, &shared))?);
        }
        Ok(engine)
    }

    /// Looks at a frame, and gives it back. Blocks until a detector has had time for it.
    ///
    /// # Errors
    /// When the frame cannot be converted, or the model fails or panics. Frames of other cameras that were taken in
    /// with it have their own answers.
    pub fn detect(&self, frame: Frame) -> Result<(Frame, Vec<Detection>), BoxError> {
        let (answer, answered) = sync_channel(1);
        {
            let mut queue = self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
            queue.requests.push_back(Request { frame, answer });
        }
        self.shared.ready.notify_one();
        let (frame, found) = answered.recv().map_err(|_| "the detectors have ended")?;
        Ok((frame, found?))
    }

    /// How many detectors there are.
    pub fn detectors(&self) -> usize {
        self.threads.len()
    }

    /// What has been done so far.
    pub fn stats(&self) -> EngineStats {
        let queue = self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
        EngineStats {
            frames: self.shared.frames.load(Ordering::Relaxed),
            batches: self.shared.batches.load(Ordering::Relaxed),
            waiting: queue.requests.len() as u64,
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        {
            let mut queue = self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
            queue.closed = true;
        }
        self.shared.ready.notify_all();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a detector's thread panicked");
            }
        }
    }
}

fn work<D: DetectBatch>(detector: &mut D, capacity: usize, shared: &Shared) {
    while let Some(requests) = take(shared, capacity) {
        let frames: Vec<&Frame> = requests.iter().map(|request| &request.frame).collect();
        let found = look(detector, &frames);
        let found: Vec<Result<Vec<Detection>, String>> = match found {
            Ok(found) => found.into_iter().map(Ok).collect(),
            Err(error) if frames.len() == 1 => vec![Err(error)],
            // One camera's frame may be at fault: the others are not to suffer for it.
            Err(_) => {
                frames.iter().map(|frame| look(detector, &[frame]).map(|mut one| one.remove(0))).collect()
            }
        };
        shared.frames.fetch_add(requests.len() as u64, Ordering::Relaxed);
        shared.batches.fetch_add(1, Ordering::Relaxed);
        for (request, found) in requests.into_iter().zip(found) {
            // Whoever asked waits for the answer, and cannot be gone.
            request.answer.send((request.frame, found)).ok();
        }
    }
}

/// One answer for each frame. A panic is an error like others: a camera's frame must not end the counting of all.
fn look<D: DetectBatch>(detector: &mut D, frames: &[&Frame]) -> Result<Vec<Vec<Detection>>, String> {
    let found = catch_unwind(AssertUnwindSafe(|| detector.detect_batch(frames)))
        .map_err(|_| "the detector panicked".to_owned())?
        .map_err(|error| error.to_string())?;
    if found.len() != frames.len() {
        return Err(format!("the detector gave {} answers for {} frames", found.len(), frames.len()));
    }
    Ok(found)
}

/// What waits, at most `capacity`; none when the engine has ended.
fn take(shared: &Shared, capacity: usize) -> Option<Vec<Request>> {
    let mut queue = shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
    while queue.requests.is_empty() && !queue.closed {
        queue = shared.ready.wait(queue).unwrap_or_else(PoisonError::into_inner);
    }
    if queue.closed {
        return None;
    }
    let count = queue.requests.len().min(capacity);
    Some(queue.requests.drain(..count).collect())
}
