use std::time::Duration;

/// How long to wait before connecting again: the pause doubles with each failure up to a cap, and a random
/// part of it is left out so that a hundred cameras behind one switch do not come back in step.
#[derive(Debug)]
pub(crate) struct Backoff {
    first: Duration,
    failures: u32,
    random: u64,
}

impl Backoff {
    /// The first pause is about `first`; `seed` makes the pauses the same on every run.
    pub(crate) fn new(first: Duration, seed: u64) -> Self {
        Self { first, failures: 0, random: seed }
    }

    /// The connection gave a picture: the next failure is a first one.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }

    /// The next pause, at most `cap`.
    pub(crate) fn next(&mut self, cap: Duration) -> Duration {
        let full = self.first.saturating_mul(1 << self.failures.min(16)).min(cap);
        self.failures = self.failures.saturating_add(1);
        full.mul_f64(0.75 + 0.25 * self.fraction())
    }

    /// A number in 0..1, by SplitMix64 (Steele, Lea and Flood, 2014).
    fn fraction(&mut self) -> f64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAP: Duration = Duration::from_secs(3);

    fn pauses(seed: u64) -> Vec<Duration> {
        let mut backoff = Backoff::new(Duration::from_millis(500), seed);
        (0..8).map(|_| backoff.next(CAP)).collect()
    }

    #[test]
    fn pauses_double_up_to_the_cap_and_are_the_same_for_the_same_seed() {
        let full = [0.5, 1.0, 2.0, 3.0, 3.0, 3.0, 3.0, 3.0];
        for (pause, full) in pauses(7).iter().zip(full) {
            assert!((full * 0.75..=full).contains(&pause.as_secs_f64()), "{pause:?} for {full} s");
        }
        assert_eq!(pauses(7), pauses(7));
        assert_ne!(pauses(7), pauses(8));
    }

    #[test]
    fn a_picture_makes_the_next_pause_short_again() {
        let mut backoff = Backoff::new(Duration::from_millis(500), 1);
        for _ in 0..1_000 {
            assert!(backoff.next(CAP) <= CAP);
        }
        backoff.reset();
        assert!(backoff.next(CAP) <= Duration::from_millis(500));
    }
}
