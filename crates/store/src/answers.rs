//! Answers that were given a moment ago: many look at the same numbers at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use moka::sync::Cache;

use crate::counts::{CountQuery, Counts};
use database::instant;

/// How long an answer is given again. What this process takes in is in the next answer at once; what other processes
/// take in is late by no more than this.
const KEPT: Duration = Duration::from_secs(1);
/// The most numbers of all answers that are kept together: some 64 MiB.
const NUMBERS: u64 = 2_000_000;

#[derive(Debug)]
pub(crate) struct Answers {
    kept: Cache<CountQuery, Arc<Counts>>,
    wanted: AtomicBool,
    /// Counts what was taken in: an answer from before is not kept.
    changes: AtomicU64,
}

impl Default for Answers {
    fn default() -> Self {
        let numbers = |_: &CountQuery, counts: &Arc<Counts>| {
            u32::try_from((counts.groups.len() + 2) * (counts.buckets.len() + 8)).unwrap_or(u32::MAX)
        };
        let kept = Cache::builder().time_to_live(KEPT).max_capacity(NUMBERS).weigher(numbers).build();
        Self { kept, wanted: AtomicBool::new(false), changes: AtomicU64::new(0) }
    }
}

impl Answers {
    /// Begins to keep answers.
    pub(crate) fn keep(&self) {
        self.wanted.store(true, Ordering::Relaxed);
    }

    /// The answer of a moment ago; else the one that `ask` gives.
    pub(crate) async fn get<E>(
        &self,
        query: &CountQuery,
        ask: impl Future<Output = Result<Counts, E>>,
    ) -> Result<Counts, E> {
        if !self.wanted.load(Ordering::Relaxed) {
            return ask.await;
        }
        if let Some(counts) = self.kept.get(query) {
            return Ok((*counts).clone());
        }
        let before = self.changes.load(Ordering::Acquire);
        let counts = ask.await?;
        if self.changes.load(Ordering::Acquire) == before {
            self.kept.insert(query.clone(), Arc::new(counts.clone()));
        }
        Ok(counts)
    }

    /// Forgets the answers about this stretch, in microseconds since 1970, the end included.
    pub(crate) fn changed(&self, from: i64, until: i64) {
        self.changes.fetch_add(1, Ordering::AcqRel);
        let (from, until) = (instant::calendar(from), instant::calendar(until));
        for (query, counts) in &self.kept {
            let begins_before = counts.buckets.first().is_none_or(|bucket| bucket.from <= until);
            let ends_after = counts.buckets.last().is_none_or(|bucket| bucket.until >= from);
            if begins_before && ends_after {
                self.kept.invalidate(&*query);
            }
        }
    }
}
