//! Who changed what: an append-only log whose entries are chained by their hashes.
//!
//! [`append`] writes an [`Entry`] in the transaction of the change that it tells of, so neither is there without the
//! other. Each entry holds the hash of the one before. [`verify`] finds what was changed, removed, inserted or reordered
//! behind the program's back, and says which entries.
//!
//! Who can write to the database can also write a whole new chain. Against them, keep the [`Head`] that [`verify`]
//! gives somewhere else, and hand it to a later [`verify`]: a chain that was rewritten no longer leads to it.
//!
//! ```
//! use audit::{Actor, Entry, Object, Query};
//! use database::{Access, Database, Settings};
//! use time::OffsetDateTime;
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! # let folder = tempfile::tempdir().unwrap();
//! # let address = format!("sqlite:{}", folder.path().join("example.db").display());
//! let db = Database::open(&address, &Settings::default()).await?;
//! audit::migrate(&db).await?;
//! let mut tx = db.begin(Access::Add).await?;
//! // … the change itself …
//! let entry = Entry {
//!     time: OffsetDateTime::UNIX_EPOCH,
//!     actor: Actor::program(),
//!     action: "camera.rename",
//!     object: Object::new("camera", "entrance"),
//!     site: Some("main".to_owned()),
//!     before: Some(serde_json::json!({"name": "Door"})),
//!     after: Some(serde_json::json!({"name": "North door"})),
//! };
//! audit::append(&mut tx, entry).await?;
//! tx.commit().await?;
//!
//! assert_eq!(audit::list(&db, &Query::default()).await?.entries[0].object.id, "entrance");
//! assert!(audit::verify(&db, None).await?.is_intact());
//! # db.close().await;
//! # Ok::<(), database::Error>(())
//! # }).unwrap();
//! ```

mod append;
mod entry;
mod hash;
mod list;
mod mask;
mod row;
mod verify;

pub use append::append;
pub use entry::{Actor, ActorKind, Entry, Object, Recorded};
pub use hash::{Hash, Head, ParseHeadError};
pub use list::{Page, Query, list};
pub use verify::{Fault, Verified, verify};

use database::{Database, Result, Schema, step};

/// The log's tables, for backups.
pub const SCHEMA: Schema = Schema {
    ledger: "audit_schema",
    steps: &[step!("audit log", "0001_audit.sql")],
    tables: &["audit", "audit_head"],
};

/// Brings the log's tables up to date.
///
/// # Errors
/// As [`Database::migrate`].
pub async fn migrate(db: &Database) -> Result<()> {
    db.migrate(SCHEMA.ledger, SCHEMA.steps).await
}
