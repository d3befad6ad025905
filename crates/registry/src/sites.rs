//! Sites: read, made, changed, deleted.

use database::{Tx, Value, instant};

use crate::record::{By, Change, record, revise};
use crate::{Error, NewSite, Registry, Result, Site, SiteChange, SiteSettings, cameras};

/// The most sites of an installation.
const SITES: usize = 1_000;

type Row = (String, String, i64, i64, i64, Option<i64>);
const COLUMNS: &str = "id, settings, version, created, changed, deleted";

fn read((id, settings, version, created, changed, deleted): Row) -> Result<Site> {
    let damaged = |error| database::Error::Damaged(format!("a site's settings are no JSON: {error}"));
    Ok(Site {
        id,
        settings: serde_json::from_str(&settings).map_err(damaged)?,
        provisioned: false,
        version,
        created: instant::calendar(created),
        changed: instant::calendar(changed),
        deleted: deleted.map(instant::calendar),
    })
}

/// The sites that are there, or those that were deleted.
pub(crate) async fn all(tx: &mut Tx, deleted: bool) -> Result<Vec<Site>> {
    let is = if deleted { "IS NOT NULL" } else { "IS NULL" };
    let sql = format!("SELECT {COLUMNS} FROM registry_sites WHERE deleted {is} ORDER BY id");
    let rows: Vec<Row> = tx.fetch(sql, vec![]).await?;
    rows.into_iter().map(read).collect()
}

/// A site, deleted or not.
async fn find(tx: &mut Tx, id: &str) -> Result<Option<Site>> {
    let sql = format!("SELECT {COLUMNS} FROM registry_sites WHERE id = $1");
    let rows: Vec<Row> = tx.fetch(sql, vec![Value::Text(id.to_owned())]).await?;
    rows.into_iter().next().map(read).transpose()
}

async fn insert(tx: &mut Tx, id: &str, settings: &SiteSettings, by: &By) -> Result<Site> {
    let values = vec![
        Value::Text(id.to_owned()),
        Value::Text(json(settings).to_string()),
        Value::Int(1),
        Value::Int(by.micros()),
        Value::Int(by.micros()),
        Value::IntOrNull(None),
    ];
    tx.execute(format!("INSERT INTO registry_sites ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)"), values)
        .await?;
    let now = instant::calendar(by.micros());
    let (id, settings) = (id.to_owned(), settings.clone());
    Ok(Site { id, settings, provisioned: false, version: 1, created: now, changed: now, deleted: None })
}

async fn update(tx: &mut Tx, site: &Site) -> Result<()> {
    let values = vec![
        Value::Text(site.id.clone()),
        Value::Text(json(&site.settings).to_string()),
        Value::Int(site.version),
        Value::Int(instant::clamped(site.changed)),
        Value::IntOrNull(site.deleted.map(instant::clamped)),
    ];
    let sql =
        "UPDATE registry_sites SET settings = $2, version = $3, changed = $4, deleted = $5 WHERE id = $1";
    tx.execute(sql, values).await?;
    Ok(())
}

fn json(settings: &SiteSettings) -> serde_json::Value {
    serde_json::to_value(settings).expect("texts and whole numbers become JSON")
}

impl Registry {
    /// Makes a site.
    ///
    /// # Errors
    /// A field that is wrong, an id that is taken, or too many sites.
    pub async fn create_site(&self, new: NewSite, by: &By) -> Result<Site> {
        let mut tx = self.begin().await?;
        let made = self.add_site(&mut tx, new, by).await?;
        let change = change("site.create", &made.id, None, Some(json(&made.settings)));
        record(&mut tx, by, vec![change]).await?;
        self.commit(tx).await?;
        Ok(made)
    }

    pub(crate) async fn add_site(&self, tx: &mut Tx, new: NewSite, by: &By) -> Result<Site> {
        let (id, settings) = new.checked()?;
        if self.is_provisioned_site(id.as_str()) || find(tx, id.as_str()).await?.is_some() {
            return Err(Error::Exists { kind: "site", id: id.to_string() });
        }
        if all(tx, false).await?.len() >= SITES {
            return Err(Error::Full { what: "sites", most: SITES });
        }
        let made = insert(tx, id.as_str(), &settings, by).await?;
        revise(tx).await?;
        Ok(made)
    }

    /// Changes a site that still has `version`.
    ///
    /// # Errors
    /// No such site, one of the configuration file, one that was changed since, or a field that is wrong.
    pub async fn change_site(&self, id: &str, version: i64, change: SiteChange, by: &By) -> Result<Site> {
        let mut tx = self.begin().await?;
        let before = self.site_to_change(&mut tx, id, Some(version)).await?;
        let settings = change.applied(&before.settings);
        let after = self.set_site(&mut tx, &before, settings, by).await?;
        if after.version != before.version {
            let change =
                self::change("site.update", id, Some(json(&before.settings)), Some(json(&after.settings)));
            record(&mut tx, by, vec![change]).await?;
            self.commit(tx).await?;
        }
        Ok(after)
    }

    /// Writes settings if they are other ones.
    pub(crate) async fn set_site(
        &self,
        tx: &mut Tx,
        before: &Site,
        settings: SiteSettings,
        by: &By,
    ) -> Result<Site> {
        settings.check()?;
        if settings == before.settings {
            return Ok(before.clone());
        }
        let after = Site { settings, ..touched(before, by) };
        update(tx, &after).await?;
        revise(tx).await?;
        Ok(after)
    }

    /// Deletes a site that has no cameras. It can be brought back.
    ///
    /// # Errors
    /// As [`change_site`](Self::change_site); and a site that still has cameras.
    pub async fn delete_site(&self, id: &str, version: i64, by: &By) -> Result<()> {
        let mut tx = self.begin().await?;
        let before = self.site_to_change(&mut tx, id, Some(version)).await?;
        if let Some(row) = cameras::all(&mut tx, false).await?.into_iter().find(|row| row.camera.site == id) {
            return Err(Error::InUse { id: id.to_owned(), camera: row.camera.id });
        }
        let after = touched(&before, by);
        update(&mut tx, &Site { deleted: Some(after.changed), ..after }).await?;
        revise(&mut tx).await?;
        record(&mut tx, by, vec![change("site.delete", id, Some(json(&before.settings)), None)]).await?;
        self.commit(tx).await
    }

    /// Brings back a site that was deleted.
    ///
    /// # Errors
    /// When no site of that id was deleted.
    pub async fn restore_site(&self, id: &str, by: &By) -> Result<Site> {
        let mut tx = self.begin().await?;
        let before = find(&mut tx, id).await?.filter(|site| site.deleted.is_some());
        let before = before.ok_or_else(|| not_found(id))?;
        let after = Site { deleted: None, ..touched(&before, by) };
        update(&mut tx, &after).await?;
        revise(&mut tx).await?;
        record(&mut tx, by, vec![change("site.restore", id, None, Some(json(&after.settings)))]).await?;
        self.commit(tx).await?;
        Ok(after)
    }

    /// The sites that were deleted, and can be brought back.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn deleted_sites(&self) -> Result<Vec<Site>> {
        all(&mut self.begin_read().await?, true).await
    }

    pub(crate) async fn site_to_change(&self, tx: &mut Tx, id: &str, version: Option<i64>) -> Result<Site> {
        if self.is_provisioned_site(id) {
            return Err(Error::Provisioned { kind: "site", id: id.to_owned() });
        }
        let found = find(tx, id).await?.filter(|site| site.deleted.is_none());
        let site = found.ok_or_else(|| not_found(id))?;
        match version {
            Some(version) if version != site.version => {
                Err(Error::Stale { kind: "site", id: id.to_owned(), version: site.version })
            }
            _ => Ok(site),
        }
    }

    /// Checks that cameras can belong to a site.
    pub(crate) async fn check_site(&self, tx: &mut Tx, id: &str) -> Result<()> {
        let is_there =
            self.is_provisioned_site(id) || find(tx, id).await?.is_some_and(|site| site.deleted.is_none());
        let missing = || Error::invalid("site", format!("there is no site `{id}`"));
        is_there.then_some(()).ok_or_else(missing)
    }
}

/// The same site, changed once more.
fn touched(site: &Site, by: &By) -> Site {
    Site { version: site.version + 1, changed: instant::calendar(by.micros()), ..site.clone() }
}

fn not_found(id: &str) -> Error {
    Error::NotFound { kind: "site", id: id.to_owned() }
}

pub(crate) fn change<'a>(
    action: &'static str,
    id: &'a str,
    before: Option<serde_json::Value>,
    after: Option<serde_json::Value>,
) -> Change<'a> {
    Change { action, kind: "site", id, site: Some(id), before, after }
}
