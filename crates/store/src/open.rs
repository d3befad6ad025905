use std::fmt;
use std::sync::Arc;

use database::{Database, Settings};

use crate::answers::Answers;
use crate::series::Cache;
use crate::{Result, schema};

/// Where events are kept. Clones share their connections.
#[derive(Clone)]
pub struct Store {
    pub(crate) db: Database,
    pub(crate) series: Arc<Cache>,
    pub(crate) answers: Arc<Answers>,
}

impl Store {
    /// Opens the database at an address, `sqlite:PATH` or `postgres://USER@HOST/DATABASE`, and brings its schema up
    /// to date. A file that is not there is made; a database on a server must be there.
    ///
    /// # Errors
    /// An address that is none, a database from a newer program, a step of the schema that fails, or a database
    /// that cannot be reached.
    pub async fn open(address: &str, settings: &Settings) -> Result<Self> {
        Self::on(Database::open(address, settings).await?).await
    }

    /// A store in a database, whose schema it brings up to date.
    ///
    /// # Errors
    /// A database from a newer program, or a step of the schema that fails.
    pub async fn on(db: Database) -> Result<Self> {
        db.migrate(schema::SCHEMA.ledger, schema::SCHEMA.steps).await?;
        Ok(Self { db, series: Arc::default(), answers: Arc::default() })
    }

    /// The database that it is in, for what else is kept there.
    pub fn database(&self) -> &Database {
        &self.db
    }

    /// Gives an answer of [`Store::counts`] again for a second, unless this store or one of its clones has taken something
    /// in meanwhile that belongs to it. What other processes take in may so be late by a second.
    pub fn keep_answers(&self) {
        self.answers.keep();
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn ping(&self) -> Result<()> {
        self.db.ping().await
    }

    /// Closes the connections, after what is running on them has ended. Later calls fail.
    pub async fn close(&self) {
        self.db.close().await;
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Store").field(&self.db).finish()
    }
}
