//! Where messages go: mail, MQTT, and the networks that web hooks may reach.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::Loaded;
use super::settings::Secret;

/// The longest prefix of topics.
const PREFIX: usize = 100;

/// The mail server, through which alerts and links go.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Mail {
    /// Its name or address; no mail is sent while it is empty.
    pub(crate) host: String,
    /// Its port; the usual one of `security` when it is 0.
    pub(crate) port: u16,
    pub(crate) security: MailSecurity,
    pub(crate) user: String,
    pub(crate) password: Secret,
    pub(crate) password_file: Option<PathBuf>,
    /// The sender, `camtally <counts@example.org>`.
    pub(crate) from: String,
}

/// How the connection to the mail server is secured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum MailSecurity {
    #[default]
    Tls,
    StartTls,
    None,
}

/// The MQTT broker.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Mqtt {
    /// `mqtt://HOST:PORT` or `mqtts://HOST:PORT`; nothing is published while it is empty.
    pub(crate) url: String,
    pub(crate) user: String,
    pub(crate) password: Secret,
    pub(crate) password_file: Option<PathBuf>,
    /// How topics begin. It is the client's id as well: two programs at one broker need two prefixes.
    pub(crate) prefix: String,
    /// The prefix that Home Assistant listens to; nothing is told to it when it is empty.
    pub(crate) discovery: String,
}

/// What web hooks and chats may reach.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Egress {
    /// Networks that may be reached beside the public internet, there by http as well.
    pub(crate) allow: Vec<IpNet>,
}

impl Default for Mqtt {
    fn default() -> Self {
        Self {
            url: String::new(),
            user: String::new(),
            password: Secret::default(),
            password_file: None,
            prefix: "camtally".to_owned(),
            discovery: "homeassistant".to_owned(),
        }
    }
}

impl Loaded {
    /// The way to the mail server; none when no mail is sent.
    ///
    /// # Errors
    /// The sender is no address, or the password file cannot be read.
    pub(crate) fn mailer(&self) -> Result<Option<mail::Mailer>> {
        let Mail { host, port, security, user, password, password_file, from } = &self.config.mail;
        if host.is_empty() {
            return Ok(None);
        }
        ensure!(!from.is_empty(), "`mail.from` must be the sender's address, such as counts@example.org");
        let password = self.password("`mail`", password, password_file.as_deref())?;
        let settings = mail::Settings {
            host: host.clone(),
            port: (*port > 0).then_some(*port),
            security: match security {
                MailSecurity::Tls => mail::Security::Tls,
                MailSecurity::StartTls => mail::Security::StartTls,
                MailSecurity::None => mail::Security::None,
            },
            credentials: credentials(user, password),
            from: from.clone(),
        };
        mail::Mailer::new(&settings).map(Some).context("`mail`")
    }

    /// The MQTT broker; none when nothing is published.
    ///
    /// # Errors
    /// The address or a prefix makes no sense, or the password file cannot be read.
    pub(crate) fn mqtt(&self) -> Result<Option<mqtt::Settings>> {
        let Mqtt { url, user, password, password_file, prefix, discovery } = &self.config.mqtt;
        if url.is_empty() {
            return Ok(None);
        }
        let (host, port, secure) = host_and_port(url)
            .context("`mqtt.url` must be an address such as mqtt://broker:1883 or mqtts://broker:8883")?;
        ensure!(
            is_prefix(prefix),
            "`mqtt.prefix` must be 1 to {PREFIX} letters, digits, `-`, `_` and `/` between them"
        );
        ensure!(
            discovery.is_empty() || is_prefix(discovery),
            "`mqtt.discovery` must be empty, or 1 to {PREFIX} letters, digits, `-`, `_` and `/` between them"
        );
        let password = self.password("`mqtt`", password, password_file.as_deref())?;
        Ok(Some(mqtt::Settings {
            host,
            port,
            tls: secure.then(|| egress::tls_config([])),
            credentials: credentials(user, password),
            client_id: prefix.clone(),
            prefix: prefix.clone(),
            discovery: (!discovery.is_empty()).then(|| discovery.clone()),
        }))
    }
}

fn credentials(user: &str, password: String) -> Option<(String, String)> {
    (!user.is_empty()).then(|| (user.to_owned(), password))
}

/// Host, port, and whether it is TLS; none when it is no address of a broker.
fn host_and_port(url: &str) -> Option<(String, u16, bool)> {
    let (rest, secure) = match url.strip_prefix("mqtts://") {
        Some(rest) => (rest, true),
        None => (url.strip_prefix("mqtt://")?, false),
    };
    // Behind the last colon, unless that one belongs to an IPv6 address.
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok().filter(|port| *port > 0)?),
        _ => (rest, if secure { 8883 } else { 1883 }),
    };
    let host = match host.strip_prefix('[') {
        Some(address) => address.strip_suffix(']').filter(|address| address.contains(':'))?,
        None => Some(host).filter(|host| !host.contains(':'))?,
    };
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte);
    (!host.is_empty() && host.bytes().all(known)).then(|| (host.to_owned(), port, secure))
}

fn is_prefix(prefix: &str) -> bool {
    let level = |level: &str| {
        !level.is_empty() && level.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    prefix.len() <= PREFIX && prefix.split('/').all(level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broker_is_a_host_and_a_port() {
        assert_eq!(host_and_port("mqtt://broker"), Some(("broker".to_owned(), 1883, false)));
        assert_eq!(host_and_port("mqtts://10.0.0.1:8884"), Some(("10.0.0.1".to_owned(), 8884, true)));
        assert_eq!(host_and_port("mqtt://[fd00::1]"), Some(("fd00::1".to_owned(), 1883, false)));
        assert_eq!(host_and_port("mqtts://[::1]:1"), Some(("::1".to_owned(), 1, true)));
        for wrong in [
            "broker:1883",
            "http://broker",
            "mqtt://",
            "mqtt://:1883",
            "mqtt://user:pw@broker",
            "mqtt://broker:0",
            "mqtt://broker:99999",
            "mqtt://broker/x",
            "mqtt://::1",
            "mqtt://[broker]",
        ] {
            assert_eq!(host_and_port(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_prefix_holds_no_wildcard_and_no_empty_level() {
        assert!(is_prefix("camtally") && is_prefix("building-2/camtally"));
        for wrong in ["", "/", "a/", "/a", "a//b", "a/+", "#", "a b", "$SYS"] {
            assert!(!is_prefix(wrong), "{wrong}");
        }
    }
}
