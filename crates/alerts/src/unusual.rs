//! Whether an hour is unlike the same hours of earlier weeks.

/// The fewest earlier hours that were watched, below which nothing is said.
pub(crate) const LEAST: usize = 4;
/// What makes the median absolute deviation an estimate of the standard deviation of a normal distribution
/// (Rousseeuw & Croux, "Alternatives to the Median Absolute Deviation", 1993).
const CONSISTENT: f64 = 1.4826;

/// What is usual, and how far from it this is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// The median of the earlier hours.
    pub usual: f64,
    /// How far the number is from it, in deviations; never below zero.
    pub deviations: f64,
}

/// Compares a count with earlier ones. None when there are fewer than four of them.
///
/// Median and median absolute deviation: one holiday among eight weeks moves neither. The deviation is taken to be no
/// less than that of a Poisson process of this rate, for counts differ by chance even where nothing does, and than one.
pub fn verdict(count: u64, earlier: &[u64]) -> Option<Verdict> {
    if earlier.len() < LEAST {
        return None;
    }
    let usual = median(earlier.iter().map(|count| *count as f64).collect());
    let spread = median(earlier.iter().map(|count| (*count as f64 - usual).abs()).collect());
    let deviation = (CONSISTENT * spread).max(usual.sqrt()).max(1.0);
    Some(Verdict { usual, deviations: (count as f64 - usual).abs() / deviation })
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { (values[middle - 1] + values[middle]) / 2.0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_holiday_hides_nothing_and_chance_is_no_news() {
        let earlier = [100, 104, 98, 0, 102, 97, 101, 99];
        assert!(verdict(0, &earlier).unwrap().deviations > 9.0);
        assert!(verdict(125, &earlier).unwrap().deviations < 4.0);
        assert_eq!(verdict(100, &earlier).unwrap().usual, 99.5);
        // Where nobody ever came, two are none to speak of, and ten are.
        assert!(verdict(2, &[0; 8]).unwrap().deviations < 4.0);
        assert!(verdict(10, &[0; 8]).unwrap().deviations > 4.0);
    }

    #[test]
    fn too_few_weeks_say_nothing() {
        assert_eq!(verdict(1_000_000, &[1, 1, 1]), None);
    }

    proptest! {
        #[test]
        fn the_order_of_the_weeks_does_not_matter(
            count in 0u64..10_000, (weeks, shuffled) in prop::collection::vec(0u64..10_000, 4..53)
                .prop_flat_map(|weeks| (Just(weeks.clone()), Just(weeks).prop_shuffle()))
        ) {
            prop_assert_eq!(verdict(count, &weeks), verdict(count, &shuffled));
        }

        #[test]
        fn less_than_half_of_the_weeks_cannot_move_what_is_usual_far(
            good in prop::collection::vec(90u64..110, 5..20), bad in prop::collection::vec(0u64..1_000_000, 0..5)
        ) {
            let weeks: Vec<u64> = good.iter().chain(bad.iter().take(good.len() - 1)).copied().collect();
            let usual = verdict(100, &weeks).unwrap().usual;
            prop_assert!((90.0..=110.0).contains(&usual), "{}", usual);
        }
    }
}
