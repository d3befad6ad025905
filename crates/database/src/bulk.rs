//! Many rows in one statement.

use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments as _, AssertSqlSafe};
use uuid::Uuid;

use crate::Result;
use crate::connection::{Open, Tx};
use crate::statement::{Answer, FromRow};

/// A column of the rows that are inserted.
#[derive(Clone, Debug)]
pub enum Column {
    /// Identifiers.
    Ids(Vec<Uuid>),
    /// Whole numbers.
    Ints(Vec<Option<i64>>),
    /// Numbers.
    Reals(Vec<Option<f64>>),
    /// Truth values.
    Flags(Vec<Option<bool>>),
    /// Texts.
    Texts(Vec<Option<String>>),
    /// Bytes.
    Bytes(Vec<Vec<u8>>),
    /// Identifiers, some of which may be missing.
    IdsOrNull(Vec<Option<Uuid>>),
    /// Bytes, some of which may be missing.
    BytesOrNull(Vec<Option<Vec<u8>>>),
}

impl Column {
    /// Whole numbers, none of them missing.
    pub fn ints(values: impl IntoIterator<Item = i64>) -> Self {
        Self::Ints(values.into_iter().map(Some).collect())
    }

    /// Texts, none of them missing.
    pub fn texts<T: Into<String>>(values: impl IntoIterator<Item = T>) -> Self {
        Self::Texts(values.into_iter().map(|text| Some(text.into())).collect())
    }

    fn len(&self) -> usize {
        match self {
            Self::Ids(values) => values.len(),
            Self::Ints(values) => values.len(),
            Self::Reals(values) => values.len(),
            Self::Flags(values) => values.len(),
            Self::Texts(values) => values.len(),
            Self::Bytes(values) => values.len(),
            Self::IdsOrNull(values) => values.len(),
            Self::BytesOrNull(values) => values.len(),
        }
    }

    fn array_type(&self) -> &'static str {
        match self {
            Self::Ids(_) | Self::IdsOrNull(_) => "uuid[]",
            Self::Ints(_) => "bigint[]",
            Self::Reals(_) => "double precision[]",
            Self::Flags(_) => "boolean[]",
            Self::Texts(_) => "text[]",
            Self::Bytes(_) | Self::BytesOrNull(_) => "bytea[]",
        }
    }

    fn add_row(&self, row: usize, arguments: &mut SqliteArguments) -> Result<()> {
        Ok(match self {
            Self::Ids(values) => arguments.add(values[row]),
            Self::Ints(values) => arguments.add(values[row]),
            Self::Reals(values) => arguments.add(values[row]),
            Self::Flags(values) => arguments.add(values[row]),
            Self::Texts(values) => arguments.add(values[row].clone()),
            Self::Bytes(values) => arguments.add(values[row].clone()),
            Self::IdsOrNull(values) => arguments.add(values[row]),
            Self::BytesOrNull(values) => arguments.add(values[row].clone()),
        }
        .map_err(sqlx::Error::Encode)?)
    }

    fn add_array(self, arguments: &mut PgArguments) -> Result<()> {
        Ok(match self {
            Self::Ids(values) => arguments.add(values),
            Self::Ints(values) => arguments.add(values),
            Self::Reals(values) => arguments.add(values),
            Self::Flags(values) => arguments.add(values),
            Self::Texts(values) => arguments.add(values),
            Self::Bytes(values) => arguments.add(values),
            Self::IdsOrNull(values) => arguments.add(values),
            Self::BytesOrNull(values) => arguments.add(values),
        }
        .map_err(sqlx::Error::Encode)?)
    }
}

/// How many rows a statement of SQLite takes: few sizes, so that each is compiled once and then kept; and few
/// enough rows that their values stay below SQLite's limit of 32,766.
const CHUNKS: [usize; 6] = [512, 128, 32, 8, 2, 1];

impl Tx {
    /// `INSERT INTO {into} … {then}` with one row for each value of the columns, in their order: PostgreSQL
    /// takes the columns as arrays, SQLite takes rows of values. Gives what `then` returns, in no order.
    pub fn insert<'a, T: FromRow>(
        &'a mut self,
        into: &'a str,
        columns: Vec<Column>,
        then: &'a str,
    ) -> Answer<'a, Vec<T>> {
        Box::pin(async move {
            let count = columns.first().map_or(0, Column::len);
            if count == 0 {
                return Ok(Vec::new());
            }
            match &mut self.0 {
                Open::Postgres(tx) => {
                    let arrays: Vec<_> = columns
                        .iter()
                        .enumerate()
                        .map(|(i, c)| format!("${}::{}", i + 1, c.array_type()))
                        .collect();
                    let sql =
                        format!("INSERT INTO {into} SELECT * FROM UNNEST({}) {then}", arrays.join(", "));
                    let mut arguments = PgArguments::default();
                    for column in columns {
                        column.add_array(&mut arguments)?;
                    }
                    Ok(sqlx::query_as_with(AssertSqlSafe(sql), arguments).fetch_all(&mut **tx).await?)
                }
                Open::Sqlite(tx) => {
                    let row = format!("({})", vec!["?"; columns.len()].join(", "));
                    let mut returned = Vec::new();
                    let mut done = 0;
                    while done < count {
                        let left = count - done;
                        let size = CHUNKS.into_iter().find(|&size| size <= left).unwrap_or(1);
                        let sql = format!(
                            "INSERT INTO {into} VALUES {} {then}",
                            vec![row.as_str(); size].join(", ")
                        );
                        let mut arguments = SqliteArguments::default();
                        for index in done..done + size {
                            for column in &columns {
                                column.add_row(index, &mut arguments)?;
                            }
                        }
                        let rows =
                            sqlx::query_as_with(AssertSqlSafe(sql), arguments).fetch_all(&mut **tx).await?;
                        returned.extend(rows);
                        done += size;
                    }
                    Ok(returned)
                }
            }
        })
    }
}
