/// What every call answers with when it could not do its work.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why it could not be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// What was given makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// There is nothing with this id.
    #[error("there is no {kind} with the id {id}")]
    NotFound {
        /// What was asked for.
        kind: &'static str,
        /// Its id.
        id: uuid::Uuid,
    },
    /// Somebody else has changed it since it was read.
    #[error("it is at version {now} by now: read it again, and change that")]
    Changed {
        /// Its version.
        now: i64,
    },
    /// A channel's secret cannot be kept or read.
    #[error("the channel's secret: {0}")]
    Secret(String),
    /// The database does not do it.
    #[error(transparent)]
    Database(#[from] database::Error),
    /// The counts cannot be read.
    #[error("the counts cannot be read: {0}")]
    Store(database::Error),
}

impl Error {
    /// Whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Database(error) | Self::Store(error) if error.is_retryable())
    }

    pub(crate) fn invalid(what: impl Into<String>) -> Self {
        Self::Invalid(what.into())
    }

    /// What is kept is not what this program writes.
    pub(crate) fn damaged(what: &str, error: impl std::fmt::Display) -> Self {
        Self::Database(database::Error::Damaged(format!("{what}: {error}")))
    }
}
