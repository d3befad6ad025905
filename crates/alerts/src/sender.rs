//! Tries deliveries until they have arrived.

use std::collections::HashMap;
use std::sync::Arc;

use metrics::{counter, gauge};
use time::OffsetDateTime;
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::outbox::Claimed;
use crate::{Alerts, Channel, Failure, Kept, Message, Result, Schedule, Transport};

/// What tells the time.
pub type Clock = Arc<dyn Fn() -> OffsetDateTime + Send + Sync>;

/// How many deliveries to one channel go on at once. Each channel has its own, so a slow one delays nobody else.
const AT_ONCE: usize = 4;
/// How often is looked for what has become due; what is entered in this process is seen at once.
const LOOK: std::time::Duration = std::time::Duration::from_millis(500);

/// Tries deliveries until they have arrived.
#[derive(Clone)]
pub struct Sender {
    alerts: Alerts,
    transport: Transport,
    schedule: Schedule,
    clock: Clock,
}

impl Sender {
    /// A sender of what waits; nothing is sent before [`run`](Self::run).
    pub fn new(alerts: Alerts, transport: Transport, schedule: Schedule, clock: Clock) -> Self {
        Self { alerts, transport, schedule, clock }
    }

    /// Delivers until told to end. Tries that go on then are finished first.
    pub async fn run(self, mut ended: watch::Receiver<bool>) {
        let mut running = JoinSet::new();
        let mut busy: HashMap<Uuid, usize> = HashMap::new();
        while !*ended.borrow_and_update() {
            if let Err(error) = self.begin_due(&mut running, &mut busy).await {
                counter!("camtally_outbox_failures_total").increment(1);
                tracing::warn!(%error, "deliveries cannot be read; trying again");
            }
            tokio::select! {
                Some(done) = running.join_next() => release(&mut busy, done),
                () = self.alerts.bell.notified() => {}
                () = tokio::time::sleep(LOOK) => {}
                _ = ended.changed() => {}
            }
        }
        while running.join_next().await.is_some() {}
    }

    /// Sends a test to a channel at once, and says how it went.
    ///
    /// # Errors
    /// The channel cannot be read; the inner error says why the test did not arrive.
    pub async fn test(&self, channel: &Kept<Channel>) -> Result<Result<(), Failure>> {
        let (secret, now) = (self.alerts.secret(channel.id).await?, (self.clock)());
        let message = Message::test(&channel.value.name, now);
        let id = crate::book::new_id(now);
        Ok(self.transport.send(&channel.value, secret.as_deref(), id, &message, now).await)
    }

    async fn begin_due(&self, running: &mut JoinSet<Uuid>, busy: &mut HashMap<Uuid, usize>) -> Result<()> {
        let due = self.alerts.due((self.clock)()).await?;
        gauge!("camtally_deliveries_due").set(due.iter().map(|(_, count)| *count as f64).sum::<f64>());
        let free: Vec<_> = due
            .into_iter()
            .map(|(channel, _)| (channel, AT_ONCE - busy.get(&channel).copied().unwrap_or(0)))
            .filter(|(_, free)| *free > 0)
            .collect();
        if free.is_empty() {
            return Ok(());
        }
        let channels = self.alerts.every_channel().await?;
        for (id, free) in free {
            let Some(channel) = channels.iter().find(|kept| kept.id == id && kept.value.enabled) else {
                continue;
            };
            let secret = self.alerts.secret(id).await?;
            for claimed in self.alerts.claim(id, free, (self.clock)(), self.schedule.lease).await? {
                *busy.entry(id).or_default() += 1;
                let (sender, channel, secret) = (self.clone(), channel.clone(), secret.clone());
                running.spawn(async move {
                    sender.deliver(&channel, secret.as_deref(), claimed).await;
                    id
                });
            }
        }
        Ok(())
    }

    async fn deliver(&self, channel: &Kept<Channel>, secret: Option<&str>, claimed: Claimed) {
        let limit = std::time::Duration::try_from(self.schedule.lease * 0.8).unwrap_or_default();
        let sent = self.transport.send(&channel.value, secret, claimed.id, &claimed.message, (self.clock)());
        let sent = tokio::time::timeout(limit, Box::pin(sent)).await.unwrap_or_else(|_| {
            Err(Failure { reason: "it took too long".to_owned(), retry: true, wait: None })
        });
        let now = (self.clock)();
        let outcome = sent.map_err(|failure| {
            let next = self.schedule.next(claimed.created, now, claimed.tries, failure.wait, rand::random());
            (failure.reason, next.filter(|_| failure.retry))
        });
        let name = match &outcome {
            Ok(()) => "delivered",
            Err((_, Some(_))) => "put_off",
            Err((_, None)) => "given_up",
        };
        counter!("camtally_deliveries_total", "kind" => claimed.kind.clone(), "outcome" => name).increment(1);
        if let Err((reason, next)) = &outcome {
            tracing::warn!(channel = channel.value.name, id = %claimed.id, reason, ?next, "a delivery did not arrive");
        }
        // Failing that, it is delivered again when the lease ends, under the same id.
        if let Err(error) = self.alerts.note(claimed.id, now, outcome).await {
            tracing::warn!(%error, id = %claimed.id, "how a delivery ended could not be noted");
        }
    }
}

fn release(busy: &mut HashMap<Uuid, usize>, done: Result<Uuid, tokio::task::JoinError>) {
    match done {
        Ok(channel) => {
            if let Some(count) = busy.get_mut(&channel) {
                *count -= 1;
                if *count == 0 {
                    busy.remove(&channel);
                }
            }
        }
        // Its place stays taken: better slow than wrong.
        Err(error) => tracing::error!(%error, "a delivery ended badly"),
    }
}
