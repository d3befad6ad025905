//! Who may do what.

mod rights;

pub use rights::{Caller, Rights, Role, Who};
