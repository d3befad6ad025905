use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use metrics_exporter_prometheus::PrometheusHandle;
use registry::Registry;
use store::Store;
use time::OffsetDateTime;
use tokio::sync::Semaphore;

use crate::live::{Hub, Seats};
use crate::problem::{Code, Problem};
use crate::schema::Tables;
use crate::{Alerting, Cameras, Model, Recordings, SignIn, Sites, Tester, Workers};

/// What questions are answered from. A part that is not set by [`App::new`] is put in by a method of its own, before the
/// server begins.
pub struct App {
    /// Where the events are kept.
    pub store: Store,

    /// What is to be watched.
    pub registry: Registry,

    /// The cameras of the registry, as they are at this moment.
    pub cameras: Cameras,

    /// The sites of the registry.
    pub sites: Sites,

    /// The model that cameras are watched with, from when it is loaded.
    pub model: OnceLock<Model>,

    /// What tries whether a camera can be seen.
    pub tester: OnceLock<Tester>,

    /// Recordings of cameras' pictures, where they can be made.
    pub recordings: OnceLock<Recordings>,

    /// What knows the processes that watch cameras.
    pub workers: OnceLock<Workers>,

    /// How it is known who asks.
    pub sign_in: SignIn,

    /// Rules, alerts and channels, from when they can be asked.
    pub alerting: OnceLock<Arc<Alerting>>,

    /// What is counted and measured of the program itself.
    pub metrics: PrometheusHandle,

    /// What is not as it should be.
    pub readiness: Readiness,

    /// What time it is.
    pub clock: Clock,

    /// Exports that are being written.
    pub(crate) exports: Arc<Semaphore>,

    pub(crate) live: Arc<Hub>,

    pub(crate) seats: Arc<Seats>,

    pub(crate) tables: Tables,

    /// Tests of cameras that are going on.
    pub(crate) trials: Semaphore,

    /// Rules that are being tried on what was kept.
    pub(crate) tried: Arc<Semaphore>,
}

impl App {
    /// An application over a store, with the sites and cameras of a registry.
    pub fn new(store: Store, registry: Registry, metrics: PrometheusHandle) -> Self {
        store.keep_answers();
        let live = Arc::new(Hub::new(store.clone()));
        Self {
            store,
            cameras: Cameras::new(registry.clone()),
            sites: Sites::new(registry.clone()),
            registry,
            model: OnceLock::new(),
            tester: OnceLock::new(),
            recordings: OnceLock::new(),
            workers: OnceLock::new(),
            sign_in: SignIn::Without,
            alerting: OnceLock::new(),
            metrics,
            readiness: Readiness::default(),
            clock: Clock::default(),
            exports: Arc::new(Semaphore::new(crate::exports::AT_ONCE)),
            live,
            seats: Arc::default(),
            tables: Tables::default(),
            trials: Semaphore::new(crate::cameras::TRIALS),
            tried: Arc::new(Semaphore::new(crate::cameras::TRIED)),
        }
    }

    /// With sign-in.
    #[must_use]
    pub fn with_accounts(self, accounts: access::Accounts) -> Self {
        Self { sign_in: SignIn::By(accounts), ..self }
    }

    /// The accounts that people sign in to.
    pub(crate) fn accounts(&self) -> Result<&access::Accounts, Problem> {
        match &self.sign_in {
            SignIn::By(accounts) => Ok(accounts),
            SignIn::Without => Err(Problem::new(Code::NotSetUp, "this server runs without sign-in")),
        }
    }

    /// Says that there are new events in the store: whoever looks on gets them at once.
    pub fn arrived(&self) {
        self.live.wake();
    }
}

/// What tells the time; tests have one of their own.
pub struct Clock(Box<dyn Fn() -> OffsetDateTime + Send + Sync>);

impl Clock {
    /// A clock that answers as this does.
    pub fn new(now: impl Fn() -> OffsetDateTime + Send + Sync + 'static) -> Self {
        Self(Box::new(now))
    }

    /// What time it is.
    pub fn now(&self) -> OffsetDateTime {
        (self.0)()
    }
}

impl Default for Clock {
    /// The system's.
    fn default() -> Self {
        Self::new(OffsetDateTime::now_utc)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clock").field(&self.now()).finish()
    }
}

/// What keeps the program from being ready, by name.
#[derive(Debug, Default)]
pub struct Readiness(Mutex<Vec<(&'static str, String)>>);

impl Readiness {
    /// Says that a part is not as it should be, and what to do.
    pub fn lacks(&self, part: &'static str, why: impl Into<String>) {
        let mut parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        parts.retain(|(name, _)| *name != part);
        parts.push((part, why.into()));
    }

    /// Says that a part is as it should be.
    pub fn has(&self, part: &'static str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|(name, _)| *name != part);
    }

    /// What is missing.
    pub fn missing(&self) -> Vec<(&'static str, String)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
