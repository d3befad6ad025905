use std::collections::BTreeMap;

use time::OffsetDateTime;

use crate::series::{self, Measure};
use crate::zone::{Bucket, Grid, Span, Zone};
use crate::{Error, Result, Store, counts};
use database::Value;

/// A question to [`Store::queue`].
#[derive(Clone, Debug)]
pub struct QueueQuery {
    /// The camera.
    pub camera: String,
    /// The zone.
    pub rule: String,
    /// The first moment asked for; the bucket in which it lies is given as a whole.
    pub from: OffsetDateTime,
    /// The first moment not asked for any more; the bucket that it cuts is given as a whole.
    pub until: OffsetDateTime,
    /// How long the buckets are.
    pub bucket: Bucket,
    /// The site's time zone.
    pub zone: Zone,
}

/// How long a queue was in one bucket: how many objects were in the zone at once, by time. Only stays that have
/// ended are known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QueueStats {
    /// The bucket.
    pub span: Span,
    /// The mean over the watched time; none when nothing was watched.
    pub mean: Option<f64>,
    /// It was no longer than this for 95 % of the watched time; none when nothing was watched.
    pub p95: Option<u32>,
    /// The longest that it was.
    pub max: u32,
    /// How many seconds were watched.
    pub observed_s: f64,
}

/// The most stays that one answer is made from.
const MAX_STAYS: i64 = 500_000;

/// The longest stay that is looked for, in microseconds.
const MAX_STAY_US: i64 = 24 * 3_600_000_000;

impl Store {
    /// How long the queue in a zone was. It is made from the events, so it reaches back as far as they are kept.
    ///
    /// # Errors
    /// `until` not after `from`, too large an answer; or the database fails.
    pub async fn queue(&self, query: &QueueQuery) -> Result<Vec<QueueStats>> {
        let grid = Grid::new(query.from, query.until, query.bucket, &query.zone)?;
        let measures = [Measure::ZoneLeave, Measure::Observed];
        let all = series::find(&self.db, &measures, std::slice::from_ref(&query.camera)).await?;
        let zone = all.iter().filter(|(_, s)| s.measure == Measure::ZoneLeave && s.rule == query.rule);
        let zone: Vec<i64> = zone.map(|(number, _)| *number).collect();
        let watched = all.iter().filter(|(_, s)| s.measure == Measure::Observed);
        let watched: Vec<i64> = watched.map(|(number, _)| *number).collect();

        let mut observed = vec![0.0; grid.len()];
        for spans in grid.pages(watched.len()) {
            for (_, span, bytes) in counts::fetch(&self.db, &grid, spans, &watched).await? {
                counts::add_observed(&grid, span, &bytes, &mut observed)?;
            }
        }

        let (from, until) = (grid.borders[0], grid.borders[grid.len()]);
        let sql = format!(
            "SELECT time, dwell_s FROM events WHERE series {} AND time > $2 AND time < $3 LIMIT $4",
            self.db.dialect().any(1),
        );
        let latest = until.saturating_add(MAX_STAY_US);
        let values = vec![Value::Ints(zone), Value::Int(from), Value::Int(latest), Value::Int(MAX_STAYS + 1)];
        let stays = self.db.fetch::<(i64, f64)>(sql, values).await?;
        if stays.len() as i64 > MAX_STAYS {
            return Err(Error::Request(format!("more than {MAX_STAYS} stays: ask for a shorter time")));
        }
        let stays = stays.into_iter().map(|(left, dwell_s)| (left - (dwell_s * 1e6).round() as i64, left));

        let lengths = lengths(&grid.borders, stays);
        let spans = grid.into_spans();
        let buckets = spans.into_iter().zip(lengths).zip(observed);
        Ok(buckets.map(|((span, lengths), observed_s)| stats(span, &lengths, observed_s)).collect())
    }
}

/// For each bucket: how many microseconds the queue had each length above zero.
fn lengths(borders: &[i64], stays: impl Iterator<Item = (i64, i64)>) -> Vec<BTreeMap<u32, i64>> {
    let mut changes: BTreeMap<i64, i64> = borders.iter().map(|&border| (border, 0)).collect();
    for (entered, left) in stays.filter(|(entered, left)| entered < left) {
        *changes.entry(entered).or_default() += 1;
        *changes.entry(left).or_default() -= 1;
    }
    let mut lengths = vec![BTreeMap::new(); borders.len() - 1];
    let (mut length, mut since, mut bucket) = (0_i64, i64::MIN, 0);
    for (at, change) in changes {
        if length > 0 && since >= borders[0] && bucket < lengths.len() {
            *lengths[bucket].entry(length as u32).or_default() += at - since;
        }
        if borders.get(bucket + 1) == Some(&at) {
            bucket += 1;
        }
        length += change;
        since = at;
    }
    lengths
}

fn stats(span: Span, lengths: &BTreeMap<u32, i64>, observed_s: f64) -> QueueStats {
    let waiting_us: i64 = lengths.values().sum();
    // Whoever was seen was seen while the camera was watched, also where that was not reported.
    let total_us = ((observed_s * 1e6).round() as i64).max(waiting_us);
    let max = lengths.keys().next_back().copied().unwrap_or(0);
    if total_us == 0 {
        return QueueStats { span, mean: None, p95: None, max, observed_s };
    }
    let object_us: f64 = lengths.iter().map(|(&length, &micros)| f64::from(length) * micros as f64).sum();
    let mut passed = total_us - waiting_us;
    let mut p95 = 0;
    for (&length, &micros) in lengths {
        if passed as f64 >= 0.95 * total_us as f64 {
            break;
        }
        passed += micros;
        p95 = length;
    }
    QueueStats { span, mean: Some(object_us / total_us as f64), p95: Some(p95), max, observed_s }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_length_has_the_time_for_which_the_queue_had_it() {
        // One from 5 to 25, another from 8 to 12, in two buckets of ten; a third before and a fourth over both ends.
        let stays = [(5, 25), (8, 12), (-9, 0), (-5, 40)];
        let lengths = lengths(&[0, 10, 20], stays.into_iter());
        assert_eq!(lengths[0], BTreeMap::from([(1, 5), (2, 3), (3, 2)]));
        assert_eq!(lengths[1], BTreeMap::from([(2, 8), (3, 2)]));
    }

    #[test]
    fn the_time_in_which_nobody_waited_counts_as_far_as_it_was_watched() {
        let start = database::instant::calendar(0);
        let span = Span { from: start, until: start + time::Duration::hours(1) };
        let lengths = BTreeMap::from([(1, 900_000_000), (4, 900_000_000)]);
        let watched = stats(span, &lengths, 3600.0);
        assert_eq!((watched.mean, watched.p95, watched.max), (Some(1.25), Some(4), 4));
        let half = stats(span, &lengths, 1800.0);
        assert_eq!(half.mean, Some(2.5));
        assert_eq!(stats(span, &BTreeMap::new(), 0.0).mean, None);
    }
}
