//! A journal, a way to the broker, and somebody who keeps what comes.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use event::Event;
use journal::{Entry, Journal, Options, Status};
use lapin::{Connection, ConnectionProperties};
use tempfile::TempDir;
use transport::{BoxError, Broker, Drain, Intake, NotKept, Outlet, Publisher, Refused, Settings};
use uuid::Uuid;

use crate::rabbitmq::RabbitMq;

pub(crate) fn id(number: u32) -> Uuid {
    Uuid::from_u128(0x6f6c_5ee5_6a56_5c33_a3a3_0000_0000_0000 + u128::from(number))
}

pub(crate) fn event(number: u32) -> Event {
    let line = format!(
        r#"{{"id":"{}","kind":"observed","camera":"a","stream_time_s":2.0,"time":"2026-11-23T08:00:02.000Z","from":"2026-11-23T08:00:02.000Z","until":"2026-11-23T08:00:12.000Z","future":1}}"#,
        id(number)
    );
    Event::from_json(&line).unwrap()
}

pub(crate) async fn until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..600 {
        if tokio::task::block_in_place(&is_so) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("waited in vain for {what}");
}

pub(crate) struct Place {
    address: String,
    folder: TempDir,
}

/// Sends what the journal has.
pub(crate) struct Sending(Publisher);

impl Outlet for Sending {
    async fn take(&mut self, entries: &[Entry]) -> Result<(), BoxError> {
        Ok(self.0.send(entries).await?)
    }

    fn tried(&self, _: &Status, _: Result<(), &str>) {}
}

impl Place {
    pub(crate) fn new(rabbit: &RabbitMq) -> Self {
        Self { address: rabbit.address(), folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn broker(&self) -> Broker {
        let name = "test".to_owned();
        Broker::new(&Settings { address: self.address.clone(), password: None, certificates: None, name })
            .unwrap()
    }

    pub(crate) fn journal(&self) -> Journal {
        Journal::open(&self.folder.path().join("journal"), Options::default()).unwrap().0
    }

    pub(crate) fn outlet(&self) -> Sending {
        Sending(Publisher::new(self.broker(), Box::new(|_| Some("north".to_owned()))))
    }

    /// Sends these events in one message.
    pub(crate) async fn send(&self, numbers: std::ops::Range<u32>) {
        let mut journal = self.journal();
        journal.append(&numbers.map(event).collect::<Vec<_>>()).unwrap();
        let drain = Drain::start(&journal, self.outlet());
        assert!(drain.caught_up(Duration::from_secs(30)).await);
        drain.end().await;
    }

    pub(crate) async fn connection(rabbit: &RabbitMq) -> Connection {
        Connection::connect(&rabbit.address(), ConnectionProperties::default()).await.unwrap()
    }

    /// How many dead letters there are.
    pub(crate) fn dead(&self) -> u32 {
        tokio::runtime::Handle::current().block_on(self.broker().look()).unwrap().1
    }
}

/// Keeps what comes, in its order.
#[derive(Clone, Default)]
pub(crate) struct Kept {
    events: Arc<Mutex<Vec<Event>>>,
    refused: Arc<Mutex<BTreeSet<Uuid>>>,
    end_at: Arc<Mutex<Option<Uuid>>>,
    pub(crate) away: Arc<AtomicBool>,
    pub(crate) ended: Arc<AtomicUsize>,
    tried: Arc<AtomicUsize>,
}

impl Kept {
    pub(crate) fn ids(&self) -> Vec<Uuid> {
        self.events.lock().unwrap().iter().map(|event| event.id).collect()
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        self.events.lock().unwrap().clone()
    }

    pub(crate) fn refuse(&self, id: Uuid) {
        self.refused.lock().unwrap().insert(id);
    }

    pub(crate) fn refuse_none(&self) {
        self.refused.lock().unwrap().clear();
    }

    /// Panics when this event comes.
    pub(crate) fn end_at(&self, id: Uuid) {
        *self.end_at.lock().unwrap() = Some(id);
    }

    pub(crate) fn tried(&self) -> usize {
        self.tried.load(Ordering::SeqCst)
    }
}

impl Intake for Kept {
    async fn keep(&mut self, events: &[Event]) -> Result<Vec<Refused>, NotKept> {
        if self.away.load(Ordering::SeqCst) {
            return Err(NotKept { may_pass: true, reason: "it is away".to_owned() });
        }
        let end_at = *self.end_at.lock().unwrap();
        if events.iter().any(|event| Some(event.id) == end_at) {
            self.ended.fetch_add(1, Ordering::SeqCst);
            panic!("the test ends it");
        }
        let refused = self.refused.lock().unwrap().clone();
        let (no, yes): (Vec<_>, Vec<_>) =
            events.iter().cloned().partition(|event| refused.contains(&event.id));
        self.events.lock().unwrap().extend(yes);
        let refuse = |event: Event| Refused { id: event.id, reason: "never this one".to_owned() };
        Ok(no.into_iter().map(refuse).collect())
    }

    async fn is_there(&self) -> bool {
        true
    }

    fn tried(&self, _: Result<(), &str>) {
        self.tried.fetch_add(1, Ordering::SeqCst);
    }
}
