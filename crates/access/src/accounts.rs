use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use audit::{Actor, ActorKind, Entry, Object};
use database::{Access, Database, Schema, Tx, Value, step};
use moka::sync::Cache;
use serde_json::Value as Json;
use time::OffsetDateTime;
use tokio::sync::Semaphore;
use uuid::{ContextV7, Timestamp, Uuid};

use crate::authenticate::Known;
use crate::oidc::Oidc;
use crate::password::Hasher;
use crate::sign_in::Gate;
use crate::{Caller, Error, Hashing, HttpClient, Limits, Mailer, OidcSettings, Result, Role, Vault, Who};

/// What is kept of users, for backups.
pub const SCHEMA: Schema = Schema {
    ledger: "access_schema",
    steps: &[step!("users, sessions, tokens", "0001_access.sql")],
    tables: &[
        "users",
        "recovery_codes",
        "identities",
        "sessions",
        "refresh_tokens",
        "api_tokens",
        "registration_codes",
        "one_time_links",
    ],
};

/// Mails that are under way at once; more are not begun.
const MAILS: usize = 16;

/// Tells the time.
pub type Now = Arc<dyn Fn() -> OffsetDateTime + Send + Sync>;

/// How people sign in.
#[derive(Clone)]
pub struct Settings {
    /// Where the service is reached, without a slash at the end: links in mails begin with it.
    pub address: String,
    /// How long the short secret of a session is good.
    pub access_life: Duration,
    /// How long a session lasts that is renewed again and again.
    pub session_life: Duration,
    /// How passwords are hashed.
    pub hashing: Hashing,
    /// How often something may be tried.
    pub limits: Limits,
    /// The provider of single sign-on.
    pub oidc: Option<OidcSettings>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            address: "http://localhost:8080".to_owned(),
            access_life: Duration::from_secs(15 * 60),
            session_life: Duration::from_secs(30 * 24 * 3600),
            hashing: Hashing::default(),
            limits: Limits::default(),
            oidc: None,
        }
    }
}

/// Where a call comes from that nobody has signed in for yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visit {
    /// The address.
    pub from: Option<IpAddr>,
    /// What the browser calls itself.
    pub agent: String,
}

/// Users, sessions and tokens. Clones share everything.
#[derive(Clone)]
pub struct Accounts {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) db: Database,
    pub(crate) vault: Vault,
    pub(crate) settings: Settings,
    pub(crate) hasher: Hasher,
    pub(crate) gate: Gate,
    pub(crate) mailer: Option<Arc<dyn Mailer>>,
    pub(crate) mails: Arc<Semaphore>,
    pub(crate) known: Cache<[u8; 32], Known>,
    pub(crate) oidc: Option<Oidc>,
    now: Now,
    ids: Mutex<ContextV7>,
}

impl Accounts {
    /// Users and all that belongs to them in this database, whose tables it brings up to date. `http` reaches the
    /// provider of single sign-on.
    ///
    /// # Errors
    /// The database fails, or a setting makes no sense.
    pub async fn open(
        db: Database,
        vault: Vault,
        settings: Settings,
        mailer: Option<Arc<dyn Mailer>>,
        http: Option<HttpClient>,
        now: Now,
    ) -> Result<Self> {
        audit::migrate(&db).await?;
        db.migrate(SCHEMA.ledger, SCHEMA.steps).await?;
        let oidc = match (&settings.oidc, http) {
            (Some(oidc), Some(http)) => Some(Oidc::new(oidc.clone(), &settings.address, http)?),
            (Some(_), None) => return Err(Error::NotSetUp("a way to reach the provider of single sign-on")),
            (None, _) => None,
        };
        let shared = Shared {
            hasher: Hasher::new(&settings.hashing)?,
            gate: Gate::new(&settings.limits),
            mails: Arc::new(Semaphore::new(MAILS)),
            // Another process's change, such as a sign-out, is seen after this time.
            known: Cache::builder().max_capacity(10_000).time_to_live(Duration::from_secs(5)).build(),
            ids: Mutex::new(ContextV7::new()),
            db,
            vault,
            settings,
            mailer,
            oidc,
            now,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// How people sign in.
    pub fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    /// Whether links can be mailed, such as to somebody who forgot their password.
    pub fn sends_mail(&self) -> bool {
        self.shared.mailer.is_some()
    }

    /// The vault for secrets at rest.
    pub fn vault(&self) -> &Vault {
        &self.shared.vault
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        (self.shared.now)()
    }

    pub(crate) fn micros(&self) -> i64 {
        database::instant::clamped(self.now())
    }

    pub(crate) fn new_id(&self) -> Uuid {
        let now = self.now();
        let seconds = u64::try_from(now.unix_timestamp()).unwrap_or(0);
        let ids = self.shared.ids.lock().unwrap_or_else(PoisonError::into_inner);
        Uuid::new_v7(Timestamp::from_unix(&*ids, seconds, now.nanosecond()))
    }

    pub(crate) async fn begin(&self) -> Result<Tx> {
        Ok(self.shared.db.begin(Access::Add).await?)
    }

    /// Logs a change, and ends its transaction.
    pub(crate) async fn commit(&self, tx: Tx, change: Change<'_>) -> Result<()> {
        self.log(tx, change).await?;
        // It may have ended sessions or changed rights.
        self.shared.known.invalidate_all();
        Ok(())
    }

    /// As [`Accounts::commit`], for what changes neither sessions nor rights.
    pub(crate) async fn log(&self, mut tx: Tx, change: Change<'_>) -> Result<()> {
        let entry = Entry {
            time: self.now(),
            actor: change.caller.into(),
            action: change.action,
            object: change.object,
            site: change.site,
            before: change.before,
            after: change.after,
        };
        audit::append(&mut tx, entry).await?;
        Ok(tx.commit().await?)
    }

    /// Deletes what has expired: sessions and one-time links. To be called now and then; nothing depends on it.
    ///
    /// # Errors
    /// The database fails.
    pub async fn purge(&self) -> Result<()> {
        let now = self.micros();
        let mut tx = self.begin().await?;
        for table in ["sessions", "one_time_links"] {
            tx.execute(format!("DELETE FROM {table} WHERE expires <= $1"), vec![Value::Int(now)]).await?;
        }
        Ok(tx.commit().await?)
    }
}

/// What a transaction did, for the log.
pub(crate) struct Change<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) action: &'static str,
    pub(crate) object: Object,
    pub(crate) site: Option<String>,
    pub(crate) before: Option<Json>,
    pub(crate) after: Option<Json>,
}

impl<'a> Change<'a> {
    pub(crate) fn new(caller: &'a Caller, action: &'static str, object: Object) -> Self {
        Self { caller, action, object, site: None, before: None, after: None }
    }

    pub(crate) fn before(self, before: Json) -> Self {
        Self { before: Some(before), ..self }
    }

    pub(crate) fn after(self, after: Json) -> Self {
        Self { after: Some(after), ..self }
    }
}

impl From<&Caller> for Actor {
    fn from(caller: &Caller) -> Self {
        let from = caller.from;
        match &caller.who {
            Who::User { id, name } => Self { kind: ActorKind::User, id: Some(*id), name: name.clone(), from },
            Who::Token { id, name, .. } => {
                Self { kind: ActorKind::Token, id: Some(*id), name: name.clone(), from }
            }
            Who::Program => Self { from, ..Self::program() },
            Who::Nobody => Self { kind: ActorKind::Nobody, id: None, name: String::new(), from },
        }
    }
}

impl Caller {
    /// The program itself, or whoever may run its commands on its machine: may do everything.
    pub fn program() -> Self {
        Self { who: Who::Program, rights: crate::Rights::all(), from: None }
    }

    /// Nobody who has said who they are.
    pub fn nobody(from: Option<IpAddr>) -> Self {
        Self { who: Who::Nobody, rights: crate::Rights::default(), from }
    }

    /// The user who signed in.
    ///
    /// # Errors
    /// It is a token or nobody: what only a person may do about themselves.
    pub fn user(&self) -> Result<Uuid> {
        match &self.who {
            Who::User { id, .. } => Ok(*id),
            _ => Err(Error::Denied("of a user who has signed in; tokens may not")),
        }
    }

    /// Refuses who has less than this role everywhere.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub fn require(&self, role: Role) -> Result<()> {
        if self.rights.everywhere >= Some(role) {
            return Ok(());
        }
        Err(Error::Denied(match role {
            Role::Viewer => "viewer, for all sites",
            Role::Operator => "operator, for all sites",
            Role::Admin => "admin, for all sites",
        }))
    }
}
