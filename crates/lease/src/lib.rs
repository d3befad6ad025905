//! Which worker watches which camera.
//!
//! A worker takes cameras by lease. It says every [`RENEW`] that it is there, and its leases go on for [`TERM`] from then on.
//! A worker that is gone no longer says so, and others take its cameras. One that only cannot reach the database stops
//! counting before its leases end, by its own monotonic clock ([`Held`]), so that no camera is counted twice.
//!
//! Each lease has an epoch, a number that is never used twice. It is in every event that is counted under it, with the time
//! of the database's clock at which that was written down ([`Stamp`]). [`Fence`] refuses what was written down after the
//! epoch's end, whoever sends it and however late: a worker that was stopped and goes on hours later adds nothing.
//!
//! All times are the database's. Each statement stands for itself: a lease does not hang on a connection.
//! PostgreSQL only: SQLite is a file beside one program.

mod fence;
mod held;
mod leases;
mod placement;
mod stamp;

use std::time::Duration;

use database::{Schema, step};

pub use fence::{Fence, Late};
pub use held::{Held, Holding};
pub use leases::{CameraReport, Error, Fleet, Granted, Leases, Renewal, Report, State, workers};
pub use placement::Placement;
pub use stamp::Stamp;

/// The tables of leases. They are no part of a backup: who has a camera at this moment is nothing to bring back.
pub const SCHEMA: Schema = Schema {
    ledger: "lease_schema",
    steps: &[step!("leases", "0001_leases.sql")],
    tables: &["lease_workers", "lease_cameras", "lease_epochs"],
};

/// How long a lease goes on after each sign of life.
pub const TERM: Duration = Duration::from_secs(10);
/// How often a worker gives one.
pub const RENEW: Duration = Duration::from_millis(1_500);
/// How long before its lease ends a worker stops counting. Longer than it takes from the look at the clock to the disk.
pub const MARGIN: Duration = Duration::from_millis(1_500);
