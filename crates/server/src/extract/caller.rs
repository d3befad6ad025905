//! Who asks.

use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;

use access::{Rights, Role, Who};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::App;
use crate::problem::{Code, Problem};
use crate::scope::Scope;

/// How it is known who asks.
#[derive(Clone, Debug)]
pub enum SignIn {
    /// It is not: whoever reaches the server may see and do everything. For a machine of its own.
    Without,
}

/// The address that a request came from, noted by the listener.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// Who asks, and what they may see and do. As an argument of a handler it refuses those who have not signed in.
#[derive(Clone, Debug)]
pub(crate) struct Caller(access::Caller);

impl Deref for Caller {
    type Target = access::Caller;

    fn deref(&self) -> &access::Caller {
        &self.0
    }
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        // Asked once for each request: a layer may have been first.
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let from = parts.extensions.get::<Peer>().map(|peer| peer.0);
        let caller = match app.sign_in {
            SignIn::Without => access::Caller { who: Who::Program, rights: Rights::all(), from },
        };
        let caller = Self(caller);
        parts.extensions.insert(caller.clone());
        Ok(caller)
    }
}

#[cfg(test)]
impl From<access::Caller> for Caller {
    fn from(caller: access::Caller) -> Self {
        Self(caller)
    }
}

impl Caller {
    /// The role that the caller has at a site.
    pub(crate) fn role(&self, site: &str) -> Option<Role> {
        self.rights.at(site)
    }

    /// Refuses what needs a higher role at the site. To those who have none there it does not exist.
    pub(crate) fn may(&self, role: Role, site: &str) -> Result<(), Problem> {
        match self.role(site) {
            Some(has) if has >= role => Ok(()),
            Some(_) => Err(not_allowed(role)),
            None => Err(Problem::not_found(format!("there is no site `{site}`"))),
        }
    }

    /// Refuses what needs a role everywhere, such as to change users.
    pub(crate) fn may_everywhere(&self, role: Role) -> Result<(), Problem> {
        if self.rights.everywhere.is_some_and(|has| has >= role) { Ok(()) } else { Err(not_allowed(role)) }
    }

    /// The cameras that the caller may see.
    pub(crate) fn cameras(&self, app: &App) -> Scope {
        if self.rights.everywhere.is_some() {
            return Scope::Everything;
        }
        let cameras = app.cameras.all();
        let seen = cameras.iter().filter(|camera| self.role(&camera.site).is_some());
        let sites = app.sites.all();
        let corrected = sites.iter().filter(|site| self.role(&site.id).is_some());
        let corrected = corrected.map(|site| site.corrections_camera());
        Scope::Only(seen.map(|camera| camera.id.clone()).chain(corrected).collect())
    }

    /// The camera of this id, if the caller has the role at its site.
    pub(crate) fn camera(&self, app: &App, role: Role, id: &str) -> Result<Arc<crate::Camera>, Problem> {
        let nothing = || Problem::not_found(format!("there is no camera `{id}`"));
        let camera = app.cameras.get(id).ok_or_else(nothing)?;
        match self.role(&camera.site) {
            Some(has) if has >= role => Ok(camera),
            Some(_) => Err(not_allowed(role)),
            None => Err(nothing()),
        }
    }
}

fn not_allowed(role: Role) -> Problem {
    Problem::new(Code::NotAllowed, format!("this needs the role {} there", role.as_str()))
}
