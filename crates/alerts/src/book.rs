//! Rules and channels in the database. What changes something takes part in the caller's transaction, so that the
//! caller's log of changes is in it as well.

use std::sync::Arc;

use database::{Database, Schema, Tx, Value, step};
use serde::Serialize;
use serde::de::DeserializeOwned;
use time::OffsetDateTime;
use tokio::sync::Notify;
use utoipa::ToSchema;
use uuid::{ContextV7, Timestamp, Uuid};

use crate::{Channel, Error, Result, Rule, Vault};

/// The tables of alerts, for backups.
pub const SCHEMA: Schema = Schema {
    ledger: "_alerts_migrations",
    steps: &[step!("alerts", "0001_alerts.sql")],
    tables: &["alert_rules", "alert_channels", "alert_phases", "alerts", "alert_deliveries"],
};

/// Rules, channels, alerts and deliveries in a database. Clones share it.
#[derive(Clone)]
pub struct Alerts {
    pub(crate) db: Database,
    pub(crate) vault: Arc<dyn Vault>,
    /// Rung when there is something to deliver.
    pub(crate) bell: Arc<Notify>,
}

/// Something that is kept, with what it is known by.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Kept<T> {
    /// Never changes.
    pub id: Uuid,
    /// One more with each change.
    pub version: i64,
    /// What is kept.
    #[serde(flatten)]
    pub value: T,
}

/// An id that rises with time.
pub(crate) fn new_id(now: OffsetDateTime) -> Uuid {
    let seconds = u64::try_from(now.unix_timestamp()).unwrap_or(0);
    Uuid::new_v7(Timestamp::from_unix(ContextV7::new(), seconds, now.nanosecond()))
}

impl Alerts {
    /// Opens what is kept in a database, and brings its schema up to date. The vault keeps the channels' secrets.
    ///
    /// # Errors
    /// The schema cannot be brought up to date.
    pub async fn open(db: Database, vault: Arc<dyn Vault>) -> Result<Self> {
        db.migrate(SCHEMA.ledger, SCHEMA.steps).await?;
        Ok(Self { db, vault, bell: Arc::default() })
    }

    /// The database, for transactions.
    pub fn database(&self) -> &Database {
        &self.db
    }

    /// Keeps a new rule.
    ///
    /// # Errors
    /// The rule makes no sense, names a channel that is none of its site, or the database fails.
    pub async fn add_rule(&self, tx: &mut Tx, rule: &Rule, now: OffsetDateTime) -> Result<Kept<Rule>> {
        self.check_rule(tx, rule).await?;
        insert(tx, "alert_rules", new_id(now), &rule.site, rule).await
    }

    /// Changes a rule that is at this version. When it now notices something else, it begins anew.
    ///
    /// # Errors
    /// As [`add_rule`](Self::add_rule); and there is no such rule, or it is at another version.
    pub async fn change_rule(
        &self,
        tx: &mut Tx,
        id: Uuid,
        version: i64,
        rule: &Rule,
        now: OffsetDateTime,
    ) -> Result<Kept<Rule>> {
        self.check_rule(tx, rule).await?;
        let before: Kept<Rule> = one(tx, "alert_rules", "alert rule", id).await?;
        let after = update(tx, "alert_rules", &before, version, &rule.site, rule).await?;
        let noticed = |rule: &Rule| {
            (rule.condition.clone(), rule.hold_s, rule.clear_s, rule.enabled, rule.site.clone())
        };
        if noticed(&before.value) != noticed(rule) {
            self.begin_anew(tx, id, now).await?;
        }
        Ok(after)
    }

    /// Deletes a rule, and ends its alerts.
    ///
    /// # Errors
    /// There is no such rule, or it is at another version, or the database fails.
    pub async fn delete_rule(&self, tx: &mut Tx, id: Uuid, version: i64, now: OffsetDateTime) -> Result<()> {
        self.begin_anew(tx, id, now).await?;
        delete(tx, "alert_rules", "alert rule", id, version).await
    }

    async fn begin_anew(&self, tx: &mut Tx, rule: Uuid, now: OffsetDateTime) -> Result<()> {
        let sql = "SELECT id FROM alerts WHERE rule = $1 AND resolved IS NULL";
        for (alert,) in tx.fetch::<(Uuid,)>(sql, vec![Value::Id(rule)]).await? {
            self.resolve(tx, alert, "a change of the rule", now).await?;
        }
        tx.execute("DELETE FROM alert_phases WHERE rule = $1", vec![Value::Id(rule)]).await?;
        Ok(())
    }

    async fn check_rule(&self, tx: &mut Tx, rule: &Rule) -> Result<()> {
        rule.check()?;
        let known = tx.fetch::<(Uuid,)>(
            "SELECT id FROM alert_channels WHERE site = $1",
            vec![Value::Text(rule.site.clone())],
        );
        let known = known.await?;
        match rule.every_channel().find(|id| !known.contains(&(*id,))) {
            Some(id) => Err(Error::invalid(format!("site `{}` has no channel with the id {id}", rule.site))),
            None => Ok(()),
        }
    }

    /// One rule.
    ///
    /// # Errors
    /// There is none with this id, or the database fails.
    pub async fn rule(&self, id: Uuid) -> Result<Kept<Rule>> {
        find(&self.db, "alert_rules", "alert rule", id).await
    }

    /// The rules of these sites, the oldest first.
    ///
    /// # Errors
    /// The database fails.
    pub async fn rules(&self, sites: &[String]) -> Result<Vec<Kept<Rule>>> {
        of_sites(&self.db, "alert_rules", sites).await
    }

    /// The rules of every site that are evaluated.
    pub(crate) async fn enabled_rules(&self) -> Result<Vec<Kept<Rule>>> {
        let rules: Vec<Kept<Rule>> = all(&self.db, "alert_rules").await?;
        Ok(rules.into_iter().filter(|rule| rule.value.enabled).collect())
    }

    /// Keeps a new channel with its secret.
    ///
    /// # Errors
    /// The channel makes no sense, its secret cannot be sealed, or the database fails.
    pub async fn add_channel(
        &self,
        tx: &mut Tx,
        channel: &Channel,
        secret: Option<&str>,
        now: OffsetDateTime,
    ) -> Result<Kept<Channel>> {
        channel.check(secret)?;
        let kept = insert(tx, "alert_channels", new_id(now), &channel.site, channel).await?;
        self.keep_secret(tx, kept.id, secret).await?;
        Ok(kept)
    }

    /// Changes a channel that is at this version; without a new secret the old one stays.
    ///
    /// # Errors
    /// As [`add_channel`](Self::add_channel); and there is no such channel, or it is at another version.
    pub async fn change_channel(
        &self,
        tx: &mut Tx,
        id: Uuid,
        version: i64,
        channel: &Channel,
        secret: Option<&str>,
    ) -> Result<Kept<Channel>> {
        let before: Kept<Channel> = one(tx, "alert_channels", "channel", id).await?;
        let old = self.open_secret(
            tx.fetch("SELECT id, secret FROM alert_channels WHERE id = $1", vec![Value::Id(id)]).await?,
        )?;
        channel.check(secret.or(old.as_deref()))?;
        let after = update(tx, "alert_channels", &before, version, &channel.site, channel).await?;
        if secret.is_some() {
            self.keep_secret(tx, id, secret).await?;
        }
        Ok(after)
    }

    /// Deletes a channel with what waits to be sent to it.
    ///
    /// # Errors
    /// There is no such channel, or it is at another version, or the database fails.
    pub async fn delete_channel(&self, tx: &mut Tx, id: Uuid, version: i64) -> Result<()> {
        tx.execute("DELETE FROM alert_deliveries WHERE channel = $1", vec![Value::Id(id)]).await?;
        delete(tx, "alert_channels", "channel", id, version).await
    }

    /// One channel, without its secret.
    ///
    /// # Errors
    /// There is none with this id, or the database fails.
    pub async fn channel(&self, id: Uuid) -> Result<Kept<Channel>> {
        find(&self.db, "alert_channels", "channel", id).await
    }

    /// The channels of these sites, the oldest first.
    ///
    /// # Errors
    /// The database fails.
    pub async fn channels(&self, sites: &[String]) -> Result<Vec<Kept<Channel>>> {
        of_sites(&self.db, "alert_channels", sites).await
    }

    pub(crate) async fn every_channel(&self) -> Result<Vec<Kept<Channel>>> {
        all(&self.db, "alert_channels").await
    }

    pub(crate) async fn secret(&self, channel: Uuid) -> Result<Option<String>> {
        let sql = "SELECT id, secret FROM alert_channels WHERE id = $1";
        self.open_secret(self.db.fetch(sql, vec![Value::Id(channel)]).await?)
    }

    fn open_secret(&self, rows: Vec<(Uuid, Option<Vec<u8>>)>) -> Result<Option<String>> {
        let Some((id, Some(sealed))) = rows.into_iter().next() else { return Ok(None) };
        let secret = self.vault.unseal(&sealed, &place(id)).map_err(Error::Secret)?;
        String::from_utf8(secret).map(Some).map_err(|_| Error::Secret("it is no text".to_owned()))
    }

    async fn keep_secret(&self, tx: &mut Tx, id: Uuid, secret: Option<&str>) -> Result<()> {
        let sealed =
            secret.map(|secret| self.vault.seal(secret.as_bytes(), &place(id)).map_err(Error::Secret));
        let values = vec![Value::Id(id), Value::BytesOrNull(sealed.transpose()?)];
        tx.execute("UPDATE alert_channels SET secret = $2 WHERE id = $1", values).await?;
        Ok(())
    }
}

fn place(channel: Uuid) -> String {
    format!("channel/{channel}/secret")
}

type Row = (Uuid, i64, String);

fn kept<T: DeserializeOwned>((id, version, body): Row) -> Result<Kept<T>> {
    let value = serde_json::from_str(&body).map_err(|error| Error::damaged("a rule or channel", error))?;
    Ok(Kept { id, version, value })
}

fn written(value: &impl Serialize) -> Result<Value> {
    serde_json::to_string(value).map(Value::Text).map_err(|error| Error::damaged("a rule or channel", error))
}

async fn insert<T: Serialize + Clone>(
    tx: &mut Tx,
    table: &str,
    id: Uuid,
    site: &str,
    value: &T,
) -> Result<Kept<T>> {
    let sql = format!("INSERT INTO {table} (id, site, version, body) VALUES ($1, $2, 1, $3)");
    tx.execute(sql, vec![Value::Id(id), Value::Text(site.to_owned()), written(value)?]).await?;
    Ok(Kept { id, version: 1, value: value.clone() })
}

async fn update<T: Serialize + Clone>(
    tx: &mut Tx,
    table: &str,
    before: &Kept<T>,
    version: i64,
    site: &str,
    value: &T,
) -> Result<Kept<T>> {
    if before.version != version {
        return Err(Error::Changed { now: before.version });
    }
    let sql = format!("UPDATE {table} SET site = $2, version = version + 1, body = $3 WHERE id = $1");
    tx.execute(sql, vec![Value::Id(before.id), Value::Text(site.to_owned()), written(value)?]).await?;
    Ok(Kept { id: before.id, version: version + 1, value: value.clone() })
}

async fn delete(tx: &mut Tx, table: &str, kind: &'static str, id: Uuid, version: i64) -> Result<()> {
    let before: Kept<serde_json::Value> = one(tx, table, kind, id).await?;
    if before.version != version {
        return Err(Error::Changed { now: before.version });
    }
    tx.execute(format!("DELETE FROM {table} WHERE id = $1"), vec![Value::Id(id)]).await?;
    Ok(())
}

/// Locks it as well.
async fn one<T: DeserializeOwned>(tx: &mut Tx, table: &str, kind: &'static str, id: Uuid) -> Result<Kept<T>> {
    let lock = tx.dialect().for_update();
    let sql = format!("SELECT r.id, r.version, r.body FROM {table} r WHERE r.id = $1 {lock}");
    let rows = tx.fetch::<Row>(sql, vec![Value::Id(id)]).await?;
    kept(rows.into_iter().next().ok_or(Error::NotFound { kind, id })?)
}

async fn find<T: DeserializeOwned>(
    db: &Database,
    table: &str,
    kind: &'static str,
    id: Uuid,
) -> Result<Kept<T>> {
    let sql = format!("SELECT id, version, body FROM {table} WHERE id = $1");
    let rows = db.fetch::<Row>(sql, vec![Value::Id(id)]).await?;
    kept(rows.into_iter().next().ok_or(Error::NotFound { kind, id })?)
}

async fn of_sites<T: DeserializeOwned>(db: &Database, table: &str, sites: &[String]) -> Result<Vec<Kept<T>>> {
    let sql = format!("SELECT id, version, body FROM {table} WHERE site {} ORDER BY id", db.dialect().any(1));
    let rows = db.fetch::<Row>(sql, vec![Value::Texts(sites.to_vec())]).await?;
    rows.into_iter().map(kept).collect()
}

async fn all<T: DeserializeOwned>(db: &Database, table: &str) -> Result<Vec<Kept<T>>> {
    let rows = db.fetch::<Row>(format!("SELECT id, version, body FROM {table} ORDER BY id"), vec![]).await?;
    rows.into_iter().map(kept).collect()
}
