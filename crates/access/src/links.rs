//! Links that are good once: for the first admin, and to choose a new password.

use audit::Object;
use database::{Access, Tx, Value};
use uuid::Uuid;

use crate::accounts::Change;
use crate::password::Lane;
use crate::users::{by_id, logged, set_password};
use crate::{
    Accounts, Caller, Error, Kind, Mail, NewUser, Result, Rights, Secret, User, Visit, check_password,
};

/// How long a link is good that was sent to somebody who forgot their password.
const FORGOTTEN: time::Duration = time::Duration::hours(1);
/// The setup link is good until it is used or replaced.
const SETUP: time::Duration = time::Duration::days(365);

impl Accounts {
    /// A new link for the first admin, if there is no user yet; older ones end.
    ///
    /// # Errors
    /// The database fails.
    pub async fn setup_link(&self) -> Result<Option<Secret>> {
        let mut tx = self.begin().await?;
        if is_anybody(&mut tx).await? {
            return Ok(None);
        }
        tx.execute("DELETE FROM one_time_links WHERE purpose = 'setup'", vec![]).await?;
        let secret = self.new_link(&mut tx, Kind::Setup, None, SETUP).await?;
        tx.commit().await?;
        Ok(Some(secret))
    }

    /// Whether there is a user, so that the setup link is no longer good.
    ///
    /// # Errors
    /// The database fails.
    pub async fn is_set_up(&self) -> Result<bool> {
        let mut tx = self.shared.db.begin(Access::Read).await?;
        is_anybody(&mut tx).await
    }

    /// Makes the first admin.
    ///
    /// # Errors
    /// The link is not good, there is a user already, or name or password cannot be taken.
    pub async fn set_up(&self, link: &str, new: NewUser, password: &str, visit: &Visit) -> Result<User> {
        self.shared.gate.open(visit, self.now())?;
        let secret = Secret::parse(Kind::Setup, link).ok_or(Error::Link)?;
        check_password(password, &new.name, new.email.as_deref())?;
        let hash = self.shared.hasher.hash(password, Lane::Open).await?;
        let new = NewUser { rights: Rights::all(), ..new };
        let mut tx = self.begin().await?;
        self.use_link(&mut tx, &secret).await?;
        if is_anybody(&mut tx).await? {
            return Err(Error::Link);
        }
        let user = self.insert(&mut tx, &new, Some(hash)).await?;
        let caller = Caller::nobody(visit.from);
        let change = Change::new(&caller, "user.set_up", Object::new("user", user.id)).after(logged(&user));
        self.commit(tx, change).await?;
        Ok(user)
    }

    /// A link with which a user chooses a new password, for an admin to hand over; older ones end.
    ///
    /// # Errors
    /// The caller is no admin, there is no such user, or the database fails.
    pub async fn reset_link(&self, caller: &Caller, user: Uuid) -> Result<Secret> {
        caller.require(crate::Role::Admin)?;
        let mut tx = self.begin().await?;
        by_id(&mut tx, user).await?;
        let secret = self.new_reset(&mut tx, user, time::Duration::days(1)).await?;
        self.commit(tx, Change::new(caller, "user.reset_link", Object::new("user", user))).await?;
        Ok(secret)
    }

    /// Mails a link to whoever has this mail address. The answer is the same, and as quick, whether anybody has it:
    /// the rest is done afterwards.
    ///
    /// # Errors
    /// Too many tries, or no mail server is set up.
    pub fn forgotten(&self, email: &str, visit: &Visit) -> Result<()> {
        if self.shared.mailer.is_none() {
            return Err(Error::NotSetUp("a mail server"));
        }
        self.shared.gate.mail(email, visit, self.now())?;
        let Ok(place) = std::sync::Arc::clone(&self.shared.mails).try_acquire_owned() else {
            return Err(Error::Busy);
        };
        let (accounts, email, visit) = (self.clone(), email.to_owned(), visit.clone());
        tokio::spawn(async move {
            if let Err(error) = accounts.mail_reset(&email, &visit).await {
                tracing::error!(%error, "no link for a new password could be sent");
            }
            drop(place);
        });
        Ok(())
    }

    async fn mail_reset(&self, email: &str, visit: &Visit) -> Result<()> {
        let (Some(kept), Some(mailer)) = (self.find(email).await?, &self.shared.mailer) else {
            return Ok(());
        };
        let Some(to) = kept.user.email.clone().filter(|_| !kept.user.disabled) else { return Ok(()) };
        let mut tx = self.begin().await?;
        let secret = self.new_reset(&mut tx, kept.user.id, FORGOTTEN).await?;
        let caller = Caller::nobody(visit.from);
        self.commit(tx, Change::new(&caller, "user.forgotten", Object::new("user", kept.user.id))).await?;
        let mail = Mail {
            to,
            subject: "Choose a new password for camtally".to_owned(),
            text: format!(
                "Somebody asked for a new password for {}. To choose one, open this address within an hour:\n\n  \
                 {}/reset#{}\n\nIf it was not you, do nothing: your password stays as it is.\n",
                kept.user.name,
                self.settings().address,
                secret.reveal()
            ),
        };
        if let Err(error) = mailer.send(mail).await {
            tracing::error!(%error, user = kept.user.name, "the link for a new password could not be sent");
        }
        Ok(())
    }

    /// Chooses a new password with a link. Every session of the user ends; one-time codes stay asked for.
    ///
    /// # Errors
    /// The link is not good, the password is easily guessed, or too many tries.
    pub async fn reset_password(&self, link: &str, password: &str, visit: &Visit) -> Result<()> {
        self.shared.gate.open(visit, self.now())?;
        let secret = Secret::parse(Kind::Reset, link).ok_or(Error::Link)?;
        // Looked at first, and used only with a password that may be chosen: a link is good for a second try.
        let user = self.look_at(&secret).await?.ok_or(Error::Link)?;
        let caller = Caller::nobody(visit.from);
        let kept = self.user(&Caller::program(), user).await?;
        check_password(password, &kept.name, kept.email.as_deref())?;
        let hash = self.shared.hasher.hash(password, Lane::Open).await?;
        let mut tx = self.begin().await?;
        self.use_link(&mut tx, &secret).await?;
        set_password(&mut tx, user, &hash).await?;
        self.commit(tx, Change::new(&caller, "user.reset_password", Object::new("user", user))).await
    }

    /// A link for a user to choose a password with, in place of older ones.
    pub(crate) async fn new_reset(&self, tx: &mut Tx, user: Uuid, life: time::Duration) -> Result<Secret> {
        tx.execute("DELETE FROM one_time_links WHERE user_id = $1", vec![Value::Id(user)]).await?;
        self.new_link(tx, Kind::Reset, Some(user), life).await
    }

    async fn new_link(
        &self,
        tx: &mut Tx,
        kind: Kind,
        user: Option<Uuid>,
        life: time::Duration,
    ) -> Result<Secret> {
        let secret = Secret::new(kind)?;
        let values = vec![
            Value::Bytes(secret.hash().to_vec()),
            Value::Text(purpose(kind).to_owned()),
            Value::IdOrNull(user),
            Value::Int(database::instant::clamped(self.now() + life)),
        ];
        tx.execute(
            "INSERT INTO one_time_links (hash, purpose, user_id, expires) VALUES ($1, $2, $3, $4)",
            values,
        )
        .await?;
        Ok(secret)
    }

    async fn look_at(&self, secret: &Secret) -> Result<Option<Uuid>> {
        let sql = "SELECT user_id FROM one_time_links WHERE hash = $1 AND purpose = $2 AND expires > $3";
        let rows: Vec<(Option<Uuid>,)> = self.shared.db.fetch(sql, self.sought(secret)).await?;
        Ok(rows.into_iter().next().and_then(|(user,)| user))
    }

    /// Uses a link up.
    async fn use_link(&self, tx: &mut Tx, secret: &Secret) -> Result<()> {
        let sql = "DELETE FROM one_time_links WHERE hash = $1 AND purpose = $2 AND expires > $3";
        if tx.execute(sql, self.sought(secret)).await? == 1 { Ok(()) } else { Err(Error::Link) }
    }

    fn sought(&self, secret: &Secret) -> Vec<Value> {
        let purpose = purpose(secret.kind()).to_owned();
        vec![Value::Bytes(secret.hash().to_vec()), Value::Text(purpose), Value::Int(self.micros())]
    }
}

fn purpose(kind: Kind) -> &'static str {
    if kind == Kind::Setup { "setup" } else { "reset" }
}

async fn is_anybody(tx: &mut Tx) -> Result<bool> {
    let some: Vec<(i64,)> = tx.fetch("SELECT version FROM users LIMIT 1", vec![]).await?;
    Ok(!some.is_empty())
}
