//! Which parts of the program a process runs.

use anyhow::{Result, bail};

use crate::config::Loaded;

/// What a process does. All is one composition: what is not its part is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    /// Pages and API, alert rules and their delivery, retention.
    pub(crate) serves: bool,
    /// Cameras.
    pub(crate) watches: bool,
    /// Which of them by lease, beside other workers.
    pub(crate) by_lease: bool,
    /// Events from the broker into the store.
    pub(crate) ingests: bool,
}

impl Parts {
    /// `camtally worker`.
    pub(crate) const WORKER: Self = Self { serves: false, watches: true, by_lease: true, ingests: false };
    /// `camtally ingest`.
    pub(crate) const INGEST: Self = Self { serves: false, watches: false, by_lease: false, ingests: true };

    /// `camtally serve`, as it is configured.
    pub(crate) fn server(loaded: &Loaded) -> Self {
        let server = &loaded.config.server;
        Self {
            serves: true,
            watches: server.watch,
            by_lease: false,
            ingests: server.ingest && !loaded.config.broker.url.expose().is_empty(),
        }
    }

    /// Refuses what cannot work together.
    pub(crate) fn check(self, loaded: &Loaded) -> Result<()> {
        let has_broker = !loaded.config.broker.url.expose().is_empty();
        if self.ingests && !has_broker {
            bail!("there is nothing to take in: `broker.url` must be the address of RabbitMQ");
        }
        if self.serves && self.watches && !loaded.config.server.ingest && !has_broker {
            bail!(
                "what is counted here would go nowhere: `server.ingest` may be false only with `server.watch = false` or \
                 with a `broker.url`"
            );
        }
        if self.by_lease && !loaded.store_url().starts_with("postgres") {
            bail!(
                "workers share cameras by way of PostgreSQL: set `store.url` to a database that all of them reach"
            );
        }
        Ok(())
    }
}
