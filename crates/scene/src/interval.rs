//! 95 % intervals of shares that were counted.

use observation::share_interval;
use serde::Serialize;

/// A share and the interval in which it lies with 95 % confidence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// What was counted, 0..1.
    pub value: f64,
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
}

impl Estimate {
    /// `hits` of `all` with Wilson's score interval (Wilson 1927, doi:10.1080/01621459.1927.10502953), `None`
    /// when `all` is 0.
    pub fn share(hits: u64, all: u64) -> Option<Self> {
        let (low, high) = share_interval(hits, all)?;
        Some(Self { value: hits as f64 / all as f64, low, high })
    }

    /// F1 of these counts, `None` when all are 0. Its interval is that of Jaccard's index `J = tp / (tp + fp +
    /// fn)`, a plain share, carried over by `F1 = 2J / (1 + J)`, which rises with J.
    pub fn f1(tp: u64, fp: u64, missed: u64) -> Option<Self> {
        let index = Self::share(tp, tp + fp + missed)?;
        let f1 = |j: f64| 2.0 * j / (1.0 + j);
        Some(Self { value: f1(index.value), low: f1(index.low), high: f1(index.high) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_agrees_with_published_values() {
        // Newcombe 1998, table I: 81 of 263 and 15 of 148.
        let many = Estimate::share(81, 263).unwrap();
        assert!((many.low - 0.2553).abs() < 1e-4 && (many.high - 0.3662).abs() < 1e-4, "{many:?}");
        let few = Estimate::share(15, 148).unwrap();
        assert!((few.low - 0.0624).abs() < 1e-4 && (few.high - 0.1605).abs() < 1e-4, "{few:?}");
        assert_eq!(Estimate::share(0, 0), None);
    }

    #[test]
    fn f1_is_the_harmonic_mean_and_stays_in_its_interval() {
        let f1 = Estimate::f1(8, 2, 4).unwrap();
        let (precision, recall) = (0.8, 8.0 / 12.0);
        assert!((f1.value - 2.0 * precision * recall / (precision + recall)).abs() < 1e-12);
        assert!(f1.low < f1.value && f1.value < f1.high);
        assert_eq!(Estimate::f1(5, 0, 0).unwrap().high, 1.0);
        assert!(Estimate::f1(5, 0, 0).unwrap().low < 0.8, "five events prove little");
    }
}
