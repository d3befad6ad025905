//! Live sources: cameras on the network and on USB, and files replayed in real time.
//!
//! ```text
//! LiveSource ─► connection ─► decoder ─► worker ─► outbox ─► LiveReader
//!               libav, with   pictures   discipline: stamps to time      the consumer's
//!               time limits   + stamps   freeze: is anything new?        thread
//! ```
//!
//! Everything up to the outbox runs on the reader's own thread. `control` ends its waits.

mod backoff;
mod clock;
mod connection;
mod control;
mod description;
mod device;
mod discipline;
mod freeze;
#[cfg(fuzzing)]
pub mod fuzzing;
mod item;
mod options;
mod outage;
mod outbox;
mod queue;
mod reader;
mod resolve;
mod worker;

pub use clock::{Clock, SystemClock};
pub(crate) use control::Control;
pub use freeze::Freeze;
pub use item::{LiveFrame, LiveItem, LiveTime};
pub use options::{LiveOptions, Reach, Transport};
pub use outage::Outage;
pub use reader::{LiveReader, LiveStats, StopHandle};
