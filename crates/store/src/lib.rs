//! Where events are kept and asked for.
//!
//! One setting chooses the database: `sqlite:PATH`, a file beside the program, or `postgres://…`, a server.
//! Both have the same tables and answer the same; one suite of tests runs over both.
//!
//! [`Store::ingest`] keeps events and adds them to roll-ups in one transaction, each event once in effect,
//! however often and in which order it is delivered. [`Store::counts`] answers by minute, hour, day or week of
//! the site's clock, and says for each bucket how much of it was watched: nobody came and nobody looked are
//! different answers. [`Store::recount`] proves the roll-ups by the events.
//!
//! ```
//! use event::Event;
//! use store::{Bucket, CountQuery, Filter, Measure, Settings, Store, Zone};
//! use time::{Duration, OffsetDateTime};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! # let folder = tempfile::tempdir().unwrap();
//! # let address = format!("sqlite:{}", folder.path().join("store.db").display());
//! let store = Store::open(&address, &Settings::default()).await?;
//! let event = Event::from_json(r#"{"id":"6f6c5ee5-6a56-5c33-a3a3-6d0f6f0b7c11","kind":"crossing",
//!     "camera":"entrance","rule":"door","direction":"forward","class":"person","stream_time_s":12.34,
//!     "time":"2026-11-23T08:00:12.340Z"}"#).unwrap();
//! store.ingest(&[event.clone()]).await?;
//! assert_eq!(store.ingest(&[event.clone()]).await?.repeated, 1);
//!
//! let counts = store.counts(&CountQuery {
//!     from: event.time,
//!     until: event.time + Duration::hours(1),
//!     bucket: Bucket::Hour,
//!     zone: Zone::named("Asia/Ho_Chi_Minh")?,
//!     measure: Measure::Crossing,
//!     filter: Filter::default(),
//!     group: vec![],
//! }).await?;
//! assert_eq!(counts.groups[0].counts, [1, 0]);
//! # store.close().await;
//! # Ok::<(), store::Error>(())
//! # }).unwrap();
//! ```

mod answers;
mod arrivals;
mod counts;
mod dwell;
mod heat;
mod horizons;
mod ingest;
mod list;
mod occupancy;
mod open;
mod queue;
mod record;
mod recount;
mod retention;
mod rollup;
mod schema;
mod series;
mod slots;
mod watched;
mod zone;

pub use database::{Error, Result, Settings};

pub use arrivals::{Arrival, ArrivalsKept};
pub use counts::{CountGroup, CountQuery, Counts, GroupBy, GroupKey};
pub use dwell::{DwellQuery, DwellStats, Dwells, ZoneDwells};
pub use heat::{Heat, HeatPart};
pub use ingest::{Ingested, Refused};
pub use list::{Cursor, EventQuery, Page};
pub use occupancy::{Corrected, Entrance, SiteOccupancy, SiteQuery, ZoneOccupancy};
pub use open::Store;
pub use queue::{QueueQuery, QueueStats};
pub use recount::{Difference, Recount};
pub use retention::{Deleted, Retention};
pub use schema::SCHEMA;
pub use series::{Filter, Measure, Series};
pub use zone::{Bucket, Span, Zone};
