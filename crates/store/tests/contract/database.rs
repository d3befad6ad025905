//! An empty database for each case.

use std::path::PathBuf;

use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};
use store::{Settings, Store};
use tempfile::TempDir;

use crate::cluster::Cluster;

/// Where databases come from.
pub(crate) trait Origin: Send + Sync {
    /// A new one.
    fn database(&self, number: usize) -> Database;
}

/// One database.
pub(crate) struct Database {
    pub(crate) address: String,
    /// Of the SQLite file; deleted with it.
    _folder: Option<TempDir>,
}

/// Each in a folder of its own.
pub(crate) struct Files;

impl Origin for Files {
    fn database(&self, _: usize) -> Database {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}", folder.path().join("store.db").display());
        Database { address, _folder: Some(folder) }
    }
}

impl Origin for Cluster {
    fn database(&self, number: usize) -> Database {
        let name = format!("case_{number}");
        self.create(&name);
        Database { address: self.address(&name), _folder: None }
    }
}

impl Database {
    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.address, &Settings { connections: 4, ..Settings::default() }).await.unwrap()
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        self.address.starts_with("sqlite:")
    }

    /// The folder of this database's own files.
    pub(crate) fn folder(&self, of: &str) -> PathBuf {
        let name = if self.is_sqlite() { "sqlite" } else { "postgres" };
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(of).join(name)
    }

    /// Runs statements behind the store's back.
    pub(crate) async fn sql(&self, statements: &str) {
        let sql = sqlx::raw_sql(AssertSqlSafe(statements));
        if self.is_sqlite() {
            let pool = SqlitePool::connect(&format!("{}?mode=rwc", self.address)).await.unwrap();
            sql.execute(&pool).await.unwrap();
            pool.close().await;
        } else {
            let pool = PgPool::connect(&self.address).await.unwrap();
            sql.execute(&pool).await.unwrap();
            pool.close().await;
        }
    }

    /// Another empty database.
    pub(crate) async fn beside(&self, number: i64) -> Self {
        if self.is_sqlite() {
            return Files.database(0);
        }
        let (path, query) = self.address.split_once('?').unwrap();
        let (server, name) = path.rsplit_once('/').unwrap();
        let name = format!("{name}_{number}");
        let address = format!("{server}/{name}?{query}");
        self.sql(&format!("CREATE DATABASE {name}")).await;
        Self { address, _folder: None }
    }

    /// Takes the lock that every writer needs; released when the answer is dropped.
    pub(crate) async fn hold_all(&self) -> Box<dyn Send> {
        if self.is_sqlite() {
            let pool = SqlitePool::connect(&self.address).await.unwrap();
            Box::new(pool.begin_with("BEGIN IMMEDIATE").await.unwrap())
        } else {
            let pool = PgPool::connect(&self.address).await.unwrap();
            let mut tx = pool.begin().await.unwrap();
            sqlx::query("LOCK TABLE events").execute(&mut *tx).await.unwrap();
            Box::new(tx)
        }
    }

    /// Brings an empty database to an earlier version.
    pub(crate) async fn migrate_to(&self, version: i64) {
        let migrator = Migrator::new(self.folder("migrations")).await.unwrap();
        if self.is_sqlite() {
            let pool = SqlitePool::connect(&format!("{}?mode=rwc", self.address)).await.unwrap();
            migrator.run_to(version, &pool).await.unwrap();
            pool.close().await;
        } else {
            let pool = PgPool::connect(&self.address).await.unwrap();
            migrator.run_to(version, &pool).await.unwrap();
            pool.close().await;
        }
    }
}
