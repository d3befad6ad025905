//! The server's own tables.

use database::{Database, Schema, step};
use store::Store;
use tokio::sync::OnceCell;

/// The tables of the server itself, for backups.
pub const SCHEMA: Schema = Schema {
    ledger: "server_schema",
    steps: &[
        step!("idempotency keys", "0001_idempotency_keys.sql"),
        step!("accuracy audits", "0002_accuracy_audits.sql"),
    ],
    tables: &["idempotency_keys", "accuracy_audits"],
};

/// Brings them up to date when they are first needed: a database that does not answer at the start need not stop it.
#[derive(Default)]
pub(crate) struct Tables {
    ready: OnceCell<()>,
}

impl Tables {
    /// The store's database, with these tables and the audit log's.
    pub(crate) async fn database<'a>(&self, store: &'a Store) -> Result<&'a Database, database::Error> {
        let db = store.database();
        self.ready
            .get_or_try_init(|| async {
                audit::migrate(db).await?;
                db.migrate(SCHEMA.ledger, SCHEMA.steps).await
            })
            .await?;
        Ok(db)
    }
}
