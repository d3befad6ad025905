//! What events add up to. A row of a roll-up holds the slots of one series in one span of time.
//!
//! Spans and slots are in UTC. Every time zone in use today is a whole number of quarters of an hour away from
//! UTC, so that a quarter lies wholly in one hour and one day of every zone: hours, days and weeks of a site
//! are sums of quarters, whatever its zone, and also when its zone is changed.

use std::collections::BTreeMap;

use crate::Result;
use crate::dwell::bins;
use crate::series::Measure;
use crate::slots::Slots;
use database::Column;
use database::{Dialect, Tx, Value};

/// How fine the slots are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Level {
    /// 60 slots of a minute in a span of an hour.
    Minutes,
    /// 672 slots of a quarter of an hour in a span of seven days.
    Quarters,
}

impl Level {
    pub(crate) const ALL: [Self; 2] = [Self::Minutes, Self::Quarters];

    /// The length of a slot in microseconds.
    pub(crate) fn slot_us(self) -> i64 {
        match self {
            Self::Minutes => 60_000_000,
            Self::Quarters => 900_000_000,
        }
    }

    /// The length of a span in microseconds.
    pub(crate) fn span_us(self) -> i64 {
        match self {
            Self::Minutes => 3_600_000_000,
            Self::Quarters => 7 * 86_400_000_000,
        }
    }

    pub(crate) fn table(self) -> &'static str {
        match self {
            Self::Minutes => "minutes",
            Self::Quarters => "quarters",
        }
    }

    /// Span and slot of a moment.
    fn place(self, micros: i64) -> (i64, u32) {
        let slot = micros.rem_euclid(self.span_us()) / self.slot_us();
        (micros.div_euclid(self.span_us()), slot as u32)
    }
}

/// What one event adds. Times are microseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    Nothing,
    Once {
        at: i64,
    },
    /// A stay ended; its dwell is missing where a gap cut it short.
    Left {
        at: i64,
        dwell_us: Option<u64>,
    },
    Watched {
        from: i64,
        until: i64,
    },
}

/// What an event of a kind adds: when it was (for those without a length twice the same), and the dwell of a
/// stay that no gap cut short.
pub(crate) fn fact(measure: Measure, at: (i64, i64), dwell_s: Option<f64>) -> Fact {
    match measure {
        Measure::Gap | Measure::Correction | Measure::Dwell | Measure::DwellHistogram => Fact::Nothing,
        Measure::Observed => Fact::Watched { from: at.0, until: at.1 },
        Measure::ZoneLeave => {
            Fact::Left { at: at.0, dwell_us: dwell_s.map(|seconds| (seconds * 1e6).round() as u64) }
        }
        Measure::Crossing | Measure::TurnedBack | Measure::PassedBy | Measure::ZoneEnter => {
            Fact::Once { at: at.0 }
        }
    }
}

/// Rows by series and span. `K` stands for a series.
pub(crate) type Rows<K> = BTreeMap<(K, i64), Slots>;

/// What some events add up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rollups<K> {
    pub(crate) minutes: Rows<K>,
    pub(crate) quarters: Rows<K>,
}

impl<K: Ord> Default for Rollups<K> {
    fn default() -> Self {
        Self { minutes: BTreeMap::new(), quarters: BTreeMap::new() }
    }
}

impl<K: Ord> Rollups<K> {
    /// Adds a fact. `key` gives the series of the same camera, rule, class and direction with another measure.
    pub(crate) fn add(&mut self, measure: Measure, fact: Fact, key: impl Fn(Measure) -> K) {
        match fact {
            Fact::Nothing => {}
            Fact::Once { at } => self.once(at, measure, key),
            Fact::Left { at, dwell_us } => {
                self.once(at, measure, &key);
                let Some(dwell_us) = dwell_us else { return };
                let (span, slot) = Level::Quarters.place(at);
                self.row(Level::Quarters, key(Measure::Dwell), span).add(slot, dwell_us);
                let bin = bins::bin(dwell_us / 1000);
                self.row(Level::Quarters, key(Measure::DwellHistogram), span).add(slot * bins::BINS + bin, 1);
            }
            Fact::Watched { from, until } => {
                for level in Level::ALL {
                    let mut at = from;
                    while at < until {
                        let end = (at.div_euclid(level.slot_us()) + 1) * level.slot_us();
                        let (span, slot) = level.place(at);
                        self.row(level, key(measure), span).add(slot, (end.min(until) - at) as u64);
                        at = end;
                    }
                }
            }
        }
    }

    fn once(&mut self, at: i64, measure: Measure, key: impl Fn(Measure) -> K) {
        for level in Level::ALL {
            let (span, slot) = level.place(at);
            self.row(level, key(measure), span).add(slot, 1);
        }
    }

    fn row(&mut self, level: Level, key: K, span: i64) -> &mut Slots {
        self.rows_mut(level).entry((key, span)).or_default()
    }

    pub(crate) fn rows(&self, level: Level) -> &Rows<K> {
        match level {
            Level::Minutes => &self.minutes,
            Level::Quarters => &self.quarters,
        }
    }

    pub(crate) fn rows_mut(&mut self, level: Level) -> &mut Rows<K> {
        match level {
            Level::Minutes => &mut self.minutes,
            Level::Quarters => &mut self.quarters,
        }
    }
}

/// Adds to the rows of the database.
///
/// In PostgreSQL, rows are locked in the order of their keys, and new ones are made before any is locked: two
/// writers never wait for each other in a circle. SQLite has one writer.
pub(crate) async fn apply(tx: &mut Tx, level: Level, rows: &Rows<i64>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let table = level.table();
    if tx.dialect() == Dialect::Postgres {
        let into = format!("{table} (series, span, slots)");
        let keys = vec![
            Column::ints(rows.keys().map(|&(series, _)| series)),
            Column::ints(rows.keys().map(|&(_, span)| span)),
            Column::Bytes(vec![Vec::new(); rows.len()]),
        ];
        tx.insert::<()>(&into, keys, "ON CONFLICT DO NOTHING").await?;
    }
    let sql = format!(
        "SELECT r.series, r.span, r.slots FROM {} JOIN {table} r ON r.series = v.a AND r.span = v.b \
         ORDER BY r.series, r.span {}",
        tx.dialect().triples(1),
        tx.dialect().for_update(),
    );
    let keys = rows.keys().map(|&(series, span)| [series, span, 0]).collect();
    let kept = tx.fetch::<(i64, i64, Vec<u8>)>(sql, vec![Value::Triples(keys)]).await?;

    let mut sums = rows.clone();
    for (series, span, bytes) in kept {
        sums.entry((series, span)).or_default().add_all(&Slots::decode(&bytes)?);
    }
    put(tx, level, &sums).await
}

/// Writes rows as they are, in place of what is there.
pub(crate) async fn put(tx: &mut Tx, level: Level, rows: &Rows<i64>) -> Result<()> {
    let columns = vec![
        Column::ints(rows.keys().map(|&(series, _)| series)),
        Column::ints(rows.keys().map(|&(_, span)| span)),
        Column::Bytes(rows.values().map(Slots::encode).collect()),
    ];
    let into = format!("{} (series, span, slots)", level.table());
    let then = "ON CONFLICT (series, span) DO UPDATE SET slots = excluded.slots";
    tx.insert::<()>(&into, columns, then).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watched_stretch_is_split_where_buckets_meet() {
        let minute = 60_000_000;
        let mut sums = Rollups::default();
        let fact = Fact::Watched { from: 14 * minute + 30_000_000, until: 60 * minute + 1 };
        sums.add(Measure::Observed, fact, |measure| measure);
        let quarters = &sums.quarters[&(Measure::Observed, 0)];
        assert_eq!(
            quarters.0,
            BTreeMap::from([(0, 30_000_000), (1, 900_000_000), (2, 900_000_000), (3, 900_000_000), (4, 1),])
        );
        assert_eq!(sums.minutes[&(Measure::Observed, 0)].get(14), 30_000_000);
        assert_eq!(sums.minutes[&(Measure::Observed, 0)].0.len(), 46);
        assert_eq!(sums.minutes[&(Measure::Observed, 1)].get(0), 1);
    }

    #[test]
    fn times_before_1970_have_a_place_too() {
        assert_eq!(Level::Minutes.place(-1), (-1, 59));
        assert_eq!(Level::Quarters.place(-900_000_001), (-1, 670));
    }
}
