//! From a camera's stamps to stream time, held to the local clock.
//!
//! A camera's stamps say exactly how far two frames are apart, and nothing else: they begin anywhere, run a
//! little fast or slow, leap when the camera's clock is set, and wrap around. The local monotonic clock knows
//! the time, but a frame reaches it late, and each by another delay. So a frame's time is its stamp plus an
//! *offset*, and the offset is steered towards the least of (arrival − stamp) of the last seconds: the frame
//! that was delayed least knows best. The design is explained in `docs/src/reference/time.md`.

use observation::StreamTime;

/// Arrivals are looked at in windows of this length; the least of two windows counts. Microseconds.
const WINDOW: i64 = 10_000_000;
/// Offsets this far apart are closed by steering in about so many microseconds.
const STEERING_TIME: f64 = 10_000_000.0;
/// The gentlest steering: more than any working camera clock drifts (500 ppm).
const MIN_STEERING: f64 = 500e-6;
/// The strongest steering: intervals between frames are wrong by no more than this share.
const MAX_STEERING: f64 = 0.05;
/// Stamps that step back by less than this are disorder, else the camera's clock was set. Microseconds.
const BACKWARD_LEAP: i64 = 1_000_000;
/// A stamp that leaps forward by more than this, or five frames, to a time as far ahead of now, is not a pause
/// of the camera but its clock being set. Microseconds.
const FORWARD_LEAP: i64 = 1_000_000;
/// Frames in a row that are dropped because their stamps do not advance, before stamps are read anew.
const MAX_DROPPED: u32 = 8;
/// A wrap is believed when the stamp goes on behind it within this. Microseconds.
const WRAP_MARGIN: i64 = 10_000_000;
/// RTP counts in 32 bits, MPEG-TS in 33.
const WRAPS: [i64; 2] = [1 << 32, 1 << 33];
/// A frame without a stamp in a stream that has some is put where it is expected, if that is this near to its
/// arrival. Microseconds.
const EXPECTATION: i64 = 2_000_000;
/// Drift is told once it has been measured for this long. Microseconds.
const DRIFT_BASE: i64 = 60_000_000;

/// Turns stamps into stream time, over any number of connections. *Now* is in microseconds of the local
/// monotonic clock since the reader was opened, and so is stream time.
#[derive(Debug, Default)]
pub(crate) struct Discipline {
    last: Option<StreamTime>,
    /// None where stamps mean nothing.
    ticks: Option<Ticks>,
    /// When a frame without a stamp is expected.
    expected: i64,
    anchor: Option<Anchor>,
    jumps: u64,
}

impl Discipline {
    /// A connection was made, and stamps begin anew with a frame taken at about `began`. Without `ticks`, time
    /// is the arrival.
    pub(crate) fn connected(&mut self, ticks: Option<Ticks>, began: i64) {
        (self.ticks, self.expected, self.anchor) = (ticks, began, None);
    }

    /// A packet stamped `stamp` was the first to come, at the time given to [`connected`](Self::connected).
    pub(crate) fn first_packet(&mut self, stamp: i64) {
        self.anchor = self.ticks.map(|ticks| Anchor::new(ticks, stamp, self.expected));
    }

    /// How often the camera's stamps leapt.
    pub(crate) fn jumps(&self) -> u64 {
        self.jumps
    }

    /// By how many millionths the camera's clock runs faster than the local one; known after a minute of one
    /// connection.
    pub(crate) fn drift_ppm(&self) -> Option<f64> {
        self.anchor.as_ref()?.least.drift_ppm()
    }

    /// The time of the next frame, stamped `stamp`, placed at `now`; none if it has no time of its own.
    /// Always later than the frame before.
    pub(crate) fn place(&mut self, stamp: Option<i64>, now: i64) -> Option<StreamTime> {
        let earliest = self.last.map_or(i64::MIN, |last| last.as_micros().saturating_add(1));
        let time = match (self.ticks, stamp) {
            (None, _) => now,
            // RTSP's first packet often has no stamp.
            (Some(_), None) if (now - self.expected).abs() < EXPECTATION => self.expected,
            (Some(_), None) => now,
            (Some(ticks), Some(stamp)) => {
                let expected = self.expected.max(earliest);
                let anchor = self.anchor.get_or_insert_with(|| Anchor::new(ticks, stamp, expected));
                match anchor.step_to(stamp, now) {
                    Step::On => anchor.time(),
                    Step::Back => return None,
                    Step::Leap => {
                        self.jumps += 1;
                        *anchor = Anchor { is_placed: true, ..Anchor::new(ticks, stamp, now.max(earliest)) };
                        now
                    }
                }
            }
        };
        let time = time.max(earliest);
        self.expected = time.saturating_add(self.ticks.map_or(0, |ticks| ticks.interval));
        let time = StreamTime::from_micros(time);
        self.last = Some(time);
        Some(time)
    }

    /// The frame that was placed last was here at `now`: steers the offset.
    pub(crate) fn arrived(&mut self, now: i64) {
        if let Some(anchor) = self.anchor.as_mut().filter(|anchor| anchor.is_placed) {
            anchor.steer(now);
        }
    }
}

/// What stamps count in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticks {
    num: i64,
    den: i64,
    /// About the time between frames, microseconds.
    interval: i64,
    /// The shortest leap forward, microseconds.
    forward_leap: i64,
}

impl Ticks {
    /// Ticks of `num / den` seconds; `interval`, microseconds, is about the time between frames.
    pub(crate) fn new((num, den): (i32, i32), interval: i64) -> Self {
        let forward_leap = FORWARD_LEAP.max(interval.saturating_mul(5));
        match (num, den) {
            (1.., 1..) => Self { num: i64::from(num), den: i64::from(den), interval, forward_leap },
            _ => Self { num: 1, den: 1_000_000, interval, forward_leap },
        }
    }

    /// Clamped so that sums of some never overflow.
    fn micros(self, ticks: i64) -> i64 {
        let micros = i128::from(ticks) * i128::from(self.num) * 1_000_000 / i128::from(self.den);
        let limit = i128::from(i64::MAX / 16);
        micros.clamp(-limit, limit) as i64
    }
}

/// What a stamp says beside the one before it.
enum Step {
    On,
    /// Not later.
    Back,
    /// The camera's clock was set.
    Leap,
}

/// How stamps are read, from the moment that they began anew.
#[derive(Debug)]
struct Anchor {
    ticks: Ticks,
    /// Ticks added for the times that the camera's counter has wrapped.
    wrapped: i64,
    /// The last stamp that advanced, in ticks, unwrapped.
    stamp: i64,
    /// Whether a frame has that stamp; at first only a packet has.
    is_placed: bool,
    /// Added to a stamp, in microseconds, gives stream time.
    offset: f64,
    steered: i64,
    least: LeastOffset,
    dropped: u32,
}

impl Anchor {
    fn new(ticks: Ticks, stamp: i64, now: i64) -> Self {
        let offset = now as f64 - ticks.micros(stamp) as f64;
        let least = LeastOffset::new(now, offset);
        let (steered, is_placed) = (now, false);
        Self { ticks, wrapped: 0, stamp, is_placed, offset, steered, least, dropped: 0 }
    }

    fn time(&self) -> i64 {
        (self.ticks.micros(self.stamp) as f64 + self.offset).round() as i64
    }

    fn step_to(&mut self, stamp: i64, now: i64) -> Step {
        self.wrapped = self.wraps(stamp);
        let stamp = stamp.saturating_add(self.wrapped);
        let step = self.ticks.micros(stamp) - self.ticks.micros(self.stamp);
        let ahead = self.ticks.micros(stamp) as f64 + self.offset - now as f64;
        let forward = self.ticks.forward_leap;
        if step <= -BACKWARD_LEAP || (step > forward && ahead > forward as f64) {
            return Step::Leap;
        }
        if step < 0 || (step == 0 && self.is_placed) {
            self.dropped += 1;
            return if self.dropped > MAX_DROPPED { Step::Leap } else { Step::Back };
        }
        (self.stamp, self.is_placed, self.dropped) = (stamp, true, 0);
        Step::On
    }

    /// The ticks to be added to `stamp`, which has wrapped if it goes on soon after the one before only then.
    fn wraps(&self, stamp: i64) -> i64 {
        let goes_on = |wrap: &i64| {
            let stamp = stamp.saturating_add(self.wrapped).saturating_add(*wrap);
            let step = self.ticks.micros(stamp) - self.ticks.micros(self.stamp);
            (1..WRAP_MARGIN).contains(&step)
        };
        let wrap = WRAPS.into_iter().find(|wrap| !goes_on(&0) && goes_on(wrap));
        self.wrapped.saturating_add(wrap.unwrap_or(0))
    }

    fn steer(&mut self, now: i64) {
        self.least.observe(now, now as f64 - self.ticks.micros(self.stamp) as f64);
        let error = self.least.value() - self.offset;
        let share = (error.abs() / STEERING_TIME).clamp(MIN_STEERING, MAX_STEERING);
        let most = share * (now - self.steered).max(0) as f64;
        self.offset += error.clamp(-most, most);
        self.steered = now;
    }
}

/// The least of (arrival − stamp) within the last one or two windows, and how it moves.
#[derive(Debug)]
struct LeastOffset {
    started: i64,
    present: f64,
    past: Option<f64>,
    /// The first full window: its middle and its least offset.
    first: Option<(i64, f64)>,
    latest: Option<(i64, f64)>,
}

impl LeastOffset {
    fn new(now: i64, offset: f64) -> Self {
        Self { started: now, present: offset, past: None, first: None, latest: None }
    }

    fn observe(&mut self, now: i64, offset: f64) {
        if now - self.started < WINDOW {
            self.present = self.present.min(offset);
            return;
        }
        let window = (self.started + WINDOW / 2, self.present);
        self.first = self.first.or(Some(window));
        self.latest = Some(window);
        self.past = Some(self.present);
        self.present = offset;
        self.started = now;
    }

    fn value(&self) -> f64 {
        self.past.map_or(self.present, |past| past.min(self.present))
    }

    /// By how many millionths the camera's clock runs fast.
    fn drift_ppm(&self) -> Option<f64> {
        let (from, before) = self.first?;
        let (until, after) = self.latest.filter(|(until, _)| until - from >= DRIFT_BASE)?;
        Some((before - after) / (until - from) as f64 * 1e6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_000;
    const S: i64 = 1_000_000;
    /// 90 kHz, as in RTP and MPEG-TS.
    fn video() -> Ticks {
        Ticks::new((1, 90_000), 40 * MS)
    }

    fn ticks(micros: i64) -> i64 {
        micros * 9 / 100
    }

    /// One connection whose frames are stamped `stamps` and arrive at `arrivals`; gives their times.
    fn run(discipline: &mut Discipline, frames: impl IntoIterator<Item = (i64, i64)>) -> Vec<i64> {
        let mut frames = frames.into_iter().peekable();
        let (stamp, now) = *frames.peek().unwrap();
        discipline.connected(Some(video()), now);
        discipline.first_packet(stamp);
        let mut times = Vec::new();
        for (stamp, now) in frames {
            if let Some(time) = discipline.place(Some(stamp), now) {
                discipline.arrived(now);
                times.push(time.as_micros());
            }
        }
        assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "time goes back: {times:?}");
        times
    }

    /// A delay that is mostly small, now and then large: 0..20 ms, and every 50th frame 300 ms.
    fn jitter(n: i64) -> i64 {
        if n % 50 == 49 { 300 * MS } else { (n * 7_919 % 20) * MS }
    }

    #[test]
    fn intervals_are_the_cameras_and_not_the_networks() {
        let frames = (0..3_000).map(|n| (ticks(n * 40 * MS) + 12_345, S + n * 40 * MS + jitter(n)));
        let times = run(&mut Discipline::default(), frames);
        for pair in times.windows(2) {
            assert!((pair[1] - pair[0] - 40 * MS).abs() < MS, "{} µs", pair[1] - pair[0]);
        }
        assert!((times[0] - S).abs() < MS && (times[2_999] - S - 2_999 * 40 * MS).abs() < MS);
    }

    #[test]
    fn a_fast_and_a_slow_camera_clock_are_followed_and_measured() {
        for ppm in [-400, -20, 20, 400] {
            let mut discipline = Discipline::default();
            let fast = |real: i64| real + real / 1_000_000 * ppm;
            // Ten hours.
            let frames = (0..360_000).map(|n| (ticks(fast(n * 100 * MS)), n * 100 * MS + jitter(n)));
            let times = run(&mut discipline, frames);
            let error = times.last().unwrap() - 359_999 * 100 * MS;
            assert!(error.abs() < 25 * MS, "{ppm} ppm: {error} µs off");
            let measured = discipline.drift_ppm().unwrap();
            assert!((measured - ppm as f64).abs() < 1.0, "{ppm} ppm measured as {measured}");
        }
    }

    #[test]
    fn old_frames_sent_at_once_on_connecting_do_not_shift_time_for_long() {
        // Two seconds of frames at once, then one every 40 ms.
        let frames = (0..3_000).map(|n| (ticks(n * 40 * MS), S + (n - 50).max(0) * 40 * MS));
        let times = run(&mut Discipline::default(), frames);
        assert!(times.windows(2).all(|pair| (36 * MS..44 * MS).contains(&(pair[1] - pair[0]))));
        let arrival = S + 2_949 * 40 * MS;
        assert!((times[2_999] - arrival).abs() < 5 * MS, "{} µs", times[2_999] - arrival);
    }

    #[test]
    fn a_stalled_network_leaves_the_times_as_they_were_taken() {
        let late = |n: i64| if (500..600).contains(&n) { 600 * 40 * MS } else { n * 40 * MS };
        let times = run(&mut Discipline::default(), (0..1_000).map(|n| (ticks(n * 40 * MS), late(n))));
        assert!(times.windows(2).all(|pair| (pair[1] - pair[0] - 40 * MS).abs() < MS));
    }

    #[test]
    fn a_counter_that_wraps_goes_on() {
        for wrap in WRAPS {
            let start = wrap - ticks(10 * S);
            let stamp = |n: i64| (start + ticks(n * 40 * MS)) % wrap;
            let mut discipline = Discipline::default();
            let times = run(&mut discipline, (0..1_000).map(|n| (stamp(n), n * 40 * MS)));
            assert_eq!((times.len(), discipline.jumps()), (1_000, 0));
            assert!(times.windows(2).all(|pair| (pair[1] - pair[0] - 40 * MS).abs() < MS));
        }
    }

    #[test]
    fn a_camera_whose_clock_is_set_goes_on_at_the_time_of_arrival() {
        for leap in [-3_600 * S, -5 * S, 5 * S, 86_400 * S] {
            let mut discipline = Discipline::default();
            let stamp = |n: i64| ticks(1_000_000 * S + n * 40 * MS + if n < 500 { 0 } else { leap });
            let times = run(&mut discipline, (0..1_000).map(|n| (stamp(n), n * 40 * MS)));
            assert_eq!((times.len(), discipline.jumps()), (1_000, 1), "{leap}");
            assert!((times[999] - 999 * 40 * MS).abs() < MS, "{leap}");
        }
    }

    #[test]
    fn a_pause_of_the_camera_is_believed() {
        let paused = |n: i64| n * 40 * MS + if n < 500 { 0 } else { 30 * S };
        let mut discipline = Discipline::default();
        let times = run(&mut discipline, (0..1_000).map(|n| (ticks(paused(n)), paused(n))));
        assert_eq!(discipline.jumps(), 0);
        assert!((times[500] - times[499] - 30 * S - 40 * MS).abs() < MS);
    }

    #[test]
    fn frames_without_a_later_stamp_are_dropped_but_not_for_ever() {
        let mut discipline = Discipline::default();
        let times = run(&mut discipline, (0..900).map(|n| (0, n * 40 * MS)));
        assert_eq!(times.len(), 100, "every ninth");
        assert!((times[99] - 891 * 40 * MS).abs() < 400 * MS);
    }

    #[test]
    fn without_stamps_time_is_the_arrival() {
        let mut discipline = Discipline::default();
        discipline.connected(None, 0);
        let times = [5, 45, 45, 90].map(|now| discipline.place(None, now * MS).unwrap().as_micros());
        assert_eq!(times, [5 * MS, 45 * MS, 45 * MS + 1, 90 * MS]);
    }

    #[test]
    fn a_first_frame_without_a_stamp_comes_one_interval_before_the_second() {
        let mut discipline = Discipline::default();
        discipline.connected(Some(video()), S);
        // Probing kept them back for half a second.
        let stamps = [None, Some(ticks(40 * MS)), Some(ticks(80 * MS)), None, Some(ticks(160 * MS))];
        let times = stamps.map(|stamp| discipline.place(stamp, S + 500 * MS).unwrap().as_micros() / MS);
        assert_eq!(times, [1_000, 1_040, 1_080, 1_120, 1_160]);
    }

    #[test]
    fn time_goes_on_over_connections() {
        let mut discipline = Discipline::default();
        let first = run(&mut discipline, (0..100).map(|n| (ticks(n * 40 * MS) + 777, n * 40 * MS)));
        let later = 100 * S;
        let second = run(&mut discipline, (0..100).map(|n| (ticks(n * 66 * MS), later + n * 66 * MS)));
        assert!(first[99] < second[0] && (second[0] - later).abs() < MS);
    }

    proptest::proptest! {
        #[test]
        fn no_stamps_whatever_turn_time_back_or_overflow(
            frames in proptest::collection::vec((proptest::option::of(proptest::num::i64::ANY), 0..S), 1..200),
            time_base in (proptest::num::i32::ANY, proptest::num::i32::ANY),
        ) {
            let mut discipline = Discipline::default();
            discipline.connected(Some(Ticks::new(time_base, 40 * MS)), 0);
            if let Some(stamp) = frames[0].0 {
                discipline.first_packet(stamp);
            }
            let (mut now, mut last) = (0, i64::MIN);
            for (stamp, wait) in frames {
                now += wait;
                if let Some(time) = discipline.place(stamp, now) {
                    discipline.arrived(now);
                    proptest::prop_assert!(time.as_micros() > last);
                    last = time.as_micros();
                }
            }
        }
    }
}
