use time::{Duration, OffsetDateTime};

use crate::horizons::{self, Kept};
use crate::rollup::Level;
use crate::{Result, Store, heat};
use database::instant;
use database::{Access, Value};

/// How long each kind of data is kept; for ever where it says none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Events of every kind but `observed`.
    pub events: Option<Duration>,
    /// The ids of `observed` events, by which repeats are known. Longer than any event can be late.
    pub observed: Option<Duration>,
    /// The roll-up by minute, from which answers by 1 and 5 minutes come.
    pub minutes: Option<Duration>,
    /// The roll-up by quarter of an hour, from which hours, days and weeks come.
    pub quarters: Option<Duration>,
    /// Heat maps.
    pub heat_maps: Option<Duration>,
}

impl Default for Retention {
    /// Events and minutes for 90 days, watched stretches for 14, heat maps for a year, quarters for ever.
    fn default() -> Self {
        Self {
            events: Some(Duration::days(90)),
            observed: Some(Duration::days(14)),
            minutes: Some(Duration::days(90)),
            quarters: None,
            heat_maps: Some(Duration::days(365)),
        }
    }
}

/// How many rows [`Store::retain`] deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deleted {
    /// Events.
    pub events: u64,
    /// Ids of watched stretches.
    pub observed: u64,
    /// Rows of the roll-up by minute: a series and an hour each.
    pub minutes: u64,
    /// Rows of the roll-up by quarter of an hour: a series and seven days each.
    pub quarters: u64,
    /// Heat maps: a camera and an hour each.
    pub heat_maps: u64,
}

/// How many rows one transaction deletes.
const BATCH: i64 = 5_000;

impl Store {
    /// Deletes what is older than its retention, in many short transactions, so that nobody waits long for it.
    ///
    /// What is deleted stays deleted: an event from before the retention that comes again is not counted again
    /// (see [`crate::Ingested::expired`]), also when the retention is made longer later.
    ///
    /// # Errors
    /// When the database fails; what was deleted until then stays deleted.
    pub async fn retain(&self, retention: &Retention, now: OffsetDateTime) -> Result<Deleted> {
        let since = |kept: Option<Duration>, unit: i64| {
            let since = instant::clamped(now.checked_sub(kept?)?);
            // Whole rows only: a row that is begun before is kept to its end.
            Some(since.div_euclid(unit) * unit)
        };
        let mut deleted = Deleted::default();
        if let Some(since) = since(retention.events, 1) {
            let rows = "events WHERE id IN (SELECT id FROM events WHERE COALESCE(until_time, time) < $1 AND \
                        time < $1 ORDER BY time LIMIT $2)";
            deleted.events = self.delete(Kept::Events, since, &[(rows, since)]).await?;
        }
        if let Some(since) = since(retention.observed, 1) {
            let rows = "observed WHERE id IN (SELECT id FROM observed WHERE until_time < $1 ORDER BY until_time \
                        LIMIT $2)";
            deleted.observed = self.delete(Kept::Observed, since, &[(rows, since)]).await?;
        }
        let spans = |table: &str| {
            format!(
                "{table} WHERE (series, span) IN (SELECT series, span FROM {table} WHERE span < $1 \
                 ORDER BY span LIMIT $2)"
            )
        };
        if let Some(since) = since(retention.minutes, Level::Minutes.span_us()) {
            let span = since / Level::Minutes.span_us();
            deleted.minutes = self.delete(Kept::Minutes, since, &[(&spans("minutes"), span)]).await?;
        }
        if let Some(since) = since(retention.quarters, Level::Quarters.span_us()) {
            let span = since / Level::Quarters.span_us();
            deleted.quarters = self.delete(Kept::Quarters, since, &[(&spans("quarters"), span)]).await?;
        }
        if let Some(since) = since(retention.heat_maps, heat::HOUR_US) {
            let maps = "heat_maps WHERE (camera, hour, width, height) IN (SELECT camera, hour, width, height \
                        FROM heat_maps WHERE hour < $1 ORDER BY hour LIMIT $2)";
            let parts = "heat_map_parts WHERE id IN (SELECT id FROM heat_map_parts WHERE hour < $1 ORDER BY hour \
                         LIMIT $2)";
            let hour = since / heat::HOUR_US;
            deleted.heat_maps = self.delete(Kept::HeatMaps, since, &[(maps, hour), (parts, hour)]).await?;
        }
        Ok(deleted)
    }

    /// Moves the horizon, then deletes in batches what lies before it; gives the rows of the first of the tables.
    async fn delete(&self, kept: Kept, since: i64, tables: &[(&str, i64)]) -> Result<u64> {
        // Before anything goes: whoever adds meanwhile must not take in what was just deleted.
        let mut tx = self.db.begin(Access::Alone).await?;
        horizons::advance(&mut tx, kept, since).await?;
        tx.commit().await?;
        let mut first = None;
        for (rows, before) in tables {
            let mut deleted = 0;
            loop {
                let mut tx = self.db.begin(Access::Add).await?;
                let sql = format!("DELETE FROM {rows}");
                let batch = tx.execute(sql, vec![Value::Int(*before), Value::Int(BATCH)]).await?;
                tx.commit().await?;
                deleted += batch;
                if batch < BATCH as u64 {
                    break;
                }
            }
            first.get_or_insert(deleted);
        }
        self.answers.changed(i64::MIN, since);
        Ok(first.unwrap_or(0))
    }
}
