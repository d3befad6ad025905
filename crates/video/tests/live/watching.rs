//! A consumer: takes items from a reader on a thread, and lets a test wait for what it expects.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use video::{LiveItem, LiveOptions, LiveReader, LiveSource, LiveStats, StopHandle, SystemClock};

/// What is kept for messages: long tests measure memory.
const LOG_LINES: usize = 50;

pub(crate) struct Watch {
    items: Receiver<LiveItem>,
    /// Texts of what came last, for messages.
    log: Vec<String>,
    started: Instant,
    stop: StopHandle,
    thread: Option<JoinHandle<LiveStats>>,
}

/// Options whose only difference from the defaults is the seed.
pub(crate) fn options() -> LiveOptions {
    LiveOptions { seed: u64::from(std::process::id()), ..LiveOptions::default() }
}

pub(crate) fn watch(source: &LiveSource) -> Watch {
    watch_with(source, &options())
}

pub(crate) fn watch_with(source: &LiveSource, options: &LiveOptions) -> Watch {
    let mut reader = LiveReader::open(source, options, Arc::new(SystemClock::new())).unwrap();
    let stop = reader.stop_handle();
    let (sender, items) = mpsc::channel();
    let consume = move || {
        let mut last = None;
        for item in &mut reader {
            if let LiveItem::Frame(frame) = &item {
                let time = frame.frame.time;
                assert!(last.is_none_or(|last| last < time), "stream time went from {last:?} to {time:?}");
                last = Some(time);
            }
            // The test has seen enough.
            if sender.send(item).is_err() {
                break;
            }
        }
        reader.stats()
    };
    let thread = Some(std::thread::spawn(consume));
    Watch { items, log: Vec::new(), started: Instant::now(), stop, thread }
}

impl Watch {
    /// Waits for an item that `wanted` makes something of, and says how long that took.
    pub(crate) fn until<T>(
        &mut self,
        what: &str,
        limit: f64,
        mut wanted: impl FnMut(&LiveItem) -> Option<T>,
    ) -> (T, f64) {
        let began = Instant::now();
        let limit = Duration::from_secs_f64(limit);
        loop {
            match self.items.recv_timeout(limit.saturating_sub(began.elapsed())) {
                Ok(item) => {
                    let found = wanted(&item);
                    self.note(&item);
                    if let Some(found) = found {
                        return (found, began.elapsed().as_secs_f64());
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    panic!("no {what} within {limit:?}; there was {:#?}", self.log)
                }
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("no {what} before the end; there was {:#?}", self.log)
                }
            }
        }
    }

    fn note(&mut self, item: &LiveItem) {
        let at = self.started.elapsed().as_secs_f64();
        match item {
            LiveItem::Frame(_) => {
                let is_counted = self.log.last().is_some_and(|line| line.starts_with("frames until"));
                if is_counted {
                    self.log.pop();
                }
                self.log.push(format!("frames until {at:.2}"));
            }
            other => self.log.push(format!("{at:.2} {other:?}")),
        }
        if self.log.len() > LOG_LINES {
            self.log.remove(0);
        }
    }

    /// Waits for so many pictures; anything else is passed over.
    pub(crate) fn frames(&mut self, count: usize, limit: f64) -> Vec<video::LiveTime> {
        let mut times = Vec::new();
        self.until("enough pictures", limit, |item| {
            if let LiveItem::Frame(frame) = item {
                times.push(frame.time());
            }
            (times.len() == count).then_some(())
        });
        times
    }

    /// Waits for the source to be offline, and gives the reason's code.
    pub(crate) fn offline(&mut self, limit: f64) -> (&'static str, f64) {
        self.until("outage", limit, |item| match item {
            LiveItem::Offline { reason, since, noticed } => {
                assert!(since.stream <= noticed.stream, "noticed before it began");
                assert!(!reason.to_string().contains('\n'));
                Some(reason.code())
            }
            _ => None,
        })
    }

    /// Waits for watching to go on, and gives how long it did not.
    pub(crate) fn back(&mut self, limit: f64) -> (f64, f64) {
        self.until("return", limit, |item| match item {
            LiveItem::Back { from, until } => Some((until.stream - from.stream).as_secs()),
            _ => None,
        })
    }

    /// Whatever comes during `seconds`.
    pub(crate) fn during(&mut self, seconds: f64) -> Vec<LiveItem> {
        let until = Instant::now() + Duration::from_secs_f64(seconds);
        let mut items = Vec::new();
        while let Ok(item) = self.items.recv_timeout(until.saturating_duration_since(Instant::now())) {
            self.note(&item);
            items.push(item);
        }
        items
    }

    /// Stops the reader, and says how long that took.
    pub(crate) fn stop(mut self) -> (LiveStats, Duration) {
        let began = Instant::now();
        self.stop.stop();
        // Once the iterator has ended the sender is gone.
        while self.items.recv().is_ok() {}
        let stats = self.thread.take().unwrap().join().unwrap();
        (stats, began.elapsed())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop.stop();
        if let Some(Err(panic)) = self.thread.take().map(JoinHandle::join)
            && !std::thread::panicking()
        {
            std::panic::resume_unwind(panic);
        }
    }
}
