use std::collections::{BTreeMap, HashMap};

use time::OffsetDateTime;

use crate::rollup::Level;
use crate::series::{self, Filter, Measure};
use crate::slots;
use crate::zone::{Bucket, Grid, Span, Zone};
use crate::{Error, Result, Store, counts};

pub(crate) mod bins;

/// A question to [`Store::dwell`].
#[derive(Clone, Debug)]
pub struct DwellQuery {
    /// The first moment asked for; the bucket in which it lies is given as a whole.
    pub from: OffsetDateTime,
    /// The first moment not asked for any more; the bucket that it cuts is given as a whole.
    pub until: OffsetDateTime,
    /// How long the buckets are, a quarter of an hour or longer.
    pub bucket: Bucket,
    /// The site's time zone.
    pub zone: Zone,
    /// Which cameras, zones and classes.
    pub filter: Filter,
}

/// The answer of [`Store::dwell`].
#[derive(Clone, Debug, PartialEq)]
pub struct Dwells {
    /// The buckets, without a hole.
    pub buckets: Vec<Span>,
    /// The zones, by camera and name.
    pub zones: Vec<ZoneDwells>,
    /// Since when the roll-up is kept, if older ones were deleted: what lies before is not known.
    pub kept_since: Option<OffsetDateTime>,
}

/// How long stays in one zone were.
#[derive(Clone, Debug, PartialEq)]
pub struct ZoneDwells {
    /// The camera.
    pub camera: String,
    /// The zone.
    pub rule: String,
    /// For each bucket, of the stays that ended in it.
    pub buckets: Vec<DwellStats>,
    /// Of all stays.
    pub total: DwellStats,
}

/// How long some stays were. Stays that a gap cut short are left out: how long they were is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DwellStats {
    /// How many stays.
    pub count: u64,
    /// The mean in seconds, exact to the microsecond.
    pub mean_s: Option<f64>,
    /// Half of the stays were no longer, in seconds; at most 1/32 wrong.
    pub median_s: Option<f64>,
    /// 95 % of the stays were no longer, in seconds; at most 1/32 wrong.
    pub p95_s: Option<f64>,
}

impl Store {
    /// How long stays in zones were.
    ///
    /// # Errors
    /// `until` not after `from`, too large an answer, buckets below a quarter of an hour; or the database fails.
    pub async fn dwell(&self, query: &DwellQuery) -> Result<Dwells> {
        if query.bucket.level() != Level::Quarters {
            return Err(Error::Request(
                "dwell is kept by quarters of an hour: ask for 15m or longer".to_owned(),
            ));
        }
        let grid = Grid::new(query.from, query.until, query.bucket, &query.zone)?;
        let measures = [Measure::Dwell, Measure::DwellHistogram];
        let all = series::find(&self.db, &measures, &query.filter.cameras).await?;
        let all: HashMap<i64, _> =
            all.into_iter().filter(|(_, series)| query.filter.passes(series)).collect();
        let mut zones: BTreeMap<(String, String), Vec<Stays>> = all
            .values()
            .map(|series| ((series.camera.clone(), series.rule.clone()), vec![Stays::default(); grid.len()]))
            .collect();
        let numbers: Vec<i64> = all.keys().copied().collect();
        for spans in grid.pages(numbers.len()) {
            for (number, span, bytes) in counts::fetch(&self.db, &grid, spans, &numbers).await? {
                let Some(series) = all.get(&number) else { continue };
                let Some(stays) = zones.get_mut(&(series.camera.clone(), series.rule.clone())) else {
                    continue;
                };
                let buckets = grid.buckets_of(span);
                let histogram = series.measure == Measure::DwellHistogram;
                slots::each(&bytes, |slot, value| {
                    let quarter = if histogram { slot / bins::BINS } else { slot };
                    let Some(stays) = buckets(quarter).and_then(|bucket| stays.get_mut(bucket)) else {
                        return;
                    };
                    if histogram {
                        *stays.bins.entry(slot % bins::BINS).or_default() += value;
                    } else {
                        stays.sum_us += value;
                    }
                })?;
            }
        }
        let zones = zones.into_iter().map(|((camera, rule), stays)| {
            let mut all = Stays::default();
            for bucket in &stays {
                all.add(bucket);
            }
            ZoneDwells { camera, rule, buckets: stays.iter().map(Stays::stats).collect(), total: all.stats() }
        });
        let zones = zones.collect();
        let kept_since = counts::kept_since(&self.db, grid.level()).await?;
        Ok(Dwells { zones, buckets: grid.into_spans(), kept_since })
    }
}

#[derive(Clone, Default)]
struct Stays {
    sum_us: u64,
    bins: BTreeMap<u32, u64>,
}

impl Stays {
    fn add(&mut self, other: &Self) {
        self.sum_us += other.sum_us;
        for (&bin, &count) in &other.bins {
            *self.bins.entry(bin).or_default() += count;
        }
    }

    fn stats(&self) -> DwellStats {
        let count: u64 = self.bins.values().sum();
        if count == 0 {
            return DwellStats::default();
        }
        DwellStats {
            count,
            mean_s: Some(self.sum_us as f64 / 1e6 / count as f64),
            median_s: Some(self.quantile(count, 0.5)),
            p95_s: Some(self.quantile(count, 0.95)),
        }
    }

    /// By nearest rank.
    fn quantile(&self, count: u64, share: f64) -> f64 {
        let rank = ((count as f64 * share).ceil() as u64).max(1);
        let mut passed = 0;
        for (&bin, &count) in &self.bins {
            passed += count;
            if passed >= rank {
                return bins::middle(bin) / 1000.0;
            }
        }
        0.0
    }
}
