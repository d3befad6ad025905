//! Who asks.

use std::convert::Infallible;
use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;

use access::{Accounts, Rights, Role, Visit, Who};
use audit::{Actor, ActorKind};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, header};
use uuid::Uuid;

use crate::App;
use crate::auth::cookies;
use crate::problem::{Code, Problem};
use crate::scope::Scope;

/// How it is known who asks.
#[derive(Clone)]
pub enum SignIn {
    /// It is not: whoever reaches the server may see and do everything. For a machine of its own.
    Without,
    /// By a session of one of these accounts, or by a token.
    By(Accounts),
}

/// The address that a request came from, noted by the listener.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// Who asks, and what they may see and do. As an argument of a handler it refuses those who have not signed in.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    caller: access::Caller,
    /// The session that they have shown, if it was one.
    pub(crate) session: Option<Uuid>,
}

impl Deref for Caller {
    type Target = access::Caller;

    fn deref(&self) -> &access::Caller {
        &self.caller
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
        let caller = match &app.sign_in {
            SignIn::Without => {
                let caller = access::Caller { who: Who::Program, rights: Rights::all(), from };
                Self { caller, session: None }
            }
            SignIn::By(accounts) => known(accounts, parts, from).await?,
        };
        parts.extensions.insert(caller.clone());
        Ok(caller)
    }
}

/// Methods that change nothing.
const SAFE: [Method; 3] = [Method::GET, Method::HEAD, Method::OPTIONS];
/// What the dashboard sends with each change.
const CSRF_HEADER: &str = "x-csrf-token";

/// A bearer is taken before a cookie: a browser sends the one only where a page asks it to, and the other by itself. So
/// a change that comes with a cookie must also show that it comes from a page of this server.
async fn known(accounts: &Accounts, parts: &Parts, from: Option<IpAddr>) -> Result<Caller, Problem> {
    let bearer = parts.headers.get(header::AUTHORIZATION).map(bearer).transpose()?;
    let shown = match bearer {
        Some(token) => Some(token.to_owned()),
        None => cookies::get(&parts.headers, cookies::SESSION),
    };
    let shown = shown.ok_or_else(|| Problem::new(Code::NotSignedIn, "sign in, or send a token"))?;
    let known = accounts.authenticate(&shown, from).await?;
    if bearer.is_none() && !SAFE.contains(&parts.method) {
        let sent = parts.headers.get(CSRF_HEADER).and_then(|sent| sent.to_str().ok()).unwrap_or_default();
        if !known.session.is_some_and(|session| accounts.is_csrf(session, sent)) {
            let detail = "send the header `X-CSRF-Token` with the value of the cookie `camtally_csrf`";
            return Err(Problem::new(Code::CsrfMissing, detail));
        }
    }
    Ok(Caller { caller: known.caller, session: known.session })
}

fn bearer(value: &HeaderValue) -> Result<&str, Problem> {
    let text = value.to_str().unwrap_or_default();
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(Problem::new(Code::NotSignedIn, "`Authorization` must be `Bearer` and a token")),
    }
}

/// Where a request comes from that nobody need have signed in for.
pub(crate) struct Visitor(pub(crate) Visit);

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let from = parts.extensions.get::<Peer>().map(|peer| peer.0);
        let agent = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        Ok(Self(Visit { from, agent: agent.unwrap_or_default().to_owned() }))
    }
}

#[cfg(test)]
impl From<access::Caller> for Caller {
    fn from(caller: access::Caller) -> Self {
        Self { caller, session: None }
    }
}

impl Caller {
    /// Who the caller is, for the audit log.
    pub(crate) fn actor(&self) -> Actor {
        let (kind, id, name) = match &self.who {
            Who::User { id, name } => (ActorKind::User, Some(*id), name.as_str()),
            Who::Token { id, name, .. } => (ActorKind::Token, Some(*id), name.as_str()),
            Who::Program => (ActorKind::Program, None, "camtally"),
            Who::Nobody => (ActorKind::Nobody, None, ""),
        };
        Actor { kind, id, name: name.to_owned(), from: self.from }
    }

    /// Who changes something in the registry, and when.
    pub(crate) fn by(&self, app: &App) -> registry::By {
        registry::By { actor: self.actor(), now: app.clock.now() }
    }

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
        let mut seen = app.registry.now().cameras_for(&self.rights, Role::Viewer);
        let sites = app.sites.all();
        let corrected = sites.iter().filter(|site| self.role(&site.id).is_some());
        seen.extend(corrected.map(|site| site.corrections_camera()));
        Scope::Only(seen)
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

/// What is refused to those who may see it, but not do it.
pub(crate) fn not_allowed(role: Role) -> Problem {
    Problem::new(Code::NotAllowed, format!("this needs the role {} there", role.as_str()))
}
