//! Events to the broker.

use std::fmt;
use std::time::Duration;

use event::Event;
use futures_util::future::try_join_all;
use journal::Entry;
use lapin::BasicProperties;
use lapin::options::BasicPublishOptions;
use lapin::{Channel, Confirmation};
use metrics::{counter, gauge};

use crate::broker::Link;
use crate::{Broker, Error, Result, message, topology};

/// How long the broker may take to confirm what was sent at once.
const CONFIRM: Duration = Duration::from_secs(30);

/// Says to which site a camera belongs; none if it is not known any more.
pub type SiteOf = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Sends events, and knows when they are safe. Connects when it has to.
pub struct Publisher {
    broker: Broker,
    site_of: SiteOf,
    link: Option<Link>,
}

impl fmt::Debug for Publisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publisher").field("broker", &self.broker).finish_non_exhaustive()
    }
}

impl Publisher {
    /// Sends to a broker.
    pub fn new(broker: Broker, site_of: SiteOf) -> Self {
        Self { broker, site_of, link: None }
    }

    /// Sends events, and returns when the broker has confirmed all of them.
    ///
    /// # Errors
    /// When the broker is away, has no room, or does not confirm in time. Some of the events may be in the queue all the
    /// same; sending them again does no harm.
    pub async fn send(&mut self, entries: &[Entry]) -> Result<()> {
        let lines = entries.iter().map(|entry| {
            // What only a newer version can read goes on as it is.
            let camera = Event::from_json(&entry.json).ok().map(|event| event.camera);
            (entry.json.as_str(), camera.and_then(|camera| (self.site_of)(&camera)))
        });
        let messages = message::pack(lines);
        let link = match self.link.take().filter(Link::is_open) {
            Some(link) => link,
            None => {
                gauge!("camtally_broker_connected", "part" => "send").set(0.0);
                self.broker.connect().await?
            }
        };
        gauge!("camtally_broker_connected", "part" => "send").set(1.0);
        let sending = messages.iter().map(|message| {
            let properties = message::properties(self.broker.name(), message::VERSION);
            (topology::EVENTS, message.key.as_str(), message.body.as_slice(), properties)
        });
        match send(&link.channel, sending.collect()).await {
            Ok(()) => {
                self.link = Some(link);
                counter!("camtally_broker_events_sent_total").increment(entries.len() as u64);
                Ok(())
            }
            Err(error) => {
                // What is on its way on it would be confirmed to nobody.
                link.close().await;
                Err(error)
            }
        }
    }
}

/// Sends messages on a channel that confirms, and waits for the confirmation of all.
pub(crate) async fn send(
    channel: &Channel,
    messages: Vec<(&str, &str, &[u8], BasicProperties)>,
) -> Result<()> {
    let all = async {
        let mut confirmations = Vec::with_capacity(messages.len());
        for (exchange, key, body, properties) in messages {
            let options = BasicPublishOptions { mandatory: true, ..Default::default() };
            let confirmation =
                channel.basic_publish(exchange.into(), key.into(), options, body, properties).await?;
            confirmations.push(async move {
                let not_taken =
                    |reason: &str| Error::NotTaken { key: key.to_owned(), reason: reason.to_owned() };
                match confirmation.await? {
                    Confirmation::Ack(None) => Ok(()),
                    Confirmation::Ack(Some(_)) => Err(not_taken("no queue is bound for it")),
                    Confirmation::Nack(_) => {
                        Err(not_taken("the queue is full, or has no majority of its nodes"))
                    }
                    Confirmation::NotRequested => Err(not_taken("it does not confirm")),
                }
            });
        }
        try_join_all(confirmations).await?;
        Ok(())
    };
    tokio::time::timeout(CONFIRM, all).await.unwrap_or(Err(Error::Late { seconds: CONFIRM.as_secs() }))
}
