//! Everything that the database keeps, in one file, and back again.
//!
//! A backup is a tar archive, compressed with Zstandard, that any tool can open. Rows are JSON Lines in a form that both
//! databases take, so what was saved from SQLite can be restored into PostgreSQL, and the other way round. Its last
//! part, the manifest, lists every other part with its SHA-256: a file that ends early is known for one.
//!
//! [`save`] reads one state of the database, in one transaction that stops nobody. [`Backup::open`] reads a whole file
//! and checks it before anything is changed. [`Backup::restore`] makes the schema as it was when the backup was made and
//! fills it, in one transaction; the program then brings it up to date as after any update.
//!
//! A file may be hostile: what it names is only ever compared with what is known, and never becomes a path or a
//! statement. Memory is bounded by [`MAX_PART`], whatever it holds.

mod archive;
mod error;
mod manifest;
mod restore;
mod rows;
mod save;

pub use archive::{MAX_PART, check, check_archive};
pub use error::{Error, Result};
pub use manifest::{ColumnSaved, Format, Manifest, Part, TableSaved};
pub use restore::Backup;
pub use save::{About, Attachment, save};
