//! Saved views: questions that somebody asks again and again.

use database::{Tx, Value, instant};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::{NoContext, Timestamp, Uuid};

use crate::record::{By, Change, record};
use crate::{Error, Registry, Result, checks};

/// The most views of one user.
const VIEWS: usize = 200;
/// The most bytes of a view's question.
const QUERY: usize = 16 * 1024;

/// A saved view.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct View {
    /// UUID, version 7.
    pub id: Uuid,
    /// The user who made it; none for the program itself.
    pub owner: Option<Uuid>,
    /// For people.
    pub name: String,
    /// The site that it is about, if it is about one.
    pub site: Option<String>,
    /// Whether others see it: everyone who may see its site, or everyone where it is about none.
    pub shared: bool,
    /// What is asked: the parameters of a question, for the one who shows it.
    #[schema(value_type = Object)]
    pub query: Map<String, Json>,
    /// Grows with every change.
    pub version: i64,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created: OffsetDateTime,
    /// When it was changed last.
    #[serde(with = "time::serde::rfc3339")]
    pub changed: OffsetDateTime,
}

/// A view that is to be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewView {
    /// For people.
    pub name: String,
    /// The site that it is about, if it is about one.
    #[serde(default)]
    pub site: Option<String>,
    /// Whether others see it.
    #[serde(default)]
    pub shared: bool,
    /// What is asked, at most 16 KiB.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub query: Map<String, Json>,
}

/// A change to a view: what is given is set, the rest stays.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewChange {
    /// For people.
    pub name: Option<String>,
    /// Whether others see it.
    pub shared: Option<bool>,
    /// What is asked, at most 16 KiB.
    #[schema(value_type = Option<Object>)]
    pub query: Option<Map<String, Json>>,
}

type Row = (Uuid, Option<Uuid>, Option<String>, bool, String, String, i64, i64, i64);
const COLUMNS: &str = "id, owner, site, shared, name, query, version, created, changed";

fn read((id, owner, site, shared, name, query, version, created, changed): Row) -> Result<View> {
    let damaged = |error| database::Error::Damaged(format!("a saved view is no JSON: {error}"));
    Ok(View {
        id,
        owner,
        name,
        site,
        shared,
        query: serde_json::from_str(&query).map_err(damaged)?,
        version,
        created: instant::calendar(created),
        changed: instant::calendar(changed),
    })
}

fn values(view: &View) -> Vec<Value> {
    vec![
        Value::Id(view.id),
        Value::IdOrNull(view.owner),
        Value::TextOrNull(view.site.clone()),
        Value::Flag(view.shared),
        Value::Text(view.name.clone()),
        Value::Text(Json::Object(view.query.clone()).to_string()),
        Value::Int(view.version),
        Value::Int(instant::clamped(view.created)),
        Value::Int(instant::clamped(view.changed)),
    ]
}

pub(crate) fn check(name: &str, query: &Map<String, Json>) -> Result<()> {
    checks::name("name", name)?;
    let bytes = Json::Object(query.clone()).to_string().len();
    let wrong = || Error::invalid("query", format!("a question has at most {QUERY} bytes of JSON"));
    (bytes <= QUERY).then_some(()).ok_or_else(wrong)
}

async fn find(tx: &mut Tx, id: Uuid) -> Result<View> {
    let sql = format!("SELECT {COLUMNS} FROM registry_views WHERE id = $1");
    let rows: Vec<Row> = tx.fetch(sql, vec![Value::Id(id)]).await?;
    let row = rows.into_iter().next();
    read(row.ok_or_else(|| Error::NotFound { kind: "view", id: id.to_string() })?)
}

fn is_version(view: &View, version: i64) -> Result<()> {
    let stale = || Error::Stale { kind: "view", id: view.id.to_string(), version: view.version };
    (view.version == version).then_some(()).ok_or_else(stale)
}

impl Registry {
    /// The views of a user, and those that are shared; oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn views(&self, owner: Option<Uuid>) -> Result<Vec<View>> {
        let mut tx = self.begin_read().await?;
        views(&mut tx, owner).await
    }

    /// A view.
    ///
    /// # Errors
    /// When there is none of that id.
    pub async fn view(&self, id: Uuid) -> Result<View> {
        find(&mut self.begin_read().await?, id).await
    }

    /// Makes a view.
    ///
    /// # Errors
    /// A field that is wrong, or too many views of this user.
    pub async fn create_view(&self, owner: Option<Uuid>, new: NewView, by: &By) -> Result<View> {
        check(&new.name, &new.query)?;
        let mut tx = self.begin().await?;
        if let Some(site) = &new.site {
            self.check_site(&mut tx, site).await?;
        }
        let made = add(&mut tx, owner, new, by).await?;
        let id = made.id.to_string();
        record(&mut tx, by, vec![change("view.create", &id, &made, None, Some(&made))]).await?;
        tx.commit().await?;
        Ok(made)
    }

    /// Changes a view that still has `version`.
    ///
    /// # Errors
    /// No such view, one that was changed since, or a field that is wrong.
    pub async fn change_view(&self, id: Uuid, version: i64, change: ViewChange, by: &By) -> Result<View> {
        let mut tx = self.begin().await?;
        let before = find(&mut tx, id).await?;
        is_version(&before, version)?;
        let after = View {
            name: change.name.unwrap_or_else(|| before.name.clone()),
            shared: change.shared.unwrap_or(before.shared),
            query: change.query.unwrap_or_else(|| before.query.clone()),
            version: version + 1,
            changed: instant::calendar(by.micros()),
            ..before.clone()
        };
        check(&after.name, &after.query)?;
        let sql = "UPDATE registry_views SET owner = $2, site = $3, shared = $4, name = $5, query = $6, \
                   version = $7, created = $8, changed = $9 WHERE id = $1";
        tx.execute(sql, values(&after)).await?;
        let text = id.to_string();
        record(&mut tx, by, vec![self::change("view.update", &text, &after, Some(&before), Some(&after))])
            .await?;
        tx.commit().await?;
        Ok(after)
    }

    /// Deletes a view.
    ///
    /// # Errors
    /// No such view, or one that was changed since.
    pub async fn delete_view(&self, id: Uuid, version: i64, by: &By) -> Result<()> {
        let mut tx = self.begin().await?;
        let before = find(&mut tx, id).await?;
        is_version(&before, version)?;
        tx.execute("DELETE FROM registry_views WHERE id = $1", vec![Value::Id(id)]).await?;
        let text = id.to_string();
        record(&mut tx, by, vec![change("view.delete", &text, &before, Some(&before), None)]).await?;
        Ok(tx.commit().await?)
    }
}

/// The views of a user, and those that are shared.
pub(crate) async fn views(tx: &mut Tx, owner: Option<Uuid>) -> Result<Vec<View>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM registry_views WHERE owner IS NOT DISTINCT FROM $1 OR shared ORDER BY id"
    );
    let rows: Vec<Row> = tx.fetch(sql, vec![Value::IdOrNull(owner)]).await?;
    rows.into_iter().map(read).collect()
}

/// Makes a view that was checked.
pub(crate) async fn add(tx: &mut Tx, owner: Option<Uuid>, new: NewView, by: &By) -> Result<View> {
    let rows: Vec<(i64,)> = tx
        .fetch(
            "SELECT COUNT(*) FROM registry_views WHERE owner IS NOT DISTINCT FROM $1",
            vec![Value::IdOrNull(owner)],
        )
        .await?;
    if rows.first().is_some_and(|(count,)| *count >= VIEWS as i64) {
        return Err(Error::Full { what: "saved views of this user", most: VIEWS });
    }
    let now = instant::calendar(by.micros());
    let seconds = u64::try_from(now.unix_timestamp()).unwrap_or_default();
    let view = View {
        id: Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, now.nanosecond())),
        owner,
        name: new.name,
        site: new.site,
        shared: new.shared,
        query: new.query,
        version: 1,
        created: now,
        changed: now,
    };
    let sql = format!("INSERT INTO registry_views ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
    tx.execute(sql, values(&view)).await?;
    Ok(view)
}

fn change<'a>(
    action: &'static str,
    id: &'a str,
    view: &'a View,
    before: Option<&View>,
    after: Option<&View>,
) -> Change<'a> {
    let json = |view: &View| serde_json::to_value(view).expect("texts and numbers become JSON");
    Change {
        action,
        kind: "view",
        id,
        site: view.site.as_deref(),
        before: before.map(json),
        after: after.map(json),
    }
}
