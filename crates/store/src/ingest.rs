use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use event::Event;
use uuid::Uuid;

use crate::horizons::{Horizons, Kept};
use crate::record::{self, EventRow};
use crate::rollup::{self, Level, Rollups};
use crate::series::{Measure, Series};
use crate::{Error, Result, Store, arrivals};
use database::Column;
use database::{Access, Tx};

/// What became of the events of one call of [`Store::ingest`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ingested {
    /// How many are new, and now kept and counted.
    pub stored: u64,
    /// How many were kept already, or came twice in this call.
    pub repeated: u64,
    /// How many are older than the retention. They may have been kept and counted before, so they are neither now.
    pub expired: u64,
    /// Those that can never be kept. Who delivers them should put them aside: they will be refused again.
    pub refused: Vec<Refused>,
}

/// An event that can never be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its id.
    pub id: Uuid,
    /// What is wrong with it.
    pub reason: String,
}

impl Store {
    /// The most events that one call of [`Store::ingest`] takes.
    pub const MAX_BATCH: usize = 10_000;

    /// Keeps events and adds them to the roll-ups, in one transaction, each event once in effect: any number of
    /// repeats, in any order, from any number of writers, gives the same as delivering each once. When it
    /// returns, the events outlive a crash of the program and of the machine.
    ///
    /// # Errors
    /// More than [`Store::MAX_BATCH`] events; or the database fails, and then nothing of the call was kept.
    pub async fn ingest(&self, events: &[Event]) -> Result<Ingested> {
        if events.len() > Self::MAX_BATCH {
            let most = Self::MAX_BATCH;
            return Err(Error::Request(format!("{} events in one call: at most {most}", events.len())));
        }
        let mut done = Ingested::default();
        // In the order of their ids: writers that deliver the same events wait for each other, never in a circle.
        let mut rows = BTreeMap::new();
        for event in events {
            match record::record(event) {
                Ok(record) => drop(rows.entry(event.id).or_insert(record)),
                Err(reason) => done.refused.push(Refused { id: event.id, reason }),
            }
        }
        done.repeated = (events.len() - done.refused.len() - rows.len()) as u64;
        if rows.is_empty() {
            return Ok(done);
        }

        let wanted = all_series(rows.values());
        let numbers = self.series.numbers(&self.db, &wanted).await?;
        let mut tx = self.db.begin(Access::Add).await?;
        let horizons = Horizons::read(&mut tx).await?;
        let by_number: HashMap<i64, &Series> =
            numbers.iter().map(|(series, &number)| (number, series)).collect();
        let (mut events, mut stretches) = (Vec::new(), Vec::new());
        for (series, mut row) in rows.into_values() {
            row.series = numbers[&series];
            let observed = series.measure == Measure::Observed;
            let kept = if observed { Kept::Observed } else { Kept::Events };
            if row.ends() < horizons.since(kept) {
                done.expired += 1;
            } else if observed {
                stretches.push(row);
            } else {
                events.push(row);
            }
        }

        let new = insert(&mut tx, &events, &stretches).await?;
        done.stored = new.len() as u64;
        done.repeated += (events.len() + stretches.len() - new.len()) as u64;

        let mut sums = Rollups::default();
        for row in events.iter().chain(&stretches).filter(|row| new.contains(&row.id)) {
            let series = by_number[&row.series];
            sums.add(series.measure, row.fact(series.measure), |measure| numbers[&series.with(measure)]);
        }
        for (level, kept) in [(Level::Minutes, Kept::Minutes), (Level::Quarters, Kept::Quarters)] {
            let since = horizons.since(kept).div_euclid(level.span_us());
            sums.rows_mut(level).retain(|&(_, span), _| span >= since);
            rollup::apply(&mut tx, level, sums.rows(level)).await?;
        }
        let arrived = events.iter().filter(|row| new.contains(&row.id)).map(|row| (row.time, row.id));
        arrivals::note(&mut tx, arrived.collect()).await?;
        tx.commit().await?;
        let changed = events.iter().chain(&stretches).filter(|row| new.contains(&row.id));
        let stretch = changed.fold(None, |stretch: Option<(i64, i64)>, row| {
            let (from, until) = (row.time.min(row.from_time.unwrap_or(row.time)), row.time.max(row.ends()));
            Some(stretch.map_or((from, until), |(first, last)| (first.min(from), last.max(until))))
        });
        if let Some((from, until)) = stretch {
            self.answers.changed(from, until);
        }
        Ok(done)
    }
}

/// Every series that the rows touch, with those derived from them.
fn all_series<'a>(rows: impl Iterator<Item = &'a (Series, EventRow)>) -> BTreeSet<Series> {
    let mut all = BTreeSet::new();
    for (series, _) in rows {
        if all.contains(series) {
            continue;
        }
        if series.measure == Measure::ZoneLeave {
            all.insert(series.with(Measure::Dwell));
            all.insert(series.with(Measure::DwellHistogram));
        }
        all.insert(series.clone());
    }
    all
}

/// Inserts events and watched stretches; gives the ids of those that were not there before.
async fn insert(tx: &mut Tx, events: &[EventRow], stretches: &[EventRow]) -> Result<HashSet<Uuid>> {
    let then = "ON CONFLICT (id) DO NOTHING RETURNING id";
    let into = format!("events ({})", record::COLUMNS);
    let mut new = tx.insert::<(Uuid,)>(&into, record::columns(events), then).await?;
    let columns = vec![
        Column::Ids(stretches.iter().map(|row| row.id).collect()),
        Column::ints(stretches.iter().map(|row| row.series)),
        Column::ints(stretches.iter().map(|row| row.from_time.unwrap_or(row.time))),
        Column::ints(stretches.iter().map(EventRow::ends)),
    ];
    let into = "observed (id, series, from_time, until_time)";
    new.append(&mut tx.insert(into, columns, then).await?);
    Ok(new.into_iter().map(|(id,)| id).collect())
}
