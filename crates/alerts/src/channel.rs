//! Where messages go.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rule::check_name;
use crate::{Error, Result, signature};

/// Somebody or something that is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// For people.
    pub name: String,
    /// The site that it belongs to.
    pub site: String,
    /// Who receives, and how.
    pub receiver: Receiver,
    /// Whether anything is sent. What is not sent meanwhile waits.
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn yes() -> bool {
    true
}

/// Who receives, and how. What is secret about it is kept beside it, sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Receiver {
    /// A program, by HTTP. The secret is the key of its signatures, `whsec_…`.
    WebHook {
        /// Its address.
        url: String,
        /// The kinds of events that it gets besides alerts, such as `crossing`.
        #[serde(default)]
        events: Vec<String>,
    },
    /// People, by e-mail.
    Email {
        /// Their addresses.
        to: Vec<String>,
    },
    /// The configured MQTT broker, at `PREFIX/alerts`.
    Mqtt {},
    /// Slack. The secret is the address of an incoming web hook.
    Slack {},
    /// Microsoft Teams. The secret is the address of a workflow that posts what it receives.
    Teams {},
    /// Telegram. The secret is the token of a bot.
    Telegram {
        /// The chat that the bot writes to: its number, or `@channel`.
        chat: String,
        /// The server of the bot's interface; Telegram's own unless given.
        #[serde(default = "telegram")]
        api: String,
    },
}

fn telegram() -> String {
    "https://api.telegram.org".to_owned()
}

/// Kinds of events that can be asked for.
const EVENTS: [&str; 7] =
    ["crossing", "turned_back", "passed_by", "zone_enter", "zone_leave", "gap", "correction"];

impl Channel {
    /// Whether it and its secret make sense. Whether its address may be reached is asked of the way out.
    ///
    /// # Errors
    /// [`Error::Invalid`] says what does not.
    pub fn check(&self, secret: Option<&str>) -> Result<()> {
        check_name("channel", &self.name)?;
        match &self.receiver {
            Receiver::WebHook { events, .. } => {
                if let Some(unknown) = events.iter().find(|kind| !EVENTS.contains(&kind.as_str())) {
                    return Err(Error::invalid(format!(
                        "no event is of the kind `{unknown}`: {}",
                        EVENTS.join(", ")
                    )));
                }
                if secret.and_then(signature::key).is_none() {
                    return Err(Error::invalid(
                        "a web hook's secret is `whsec_` and 24 to 64 bytes in base64",
                    ));
                }
            }
            Receiver::Email { to } => {
                if to.is_empty() || to.len() > 50 {
                    return Err(Error::invalid("an e-mail goes to 1 to 50 addresses"));
                }
                for address in to {
                    mail::check_address(address).map_err(|error| Error::invalid(error.to_string()))?;
                }
            }
            Receiver::Telegram { chat, .. } => {
                let token = secret.unwrap_or_default();
                let known = |byte: u8| byte.is_ascii_alphanumeric() || b":_-".contains(&byte);
                if chat.is_empty() || token.is_empty() || !token.bytes().all(known) {
                    return Err(Error::invalid("Telegram needs a chat, and a bot's token as the secret"));
                }
            }
            Receiver::Slack {} | Receiver::Teams {} if secret.is_none() => {
                return Err(Error::invalid(
                    "the secret is the address that Slack or Teams has given for posting",
                ));
            }
            Receiver::Slack {} | Receiver::Teams {} | Receiver::Mqtt {} => {}
        }
        Ok(())
    }

    /// The address that messages are sent to by HTTP, if they are.
    pub fn address(&self, secret: Option<&str>) -> Option<String> {
        match &self.receiver {
            Receiver::WebHook { url, .. } => Some(url.clone()),
            Receiver::Slack {} | Receiver::Teams {} => secret.map(str::to_owned),
            Receiver::Telegram { api, .. } => {
                Some(format!("{}/bot{}/sendMessage", api.trim_end_matches('/'), secret.unwrap_or_default()))
            }
            Receiver::Email { .. } | Receiver::Mqtt {} => None,
        }
    }
}

/// What seals secrets with the program's key, each for one place only.
pub trait Vault: Send + Sync {
    /// Seals a secret for a place.
    ///
    /// # Errors
    /// Why it cannot.
    fn seal(&self, secret: &[u8], place: &str) -> Result<Vec<u8>, String>;

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// It was sealed for another place or with another key, or was changed.
    fn unseal(&self, sealed: &[u8], place: &str) -> Result<Vec<u8>, String>;
}
