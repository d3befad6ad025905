use audit::Object;
use database::{Dialect, Tx, Value, instant};
use serde_json::{Value as Json, json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::accounts::Change;
use crate::password::Lane;
use crate::{Accounts, Caller, Error, Grant, Result, Rights, Role, Secret, check_password, grant, mail};

/// The longest name.
const NAME: usize = 64;
/// Users on a page at most.
const PAGE: u32 = 1000;

/// Somebody who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Never changes.
    pub id: Uuid,
    /// What they sign in with; unique.
    pub name: String,
    /// Where mail reaches them; unique. They may also sign in with it.
    pub email: Option<String>,
    /// What they may do.
    pub rights: Rights,
    /// Whether they may not sign in.
    pub disabled: bool,
    /// Whether they have a password; without one they sign in by single sign-on, or have not chosen one yet.
    pub has_password: bool,
    /// Whether signing in takes a one-time code.
    pub has_totp: bool,
    /// Counts up with each change, for edits that must not overwrite another's.
    pub version: i64,
    /// When they were made.
    pub created: OffsetDateTime,
    /// When they last signed in.
    pub signed_in: Option<OffsetDateTime>,
}

/// Somebody who is to be made a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewUser {
    /// What they sign in with.
    pub name: String,
    /// Where mail reaches them.
    pub email: Option<String>,
    /// What they may do.
    pub rights: Rights,
}

/// What is to change of a user; the rest stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserChange {
    /// Another name.
    pub name: Option<String>,
    /// Another mail address, or none.
    pub email: Option<Option<String>>,
    /// Other rights.
    pub rights: Option<Rights>,
    /// Whether they may not sign in. Their sessions end, and their tokens rest.
    pub disabled: Option<bool>,
}

/// A user as the database keeps them.
#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) user: User,
    pub(crate) password: Option<String>,
    pub(crate) totp: Option<Vec<u8>>,
    pub(crate) totp_in_force: bool,
    pub(crate) epoch: i64,
}

/// In the order of [`Row`].
pub(crate) const COLUMNS: &str = "u.id, u.name, u.email, u.password, u.grants, u.disabled, u.totp, u.totp_in_force, \
                                  u.epoch, u.version, u.created, u.signed_in";

pub(crate) type Row = (
    Uuid,
    String,
    Option<String>,
    Option<String>,
    String,
    bool,
    Option<Vec<u8>>,
    bool,
    i64,
    i64,
    i64,
    Option<i64>,
);

pub(crate) fn kept(row: Row) -> Result<Kept> {
    let (
        id,
        name,
        email,
        password,
        grants,
        disabled,
        totp,
        totp_in_force,
        epoch,
        version,
        created,
        signed_in,
    ) = row;
    let user = User {
        id,
        name,
        email,
        rights: grant::read(&grants)?,
        disabled,
        has_password: password.is_some(),
        has_totp: totp_in_force,
        version,
        created: instant::calendar(created),
        signed_in: signed_in.map(instant::calendar),
    };
    Ok(Kept { user, password, totp, totp_in_force, epoch })
}

/// What the log says of a user.
pub(crate) fn logged(user: &User) -> Json {
    let roles: Vec<_> = user.rights.grants().iter().map(Grant::to_string).collect();
    json!({"name": user.name, "email": user.email, "roles": roles, "disabled": user.disabled})
}

/// A name in the one way that it is kept.
pub(crate) fn normal_name(text: &str) -> Result<String> {
    let name = text.trim().to_lowercase();
    let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
    if name.is_empty() || name.len() > NAME || !name.chars().all(known) {
        return Err(Error::invalid(
            "name",
            "it must have 1 to 64 letters a to z, digits, dots, hyphens or underscores",
        ));
    }
    Ok(name)
}

fn normal_email(text: Option<&str>) -> Result<Option<String>> {
    let normal = |text: &str| {
        mail::normal_address(text)
            .ok_or_else(|| Error::invalid("email", "it is no mail address such as anna@example.org"))
    };
    text.map(normal).transpose()
}

impl Accounts {
    /// Users by name, `limit` at most, after the one with the name `after`.
    ///
    /// # Errors
    /// The caller is no admin, or the database fails.
    pub async fn users(&self, caller: &Caller, after: &str, limit: u32) -> Result<Vec<User>> {
        caller.require(Role::Admin)?;
        let limit = limit.clamp(1, PAGE);
        let sql = format!("SELECT {COLUMNS} FROM users u WHERE u.name > $1 ORDER BY u.name LIMIT {limit}");
        let rows: Vec<Row> = self.shared.db.fetch(sql, vec![Value::Text(after.to_owned())]).await?;
        rows.into_iter().map(|row| Ok(kept(row)?.user)).collect()
    }

    /// A user. Everyone may see themselves.
    ///
    /// # Errors
    /// There is none, the caller is no admin, or the database fails.
    pub async fn user(&self, caller: &Caller, id: Uuid) -> Result<User> {
        if caller.user().ok() != Some(id) {
            caller.require(Role::Admin)?;
        }
        let sql = format!("SELECT {COLUMNS} FROM users u WHERE u.id = $1");
        let rows = self.shared.db.fetch(sql, vec![Value::Id(id)]).await?;
        Ok(kept(rows.into_iter().next().ok_or(Error::NotFound("user"))?)?.user)
    }

    /// The user with a name, for commands.
    ///
    /// # Errors
    /// As [`Accounts::user`].
    pub async fn user_named(&self, caller: &Caller, name: &str) -> Result<User> {
        caller.require(Role::Admin)?;
        Ok(self.find(name).await?.ok_or(Error::NotFound("user"))?.user)
    }

    /// Makes a user, without a password: hand them the link, which lets them choose one, once, for three days.
    ///
    /// # Errors
    /// A name or mail address that is none or is taken, a caller who is no admin, or a database that fails.
    pub async fn create_user(&self, caller: &Caller, new: NewUser) -> Result<(User, Secret)> {
        caller.require(Role::Admin)?;
        let mut tx = self.begin().await?;
        let user = self.insert(&mut tx, &new, None).await?;
        let link = self.new_reset(&mut tx, user.id, time::Duration::days(3)).await?;
        let change = Change::new(caller, "user.create", Object::new("user", user.id)).after(logged(&user));
        self.commit(tx, change).await?;
        Ok((user, link))
    }

    /// Changes a user, if they still have `version`; whatever their version if none.
    ///
    /// # Errors
    /// As [`Accounts::create_user`]; and if it would leave no admin, or somebody changed the user meanwhile.
    pub async fn update_user(
        &self,
        caller: &Caller,
        id: Uuid,
        version: Option<i64>,
        wanted: UserChange,
    ) -> Result<User> {
        caller.require(Role::Admin)?;
        let mut tx = self.begin().await?;
        lock_admins(&mut tx).await?;
        let Kept { user: before, .. } = by_id(&mut tx, id).await?;
        if version.is_some_and(|version| version != before.version) {
            return Err(Error::Changed);
        }
        let name =
            wanted.name.as_deref().map(normal_name).transpose()?.unwrap_or_else(|| before.name.clone());
        let email = match &wanted.email {
            Some(email) => normal_email(email.as_deref())?,
            None => before.email.clone(),
        };
        let rights = wanted.rights.unwrap_or_else(|| before.rights.clone());
        let disabled = wanted.disabled.unwrap_or(before.disabled);
        if let Some(email) = &email
            && before.email.as_ref() != Some(email)
        {
            free(&mut tx, "email", email).await?;
        }
        if name != before.name {
            free(&mut tx, "name", &name).await?;
        }
        let values = vec![
            Value::Id(id),
            Value::Text(name.clone()),
            Value::TextOrNull(email.clone()),
            Value::Text(grant::write(&rights)),
            Value::Flag(disabled),
        ];
        tx.execute(
            "UPDATE users SET name = $2, email = $3, grants = $4, disabled = $5, version = version + 1 WHERE id = $1",
            values,
        )
        .await?;
        if disabled && !before.disabled {
            end_everything(&mut tx, id).await?;
        }
        some_admin(&mut tx).await?;
        let after = User { name, email, rights, disabled, version: before.version + 1, ..before.clone() };
        let change = Change::new(caller, "user.update", Object::new("user", id));
        self.commit(tx, change.before(logged(&before)).after(logged(&after))).await?;
        Ok(after)
    }

    /// Deletes a user, their sessions and their tokens. The log keeps their name.
    ///
    /// # Errors
    /// As [`Accounts::update_user`].
    pub async fn delete_user(&self, caller: &Caller, id: Uuid, version: Option<i64>) -> Result<()> {
        caller.require(Role::Admin)?;
        let mut tx = self.begin().await?;
        lock_admins(&mut tx).await?;
        let Kept { user: before, .. } = by_id(&mut tx, id).await?;
        if version.is_some_and(|version| version != before.version) {
            return Err(Error::Changed);
        }
        tx.execute("DELETE FROM users WHERE id = $1", vec![Value::Id(id)]).await?;
        some_admin(&mut tx).await?;
        let change = Change::new(caller, "user.delete", Object::new("user", id)).before(logged(&before));
        self.commit(tx, change).await
    }

    /// Chooses another password, for the user who is signed in; all their sessions end.
    ///
    /// # Errors
    /// The present password is wrong, the other is easily guessed, too many tries, or the database fails.
    pub async fn change_password(&self, caller: &Caller, present: &str, other: &str) -> Result<()> {
        let id = caller.user()?;
        let kept = self.confirmed(id, present).await?;
        check_password(other, &kept.user.name, kept.user.email.as_deref())?;
        let hash = self.shared.hasher.hash(other, Lane::Trusted).await?;
        let mut tx = self.begin().await?;
        set_password(&mut tx, id, &hash).await?;
        self.commit(tx, Change::new(caller, "user.change_password", Object::new("user", id))).await
    }

    /// The signed-in user, once their password was given again.
    pub(crate) async fn confirmed(&self, id: Uuid, password: &str) -> Result<Kept> {
        self.shared.gate.confirm(id, self.now())?;
        let mut tx = self.shared.db.begin(database::Access::Read).await?;
        let kept = by_id(&mut tx, id).await?;
        drop(tx);
        if !self.shared.hasher.verify(password, kept.password.as_deref(), Lane::Trusted).await? {
            return Err(Error::SignIn);
        }
        self.shared.gate.confirmed(id, self.now());
        Ok(kept)
    }

    /// The user who signs in with this name or mail address.
    pub(crate) async fn find(&self, name: &str) -> Result<Option<Kept>> {
        let name = name.trim().to_lowercase();
        let sql = format!("SELECT {COLUMNS} FROM users u WHERE u.name = $1 OR u.email = $1");
        let rows: Vec<Row> = self.shared.db.fetch(sql, vec![Value::Text(name)]).await?;
        rows.into_iter().next().map(kept).transpose()
    }

    pub(crate) async fn insert(&self, tx: &mut Tx, new: &NewUser, password: Option<String>) -> Result<User> {
        let name = normal_name(&new.name)?;
        let email = normal_email(new.email.as_deref())?;
        let created = self.micros();
        let user = User {
            id: self.new_id(),
            name,
            email,
            rights: new.rights.clone(),
            disabled: false,
            has_password: password.is_some(),
            has_totp: false,
            version: 1,
            created: instant::calendar(created),
            signed_in: None,
        };
        free(tx, "name", &user.name).await?;
        if let Some(email) = &user.email {
            free(tx, "email", email).await?;
        }
        let values = vec![
            Value::Id(user.id),
            Value::Text(user.name.clone()),
            Value::TextOrNull(user.email.clone()),
            Value::TextOrNull(password),
            Value::Text(grant::write(&user.rights)),
            Value::Flag(false),
            Value::Int(created),
        ];
        tx.execute(
            "INSERT INTO users (id, name, email, password, grants, disabled, totp_in_force, totp_step, epoch, version, \
             created) VALUES ($1, $2, $3, $4, $5, $6, $6, 0, 0, 1, $7)",
            values,
        )
        .await?;
        Ok(user)
    }
}

pub(crate) async fn by_id(tx: &mut Tx, id: Uuid) -> Result<Kept> {
    let sql = format!("SELECT {COLUMNS} FROM users u WHERE u.id = $1");
    let rows = tx.fetch(sql, vec![Value::Id(id)]).await?;
    kept(rows.into_iter().next().ok_or(Error::NotFound("user"))?)
}

/// Sets a password; everything that was given out before ends.
pub(crate) async fn set_password(tx: &mut Tx, id: Uuid, hash: &str) -> Result<()> {
    let values = vec![Value::Id(id), Value::Text(hash.to_owned())];
    tx.execute("UPDATE users SET password = $2, version = version + 1 WHERE id = $1", values).await?;
    end_everything(tx, id).await
}

/// Ends a user's sessions, links, and trust in their devices. Tokens stay: they have owners, expiries and a list.
pub(crate) async fn end_everything(tx: &mut Tx, id: Uuid) -> Result<()> {
    tx.execute("UPDATE users SET epoch = epoch + 1 WHERE id = $1", vec![Value::Id(id)]).await?;
    tx.execute("DELETE FROM sessions WHERE user_id = $1", vec![Value::Id(id)]).await?;
    tx.execute("DELETE FROM one_time_links WHERE user_id = $1", vec![Value::Id(id)]).await?;
    Ok(())
}

/// Refuses a name or mail address that somebody has, as either: they sign in with both.
async fn free(tx: &mut Tx, what: &'static str, text: &str) -> Result<()> {
    let sql = "SELECT 1 + 0 * version FROM users WHERE name = $1 OR email = $1";
    let taken: Vec<(i64,)> = tx.fetch(sql, vec![Value::Text(text.to_owned())]).await?;
    if taken.is_empty() { Ok(()) } else { Err(Error::Taken(what)) }
}

/// Two who take the last two admins' roles away at once must not both succeed.
async fn lock_admins(tx: &mut Tx) -> Result<()> {
    if tx.dialect() == Dialect::Postgres {
        tx.execute("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE", vec![]).await?;
    }
    Ok(())
}

/// Refuses to leave nobody who may manage users.
async fn some_admin(tx: &mut Tx) -> Result<()> {
    let rows: Vec<(String,)> = tx.fetch("SELECT grants FROM users WHERE NOT disabled", vec![]).await?;
    for (grants,) in rows {
        if grant::read(&grants)?.everywhere == Some(Role::Admin) {
            return Ok(());
        }
    }
    Err(Error::LastAdmin)
}
