//! Messages from the broker, held until they are settled.

use std::collections::VecDeque;

use futures_util::{FutureExt as _, StreamExt as _};
use lapin::message::Delivery;
use lapin::options::{BasicAckOptions, BasicCancelOptions, BasicConsumeOptions, BasicQosOptions};
use lapin::types::FieldTable;

use crate::broker::Link;
use crate::{Broker, Error, Result, message, topology};

/// Messages that the broker hands out before any is settled.
const PREFETCH: u16 = 32;
/// Messages and bytes that are taken in at once.
const BATCH: usize = 16;
const BATCH_BYTES: usize = 2 << 20;
/// A message that was handed out so often may be what ends those who have it: it is taken alone.
const SUSPECT: i64 = 2;

/// A consumer of the queue. It begins with one message at a time: if that one ends the program again and again, its
/// neighbours are not counted as handed out with it.
pub(crate) struct Consumer {
    pub(crate) link: Link,
    messages: lapin::Consumer,
    /// Handed out, and not looked at yet.
    waiting: VecDeque<Delivery>,
    careful: bool,
}

impl Consumer {
    pub(crate) async fn open(broker: &Broker) -> Result<Self> {
        let link = broker.connect().await?;
        let messages = consume(&link, 1).await?;
        Ok(Self { link, messages, waiting: VecDeque::new(), careful: true })
    }

    /// The next messages, at least one. Waits for it.
    pub(crate) async fn next(&mut self) -> Result<Vec<Delivery>> {
        let first = match self.waiting.pop_front() {
            Some(first) => first,
            None => self.messages.next().await.ok_or(Error::Broker("the queue is gone".to_owned()))??,
        };
        let alone = is_suspect(&first);
        let mut bytes = first.data.len();
        let mut batch = vec![first];
        while !alone && batch.len() < BATCH && bytes < BATCH_BYTES {
            let next = match self.waiting.pop_front() {
                Some(next) => next,
                None => match self.messages.next().now_or_never() {
                    Some(next) => next.ok_or(Error::Broker("the queue is gone".to_owned()))??,
                    None => break,
                },
            };
            if is_suspect(&next) {
                self.waiting.push_front(next);
                break;
            }
            bytes += next.data.len();
            batch.push(next);
        }
        Ok(batch)
    }

    /// Says that these messages, and all before them, are done with.
    pub(crate) async fn settle(&mut self, batch: &[Delivery]) -> Result<()> {
        let Some(last) = batch.last() else { return Ok(()) };
        last.ack(BasicAckOptions { multiple: true }).await?;
        if std::mem::take(&mut self.careful) {
            self.link.channel.basic_cancel(self.messages.tag(), BasicCancelOptions::default()).await?;
            // What came between the two is not handed out again.
            while let Some(delivery) = self.messages.next().await {
                self.waiting.push_back(delivery?);
            }
            self.messages = consume(&self.link, PREFETCH).await?;
        }
        Ok(())
    }
}

async fn consume(link: &Link, prefetch: u16) -> Result<lapin::Consumer> {
    link.channel.basic_qos(prefetch, BasicQosOptions::default()).await?;
    let options = BasicConsumeOptions::default();
    let queue = topology::INGEST.into();
    Ok(link.channel.basic_consume(queue, "".into(), options, FieldTable::default()).await?)
}

fn is_suspect(delivery: &Delivery) -> bool {
    let count = message::header(&delivery.properties, "x-delivery-count");
    count.and_then(|count| count.as_i64()).is_some_and(|count| count >= SUSPECT)
}
