use std::time::{Duration, Instant};

use time::OffsetDateTime;

/// The two clocks that a live source is held against. Passed in, so that tests can bring their own.
pub trait Clock: Send + Sync {
    /// Time since a fixed moment of the clock's own choosing. Never goes back and is never set.
    fn monotonic(&self) -> Duration;

    /// What a wall clock shows. May be set, forwards and backwards.
    fn calendar(&self) -> OffsetDateTime;
}

/// The clocks of the operating system.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    origin: Instant,
}

impl SystemClock {
    /// Clocks whose monotonic time begins now.
    #[expect(
        clippy::disallowed_methods,
        reason = "whoever watches a camera lives in real time; this is the one place"
    )]
    pub fn new() -> Self {
        Self { origin: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn monotonic(&self) -> Duration {
        self.origin.elapsed()
    }

    fn calendar(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}
