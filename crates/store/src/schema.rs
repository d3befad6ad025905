//! The steps of the schema. Forward only: a step that was released is never changed, and each runs in a
//! transaction of its own.

use std::borrow::Cow;

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};

use crate::db::{Db, Dialect};
use crate::{Error, Result};

struct Step {
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! step {
    ($name:literal, $file:literal) => {
        Step {
            name: $name,
            sqlite: include_str!(concat!("../migrations/sqlite/", $file)),
            postgres: include_str!(concat!("../migrations/postgres/", $file)),
        }
    };
}

/// In order; the first is step 1.
const STEPS: [Step; 3] = [
    step!("events", "0001_events.sql"),
    step!("observed", "0002_observed.sql"),
    step!("heat maps", "0003_heat_maps.sql"),
];

/// Brings the database up to date.
pub(crate) async fn migrate(db: &Db) -> Result<()> {
    let migrator = migrator(db.dialect());
    let done = match db {
        Db::Sqlite { writer, .. } => migrator.run(writer).await,
        Db::Postgres(pool) => migrator.run(pool).await,
    };
    done.map_err(|error| match error {
        MigrateError::VersionMissing(found) => Error::Newer { found, known: STEPS.len() as i64 },
        other => other.into(),
    })
}

fn migrator(dialect: Dialect) -> Migrator {
    let migrations = (1..).zip(&STEPS).map(|(version, step)| {
        let sql = match dialect {
            Dialect::Sqlite => step.sqlite,
            Dialect::Postgres => step.postgres,
        };
        let name = Cow::Borrowed(step.name);
        Migration::new(version, name, MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.collect())
}
