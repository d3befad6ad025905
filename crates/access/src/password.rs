//! Passwords: which are good enough, and how they are kept and checked.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::secret::random;
use crate::{Error, Result};

/// The least characters of a password.
const SHORTEST: usize = 12;
/// The most bytes of one; a longer one would be hashed for longer.
const LONGEST: usize = 256;

/// How much the hashing of passwords may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hashing {
    /// Memory of one hash, in KiB. The default, 19 MiB with two passes and one lane, is OWASP's least for Argon2id.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// How many are hashed at once for callers whose browser is not known. One more is hashed for those whose is.
    pub at_once: u32,
    /// How many wait for that at most; others are told to come again.
    pub waiting: u32,
    /// How long one waits at most.
    pub patience: Duration,
}

impl Default for Hashing {
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2, at_once: 1, waiting: 32, patience: Duration::from_secs(5) }
    }
}

/// Whether a password may be chosen: at least 12 characters, and hard to guess by the estimate of zxcvbn, which knows
/// common passwords, names, dates and patterns.
///
/// # Errors
/// [`Error::Invalid`], with what to do.
pub fn check_password(password: &str, name: &str, email: Option<&str>) -> Result<()> {
    let wrong = |reason: &str| Err(Error::invalid("password", reason));
    if password.chars().count() < SHORTEST {
        return wrong("it must have at least 12 characters; three or four random words are easy to remember");
    }
    if password.len() > LONGEST {
        return wrong("it must have at most 256 bytes");
    }
    // Its time grows with the length, and a hundred characters decide.
    let head: String = password.chars().take(100).collect();
    let known: Vec<&str> = [Some(name), email, Some("camtally")].into_iter().flatten().collect();
    if zxcvbn::zxcvbn(&head, &known).score() < zxcvbn::Score::Three {
        return wrong("it is easily guessed; take three or four random words");
    }
    Ok(())
}

/// Whose password is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Somebody whose browser has signed in before, or who is signed in.
    Trusted,
    /// Anybody.
    Open,
}

/// Hashes passwords, few at a time: however many are sent, memory and processor are there for others.
pub(crate) struct Hasher {
    argon2: Argon2<'static>,
    open: Arc<Semaphore>,
    /// Strangers never have this one.
    trusted: Arc<Semaphore>,
    places: Arc<Semaphore>,
    patience: Duration,
    /// Checked for accounts that do not exist, so that they take as long.
    nobody: String,
}

impl Hasher {
    pub(crate) fn new(hashing: &Hashing) -> Result<Self> {
        let params = Params::new(hashing.memory_kib, hashing.passes, 1, None)
            .map_err(|error| Error::invalid("hashing", error.to_string()))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hash(&argon2, &random::<16>()?)?;
        let permits = |count: u32| Arc::new(Semaphore::new(count.max(1) as usize));
        Ok(Self {
            argon2,
            open: permits(hashing.at_once),
            trusted: permits(1),
            places: permits(hashing.at_once.saturating_add(hashing.waiting)),
            patience: hashing.patience,
            nobody,
        })
    }

    /// The hash of a new password, in PHC form.
    pub(crate) async fn hash(&self, password: &str, lane: Lane) -> Result<String> {
        let password = password.to_owned();
        self.work(lane, move |argon2| hash(argon2, password.as_bytes())).await
    }

    /// Whether it is the password; takes as long for an account without one.
    pub(crate) async fn verify(&self, password: &str, kept: Option<&str>, lane: Lane) -> Result<bool> {
        if password.len() > LONGEST {
            return Ok(false);
        }
        let (password, exists) = (password.to_owned(), kept.is_some());
        let kept = kept.unwrap_or(&self.nobody).to_owned();
        self.work(lane, move |argon2| {
            let kept = PasswordHash::new(&kept).map_err(|error| Error::Damaged(error.to_string()))?;
            let right = argon2.verify_password(password.as_bytes(), &kept).is_ok();
            Ok(right && exists)
        })
        .await
    }

    async fn work<T: Send + 'static>(
        &self,
        lane: Lane,
        work: impl FnOnce(&Argon2<'static>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (place, permits) = match lane {
            Lane::Trusted => (None, &self.trusted),
            Lane::Open => {
                let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Error::Busy)?;
                (Some(place), &self.open)
            }
        };
        let permit = tokio::time::timeout(self.patience, Arc::clone(permits).acquire_owned())
            .await
            .map_err(|_| Error::Busy)?
            .map_err(|_| Error::Busy)?;
        let argon2 = self.argon2.clone();
        // The permits go with the work: it is not ended by a caller who goes away.
        let done = tokio::task::spawn_blocking(move || {
            let done = work(&argon2);
            drop((permit, place));
            done
        });
        done.await.map_err(|_| Error::Busy)?
    }
}

fn hash(argon2: &Argon2<'static>, password: &[u8]) -> Result<String> {
    let salt = random::<16>()?;
    let hashed = argon2.hash_password_with_salt(password, &salt);
    Ok(hashed.map_err(|error| Error::invalid("password", error.to_string()))?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_easily_guessed_is_refused() {
        for password in ["short", "aaaaaaaaaaaaaaaa", "password123456", "anna.schmidt.1", "qwertyuiop123"] {
            assert!(check_password(password, "anna.schmidt", None).is_err(), "{password}");
        }
        check_password("mossy-anvil-tundra-9", "anna", Some("anna@example.org")).unwrap();
        assert!(check_password(&"xK9# ".repeat(60), "anna", None).is_err());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn strangers_never_keep_a_known_one_out() {
        let hashing = Hashing { waiting: 4, patience: Duration::from_secs(60), ..Hashing::default() };
        let hasher = Arc::new(Hasher::new(&hashing).unwrap());
        let kept = hasher.hash("mossy-anvil-tundra-9", Lane::Open).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        let strangers: Vec<_> = (0..40)
            .map(|_| {
                let hasher = Arc::clone(&hasher);
                tokio::spawn(async move { hasher.verify("wrong", None, Lane::Open).await })
            })
            .collect();
        assert!(hasher.verify("mossy-anvil-tundra-9", Some(&kept), Lane::Trusted).await.unwrap());
        assert!(!hasher.verify("mossy-anvil-tundra-8", Some(&kept), Lane::Trusted).await.unwrap());
        let mut busy = 0;
        for stranger in strangers {
            match stranger.await.unwrap() {
                Ok(right) => assert!(!right),
                Err(error) => busy += i32::from(matches!(error, Error::Busy)),
            }
        }
        assert!(busy > 0, "none was told to come again");
    }
}
