//! What the registry refuses, as problems.

use registry::Error;

use super::{Code, Problem};

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let detail = error.to_string();
        match error {
            Error::Invalid { .. } | Error::Passphrase | Error::Unsealed { .. } => {
                Self::new(Code::NotValid, detail)
            }
            Error::NotFound { .. } => Self::not_found(detail),
            Error::Exists { .. } => Self::new(Code::Taken, detail),
            Error::Stale { .. } => Self::new(Code::Changed, detail),
            Error::Provisioned { .. } => Self::new(Code::Provisioned, detail),
            Error::InUse { .. } => Self::new(Code::InUse, detail),
            Error::Full { .. } => Self::new(Code::Full, detail),
            Error::Database(error) => error.into(),
            error => {
                tracing::error!(%error, "the registry could not do its work");
                Self::internal()
            }
        }
    }
}
