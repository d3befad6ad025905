//! Where tracks went lately, kept small, and what other rules would have counted.
//!
//! Whoever draws a line wants to see where people walk, and what the line would have counted, before it is in force. So
//! [`Paths`] keeps of one camera what its tracks did, without any picture: of the last hour a thinned path of each track,
//! and of the last ten minutes every observation. [`Paths::between`] gives the paths, [`Paths::ends`] says where
//! tracks begin and end, and [`Recent::count`] counts the ten minutes by any rules, with the
//! [`Counter`](counting::Counter) that counts the camera.
//!
//! It is pure: time comes in with the frames. Its size is bounded by numbers, whatever the camera shows; the oldest goes
//! first.

mod kept;
mod path;
mod recent;

pub use kept::{Look, Paths, Walked};
pub use path::{Path, Step};
pub use recent::{Happened, Recent, Tried};
