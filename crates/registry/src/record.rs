//! Every change goes into the audit log, in its own transaction, by way of this file alone.

use audit::{Actor, Entry, Object};
use database::{Tx, Value, instant};
use time::OffsetDateTime;

use crate::Result;

/// Who makes a change, and when.
#[derive(Clone, Debug)]
pub struct By {
    /// Who.
    pub actor: Actor,
    /// Now.
    pub now: OffsetDateTime,
}

impl By {
    pub(crate) fn micros(&self) -> i64 {
        instant::clamped(self.now)
    }
}

/// A change to one thing.
pub(crate) struct Change<'a> {
    pub(crate) action: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) id: &'a str,
    pub(crate) site: Option<&'a str>,
    pub(crate) before: Option<serde_json::Value>,
    pub(crate) after: Option<serde_json::Value>,
}

/// Appends changes to the audit log. Call it last in a transaction: others who write wait from here on.
pub(crate) async fn record(tx: &mut Tx, by: &By, changes: Vec<Change<'_>>) -> Result<()> {
    for change in changes {
        let entry = Entry {
            time: by.now,
            actor: by.actor.clone(),
            action: change.action,
            object: Object::new(change.kind, change.id),
            site: change.site.map(str::to_owned),
            before: change.before,
            after: change.after,
        };
        audit::append(tx, entry).await?;
    }
    Ok(())
}

/// Makes other processes look at what has changed.
pub(crate) async fn revise(tx: &mut Tx) -> Result<()> {
    let sql = "UPDATE registry_revision SET revision = revision + $1 WHERE one = 1";
    tx.execute(sql, vec![Value::Int(1)]).await?;
    Ok(())
}
