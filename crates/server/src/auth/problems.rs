//! What the accounts refuse, as problems.

use access::Error;

use crate::problem::{Code, Problem};

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let detail = error.to_string();
        match error {
            Error::SignIn => Self::new(Code::SignInFailed, detail),
            Error::CodeNeeded => Self::new(Code::OneTimeCodeNeeded, detail),
            Error::NotSignedIn => Self::new(Code::NotSignedIn, detail),
            Error::Reused => Self::new(Code::SessionReused, detail),
            Error::Denied(_) => Self::new(Code::NotAllowed, detail),
            Error::NotFound(_) => Self::not_found(detail),
            Error::Taken(_) => Self::new(Code::Taken, detail),
            Error::LastAdmin => Self::new(Code::LastAdmin, detail),
            Error::Link => Self::new(Code::LinkNotValid, detail),
            Error::Changed => Self::new(Code::Changed, detail),
            Error::Invalid { .. } => Self::new(Code::NotValid, detail),
            Error::NotSetUp(_) => Self::new(Code::NotSetUp, detail),
            Error::TooMany(wait) => {
                let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
                Self::new(Code::TooMany, detail).after(seconds)
            }
            Error::Busy => Self::new(Code::Busy, detail).after(2),
            Error::Provider(_) => {
                tracing::warn!(error = detail, "single sign-on failed");
                Self::new(Code::ProviderFailed, "the provider of single sign-on refused, or does not answer")
            }
            Error::Database(error) => error.into(),
            error => {
                tracing::error!(%error, "an account could not be served");
                Self::internal()
            }
        }
    }
}
