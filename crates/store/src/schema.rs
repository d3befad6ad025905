//! The steps of the store's schema.

use database::{Schema, step};

/// The store's tables, for backups.
pub const SCHEMA: Schema = Schema {
    ledger: "_sqlx_migrations",
    steps: &[
        step!("events", "0001_events.sql"),
        step!("observed", "0002_observed.sql"),
        step!("heat maps", "0003_heat_maps.sql"),
        step!("arrivals", "0004_arrivals.sql"),
    ],
    tables: &[
        "series",
        "events",
        "minutes",
        "quarters",
        "observed",
        "horizons",
        "heat_maps",
        "heat_map_parts",
        "arrivals",
    ],
};
