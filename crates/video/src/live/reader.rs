use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use address::{Kind, LiveSource};

use super::clock::Clock;
use super::control::Control;
use super::item::LiveItem;
use super::options::LiveOptions;
use super::outbox::Outbox;
use super::worker::Worker;
use crate::selection::Selection;
use crate::{Error, Source};

/// How long dropping a reader waits for its thread. libav's waits end within a tenth of a second.
const ENDING: Duration = Duration::from_secs(2);

/// What a live reader has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LiveStats {
    /// Connections that gave a picture.
    pub connections: u64,
    /// Pictures decoded.
    pub decoded: u64,
    /// Pictures put out for the consumer; of these, `shed` were never taken.
    pub given: u64,
    /// Pictures that gave way to newer ones, because the consumer was slow.
    pub shed: u64,
    /// Pictures not passed on because a part of them was missing.
    pub damaged: u64,
    /// Pictures not passed on because their stamps were not later than the ones before.
    pub unordered: u64,
    /// Pictures not passed on because the source was frozen.
    pub frozen: u64,
    /// How often the camera's stamps leapt, because its clock was set.
    pub stamp_jumps: u64,
    /// By how many millionths the camera's clock runs faster than the local one; known after a minute.
    pub drift_ppm: Option<f64>,
}

/// A live source: an iterator over pictures and over what happens to the source.
///
/// Taking the next item blocks until there is one, so call it on a thread of its own. The reader has another
/// thread that connects, reads and decodes, and never waits for the consumer. There are no errors: whatever
/// goes wrong is a [`LiveItem::Offline`], and the reader tries again until it is stopped or dropped. Only
/// `replay:` ends by itself.
pub struct LiveReader {
    control: Arc<Control>,
    outbox: Arc<Outbox>,
    thread: Option<JoinHandle<()>>,
}

impl LiveReader {
    /// Starts to watch `source`. Stream time is `clock`'s monotonic time since this call.
    ///
    /// # Errors
    /// When the options make no sense, the file to be replayed is missing, or the system gives no thread. A
    /// camera that does not answer is no error.
    pub fn open(source: &LiveSource, options: &LiveOptions, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        options.check()?;
        let selection = Selection::new(options.analyse_fps)?;
        if let Kind::Replay { path, .. } = source.kind()
            && !matches!(Source::resolve(path)?, Source::File(_))
        {
            return Err(Error::BadAddress(address::BadAddress {
                name: source.to_string(),
                reason: "only a video file can be replayed",
            }));
        }
        let control = Arc::new(Control::new(clock));
        let outbox = Arc::new(Outbox::new(options.waiting_frames));
        let worker = Worker::new(
            source.clone(),
            options.clone(),
            selection,
            Arc::clone(&control),
            Arc::clone(&outbox),
        );
        let thread = std::thread::Builder::new()
            .name("live-reader".to_owned())
            .spawn(move || worker.run())
            .map_err(|error| Error::Thread { name: source.to_string(), source: error })?;
        Ok(Self { control, outbox, thread: Some(thread) })
    }

    /// What stops this reader, for another thread.
    pub fn stop_handle(&self) -> StopHandle {
        StopHandle { control: Arc::clone(&self.control), outbox: Arc::clone(&self.outbox) }
    }

    /// What has been done so far.
    pub fn stats(&self) -> LiveStats {
        self.outbox.stats()
    }
}

impl Iterator for LiveReader {
    type Item = LiveItem;

    fn next(&mut self) -> Option<LiveItem> {
        self.outbox.take(&self.control)
    }
}

impl Drop for LiveReader {
    fn drop(&mut self) {
        self.stop_handle().stop();
        if !self.outbox.wait_for_end(ENDING) {
            // It holds nothing that anyone else needs, and ends with the call that it is stuck in.
            tracing::warn!("a live reader's thread did not end in time and is left to itself");
            return;
        }
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            tracing::error!("a live reader's thread panicked");
        }
    }
}

/// Stops a [`LiveReader`] from another thread: its iterator ends at once, wherever it waits.
#[derive(Clone)]
pub struct StopHandle {
    control: Arc<Control>,
    outbox: Arc<Outbox>,
}

impl StopHandle {
    /// Stops the reader, for good.
    pub fn stop(&self) {
        self.control.stop();
        self.outbox.wake();
    }
}
