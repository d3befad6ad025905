//! The accounts of the configured store.

use std::sync::Arc;

use access::{Accounts, Settings, Vault};
use anyhow::{Context as _, Result};
use database::Database;
use time::OffsetDateTime;

use crate::config::Loaded;

/// The variable that holds the key of secrets at rest, where the file in the data folder is not wanted.
const KEY: &str = "CAMTALLY_SECRET_KEY";

/// The vault of secrets at rest. Its key is made at the first start.
pub(crate) fn vault(loaded: &Loaded) -> Result<Vault> {
    let key = match std::env::var(KEY) {
        Ok(key) => Some(key),
        Err(std::env::VarError::NotPresent) => None,
        Err(error) => return Err(error).context(KEY),
    };
    Ok(Vault::open(key.as_deref(), &loaded.data())?)
}

/// The accounts in this database.
pub(crate) async fn open(loaded: &Loaded, db: Database) -> Result<Accounts> {
    let server = &loaded.config.server;
    let address = match server.address.as_str() {
        "" => format!("http://{}", server.listen),
        address => address.to_owned(),
    };
    let settings = Settings { address, ..Settings::default() };
    Ok(Accounts::open(db, vault(loaded)?, settings, None, None, Arc::new(OffsetDateTime::now_utc)).await?)
}

/// Does something with the accounts, for commands.
pub(crate) fn with<T>(
    loaded: &Loaded,
    work: impl AsyncFnOnce(&Accounts, &Database) -> Result<T>,
) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let data = loaded.data();
        std::fs::create_dir_all(&data).with_context(|| format!("cannot make {}", data.display()))?;
        let settings = database::Settings { connections: 1, ..database::Settings::default() };
        let db = Database::open(&loaded.store_url(), &settings).await?;
        let accounts = open(loaded, db.clone()).await?;
        let done = work(&accounts, &db).await;
        db.close().await;
        done
    })
}
