//! What could not be taken in, with the reason: to be looked at, sent again, or thrown away by somebody who decides that.

use std::fmt;

use lapin::message::{BasicGetMessage, Delivery};
use lapin::options::{BasicAckOptions, BasicGetOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel};
use metrics::counter;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use crate::broker::Link;
use crate::{Broker, Error, Result, message, publisher, topology};

/// Headers of a dead letter: why it is one, and the key that it was sent with.
const REASON: &str = "camtally-reason";
const KEY: &str = "camtally-key";
/// The longest key that AMQP can write.
const LONGEST_KEY: usize = 255;
/// The longest reason that is kept.
const LONGEST_REASON: usize = 1_000;

/// A message, or a part of one, that cannot be taken in.
pub(crate) struct Dead {
    key: String,
    body: Vec<u8>,
    properties: BasicProperties,
}

impl Dead {
    pub(crate) fn of(delivery: &Delivery, body: &[u8], reason: &str) -> Self {
        let version = message::version(&delivery.properties);
        let key = delivery.routing_key.to_string();
        let reason: String = reason.chars().take(LONGEST_REASON).collect();
        tracing::error!(key, reason, "what came from the queue is put among the dead letters");
        let mut headers = FieldTable::default();
        headers.insert(REASON.into(), AMQPValue::LongString(reason.into()));
        headers.insert(KEY.into(), AMQPValue::LongString(key.as_str().into()));
        headers.insert(message::VERSION_HEADER.into(), AMQPValue::LongLongInt(version));
        let now = u64::try_from(OffsetDateTime::now_utc().unix_timestamp()).unwrap_or(0);
        let mut properties =
            BasicProperties::default().with_delivery_mode(2).with_headers(headers).with_timestamp(now);
        if let Some(sender) = delivery.properties.app_id() {
            properties = properties.with_app_id(sender.clone());
        }
        Self { key, body: body.to_vec(), properties }
    }
}

/// Puts messages among the dead letters; returns when they are there.
pub(crate) async fn put(channel: &Channel, dead: Vec<Dead>) -> Result<()> {
    let count = dead.len();
    let messages = dead.iter().map(|dead| {
        (topology::DEAD_LETTERS, dead.key.as_str(), dead.body.as_slice(), dead.properties.clone())
    });
    publisher::send(channel, messages.collect()).await?;
    counter!("camtally_dead_letters_total").increment(count as u64);
    Ok(())
}

/// A dead letter, as it lies in its queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// Made from what is in it: the same bytes have the same id.
    pub id: String,
    /// Why it is one.
    pub reason: String,
    /// The key that it was sent with.
    pub key: String,
    /// Who sent it, as far as it says so.
    pub sender: Option<String>,
    /// When it was put aside, as far as it says so.
    pub since: Option<OffsetDateTime>,
    /// The version of its form.
    pub version: i64,
    /// What is in it.
    pub body: Vec<u8>,
}

impl DeadLetter {
    fn read(delivery: &Delivery) -> Self {
        let properties = &delivery.properties;
        let text = |name: &str| {
            message::header(properties, name).and_then(|value| value.as_str().map(str::to_owned))
        };
        // What the broker says of those that it put aside by itself.
        let deaths = message::header(properties, "x-death");
        let death = deaths.as_ref().and_then(|deaths| deaths.get(0));
        let reason = text(REASON).unwrap_or_else(|| match death.and_then(|death| death["reason"].as_str()) {
            Some("delivery_limit") => format!(
                "it was handed out more than {} times: whoever took it in ended before it was done",
                topology::DELIVERY_LIMIT
            ),
            Some(reason) => format!("the broker put it aside: {reason}"),
            None => "it does not say".to_owned(),
        });
        let first_key = |death: &serde_json::Value| death["routing-keys"][0].as_str().map(str::to_owned);
        let seconds = properties.timestamp().map(|seconds| seconds as i64);
        let seconds = seconds.or_else(|| death.and_then(|death| death["time"].as_i64()));
        Self {
            id: id(&delivery.data),
            reason,
            key: text(KEY)
                .or_else(|| death.and_then(first_key))
                .filter(|key| key.len() <= LONGEST_KEY)
                .unwrap_or_else(|| delivery.routing_key.to_string()),
            sender: properties.app_id().as_ref().map(ToString::to_string),
            since: seconds.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok()),
            version: message::version(properties),
            body: delivery.data.clone(),
        }
    }
}

fn id(body: &[u8]) -> String {
    Sha256::digest(body).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// The dead letters of a broker, held by this program: until it ends, nobody else sees them.
pub struct DeadLetters {
    link: Link,
    sender: String,
    held: Vec<(DeadLetter, Delivery)>,
}

impl fmt::Debug for DeadLetters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeadLetters").field("held", &self.held.len()).finish_non_exhaustive()
    }
}

impl DeadLetters {
    /// Takes hold of the oldest, at most `most` of them.
    ///
    /// # Errors
    /// When the broker is away or refuses.
    pub async fn open(broker: &Broker, most: usize) -> Result<Self> {
        let link = broker.connect().await?;
        let mut held = Vec::new();
        while held.len() < most {
            let got =
                link.channel.basic_get(topology::DEAD_LETTERS.into(), BasicGetOptions::default()).await?;
            let Some(BasicGetMessage { delivery, .. }) = got else { break };
            held.push((DeadLetter::read(&delivery), delivery));
        }
        Ok(Self { link, sender: broker.name().to_owned(), held })
    }

    /// Those that are held, oldest first.
    pub fn all(&self) -> impl Iterator<Item = &DeadLetter> {
        self.held.iter().map(|(letter, _)| letter)
    }

    /// One of them.
    ///
    /// # Errors
    /// When there is none of that id.
    pub fn get(&self, id: &str) -> Result<&DeadLetter> {
        self.all().find(|letter| letter.id == id).ok_or_else(|| Error::NoDeadLetter(id.to_owned()))
    }

    /// Sends one again to be taken in, as it is; it is no dead letter any more.
    ///
    /// # Errors
    /// When there is none of that id, or the broker refuses. It may then be in both queues.
    pub async fn replay(&mut self, id: &str) -> Result<()> {
        let letter = self.get(id)?;
        let properties = message::properties(&self.sender, letter.version);
        let message = (topology::EVENTS, letter.key.as_str(), letter.body.as_slice(), properties);
        publisher::send(&self.link.channel, vec![message]).await?;
        self.remove(id).await
    }

    /// Throws one away, for good.
    ///
    /// # Errors
    /// When there is none of that id, or the broker refuses.
    pub async fn remove(&mut self, id: &str) -> Result<()> {
        let at = self.held.iter().position(|(letter, _)| letter.id == id);
        let at = at.ok_or_else(|| Error::NoDeadLetter(id.to_owned()))?;
        self.held[at].1.ack(BasicAckOptions::default()).await?;
        self.held.remove(at);
        Ok(())
    }

    /// Lets go of the others: they are in their queue as before.
    pub async fn close(self) {
        self.link.close().await;
    }
}
