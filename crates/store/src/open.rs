use std::fmt;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::db::Db;
use crate::series::Cache;
use crate::{Error, Result, schema};

/// How a store uses its database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The most connections at once. SQLite has one more, which writes.
    pub connections: u32,
    /// How long a call waits for a connection.
    pub acquire_timeout: Duration,
    /// How long one statement may take; PostgreSQL only.
    pub statement_timeout: Duration,
    /// How long a writer waits for the lock of another process; SQLite only.
    pub busy_timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connections: 8,
            acquire_timeout: Duration::from_secs(10),
            statement_timeout: Duration::from_secs(30),
            busy_timeout: Duration::from_secs(10),
        }
    }
}

/// Where events are kept. Clones share their connections.
#[derive(Clone)]
pub struct Store {
    pub(crate) db: Db,
    pub(crate) series: Arc<Cache>,
    /// For people, without a password.
    address: Arc<str>,
}

impl Store {
    /// Opens the database at an address, `sqlite:PATH` or `postgres://USER@HOST/DATABASE`, and brings its schema up
    /// to date. A file that is not there is made; a database on a server must be there.
    ///
    /// # Errors
    /// An address that is none, a database from a newer program, a step of the schema that fails, or a database
    /// that cannot be reached.
    pub async fn open(address: &str, settings: &Settings) -> Result<Self> {
        let (db, address) = if let Some(path) = address.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.starts_with(":memory:") {
                return Err(Error::Address("the path of the file is missing"));
            }
            (sqlite(path, settings).await?, format!("sqlite:{path}"))
        } else if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            // What is wrong with it stays unsaid: the parser's message may quote it, password and all.
            let options = PgConnectOptions::from_str(address)
                .map_err(|_| Error::Address("this is no valid address of a PostgreSQL server"))?;
            let (host, port) = (options.get_host().to_owned(), options.get_port());
            let database = options.get_database().unwrap_or("").to_owned();
            (postgres(options, settings).await?, format!("postgres://{host}:{port}/{database}"))
        } else {
            return Err(Error::Address("it begins with neither"));
        };
        schema::migrate(&db).await?;
        Ok(Self { db, series: Arc::default(), address: address.into() })
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn ping(&self) -> Result<()> {
        self.db.fetch::<(i64,)>("SELECT CAST(1 AS BIGINT)", vec![]).await?;
        Ok(())
    }

    /// Closes the connections, after what is running on them has ended. Later calls fail.
    pub async fn close(&self) {
        match &self.db {
            Db::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Store").field(&self.address).finish()
    }
}

async fn sqlite(path: &str, settings: &Settings) -> Result<Db> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // With less, a commit may be lost when the machine loses power.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(settings.busy_timeout)
        .pragma("cache_size", "-65536")
        // What a statement would need to undo itself is small: not worth a file.
        .pragma("temp_store", "MEMORY")
        // 64 MiB: ids are random, and touch the same pages again and again before they are moved to the file.
        .pragma("wal_autocheckpoint", "16384")
        // Rows come from a thread; waking it for every 50 of them took longer than reading them.
        .row_buffer_size(2048);
    let pool = |connections| {
        SqlitePoolOptions::new().max_connections(connections).acquire_timeout(settings.acquire_timeout)
    };
    // On a full disk SQLite undoes a transaction by itself, and the connection that was in it no longer knows whether
    // it is in one: then it is given up for a new one.
    let writer =
        pool(1).before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }));
    let writer = writer.connect_with(options.clone()).await?;
    let readers = pool(settings.connections.max(1)).connect_with(options.pragma("query_only", "1")).await?;
    Ok(Db::Sqlite { writer, readers })
}

async fn postgres(options: PgConnectOptions, settings: &Settings) -> Result<Db> {
    let limit = settings.statement_timeout.as_millis().to_string();
    let options = options
        .application_name("camtally")
        .options([("statement_timeout", limit.as_str()), ("idle_in_transaction_session_timeout", "60000")]);
    let pool = PgPoolOptions::new()
        .max_connections(settings.connections.max(1))
        .acquire_timeout(settings.acquire_timeout)
        .connect_with(options)
        .await?;
    Ok(Db::Postgres(pool))
}
