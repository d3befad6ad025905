//! Somebody of each role, who has signed in.

use std::sync::Arc;
use std::time::Duration;

use access::{Accounts, Caller, Hashing, NewUser, Rights, Role, Settings, SignIn, Vault, Visit};
use database::Database;
use time::OffsetDateTime;

const PASSWORD: &str = "mossy-anvil-tundra-9";

/// Accounts whose passwords are hashed quickly, and whose sessions need not be renewed.
pub(crate) async fn accounts(db: Database) -> Accounts {
    let hashing = Hashing { memory_kib: 256, passes: 1, ..Hashing::default() };
    let settings = Settings { hashing, access_life: Duration::from_secs(86_400), ..Settings::default() };
    let now = Arc::new(OffsetDateTime::now_utc);
    Accounts::open(db, Vault::new([7; 32]), settings, None, None, now).await.unwrap()
}

/// A session of a user of each role.
pub(crate) async fn bearers(accounts: &Accounts) -> Vec<(&'static str, String)> {
    let (program, visit) = (Caller::program(), Visit::default());
    let mut bearers = Vec::new();
    for role in Role::ALL {
        let rights = Rights { everywhere: Some(role), ..Rights::default() };
        let new = NewUser { name: role.as_str().to_owned(), email: None, rights };
        let (_, link) = accounts.create_user(&program, new).await.unwrap();
        accounts.reset_password(link.reveal(), PASSWORD, &visit).await.unwrap();
        let (name, password) = (role.as_str().to_owned(), PASSWORD.to_owned());
        let wish = SignIn { name, password, code: None, device: None };
        let signed_in = accounts.sign_in(wish, &visit).await.unwrap();
        bearers.push((role.as_str(), signed_in.session.access.reveal().to_owned()));
    }
    bearers
}
