//! Requests that may be repeated.

use database::{Tx, Value};
use time::Duration;

use crate::record::By;
use crate::{Error, Result};

/// How long a key is remembered.
const REMEMBERED: Duration = Duration::hours(24);

/// An idempotency key: the same request with the same key makes one thing, however often it comes within a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Who asks: keys of different callers are different keys.
    pub caller: String,
    /// The key; at most 255 bytes.
    pub key: String,
    /// A digest of the whole request: another request cannot use the same key.
    pub request: [u8; 32],
}

/// What was made for this key before, if anything was.
pub(crate) async fn made_before(tx: &mut Tx, key: Option<&Key>, by: &By) -> Result<Option<String>> {
    let Some(key) = key else { return Ok(None) };
    if key.key.is_empty() || key.key.len() > 255 {
        return Err(Error::invalid("Idempotency-Key", "a key has 1 to 255 bytes"));
    }
    let old = by.micros() - i64::try_from(REMEMBERED.whole_microseconds()).unwrap_or(i64::MAX / 4);
    tx.execute("DELETE FROM registry_keys WHERE at < $1", vec![Value::Int(old)]).await?;
    let found: Vec<(Vec<u8>, String)> = tx
        .fetch(
            "SELECT request, made FROM registry_keys WHERE caller = $1 AND key = $2",
            vec![Value::Text(key.caller.clone()), Value::Text(key.key.clone())],
        )
        .await?;
    match found.into_iter().next() {
        Some((request, made)) if request == key.request => Ok(Some(made)),
        Some(_) => Err(Error::KeyReused),
        None => Ok(None),
    }
}

/// Notes what was made for a key.
pub(crate) async fn note(tx: &mut Tx, key: Option<&Key>, made: &str, by: &By) -> Result<()> {
    let Some(key) = key else { return Ok(()) };
    let values = vec![
        Value::Text(key.caller.clone()),
        Value::Text(key.key.clone()),
        Value::Bytes(key.request.to_vec()),
        Value::Text(made.to_owned()),
        Value::Int(by.micros()),
    ];
    tx.execute(
        "INSERT INTO registry_keys (caller, key, request, made, at) VALUES ($1, $2, $3, $4, $5)",
        values,
    )
    .await?;
    Ok(())
}
