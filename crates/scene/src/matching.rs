//! The largest matching of two lists of times.

use observation::{StreamDuration, StreamTime};

/// For each truth (a time, and whether it is ambiguous) the index of the time in `seen` that it is matched
/// with. Both are in order of time. No two share one, and matched times are at most `tolerance` apart.
///
/// As many clear truths as possible are matched, and among such matchings as many ambiguous ones as possible.
/// All windows are equally long, so to give each truth, in order, the earliest time left in its window
/// matches as many as can be (a later window never ends sooner). The sets of truths that can be matched
/// together form a matroid, so ambiguous ones may be added one by one, each kept if all others still fit.
pub(crate) fn match_times(
    truth: &[(StreamTime, bool)],
    seen: &[StreamTime],
    tolerance: StreamDuration,
) -> Vec<Option<usize>> {
    let clear: Vec<usize> = (0..truth.len()).filter(|&index| !truth[index].1).collect();
    let mut kept: Vec<(usize, usize)> = greedy(truth, &clear, seen, tolerance);
    for (ambiguous, _) in truth.iter().enumerate().filter(|(_, (_, ambiguous))| *ambiguous) {
        let mut chosen: Vec<usize> = kept.iter().map(|(index, _)| *index).collect();
        let place = chosen.partition_point(|&index| index < ambiguous);
        chosen.insert(place, ambiguous);
        let matched = greedy(truth, &chosen, seen, tolerance);
        if matched.len() == chosen.len() {
            kept = matched;
        }
    }
    let mut partners = vec![None; truth.len()];
    for (index, partner) in kept {
        partners[index] = Some(partner);
    }
    partners
}

/// Gives each of the chosen truths, in order, the earliest time left in its window.
fn greedy(
    truth: &[(StreamTime, bool)],
    chosen: &[usize],
    seen: &[StreamTime],
    tolerance: StreamDuration,
) -> Vec<(usize, usize)> {
    let mut matched = Vec::with_capacity(chosen.len());
    let mut next = 0;
    for &index in chosen {
        let (from, until) = (truth[index].0 - tolerance, truth[index].0 + tolerance);
        while seen.get(next).is_some_and(|time| *time < from) {
            next += 1;
        }
        if seen.get(next).is_some_and(|time| *time <= until) {
            matched.push((index, next));
            next += 1;
        }
    }
    matched
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The best (clear, ambiguous) over all matchings.
    fn brute_force(truth: &[(i64, bool)], seen: &[i64], tolerance: i64, used: u32) -> (usize, usize) {
        let Some(((time, ambiguous), rest)) = truth.split_first() else { return (0, 0) };
        let mut best = brute_force(rest, seen, tolerance, used);
        for (index, other) in seen.iter().enumerate() {
            if used & (1 << index) == 0 && (time - other).abs() <= tolerance {
                let (clear, doubtful) = brute_force(rest, seen, tolerance, used | (1 << index));
                best = best.max((clear + usize::from(!ambiguous), doubtful + usize::from(*ambiguous)));
            }
        }
        best
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]
        #[test]
        fn no_matching_is_larger(
            truth in prop::collection::vec((0..14_i64, prop::bool::weighted(0.4)), 0..7),
            seen in prop::collection::vec(0..14_i64, 0..7),
            tolerance in 0..4_i64,
        ) {
            let (mut truth, mut seen) = (truth, seen);
            truth.sort_by_key(|(time, _)| *time);
            seen.sort_unstable();
            let times: Vec<_> =
                truth.iter().map(|(time, doubt)| (StreamTime::from_micros(*time), *doubt)).collect();
            let others: Vec<_> = seen.iter().map(|time| StreamTime::from_micros(*time)).collect();
            let partners = match_times(&times, &others, StreamDuration::from_micros(tolerance));

            let mut used = vec![false; seen.len()];
            let mut found = (0, 0);
            for ((time, ambiguous), partner) in truth.iter().zip(partners) {
                let Some(index) = partner else { continue };
                prop_assert!((time - seen[index]).abs() <= tolerance);
                prop_assert!(!std::mem::replace(&mut used[index], true), "two share one");
                if *ambiguous { found.1 += 1 } else { found.0 += 1 }
            }
            prop_assert_eq!(found, brute_force(&truth, &seen, tolerance, 0));
        }
    }
}
