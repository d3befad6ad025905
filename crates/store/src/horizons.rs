//! Since when each kind of data is kept.

use crate::Result;
use database::instant;
use database::{Tx, Value};
use time::OffsetDateTime;

/// A kind of data with a retention of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kept {
    Events,
    Observed,
    Minutes,
    Quarters,
    HeatMaps,
}

impl Kept {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Observed => "observed",
            Self::Minutes => "minutes",
            Self::Quarters => "quarters",
            Self::HeatMaps => "heat_maps",
        }
    }
}

/// What is older was deleted, and is not taken in again: a repeat of it could not be known for one.
#[derive(Clone, Debug)]
pub(crate) struct Horizons(Vec<(String, i64)>);

pub(crate) const SELECT: &str = "SELECT kept, since FROM horizons";

impl Horizons {
    pub(crate) fn new(rows: Vec<(String, i64)>) -> Self {
        Self(rows)
    }

    pub(crate) async fn read(tx: &mut Tx) -> Result<Self> {
        Ok(Self(tx.fetch(SELECT, vec![]).await?))
    }

    /// In microseconds since 1970; the earliest number there is when nothing was ever deleted.
    pub(crate) fn since(&self, kept: Kept) -> i64 {
        self.0.iter().find(|(name, _)| name == kept.as_str()).map_or(i64::MIN, |&(_, since)| since)
    }

    /// None when nothing was ever deleted.
    pub(crate) fn calendar(&self, kept: Kept) -> Option<OffsetDateTime> {
        Some(self.since(kept)).filter(|&since| since > i64::MIN).map(instant::calendar)
    }
}

/// Moves a horizon forward, never back.
pub(crate) async fn advance(tx: &mut Tx, kept: Kept, since: i64) -> Result<()> {
    let sql = "INSERT INTO horizons (kept, since) VALUES ($1, $2) ON CONFLICT (kept) \
               DO UPDATE SET since = excluded.since WHERE horizons.since < excluded.since";
    tx.execute(sql, vec![Value::Text(kept.as_str().to_owned()), Value::Int(since)]).await?;
    Ok(())
}
