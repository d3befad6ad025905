//! One way to speak to two databases: SQLite, a file beside the program, and PostgreSQL, a server.
//!
//! Those who keep something here write each statement once: values are `$1`, `$2`, …, rows are tuples. What the two say
//! differently is asked of [`Dialect`]. Each of them has steps of a schema of its own, see [`Database::migrate`].
//!
//! ```
//! use database::{Access, Database, Settings, Value};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! # let folder = tempfile::tempdir().unwrap();
//! # let address = format!("sqlite:{}", folder.path().join("example.db").display());
//! let db = Database::open(&address, &Settings::default()).await?;
//! let mut tx = db.begin(Access::Add).await?;
//! tx.execute("CREATE TABLE doors (name TEXT NOT NULL, people BIGINT NOT NULL)", vec![]).await?;
//! let door = vec![Value::Text("north".to_owned()), Value::Int(12)];
//! tx.execute("INSERT INTO doors VALUES ($1, $2)", door).await?;
//! tx.commit().await?;
//! let rows: Vec<(String, i64)> = db.fetch("SELECT name, people FROM doors", vec![]).await?;
//! assert_eq!(rows, [("north".to_owned(), 12)]);
//! # db.close().await;
//! # Ok::<(), database::Error>(())
//! # }).unwrap();
//! ```

mod bulk;
mod connection;
mod copy;
mod error;
pub mod instant;
mod schema;
mod statement;

pub use bulk::Column;
pub use connection::{Access, Database, Settings, Tx};
pub use copy::{Cell, Kind, TableColumn};
pub use error::{Error, Result};
pub use schema::{Schema, Step};
pub use statement::{Answer, Dialect, FromRow, Value};
