//! Alert rules, alerts, and their delivery to people and machines.
//!
//! A [`Rule`] says what is to be noticed: too many people in a zone, a camera that is offline, an hour unlike the same
//! hours of earlier weeks. Whether it is so is a [`Reading`]; [`evaluate::step`] turns readings into alerts and is
//! pure, as is [`notices::due`], which says whom to tell what and when. An [`Alerts`] keeps rules, channels and alerts
//! in the database. What is to be told goes into the same transaction as what it tells of, as deliveries, and a
//! [`Sender`] tries each, with the same id every time, until it has arrived. So nothing is lost when the program dies,
//! and a receiver that knows the ids it has had gets nothing twice.
//!
//! What was not watched is [`Reading::Unknown`], which never begins an alert and never ends one.

mod alert;
mod backoff;
mod book;
mod channel;
mod error;
pub mod evaluate;
mod message;
pub mod notices;
mod outbox;
mod quiet;
mod readings;
mod rule;
mod sender;
pub mod signature;
mod tick;
mod transport;
mod unusual;

pub use alert::{Acknowledged, Alert, AlertQuery, Resolved};
pub use backoff::Schedule;
pub use book::{Alerts, Kept, SCHEMA};
pub use channel::{Channel, Receiver, Vault};
pub use error::{Error, Result};
pub use evaluate::Reading;
pub use message::{Message, Topic};
pub use outbox::{Delivery, DeliveryState};
pub use quiet::{QuietHours, Weekday};
pub use readings::{CameraState, Read, Readings, Site, StoreReadings};
pub use rule::{Condition, Counted, Escalation, Place, Rule, Severity, Side, Threshold};
pub use sender::{Clock, Sender};
pub use tick::Ticked;
pub use transport::{Failure, Publish, Transport};
pub use unusual::{Verdict, verdict};
