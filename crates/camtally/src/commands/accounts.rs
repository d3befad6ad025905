//! The accounts of the configured store.

use std::sync::Arc;

use access::{Accounts, Mail, MailError, Mailer, Sending, Settings, Vault};
use anyhow::{Context as _, Result};
use database::Database;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::config::Loaded;

/// The variable that holds the key of secrets at rest, where the file in the data folder is not wanted.
const KEY: &str = "CAMTALLY_SECRET_KEY";

/// The vault of secrets at rest. Its key is made at the first start.
pub(crate) fn vault(loaded: &Loaded) -> Result<Vault> {
    Ok(Vault::open(given_key()?.as_deref(), &loaded.data())?)
}

/// The key of secrets at rest that the environment gives.
pub(crate) fn given_key() -> Result<Option<String>> {
    match std::env::var(KEY) {
        Ok(key) => Ok(Some(key)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(error) => Err(error).context(KEY),
    }
}

/// The accounts in this database.
pub(crate) async fn open(loaded: &Loaded, db: Database) -> Result<Accounts> {
    let server = &loaded.config.server;
    let address = match server.address.as_str() {
        "" => format!("http://{}", server.listen),
        address => address.to_owned(),
    };
    let settings = Settings { address, ..Settings::default() };
    let mailer = loaded.mailer()?.map(|mailer| Arc::new(Post(mailer)) as Arc<dyn Mailer>);
    let now = Arc::new(OffsetDateTime::now_utc);
    Ok(Accounts::open(db, vault(loaded)?, settings, mailer, None, now).await?)
}

/// Sends the accounts' mails by the configured server.
struct Post(mail::Mailer);

impl Mailer for Post {
    fn send(&self, mail: Mail) -> Sending<'_> {
        Box::pin(async move {
            let Mail { to, subject, text } = mail;
            let id = Uuid::new_v4().to_string();
            let message = mail::Message { to: vec![to], subject, text, id };
            self.0.send(&message).await.map_err(|error| MailError(error.to_string()))
        })
    }
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
