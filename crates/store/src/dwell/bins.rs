//! The bins of the histogram of dwell times.
//!
//! One bin for each millisecond below 32 ms, then sixteen for each doubling, after the HDR histogram by Gil
//! Tene. A value is taken for the middle of its bin, which is at most 1/32 away from it. Whole numbers only:
//! the same stay falls into the same bin on every machine.

/// How many bins there are; the last begins after a year and takes all that is longer.
pub(crate) const BINS: u32 = 512;

pub(crate) fn bin(millis: u64) -> u32 {
    if millis < 32 {
        return millis as u32;
    }
    let exponent = millis.ilog2();
    let sixteenth = (millis >> (exponent - 4)) as u32 & 15;
    (32 + (exponent - 5) * 16 + sixteenth).min(BINS - 1)
}

/// The middle of a bin in milliseconds.
pub(crate) fn middle(bin: u32) -> f64 {
    if bin < 32 {
        return f64::from(bin);
    }
    let (exponent, sixteenth) = ((bin - 32) / 16 + 5, (bin - 32) % 16);
    let width = 2_f64.powi(exponent as i32 - 4);
    (f64::from(16 + sixteenth) + 0.5) * width
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_middle_of_its_bin_is_near_every_value(millis in 0..1_u64 << 34) {
            let away = (middle(bin(millis)) - millis as f64).abs();
            prop_assert!(away <= millis as f64 / 32.0, "{millis} is taken for {}", middle(bin(millis)));
        }

        #[test]
        fn longer_is_never_in_a_lower_bin(a in any::<u64>(), b in any::<u64>()) {
            prop_assert!((a <= b) == (bin(a) <= bin(b)) || bin(a) == bin(b));
        }
    }

    #[test]
    fn bins_are_where_they_always_were() {
        let bins = [0, 31, 32, 1_000, 60_000, 3_600_000, u64::MAX].map(bin);
        assert_eq!(bins, [0, 31, 32, 111, 205, 299, 511]);
    }
}
