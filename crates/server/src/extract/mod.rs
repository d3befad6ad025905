//! What handlers take from a request. Everything is refused with a problem.

mod asked;
mod body;
mod caller;
mod conditional;
mod paging;
mod path;
mod times;

pub(crate) use asked::{Asked, directions, list};
pub(crate) use body::{Body, bytes as body_bytes, whole};
pub(crate) use caller::{Caller, Peer, Visitor, not_allowed};
pub(crate) use conditional::{ETag, IfMatch};
pub(crate) use paging::{Cursor, Limit, Listed};
pub(crate) use path::Path;
pub(crate) use times::moment;

pub use caller::SignIn;
