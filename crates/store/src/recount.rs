use std::collections::{BTreeMap, BTreeSet, HashMap};

use time::OffsetDateTime;
use uuid::Uuid;

use crate::horizons::{Horizons, Kept};
use crate::rollup::{self, Level, Rollups, Rows};
use crate::series::{self, Measure, Series};
use crate::slots::Slots;
use crate::zone::Span;
use crate::{Result, Store};
use database::instant;
use database::{Access, Tx, Value};

/// What [`Store::recount`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recount {
    /// How many weeks were compared. Weeks whose events are no longer all kept are left out.
    pub weeks: u32,
    /// How many numbers differ.
    pub different: u64,
    /// The first of them, at most [`Store::MAX_DIFFERENCES`].
    pub differences: Vec<Difference>,
    /// Whether the roll-ups were set right.
    pub repaired: bool,
}

/// A number of a roll-up that is not what the events add up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Of what.
    pub series: Series,
    /// When.
    pub span: Span,
    /// What the roll-up says.
    pub kept: u64,
    /// What the events add up to.
    pub counted: u64,
}

/// How many events are read at once.
const PAGE: i64 = 10_000;

/// It is compared week by week, as the rows of the roll-up by quarter lie: weeks that begin on a Thursday.
const WEEK_US: i64 = 7 * 86_400_000_000;

impl Store {
    /// The most differences that a recount lists.
    pub const MAX_DIFFERENCES: usize = 1000;

    /// Adds up the events of whole weeks anew and compares the roll-ups with that. It looks at each week that
    /// the stretch touches and for which everything is still kept; watched time is left out of weeks whose watched
    /// stretches are not.
    ///
    /// With `repair` it sets right what differs, each week in a transaction for which adding waits.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn recount(
        &self,
        from: OffsetDateTime,
        until: OffsetDateTime,
        repair: bool,
    ) -> Result<Recount> {
        let mut found = Recount { repaired: repair, ..Recount::default() };
        if repair {
            // Numbers for every series that can be needed: they cannot be given out while a week is repaired.
            let leaves = series::find(&self.db, &[Measure::ZoneLeave], &[]).await?;
            let mut derived = BTreeSet::new();
            for (_, series) in &leaves {
                derived.insert(series.with(Measure::Dwell));
                derived.insert(series.with(Measure::DwellHistogram));
            }
            self.series.numbers(&self.db, &derived).await?;
        }
        let (from, until) = (instant::clamped(from), instant::clamped(until));
        let mut week = from.div_euclid(WEEK_US).max(self.first_week(from).await?);
        while week * WEEK_US < until {
            let mut tx = self.db.begin(if repair { Access::Alone } else { Access::Read }).await?;
            let sums = Week::read(&mut tx, week).await?;
            let wrong = sums.compare(&mut found);
            if repair {
                for (level, rows) in wrong {
                    rollup::put(&mut tx, level, &rows).await?;
                }
                tx.commit().await?;
            } else {
                // A store with a single connection needs it for the next question.
                drop(tx);
            }
            if repair {
                self.answers.changed(week * WEEK_US, (week + 1) * WEEK_US);
            }
            found.weeks += 1;
            match self.next_week(week).await? {
                Some(next) => week = next,
                None => break,
            }
        }
        Ok(found)
    }

    /// The first week from this moment on that has anything, and whose events are all kept.
    async fn first_week(&self, from: i64) -> Result<i64> {
        let mut tx = self.db.begin(Access::Read).await?;
        let since = Horizons::read(&mut tx).await?.since(Kept::Events);
        drop(tx);
        let whole = since.div_euclid(WEEK_US) + i64::from(since > i64::MIN && since.rem_euclid(WEEK_US) > 0);
        let first = from.div_euclid(WEEK_US).max(whole);
        Ok(self.next_week(first - 1).await?.unwrap_or(i64::MAX / WEEK_US))
    }

    /// The next week that has events, watched stretches or a roll-up.
    async fn next_week(&self, week: i64) -> Result<Option<i64>> {
        let sql = "SELECT MIN(week) FROM (SELECT MIN(time) / 604800000000 AS week FROM events WHERE time >= $1 \
                   UNION ALL SELECT MIN(until_time) / 604800000000 FROM observed WHERE until_time >= $1 \
                   UNION ALL SELECT MIN(span) FROM quarters WHERE span > $2 \
                   UNION ALL SELECT MIN(span) / 168 FROM minutes WHERE span >= $3) weeks";
        let next = week + 1;
        let values = vec![Value::Int(next * WEEK_US), Value::Int(week), Value::Int(next * 168)];
        let rows = self.db.fetch::<(Option<i64>,)>(sql, values).await?;
        // A division rounds towards zero, so that a time before 1970 may give the week after it.
        Ok(rows.first().and_then(|row| row.0).map(|found| found.max(next)))
    }
}

/// One week: what the events add up to, and what is kept.
struct Week {
    series: HashMap<i64, Series>,
    counted: Rollups<i64>,
    kept: Rollups<i64>,
}

impl Week {
    async fn read(tx: &mut Tx, week: i64) -> Result<Self> {
        let horizons = Horizons::read(tx).await?;
        let sql = "SELECT id, camera, measure, rule, class, direction FROM series";
        let rows = tx.fetch::<series::SeriesRow>(sql, vec![]).await?;
        let series = rows.into_iter().map(series::from_row).collect::<Result<HashMap<_, _>>>()?;
        let numbers: HashMap<&Series, i64> =
            series.iter().map(|(number, series)| (series, *number)).collect();
        let (start, end) = (week * WEEK_US, (week + 1) * WEEK_US);

        let mut counted = Rollups::default();
        let mut add = |number: i64, at: (i64, i64), dwell_s| {
            let Some(series) = series.get(&number) else { return };
            counted.add(series.measure, rollup::fact(series.measure, at, dwell_s), |measure| {
                // A series without a number has no rows either: zero stands for none.
                numbers.get(&series.with(measure)).copied().unwrap_or(0)
            });
        };
        let mut after = (start, Uuid::nil());
        loop {
            let sql = "SELECT id, series, time, CASE WHEN interrupted THEN NULL ELSE dwell_s END FROM events \
                       WHERE (time, id) >= ($1, $2) AND time < $3 ORDER BY time, id LIMIT $4";
            let values = vec![Value::Int(after.0), Value::Id(after.1), Value::Int(end), Value::Int(PAGE + 1)];
            let mut rows = tx.fetch::<(Uuid, i64, i64, Option<f64>)>(sql, values).await?;
            let next = (rows.len() as i64 > PAGE).then(|| rows.pop()).flatten();
            for (_, number, time, dwell_s) in rows {
                add(number, (time, time), dwell_s);
            }
            match next {
                Some((id, _, time, _)) => after = (time, id),
                None => break,
            }
        }
        let watched = start >= horizons.since(Kept::Observed);
        if watched {
            let sql =
                "SELECT series, from_time, until_time FROM observed WHERE until_time > $1 AND from_time < $2";
            let values = vec![Value::Int(start), Value::Int(end)];
            for (number, from, until) in tx.fetch::<(i64, i64, i64)>(sql, values).await? {
                add(number, (from.max(start), until.min(end)), None);
            }
        }

        let mut kept = Rollups::default();
        for (level, horizon) in [(Level::Minutes, Kept::Minutes), (Level::Quarters, Kept::Quarters)] {
            let since = horizons.since(horizon).div_euclid(level.span_us());
            let (first, last) = (start.div_euclid(level.span_us()), (end - 1).div_euclid(level.span_us()));
            let sql =
                format!("SELECT series, span, slots FROM {} WHERE span BETWEEN $1 AND $2", level.table());
            let rows =
                tx.fetch::<(i64, i64, Vec<u8>)>(sql, vec![Value::Int(first), Value::Int(last)]).await?;
            for (number, span, bytes) in rows {
                let observed = series.get(&number).is_some_and(|s| s.measure == Measure::Observed);
                if span >= since && (watched || !observed) {
                    kept.rows_mut(level).insert((number, span), Slots::decode(&bytes)?);
                }
            }
            counted.rows_mut(level).retain(|&(_, span), _| span >= since);
        }
        Ok(Self { series, counted, kept })
    }

    /// Adds the differences to what was found; gives the rows that are wrong, as they should be.
    fn compare(&self, found: &mut Recount) -> BTreeMap<Level, Rows<i64>> {
        let mut wrong = BTreeMap::<_, Rows<i64>>::new();
        for level in Level::ALL {
            let (kept, counted) = (self.kept.rows(level), self.counted.rows(level));
            let keys: BTreeSet<_> = kept.keys().chain(counted.keys()).copied().collect();
            for key in keys {
                let nothing = Slots::default();
                let (kept, counted) =
                    (kept.get(&key).unwrap_or(&nothing), counted.get(&key).unwrap_or(&nothing));
                if kept == counted {
                    continue;
                }
                wrong.entry(level).or_default().insert(key, counted.clone());
                let slots: BTreeSet<_> = kept.0.keys().chain(counted.0.keys()).copied().collect();
                for slot in slots.into_iter().filter(|&slot| kept.get(slot) != counted.get(slot)) {
                    found.different += 1;
                    if found.differences.len() < Store::MAX_DIFFERENCES
                        && let Some(series) = self.series.get(&key.0)
                    {
                        let span = span(level, series.measure, key.1, slot);
                        let series = series.clone();
                        let (kept, counted) = (kept.get(slot), counted.get(slot));
                        found.differences.push(Difference { series, span, kept, counted });
                    }
                }
            }
        }
        wrong
    }
}

fn span(level: Level, measure: Measure, span: i64, slot: u32) -> Span {
    let slot = if measure == Measure::DwellHistogram { slot / crate::dwell::bins::BINS } else { slot };
    let from = span * level.span_us() + i64::from(slot) * level.slot_us();
    Span { from: instant::calendar(from), until: instant::calendar(from + level.slot_us()) }
}
