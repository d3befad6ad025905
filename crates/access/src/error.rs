use std::time::Duration;

use crate::VaultError;

/// What every call answers with when it cannot do its work.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] database::Error),
    /// No such account, a wrong password, a wrong code, or an account that is disabled: which, is not said.
    #[error("the name, the password or the code is wrong")]
    SignIn,
    /// The password is right, and the account also asks for a one-time code.
    #[error("this account also asks for a one-time code: send it as `code`")]
    CodeNeeded,
    /// Too many tries.
    #[error("too many tries: wait {} s", .0.as_secs() + 1)]
    TooMany(Duration),
    /// So many passwords are being checked that there is no place left.
    #[error("too many people sign in at this moment: try again in a few seconds")]
    Busy,
    /// No such session or token: it has ended, has expired, or never was.
    #[error("the session or token is not, or no longer, valid: sign in again")]
    NotSignedIn,
    /// A refresh token came for the second time, so one of the two who had it stole it. The session has ended.
    #[error("this refresh token was used before: the session has ended, sign in again")]
    Reused,
    /// The link or code was used, has expired, or never was.
    #[error("this link or code is not, or no longer, valid: ask for a new one")]
    Link,
    /// The caller's role does not reach.
    #[error("this takes the role {0}")]
    Denied(&'static str),
    /// There is none.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// A name or address that somebody else has.
    #[error("the {0} is taken")]
    Taken(&'static str),
    /// What was entered cannot be taken as it is.
    #[error("{what}: {reason}")]
    Invalid {
        /// Which part.
        what: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// It would leave nobody who may manage users.
    #[error("this is the last admin: make another one first")]
    LastAdmin,
    /// Somebody else changed it since it was read.
    #[error("it was changed meanwhile: read it again")]
    Changed,
    /// What it takes is not set up.
    #[error("{0} is not set up: see the configuration")]
    NotSetUp(&'static str),
    /// A kept secret cannot be opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The provider of single sign-on refused, or could not be reached.
    #[error("single sign-on failed: {0}")]
    Provider(String),
    /// The system gives no random bytes.
    #[error("the system gives no random bytes: {0}")]
    NoRandomness(String),
    /// What the database holds cannot be understood.
    #[error("the database is damaged ({0}): restore a backup")]
    Damaged(String),
}

impl Error {
    /// Whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Database(error) => error.is_retryable(),
            Self::TooMany(_) | Self::Busy | Self::Provider(_) => true,
            _ => false,
        }
    }

    pub(crate) fn invalid(what: &'static str, reason: impl Into<String>) -> Self {
        Self::Invalid { what, reason: reason.into() }
    }
}
