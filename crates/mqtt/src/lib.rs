//! Counts, states and events for an MQTT broker, with discovery for Home Assistant.
//!
//! [`Picture`] is how the cameras are at a moment. [`topics::retained`] says, purely, which topics that makes: numbers
//! as plain text, one topic each, and for each camera one description for Home Assistant. [`Connection`] keeps the
//! broker up to date with them. When the broker was away it gets them all again; of events, which are not kept, it gets
//! those of the last while.
//!
//! Nothing can be controlled by MQTT. The only thing that is listened for is Home Assistant's word that it has started.

mod connection;
mod discovery;
mod picture;
pub mod topics;

pub use connection::{Connection, Error, Settings, check};
pub use picture::{Camera, Line, Picture, Zone};
