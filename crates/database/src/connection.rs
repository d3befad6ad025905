//! The connections, and what runs on them.

use std::fmt;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection as _, PgPool, Postgres, Sqlite, SqlitePool, Transaction};

use crate::statement::{self, Answer, Dialect, FromRow, Value};
use crate::{Error, Result};

/// How a program uses its database.
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

/// The connections to a database. Clones share them.
#[derive(Clone)]
pub struct Database {
    pools: Pools,
    /// For people, without a password.
    address: Arc<str>,
}

#[derive(Clone)]
pub(crate) enum Pools {
    Sqlite {
        /// One connection: SQLite has one writer at a time, and waiting for it here is fair.
        writer: SqlitePool,
        readers: SqlitePool,
    },
    Postgres(PgPool),
}

/// Who else may work while a transaction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reads one state of the database, and stops nobody.
    Read,
    /// Adds, beside others who add.
    Add,
    /// Deletes or repairs: nobody adds meanwhile.
    Alone,
}

/// The advisory lock that tells [`Access::Add`] and [`Access::Alone`] apart ("camtally" in ASCII).
const LOCK: i64 = 0x6361_6d74_616c_6c79;

impl Database {
    /// Connects to an address, `sqlite:PATH` or `postgres://USER@HOST/DATABASE`. A file that is not there is made; a
    /// database on a server must be there.
    ///
    /// # Errors
    /// An address that is none, or a database that cannot be reached.
    pub async fn open(address: &str, settings: &Settings) -> Result<Self> {
        let (pools, address) = if let Some(path) = address.strip_prefix("sqlite:") {
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
        Ok(Self { pools, address: address.into() })
    }

    pub(crate) fn pools(&self) -> &Pools {
        &self.pools
    }

    /// Which of the two it is.
    pub fn dialect(&self) -> Dialect {
        match self.pools {
            Pools::Sqlite { .. } => Dialect::Sqlite,
            Pools::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Begins a transaction.
    pub fn begin(&self, access: Access) -> Answer<'_, Tx> {
        Box::pin(async move {
            match &self.pools {
                Pools::Sqlite { writer, readers } => Ok(Tx(Open::Sqlite(match access {
                    Access::Read => readers.begin().await?,
                    // Asking for the write lock at once: a transaction that first reads may find that it cannot have it.
                    Access::Add | Access::Alone => writer.begin_with("BEGIN IMMEDIATE").await?,
                }))),
                Pools::Postgres(pool) => {
                    let mut tx = Tx(Open::Postgres(match access {
                        Access::Read => {
                            pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?
                        }
                        Access::Add | Access::Alone => pool.begin().await?,
                    }));
                    let lock = match access {
                        Access::Read => return Ok(tx),
                        Access::Add => "SELECT 1::bigint FROM pg_advisory_xact_lock_shared($1)",
                        Access::Alone => "SELECT 1::bigint FROM pg_advisory_xact_lock($1)",
                    };
                    tx.fetch::<(i64,)>(lock, vec![Value::Int(LOCK)]).await?;
                    Ok(tx)
                }
            }
        })
    }

    /// Rows of a query that changes nothing.
    pub fn fetch<T: FromRow>(&self, sql: impl Into<String>, values: Vec<Value>) -> Answer<'_, Vec<T>> {
        let sql = AssertSqlSafe(sql.into());
        Box::pin(async move {
            Ok(match &self.pools {
                Pools::Sqlite { readers, .. } => {
                    sqlx::query_as_with(sql, statement::sqlite(values)?).fetch_all(readers).await?
                }
                Pools::Postgres(pool) => {
                    sqlx::query_as_with(sql, statement::postgres(values)?).fetch_all(pool).await?
                }
            })
        })
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn ping(&self) -> Result<()> {
        self.fetch::<(i64,)>("SELECT CAST(1 AS BIGINT)", vec![]).await?;
        Ok(())
    }

    /// Closes the connections, after what is running on them has ended. Later calls fail.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Database").field(&self.address).finish()
    }
}

/// A transaction; rolled back when it is dropped.
pub struct Tx(pub(crate) Open);

pub(crate) enum Open {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    /// Which of the two databases it runs on.
    pub fn dialect(&self) -> Dialect {
        match self.0 {
            Open::Sqlite(_) => Dialect::Sqlite,
            Open::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Rows that a statement gives.
    pub fn fetch<T: FromRow>(&mut self, sql: impl Into<String>, values: Vec<Value>) -> Answer<'_, Vec<T>> {
        let sql = AssertSqlSafe(sql.into());
        Box::pin(async move {
            Ok(match &mut self.0 {
                Open::Sqlite(tx) => {
                    sqlx::query_as_with(sql, statement::sqlite(values)?).fetch_all(&mut **tx).await?
                }
                Open::Postgres(tx) => {
                    sqlx::query_as_with(sql, statement::postgres(values)?).fetch_all(&mut **tx).await?
                }
            })
        })
    }

    /// How many rows a statement changed.
    pub fn execute(&mut self, sql: impl Into<String>, values: Vec<Value>) -> Answer<'_, u64> {
        let sql = AssertSqlSafe(sql.into());
        Box::pin(async move {
            Ok(match &mut self.0 {
                Open::Sqlite(tx) => sqlx::query_with(sql, statement::sqlite(values)?)
                    .execute(&mut **tx)
                    .await?
                    .rows_affected(),
                Open::Postgres(tx) => sqlx::query_with(sql, statement::postgres(values)?)
                    .execute(&mut **tx)
                    .await?
                    .rows_affected(),
            })
        })
    }

    /// Keeps what was done.
    pub fn commit(self) -> Answer<'static, ()> {
        Box::pin(async move {
            match self.0 {
                Open::Sqlite(tx) => tx.commit().await?,
                Open::Postgres(tx) => tx.commit().await?,
            }
            Ok(())
        })
    }
}

async fn sqlite(path: &str, settings: &Settings) -> Result<Pools> {
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
    Ok(Pools::Sqlite { writer, readers })
}

async fn postgres(options: PgConnectOptions, settings: &Settings) -> Result<Pools> {
    let limit = settings.statement_timeout.as_millis().to_string();
    let options = options
        .application_name("camtally")
        .options([("statement_timeout", limit.as_str()), ("idle_in_transaction_session_timeout", "60000")]);
    let pool = PgPoolOptions::new()
        .max_connections(settings.connections.max(1))
        .acquire_timeout(settings.acquire_timeout)
        .connect_with(options)
        .await?;
    Ok(Pools::Postgres(pool))
}
