use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use access::{Rights, Role};

use crate::{Camera, Error, Result, Site};

/// All sites and cameras at one moment, those of the configuration file among them. What was deleted is not in it.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Grows with every change.
    pub revision: i64,
    /// The sites, by their ids.
    pub sites: BTreeMap<String, Arc<Site>>,
    /// The cameras, by their ids.
    pub cameras: BTreeMap<String, Arc<Camera>>,
}

impl Snapshot {
    /// A site.
    ///
    /// # Errors
    /// When there is none of that id.
    pub fn site(&self, id: &str) -> Result<&Arc<Site>> {
        self.sites.get(id).ok_or_else(|| Error::NotFound { kind: "site", id: id.to_owned() })
    }

    /// A camera.
    ///
    /// # Errors
    /// When there is none of that id.
    pub fn camera(&self, id: &str) -> Result<&Arc<Camera>> {
        self.cameras.get(id).ok_or_else(|| Error::NotFound { kind: "camera", id: id.to_owned() })
    }

    /// The ids of the cameras at which rights reach to at least a role.
    pub fn cameras_for(&self, rights: &Rights, role: Role) -> BTreeSet<String> {
        let allowed = self.cameras.values().filter(|camera| rights.allow(role, &camera.site));
        allowed.map(|camera| camera.id.clone()).collect()
    }
}
