use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use counting::Rules;
use database::{Access, Database, Schema, Tx, Value, instant, step};
use time::Duration;
use tokio::sync::watch;

use crate::parts::Parts;
use crate::record::By;
use crate::seal::CameraSecret;
use crate::{
    Camera, Error, Planned, Provisioned, Reach, Result, RuleVersions, Seal, Snapshot, cameras, rules, sites,
};

/// The registry's tables, for backups.
pub const SCHEMA: Schema = Schema {
    ledger: "registry_schema",
    steps: &[step!("registry", "0001_registry.sql")],
    tables: &[
        "registry_sites",
        "registry_cameras",
        "registry_rules",
        "registry_rule_versions",
        "registry_views",
        "registry_revision",
    ],
};
/// How long what was deleted can be brought back. Then its password is wiped, and its id is all that stays.
const RESTORABLE: Duration = Duration::days(30);

/// Sites, cameras, rules and views in a database. Clones are the same registry.
#[derive(Clone)]
pub struct Registry {
    inner: Arc<Inner>,
}

struct Inner {
    db: Database,
    seal: Box<dyn Seal>,
    reach: Reach,
    provisioned: Provisioned,
    classes: OnceLock<Vec<String>>,
    now: RwLock<Arc<Snapshot>>,
    revision: watch::Sender<i64>,
}

impl Registry {
    /// A registry in a database, whose schema it brings up to date. `seal` keeps passwords; `reach` says what cameras may
    /// be read from. The tables of the audit log must be there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open(db: Database, seal: impl Seal, reach: Reach, provisioned: Provisioned) -> Result<Self> {
        db.migrate(SCHEMA.ledger, SCHEMA.steps).await?;
        let inner = Inner {
            db,
            seal: Box::new(seal),
            reach,
            provisioned,
            classes: OnceLock::new(),
            now: RwLock::default(),
            revision: watch::Sender::new(0),
        };
        let registry = Self { inner: Arc::new(inner) };
        registry.refresh().await?;
        Ok(registry)
    }

    /// All sites and cameras, as they are now. From memory.
    pub fn now(&self) -> Arc<Snapshot> {
        Arc::clone(&self.inner.now.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tells of each change, by the revision of the [`Snapshot`] that it made.
    pub fn changes(&self) -> watch::Receiver<i64> {
        self.inner.revision.subscribe()
    }

    /// Says which classes the model knows: from here on rules that name another one are refused. Only the first call
    /// counts.
    pub fn know_classes(&self, classes: Vec<String>) {
        self.inner.classes.get_or_init(|| classes);
    }

    /// The rules, if they could be put in force.
    ///
    /// # Errors
    /// Rules that are impossible, or name a class that the model does not know.
    pub fn checked(&self, rules: Rules) -> Result<Rules> {
        let rules = rules.checked();
        let rules = match self.inner.classes.get() {
            Some(classes) => rules.and_then(|rules| rules.check_classes(classes).map(|()| rules)),
            None => rules,
        };
        rules.map_err(|error| Error::invalid("rules", error.to_string()))
    }

    /// What cameras may be read from.
    pub fn reach(&self) -> &Reach {
        &self.inner.reach
    }

    /// Reads what other processes have changed. Cheap when they have changed nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn refresh(&self) -> Result<()> {
        let rows: Vec<(i64,)> =
            self.inner.db.fetch("SELECT revision FROM registry_revision WHERE one = 1", vec![]).await?;
        let newest = rows.first().map_or(0, |(revision,)| *revision);
        let known = self.now();
        if known.revision == newest && !(known.sites.is_empty() && known.cameras.is_empty()) {
            return Ok(());
        }
        let mut tx = self.inner.db.begin(Access::Read).await?;
        let snapshot = self.read(&mut tx).await?;
        self.publish(snapshot);
        Ok(())
    }

    async fn read(&self, tx: &mut Tx) -> Result<Snapshot> {
        let rows: Vec<(i64,)> =
            tx.fetch("SELECT revision FROM registry_revision WHERE one = 1", vec![]).await?;
        let revision = rows.first().map_or(0, |(revision,)| *revision);
        let sites = sites::all(tx, false).await?.into_iter();
        let sites = sites.chain(self.inner.provisioned.sites.iter().cloned());
        let cameras = cameras::all(tx, false).await?.into_iter().map(|row| row.camera);
        // A camera of the configuration file hides one of the same id that was made over HTTP.
        let cameras = cameras.chain(self.inner.provisioned.cameras.iter().cloned());
        Ok(Snapshot {
            revision,
            sites: sites.map(|site| (site.id.clone(), Arc::new(site))).collect(),
            cameras: cameras.map(|camera| (camera.id.clone(), Arc::new(camera))).collect(),
        })
    }

    fn publish(&self, snapshot: Snapshot) {
        let revision = snapshot.revision;
        let mut now = self.inner.now.write().unwrap_or_else(PoisonError::into_inner);
        if now.revision <= revision {
            *now = Arc::new(snapshot);
        }
        drop(now);
        self.inner.revision.send_if_modified(|known| {
            let is_newer = *known < revision;
            *known = revision.max(*known);
            is_newer
        });
    }

    /// Every camera but those of the configuration file, with what is needed to run those that are started.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn plan(&self) -> Result<Vec<Planned>> {
        let mut tx = self.inner.db.begin(Access::Read).await?;
        let mut planned = Vec::new();
        for row in cameras::all(&mut tx, false).await? {
            if self.is_provisioned_camera(&row.camera.id) {
                continue;
            }
            let source = self.source(&row);
            let source = source.map_err(|error| error.to_string());
            let source = source.and_then(|parts| parts.connectable(&self.inner.reach));
            let set = rules::get(&mut tx, &row.camera.id, row.camera.rules).await?;
            let configured = instant::calendar(row.configured);
            planned.push(Planned { camera: row.camera, source, rules: set.rules, configured });
        }
        Ok(planned)
    }

    /// Gives the rules of a camera of the configuration file their versions, and remembers them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn assign_rule_versions(&self, camera: &str, rules: &mut Rules) -> Result<()> {
        let mut tx = self.begin().await?;
        let before = rules::versions(&mut tx, camera).await?;
        let mut after = before.clone();
        after.assign(rules);
        rules::remember(&mut tx, camera, &before, &after).await?;
        Ok(tx.commit().await?)
    }

    /// Takes in versions that were given elsewhere to the rules of cameras, so that none is given twice.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn raise_rule_versions(&self, cameras: &BTreeMap<String, RuleVersions>) -> Result<()> {
        let mut tx = self.begin().await?;
        for (camera, known) in cameras {
            let before = rules::versions(&mut tx, camera).await?;
            let mut after = before.clone();
            after.raise(known);
            rules::remember(&mut tx, camera, &before, &after).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Wipes the secrets of what was deleted too long ago to be brought back; says of how many cameras.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn wipe(&self, by: &By) -> Result<u64> {
        let old = instant::clamped(by.now - RESTORABLE);
        let mut tx = self.begin().await?;
        let sql = "UPDATE registry_cameras SET secret = NULL WHERE deleted < $1 AND secret IS NOT NULL";
        let wiped = tx.execute(sql, vec![Value::Int(old)]).await?;
        tx.commit().await?;
        Ok(wiped)
    }

    /// A transaction that writes. Writers follow each other, so that what one has looked at stays as it is until it has
    /// written: what is configured changes seldom.
    pub(crate) async fn begin(&self) -> Result<Tx> {
        let mut tx = self.inner.db.begin(Access::Add).await?;
        let lock = match tx.dialect() {
            database::Dialect::Sqlite => "",
            database::Dialect::Postgres => "FOR UPDATE",
        };
        let sql = format!("SELECT revision FROM registry_revision WHERE one = 1 {lock}");
        tx.fetch::<(i64,)>(sql, vec![]).await?;
        Ok(tx)
    }

    pub(crate) async fn begin_read(&self) -> Result<Tx> {
        Ok(self.inner.db.begin(Access::Read).await?)
    }

    /// Ends a transaction that changed sites, cameras or rules.
    pub(crate) async fn commit(&self, mut tx: Tx) -> Result<()> {
        let snapshot = self.read(&mut tx).await?;
        tx.commit().await?;
        self.publish(snapshot);
        Ok(())
    }

    pub(crate) fn seal(&self) -> &dyn Seal {
        &*self.inner.seal
    }

    /// Where a camera is, secrets and all.
    pub(crate) fn source(&self, row: &cameras::Row) -> Result<Parts> {
        let unsealed = || Error::Unsealed { id: row.camera.id.clone() };
        let sealed = row.secret.as_ref().ok_or_else(unsealed)?;
        let secret = CameraSecret::opened(self.seal(), &row.camera.id, sealed)?;
        Parts::kept(secret, &row.camera.settings.user)
    }

    pub(crate) fn is_provisioned_camera(&self, id: &str) -> bool {
        self.inner.provisioned.cameras.iter().any(|camera: &Camera| camera.id == id)
    }

    pub(crate) fn is_provisioned_site(&self, id: &str) -> bool {
        self.inner.provisioned.sites.iter().any(|site| site.id == id)
    }
}
