//! From the queue into the store.

use std::time::Duration;

use event::Event;
use lapin::message::Delivery;
use metrics::{counter, gauge};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::backoff::Backoff;
use crate::consume::Consumer;
use crate::dead_letters::{self, Dead};
use crate::message::Unpacked;
use crate::{Broker, Error, Result, message, topology};

/// Events that are handed to the intake at once.
const BATCH: usize = 5_000;
/// Tries of one message that the store refuses for a reason which a repeat should not change.
const TRIES: u32 = 5;
/// How many pauses a message is held for while the store is away; then the broker gets it back, and nothing is fetched until
/// the store answers. The broker takes messages back by itself from who holds them for half an hour, and counts that.
const HOLDS: u32 = 12;
/// How often it is looked how many dead letters there are.
const COUNT: Duration = Duration::from_secs(30);

/// Where events are kept.
pub trait Intake: Send + 'static {
    /// Keeps events, at most 5,000, each once in effect. When it returns well they outlive any crash, but those that it names
    /// as refused: they can never be kept.
    fn keep(&mut self, events: &[Event]) -> impl Future<Output = Result<Vec<Refused>, NotKept>> + Send;

    /// Whether it is there.
    fn is_there(&self) -> impl Future<Output = bool> + Send;

    /// Is told after each try how it went.
    fn tried(&self, outcome: Result<(), &str>);
}

/// An event that can never be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its id.
    pub id: Uuid,
    /// Why.
    pub reason: String,
}

/// Nothing was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotKept {
    /// Whether the same may be kept later.
    pub may_pass: bool,
    /// Why.
    pub reason: String,
}

/// The task that takes in.
pub struct Ingest {
    task: JoinHandle<()>,
    end: watch::Sender<bool>,
}

impl Ingest {
    /// Begins. While the broker or the intake is away it tries again, with growing pauses.
    pub fn start(broker: Broker, intake: impl Intake) -> Self {
        let (end, ended) = watch::channel(false);
        Self { task: tokio::spawn(run(broker, intake, ended)), end }
    }

    /// Returns if it ends by itself, which it does only when it has panicked.
    pub async fn failed(&mut self) {
        (&mut self.task).await.unwrap_or_default();
    }

    /// Ends it. What it held goes back to the queue.
    pub async fn end(self) {
        // It fails when the task has ended by itself.
        self.end.send(true).ok();
        if self.task.await.is_err() {
            tracing::error!("taking in ended badly; the queue keeps what was not taken in");
        }
    }
}

async fn run(broker: Broker, mut intake: impl Intake, mut ended: watch::Receiver<bool>) {
    let mut backoff = Backoff::default();
    loop {
        let failed = tokio::select! {
            failed = session(&broker, &mut intake, &mut backoff) => failed,
            _ = ended.changed() => return,
        };
        gauge!("camtally_broker_connected", "part" => "ingest").set(0.0);
        if let Err(error) = failed {
            tracing::warn!(%error, "nothing is taken in; trying again");
            intake.tried(Err(&error.to_string()));
        }
        tokio::select! {
            () = tokio::time::sleep(backoff.next()) => {}
            _ = ended.changed() => return,
        }
    }
}

/// Takes in until something fails.
async fn session(broker: &Broker, intake: &mut impl Intake, backoff: &mut Backoff) -> Result<()> {
    if !intake.is_there().await {
        return Err(Error::Broker("the store is away; the queue keeps what comes".to_owned()));
    }
    let mut consumer = Consumer::open(broker).await?;
    gauge!("camtally_broker_connected", "part" => "ingest").set(1.0);
    intake.tried(Ok(()));
    let mut count = tokio::time::interval(COUNT);
    loop {
        let batch = tokio::select! {
            batch = consumer.next() => batch?,
            _ = count.tick() => {
                let dead = topology::waiting(&consumer.link.channel, topology::DEAD_LETTERS).await?;
                gauge!("camtally_dead_letters").set(f64::from(dead));
                continue;
            }
        };
        take_in(&mut consumer, intake, batch).await?;
        backoff.reset();
        intake.tried(Ok(()));
    }
}

/// Takes messages in, together if that goes, else one by one.
async fn take_in(consumer: &mut Consumer, intake: &mut impl Intake, batch: Vec<Delivery>) -> Result<()> {
    let unpacked: Vec<Unpacked> = batch
        .iter()
        .map(|delivery| message::unpack(&delivery.data, message::version(&delivery.properties)))
        .collect();
    let events: Vec<Event> = unpacked.iter().flat_map(|unpacked| &unpacked.events).cloned().collect();
    match keep(intake, &events, 1).await? {
        Ok(refused) => {
            put_aside(consumer, &batch, &unpacked, &refused).await?;
            consumer.settle(&batch).await?;
        }
        Err(_) => {
            for (delivery, unpacked) in batch.iter().zip(&unpacked) {
                let (delivery, alone) = (std::slice::from_ref(delivery), std::slice::from_ref(unpacked));
                match keep(intake, &unpacked.events, TRIES).await? {
                    Ok(refused) => put_aside(consumer, delivery, alone, &refused).await?,
                    Err(reason) => {
                        let dead =
                            delivery.iter().map(|delivery| Dead::of(delivery, &delivery.data, &reason));
                        dead_letters::put(&consumer.link.channel, dead.collect()).await?;
                    }
                }
                consumer.settle(delivery).await?;
            }
        }
    }
    counter!("camtally_broker_events_received_total").increment(events.len() as u64);
    Ok(())
}

/// Keeps events, and tries again while that may help. Inside is why they cannot be kept however often it is tried.
async fn keep(
    intake: &mut impl Intake,
    events: &[Event],
    tries: u32,
) -> Result<Result<Vec<Refused>, String>> {
    let mut refused = Vec::new();
    for part in events.chunks(BATCH) {
        let (mut backoff, mut held, mut tried) = (Backoff::default(), 0, 0);
        loop {
            match intake.keep(part).await {
                Ok(more) => break refused.extend(more),
                Err(NotKept { may_pass, reason }) => {
                    tracing::warn!(reason, "events from the queue are not in the store yet");
                    intake.tried(Err(&reason));
                    tried += u32::from(!may_pass);
                    held += 1;
                    if tried >= tries {
                        return Ok(Err(reason));
                    }
                    if held > HOLDS {
                        return Err(Error::Broker(format!(
                            "the store is away, the queue has them back: {reason}"
                        )));
                    }
                    tokio::time::sleep(backoff.next()).await;
                }
            }
        }
    }
    Ok(Ok(refused))
}

/// Puts among the dead letters what of these messages is no event, or was refused.
async fn put_aside(
    consumer: &Consumer,
    batch: &[Delivery],
    unpacked: &[Unpacked],
    refused: &[Refused],
) -> Result<()> {
    let mut dead = Vec::new();
    for (delivery, unpacked) in batch.iter().zip(unpacked) {
        if let Some(reason) = &unpacked.reason {
            dead.push(Dead::of(delivery, &unpacked.rest, reason));
        }
        let is_refused = |id: Uuid| refused.iter().find(|refused| refused.id == id);
        if let Some(first) = unpacked.events.iter().find_map(|event| is_refused(event.id)) {
            let lines = message::lines(&unpacked.events, |id| is_refused(id).is_some());
            dead.push(Dead::of(delivery, &lines, &first.reason));
        }
    }
    dead_letters::put(&consumer.link.channel, dead).await
}
