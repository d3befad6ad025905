//! Sessions: from sign-in to sign-out, renewed again and again.

use audit::Object;
use database::{Tx, Value, instant};
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::accounts::Change;
use crate::users::{Kept, end_everything};
use crate::{Accounts, Caller, Error, Kind, Result, Secret, Visit, Who};

/// Sessions of one user; with one more, the one that was idle the longest ends.
const MOST: i64 = 50;
/// Characters that are kept of what a browser calls itself.
const AGENT: usize = 200;

/// A session, for the list that its user sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Never changes.
    pub id: Uuid,
    /// When they signed in.
    pub created: OffsetDateTime,
    /// When it was last renewed.
    pub refreshed: OffsetDateTime,
    /// When it ends at the latest.
    pub expires: OffsetDateTime,
    /// Where they signed in from.
    pub address: Option<String>,
    /// What their browser called itself.
    pub agent: String,
}

/// What a session is shown by, and renewed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionSecrets {
    /// The session.
    pub id: Uuid,
    /// Shown with each request.
    pub access: Secret,
    /// Until when.
    pub access_expires: OffsetDateTime,
    /// Good for one renewal.
    pub refresh: Secret,
    /// When the session ends at the latest.
    pub expires: OffsetDateTime,
    /// Sent along with each change, see [`Accounts::csrf`].
    pub csrf: String,
}

impl Accounts {
    /// Renews a session: new secrets for old. A refresh token that comes a second time ends its session: either the
    /// thief or the user has renewed before, and the program cannot know which.
    ///
    /// # Errors
    /// [`Error::Reused`]; [`Error::NotSignedIn`] where the session has ended; or the database fails.
    pub async fn refresh(&self, text: &str, visit: &Visit) -> Result<SessionSecrets> {
        let secret = Secret::parse(Kind::Refresh, text).ok_or(Error::NotSignedIn)?;
        let mut tx = self.begin().await?;
        let sql = format!(
            "SELECT r.session_id, r.used, s.user_id, s.expires, u.name, u.disabled FROM refresh_tokens r \
             JOIN sessions s ON s.id = r.session_id JOIN users u ON u.id = s.user_id WHERE r.hash = $1 {}",
            tx.dialect().for_update()
        );
        type Row = (Uuid, bool, Uuid, i64, String, bool);
        let rows: Vec<Row> = tx.fetch(sql, vec![Value::Bytes(secret.hash().to_vec())]).await?;
        let (session, used, user, expires, name, disabled) =
            rows.into_iter().next().ok_or(Error::NotSignedIn)?;
        let now = self.now();
        if used {
            tx.execute("DELETE FROM sessions WHERE id = $1", vec![Value::Id(session)]).await?;
            let caller = Caller::nobody(visit.from);
            let change = Change::new(&caller, "session.reuse", Object::new("session", session));
            self.commit(tx, change.before(json!({"user": user, "name": name}))).await?;
            tracing::warn!(
                name,
                address = visit.from.map(tracing::field::display),
                "a refresh token came twice: it was stolen from or by its user, and the session has ended"
            );
            return Err(Error::Reused);
        }
        if disabled || expires <= instant::clamped(now) {
            return Err(Error::NotSignedIn);
        }
        let flag = vec![Value::Bytes(secret.hash().to_vec()), Value::Flag(true)];
        tx.execute("UPDATE refresh_tokens SET used = $2 WHERE hash = $1", flag).await?;
        let access = Secret::new(Kind::Session)?;
        let access_expires = now + self.settings().access_life;
        let values = vec![
            Value::Id(session),
            Value::Bytes(access.hash().to_vec()),
            Value::Int(instant::clamped(access_expires)),
            Value::Int(instant::clamped(now)),
        ];
        let sql = "UPDATE sessions SET access_hash = $2, access_expires = $3, refreshed = $4 WHERE id = $1";
        tx.execute(sql, values).await?;
        let refresh = new_refresh(&mut tx, session).await?;
        tx.commit().await?;
        // The old short secret must not be taken any more.
        self.shared.known.invalidate_all();
        let expires = instant::calendar(expires);
        Ok(SessionSecrets { id: session, access, access_expires, refresh, expires, csrf: self.csrf(session) })
    }

    /// Sessions of the signed-in user, the last renewed first.
    ///
    /// # Errors
    /// The caller is no user, or the database fails.
    pub async fn sessions(&self, caller: &Caller) -> Result<Vec<Session>> {
        type Row = (Uuid, i64, i64, i64, Option<String>, String);
        let sql = "SELECT id, created, refreshed, expires, address, agent FROM sessions \
                   WHERE user_id = $1 AND expires > $2 ORDER BY refreshed DESC";
        let values = vec![Value::Id(caller.user()?), Value::Int(self.micros())];
        let rows: Vec<Row> = self.shared.db.fetch(sql, values).await?;
        let session = |(id, created, refreshed, expires, address, agent)| Session {
            id,
            created: instant::calendar(created),
            refreshed: instant::calendar(refreshed),
            expires: instant::calendar(expires),
            address,
            agent,
        };
        Ok(rows.into_iter().map(session).collect())
    }

    /// Ends a session of the signed-in user: signs out.
    ///
    /// # Errors
    /// They have no such session, or the database fails.
    pub async fn sign_out(&self, caller: &Caller, session: Uuid) -> Result<()> {
        let mut tx = self.begin().await?;
        let values = vec![Value::Id(session), Value::Id(caller.user()?)];
        if tx.execute("DELETE FROM sessions WHERE id = $1 AND user_id = $2", values).await? == 0 {
            return Err(Error::NotFound("session"));
        }
        self.commit(tx, Change::new(caller, "session.delete", Object::new("session", session))).await
    }

    /// Ends every session of a user, and the trust in their devices: the signed-in user's own; an admin may for any.
    ///
    /// # Errors
    /// The caller may not, there is no such user, or the database fails.
    pub async fn sign_out_everywhere(&self, caller: &Caller, user: Uuid) -> Result<()> {
        if caller.user().ok() != Some(user) {
            caller.require(crate::Role::Admin)?;
        }
        let mut tx = self.begin().await?;
        crate::users::by_id(&mut tx, user).await?;
        end_everything(&mut tx, user).await?;
        self.commit(tx, Change::new(caller, "user.sign_out_everywhere", Object::new("user", user))).await
    }

    /// Begins a session, in the transaction of the sign-in, and ends that.
    pub(crate) async fn begin_session(
        &self,
        mut tx: Tx,
        kept: &Kept,
        visit: &Visit,
        how: &'static str,
    ) -> Result<SessionSecrets> {
        let (id, user, now) = (self.new_id(), kept.user.id, self.now());
        let micros = instant::clamped(now);
        tx.execute(
            "UPDATE users SET signed_in = $2 WHERE id = $1",
            vec![Value::Id(user), Value::Int(micros)],
        )
        .await?;
        let sql = format!(
            "DELETE FROM sessions WHERE user_id = $1 AND (expires <= $2 OR id IN (SELECT id FROM sessions \
             WHERE user_id = $1 ORDER BY refreshed DESC LIMIT 1000 OFFSET {}))",
            MOST - 1
        );
        tx.execute(sql, vec![Value::Id(user), Value::Int(micros)]).await?;
        let access = Secret::new(Kind::Session)?;
        let (access_expires, expires) =
            (now + self.settings().access_life, now + self.settings().session_life);
        let agent: String = visit.agent.chars().filter(|c| !c.is_control()).take(AGENT).collect();
        let values = vec![
            Value::Id(id),
            Value::Id(user),
            Value::Int(micros),
            Value::Int(instant::clamped(expires)),
            Value::TextOrNull(visit.from.map(|address| address.to_canonical().to_string())),
            Value::Text(agent.clone()),
            Value::Bytes(access.hash().to_vec()),
            Value::Int(instant::clamped(access_expires)),
        ];
        let sql = "INSERT INTO sessions (id, user_id, created, refreshed, expires, address, agent, access_hash, \
                   access_expires) VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8)";
        tx.execute(sql, values).await?;
        let refresh = new_refresh(&mut tx, id).await?;
        let who = Who::User { id: user, name: kept.user.name.clone() };
        let caller = Caller { who, rights: kept.user.rights.clone(), from: visit.from };
        let change = Change::new(&caller, "session.create", Object::new("session", id));
        self.commit(tx, change.after(json!({"by": how, "agent": agent}))).await?;
        Ok(SessionSecrets { id, access, access_expires, refresh, expires, csrf: self.csrf(id) })
    }
}

async fn new_refresh(tx: &mut Tx, session: Uuid) -> Result<Secret> {
    let secret = Secret::new(Kind::Refresh)?;
    let values = vec![Value::Bytes(secret.hash().to_vec()), Value::Id(session), Value::Flag(false)];
    tx.execute("INSERT INTO refresh_tokens (hash, session_id, used) VALUES ($1, $2, $3)", values).await?;
    Ok(secret)
}
