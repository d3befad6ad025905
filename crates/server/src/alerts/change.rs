use audit::{Entry, Object};
use database::Tx;
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;

use crate::extract::Caller;
use crate::problem::Problem;

/// What somebody has changed: of an alert, a rule, a channel or a delivery.
pub(crate) struct Change<'a> {
    action: &'static str,
    object: Object,
    site: &'a str,
    before: Option<Value>,
    after: Option<Value>,
}

impl<'a> Change<'a> {
    /// A change by its name, `OBJECT.VERB`.
    pub(crate) fn new(action: &'static str, id: impl ToString, site: &'a str) -> Self {
        let kind = action.split('.').next().unwrap_or(action);
        Self { action, object: Object::new(kind, id), site, before: None, after: None }
    }

    /// How it was before.
    pub(crate) fn was(self, before: &impl Serialize) -> Self {
        Self { before: serde_json::to_value(before).ok(), ..self }
    }

    /// How it is after.
    pub(crate) fn became(self, after: &impl Serialize) -> Self {
        Self { after: serde_json::to_value(after).ok(), ..self }
    }

    /// Logs the change in the transaction that makes it, and commits both.
    pub(crate) async fn commit(
        self,
        mut tx: Tx,
        caller: &Caller,
        now: OffsetDateTime,
    ) -> Result<(), Problem> {
        let Self { action, object, site, before, after } = self;
        let actor = caller.actor();
        let entry = Entry { time: now, actor, action, object, site: Some(site.to_owned()), before, after };
        audit::append(&mut tx, entry).await?;
        Ok(tx.commit().await?)
    }
}
