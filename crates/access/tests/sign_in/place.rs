//! A database with an admin in it, and a clock that the test sets.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use access::{
    Accounts, Caller, Error, Grant, Hashing, Mail, Mailer, NewUser, Rights, Settings, SignIn, SignedIn, User,
    Vault, Visit, Who,
};
use database::{Database, Value};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::cluster::Cluster;

pub(crate) const PASSWORD: &str = "mossy-anvil-tundra-9";
pub(crate) const OTHER: &str = "velvet-quarry-lantern-4";

/// Keeps what it was told to send.
#[derive(Default)]
pub(crate) struct Outbox(pub(crate) Mutex<Vec<Mail>>);

impl Mailer for Outbox {
    fn send(&self, mail: Mail) -> access::Sending<'_> {
        self.0.lock().unwrap().push(mail);
        Box::pin(async { Ok(()) })
    }
}

pub(crate) struct Place {
    pub(crate) accounts: Accounts,
    pub(crate) db: Database,
    pub(crate) outbox: Arc<Outbox>,
    seconds: Arc<AtomicI64>,
    _folder: Option<tempfile::TempDir>,
}

pub(crate) fn settings() -> Settings {
    // Real hashes are measured elsewhere; here they would only take time.
    let hashing = Hashing { memory_kib: 256, passes: 1, waiting: 1000, ..Hashing::default() };
    Settings { address: "https://count.example.org".to_owned(), hashing, ..Settings::default() }
}

impl Place {
    pub(crate) async fn new(cluster: Option<&Cluster>, name: &str) -> Self {
        let folder = cluster.is_none().then(|| tempfile::tempdir().unwrap());
        let address = match (cluster, &folder) {
            (Some(cluster), _) => {
                let name: String = name.chars().take(60).collect();
                cluster.create(&name);
                cluster.address(&name)
            }
            (None, folder) => {
                format!("sqlite:{}", folder.as_ref().unwrap().path().join("access.db").display())
            }
        };
        let db = Database::open(&address, &database::Settings::default()).await.unwrap();
        let seconds = Arc::new(AtomicI64::new(0));
        let now = {
            let seconds = Arc::clone(&seconds);
            Arc::new(move || start() + Duration::from_secs(seconds.load(Ordering::SeqCst).unsigned_abs()))
        };
        let outbox = Arc::new(Outbox::default());
        let mailer = Some(Arc::clone(&outbox) as Arc<dyn Mailer>);
        let accounts =
            Accounts::open(db.clone(), Vault::new([7; 32]), settings(), mailer, None, now).await.unwrap();
        Self { accounts, db, outbox, seconds, _folder: folder }
    }

    pub(crate) fn pass(&self, time: Duration) {
        self.seconds.fetch_add(time.as_secs() as i64, Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        start() + Duration::from_secs(self.seconds.load(Ordering::SeqCst).unsigned_abs())
    }

    /// Makes a user with [`PASSWORD`].
    pub(crate) async fn user(&self, name: &str, roles: &str) -> User {
        let grants: Vec<Grant> = roles.split_whitespace().map(|role| role.parse().unwrap()).collect();
        let new = NewUser {
            name: name.to_owned(),
            email: Some(format!("{name}@example.org")),
            rights: Rights::of(&grants),
        };
        let (user, link) = self.accounts.create_user(&Caller::program(), new).await.unwrap();
        self.accounts.reset_password(link.reveal(), PASSWORD, &visit("198.51.100.99")).await.unwrap();
        // Making users is not what the limits of links are tested for.
        self.pass(Duration::from_secs(60));
        user
    }

    pub(crate) async fn sign_in(&self, name: &str, password: &str) -> Result<SignedIn, Error> {
        let wish = SignIn { name: name.to_owned(), password: password.to_owned(), ..SignIn::default() };
        self.accounts.sign_in(wish, &visit("192.0.2.1")).await
    }

    /// The whole log as text.
    pub(crate) async fn log(&self) -> Vec<String> {
        let page = audit::list(&self.db, &audit::Query { limit: 1000, ..Default::default() }).await.unwrap();
        page.entries.iter().rev().map(|entry| format!("{entry:?}")).collect()
    }

    pub(crate) async fn actions(&self) -> Vec<String> {
        let page = audit::list(&self.db, &audit::Query { limit: 1000, ..Default::default() }).await.unwrap();
        page.entries.into_iter().rev().map(|entry| entry.action).collect()
    }

    /// The audit log holds what was done and no secret, and the database none in the clear.
    pub(crate) async fn log_is_whole(&self) {
        assert!(audit::verify(&self.db, None).await.unwrap().is_intact());
        for entry in self.log().await {
            assert!(![PASSWORD, OTHER].iter().any(|secret| entry.contains(secret)), "{entry}");
        }
        let rows: Vec<(String,)> = self
            .db
            .fetch("SELECT password FROM users WHERE password IS NOT NULL", Vec::<Value>::new())
            .await
            .unwrap();
        assert!(rows.iter().all(|(hash,)| hash.starts_with("$argon2id$")));
        self.db.close().await;
    }
}

fn start() -> OffsetDateTime {
    datetime!(2026-11-24 12:00 UTC)
}

pub(crate) fn visit(from: &str) -> Visit {
    Visit { from: Some(from.parse().unwrap()), agent: "Firefox".to_owned() }
}

/// A user as the server knows them once they have signed in.
pub(crate) fn caller(user: &User) -> Caller {
    let who = Who::User { id: user.id, name: user.name.clone() };
    Caller { who, rights: user.rights.clone(), from: Some("192.0.2.1".parse().unwrap()) }
}
