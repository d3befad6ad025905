//! Alert rules, and what they have noticed.

mod change;
pub(crate) mod rules;
mod service;
mod taken;
#[cfg(test)]
pub(crate) mod tests;

pub use service::Alerting;

pub(crate) use change::Change;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::App;
use crate::problem::{Code, Problem};

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(rules::list, rules::create))
        .routes(routes!(rules::read, rules::replace, rules::delete))
        .routes(routes!(taken::list))
        .routes(routes!(taken::read))
        .routes(routes!(taken::acknowledge))
        .routes(routes!(taken::silence))
        .routes(routes!(taken::resolve))
}

/// The id in an address. What is none names nothing.
pub(crate) fn id(kind: &str, text: &str) -> Result<Uuid, Problem> {
    text.parse().map_err(|_| Problem::not_found(format!("there is no {kind} with the id {text}")))
}

impl From<::alerts::Error> for Problem {
    fn from(error: ::alerts::Error) -> Self {
        match error {
            ::alerts::Error::Invalid(what) => Self::new(Code::BadBody, what),
            error @ ::alerts::Error::NotFound { .. } => Self::not_found(error.to_string()),
            error @ ::alerts::Error::Changed { .. } => Self::new(Code::Changed, error.to_string()),
            ::alerts::Error::Database(error) | ::alerts::Error::Store(error) => error.into(),
            error => {
                tracing::error!(%error, "a change of alerts failed");
                Self::internal()
            }
        }
    }
}
