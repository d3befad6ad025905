//! Which cameras a question is about.

use std::collections::BTreeSet;

use crate::App;
use crate::problem::Problem;

/// The cameras that somebody may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All, those of the past among them.
    Everything,
    /// These.
    Only(BTreeSet<String>),
}

impl Scope {
    /// Whether the camera may be seen.
    pub(crate) fn sees(&self, camera: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Only(cameras) => cameras.contains(camera),
        }
    }

    /// The cameras that a question is about: of these sites and of these names, each list all when it is empty. The
    /// answer is as [`store::Filter::cameras`] has it, so an empty list is no restriction; none when there is nothing to
    /// look at, which must never become an empty list.
    ///
    /// # Errors
    /// A camera is named that the caller may not see, or a site that they have no camera at.
    pub(crate) fn narrow(
        &self,
        app: &App,
        sites: &[String],
        cameras: Vec<String>,
    ) -> Result<Option<Vec<String>>, Problem> {
        if let Some(unseen) = cameras.iter().find(|camera| !self.sees(camera)) {
            return Err(Problem::not_found(format!("there is no camera `{unseen}`")));
        }
        if sites.is_empty() {
            return Ok(match self {
                Self::Everything => Some(cameras),
                Self::Only(_) if !cameras.is_empty() => Some(cameras),
                Self::Only(seen) => {
                    Some(seen.iter().cloned().collect()).filter(|seen: &Vec<_>| !seen.is_empty())
                }
            });
        }
        let snapshot = app.registry.now();
        let all = || snapshot.cameras.values();
        for site in sites {
            let known = match self {
                Self::Everything => snapshot.sites.contains_key(site),
                Self::Only(seen) => all().any(|camera| camera.site == *site && seen.contains(&camera.id)),
            };
            if !known {
                return Err(Problem::not_found(format!("there is no site `{site}`")));
            }
        }
        let asked = all().filter(|camera| {
            sites.contains(&camera.site)
                && self.sees(&camera.id)
                && (cameras.is_empty() || cameras.contains(&camera.id))
        });
        let asked: Vec<String> = asked.map(|camera| camera.id.clone()).collect();
        Ok(Some(asked).filter(|asked| !asked.is_empty()))
    }
}
