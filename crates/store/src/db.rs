//! One way to speak to both databases: the same statement, the same values, the same rows.

use std::pin::Pin;

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments as _, AssertSqlSafe, PgPool, Postgres, Sqlite, SqlitePool, Transaction};
use uuid::Uuid;

use crate::Result;

/// What a statement answers. Boxed: sqlx's futures are kilobytes, for each database, and would lie in those of
/// every call of the store.
pub(crate) type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// Row types that both databases give: tuples of `i64`, `f64`, `bool`, `String`, `Vec<u8>`, `Uuid` and options
/// of them.
pub(crate) trait FromRow:
    for<'r> sqlx::FromRow<'r, PgRow> + for<'r> sqlx::FromRow<'r, SqliteRow> + Send + Unpin + 'static
{
}
impl<T> FromRow for T where
    T: for<'r> sqlx::FromRow<'r, PgRow> + for<'r> sqlx::FromRow<'r, SqliteRow> + Send + Unpin + 'static
{
}

/// A value of a statement. The first is `$1` in the statement's text.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Int(i64),
    Text(String),
    Id(Uuid),
    Bytes(Vec<u8>),
    /// A list, for [`Dialect::any`].
    Ints(Vec<i64>),
    /// A list, for [`Dialect::any`].
    Texts(Vec<String>),
    /// Rows of three numbers, for [`Dialect::triples`].
    Triples(Vec<[i64; 3]>),
}

/// What the two databases say differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// The condition "is in the list that is value `n`", to be written after a column.
    pub(crate) fn any(self, n: usize) -> String {
        match self {
            Self::Sqlite => format!("IN (SELECT value FROM json_each(${n}))"),
            Self::Postgres => format!("= ANY(${n})"),
        }
    }

    /// Value `n` as a table with the columns `a`, `b` and `c`.
    pub(crate) fn triples(self, n: usize) -> String {
        match self {
            Self::Sqlite => {
                format!(
                    "(SELECT value ->> 0 AS a, value ->> 1 AS b, value ->> 2 AS c FROM json_each(${n})) AS v"
                )
            }
            Self::Postgres => format!(
                "(SELECT (value ->> 0)::bigint AS a, (value ->> 1)::bigint AS b, (value ->> 2)::bigint AS c \
                 FROM json_array_elements(${n}::json)) AS v"
            ),
        }
    }

    /// What makes a query lock the rows of the table that it calls `r`. SQLite has one writer, so it needs none.
    pub(crate) fn for_update(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => "FOR UPDATE OF r",
        }
    }
}

/// The connections.
#[derive(Clone)]
pub(crate) enum Db {
    Sqlite {
        /// One connection: SQLite has one writer at a time, and waiting for it here is fair.
        writer: SqlitePool,
        readers: SqlitePool,
    },
    Postgres(PgPool),
}

/// A transaction; rolled back when it is dropped.
pub(crate) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Who else may work while a transaction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Reads one state of the database, and stops nobody.
    Read,
    /// Adds, beside others who add.
    Add,
    /// Deletes or repairs: nobody adds meanwhile.
    Alone,
}

/// The advisory lock that tells [`Access::Add`] and [`Access::Alone`] apart ("camtally" in ASCII).
const LOCK: i64 = 0x6361_6d74_616c_6c79;

impl Db {
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite { .. } => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    pub(crate) fn begin(&self, access: Access) -> Answer<'_, Tx> {
        Box::pin(async move {
            match self {
                Self::Sqlite { writer, readers } => Ok(Tx::Sqlite(match access {
                    Access::Read => readers.begin().await?,
                    // Asking for the write lock at once: a transaction that first reads may find that it cannot have it.
                    Access::Add | Access::Alone => writer.begin_with("BEGIN IMMEDIATE").await?,
                })),
                Self::Postgres(pool) => {
                    let mut tx = Tx::Postgres(match access {
                        Access::Read => {
                            pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?
                        }
                        Access::Add | Access::Alone => pool.begin().await?,
                    });
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
    pub(crate) fn fetch<T: FromRow>(&self, sql: impl Into<String>, values: Vec<Value>) -> Answer<'_, Vec<T>> {
        let sql = AssertSqlSafe(sql.into());
        Box::pin(async move {
            Ok(match self {
                Self::Sqlite { readers, .. } => {
                    sqlx::query_as_with(sql, sqlite(values)?).fetch_all(readers).await?
                }
                Self::Postgres(pool) => sqlx::query_as_with(sql, postgres(values)?).fetch_all(pool).await?,
            })
        })
    }
}

impl Tx {
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    pub(crate) fn fetch<T: FromRow>(
        &mut self,
        sql: impl Into<String>,
        values: Vec<Value>,
    ) -> Answer<'_, Vec<T>> {
        let sql = AssertSqlSafe(sql.into());
        Box::pin(async move {
            Ok(match self {
                Self::Sqlite(tx) => sqlx::query_as_with(sql, sqlite(values)?).fetch_all(&mut **tx).await?,
                Self::Postgres(tx) => {
                    sqlx::query_as_with(sql, postgres(values)?).fetch_all(&mut **tx).await?
                }
            })
        })
    }

    /// How many rows it changed.
    pub(crate) fn execute(&mut self, sql: impl Into<String>, values: Vec<Value>) -> Answer<'_, u64> {
        let sql = AssertSqlSafe(sql.into());
        Box::pin(async move {
            Ok(match self {
                Self::Sqlite(tx) => {
                    sqlx::query_with(sql, sqlite(values)?).execute(&mut **tx).await?.rows_affected()
                }
                Self::Postgres(tx) => {
                    sqlx::query_with(sql, postgres(values)?).execute(&mut **tx).await?.rows_affected()
                }
            })
        })
    }

    pub(crate) fn commit(self) -> Answer<'static, ()> {
        Box::pin(async move {
            match self {
                Self::Sqlite(tx) => tx.commit().await?,
                Self::Postgres(tx) => tx.commit().await?,
            }
            Ok(())
        })
    }
}

fn sqlite(values: Vec<Value>) -> Result<SqliteArguments> {
    let mut arguments = SqliteArguments::default();
    for value in values {
        match value {
            Value::Int(value) => arguments.add(value),
            Value::Text(value) => arguments.add(value),
            Value::Id(value) => arguments.add(value),
            Value::Bytes(value) => arguments.add(value),
            Value::Ints(list) => arguments.add(serde_json::Value::from(list).to_string()),
            Value::Texts(list) => arguments.add(serde_json::Value::from(list).to_string()),
            Value::Triples(rows) => arguments.add(triples(&rows)),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

fn postgres(values: Vec<Value>) -> Result<PgArguments> {
    let mut arguments = PgArguments::default();
    for value in values {
        match value {
            Value::Int(value) => arguments.add(value),
            Value::Text(value) => arguments.add(value),
            Value::Id(value) => arguments.add(value),
            Value::Bytes(value) => arguments.add(value),
            Value::Ints(list) => arguments.add(list),
            Value::Texts(list) => arguments.add(list),
            Value::Triples(rows) => arguments.add(triples(&rows)),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

fn triples(rows: &[[i64; 3]]) -> String {
    serde_json::Value::from(rows.iter().map(|row| row.to_vec()).collect::<Vec<_>>()).to_string()
}
