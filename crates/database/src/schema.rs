//! Steps of a schema. Forward only: a step that was released is never changed, and each runs in a transaction of
//! its own.

use std::borrow::Cow;

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};

use crate::connection::{Database, Pools, Tx};
use crate::statement::Dialect;
use crate::{Error, Result};

/// One step, as each of the two databases says it. [`step!`](crate::step) makes it from two files.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// What it brings.
    pub name: &'static str,
    /// Its statements for SQLite.
    pub sqlite: &'static str,
    /// Its statements for PostgreSQL.
    pub postgres: &'static str,
}

/// What one part of the program keeps.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// The table that says which steps were taken.
    pub ledger: &'static str,
    /// In order; the first is step 1.
    pub steps: &'static [Step],
    /// Its tables, without the ledger; those that others refer to come first.
    pub tables: &'static [&'static str],
}

impl Schema {
    /// How many of the steps a database has taken.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn taken(&self, tx: &mut Tx) -> Result<usize> {
        if !tx.has_table(self.ledger).await? {
            return Ok(0);
        }
        let sql = format!("SELECT COALESCE(MAX(version), 0) FROM {}", self.ledger);
        let rows = tx.fetch::<(i64,)>(sql, vec![]).await?;
        Ok(rows.first().map_or(0, |row| usize::try_from(row.0).unwrap_or(0)))
    }
}

/// A [`Step`] from `migrations/sqlite/FILE` and `migrations/postgres/FILE` of the crate that names it.
#[macro_export]
macro_rules! step {
    ($name:literal, $file:literal) => {
        $crate::Step {
            name: $name,
            sqlite: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite/", $file)),
            postgres: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgres/", $file)),
        }
    };
}

impl Database {
    /// Takes those of the steps that the database does not have yet; the first is step 1. Which it has is kept in the
    /// table `ledger`: each part of the program that has tables has a ledger of its own.
    ///
    /// # Errors
    /// A database from a newer program, or a step that fails: then the database is as it was before that step.
    pub async fn migrate(&self, ledger: &'static str, steps: &'static [Step]) -> Result<()> {
        let mut migrator = migrator(self.dialect(), steps);
        migrator.dangerous_set_table_name(ledger);
        let done = match self.pools() {
            Pools::Sqlite { writer, .. } => migrator.run(writer).await,
            Pools::Postgres(pool) => migrator.run(pool).await,
        };
        done.map_err(|error| match error {
            MigrateError::VersionMissing(found) => Error::Newer { found, known: steps.len() as i64 },
            other => other.into(),
        })
    }
}

fn migrator(dialect: Dialect, steps: &'static [Step]) -> Migrator {
    let migrations = (1..).zip(steps).map(|(version, step)| {
        let sql = match dialect {
            Dialect::Sqlite => step.sqlite,
            Dialect::Postgres => step.postgres,
        };
        let name = Cow::Borrowed(step.name);
        Migration::new(version, name, MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.collect())
}
