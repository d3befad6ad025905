//! What handlers take from a request. Everything is refused with a problem.

#![allow(dead_code, unused_imports, reason = "what changes something takes these")]

mod asked;
mod body;
mod caller;
mod conditional;
mod paging;
mod times;

pub(crate) use asked::{Asked, directions, list};
pub(crate) use body::{Body, bytes as body_bytes, whole};
pub(crate) use caller::{Caller, Peer};
pub(crate) use conditional::{ETag, IfMatch};
pub(crate) use paging::{Cursor, Limit, Listed};
pub(crate) use times::moment;

pub use caller::SignIn;
