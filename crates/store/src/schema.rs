//! The steps of the store's schema.

use database::{Step, step};

/// The table that keeps which steps the database has.
pub(crate) const LEDGER: &str = "_sqlx_migrations";

/// In order; the first is step 1.
pub(crate) const STEPS: [Step; 4] = [
    step!("events", "0001_events.sql"),
    step!("observed", "0002_observed.sql"),
    step!("heat maps", "0003_heat_maps.sql"),
    step!("arrivals", "0004_arrivals.sql"),
];
