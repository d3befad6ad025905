//! Which sequence numbers a segment holds.

/// A set of rising numbers as runs without a hole: one run, but where records were damaged.
#[derive(Clone, Debug, Default)]
pub(crate) struct Runs(Vec<(u64, u64)>);

impl Runs {
    /// Adds the numbers from `first` to `last`, which are above all others.
    pub(crate) fn push(&mut self, first: u64, last: u64) {
        debug_assert!(first <= last && self.last().is_none_or(|end| end < first));
        match self.0.last_mut() {
            Some((_, end)) if *end + 1 == first => *end = last,
            _ => self.0.push((first, last)),
        }
    }

    /// The highest.
    pub(crate) fn last(&self) -> Option<u64> {
        self.0.last().map(|(_, last)| *last)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> u64 {
        self.after(0)
    }

    /// How many are above `number`.
    pub(crate) fn after(&self, number: u64) -> u64 {
        let whole_or_part = self.0.partition_point(|(_, last)| *last <= number);
        self.0[whole_or_part..].iter().map(|(first, last)| last - number.max(first - 1)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_counted_around_holes() {
        let mut runs = Runs::default();
        for (first, last) in [(5, 6), (7, 9), (12, 12)] {
            runs.push(first, last);
        }
        assert_eq!((runs.len(), runs.last()), (6, Some(12)));
        assert_eq!([4, 5, 9, 10, 11, 12, 99].map(|number| runs.after(number)), [6, 5, 1, 1, 1, 0, 0]);
    }
}
