//! Ports and secrets of the stack: chosen at the first start, and kept.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::Context as _;
use serde_json::{Value, json};

/// What listens on this machine.
pub(super) const PORTS: [&str; 10] =
    ["postgres", "redis", "amqp", "rabbitmq-management", "erlang", "epmd", "smtp", "rtsp", "http", "https"];
/// Who has a password.
pub(super) const SECRETS: [&str; 3] = ["postgres", "redis", "rabbitmq"];

#[derive(Clone, Debug)]
pub(super) struct Settings {
    ports: BTreeMap<String, u16>,
    secrets: BTreeMap<String, String>,
}

impl Settings {
    /// Those of the last start. A port that is taken by now becomes another.
    pub(super) fn load(folder: &Path) -> anyhow::Result<Self> {
        let file = folder.join("settings.json");
        let kept: Value = match fs::read_to_string(&file) {
            Ok(text) => serde_json::from_str(&text).with_context(|| format!("reading {}", file.display()))?,
            Err(_) => Value::Null,
        };
        // Held until all are chosen, so that none is chosen twice.
        let mut held = Vec::new();
        let mut settings = Self { ports: BTreeMap::new(), secrets: BTreeMap::new() };
        for name in PORTS {
            let last = kept["ports"][name].as_u64().and_then(|port| u16::try_from(port).ok()).unwrap_or(0);
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, last))
                .or_else(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
                .context("no port is free")?;
            settings.ports.insert(name.to_owned(), listener.local_addr()?.port());
            held.push(listener);
        }
        for name in SECRETS {
            let secret =
                kept["secrets"][name].as_str().map_or_else(secret, |secret| Ok(secret.to_owned()))?;
            settings.secrets.insert(name.to_owned(), secret);
        }
        let text =
            serde_json::to_string_pretty(&json!({"ports": settings.ports, "secrets": settings.secrets}))?;
        write_private(&file, &(text + "\n"))?;
        Ok(settings)
    }

    /// The port of one of [`PORTS`].
    pub(super) fn port(&self, name: &str) -> u16 {
        self.ports.get(name).copied().unwrap_or_default()
    }

    /// The secret of one of [`SECRETS`].
    pub(super) fn secret(&self, name: &str) -> &str {
        self.secrets.get(name).map(String::as_str).unwrap_or_default()
    }
}

/// 128 bits that nobody can guess, as hexadecimal digits: they need no escaping anywhere.
pub(crate) fn secret() -> anyhow::Result<String> {
    let mut bytes = [0; 16];
    fs::File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .context("the system gives no random numbers")?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Writes a file that only this user can read.
pub(crate) fn write_private(file: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(file, "")?;
    fs::set_permissions(file, fs::Permissions::from_mode(0o600))?;
    fs::write(file, text).with_context(|| format!("writing {}", file.display()))
}
