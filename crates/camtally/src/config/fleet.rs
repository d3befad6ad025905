//! What a program that is one of many needs to know: the broker, and what a worker is.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use super::Loaded;
use super::settings::Secret;

/// The most cameras of one process.
pub(super) const MAX_CAMERAS: usize = 1000;
/// The longest name of a process.
const LONGEST_NAME: usize = 100;

/// RabbitMQ, through which events go from workers to those who take in.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Broker {
    /// `amqp://USER:PASSWORD@HOST:PORT/VHOST`, `amqps://…`; hosts of a cluster are separated by commas. Empty: events go from
    /// the journal straight into the store.
    pub(crate) url: Secret,
    pub(crate) password_file: Option<PathBuf>,
    /// Certificates to trust beside the system's, PEM.
    pub(crate) ca_file: Option<PathBuf>,
}

/// `camtally worker`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Worker {
    /// What it is called; the machine's name unless given.
    pub(crate) name: String,
    /// How much it can do, relative to other workers; 0 is one for each detector.
    pub(crate) weight: f64,
    /// The most cameras that it takes.
    pub(crate) cameras: usize,
}

/// Where `camtally worker` and `camtally ingest` tell how they are.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Health {
    /// The address of `/livez`, `/readyz` and `/metrics`; any free port when it is 0.
    pub(crate) listen: SocketAddr,
}

impl Default for Worker {
    fn default() -> Self {
        Self { name: String::new(), weight: 0.0, cameras: MAX_CAMERAS }
    }
}

impl Default for Health {
    fn default() -> Self {
        Self { listen: ([127, 0, 0, 1], 0).into() }
    }
}

impl Loaded {
    /// RabbitMQ; none where events go straight into the store.
    ///
    /// # Errors
    /// The address is none, or a file cannot be read.
    pub(crate) fn broker(&self) -> Result<Option<transport::Broker>> {
        let Broker { url, password_file, ca_file } = &self.config.broker;
        if url.expose().is_empty() {
            return Ok(None);
        }
        let password = match password_file {
            Some(file) => Some(self.password("`broker`", &Secret::default(), Some(file.as_path()))?),
            None => None,
        };
        let settings = transport::Settings {
            address: url.expose().to_owned(),
            password,
            certificates: ca_file.as_deref().map(|file| self.path(file)),
            name: self.process_name(),
        };
        transport::Broker::new(&settings).map(Some).context("`broker`")
    }

    /// What this process is called: as configured, or as the machine is.
    pub(crate) fn process_name(&self) -> String {
        match self.config.worker.name.as_str() {
            "" => std::fs::read_to_string("/proc/sys/kernel/hostname")
                .map(|name| name.trim().to_owned())
                .ok()
                .filter(|name| !name.is_empty())
                .unwrap_or_else(|| "camtally".to_owned()),
            name => name.to_owned(),
        }
    }

    /// Checks what stands here.
    pub(super) fn check_fleet(&self) -> Result<()> {
        let Worker { name, weight, cameras } = &self.config.worker;
        ensure!(
            name.len() <= LONGEST_NAME && !name.chars().any(char::is_control),
            "`worker.name` must have at most {LONGEST_NAME} characters, none of them a control character"
        );
        ensure!((0.0..=1000.0).contains(weight), "`worker.weight` must be 0 to 1000");
        ensure!((1..=MAX_CAMERAS).contains(cameras), "`worker.cameras` must be 1 to {MAX_CAMERAS}");
        self.broker().map(drop)
    }
}
