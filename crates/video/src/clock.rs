//! From presentation stamps to stream time.
//!
//! Stream time is the stamp less the first frame's stamp. Real files break that in a few ways, and each has
//! one rule, so that stream time is strictly increasing whatever the file says:
//!
//! - A frame stamped no later than the one before it, by less than a second, is dropped: it carries no time
//!   of its own. After [`MAX_DROPPED`] of them in a row the stamps are taken to have started anew (next
//!   rule).
//! - A stamp that leaps back by a second or more, or forward by more than a day, belongs to another recording
//!   that was joined on. Stream time goes on one nominal frame later, and the leap is reported.
//! - A stamp that leaps forward by more than ten frames and half a second is believed, and reported.
//! - A frame without any stamp comes one nominal frame after the one before it: there is nothing better.

use observation::{StreamDuration, StreamTime};

use crate::gap::GapReason;

/// Frames in a row that may be dropped for their stamps before time is started anew.
const MAX_DROPPED: u32 = 16;
/// Steps back below this are disorder, from this on another recording. Microseconds.
const BACKWARD_LEAP: i64 = 1_000_000;
/// A leap forward beyond this is no missing stretch but another clock. Microseconds.
const ABSURD_LEAP: i64 = 24 * 3_600 * 1_000_000;
/// The shortest leap forward that is reported. Microseconds.
const SHORTEST_JUMP: i64 = 500_000;

/// What a stamp means.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// The frame's time, and what happened to time just before it.
    At(StreamTime, Option<GapReason>),
    /// The frame has no time of its own.
    Drop,
}

/// Turns presentation stamps into stream time.
#[derive(Debug)]
pub(crate) struct StreamClock {
    /// Seconds a tick, as a fraction.
    time_base: (i64, i64),
    /// Time from frame to frame where the container says no better.
    interval: StreamDuration,
    /// The first frame's stamp, in ticks.
    origin: Option<i64>,
    /// Added to a stamp's time since the last leap.
    shift: i64,
    last: Option<StreamTime>,
    dropped: u32,
}

impl StreamClock {
    /// A clock whose ticks last `time_base.0 / time_base.1` seconds; `interval` is the nominal time between
    /// frames.
    pub(crate) fn new(time_base: (i32, i32), interval: StreamDuration) -> Self {
        let time_base = match time_base {
            (num, den) if num > 0 && den > 0 => (i64::from(num), i64::from(den)),
            _ => (1, 1_000_000),
        };
        Self { time_base, interval, origin: None, shift: 0, last: None, dropped: 0 }
    }

    /// Time from frame to frame where the container says no better.
    pub(crate) fn interval(&self) -> StreamDuration {
        self.interval
    }

    /// The time of the last frame.
    pub(crate) fn last(&self) -> Option<StreamTime> {
        self.last
    }

    /// Forgets the last frame, because the next comes from elsewhere in the file. The first frame's stamp
    /// stays.
    pub(crate) fn seeked(&mut self) {
        self.last = None;
        self.dropped = 0;
    }

    /// The stamp of the moment `time`, in ticks; none before the first stamp is known.
    pub(crate) fn ticks_at(&self, time: StreamTime) -> Option<i64> {
        let (num, den) = self.time_base;
        let ticks = i128::from(time.as_micros()) * i128::from(den) / (i128::from(num) * 1_000_000);
        Some(i64::try_from(ticks).ok()?.saturating_add(self.origin?))
    }

    /// A length of ticks.
    pub(crate) fn length(&self, ticks: i64) -> StreamDuration {
        StreamDuration::from_micros(self.micros(i128::from(ticks)))
    }

    /// The moment of a stamp, without any effect on the clock.
    pub(crate) fn peek(&self, stamp: i64) -> Option<StreamTime> {
        let ticks = i128::from(stamp) - i128::from(self.origin?);
        Some(StreamTime::from_micros(self.micros(ticks).saturating_add(self.shift)))
    }

    /// The time of the next frame, stamped `stamp`.
    pub(crate) fn advance(&mut self, stamp: Option<i64>) -> Moment {
        if self.origin.is_none() {
            self.origin = stamp;
        }
        let Some(last) = self.last else {
            let first = stamp.and_then(|stamp| self.peek(stamp)).unwrap_or(StreamTime::ZERO);
            return self.accept(first, None);
        };
        let next = last + self.interval;
        let Some(raw) = stamp.and_then(|stamp| self.peek(stamp)) else {
            return self.accept(next, None);
        };
        let step = raw.as_micros().saturating_sub(last.as_micros());
        let restarted = step <= -BACKWARD_LEAP || step > ABSURD_LEAP || self.dropped >= MAX_DROPPED;
        if restarted {
            self.shift = self.shift.saturating_add(next.as_micros().saturating_sub(raw.as_micros()));
            return self.accept(next, Some(GapReason::Discontinuity));
        }
        if step <= 0 {
            self.dropped += 1;
            return Moment::Drop;
        }
        let jumped = step > SHORTEST_JUMP.max(self.interval.as_micros().saturating_mul(10));
        self.accept(raw, jumped.then_some(GapReason::Jump))
    }

    fn accept(&mut self, time: StreamTime, reason: Option<GapReason>) -> Moment {
        self.last = Some(time);
        self.dropped = 0;
        Moment::At(time, reason)
    }

    /// To the nearest microsecond, and within what an `i64` of a tenth of its range holds, so that sums of
    /// two of them never overflow.
    fn micros(&self, ticks: i128) -> i64 {
        let (num, den) = (i128::from(self.time_base.0), i128::from(self.time_base.1));
        let micros = (ticks * num * 1_000_000 + den / 2).div_euclid(den);
        let limit = i128::from(i64::MAX / 10);
        micros.clamp(-limit, limit) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> StreamClock {
        StreamClock::new((1, 1000), StreamDuration::from_secs(0.1))
    }

    fn times(stamps: &[Option<i64>]) -> Vec<Option<i64>> {
        let mut clock = clock();
        stamps
            .iter()
            .map(|stamp| match clock.advance(*stamp) {
                Moment::At(time, _) => Some(time.as_micros() / 1000),
                Moment::Drop => None,
            })
            .collect()
    }

    #[test]
    fn time_starts_at_the_first_stamp_and_follows_the_stamps() {
        assert_eq!(times(&[Some(5000), Some(5040), Some(5200)]), [Some(0), Some(40), Some(200)]);
    }

    #[test]
    fn a_duplicate_or_slightly_earlier_stamp_is_dropped() {
        assert_eq!(
            times(&[Some(0), Some(100), Some(100), Some(60), Some(200)]),
            [Some(0), Some(100), None, None, Some(200)]
        );
    }

    #[test]
    fn a_missing_stamp_comes_one_frame_later() {
        assert_eq!(times(&[Some(500), None, Some(700), None]), [Some(0), Some(100), Some(200), Some(300)]);
    }

    #[test]
    fn a_leap_forward_is_believed_and_reported() {
        let mut clock = clock();
        clock.advance(Some(0));
        assert_eq!(
            clock.advance(Some(30_000)),
            Moment::At(StreamTime::from_secs(30.0), Some(GapReason::Jump))
        );
        assert_eq!(clock.advance(Some(30_900)), Moment::At(StreamTime::from_secs(30.9), None));
    }

    #[test]
    fn a_leap_back_or_an_absurd_one_goes_on_one_frame_later() {
        let mut clock = clock();
        clock.advance(Some(0));
        clock.advance(Some(60_000));
        let leap = Some(GapReason::Discontinuity);
        assert_eq!(clock.advance(Some(7)), Moment::At(StreamTime::from_secs(60.1), leap.clone()));
        assert_eq!(clock.advance(Some(107)), Moment::At(StreamTime::from_secs(60.2), None));
        assert_eq!(clock.advance(Some(i64::MAX)), Moment::At(StreamTime::from_secs(60.3), leap.clone()));
        assert_eq!(clock.advance(Some(i64::MIN + 1)), Moment::At(StreamTime::from_secs(60.4), leap));
    }

    #[test]
    fn stamps_that_never_move_do_not_swallow_the_whole_file() {
        let kept = times(&[Some(0); 200]).into_iter().flatten().count();
        assert!((10..=14).contains(&kept), "{kept} frames kept");
    }
}
