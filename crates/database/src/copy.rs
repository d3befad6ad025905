//! Whole tables out of one database and into another, of either kind.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row as _, TypeInfo as _, ValueRef as _};
use uuid::Uuid;

use crate::bulk::Column;
use crate::connection::{Open, Tx};
use crate::statement::{Answer, Value};
use crate::{Error, Result};

/// A value of any column, as both databases have it: truth values are 0 and 1, identifiers are their 16 bytes.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A whole number.
    Int(i64),
    /// A number.
    Real(f64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Whole numbers.
    Int,
    /// Numbers.
    Real,
    /// Texts.
    Text,
    /// Bytes.
    Bytes,
}

/// A column of a table that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableColumn {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    declared: Declared,
}

/// As the database declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Declared {
    Int,
    Flag,
    Real,
    Text,
    Id,
    Bytes,
}

impl TableColumn {
    fn new(table: &str, name: String, declared: &str) -> Result<Self> {
        let (declared, kind) = match declared.to_ascii_lowercase().as_str() {
            "bigint" | "integer" => (Declared::Int, Kind::Int),
            "boolean" => (Declared::Flag, Kind::Int),
            "double precision" | "real" => (Declared::Real, Kind::Real),
            "text" => (Declared::Text, Kind::Text),
            "uuid" => (Declared::Id, Kind::Bytes),
            "bytea" | "blob" => (Declared::Bytes, Kind::Bytes),
            _ => return Err(Error::Request(format!("`{table}.{name}` is {declared}, which is not copied"))),
        };
        Ok(Self { name, kind, declared })
    }
}

impl Tx {
    /// The columns of a table, in their order; none where there is no such table.
    pub fn columns<'a>(&'a mut self, table: &'a str) -> Answer<'a, Vec<TableColumn>> {
        Box::pin(async move {
            let sql = match &self.0 {
                Open::Sqlite(_) => "SELECT name, type FROM pragma_table_info($1) ORDER BY cid",
                Open::Postgres(_) => {
                    "SELECT column_name::text, data_type::text FROM information_schema.columns \
                     WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position"
                }
            };
            let rows = self.fetch::<(String, String)>(sql, vec![Value::Text(table.to_owned())]).await?;
            rows.into_iter().map(|(name, declared)| TableColumn::new(table, name, &declared)).collect()
        })
    }

    /// Whether there is such a table.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_table(&mut self, table: &str) -> Result<bool> {
        let sql = match &self.0 {
            Open::Sqlite(_) => "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = $1",
            Open::Postgres(_) => {
                "SELECT COUNT(*) FROM information_schema.tables \
                 WHERE table_schema = current_schema() AND table_name = $1"
            }
        };
        let found = self.fetch::<(i64,)>(sql, vec![Value::Text(table.to_owned())]).await?;
        Ok(found.first().is_some_and(|row| row.0 > 0))
    }

    /// How many rows a table has.
    pub fn count<'a>(&'a mut self, table: &'a str) -> Answer<'a, u64> {
        Box::pin(async move {
            let rows = self.fetch::<(i64,)>(format!("SELECT COUNT(*) FROM {table}"), vec![]).await?;
            Ok(rows.first().map_or(0, |row| row.0.unsigned_abs()))
        })
    }

    /// Hands out every row of a table, one at a time and in no order. The table may be larger than the memory.
    ///
    /// # Errors
    /// When the database fails, or what `each` answers with.
    pub async fn each_row<E: From<Error>>(
        &mut self,
        table: &str,
        columns: &[TableColumn],
        mut each: impl FnMut(&[Cell]) -> Result<(), E>,
    ) -> Result<(), E> {
        let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
        let sql = AssertSqlSafe(format!("SELECT {} FROM {table}", names.join(", ")));
        let mut cells = Vec::with_capacity(columns.len());
        match &mut self.0 {
            Open::Sqlite(tx) => {
                let mut rows = sqlx::query(sql).fetch(&mut **tx);
                while let Some(row) = next(&mut rows).await? {
                    cells.clear();
                    for index in 0..columns.len() {
                        cells.push(sqlite_cell(&row, index).map_err(Error::from)?);
                    }
                    each(&cells)?;
                }
            }
            Open::Postgres(tx) => {
                let mut rows = sqlx::query(sql).fetch(&mut **tx);
                while let Some(row) = next(&mut rows).await? {
                    cells.clear();
                    for (index, column) in columns.iter().enumerate() {
                        cells.push(postgres_cell(&row, index, column.declared).map_err(Error::from)?);
                    }
                    each(&cells)?;
                }
            }
        }
        Ok(())
    }

    /// Inserts rows that [`Tx::each_row`] gave, of either database. Columns that the database numbers itself keep the
    /// numbers of the rows; see [`Tx::number_on`].
    ///
    /// # Errors
    /// A row that does not fit the columns, or a database that refuses it.
    pub async fn insert_rows(
        &mut self,
        table: &str,
        columns: &[TableColumn],
        rows: Vec<Vec<Cell>>,
    ) -> Result<()> {
        let count = rows.len();
        let mut gathered: Vec<Vec<Cell>> = columns.iter().map(|_| Vec::with_capacity(count)).collect();
        for row in rows {
            if row.len() != columns.len() {
                return Err(Error::Request(format!("a row of `{table}` has {} values", row.len())));
            }
            for (cells, cell) in gathered.iter_mut().zip(row) {
                cells.push(cell);
            }
        }
        let values = columns.iter().zip(gathered).map(|(column, cells)| column_of(table, column, cells));
        let values = values.collect::<Result<Vec<_>>>()?;
        let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
        let into = match &self.0 {
            Open::Sqlite(_) => format!("{table} ({})", names.join(", ")),
            Open::Postgres(_) => format!("{table} ({}) OVERRIDING SYSTEM VALUE", names.join(", ")),
        };
        self.insert::<(i64,)>(&into, values, "").await?;
        Ok(())
    }

    /// Lets the database's own numbers of a table go on after the highest that is there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn number_on(&mut self, table: &str) -> Result<()> {
        if let Open::Sqlite(_) = self.0 {
            return Ok(());
        }
        let sql = "SELECT column_name::text FROM information_schema.columns \
                   WHERE table_schema = current_schema() AND table_name = $1 AND is_identity = 'YES'";
        let numbered = self.fetch::<(String,)>(sql, vec![Value::Text(table.to_owned())]).await?;
        for (column,) in numbered {
            let sql = format!(
                "SELECT setval(pg_get_serial_sequence('{table}', '{column}'), \
                 (SELECT COALESCE(MAX({column}), 0) + 1 FROM {table}), false)"
            );
            self.fetch::<(i64,)>(sql, vec![]).await?;
        }
        Ok(())
    }
}

async fn next<T>(
    rows: &mut (impl futures_core::Stream<Item = Result<T, sqlx::Error>> + Unpin),
) -> Result<Option<T>> {
    let row = std::future::poll_fn(|context| std::pin::Pin::new(&mut *rows).poll_next(context)).await;
    Ok(row.transpose()?)
}

/// By the value and not by the column: SQLite lets any column hold anything.
fn sqlite_cell(row: &SqliteRow, index: usize) -> Result<Cell, sqlx::Error> {
    let value = row.try_get_raw(index)?;
    if value.is_null() {
        return Ok(Cell::Null);
    }
    let stored = value.type_info();
    Ok(match stored.name() {
        "INTEGER" | "BOOLEAN" => Cell::Int(row.try_get_unchecked(index)?),
        "REAL" => Cell::Real(row.try_get_unchecked(index)?),
        "TEXT" => Cell::Text(row.try_get_unchecked(index)?),
        _ => Cell::Bytes(row.try_get_unchecked(index)?),
    })
}

fn postgres_cell(row: &PgRow, index: usize, declared: Declared) -> Result<Cell, sqlx::Error> {
    let cell = match declared {
        Declared::Int => row.try_get::<Option<i64>, _>(index)?.map(Cell::Int),
        Declared::Flag => row.try_get::<Option<bool>, _>(index)?.map(|flag| Cell::Int(flag.into())),
        Declared::Real => row.try_get::<Option<f64>, _>(index)?.map(Cell::Real),
        Declared::Text => row.try_get::<Option<String>, _>(index)?.map(Cell::Text),
        Declared::Id => row.try_get::<Option<Uuid>, _>(index)?.map(|id| Cell::Bytes(id.into_bytes().into())),
        Declared::Bytes => row.try_get::<Option<Vec<u8>>, _>(index)?.map(Cell::Bytes),
    };
    Ok(cell.unwrap_or(Cell::Null))
}

/// The values of one column, as a statement takes them.
fn column_of(table: &str, column: &TableColumn, cells: Vec<Cell>) -> Result<Column> {
    let wrong = || Error::Request(format!("a value of `{table}.{}` is of another kind", column.name));
    macro_rules! values {
        ($($cell:pat => $value:expr),+) => {
            cells.into_iter().map(|cell| Ok(match cell {
                Cell::Null => None,
                $($cell => Some($value),)+
                #[allow(unreachable_patterns, reason = "where every kind is taken")]
                _ => return Err(wrong()),
            })).collect::<Result<Vec<_>>>()?
        };
    }
    Ok(match column.declared {
        Declared::Int => Column::Ints(values!(Cell::Int(number) => number)),
        Declared::Flag => Column::Flags(values!(Cell::Int(0) => false, Cell::Int(1) => true)),
        Declared::Real => {
            Column::Reals(values!(Cell::Real(number) => number, Cell::Int(number) => number as f64))
        }
        Declared::Text => Column::Texts(values!(Cell::Text(text) => text)),
        Declared::Id => {
            Column::IdsOrNull(values!(Cell::Bytes(bytes) => Uuid::from_slice(&bytes).map_err(|_| wrong())?))
        }
        Declared::Bytes => Column::BytesOrNull(values!(Cell::Bytes(bytes) => bytes)),
    })
}
