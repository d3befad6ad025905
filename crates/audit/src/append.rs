use database::{Dialect, Error, Result, Tx, Value, instant};
use serde_json::Value as Json;

use crate::row::{self, COLUMNS, Row};
use crate::{Entry, Hash, Head, hash, mask};

/// The longest `before` or `after` that is kept whole, in bytes of JSON.
const LONGEST: usize = 64 * 1024;

/// Appends an entry in the transaction of the change that it tells of, and gives the log's new head.
///
/// Call it last: on PostgreSQL everyone else who appends waits from here until the transaction ends.
///
/// What looks like a secret by its name (`password`, `token`, …), and passwords in URLs, are masked. That is a net, not
/// a licence: hand in what may be seen. A `before` or `after` of more than 64 KiB is replaced by its length and hash.
///
/// # Errors
/// The database fails; then the transaction must be given up.
pub async fn append(tx: &mut Tx, entry: Entry) -> Result<Head> {
    let lock = match tx.dialect() {
        // Its one writer is this transaction.
        Dialect::Sqlite => "",
        Dialect::Postgres => "FOR UPDATE",
    };
    let heads: Vec<(i64, Vec<u8>)> =
        tx.fetch(format!("SELECT number, hash FROM audit_head WHERE id = 1 {lock}"), vec![]).await?;
    let Some((newest, previous)) = heads.into_iter().next() else {
        return Err(Error::Damaged("the head of the audit log is missing".to_owned()));
    };
    let mut row = Row {
        number: newest + 1,
        time: instant::clamped(entry.time),
        actor_kind: entry.actor.kind.as_str().to_owned(),
        actor_id: entry.actor.id,
        actor_name: entry.actor.name,
        address: entry.actor.from.map(|address| address.to_canonical().to_string()),
        action: entry.action.to_owned(),
        object_kind: entry.object.kind,
        object_id: entry.object.id,
        site: entry.site,
        before: entry.before.map(text),
        after: entry.after.map(text),
        previous,
        hash: Vec::new(),
    };
    let head = Head { number: row.number, hash: hash::of(&row) };
    row.hash = head.hash.0.to_vec();
    let places: Vec<_> = (1..=14).map(|n| format!("${n}")).collect();
    tx.execute(format!("INSERT INTO audit ({COLUMNS}) VALUES ({})", places.join(", ")), row.values()).await?;
    let values = vec![Value::Int(head.number), Value::Bytes(head.hash.0.to_vec())];
    tx.execute("UPDATE audit_head SET number = $1, hash = $2 WHERE id = 1", values).await?;
    Ok(head)
}

/// The text that is kept and hashed.
fn text(mut json: Json) -> String {
    mask::mask(&mut json);
    let text = json.to_string();
    if text.len() <= LONGEST {
        return text;
    }
    serde_json::json!({"too_long": {"bytes": text.len(), "sha256": sha256(&text).to_string()}}).to_string()
}

fn sha256(text: &str) -> Hash {
    use sha2::Digest as _;
    row::hash(&sha2::Sha256::digest(text)).expect("SHA-256 has 32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_told_by_its_hash() {
        let long = Json::String("x".repeat(LONGEST));
        let kept = text(long.clone());
        assert!(kept.len() < 200 && kept.contains(&sha256(&long.to_string()).to_string()), "{kept}");
        let short = Json::String("x".repeat(LONGEST - 2));
        assert_eq!(text(short.clone()), short.to_string());
    }
}
