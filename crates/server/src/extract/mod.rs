//! What handlers take from a request. Everything is refused with a problem.

mod asked;
mod body;
mod caller;
#[allow(dead_code, reason = "nothing can be edited over HTTP yet")]
mod conditional;
mod paging;
mod times;

pub(crate) use asked::{Asked, directions, list};
pub(crate) use body::{Body, bytes as body_bytes, whole};
pub(crate) use caller::{Caller, Peer, Visitor};
pub(crate) use conditional::{ETag, IfMatch};
pub(crate) use paging::{Cursor, Limit, Listed};
pub(crate) use times::moment;

pub use caller::SignIn;
