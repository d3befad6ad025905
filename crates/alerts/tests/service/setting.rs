//! What a case works with.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use alerts::{
    Alerts, Channel, Clock, Condition, Kept, Place, Read, Reading, Readings, Receiver, Result, Rule,
    Schedule, Sender, Severity, Side, Threshold, Transport, Vault, signature,
};
use database::{Access, Database, Settings};
use egress::{Client, Limits, Policy, tls_config};
use jiff::tz::TimeZone;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use tokio::sync::watch;
use uuid::Uuid;

/// When cases begin: a Monday.
pub(crate) const START: OffsetDateTime = datetime!(2026-11-23 8:00 UTC);
/// The key of every web hook here.
pub(crate) const KEY: [u8; 32] = [7; 32];

/// A vault that can be looked through: what is kept is the secret turned over, with its place.
pub(crate) struct Turned;

impl Vault for Turned {
    fn seal(&self, secret: &[u8], place: &str) -> Result<Vec<u8>, String> {
        Ok(format!("{place}|{}", String::from_utf8_lossy(secret).chars().rev().collect::<String>())
            .into_bytes())
    }

    fn unseal(&self, sealed: &[u8], place: &str) -> Result<Vec<u8>, String> {
        let text = String::from_utf8_lossy(sealed);
        let turned = text.strip_prefix(&format!("{place}|")).ok_or("it was sealed for another place")?;
        Ok(turned.chars().rev().collect::<String>().into_bytes())
    }
}

/// Numbers that the case sets, by the rule's name.
#[derive(Clone, Default)]
pub(crate) struct Numbers(pub(crate) Arc<Mutex<HashMap<String, Reading>>>);

impl Numbers {
    pub(crate) fn set(&self, rule: &str, value: f64) {
        self.0.lock().unwrap().insert(rule.to_owned(), Reading::Value(value));
    }
}

impl Readings for Numbers {
    fn read<'a>(&'a mut self, rule: &'a Rule, _: OffsetDateTime) -> Read<'a> {
        let reading = self.0.lock().unwrap().get(&rule.name).copied().unwrap_or(Reading::Unknown);
        Box::pin(async move { Ok(vec![(String::new(), reading)]) })
    }

    fn time_zone(&self, _: &str) -> TimeZone {
        TimeZone::UTC
    }
}

pub(crate) struct Setting {
    pub(crate) address: String,
    pub(crate) alerts: Alerts,
    pub(crate) numbers: Numbers,
}

impl Setting {
    pub(crate) async fn new(address: &str) -> Self {
        let db = Database::open(address, &Settings::default()).await.unwrap();
        let alerts = Alerts::open(db, Arc::new(Turned)).await.unwrap();
        Self { address: address.to_owned(), alerts, numbers: Numbers::default() }
    }

    pub(crate) async fn tick(&self, seconds: i64) -> (usize, usize) {
        let now = START + Duration::seconds(seconds);
        let ticked = self.alerts.tick(&mut self.numbers.clone(), now).await.unwrap();
        (ticked.fired, ticked.resolved)
    }

    pub(crate) async fn add_rule(&self, rule: &Rule) -> Kept<Rule> {
        let mut tx = self.alerts.database().begin(Access::Add).await.unwrap();
        let kept = self.alerts.add_rule(&mut tx, rule, START).await.unwrap();
        tx.commit().await.unwrap();
        kept
    }

    pub(crate) async fn add_channel(&self, receiver: Receiver, secret: Option<&str>) -> Kept<Channel> {
        let mut tx = self.alerts.database().begin(Access::Add).await.unwrap();
        let kept = self.alerts.add_channel(&mut tx, &channel(receiver), secret, START).await.unwrap();
        tx.commit().await.unwrap();
        kept
    }

    pub(crate) async fn web_hook(&self, url: &str, events: &[&str]) -> Uuid {
        let events = events.iter().map(|kind| (*kind).to_owned()).collect();
        let receiver = Receiver::WebHook { url: url.to_owned(), events };
        self.add_channel(receiver, Some(&signature::secret(KEY))).await.id
    }

    /// Sends until it is dropped, with pauses of milliseconds.
    pub(crate) fn send(&self, allowed: &[&str]) -> Sending {
        let (end, ended) = watch::channel(false);
        tokio::spawn(sender(self.alerts.clone(), allowed).run(ended));
        Sending(end)
    }
}

pub(crate) struct Sending(watch::Sender<bool>);

impl Drop for Sending {
    fn drop(&mut self) {
        self.0.send(true).ok();
    }
}

/// A sender whose clock began with the case: cases begin on a fixed day, and pauses pass in real time.
pub(crate) fn sender(alerts: Alerts, allowed: &[&str]) -> Sender {
    let began = OffsetDateTime::now_utc();
    sender_by(alerts, allowed, Arc::new(move || START + (OffsetDateTime::now_utc() - began)))
}

pub(crate) fn sender_by(alerts: Alerts, allowed: &[&str], clock: Clock) -> Sender {
    let policy = Policy::public(allowed.iter().map(|network| network.parse().unwrap()).collect());
    let limits = Limits { total: std::time::Duration::from_secs(5), ..Limits::default() };
    let transport =
        Transport { client: Client::new(policy, tls_config([]), limits), mailer: None, mqtt: None };
    let schedule = Schedule {
        first: Duration::milliseconds(20),
        longest: Duration::milliseconds(200),
        give_up: Duration::hours(1),
        lease: Duration::seconds(2),
    };
    Sender::new(alerts, transport, schedule, clock)
}

pub(crate) fn channel(receiver: Receiver) -> Channel {
    Channel { name: "shop".to_owned(), site: "main".to_owned(), receiver, enabled: true }
}

/// More than 50 at the site.
pub(crate) fn rule(name: &str, channels: &[Uuid]) -> Rule {
    Rule {
        name: name.to_owned(),
        site: "main".to_owned(),
        severity: Severity::Warning,
        condition: Condition::Occupancy {
            place: Place::Site,
            threshold: Threshold { side: Side::Above, limit: 50.0, clear: Some(40.0) },
        },
        hold_s: 0,
        clear_s: 0,
        quiet: vec![],
        channels: channels.to_vec(),
        escalation: vec![],
        tell_resolved: true,
        enabled: true,
    }
}
