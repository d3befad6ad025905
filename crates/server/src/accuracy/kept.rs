//! Audits in the database.

use database::{Database, Error, Result, Tx, Value};
use uuid::Uuid;

use super::view::{AccuracyReport, AuditBody};

/// An audit as it is kept.
#[derive(Clone)]
pub(super) struct Kept {
    pub(super) id: Uuid,
    pub(super) site: String,
    pub(super) version: i64,
    pub(super) body: AuditBody,
    pub(super) report: Option<AccuracyReport>,
}

type Row = (Uuid, String, i64, String, Option<String>);
const COLUMNS: &str = "id, site, version, body, report";

fn read((id, site, version, body, report): Row) -> Result<Kept> {
    let damaged = |error| Error::Damaged(format!("accuracy audit {id}: {error}"));
    let body = serde_json::from_str(&body).map_err(damaged)?;
    let report = report.map(|text| serde_json::from_str(&text)).transpose().map_err(damaged)?;
    Ok(Kept { id, site, version, body, report })
}

/// Those of these sites.
pub(super) async fn all(db: &Database, sites: &[String]) -> Result<Vec<Kept>> {
    let sql = format!("SELECT {COLUMNS} FROM accuracy_audits WHERE site {} ORDER BY id", db.dialect().any(1));
    let rows = db.fetch::<Row>(sql, vec![Value::Texts(sites.to_vec())]).await?;
    rows.into_iter().map(read).collect()
}

pub(super) async fn one(db: &Database, id: Uuid) -> Result<Option<Kept>> {
    let sql = format!("SELECT {COLUMNS} FROM accuracy_audits WHERE id = $1");
    let rows = db.fetch::<Row>(sql, vec![Value::Id(id)]).await?;
    rows.into_iter().next().map(read).transpose()
}

pub(super) async fn insert(tx: &mut Tx, kept: &Kept) -> Result<()> {
    let sql = format!("INSERT INTO accuracy_audits ({COLUMNS}) VALUES ($1, $2, $3, $4, $5)");
    tx.execute(sql, values(kept)).await?;
    Ok(())
}

/// Whether it was at this version, and so is changed.
pub(super) async fn update(tx: &mut Tx, before: i64, kept: &Kept) -> Result<bool> {
    let sql = "UPDATE accuracy_audits SET site = $2, version = $3, body = $4, report = $5 \
               WHERE id = $1 AND version = $6";
    let values = [values(kept), vec![Value::Int(before)]].concat();
    Ok(tx.execute(sql, values).await? > 0)
}

/// Whether it was at this version, and so is gone.
pub(super) async fn delete(tx: &mut Tx, id: Uuid, version: i64) -> Result<bool> {
    let sql = "DELETE FROM accuracy_audits WHERE id = $1 AND version = $2";
    Ok(tx.execute(sql, vec![Value::Id(id), Value::Int(version)]).await? > 0)
}

fn values(kept: &Kept) -> Vec<Value> {
    let written = "an audit holds only texts, times and numbers";
    vec![
        Value::Id(kept.id),
        Value::Text(kept.site.clone()),
        Value::Int(kept.version),
        Value::Text(serde_json::to_string(&kept.body).expect(written)),
        Value::TextOrNull(kept.report.as_ref().map(|report| serde_json::to_string(report).expect(written))),
    ]
}
