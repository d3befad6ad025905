//! A registry of a test's own.

use access::Role;
use audit::{Actor, ActorKind};
use database::{Database, Settings};
use registry::{By, NewCamera, NewSite, Provisioned, Reach, Registry, Seal};
use serde_json::{Value, json};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::cluster::Cluster;

pub(crate) const NOON: OffsetDateTime = datetime!(2026-11-24 12:00 UTC);

/// Binds what it seals to its context and hides it; whether the cipher is good is tested where the cipher is.
pub(crate) struct Masked(pub(crate) u8);

impl Seal for Masked {
    fn seal(&self, plain: &[u8], context: &str) -> Result<Vec<u8>, String> {
        let whole = [context.as_bytes(), b"\n", plain].concat();
        Ok(whole.into_iter().map(|byte| byte ^ self.0).collect())
    }

    fn open(&self, sealed: &[u8], context: &str) -> Option<Vec<u8>> {
        let plain: Vec<u8> = sealed.iter().map(|byte| byte ^ self.0).collect();
        plain.strip_prefix(context.as_bytes())?.strip_prefix(b"\n").map(<[u8]>::to_vec)
    }
}

pub(crate) struct Place {
    address: String,
    pub(crate) db: Database,
    pub(crate) registry: Registry,
    _folder: Option<tempfile::TempDir>,
}

impl Place {
    pub(crate) async fn new(cluster: Option<&Cluster>, name: &str) -> Self {
        let folder = cluster.is_none().then(|| tempfile::tempdir().unwrap());
        let address = match (cluster, &folder) {
            (Some(cluster), _) => {
                cluster.create(name);
                cluster.address(name)
            }
            (None, Some(folder)) => format!("sqlite:{}", folder.path().join("registry.db").display()),
            (None, None) => unreachable!("a folder is made where there is no server"),
        };
        let db = open(&address).await;
        audit::migrate(&db).await.unwrap();
        let registry = Registry::open(db.clone(), Masked(0x5a), Reach::default(), Provisioned::default());
        let registry = registry.await.unwrap();
        let place = Self { address, db, registry, _folder: folder };
        place.registry.create_site(site("main"), &by(0)).await.unwrap();
        place
    }

    /// Another program on the same database.
    pub(crate) async fn beside(&self, seal: Masked, provisioned: Provisioned) -> Registry {
        Registry::open(open(&self.address).await, seal, Reach::default(), provisioned).await.unwrap()
    }

    pub(crate) async fn create(&self, camera: Value) -> registry::Camera {
        self.registry.create_camera(new(camera), &by(1)).await.unwrap()
    }

    /// Everything that the database holds of cameras, as bytes.
    pub(crate) async fn kept(&self) -> Vec<u8> {
        let rows: Vec<(String, Option<Vec<u8>>)> =
            self.db.fetch("SELECT settings, secret FROM registry_cameras", vec![]).await.unwrap();
        let audit: Vec<(Option<String>, Option<String>)> =
            self.db.fetch("SELECT before, after FROM audit", vec![]).await.unwrap();
        let mut all = Vec::new();
        for (settings, secret) in rows {
            all.extend(settings.into_bytes());
            all.extend(secret.unwrap_or_default());
        }
        for (before, after) in audit {
            all.extend(before.unwrap_or_default().into_bytes());
            all.extend(after.unwrap_or_default().into_bytes());
        }
        all
    }
}

async fn open(address: &str) -> Database {
    Database::open(address, &Settings { connections: 4, ..Settings::default() }).await.unwrap()
}

/// Somebody, so many seconds after noon.
pub(crate) fn by(second: i64) -> By {
    let actor =
        Actor { kind: ActorKind::User, id: Some(Uuid::from_u128(7)), name: "jan".to_owned(), from: None };
    By { actor, now: NOON + Duration::seconds(second) }
}

pub(crate) fn site(id: &str) -> NewSite {
    serde_json::from_value(json!({"id": id, "name": format!("Site {id}"), "time_zone": "Europe/Berlin"}))
        .unwrap()
}

pub(crate) fn new(camera: Value) -> NewCamera {
    serde_json::from_value(camera).unwrap()
}

pub(crate) fn camera(id: &str) -> Value {
    json!({"id": id, "site": "main", "address": "rtsp://admin:s3cret@10.0.0.9/ch1?token=t0ken"})
}

pub(crate) fn rules(text: &str) -> counting::Rules {
    counting::Rules::from_toml(text).unwrap()
}

pub(crate) fn line(name: &str, y: f64) -> String {
    format!("[[line]]\nname = \"{name}\"\npoints = [[0.1, {y}], [0.9, {y}]]\n")
}

/// Of a caller who is an operator at one site.
pub(crate) fn operator(site: &str) -> access::Rights {
    access::Rights { everywhere: None, sites: [(site.to_owned(), Role::Operator)].into() }
}
