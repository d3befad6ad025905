//! Where a camera is, with its secrets: parsed once, shown without them.
//!
//! An address may hold a password in more places than one: before the host, in the query, or behind a `=` in the path.
//! [`LiveSource`] keeps all of it for the one who connects, and shows none of it to anybody else.
//! [`LiveSource::without_credentials`] takes user and password out of an address that somebody pasted, so that they can be
//! kept apart. [`redaction`] does the same for texts that are no proper addresses.
//!
//! The crate is pure: nothing is opened or looked up.

pub mod redaction;
mod source;

pub use source::{BadAddress, Credentials, Kind, LiveSource, NetworkAddress};
