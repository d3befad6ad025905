//! One set of detectors for all cameras of a process.

use std::collections::VecDeque;
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
    /// When the system gives no thread.
    pub fn start<D: DetectBatch>(detectors: Vec<D>) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let mut engine = Self { shared: Arc::clone(&shared), threads: Vec::new() };
        for mut detector in detectors {
            let shared = Arc::clone(&shared);
            let thread = std::thread::Builder::new().name("detector".to_owned());
            engine.threads.push(thread.spawn(move || work(&mut detector, &shared))?);
        }
        Ok(engine)
    }

    /// Looks at a frame, and gives it back. Blocks until a detector has had time for it.
    ///
    /// # Errors
    /// When the frame cannot be converted, the model fails, or the engine has ended.
    pub fn detect(&self, frame: Frame) -> Result<(Frame, Vec<Detection>), BoxError> {
        let (answer, answered) = sync_channel(1);
        {
            let mut queue = self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
            if queue.closed {
                return Err("the detectors have ended".into());
            }
            queue.requests.push_back(Request { frame, answer });
        }
        self.shared.ready.notify_one();
        let (frame, found) = answered.recv().map_err(|_| "the detectors have ended")?;
        Ok((frame, found?))
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
            // Whoever waits for an answer learns that none will come.
            queue.requests.clear();
        }
        self.shared.ready.notify_all();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a detector's thread panicked");
            }
        }
    }
}

fn work<D: DetectBatch>(detector: &mut D, shared: &Shared) {
    let capacity = detector.capacity().max(1);
    while let Some(requests) = take(shared, capacity) {
        let frames: Vec<&Frame> = requests.iter().map(|request| &request.frame).collect();
        let found = detector.detect_batch(&frames);
        shared.frames.fetch_add(frames.len() as u64, Ordering::Relaxed);
        shared.batches.fetch_add(1, Ordering::Relaxed);
        match found {
            Ok(found) => {
                for (request, found) in requests.into_iter().zip(found) {
                    // A camera that was stopped meanwhile no longer waits.
                    request.answer.send((request.frame, Ok(found))).ok();
                }
            }
            Err(error) => {
                let text = error.to_string();
                for request in requests {
                    request.answer.send((request.frame, Err(text.clone()))).ok();
                }
            }
        }
    }
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
