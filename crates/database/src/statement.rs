//! What a statement says: the same text, the same values, the same rows for both databases.

use std::pin::Pin;

use sqlx::Arguments as _;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use uuid::Uuid;

use crate::Result;

/// What a statement answers. Boxed: sqlx's futures are kilobytes, for each database, and would lie in those of
/// every call of the store.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// Row types that both databases give: tuples of `i64`, `f64`, `bool`, `String`, `Vec<u8>`, `Uuid` and options
/// of them.
pub trait FromRow:
    for<'r> sqlx::FromRow<'r, PgRow> + for<'r> sqlx::FromRow<'r, SqliteRow> + Send + Unpin + 'static
{
}
impl<T> FromRow for T where
    T: for<'r> sqlx::FromRow<'r, PgRow> + for<'r> sqlx::FromRow<'r, SqliteRow> + Send + Unpin + 'static
{
}

/// A value of a statement. The first is `$1` in the statement's text.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Value {
    /// A whole number.
    Int(i64),
    /// A whole number, or NULL.
    IntOrNull(Option<i64>),
    /// A number.
    Real(f64),
    /// A truth value.
    Flag(bool),
    /// A text.
    Text(String),
    /// A text, or NULL.
    TextOrNull(Option<String>),
    /// An identifier.
    Id(Uuid),
    /// An identifier, or NULL.
    IdOrNull(Option<Uuid>),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Bytes, or NULL.
    BytesOrNull(Option<Vec<u8>>),
    /// A list, for [`Dialect::any`].
    Ints(Vec<i64>),
    /// A list, for [`Dialect::any`].
    Texts(Vec<String>),
    /// Rows of three numbers, for [`Dialect::triples`].
    Triples(Vec<[i64; 3]>),
}

/// What the two databases say differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

impl Dialect {
    /// The condition "is in the list that is value `n`", to be written after a column.
    pub fn any(self, n: usize) -> String {
        match self {
            Self::Sqlite => format!("IN (SELECT value FROM json_each(${n}))"),
            Self::Postgres => format!("= ANY(${n})"),
        }
    }

    /// Value `n` as a table with the columns `a`, `b` and `c`.
    pub fn triples(self, n: usize) -> String {
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
    pub fn for_update(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => "FOR UPDATE OF r",
        }
    }
}

pub(crate) fn sqlite(values: Vec<Value>) -> Result<SqliteArguments> {
    let mut arguments = SqliteArguments::default();
    for value in values {
        match value {
            Value::Int(value) => arguments.add(value),
            Value::IntOrNull(value) => arguments.add(value),
            Value::Real(value) => arguments.add(value),
            Value::Flag(value) => arguments.add(value),
            Value::Text(value) => arguments.add(value),
            Value::TextOrNull(value) => arguments.add(value),
            Value::Id(value) => arguments.add(value),
            Value::IdOrNull(value) => arguments.add(value),
            Value::Bytes(value) => arguments.add(value),
            Value::BytesOrNull(value) => arguments.add(value),
            Value::Ints(list) => arguments.add(serde_json::Value::from(list).to_string()),
            Value::Texts(list) => arguments.add(serde_json::Value::from(list).to_string()),
            Value::Triples(rows) => arguments.add(triples(&rows)),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

pub(crate) fn postgres(values: Vec<Value>) -> Result<PgArguments> {
    let mut arguments = PgArguments::default();
    for value in values {
        match value {
            Value::Int(value) => arguments.add(value),
            Value::IntOrNull(value) => arguments.add(value),
            Value::Real(value) => arguments.add(value),
            Value::Flag(value) => arguments.add(value),
            Value::Text(value) => arguments.add(value),
            Value::TextOrNull(value) => arguments.add(value),
            Value::Id(value) => arguments.add(value),
            Value::IdOrNull(value) => arguments.add(value),
            Value::Bytes(value) => arguments.add(value),
            Value::BytesOrNull(value) => arguments.add(value),
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
