use sqlx::migrate::MigrateError;

/// What every call answers with when it cannot do its work.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the database could not do it. No message holds a password. The cause is in the message and not behind `source`, so
/// that a chain of errors does not say it twice.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address names no database.
    #[error("the database's address must be `sqlite:PATH` or `postgres://USER@HOST/DATABASE`: {0}")]
    Address(&'static str),
    /// The database was written by a newer program.
    #[error(
        "the database has schema step {found}, and this program knows steps up to {known}: \
         run a newer camtally, or restore a backup from before the update"
    )]
    Newer {
        /// The newest step that the database has.
        found: i64,
        /// The newest step that this program has.
        known: i64,
    },
    /// A step of the schema could not be taken; the database is as it was before that step.
    #[error("the database's schema could not be brought up to date, and was left as it was: {0}")]
    Migration(MigrateError),
    /// The server does not answer, went away, or has no connection left.
    #[error("the database cannot be reached: {0}")]
    Unreachable(sqlx::Error),
    /// Another writer was in the way; nothing was changed.
    #[error("another writer was in the way, and nothing was changed: {0}")]
    Conflict(sqlx::Error),
    /// The disk is full; nothing was changed.
    #[error(
        "the database's disk is full, and nothing was changed: free some space or shorten the retention: {0}"
    )]
    Full(sqlx::Error),
    /// A statement ran into its time limit; nothing was changed.
    #[error("the database took longer than the time limit of the settings: {0}")]
    Timeout(sqlx::Error),
    /// The request cannot be answered as it stands.
    #[error("{0}")]
    Request(String),
    /// What is kept cannot be read.
    #[error(
        "the database is damaged ({0}): restore a backup, or run the recount with repair if only a roll-up is meant"
    )]
    Damaged(String),
    /// The database refused, for a reason that a repeat will not change.
    #[error("the database refused: {0}")]
    Database(sqlx::Error),
}

impl Error {
    /// Whether the same call may succeed later. Repeating it is always safe: what was stored is not stored twice.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Conflict(_) | Self::Full(_) | Self::Timeout(_))
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match &error {
            E::Database(refusal) => match refusal.code() {
                Some(code) => match classify(&code) {
                    Class::Unreachable => Self::Unreachable(error),
                    Class::Conflict => Self::Conflict(error),
                    Class::Full => Self::Full(error),
                    Class::Timeout => Self::Timeout(error),
                    Class::Damaged => Self::Damaged(error.to_string()),
                    Class::Other => Self::Database(error),
                },
                None => Self::Database(error),
            },
            E::Io(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed => Self::Unreachable(error),
            E::ColumnDecode { .. } | E::Decode(_) => Self::Damaged(error.to_string()),
            _ => Self::Database(error),
        }
    }
}

impl From<MigrateError> for Error {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => {
                match Self::from(source) {
                    Self::Database(source) => Self::Migration(MigrateError::Execute(source)),
                    known => known,
                }
            }
            other => Self::Migration(other),
        }
    }
}

enum Class {
    Unreachable,
    Conflict,
    Full,
    Timeout,
    Damaged,
    Other,
}

/// Five characters are an SQLSTATE (PostgreSQL, appendix A), a number is an extended result code of SQLite
/// (sqlite3.h).
fn classify(code: &str) -> Class {
    if code.len() < 5
        && let Ok(number) = code.parse::<u32>()
    {
        // The low byte is the primary code.
        return match number & 0xff {
            5 | 6 => Class::Conflict,
            10 => Class::Unreachable,
            11 | 26 => Class::Damaged,
            13 => Class::Full,
            _ => Class::Other,
        };
    }
    match code {
        "40001" | "40P01" | "55P03" => Class::Conflict,
        "53100" => Class::Full,
        "57014" => Class::Timeout,
        "57P01" | "57P02" | "57P03" | "53300" => Class::Unreachable,
        "XX001" | "XX002" => Class::Damaged,
        _ if code.starts_with("08") => Class::Unreachable,
        _ => Class::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_told_from_what_stays() {
        // SQLITE_BUSY, _BUSY_SNAPSHOT, _FULL, _IOERR_WRITE; deadlock, disk full, shutdown, too many connections.
        for code in ["5", "517", "13", "778", "40P01", "53100", "57P01", "53300", "08006", "57014"] {
            assert!(!matches!(classify(code), Class::Other | Class::Damaged), "{code}");
        }
        // SQLITE_CORRUPT, _NOTADB; data_corrupted.
        for code in ["11", "26", "XX001"] {
            assert!(matches!(classify(code), Class::Damaged), "{code}");
        }
        // SQLITE_CONSTRAINT_UNIQUE; undefined table, wrong password.
        for code in ["2067", "42P01", "28P01"] {
            assert!(matches!(classify(code), Class::Other), "{code}");
        }
        assert!(matches!(classify("13"), Class::Full) && matches!(classify("53100"), Class::Full));
    }
}
