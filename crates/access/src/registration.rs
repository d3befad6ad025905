//! Codes with which people sign up.

use audit::Object;
use database::{Value, instant};
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::accounts::Change;
use crate::check_password;
use crate::password::Lane;
use crate::users::logged;
use crate::{Accounts, Caller, Error, Grant, Kind, NewUser, Result, Rights, Role, Secret, User, Visit, Who};

/// Codes of a list at most.
const MOST: usize = 1000;

/// A code with which people sign up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationCode {
    /// Never changes.
    pub id: Uuid,
    /// The first characters, to recognise it by.
    pub prefix: String,
    /// What those may do who sign up with it.
    pub grant: Grant,
    /// How many more may sign up with it.
    pub uses_left: i64,
    /// Until when.
    pub expires: OffsetDateTime,
    /// Who made it.
    pub made_by: String,
    /// When it was made.
    pub created: OffsetDateTime,
}

/// A code that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRegistrationCode {
    /// What those may do who sign up with it.
    pub grant: Grant,
    /// How many may sign up with it, 1 to 1000.
    pub uses: u32,
    /// Until when; at most a year from now.
    pub expires: OffsetDateTime,
}

/// Somebody who signs up.
#[derive(Clone, PartialEq, Eq)]
pub struct SignUp {
    /// The registration code.
    pub code: String,
    /// What they will sign in with.
    pub name: String,
    /// Where mail reaches them.
    pub email: Option<String>,
    /// Their password.
    pub password: String,
}

type Row = (Uuid, String, String, Option<String>, i64, i64, String, i64);
const COLUMNS: &str = "id, prefix, role, site, uses_left, expires, made_by, created";

fn code(row: Row) -> Result<RegistrationCode> {
    let (id, prefix, role, site, uses_left, expires, made_by, created) = row;
    let role: Grant =
        role.parse().map_err(|error: crate::ParseGrantError| Error::Damaged(error.to_string()))?;
    Ok(RegistrationCode {
        id,
        prefix,
        grant: Grant { role: role.role, site },
        uses_left,
        expires: instant::calendar(expires),
        made_by,
        created: instant::calendar(created),
    })
}

/// Admins may make codes for where they are admin.
fn may(caller: &Caller, site: Option<&str>) -> bool {
    match site {
        None => caller.rights.everywhere == Some(Role::Admin),
        Some(site) => caller.rights.allow(Role::Admin, site),
    }
}

impl Accounts {
    /// Makes a code.
    ///
    /// # Errors
    /// The caller is no admin of the code's site, a number or time that cannot be taken, or the database fails.
    pub async fn create_registration_code(
        &self,
        caller: &Caller,
        new: NewRegistrationCode,
    ) -> Result<(RegistrationCode, Secret)> {
        if !may(caller, new.grant.site.as_deref()) {
            return Err(Error::Denied("admin, of the site that the code is for"));
        }
        let now = self.now();
        if !(1..=1000).contains(&new.uses) {
            return Err(Error::invalid("uses", "it must be 1 to 1000"));
        }
        if new.expires <= now || new.expires > now + time::Duration::days(366) {
            return Err(Error::invalid("expires", "it must be within a year from now"));
        }
        let secret = Secret::new(Kind::Registration)?;
        let made = RegistrationCode {
            id: self.new_id(),
            prefix: secret.recognisable().to_owned(),
            grant: new.grant,
            uses_left: new.uses.into(),
            expires: new.expires,
            made_by: name(caller),
            created: now,
        };
        let mut tx = self.begin().await?;
        let values = vec![
            Value::Id(made.id),
            Value::Text(made.prefix.clone()),
            Value::Bytes(secret.hash().to_vec()),
            Value::Text(made.grant.role.as_str().to_owned()),
            Value::TextOrNull(made.grant.site.clone()),
            Value::Int(made.uses_left),
            Value::Int(instant::clamped(made.expires)),
            Value::Text(made.made_by.clone()),
            Value::Int(instant::clamped(now)),
        ];
        let sql = "INSERT INTO registration_codes (id, prefix, hash, role, site, uses_left, expires, made_by, created) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        tx.execute(sql, values).await?;
        let change = Change {
            site: made.grant.site.clone(),
            ..Change::new(caller, "registration_code.create", Object::new("registration_code", made.id))
        };
        let after = json!({"role": made.grant.to_string(), "uses": made.uses_left, "prefix": made.prefix});
        self.commit(tx, change.after(after)).await?;
        Ok((made, secret))
    }

    /// Codes that the caller may make and end, the newest first; a thousand at most.
    ///
    /// # Errors
    /// The database fails.
    pub async fn registration_codes(&self, caller: &Caller) -> Result<Vec<RegistrationCode>> {
        let sql = format!("SELECT {COLUMNS} FROM registration_codes ORDER BY id DESC");
        let rows: Vec<Row> = self.shared.db.fetch(sql, vec![]).await?;
        let visible = rows.into_iter().filter(|row| may(caller, row.3.as_deref()));
        visible.take(MOST).map(code).collect()
    }

    /// Ends a code; who signed up with it stays.
    ///
    /// # Errors
    /// There is none that the caller may end, or the database fails.
    pub async fn delete_registration_code(&self, caller: &Caller, id: Uuid) -> Result<()> {
        let mut tx = self.begin().await?;
        let sql = format!("DELETE FROM registration_codes WHERE id = $1 RETURNING {COLUMNS}");
        let rows: Vec<Row> = tx.fetch(sql, vec![Value::Id(id)]).await?;
        let found = rows.into_iter().next().filter(|row| may(caller, row.3.as_deref()));
        let ended = code(found.ok_or(Error::NotFound("registration code"))?)?;
        let change = Change {
            site: ended.grant.site.clone(),
            ..Change::new(caller, "registration_code.delete", Object::new("registration_code", id))
        };
        self.commit(tx, change.before(json!({"role": ended.grant.to_string(), "prefix": ended.prefix}))).await
    }

    /// Makes a user by a code. They then sign in.
    ///
    /// # Errors
    /// The code is not good, name or password cannot be taken, or too many tries.
    pub async fn sign_up(&self, wish: SignUp, visit: &Visit) -> Result<User> {
        self.shared.gate.open(visit, self.now())?;
        let secret = Secret::parse(Kind::Registration, &wish.code).ok_or(Error::Link)?;
        let sought = || vec![Value::Bytes(secret.hash().to_vec()), Value::Int(self.micros())];
        // Only who has a good code has a password hashed, and is told which names are taken.
        let sql =
            "SELECT uses_left FROM registration_codes WHERE hash = $1 AND expires > $2 AND uses_left > 0";
        let good: Vec<(i64,)> = self.shared.db.fetch(sql, sought()).await?;
        if good.is_empty() {
            return Err(Error::Link);
        }
        check_password(&wish.password, &wish.name, wish.email.as_deref())?;
        let hash = self.shared.hasher.hash(&wish.password, Lane::Open).await?;
        let mut tx = self.begin().await?;
        let sql = format!(
            "UPDATE registration_codes SET uses_left = uses_left - 1 \
             WHERE hash = $1 AND expires > $2 AND uses_left > 0 RETURNING {COLUMNS}"
        );
        let rows: Vec<Row> = tx.fetch(sql, sought()).await?;
        let used = code(rows.into_iter().next().ok_or(Error::Link)?)?;
        let rights = Rights::of([&used.grant]);
        let user =
            self.insert(&mut tx, &NewUser { name: wish.name, email: wish.email, rights }, Some(hash)).await?;
        let caller = Caller::nobody(visit.from);
        let change = Change {
            site: used.grant.site.clone(),
            ..Change::new(&caller, "user.sign_up", Object::new("user", user.id))
        };
        let mut after = logged(&user);
        after["registration_code"] = json!(used.id);
        self.commit(tx, change.after(after)).await?;
        Ok(user)
    }
}

fn name(caller: &Caller) -> String {
    match &caller.who {
        Who::User { name, .. } | Who::Token { name, .. } => name.clone(),
        Who::Program => "camtally".to_owned(),
        Who::Nobody => String::new(),
    }
}
