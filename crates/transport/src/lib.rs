//! Events on their way from the journal to the store.
//!
//! [`Drain`] reads a journal and hands its events to an [`Outlet`]; only when that has taken them for good does the journal
//! forget them. In a program that does everything itself the outlet is the store. Where many workers send to many that
//! take in, it is a [`Publisher`]: the events go through RabbitMQ, and [`Ingest`] hands them to an [`Intake`], which keeps
//! them.
//!
//! ```text
//! worker: journal → Drain → Publisher ┐                 ┌ Ingest → Intake: store
//!                                     ├ camtally.events → camtally.ingest
//! worker: journal → Drain → Publisher ┘                 └ what cannot be kept → camtally.dead-letters
//! ```
//!
//! # What is guaranteed
//!
//! - An event that is in a journal is in the queue, or still in the journal: it is acknowledged there when a majority of the
//!   broker's nodes has it on disk.
//! - An event that is in the queue is in the store, or among the dead letters, or still in the queue: a message is
//!   acknowledged when the store has committed its events.
//! - It may be sent and taken in more than once. The store knows an event by its id.
//! - What is no event, or can never be stored, goes to the dead letters with the reason, and does not hold up what comes
//!   behind it. Nothing is ever thrown away here.
//!
//! What stands in the broker is told by [`topology`], what stands in a message by [`message`].

mod backoff;
mod broker;
mod consume;
mod dead_letters;
mod drain;
mod error;
mod ingest;
pub mod message;
mod publisher;
pub mod topology;

pub use broker::{Broker, Settings};
pub use dead_letters::{DeadLetter, DeadLetters};
pub use drain::{Drain, Outlet};
pub use error::{BoxError, Error, Result};
pub use ingest::{Ingest, Intake, NotKept, Refused};
pub use publisher::{Publisher, SiteOf};
