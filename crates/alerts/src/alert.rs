//! Something that was noticed.

use database::{Tx, Value, instant};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::evaluate::Phase;
use crate::{Alerts, Error, Result, Severity};

/// Something that was noticed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Alert {
    /// Never changes.
    pub id: Uuid,
    /// The rule that noticed it.
    pub rule: Uuid,
    /// The rule's name at that time.
    pub name: String,
    /// The site.
    pub site: String,
    /// The camera that it is about; empty for rules that are not about single cameras.
    pub subject: String,
    /// How bad it is.
    pub severity: Severity,
    /// What was noticed, in a sentence.
    pub summary: String,
    /// The number that made it.
    pub value: f64,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    pub started: OffsetDateTime,
    /// Who takes care of it.
    #[serde(default)]
    pub acknowledged: Option<Acknowledged>,
    /// Until when nobody is told.
    #[serde(with = "time::serde::rfc3339::option", default)]
    pub silenced_until: Option<OffsetDateTime>,
    /// How it ended.
    #[serde(default)]
    pub resolved: Option<Resolved>,
    /// How many steps were told: none, the first channels, and the steps of the escalation.
    #[serde(default)]
    pub told: usize,
    /// Who was told of it.
    #[serde(default)]
    pub told_channels: Vec<Uuid>,
}

/// Who takes care of an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Acknowledged {
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub time: OffsetDateTime,
    /// Who, for people.
    pub by: String,
}

/// How an alert ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Resolved {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub time: OffsetDateTime,
    /// Who resolved it, for people; nobody when it was no longer so.
    pub by: Option<String>,
}

/// Which alerts are asked for.
#[derive(Clone, Debug, Default)]
pub struct AlertQuery {
    /// The sites; none at all when it is empty.
    pub sites: Vec<String>,
    /// Only those that are not resolved.
    pub open: bool,
    /// Only those older than this one, by their ids, which rise with time.
    pub before: Option<Uuid>,
    /// How many at most.
    pub limit: u32,
}

impl Alerts {
    /// Alerts, the newest first.
    ///
    /// # Errors
    /// The database fails.
    pub async fn alerts(&self, query: &AlertQuery) -> Result<Vec<Alert>> {
        let open = if query.open { "AND resolved IS NULL" } else { "" };
        let before = query.before.unwrap_or(Uuid::max());
        let sql = format!(
            "SELECT body FROM alerts WHERE site {} AND id < $2 {open} ORDER BY id DESC LIMIT $3",
            self.db.dialect().any(1)
        );
        let values =
            vec![Value::Texts(query.sites.clone()), Value::Id(before), Value::Int(query.limit.into())];
        self.db.fetch::<(String,)>(sql, values).await?.iter().map(|(body,)| parse(body)).collect()
    }

    /// One alert.
    ///
    /// # Errors
    /// There is none with this id, or the database fails.
    pub async fn alert(&self, id: Uuid) -> Result<Alert> {
        let rows =
            self.db.fetch::<(String,)>("SELECT body FROM alerts WHERE id = $1", vec![Value::Id(id)]).await?;
        let (body,) = rows.first().ok_or(Error::NotFound { kind: "alert", id })?;
        parse(body)
    }

    /// Somebody takes care of it: it does not escalate any more. Done again, it changes nothing.
    ///
    /// # Errors
    /// There is none with this id, or the database fails.
    pub async fn acknowledge(&self, tx: &mut Tx, id: Uuid, by: &str, now: OffsetDateTime) -> Result<Alert> {
        self.change(tx, id, |alert| {
            alert.acknowledged.get_or_insert_with(|| Acknowledged { time: now, by: by.to_owned() });
        })
        .await
    }

    /// Nobody is told until then; what still is then is told.
    ///
    /// # Errors
    /// There is none with this id, or the database fails.
    pub async fn silence(&self, tx: &mut Tx, id: Uuid, until: Option<OffsetDateTime>) -> Result<Alert> {
        self.change(tx, id, |alert| alert.silenced_until = until).await
    }

    /// Ends it. The rule makes no other one until what it notices was clear.
    ///
    /// # Errors
    /// There is none with this id, or the database fails.
    pub async fn resolve(&self, tx: &mut Tx, id: Uuid, by: &str, now: OffsetDateTime) -> Result<Alert> {
        let mut ended = false;
        let alert = self
            .change(tx, id, |alert| {
                ended = alert.resolved.is_none();
                alert.resolved.get_or_insert_with(|| Resolved { time: now, by: Some(by.to_owned()) });
            })
            .await?;
        if ended {
            let sql = "UPDATE alert_phases SET phase = $3 WHERE rule = $1 AND subject = $2";
            let held =
                serde_json::to_string(&Phase::Held).map_err(|error| Error::damaged("a phase", error))?;
            let values = vec![Value::Id(alert.rule), Value::Text(alert.subject.clone()), Value::Text(held)];
            tx.execute(sql, values).await?;
        }
        Ok(alert)
    }

    async fn change(&self, tx: &mut Tx, id: Uuid, change: impl FnOnce(&mut Alert)) -> Result<Alert> {
        let sql = format!("SELECT r.body FROM alerts r WHERE r.id = $1 {}", tx.dialect().for_update());
        let rows = tx.fetch::<(String,)>(sql, vec![Value::Id(id)]).await?;
        let (body,) = rows.first().ok_or(Error::NotFound { kind: "alert", id })?;
        let mut alert = parse(body)?;
        change(&mut alert);
        write(tx, &alert, None).await?;
        Ok(alert)
    }
}

pub(crate) fn parse(body: &str) -> Result<Alert> {
    serde_json::from_str(body).map_err(|error| Error::damaged("an alert", error))
}

/// Writes an alert back. With `settled` it also says whether everything has been told.
pub(crate) async fn write(tx: &mut Tx, alert: &Alert, settled: Option<bool>) -> Result<()> {
    let body = serde_json::to_string(alert).map_err(|error| Error::damaged("an alert", error))?;
    let resolved = alert.resolved.as_ref().map(|resolved| instant::clamped(resolved.time));
    let mut sql = "UPDATE alerts SET body = $2, resolved = $3".to_owned();
    let mut values = vec![Value::Id(alert.id), Value::Text(body), Value::IntOrNull(resolved)];
    if let Some(settled) = settled {
        sql += ", settled = $4";
        values.push(Value::Flag(settled));
    }
    tx.execute(sql + " WHERE id = $1", values).await?;
    Ok(())
}
