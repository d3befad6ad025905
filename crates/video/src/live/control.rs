//! What ends a wait: a time limit, or being told to stop.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::clock::Clock;

/// No time limit.
const NEVER: u64 = u64::MAX;

/// Shared by the thread that reads, libav's waits in it, and whoever stops it.
pub(crate) struct Control {
    clock: Arc<dyn Clock>,
    stopped: AtomicBool,
    /// Saying good-bye to the camera goes on, for a moment, although the reader was stopped.
    closing: AtomicBool,
    /// The end of the present wait, in microseconds of the monotonic clock.
    deadline: AtomicU64,
    sleeping: Mutex<()>,
    woken: Condvar,
}

impl Control {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            stopped: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            deadline: AtomicU64::new(NEVER),
            sleeping: Mutex::new(()),
            woken: Condvar::new(),
        }
    }

    /// Microseconds of the monotonic clock.
    pub(crate) fn now(&self) -> i64 {
        i64::try_from(self.clock.monotonic().as_micros()).unwrap_or(i64::MAX / 2)
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Ends every wait, now and from now on.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        // A thread between its look at the flag and its sleep holds the lock.
        drop(self.sleeping.lock().unwrap_or_else(PoisonError::into_inner));
        self.woken.notify_all();
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    /// What libav does from now on may take `limit`.
    pub(crate) fn allow(&self, limit: Duration) {
        self.closing.store(false, Ordering::Release);
        self.set_deadline(limit);
    }

    /// Closing a connection may take `limit`, stopped or not: a camera that is not told good-bye keeps the
    /// session for a minute, and has only a few.
    pub(crate) fn allow_closing(&self, limit: Duration) {
        self.closing.store(true, Ordering::Release);
        self.set_deadline(limit);
    }

    fn set_deadline(&self, limit: Duration) {
        let end = self.clock.monotonic().saturating_add(limit).as_micros();
        self.deadline.store(u64::try_from(end).unwrap_or(NEVER), Ordering::Release);
    }

    /// Whether a wait has to end now. libav asks every tenth of a second while it waits.
    pub(crate) fn interrupts(&self) -> bool {
        let stopped = self.is_stopped() && !self.closing.load(Ordering::Acquire);
        stopped || self.clock.monotonic().as_micros() >= u128::from(self.deadline.load(Ordering::Acquire))
    }

    /// Sleeps for `length` unless stopped; says whether the reader goes on.
    pub(crate) fn sleep(&self, length: Duration) -> bool {
        let guard = self.sleeping.lock().unwrap_or_else(PoisonError::into_inner);
        let slept = self.woken.wait_timeout_while(guard, length, |()| !self.is_stopped());
        drop(slept.unwrap_or_else(PoisonError::into_inner));
        !self.is_stopped()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::clock::SystemClock;

    fn control() -> Control {
        Control::new(Arc::new(SystemClock::new()))
    }

    #[test]
    fn a_wait_ends_at_its_limit_or_when_stopped() {
        let control = control();
        assert!(!control.interrupts(), "without a limit");
        control.allow(Duration::ZERO);
        assert!(control.interrupts(), "at its limit");
        control.allow(Duration::from_secs(60));
        assert!(!control.interrupts(), "before its limit");
        control.stop();
        assert!(control.interrupts(), "when stopped");
        control.allow_closing(Duration::from_secs(60));
        assert!(!control.interrupts(), "closing goes on");
    }

    #[test]
    fn stopping_ends_a_sleep_at_once() {
        let control = Arc::new(control());
        let sleeper = Arc::clone(&control);
        let thread = std::thread::spawn(move || sleeper.sleep(Duration::from_secs(3600)));
        control.stop();
        assert!(!thread.join().unwrap());
    }
}
