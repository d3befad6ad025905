//! Outgoing connections to addresses that people entered.
//!
//! Whoever may enter the address of a web hook could make the program ask its own network for things: the database
//! beside it, the router, the cloud's metadata service (server-side request forgery). So there is one way out.
//! A [`Policy`] says which addresses may be reached. A [`Client`] resolves a name once, checks every address that
//! it stands for, and connects to a checked address and no other: what the name means a moment later does not
//! matter. It follows no redirects, and time and size have limits.
//!
//! ```
//! use egress::Policy;
//! let policy = Policy::public(vec!["10.1.0.0/16".parse()?]);
//! assert!(policy.allows("10.1.2.3".parse()?), "because it was allowed");
//! assert!(!policy.allows("10.2.2.3".parse()?));
//! assert!(!policy.allows("::ffff:127.0.0.1".parse()?), "however it is written");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod client;
mod error;
mod policy;
mod resolve;
mod tls;

pub use client::{Client, Limits};
pub use error::{Error, Result};
pub use policy::Policy;
pub use resolve::{Resolve, Resolving, SystemResolver};
pub use tls::tls_config;

pub use ipnet::IpNet;
