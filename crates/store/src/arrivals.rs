//! In which order events came in.
//!
//! An event's own time says when it happened; cameras that were cut off tell late. Who looks on needs the order in which
//! the store took events in: everything after a number, each once.

use std::collections::HashMap;

use database::{Access, Column, Dialect, Tx, Value};
use event::Event;
use uuid::Uuid;

use crate::record::{self, EventRow};
use crate::series::{self, Series, SeriesRow};
use crate::{Error, Result, Store};

/// An event, and its place in the order in which events came in.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrival {
    /// Grows with each event; numbers may be left out.
    pub number: i64,
    /// What came in.
    pub event: Event,
}

/// Which arrivals are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ArrivalsKept {
    /// The number of the oldest; zero when there is none.
    pub oldest: i64,
    /// The number of the newest; zero when there is none.
    pub newest: i64,
}

/// Who writes arrivals waits for this lock of PostgreSQL, and holds it until the end of the transaction: a number must not
/// become visible before a smaller one ("arrivals" in ASCII).
const LOCK: i64 = 0x6172_7269_7661_6c73;

impl Store {
    /// How many arrivals are kept.
    pub const ARRIVALS: i64 = 100_000;

    /// The events that came in after a number, at most `limit` of them, in that order. Only the last
    /// [`Store::ARRIVALS`] are kept, and of those the events that retention has left.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn arrivals(&self, after: i64, limit: u32) -> Result<Vec<Arrival>> {
        let mut tx = self.db.begin(Access::Read).await?;
        let sql = "SELECT number, event FROM arrivals WHERE number > $1 ORDER BY number LIMIT $2";
        let limit = Value::Int(i64::from(limit));
        let numbers = tx.fetch::<(i64, Uuid)>(sql, vec![Value::Int(after), limit]).await?;
        let Some(&(last, _)) = numbers.last() else { return Ok(Vec::new()) };
        let sql = format!(
            "SELECT {} FROM arrivals JOIN events ON id = event WHERE number > $1 AND number <= $2",
            record::COLUMNS
        );
        let rows = tx.fetch::<EventRow>(sql, vec![Value::Int(after), Value::Int(last)]).await?;
        let mut wanted: Vec<i64> = rows.iter().map(|row| row.series).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let sql = format!(
            "SELECT id, camera, measure, rule, class, direction FROM series WHERE id {}",
            tx.dialect().any(1)
        );
        let found = tx.fetch::<SeriesRow>(sql, vec![Value::Ints(wanted)]).await?;
        drop(tx);
        let found: HashMap<i64, Series> = found.into_iter().map(series::from_row).collect::<Result<_>>()?;
        let mut by_id: HashMap<Uuid, EventRow> = rows.into_iter().map(|row| (row.id, row)).collect();
        let mut arrivals = Vec::with_capacity(numbers.len());
        for (number, id) in numbers {
            let Some(row) = by_id.remove(&id) else { continue };
            let series = found.get(&row.series);
            let series = series.ok_or_else(|| Error::Damaged(format!("the event {id} has no series")))?;
            arrivals.push(Arrival { number, event: row.event(series)? });
        }
        Ok(arrivals)
    }

    /// The number under which an event came in; none when that is no longer known.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn arrival_of(&self, event: Uuid) -> Result<Option<i64>> {
        let sql = "SELECT number FROM arrivals WHERE event = $1";
        let rows = self.db.fetch::<(i64,)>(sql, vec![Value::Id(event)]).await?;
        Ok(rows.first().map(|row| row.0))
    }

    /// Which arrivals are kept.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn arrivals_kept(&self) -> Result<ArrivalsKept> {
        let sql = "SELECT COALESCE(MIN(number), 0), COALESCE(MAX(number), 0) FROM arrivals";
        let rows = self.db.fetch::<(i64, i64)>(sql, vec![]).await?;
        let (oldest, newest) = rows.first().copied().unwrap_or_default();
        Ok(ArrivalsKept { oldest, newest })
    }
}

/// Notes new events, in the order of their time. Nothing may follow in the transaction that waits for others.
pub(crate) async fn note(tx: &mut Tx, mut new: Vec<(i64, Uuid)>) -> Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    if tx.dialect() == Dialect::Postgres {
        let sql = "SELECT 1::bigint FROM pg_advisory_xact_lock($1)";
        tx.fetch::<(i64,)>(sql, vec![Value::Int(LOCK)]).await?;
    }
    new.sort_unstable();
    let ids = vec![Column::Ids(new.into_iter().map(|(_, id)| id).collect())];
    let numbers =
        tx.insert::<(i64,)>("arrivals (event)", ids, "ON CONFLICT DO NOTHING RETURNING number").await?;
    if let Some(newest) = numbers.into_iter().map(|row| row.0).max() {
        let before = Value::Int(newest - Store::ARRIVALS);
        tx.execute("DELETE FROM arrivals WHERE number <= $1", vec![before]).await?;
    }
    Ok(())
}
