/// What every call of the registry answers with when it cannot do its work.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the registry did not do it. No message holds a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A field holds what it cannot.
    #[error("`{field}`: {what}")]
    Invalid {
        /// The field's name, as in the request or the file.
        field: String,
        /// What is wrong, and what to write.
        what: String,
    },
    /// There is nothing of that id.
    #[error("there is no {kind} `{id}`")]
    NotFound {
        /// What was looked for: `site`, `camera`, `rule set`, `view`.
        kind: &'static str,
        /// Its id.
        id: String,
    },
    /// The id is taken. Ids of what was deleted stay taken, because events refer to them.
    #[error("the {kind} `{id}` exists, or was deleted: choose another id")]
    Exists {
        /// What it names.
        kind: &'static str,
        /// The id.
        id: String,
    },
    /// Somebody else has changed it since.
    #[error("the {kind} `{id}` has version {version} by now: read it again, and make the change to that")]
    Stale {
        /// What was to be changed.
        kind: &'static str,
        /// Its id.
        id: String,
        /// The version that it has.
        version: i64,
    },
    /// It comes from the configuration file.
    #[error("the {kind} `{id}` stands in the configuration file: change it there")]
    Provisioned {
        /// What was to be changed.
        kind: &'static str,
        /// Its id.
        id: String,
    },
    /// The site still has cameras.
    #[error("the site `{id}` still has the camera `{camera}`: move or delete its cameras first")]
    InUse {
        /// The site.
        id: String,
        /// One of its cameras.
        camera: String,
    },
    /// There are as many as there may be.
    #[error("there are {most} {what}, and there may be no more: delete what is not needed")]
    Full {
        /// What there is too much of.
        what: &'static str,
        /// How many there may be.
        most: usize,
    },
    /// A secret cannot be opened: the installation's key is another one than when it was sealed.
    #[error(
        "the password of camera `{id}` cannot be decrypted: put the old secret key back, or set the password anew"
    )]
    Unsealed {
        /// The camera.
        id: String,
    },
    /// A secret cannot be encrypted, so it is not kept.
    #[error("the password cannot be encrypted, and is not kept: {0}")]
    Seal(String),
    /// The passphrase of an import is missing or wrong.
    #[error("the passwords in the file cannot be decrypted: give the passphrase that it was exported with")]
    Passphrase,
    /// The database could not do it.
    #[error(transparent)]
    Database(#[from] database::Error),
}

impl Error {
    /// Whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Database(error) if error.is_retryable())
    }

    pub(crate) fn invalid(field: impl Into<String>, what: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), what: what.into() }
    }

    /// The same, with the field's place inside a larger whole.
    pub(crate) fn within(self, place: &str) -> Self {
        match self {
            Self::Invalid { field, what } => Self::Invalid { field: format!("{place}.{field}"), what },
            other => other,
        }
    }
}
