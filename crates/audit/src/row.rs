//! An entry as the database keeps it.

use database::{Error, Result, Value, instant};
use uuid::Uuid;

use crate::{Actor, ActorKind, Hash, Object, Recorded};

/// In the order of [`Tuple`].
pub(crate) const COLUMNS: &str = "number, time, actor_kind, actor_id, actor_name, address, action, object_kind, \
                                  object_id, site, before, after, previous, hash";

pub(crate) type Tuple = (
    i64,
    i64,
    String,
    Option<Uuid>,
    String,
    Option<String>,
    String,
    String,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    Vec<u8>,
    Vec<u8>,
);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) number: i64,
    pub(crate) time: i64,
    pub(crate) actor_kind: String,
    pub(crate) actor_id: Option<Uuid>,
    pub(crate) actor_name: String,
    pub(crate) address: Option<String>,
    pub(crate) action: String,
    pub(crate) object_kind: String,
    pub(crate) object_id: String,
    pub(crate) site: Option<String>,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    pub(crate) previous: Vec<u8>,
    pub(crate) hash: Vec<u8>,
}

impl From<Tuple> for Row {
    fn from(tuple: Tuple) -> Self {
        let (number, time, actor_kind, actor_id, actor_name, address, action, object_kind, object_id, ..) =
            tuple;
        let (.., site, before, after, previous, hash) = tuple;
        Self {
            number,
            time,
            actor_kind,
            actor_id,
            actor_name,
            address,
            action,
            object_kind,
            object_id,
            site,
            before,
            after,
            previous,
            hash,
        }
    }
}

impl Row {
    /// Its values, in the order of [`COLUMNS`].
    pub(crate) fn values(self) -> Vec<Value> {
        vec![
            Value::Int(self.number),
            Value::Int(self.time),
            Value::Text(self.actor_kind),
            Value::IdOrNull(self.actor_id),
            Value::Text(self.actor_name),
            Value::TextOrNull(self.address),
            Value::Text(self.action),
            Value::Text(self.object_kind),
            Value::Text(self.object_id),
            Value::TextOrNull(self.site),
            Value::TextOrNull(self.before),
            Value::TextOrNull(self.after),
            Value::Bytes(self.previous),
            Value::Bytes(self.hash),
        ]
    }

    pub(crate) fn recorded(self) -> Result<Recorded> {
        let damaged = |what: &str| Error::Damaged(format!("{what} of audit entry {}", self.number));
        let kind = ActorKind::ALL.into_iter().find(|kind| kind.as_str() == self.actor_kind);
        let from = match &self.address {
            Some(address) => Some(address.parse().map_err(|_| damaged("the address"))?),
            None => None,
        };
        let json = |text: &Option<String>| match text {
            Some(text) => serde_json::from_str(text).map(Some).map_err(|_| damaged("the JSON")),
            None => Ok(None),
        };
        let (before, after) = (json(&self.before)?, json(&self.after)?);
        Ok(Recorded {
            number: self.number,
            time: instant::calendar(self.time),
            actor: Actor {
                kind: kind.ok_or_else(|| damaged("the kind of actor"))?,
                id: self.actor_id,
                name: self.actor_name.clone(),
                from,
            },
            before,
            after,
            hash: hash(&self.hash).ok_or_else(|| damaged("the hash"))?,
            action: self.action,
            object: Object { kind: self.object_kind, id: self.object_id },
            site: self.site,
        })
    }
}

pub(crate) fn hash(bytes: &[u8]) -> Option<Hash> {
    Some(Hash(bytes.try_into().ok()?))
}
