//! Tokens of programs.

use audit::Object;
use database::{Value, instant};
use serde_json::{Value as Json, json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::accounts::Change;
use crate::{Accounts, Caller, Error, Grant, Kind, Result, Rights, Role, Secret, grant};

/// Tokens that one user may have.
const MOST: i64 = 100;

/// A token of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Never changes.
    pub id: Uuid,
    /// Whose rights it has, as far as its scopes let it.
    pub owner: Uuid,
    /// What it is for.
    pub name: String,
    /// The first characters, to recognise it by.
    pub prefix: String,
    /// What it may do at most.
    pub scopes: Rights,
    /// When it was made.
    pub created: OffsetDateTime,
    /// Until when it is good.
    pub expires: Option<OffsetDateTime>,
    /// When it was last used, to the minute.
    pub used: Option<OffsetDateTime>,
    /// When it was revoked.
    pub revoked: Option<OffsetDateTime>,
}

/// A token that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// What it is for, 1 to 100 characters.
    pub name: String,
    /// What it may do at most; never more than its owner may.
    pub scopes: Rights,
    /// Until when it is good; for good if none.
    pub expires: Option<OffsetDateTime>,
}

type Row = (Uuid, Uuid, String, String, String, i64, Option<i64>, Option<i64>, Option<i64>);
const COLUMNS: &str = "id, user_id, name, prefix, scopes, created, expires, used, revoked";

fn token(row: Row) -> Result<Token> {
    let (id, owner, name, prefix, scopes, created, expires, used, revoked) = row;
    Ok(Token {
        id,
        owner,
        name,
        prefix,
        scopes: grant::read(&scopes)?,
        created: instant::calendar(created),
        expires: expires.map(instant::calendar),
        used: used.map(instant::calendar),
        revoked: revoked.map(instant::calendar),
    })
}

fn logged(token: &Token) -> Json {
    let scopes: Vec<_> = token.scopes.grants().iter().map(Grant::to_string).collect();
    // The name `token` would be masked.
    json!({"name": token.name, "prefix": token.prefix, "scopes": scopes, "owner": token.owner})
}

impl Accounts {
    /// Makes a token for the signed-in user; an admin, and the program, may make one for another user.
    ///
    /// # Errors
    /// Scopes that reach further than the owner's rights, a name or time that cannot be taken, too many tokens, or a
    /// database that fails.
    pub async fn create_token(&self, caller: &Caller, owner: Uuid, new: NewToken) -> Result<(Token, Secret)> {
        if caller.user().ok() != Some(owner) {
            caller.require(Role::Admin)?;
        }
        let name = new.name.trim().to_owned();
        if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
            return Err(Error::invalid("name", "it must have 1 to 100 characters"));
        }
        let now = self.now();
        if new.expires.is_some_and(|expires| expires <= now) {
            return Err(Error::invalid("expires", "it must be in the future"));
        }
        let mut tx = self.begin().await?;
        let kept = crate::users::by_id(&mut tx, owner).await?;
        if new.scopes == Rights::default() || new.scopes.both(&kept.user.rights) != new.scopes {
            return Err(Error::invalid(
                "scopes",
                "they must be within what the owner may do, such as viewer",
            ));
        }
        let counted: Vec<(i64,)> = tx
            .fetch(
                "SELECT COUNT(*) FROM api_tokens WHERE user_id = $1 AND revoked IS NULL",
                vec![Value::Id(owner)],
            )
            .await?;
        if counted.first().is_some_and(|(count,)| *count >= MOST) {
            return Err(Error::invalid("tokens", "a user has at most 100: revoke some"));
        }
        let secret = Secret::new(Kind::Token)?;
        let made = Token {
            id: self.new_id(),
            owner,
            name,
            prefix: secret.recognisable().to_owned(),
            scopes: new.scopes,
            created: now,
            expires: new.expires,
            used: None,
            revoked: None,
        };
        let values = vec![
            Value::Id(made.id),
            Value::Id(owner),
            Value::Text(made.name.clone()),
            Value::Text(made.prefix.clone()),
            Value::Bytes(secret.hash().to_vec()),
            Value::Text(grant::write(&made.scopes)),
            Value::Int(instant::clamped(now)),
            Value::IntOrNull(made.expires.map(instant::clamped)),
        ];
        let sql = "INSERT INTO api_tokens (id, user_id, name, prefix, hash, scopes, created, expires) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        tx.execute(sql, values).await?;
        let change = Change::new(caller, "token.create", Object::new("token", made.id)).after(logged(&made));
        self.commit(tx, change).await?;
        Ok((made, secret))
    }

    /// Tokens, the newest first: the signed-in user's, or everybody's for an admin who asks for no owner. `after` is the
    /// last of the page before.
    ///
    /// # Errors
    /// The caller may not see them, or the database fails.
    pub async fn tokens(
        &self,
        caller: &Caller,
        owner: Option<Uuid>,
        after: Option<Uuid>,
        limit: u32,
    ) -> Result<Vec<Token>> {
        if owner.is_none() || caller.user().ok() != owner {
            caller.require(Role::Admin)?;
        }
        let mut values = vec![Value::Id(after.unwrap_or(Uuid::max()))];
        let mut only = "";
        if let Some(owner) = owner {
            values.push(Value::Id(owner));
            only = "AND user_id = $2";
        }
        let limit = limit.clamp(1, 1000);
        let sql =
            format!("SELECT {COLUMNS} FROM api_tokens WHERE id < $1 {only} ORDER BY id DESC LIMIT {limit}");
        let rows: Vec<Row> = self.shared.db.fetch(sql, values).await?;
        rows.into_iter().map(token).collect()
    }

    /// Revokes a token of the signed-in user; an admin may revoke any. It stays in the list.
    ///
    /// # Errors
    /// There is none that the caller may revoke, or the database fails.
    pub async fn revoke_token(&self, caller: &Caller, id: Uuid) -> Result<()> {
        let mut tx = self.begin().await?;
        let sql = format!(
            "UPDATE api_tokens SET revoked = $2 WHERE id = $1 AND revoked IS NULL RETURNING {COLUMNS}"
        );
        let rows: Vec<Row> = tx.fetch(sql, vec![Value::Id(id), Value::Int(self.micros())]).await?;
        let ended = token(rows.into_iter().next().ok_or(Error::NotFound("token"))?)?;
        if caller.user().ok() != Some(ended.owner) && caller.require(Role::Admin).is_err() {
            return Err(Error::NotFound("token"));
        }
        let change = Change::new(caller, "token.revoke", Object::new("token", id)).before(logged(&ended));
        self.commit(tx, change).await
    }
}
