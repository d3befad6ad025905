use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use event::Event;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::record::{self, EventRow};
use crate::series::{self, Filter, Measure, Series};
use crate::{Error, Result, Store};
use database::{Dialect, Value, instant};

/// A place in a list, between two events. As text it is what an API hands out, and takes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    time: i64,
    id: Uuid,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.time, self.id.simple())
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parts = text
            .split_once('.')
            .and_then(|(time, id)| Some(Self { time: time.parse().ok()?, id: Uuid::try_parse(id).ok()? }));
        parts.ok_or_else(|| {
            Error::Request("the cursor is none that a list gave out: begin without one".to_owned())
        })
    }
}

/// A question to [`Store::events`] or [`Store::gaps`].
#[derive(Clone, Debug)]
pub struct EventQuery {
    /// The first moment asked for.
    pub from: OffsetDateTime,
    /// The first moment not asked for any more.
    pub until: OffsetDateTime,
    /// Which kinds; all that are kept as events when it is empty. [`Store::gaps`] gives gaps whatever it says.
    pub kinds: Vec<Measure>,
    /// Which cameras, rules, classes and directions.
    pub filter: Filter,
    /// Where the page before ended.
    pub after: Option<Cursor>,
    /// The most events of a page, 1 to [`Store::MAX_PAGE`].
    pub limit: u32,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// Newest first.
    pub events: Vec<Event>,
    /// Where the next page begins; none when this is the last.
    pub next: Option<Cursor>,
}

/// The kinds that are kept as events.
const KINDS: [Measure; 7] = [
    Measure::Crossing,
    Measure::TurnedBack,
    Measure::PassedBy,
    Measure::ZoneEnter,
    Measure::ZoneLeave,
    Measure::Gap,
    Measure::Correction,
];

impl Store {
    /// The most events of a page.
    pub const MAX_PAGE: u32 = 1000;

    /// Events whose time lies in the asked stretch, newest first. Events that come in while somebody turns pages
    /// shift nothing: no event is shown twice or left out, but for late ones from before the cursor.
    ///
    /// # Errors
    /// A limit out of range; or the database fails.
    pub async fn events(&self, query: &EventQuery) -> Result<Page> {
        let kinds = if query.kinds.is_empty() { KINDS.to_vec() } else { query.kinds.clone() };
        self.page(query, &kinds, "time >= $2 AND time < $3").await
    }

    /// Gaps that overlap the asked stretch, those that begin last first.
    ///
    /// # Errors
    /// As [`Store::events`].
    pub async fn gaps(&self, query: &EventQuery) -> Result<Page> {
        self.page(query, &[Measure::Gap], "until_time > $2 AND from_time < $3").await
    }

    async fn page(&self, query: &EventQuery, kinds: &[Measure], within: &str) -> Result<Page> {
        if !(1..=Self::MAX_PAGE).contains(&query.limit) {
            return Err(Error::Request(format!(
                "a page has 1 to {} events, not {}",
                Self::MAX_PAGE,
                query.limit
            )));
        }
        let found = series::find(&self.db, kinds, &query.filter.cameras).await?;
        let series: HashMap<i64, Series> =
            found.into_iter().filter(|(_, series)| query.filter.passes(series)).collect();
        // Of SQLite's two indexes the one by time is the one for everything: by series it would sort a whole day for each
        // page. The sign keeps the planner from it.
        let everything = query.filter == Filter::default() && kinds.contains(&Measure::Crossing);
        let column = if everything && self.db.dialect() == Dialect::Sqlite { "+series" } else { "series" };
        let after = query.after.unwrap_or(Cursor { time: i64::MAX, id: Uuid::max() });
        let sql = format!(
            "SELECT {} FROM events WHERE {column} {} AND {within} AND (time, id) < ($4, $5) \
             ORDER BY time DESC, id DESC LIMIT $6",
            record::COLUMNS,
            self.db.dialect().any(1),
        );
        let values = vec![
            Value::Ints(series.keys().copied().collect()),
            Value::Int(instant::clamped(query.from)),
            Value::Int(instant::clamped(query.until)),
            Value::Int(after.time),
            Value::Id(after.id),
            Value::Int(i64::from(query.limit) + 1),
        ];
        let mut rows = self.db.fetch::<EventRow>(sql, values).await?;
        let more = rows.len() > query.limit as usize;
        rows.truncate(query.limit as usize);
        let next = rows.last().filter(|_| more).map(|row| Cursor { time: row.time, id: row.id });
        let events = rows.into_iter().map(|row| {
            let series = series.get(&row.series);
            let series =
                series.ok_or_else(|| Error::Damaged(format!("the event {} has no series", row.id)))?;
            row.event(series)
        });
        Ok(Page { events: events.collect::<Result<_>>()?, next })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_as_text() {
        let cursor = Cursor { time: -5, id: Uuid::from_u128(7) };
        assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
        for wrong in ["", "5", "x.00000000000000000000000000000007", "5.7"] {
            assert!(wrong.parse::<Cursor>().is_err(), "{wrong}");
        }
    }
}
