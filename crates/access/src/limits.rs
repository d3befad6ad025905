//! How often something may be tried, with memory that does not grow.

use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use time::OffsetDateTime;

/// Cells in each of two rows.
const CELLS: usize = 1 << 15;

/// How often something may be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// So often at once.
    pub burst: u32,
    /// And once more whenever this time has passed.
    pub every: Duration,
}

/// Counts tries by key, for any number of keys, in half a megabyte.
///
/// Each key has a cell in each of two rows, as in a count-min sketch; the lesser of the two counts. A key is limited in
/// error only where others fill both of its cells, never let through in error. Which cells a key has is random and kept
/// secret, so nobody can choose keys that fill another's. A cell holds the time at which its allowance is whole again
/// (the generic cell rate algorithm), so nothing has to be cleaned up.
pub(crate) struct Limit {
    every: i64,
    burst: i64,
    rows: [RandomState; 2],
    cells: Mutex<Vec<i64>>,
}

impl Limit {
    pub(crate) fn new(rate: Rate) -> Self {
        let every = i64::try_from(rate.every.as_micros()).unwrap_or(i64::MAX).max(1);
        Self {
            every,
            burst: every.saturating_mul(rate.burst.max(1).into()),
            rows: [RandomState::new(), RandomState::new()],
            cells: Mutex::new(vec![i64::MIN; 2 * CELLS]),
        }
    }

    /// Counts a try; or says how long to wait, and counts nothing.
    pub(crate) fn take(&self, key: impl Hash, now: OffsetDateTime) -> Result<(), Duration> {
        let now = micros(now);
        let places = self.places(key);
        let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was set back must not lock anybody out for longer than the limit's own time.
        let whole = |cell: i64| cell.clamp(now, now.saturating_add(self.burst));
        let least = places.map(|place| whole(cells[place])).into_iter().fold(i64::MAX, i64::min);
        let next = least.saturating_add(self.every);
        let wait = next.saturating_sub(now.saturating_add(self.burst));
        if wait > 0 {
            return Err(Duration::from_micros(wait.unsigned_abs()));
        }
        for place in places {
            cells[place] = whole(cells[place]).max(next);
        }
        Ok(())
    }

    /// Takes a counted try back, because it was in order.
    pub(crate) fn give_back(&self, key: impl Hash, now: OffsetDateTime) {
        let now = micros(now);
        let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        for place in self.places(key) {
            cells[place] = cells[place].saturating_sub(self.every).max(now);
        }
    }

    fn places(&self, key: impl Hash) -> [usize; 2] {
        let place = |row: usize| row * CELLS + self.rows[row].hash_one(&key) as usize % CELLS;
        [place(0), place(1)]
    }
}

fn micros(time: OffsetDateTime) -> i64 {
    database::instant::clamped(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn limit() -> Limit {
        Limit::new(Rate { burst: 3, every: Duration::from_secs(10) })
    }

    #[test]
    fn so_often_at_once_and_then_now_and_then() {
        let limit = limit();
        for _ in 0..3 {
            limit.take("a", NOW).unwrap();
        }
        assert_eq!(limit.take("a", NOW), Err(Duration::from_secs(10)));
        assert_eq!(limit.take("a", NOW + Duration::from_secs(4)), Err(Duration::from_secs(6)));
        limit.take("a", NOW + Duration::from_secs(10)).unwrap();
        assert!(limit.take("a", NOW + Duration::from_secs(10)).is_err());
        limit.take("b", NOW).unwrap();
    }

    #[test]
    fn what_was_in_order_does_not_count() {
        let limit = limit();
        for _ in 0..100 {
            limit.take("a", NOW).unwrap();
            limit.give_back("a", NOW);
        }
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out_for_long() {
        let limit = limit();
        for _ in 0..3 {
            limit.take("a", NOW + Duration::from_secs(1_000_000)).unwrap();
        }
        assert_eq!(limit.take("a", NOW), Err(Duration::from_secs(10)));
        limit.take("a", NOW + Duration::from_secs(10)).unwrap_err();
    }

    #[test]
    fn thousands_of_keys_do_not_limit_another() {
        let limit = limit();
        for key in 0..4000 {
            for _ in 0..4 {
                limit.take(key, NOW).ok();
            }
        }
        // Both cells of a key are taken with a probability of (4000 / 32768)² = 1.5 %.
        let limited = (0..2000).filter(|key| limit.take(format!("user {key}"), NOW).is_err()).count();
        assert!(limited < 80, "{limited} of 2000");
    }
}
