use std::io;

/// What every call answers with when it cannot do its work.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a backup could not be made or brought back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file cannot be read or written.
    #[error("the backup cannot be {0}: {1}")]
    File(&'static str, io::Error),
    /// It is no backup, was cut off or changed.
    #[error("this is no whole backup: {0}; nothing was changed, take another one")]
    Damaged(String),
    /// It was made by a newer program.
    #[error(
        "the backup has {what} {found}, and this program knows {known}: restore it with a newer camtally"
    )]
    Newer {
        /// What is newer.
        what: String,
        /// What the backup has.
        found: usize,
        /// What this program has.
        known: usize,
    },
    /// There is something already where it would go.
    #[error("the database holds `{0}` already: a backup goes into an empty database only; make another one")]
    NotEmpty(&'static str),
    /// There is nothing to save.
    #[error("the database has none of camtally's tables: there is nothing to save; is `store.url` right?")]
    Empty,
    /// The database cannot do it.
    #[error(transparent)]
    Database(#[from] database::Error),
}

pub(crate) fn damaged(reason: impl Into<String>) -> Error {
    Error::Damaged(reason.into())
}
