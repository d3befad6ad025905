//! What stands in the broker, and why.
//!
//! `deploy/rabbitmq/definitions.json` says the same for those who prepare a broker beforehand; a test holds the two against
//! each other. A program makes what is missing, and leaves alone what is there.

use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::protocol::{AMQPErrorKind, AMQPSoftError};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, Connection, ErrorKind, ExchangeKind};
use serde_json::{Value, json};

use crate::Result;

/// Where workers send events: a topic exchange. Whoever wants the events of one site binds a queue of their own to
/// `event.SITE`.
pub const EVENTS: &str = "camtally.events";
/// The queue that is taken in.
pub const INGEST: &str = "camtally.ingest";
/// Where goes what cannot be taken in, and the queue behind it.
pub const DEAD_LETTERS: &str = "camtally.dead-letters";

/// How often a message is handed out anew before the broker puts it aside. It counts how often an ingest ended while it had
/// the message, not how often the store was away.
pub const DELIVERY_LIMIT: i64 = 20;
/// How much the queue holds. Then the broker takes no more, and events stay in the workers' journals.
pub const MAX_QUEUE_BYTES: i64 = 4 << 30;

/// An argument of a queue.
enum Argument {
    Text(&'static str),
    Number(i64),
}

struct Queue {
    name: &'static str,
    /// The exchange that it is bound to, and the key.
    bound: (&'static str, &'static str),
    arguments: &'static [(&'static str, Argument)],
}

const EXCHANGES: [(&str, &str); 2] = [(EVENTS, "topic"), (DEAD_LETTERS, "fanout")];

const QUEUES: [Queue; 2] = [
    Queue {
        name: INGEST,
        bound: (EVENTS, "event.#"),
        arguments: &[
            // Each message is on the disks of a majority before it is confirmed.
            ("x-queue-type", Argument::Text("quorum")),
            ("x-delivery-limit", Argument::Number(DELIVERY_LIMIT)),
            ("x-dead-letter-exchange", Argument::Text(DEAD_LETTERS)),
            // Otherwise a dead letter may be lost on its way from one queue to the other.
            ("x-dead-letter-strategy", Argument::Text("at-least-once")),
            ("x-overflow", Argument::Text("reject-publish")),
            ("x-max-length-bytes", Argument::Number(MAX_QUEUE_BYTES)),
        ],
    },
    Queue {
        name: DEAD_LETTERS,
        bound: (DEAD_LETTERS, "#"),
        arguments: &[("x-queue-type", Argument::Text("quorum"))],
    },
];

impl Queue {
    fn table(&self) -> FieldTable {
        let mut table = FieldTable::default();
        for (name, value) in self.arguments {
            let value = match value {
                Argument::Text(text) => AMQPValue::LongString((*text).into()),
                Argument::Number(number) => AMQPValue::LongLongInt(*number),
            };
            table.insert((*name).into(), value);
        }
        table
    }
}

/// The routing key of a site's events; of no site's in the place of a camera that is no longer known.
pub fn key(site: Option<&str>) -> String {
    // No id of a site has an underscore.
    format!("event.{}", site.unwrap_or("_"))
}

/// Makes what is missing.
///
/// # Errors
/// When the broker refuses: something of that name is there and is another thing, or the user may not make it.
pub(crate) async fn ensure(connection: &Connection) -> Result<()> {
    // Whoever may only send and receive can see that all is there, and need not be allowed to make it.
    let channel = connection.create_channel().await?;
    match look(&channel).await {
        Ok(()) => Ok(channel.close(200, "seen".into()).await?),
        Err(error) if is_missing(&error) => {
            let channel = connection.create_channel().await?;
            declare(&channel).await?;
            Ok(channel.close(200, "made".into()).await?)
        }
        Err(error) => Err(error.into()),
    }
}

async fn look(channel: &Channel) -> lapin::Result<()> {
    for (name, kind) in EXCHANGES {
        let options = ExchangeDeclareOptions { passive: true, durable: true, ..Default::default() };
        channel.exchange_declare(name.into(), self::kind(kind), options, FieldTable::default()).await?;
    }
    for queue in &QUEUES {
        let options = QueueDeclareOptions { passive: true, durable: true, ..Default::default() };
        channel.queue_declare(queue.name.into(), options, FieldTable::default()).await?;
    }
    Ok(())
}

fn is_missing(error: &lapin::Error) -> bool {
    matches!(error.kind(), ErrorKind::ProtocolError(error)
        if matches!(error.kind(), AMQPErrorKind::Soft(AMQPSoftError::NOTFOUND)))
}

/// Declares everything. What is there must be the same.
///
/// # Errors
/// When something of that name is there and is another thing, or the user may not make it.
pub async fn declare(channel: &Channel) -> Result<()> {
    for (name, kind) in EXCHANGES {
        let options = ExchangeDeclareOptions { durable: true, ..Default::default() };
        channel.exchange_declare(name.into(), self::kind(kind), options, FieldTable::default()).await?;
    }
    for queue in &QUEUES {
        let options = QueueDeclareOptions { durable: true, ..Default::default() };
        channel.queue_declare(queue.name.into(), options, queue.table()).await?;
        let (exchange, key) = queue.bound;
        let options = QueueBindOptions::default();
        channel
            .queue_bind(queue.name.into(), exchange.into(), key.into(), options, FieldTable::default())
            .await?;
    }
    Ok(())
}

fn kind(name: &str) -> ExchangeKind {
    if name == "topic" { ExchangeKind::Topic } else { ExchangeKind::Fanout }
}

/// How many messages wait in a queue.
pub(crate) async fn waiting(channel: &Channel, queue: &str) -> Result<u32> {
    let options = QueueDeclareOptions { passive: true, durable: true, ..Default::default() };
    Ok(channel.queue_declare(queue.into(), options, FieldTable::default()).await?.message_count())
}

/// The same as RabbitMQ reads it: `rabbitmqctl import_definitions`, or `load_definitions` in its configuration.
pub fn definitions() -> Value {
    let vhost = "/";
    let exchanges = EXCHANGES.iter().map(|(name, kind)| {
        json!({"name": name, "vhost": vhost, "type": kind, "durable": true, "auto_delete": false, "internal": false,
            "arguments": {}})
    });
    let queues = QUEUES.iter().map(|queue| {
        let arguments = queue.arguments.iter().map(|(name, value)| {
            let value = match value {
                Argument::Text(text) => json!(text),
                Argument::Number(number) => json!(number),
            };
            ((*name).to_owned(), value)
        });
        let arguments: serde_json::Map<_, _> = arguments.collect();
        json!({"name": queue.name, "vhost": vhost, "durable": true, "auto_delete": false, "arguments": arguments})
    });
    let bindings = QUEUES.iter().map(|queue| {
        json!({"source": queue.bound.0, "vhost": vhost, "destination": queue.name, "destination_type": "queue",
            "routing_key": queue.bound.1, "arguments": {}})
    });
    json!({
        "vhosts": [{"name": vhost}],
        "exchanges": exchanges.collect::<Vec<_>>(),
        "queues": queues.collect::<Vec<_>>(),
        "bindings": bindings.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definitions_file_says_what_the_code_declares() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/rabbitmq/definitions.json");
        let text = format!("{:#}\n", definitions());
        if std::env::var_os("CAMTALLY_UPDATE_DOCS").is_some() {
            std::fs::write(path, &text).unwrap();
        }
        assert_eq!(
            std::fs::read_to_string(path).unwrap(),
            text,
            "run with CAMTALLY_UPDATE_DOCS=1 to write it anew"
        );
    }

    #[test]
    fn no_site_is_told_from_every_site() {
        assert_eq!((key(Some("north")), key(None)), ("event.north".to_owned(), "event._".to_owned()));
    }
}
