//! Cameras: read, made, changed, started and stopped, deleted.

use counting::Rules;
use database::{Tx, Value, instant};
use serde_json::json;

use crate::parts::Parts;
use crate::record::{By, Change, record, revise};
use crate::{Camera, CameraChange, Error, NewCamera, Registry, Result, RuleSet, RuleSetInfo, rules};

/// The most cameras of an installation.
const CAMERAS: usize = 5_000;
/// The most sets of rules that are listed at once.
const PAGE: u32 = 200;

/// A camera as it is kept.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) camera: Camera,
    pub(crate) secret: Option<Vec<u8>>,
    pub(crate) configured: i64,
}

type Columns = (String, String, String, Option<Vec<u8>>, bool, i64, i64, i64, i64, i64, Option<i64>);
const COLUMNS: &str =
    "id, site, settings, secret, started, rules, configured, version, created, changed, deleted";

fn read(columns: Columns) -> Result<Row> {
    let (id, site, settings, secret, started, rules, configured, version, created, changed, deleted) =
        columns;
    let damaged = |error| database::Error::Damaged(format!("a camera's settings are no JSON: {error}"));
    let camera = Camera {
        id,
        site,
        settings: serde_json::from_str(&settings).map_err(damaged)?,
        started,
        rules,
        provisioned: false,
        version,
        created: instant::calendar(created),
        changed: instant::calendar(changed),
        deleted: deleted.map(instant::calendar),
    };
    Ok(Row { camera, secret, configured })
}

/// The cameras that are there, or those that were deleted.
pub(crate) async fn all(tx: &mut Tx, deleted: bool) -> Result<Vec<Row>> {
    let is = if deleted { "IS NOT NULL" } else { "IS NULL" };
    let sql = format!("SELECT {COLUMNS} FROM registry_cameras WHERE deleted {is} ORDER BY id");
    let rows: Vec<Columns> = tx.fetch(sql, vec![]).await?;
    rows.into_iter().map(read).collect()
}

/// A camera, deleted or not.
async fn find(tx: &mut Tx, id: &str) -> Result<Option<Row>> {
    let sql = format!("SELECT {COLUMNS} FROM registry_cameras WHERE id = $1");
    let rows: Vec<Columns> = tx.fetch(sql, vec![Value::Text(id.to_owned())]).await?;
    rows.into_iter().next().map(read).transpose()
}

fn values(row: &Row) -> Vec<Value> {
    let camera = &row.camera;
    let settings = serde_json::to_string(&camera.settings).expect("the rate was checked to be finite");
    vec![
        Value::Text(camera.id.clone()),
        Value::Text(camera.site.clone()),
        Value::Text(settings),
        Value::BytesOrNull(row.secret.clone()),
        Value::Flag(camera.started),
        Value::Int(camera.rules),
        Value::Int(row.configured),
        Value::Int(camera.version),
        Value::Int(instant::clamped(camera.created)),
        Value::Int(instant::clamped(camera.changed)),
        Value::IntOrNull(camera.deleted.map(instant::clamped)),
    ]
}

async fn insert(tx: &mut Tx, row: &Row) -> Result<()> {
    let sql = format!(
        "INSERT INTO registry_cameras ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    );
    tx.execute(sql, values(row)).await?;
    revise(tx).await
}

async fn update(tx: &mut Tx, row: &Row) -> Result<()> {
    let sql = "UPDATE registry_cameras SET site = $2, settings = $3, secret = $4, started = $5, rules = $6, \
               configured = $7, version = $8, created = $9, changed = $10, deleted = $11 WHERE id = $1";
    tx.execute(sql, values(row)).await?;
    revise(tx).await
}

/// What the audit log shows of a camera.
fn shown(camera: &Camera) -> serde_json::Value {
    json!({"site": camera.site, "settings": camera.settings, "started": camera.started})
}

pub(crate) fn change<'a>(
    action: &'static str,
    camera: &'a Camera,
    before: Option<serde_json::Value>,
    after: Option<serde_json::Value>,
) -> Change<'a> {
    Change { action, kind: "camera", id: &camera.id, site: Some(&camera.site), before, after }
}

fn not_found(id: &str) -> Error {
    Error::NotFound { kind: "camera", id: id.to_owned() }
}

/// The same camera, changed once more.
fn touched(camera: &Camera, by: &By) -> Camera {
    Camera { version: camera.version + 1, changed: instant::calendar(by.micros()), ..camera.clone() }
}

impl Registry {
    /// Makes a camera, with its first set of rules.
    ///
    /// # Errors
    /// A field that is wrong, an address that may not be reached, an id that is taken, or too many cameras.
    pub async fn create_camera(&self, new: NewCamera, by: &By) -> Result<Camera> {
        let mut tx = self.begin().await?;
        let made = self.add_camera(&mut tx, new, by).await?;
        record(&mut tx, by, vec![change("camera.create", &made, None, Some(shown(&made)))]).await?;
        self.commit(tx).await?;
        Ok(made)
    }

    pub(crate) async fn add_camera(&self, tx: &mut Tx, new: NewCamera, by: &By) -> Result<Camera> {
        let (site, started) = (new.site.clone(), new.started);
        let (id, settings, parts, rules) = new.checked(self.reach())?;
        let rules = self.checked(rules)?;
        self.check_site(tx, &site).await?;
        if self.is_provisioned_camera(id.as_str()) || find(tx, id.as_str()).await?.is_some() {
            return Err(Error::Exists { kind: "camera", id: id.to_string() });
        }
        if all(tx, false).await?.len() >= CAMERAS {
            return Err(Error::Full { what: "cameras", most: CAMERAS });
        }
        let now = instant::calendar(by.micros());
        let camera = Camera {
            id: id.to_string(),
            site,
            settings,
            started,
            rules: 1,
            provisioned: false,
            version: 1,
            created: now,
            changed: now,
            deleted: None,
        };
        rules::put(tx, id.as_str(), 1, rules, "the camera was made".to_owned(), by).await?;
        let secret = Some(parts.secret().sealed(self.seal(), id.as_str())?);
        insert(tx, &Row { camera: camera.clone(), secret, configured: by.micros() }).await?;
        Ok(camera)
    }

    /// Changes a camera that still has `version`.
    ///
    /// # Errors
    /// No such camera, one of the configuration file, one that was changed since, or a field that is wrong.
    pub async fn change_camera(
        &self,
        id: &str,
        version: i64,
        change: CameraChange,
        by: &By,
    ) -> Result<Camera> {
        let mut tx = self.begin().await?;
        let row = self.camera_to_change(&mut tx, id, Some(version)).await?;
        let (after, renewed) = self.set_camera(&mut tx, &row, change, by).await?;
        if after.version != version {
            let mut now = shown(&after);
            if renewed {
                now["credentials"] = json!("changed");
            }
            record(
                &mut tx,
                by,
                vec![self::change("camera.update", &after, Some(shown(&row.camera)), Some(now))],
            )
            .await?;
            self.commit(tx).await?;
        }
        Ok(after)
    }

    /// Writes a change if it changes anything; says also whether the secret is another one.
    pub(crate) async fn set_camera(
        &self,
        tx: &mut Tx,
        row: &Row,
        change: CameraChange,
        by: &By,
    ) -> Result<(Camera, bool)> {
        let before = &row.camera;
        let site = change.site.clone().unwrap_or_else(|| before.site.clone());
        if site != before.site {
            self.check_site(tx, &site).await?;
        }
        let kept = match self.source(row) {
            Ok(parts) => parts,
            // A password that cannot be read any more can be set anew, together with the address.
            Err(Error::Unsealed { .. }) if change.address.is_some() => {
                Parts::of(change.address.as_ref().unwrap_or(&"".into()), None, None, self.reach())?
            }
            Err(error) => return Err(error),
        };
        let secret_before = kept.secret();
        let (settings, parts) = change.applied(&before.settings, kept, self.reach())?;
        let renewed = parts.secret() != secret_before;
        if settings == before.settings && site == before.site && !renewed {
            return Ok((before.clone(), false));
        }
        let anew = renewed || before.settings.reconnects(&settings);
        let after = Camera { site, settings, ..touched(before, by) };
        let secret = Some(parts.secret().sealed(self.seal(), &before.id)?);
        let configured = if anew { by.micros() } else { row.configured };
        update(tx, &Row { camera: after.clone(), secret, configured }).await?;
        Ok((after, renewed))
    }

    /// Starts or stops a camera; nothing happens when it is so already.
    ///
    /// # Errors
    /// No such camera, or one of the configuration file.
    pub async fn start_camera(&self, id: &str, started: bool, by: &By) -> Result<Camera> {
        let mut tx = self.begin().await?;
        let row = self.camera_to_change(&mut tx, id, None).await?;
        if row.camera.started == started {
            return Ok(row.camera);
        }
        let after = Camera { started, ..touched(&row.camera, by) };
        let (before, configured) = (shown(&row.camera), by.micros());
        update(&mut tx, &Row { camera: after.clone(), configured, secret: row.secret }).await?;
        let action = if started { "camera.start" } else { "camera.stop" };
        record(&mut tx, by, vec![change(action, &after, Some(before), Some(shown(&after)))]).await?;
        self.commit(tx).await?;
        Ok(after)
    }

    /// Deletes a camera. What it has counted stays, and it can be brought back.
    ///
    /// # Errors
    /// As [`change_camera`](Self::change_camera).
    pub async fn delete_camera(&self, id: &str, version: i64, by: &By) -> Result<()> {
        let mut tx = self.begin().await?;
        let row = self.camera_to_change(&mut tx, id, Some(version)).await?;
        let touched = touched(&row.camera, by);
        let after = Camera { deleted: Some(touched.changed), ..touched };
        let before = shown(&row.camera);
        update(&mut tx, &Row { camera: after.clone(), configured: by.micros(), secret: row.secret }).await?;
        record(&mut tx, by, vec![change("camera.delete", &after, Some(before), None)]).await?;
        self.commit(tx).await
    }

    /// Brings back a camera that was deleted, as it was, at its site.
    ///
    /// # Errors
    /// When no camera of that id was deleted, its secrets were wiped meanwhile, or its site is gone.
    pub async fn restore_camera(&self, id: &str, by: &By) -> Result<Camera> {
        let mut tx = self.begin().await?;
        let row = find(&mut tx, id).await?.filter(|row| row.camera.deleted.is_some());
        let row = row.filter(|row| row.secret.is_some()).ok_or_else(|| not_found(id))?;
        self.check_site(&mut tx, &row.camera.site).await?;
        let after = Camera { deleted: None, ..touched(&row.camera, by) };
        update(&mut tx, &Row { camera: after.clone(), configured: by.micros(), secret: row.secret }).await?;
        record(&mut tx, by, vec![change("camera.restore", &after, None, Some(shown(&after)))]).await?;
        self.commit(tx).await?;
        Ok(after)
    }

    /// The cameras that were deleted, and can be brought back.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn deleted_cameras(&self) -> Result<Vec<Camera>> {
        let rows = all(&mut self.begin_read().await?, true).await?;
        Ok(rows.into_iter().filter(|row| row.secret.is_some()).map(|row| row.camera).collect())
    }

    /// The rules of a camera that are in force, or an earlier set of them.
    ///
    /// # Errors
    /// No such camera or set; cameras of the configuration file have their rules in a file.
    pub async fn rules(&self, id: &str, version: Option<i64>) -> Result<RuleSet> {
        let mut tx = self.begin_read().await?;
        let row = self.camera_to_change(&mut tx, id, None).await?;
        rules::get(&mut tx, id, version.unwrap_or(row.camera.rules)).await
    }

    /// The sets of rules that a camera had, the newest first; only those before `before`, if it is given.
    ///
    /// # Errors
    /// As [`rules`](Self::rules).
    pub async fn rule_history(&self, id: &str, before: Option<i64>, limit: u32) -> Result<Vec<RuleSetInfo>> {
        let mut tx = self.begin_read().await?;
        self.camera_to_change(&mut tx, id, None).await?;
        rules::history(&mut tx, id, before.unwrap_or(i64::MAX), limit.clamp(1, PAGE)).await
    }

    /// Puts other rules in force, in the place of the set `version`. Rules that stay the same keep their versions.
    ///
    /// # Errors
    /// As [`change_camera`](Self::change_camera); and rules that are impossible.
    pub async fn put_rules(&self, id: &str, version: i64, rules: Rules, by: &By) -> Result<RuleSet> {
        let mut tx = self.begin().await?;
        let set = self.set_rules(&mut tx, id, Some(version), rules, None, by).await?;
        self.commit(tx).await?;
        Ok(set)
    }

    /// Puts an earlier set of rules in force again, as a new one.
    ///
    /// # Errors
    /// As [`put_rules`](Self::put_rules); and when there is no set `number`.
    pub async fn restore_rules(&self, id: &str, version: i64, number: i64, by: &By) -> Result<RuleSet> {
        let mut tx = self.begin().await?;
        let old = rules::get(&mut tx, id, number).await?.rules;
        let what = Some(format!("set {number} restored"));
        let set = self.set_rules(&mut tx, id, Some(version), old, what, by).await?;
        self.commit(tx).await?;
        Ok(set)
    }

    /// Writes rules if they are other ones.
    pub(crate) async fn set_rules(
        &self,
        tx: &mut Tx,
        id: &str,
        version: Option<i64>,
        rules: Rules,
        what: Option<String>,
        by: &By,
    ) -> Result<RuleSet> {
        let rules = self.checked(rules)?;
        let row = self.camera_to_change(tx, id, None).await?;
        if version.is_some_and(|version| version != row.camera.rules) {
            return Err(Error::Stale {
                kind: "rules of camera",
                id: id.to_owned(),
                version: row.camera.rules,
            });
        }
        let before = rules::get(tx, id, row.camera.rules).await?;
        let Some(difference) = rules::difference(&before.rules, &rules) else { return Ok(before) };
        let what = what.map_or(difference.clone(), |what| format!("{what}: {difference}"));
        let after = rules::put(tx, id, row.camera.rules + 1, rules, what, by).await?;
        let camera = Camera { rules: after.info.version, ..row.camera };
        let row = Row { camera: camera.clone(), secret: row.secret, configured: row.configured };
        update(tx, &row).await?;
        let (was, is) = (json!(before.rules), json!(after.rules));
        record(tx, by, vec![change("camera.rules.update", &camera, Some(was), Some(is))]).await?;
        Ok(after)
    }

    pub(crate) async fn camera_to_change(&self, tx: &mut Tx, id: &str, version: Option<i64>) -> Result<Row> {
        if self.is_provisioned_camera(id) {
            return Err(Error::Provisioned { kind: "camera", id: id.to_owned() });
        }
        let found = find(tx, id).await?.filter(|row| row.camera.deleted.is_none());
        let row = found.ok_or_else(|| not_found(id))?;
        match version {
            Some(version) if version != row.camera.version => {
                Err(Error::Stale { kind: "camera", id: id.to_owned(), version: row.camera.version })
            }
            _ => Ok(row),
        }
    }
}
