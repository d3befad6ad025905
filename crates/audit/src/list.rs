use database::{Database, Result, Value, instant};
use time::OffsetDateTime;

use crate::Recorded;
use crate::row::{COLUMNS, Row, Tuple};

/// Which entries are asked for. The default is the newest hundred.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Only from this time on.
    pub from: Option<OffsetDateTime>,
    /// Only before this time.
    pub until: Option<OffsetDateTime>,
    /// Only by the actor of this name.
    pub actor: Option<String>,
    /// Only this action, such as `camera.update`; or all of an object, such as `camera.`, with the dot.
    pub action: Option<String>,
    /// Only about objects of this kind.
    pub object_kind: Option<String>,
    /// Only about the object with this id.
    pub object_id: Option<String>,
    /// Only about objects of these sites.
    pub sites: Option<Vec<String>>,
    /// Only entries before this number: the `next` of the page before.
    pub before: Option<i64>,
    /// How many, 1 to 1000.
    pub limit: u32,
}

impl Default for Query {
    fn default() -> Self {
        Self {
            from: None,
            until: None,
            actor: None,
            action: None,
            object_kind: None,
            object_id: None,
            sites: None,
            before: None,
            limit: 100,
        }
    }
}

/// Entries, the newest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The entries.
    pub entries: Vec<Recorded>,
    /// What to put into [`Query::before`] for the next page; none on the last.
    pub next: Option<i64>,
}

/// Lists entries, the newest first. Pages are stable while entries are added.
///
/// # Errors
/// The database fails, or holds an entry that cannot be read: then [`verify`](crate::verify) says more.
pub async fn list(db: &Database, query: &Query) -> Result<Page> {
    let limit = i64::from(query.limit.clamp(1, 1000));
    let mut values = Vec::new();
    let mut conditions = vec!["1 = 1".to_owned()];
    let mut only = |condition: &str, value: Value| {
        values.push(value);
        conditions.push(condition.replace('#', &format!("${}", values.len())));
    };
    if let Some(from) = query.from {
        only("time >= #", Value::Int(instant::clamped(from)));
    }
    if let Some(until) = query.until {
        only("time < #", Value::Int(instant::clamped(until)));
    }
    if let Some(before) = query.before {
        only("number < #", Value::Int(before));
    }
    if let Some(actor) = &query.actor {
        only("actor_name = #", Value::Text(actor.clone()));
    }
    match &query.action {
        Some(object) if object.ends_with('.') => {
            only("substr(action, 1, length(#)) = #", Value::Text(object.clone()));
        }
        Some(action) => {
            only("action = #", Value::Text(action.clone()));
        }
        None => {}
    }
    if let Some(kind) = &query.object_kind {
        only("object_kind = #", Value::Text(kind.clone()));
    }
    if let Some(id) = &query.object_id {
        only("object_id = #", Value::Text(id.clone()));
    }
    if let Some(sites) = &query.sites {
        values.push(Value::Texts(sites.clone()));
        conditions.push(format!("site {}", db.dialect().any(values.len())));
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM audit WHERE {} ORDER BY number DESC LIMIT {}",
        conditions.join(" AND "),
        limit + 1
    );
    let rows: Vec<Tuple> = db.fetch(sql, values).await?;
    let more = rows.len() as i64 > limit;
    let rows = rows.into_iter().take(limit as usize);
    let entries = rows.map(|row| Row::from(row).recorded()).collect::<Result<Vec<_>>>()?;
    let next = if more { entries.last().map(|entry| entry.number) } else { None };
    Ok(Page { entries, next })
}
