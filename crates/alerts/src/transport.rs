//! One try to deliver a message.

use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use http::{HeaderMap, Request, StatusCode};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{Channel, Message, Receiver, signature};

/// What publishes by MQTT.
pub trait Publish: Send + Sync {
    /// Publishes below the configured prefix, and returns when the broker has taken it.
    fn publish<'a>(
        &'a self,
        topic: &'a str,
        payload: Vec<u8>,
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>>;
}

/// How messages leave.
#[derive(Clone)]
pub struct Transport {
    /// For web hooks and chats.
    pub client: egress::Client,
    /// Where a mail server is configured.
    pub mailer: Option<mail::Mailer>,
    /// Where a broker is configured.
    pub mqtt: Option<Arc<dyn Publish>>,
}

/// Why a try failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// For people; it holds no secret.
    pub reason: String,
    /// Whether another try makes sense.
    pub retry: bool,
    /// What the receiver asked to wait.
    pub wait: Option<Duration>,
}

impl Failure {
    fn later(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), retry: true, wait: None }
    }
}

impl Transport {
    /// Tries to deliver a message once.
    ///
    /// # Errors
    /// Why it did not arrive.
    pub async fn send(
        &self,
        channel: &Channel,
        secret: Option<&str>,
        id: Uuid,
        message: &Message,
        now: OffsetDateTime,
    ) -> Result<(), Failure> {
        match &channel.receiver {
            Receiver::Email { to } => self.mail(to, id, message).await,
            Receiver::Mqtt {} => {
                let mqtt = self.mqtt.as_ref().ok_or_else(|| {
                    Failure::later("no MQTT broker is configured: see `mqtt` in camtally.toml")
                })?;
                let mut payload = message.for_program();
                payload["id"] = id.to_string().into();
                mqtt.publish("alerts", payload.to_string().into_bytes()).await.map_err(Failure::later)
            }
            _ => self.post(channel, secret, id, message, now).await,
        }
    }

    async fn mail(&self, to: &[String], id: Uuid, message: &Message) -> Result<(), Failure> {
        let mailer = self
            .mailer
            .as_ref()
            .ok_or_else(|| Failure::later("no mail server is configured: see `mail` in camtally.toml"))?;
        let mail = mail::Message {
            to: to.to_vec(),
            subject: message.title.clone(),
            text: format!("{}\n", message.text),
            id: id.to_string(),
        };
        // A server that refuses today may be mended tomorrow; only what can never be written is given up.
        let failure = |error: mail::Error| {
            let retry = error.is_retryable() || matches!(error, mail::Error::Refused(_));
            Failure { reason: error.to_string(), retry, wait: None }
        };
        mailer.send(&mail).await.map_err(failure)
    }

    async fn post(
        &self,
        channel: &Channel,
        secret: Option<&str>,
        id: Uuid,
        message: &Message,
        now: OffsetDateTime,
    ) -> Result<(), Failure> {
        let body = match &channel.receiver {
            Receiver::Slack {} => message.for_slack(),
            Receiver::Teams {} => message.for_teams(),
            Receiver::Telegram { chat, .. } => message.for_telegram(chat),
            _ => message.for_program(),
        };
        let body = body.to_string();
        let address = channel.address(secret).ok_or_else(|| Failure::later("the channel has no address"))?;
        let mut request = Request::post(address)
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("camtally/", env!("CARGO_PKG_VERSION")));
        if matches!(channel.receiver, Receiver::WebHook { .. }) {
            let key = secret
                .and_then(signature::key)
                .ok_or_else(|| Failure::later("the web hook has no secret"))?;
            let (id, timestamp) = (id.to_string(), now.unix_timestamp());
            request = request
                .header("webhook-signature", signature::sign(&key, &id, timestamp, body.as_bytes()))
                .header("webhook-timestamp", timestamp)
                .header("webhook-id", id);
        }
        let request =
            request.body(Bytes::from(body)).map_err(|_| Failure::later("the channel's address is none"))?;
        // What the policy refuses today may be allowed tomorrow: every failure is tried again.
        let answer = self.client.send(request).await.map_err(|error| Failure::later(error.to_string()))?;
        judge(answer.status(), answer.headers())
    }
}

/// What an answer means. Its body is not shown: whoever may enter an address must not read through us what is there.
fn judge(status: StatusCode, headers: &HeaderMap) -> Result<(), Failure> {
    if status.is_success() {
        return Ok(());
    }
    if status == StatusCode::GONE {
        let reason = "the receiver is gone for good (410)".to_owned();
        return Err(Failure { reason, retry: false, wait: None });
    }
    let reason = match status.is_redirection() {
        true => format!("the receiver is elsewhere ({status}): enter its final address"),
        false => format!("the receiver answered {status}"),
    };
    let wait = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse::<u32>().ok());
    Err(Failure { reason, retry: true, wait: wait.map(|seconds| Duration::seconds(seconds.into())) })
}
