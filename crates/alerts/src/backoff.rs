//! When the next try is.

use time::{Duration, OffsetDateTime};

/// How often and for how long a delivery is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The pause after the first try that failed; each further one is twice as long.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
    /// How long after its beginning a delivery is given up.
    pub give_up: Duration,
    /// How long a try may take; one that takes longer is taken to have died with its process.
    pub lease: Duration,
}

impl Default for Schedule {
    fn default() -> Self {
        Self {
            first: Duration::seconds(5),
            longest: Duration::hours(1),
            give_up: Duration::days(3),
            lease: Duration::seconds(60),
        }
    }
}

impl Schedule {
    /// When the next try is after so many that failed; none when the delivery is given up. `wanted` is what the
    /// receiver asked for, and `chance`, 0..1, spreads those who failed together: a pause is 80 to 120 % of its length.
    pub fn next(
        &self,
        created: OffsetDateTime,
        now: OffsetDateTime,
        tries: u32,
        wanted: Option<Duration>,
        chance: f64,
    ) -> Option<OffsetDateTime> {
        let doubled = 2i32.saturating_pow(tries.saturating_sub(1).min(30));
        let pause =
            self.first.checked_mul(doubled).unwrap_or(self.longest).min(self.longest) * (0.8 + 0.4 * chance);
        let next = now + pause.max(wanted.unwrap_or(Duration::ZERO).min(self.longest));
        (next - created < self.give_up).then_some(next)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BEGIN: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    #[test]
    fn pauses_grow_to_an_hour_and_end_after_three_days() {
        let (schedule, mut now, mut tries) = (Schedule::default(), BEGIN, 1);
        let mut pauses = Vec::new();
        while let Some(next) = schedule.next(BEGIN, now, tries, None, 0.5) {
            pauses.push((next - now).whole_seconds());
            (now, tries) = (next, tries + 1);
        }
        assert_eq!(pauses[..11], [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600]);
        assert!((72..90).contains(&pauses.len()), "{}", pauses.len());
    }

    proptest! {
        #[test]
        fn a_pause_is_bounded_and_never_shorter_than_the_receiver_asks(
            tries: u32, chance in 0.0..1.0, wanted in 0i64..10_000
        ) {
            let schedule = Schedule::default();
            let next = schedule.next(BEGIN, BEGIN, tries, Some(Duration::seconds(wanted)), chance).unwrap();
            prop_assert!(next - BEGIN >= Duration::seconds(wanted).min(schedule.longest));
            prop_assert!(next - BEGIN >= schedule.first * 0.8 && next - BEGIN <= schedule.longest * 1.2);
        }
    }
}
