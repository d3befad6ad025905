//! One-time codes by an app (TOTP, RFC 6238), and recovery codes for when the app is lost.

use audit::Object;
use database::{Tx, Value};
use totp_rs::{Algorithm, Builder, Totp};
use uuid::Uuid;

use crate::accounts::Change;
use crate::secret::random;
use crate::users::Kept;
use crate::{Accounts, Caller, Error, Result};

/// Seconds that a code is shown.
const STEP: i64 = 30;
/// Recovery codes that are made at once.
const RECOVERY_CODES: usize = 10;
/// The purpose that recovery codes are hashed for.
const RECOVERY: &str = "recovery code";

/// A key for an app.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpKey {
    /// The key in base32, to type in.
    pub key: String,
    /// The same as an `otpauth:` address, for a QR code.
    pub address: String,
}

fn app(key: &[u8], name: &str) -> Result<Totp> {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(STEP as u64)
        .with_secret(key.to_vec())
        .with_issuer(Some("camtally".to_owned()))
        .with_account_name(name.to_owned())
        .build()
        .map_err(|error| Error::Damaged(format!("a key of one-time codes: {error}")))
}

fn place(user: Uuid) -> String {
    format!("user/{user}/totp")
}

impl Accounts {
    /// Makes a key for the signed-in user's app. It is in force once a code of it was given.
    ///
    /// # Errors
    /// The password is wrong, codes are asked for already, or the database fails.
    pub async fn begin_totp(&self, caller: &Caller, password: &str) -> Result<TotpKey> {
        let id = caller.user()?;
        let kept = self.confirmed(id, password).await?;
        if kept.totp_in_force {
            return Err(Error::Taken("one-time code"));
        }
        let key = random::<20>()?;
        let totp = app(&key, &kept.user.name)?;
        let sealed = self.shared.vault.seal(&key, &place(id))?;
        let mut tx = self.begin().await?;
        let sql = "UPDATE users SET totp = $2 WHERE id = $1 AND NOT totp_in_force";
        tx.execute(sql, vec![Value::Id(id), Value::Bytes(sealed)]).await?;
        tx.commit().await?;
        Ok(TotpKey {
            key: totp_rs::Secret::from(key.to_vec()).to_base32(),
            address: totp.to_url().map_err(|e| Error::Damaged(e.to_string()))?,
        })
    }

    /// Puts the key in force by a code of it. Gives ten recovery codes, each good once.
    ///
    /// # Errors
    /// The code is wrong, no key was made, or the database fails.
    pub async fn confirm_totp(&self, caller: &Caller, code: &str) -> Result<Vec<String>> {
        let id = caller.user()?;
        self.shared.gate.confirm(id, self.now())?;
        let mut tx = self.begin().await?;
        let kept = crate::users::by_id(&mut tx, id).await?;
        if kept.totp_in_force || !self.use_code(&mut tx, &kept, code).await? {
            return Err(Error::SignIn);
        }
        tx.execute(
            "UPDATE users SET totp_in_force = $2 WHERE id = $1",
            vec![Value::Id(id), Value::Flag(true)],
        )
        .await?;
        let codes = self.new_recovery_codes(&mut tx, id).await?;
        self.commit(tx, Change::new(caller, "user.enable_totp", Object::new("user", id))).await?;
        self.shared.gate.confirmed(id, self.now());
        Ok(codes)
    }

    /// Makes ten recovery codes in place of those that are left.
    ///
    /// # Errors
    /// The password is wrong, no codes are asked for, or the database fails.
    pub async fn renew_recovery_codes(&self, caller: &Caller, password: &str) -> Result<Vec<String>> {
        let id = caller.user()?;
        if !self.confirmed(id, password).await?.totp_in_force {
            return Err(Error::NotFound("one-time code"));
        }
        let mut tx = self.begin().await?;
        let codes = self.new_recovery_codes(&mut tx, id).await?;
        self.commit(tx, Change::new(caller, "user.renew_recovery_codes", Object::new("user", id))).await?;
        Ok(codes)
    }

    /// No longer asks the signed-in user for codes.
    ///
    /// # Errors
    /// Password or code is wrong, or the database fails.
    pub async fn end_totp(&self, caller: &Caller, password: &str, code: &str) -> Result<()> {
        let id = caller.user()?;
        let kept = self.confirmed(id, password).await?;
        self.shared.gate.confirm(id, self.now())?;
        let mut tx = self.begin().await?;
        if !kept.totp_in_force || !self.use_code(&mut tx, &kept, code).await? {
            return Err(Error::SignIn);
        }
        forget(&mut tx, id).await?;
        self.commit(tx, Change::new(caller, "user.disable_totp", Object::new("user", id))).await?;
        self.shared.gate.confirmed(id, self.now());
        Ok(())
    }

    /// No longer asks a user for codes who has lost both app and recovery codes.
    ///
    /// # Errors
    /// The caller is no admin, there is no such user, or the database fails.
    pub async fn forget_totp(&self, caller: &Caller, user: Uuid) -> Result<()> {
        caller.require(crate::Role::Admin)?;
        let mut tx = self.begin().await?;
        crate::users::by_id(&mut tx, user).await?;
        forget(&mut tx, user).await?;
        self.commit(tx, Change::new(caller, "user.forget_totp", Object::new("user", user))).await
    }

    /// Whether a code is right, of the app or for recovery. It is used up with the transaction.
    pub(crate) async fn use_code(&self, tx: &mut Tx, kept: &Kept, code: &str) -> Result<bool> {
        let Some(sealed) = &kept.totp else { return Ok(false) };
        let id = kept.user.id;
        let code: String = code.chars().filter(|c| !c.is_whitespace()).take(64).collect();
        if code.len() == 6 && code.bytes().all(|digit| digit.is_ascii_digit()) {
            let totp = app(&self.shared.vault.unseal(sealed, &place(id))?, &kept.user.name)?;
            let now = self.now().unix_timestamp();
            // Clocks of phones are a little off: one code earlier and one later are right too.
            for step in now / STEP - 1..=now / STEP + 1 {
                let right = totp.generate(u64::try_from(step * STEP).unwrap_or(0));
                if same(right.to_string().as_bytes(), code.as_bytes()) {
                    let sql = "UPDATE users SET totp_step = $2 WHERE id = $1 AND totp_step < $2";
                    return Ok(tx.execute(sql, vec![Value::Id(id), Value::Int(step)]).await? == 1);
                }
            }
            return Ok(false);
        }
        let hash = self.shared.vault.sign(RECOVERY, code.to_lowercase().as_bytes());
        let sql = "DELETE FROM recovery_codes WHERE user_id = $1 AND hash = $2";
        Ok(kept.totp_in_force
            && tx.execute(sql, vec![Value::Id(id), Value::Bytes(hash.to_vec())]).await? == 1)
    }

    async fn new_recovery_codes(&self, tx: &mut Tx, id: Uuid) -> Result<Vec<String>> {
        tx.execute("DELETE FROM recovery_codes WHERE user_id = $1", vec![Value::Id(id)]).await?;
        let mut codes = Vec::with_capacity(RECOVERY_CODES);
        for _ in 0..RECOVERY_CODES {
            // Letters and digits that nobody mistakes for one another: five bits each, 80 bits in all.
            const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789+";
            let mut code: String =
                random::<16>()?.map(|byte| char::from(LETTERS[usize::from(byte % 32)])).iter().collect();
            for at in [12, 8, 4] {
                code.insert(at, '-');
            }
            let hash = self.shared.vault.sign(RECOVERY, code.as_bytes());
            let sql = "INSERT INTO recovery_codes (user_id, hash) VALUES ($1, $2)";
            tx.execute(sql, vec![Value::Id(id), Value::Bytes(hash.to_vec())]).await?;
            codes.push(code);
        }
        Ok(codes)
    }
}

async fn forget(tx: &mut Tx, id: Uuid) -> Result<()> {
    let sql = "UPDATE users SET totp = NULL, totp_in_force = $2, version = version + 1 WHERE id = $1";
    tx.execute(sql, vec![Value::Id(id), Value::Flag(false)]).await?;
    tx.execute("DELETE FROM recovery_codes WHERE user_id = $1", vec![Value::Id(id)]).await?;
    Ok(())
}

/// Whether two texts of the same length are the same, in the same time wherever they differ.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differences, (a, b)| differences | (a ^ b)) == 0
}
