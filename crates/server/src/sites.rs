//! The sites, as far as answers need them.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use store::{Entrance, Zone};

use crate::extract::Caller;
use crate::problem::Problem;

/// A place with cameras, and a clock.
#[derive(Clone, Debug)]
pub struct Site {
    /// Never changes.
    pub id: String,
    /// For people.
    pub name: String,
    /// The IANA name of its time zone.
    pub zone_name: String,
    /// Its time zone: buckets are hours and days of its clock.
    pub zone: Zone,
    /// The hour of its clock, 0 to 23, at which it is taken to be empty.
    pub reset_hour: u8,
    /// The lines through which it is entered and left; its occupancy is not known when there are none.
    pub entrances: Vec<Entrance>,
    /// The classes that its occupancy counts; all of them when it is empty.
    pub occupancy_classes: Vec<String>,
}

impl Site {
    /// A site without entrances.
    ///
    /// # Errors
    /// When no time zone has that name.
    pub fn new(id: &str, name: &str, zone_name: &str) -> Result<Self, store::Error> {
        Ok(Self {
            id: id.to_owned(),
            name: name.to_owned(),
            zone: Zone::named(zone_name)?,
            zone_name: zone_name.to_owned(),
            reset_hour: 4,
            entrances: Vec::new(),
            occupancy_classes: Vec::new(),
        })
    }
}

impl Site {
    /// What stands as `camera` in the corrections of the site's occupancy; no camera is called so.
    pub(crate) fn corrections_camera(&self) -> String {
        format!("site:{}", self.id)
    }
}

/// All sites.
#[derive(Debug, Default)]
pub struct Sites(RwLock<BTreeMap<String, Arc<Site>>>);

impl Sites {
    /// Adds a site, or puts it in the place of the one with the same id.
    pub fn put(&self, site: Site) {
        let mut sites = self.0.write().unwrap_or_else(PoisonError::into_inner);
        sites.insert(site.id.clone(), Arc::new(site));
    }

    /// Takes a site away.
    pub fn remove(&self, id: &str) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    /// The site of this id.
    pub fn get(&self, id: &str) -> Option<Arc<Site>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// All of them, by id.
    pub fn all(&self) -> Vec<Arc<Site>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}

impl Sites {
    /// The site by whose clock an answer about these sites is made: of all that the caller may see when none is named.
    ///
    /// # Errors
    /// The sites have different time zones, or there are none.
    pub(crate) fn clock(&self, caller: &Caller, sites: &[String]) -> Result<Arc<Site>, Problem> {
        let mut asked: Vec<_> = self.all();
        asked
            .retain(|site| caller.role(&site.id).is_some() && (sites.is_empty() || sites.contains(&site.id)));
        let first = asked.first().ok_or_else(|| Problem::not_found("there is no site that you may see"))?;
        if let Some(other) = asked.iter().find(|site| site.zone_name != first.zone_name) {
            return Err(Problem::question(format!(
                "`{}` and `{}` have different time zones: ask for one site at a time",
                first.id, other.id
            )));
        }
        Ok(Arc::clone(first))
    }
}
