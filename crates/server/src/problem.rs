//! Errors as `application/problem+json` (RFC 9457), each with a code that stays the same.

use axum::Json;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// What went wrong, for the caller.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    /// The question makes no sense.
    #[error("{0}")]
    Question(String),
    /// There is nothing of that name.
    #[error("{0}")]
    NotFound(String),
    /// The store does not answer now.
    #[error("the store does not answer at the moment: try again in a while")]
    Unavailable,
    /// A fault of the program, or of the store.
    #[error("something went wrong here: the log says what")]
    Internal,
}

impl Problem {
    fn status_and_code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Question(_) => (StatusCode::BAD_REQUEST, "bad_question"),
            Self::NotFound(_) => (StatusCode::NOT_FOUND, "not_found"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "store_unavailable"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        }
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Request(what) => Self::Question(what),
            error if error.is_retryable() => {
                tracing::warn!(%error, "a question could not be answered");
                Self::Unavailable
            }
            error => {
                tracing::error!(%error, "a question could not be answered");
                Self::Internal
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, code) = self.status_and_code();
        let title = status.canonical_reason().unwrap_or_default();
        let body =
            json!({"title": title, "status": status.as_u16(), "code": code, "detail": self.to_string()});
        (status, [(header::CONTENT_TYPE, "application/problem+json")], Json(body)).into_response()
    }
}

/// Whatever has no other answer.
pub(crate) async fn not_found(uri: Uri) -> Problem {
    Problem::NotFound(format!("there is nothing at {}", uri.path()))
}
