//! Random numbers that are the same on every machine: no function whose last bit depends on the platform's
//! mathematics library (no logarithm, no sine), and no range over `usize`.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// One of the independent streams of a seed.
pub(crate) struct Random(ChaCha8Rng);

impl Random {
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// Evenly from `low` to `high`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.0.random::<f64>()
    }

    /// A whole number from `low` to `high`, both included.
    pub(crate) fn whole(&mut self, low: u32, high: u32) -> u32 {
        self.0.random_range(low..=high.max(low))
    }

    /// True with this probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.0.random::<f64>() < probability
    }

    /// 1 or -1.
    pub(crate) fn sign(&mut self) -> f64 {
        if self.chance(0.5) { 1.0 } else { -1.0 }
    }

    /// Nearly normal, mean 0, deviation 1: the sum of twelve even numbers (Irwin and Hall).
    pub(crate) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.0.random::<f64>()).sum::<f64>() - 6.0
    }

    /// Nearly Poisson with this mean: a binomial of many improbable trials.
    pub(crate) fn events(&mut self, mean: f64) -> u32 {
        let trials = 32 * (mean.ceil() as u32).max(1);
        (0..trials).filter(|_| self.chance(mean / f64::from(trials))).count() as u32
    }
}
