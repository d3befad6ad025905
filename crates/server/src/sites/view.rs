//! The sites, as far as answers need them.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use registry::{Registry, Snapshot};
use store::{Entrance, Zone};

use crate::App;
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
    /// The lines of its own cameras through which it is entered and left; its occupancy is not known when there are none.
    pub entrances: Vec<Entrance>,
}

impl Site {
    fn of(site: &registry::Site, snapshot: &Snapshot) -> Self {
        let settings = &site.settings;
        // What another site counts is not this one's to know.
        let is_own = |camera: &str| snapshot.cameras.get(camera).is_some_and(|camera| camera.site == site.id);
        let entrances = settings.entrances.iter().filter(|entrance| is_own(&entrance.camera));
        let entrances = entrances.map(|entrance| Entrance {
            camera: entrance.camera.clone(),
            rule: entrance.line.clone(),
            inward: entrance.inward,
        });
        let zone = Zone::named(&settings.time_zone).unwrap_or_else(|error| {
            tracing::error!(site = site.id, %error, "its hours and days are taken to be those of UTC");
            Zone::UTC
        });
        Self {
            id: site.id.clone(),
            name: settings.name.clone(),
            zone,
            zone_name: settings.time_zone.clone(),
            reset_hour: settings.reset_hour,
            entrances: entrances.collect(),
        }
    }

    /// What stands in for a site that is not known any more.
    fn unknown() -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            zone_name: "UTC".to_owned(),
            zone: Zone::UTC,
            reset_hour: 0,
            entrances: Vec::new(),
        }
    }

    /// What stands as `camera` in the corrections of the site's occupancy; no camera is called so.
    pub(crate) fn corrections_camera(&self) -> String {
        format!("site:{}", self.id)
    }
}

/// All sites, as they are in the registry.
pub struct Sites {
    registry: Registry,
    known: RwLock<Known>,
}

/// The sites of one revision of the registry.
struct Known {
    revision: Option<i64>,
    sites: BTreeMap<String, Arc<Site>>,
}

impl Sites {
    pub(crate) fn new(registry: Registry) -> Self {
        Self { registry, known: RwLock::new(Known { revision: None, sites: BTreeMap::new() }) }
    }

    /// The site of this id.
    pub fn get(&self, id: &str) -> Option<Arc<Site>> {
        self.with(|sites| sites.get(id).cloned())
    }

    /// All of them, by id.
    pub fn all(&self) -> Vec<Arc<Site>> {
        self.with(|sites| sites.values().cloned().collect())
    }

    fn with<T>(&self, look: impl FnOnce(&BTreeMap<String, Arc<Site>>) -> T) -> T {
        let snapshot = self.registry.now();
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if known.revision >= Some(snapshot.revision) {
            return look(&known.sites);
        }
        drop(known);
        let sites =
            snapshot.sites.values().map(|site| (site.id.clone(), Arc::new(Site::of(site, &snapshot))));
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        *known = Known { revision: Some(snapshot.revision), sites: sites.collect() };
        look(&known.sites)
    }

    /// The site by whose clock an answer is made: of these sites, or of these cameras when no site is named, or of all
    /// that the caller may see. What was counted by a camera of the past, whose site is not known any more, is answered by
    /// UTC where nothing else would be right.
    ///
    /// # Errors
    /// The sites have different time zones, or there are none that the caller may see.
    pub(crate) fn clock(
        &self,
        app: &App,
        caller: &Caller,
        sites: &[String],
        cameras: &[String],
    ) -> Result<Arc<Site>, Problem> {
        let known: Vec<_> = cameras.iter().filter_map(|camera| app.cameras.get(camera)).collect();
        let is_asked = |site: &Site| match (sites, &known[..]) {
            ([], []) => true,
            ([], known) => known.iter().any(|camera| camera.site == site.id),
            (sites, _) => sites.contains(&site.id),
        };
        let mut asked: Vec<_> = self.all();
        asked.retain(|site| caller.role(&site.id).is_some() && is_asked(site));
        // Who has a role everywhere also sees what is left of sites and cameras that are gone.
        let of_the_past = caller.rights.everywhere.is_some() && sites.is_empty() && known.is_empty();
        let differ = asked.iter().find(|site| site.zone_name != asked[0].zone_name);
        match (asked.first(), differ) {
            (None, _) if of_the_past => Ok(Arc::new(Site::unknown())),
            (None, _) => Err(Problem::not_found("there is no site that you may see")),
            (Some(_), Some(_)) if of_the_past && !cameras.is_empty() => Ok(Arc::new(Site::unknown())),
            (Some(first), Some(other)) => Err(Problem::question(format!(
                "`{}` and `{}` have different time zones: ask for one site at a time",
                first.id, other.id
            ))),
            (Some(first), None) => Ok(Arc::clone(first)),
        }
    }
}
