//! Who a session or a token stands for.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use database::{Access, Value};
use uuid::Uuid;

use crate::{Accounts, Caller, Error, Kind, Result, Secret, Who, grant};

/// What the proof is signed for that a request comes from the dashboard and not from another site.
const CSRF: &str = "csrf";
/// How exactly it is kept when a token was last used, in microseconds.
const USED: i64 = 60_000_000;

/// Somebody who has shown a session or a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Who, what they may do, and where from.
    pub caller: Caller,
    /// Their session; none for a token.
    pub session: Option<Uuid>,
    /// Until when it is good, in microseconds since 1970.
    expires: i64,
}

impl Accounts {
    /// Who a session's short secret or a token stands for. Another process's sign-out or change of rights is noticed
    /// within five seconds, this one's at once.
    ///
    /// # Errors
    /// It is not good (any more), or the database fails.
    pub async fn authenticate(&self, text: &str, from: Option<IpAddr>) -> Result<Known> {
        let secret = Secret::parse(Kind::Session, text).or_else(|| Secret::parse(Kind::Token, text));
        let secret = secret.ok_or(Error::NotSignedIn)?;
        let hash = secret.hash();
        let mut known = match self.shared.known.get(&hash) {
            Some(known) => known,
            None => {
                let known = match secret.kind() {
                    Kind::Session => self.by_session(hash).await?,
                    _ => self.by_token(hash).await?,
                };
                self.shared.known.insert(hash, known.clone());
                known
            }
        };
        if known.expires <= self.micros() {
            return Err(Error::NotSignedIn);
        }
        known.caller.from = from;
        Ok(known)
    }

    async fn by_session(&self, hash: [u8; 32]) -> Result<Known> {
        type Row = (Uuid, i64, Uuid, String, String);
        let sql = "SELECT s.id, CASE WHEN s.access_expires < s.expires THEN s.access_expires ELSE s.expires END, \
                   u.id, u.name, u.grants FROM sessions s JOIN users u ON u.id = s.user_id \
                   WHERE s.access_hash = $1 AND NOT u.disabled";
        let rows: Vec<Row> = self.shared.db.fetch(sql, vec![Value::Bytes(hash.to_vec())]).await?;
        let (session, expires, id, name, grants) = rows.into_iter().next().ok_or(Error::NotSignedIn)?;
        let caller = Caller { who: Who::User { id, name }, rights: grant::read(&grants)?, from: None };
        Ok(Known { caller, session: Some(session), expires })
    }

    async fn by_token(&self, hash: [u8; 32]) -> Result<Known> {
        type Row = (Uuid, String, String, Option<i64>, Option<i64>, Uuid, String);
        let sql = "SELECT t.id, t.name, t.scopes, t.expires, t.used, u.id, u.grants FROM api_tokens t \
                   JOIN users u ON u.id = t.user_id WHERE t.hash = $1 AND t.revoked IS NULL AND NOT u.disabled";
        let rows: Vec<Row> = self.shared.db.fetch(sql, vec![Value::Bytes(hash.to_vec())]).await?;
        let row = rows.into_iter().next().ok_or(Error::NotSignedIn)?;
        let (id, name, scopes, expires, used, owner, grants) = row;
        let now = self.micros();
        if used.is_none_or(|used| used + USED <= now) {
            let mut tx = self.shared.db.begin(Access::Add).await?;
            tx.execute("UPDATE api_tokens SET used = $2 WHERE id = $1", vec![Value::Id(id), Value::Int(now)])
                .await?;
            tx.commit().await?;
        }
        let rights = grant::read(&scopes)?.both(&grant::read(&grants)?);
        let caller = Caller { who: Who::Token { id, name, owner }, rights, from: None };
        Ok(Known { caller, session: None, expires: expires.unwrap_or(i64::MAX) })
    }

    /// What the dashboard sends along with each change, to show that the change comes from it and not from another site
    /// that the browser is at. It belongs to one session.
    pub fn csrf(&self, session: Uuid) -> String {
        URL_SAFE_NO_PAD.encode(self.shared.vault.sign(CSRF, session.as_bytes()))
    }

    /// Whether this is what [`Accounts::csrf`] gave for the session.
    pub fn is_csrf(&self, session: Uuid, text: &str) -> bool {
        let code = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
        self.shared.vault.is_signed(CSRF, session.as_bytes(), &code)
    }
}
