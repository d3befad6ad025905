//! Errors as `application/problem+json` (RFC 9457), each with a code that stays the same.

mod codes;
mod registry;

pub(crate) use codes::Code;

use std::borrow::Cow;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// The media type of a problem.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// What went wrong, for the caller.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{detail}")]
pub(crate) struct Problem {
    code: Code,
    detail: Cow<'static, str>,
    retry_after_s: Option<u32>,
}

/// What went wrong (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem, example = json!({"title": "Not Found", "status": 404, "code": "not_found",
    "detail": "there is no camera `entrence`"}))]
pub(crate) struct ProblemBody<'a> {
    /// The status in words.
    title: &'a str,
    /// The answer's status.
    status: u16,
    /// Which problem it is: stays the same in all versions.
    code: &'a str,
    /// What exactly went wrong and what to do, for people.
    detail: &'a str,
}

impl Problem {
    pub(crate) fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code, detail: detail.into(), retry_after_s: None }
    }

    /// A parameter that makes no sense.
    pub(crate) fn question(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::BadQuestion, detail)
    }

    /// Nothing is there, or nothing that the caller may know of.
    pub(crate) fn not_found(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::NotFound, detail)
    }

    /// A fault of ours; the log must say what.
    pub(crate) fn internal() -> Self {
        Self::new(Code::Internal, "something went wrong here: the log says what")
    }

    /// The database does not answer; the log must say why.
    pub(crate) fn unavailable() -> Self {
        Self::new(Code::StoreUnavailable, "the store does not answer at the moment: try again in a while")
            .after(1)
    }

    /// Tells the caller to wait before the next try.
    pub(crate) fn after(self, seconds: u32) -> Self {
        Self { retry_after_s: Some(seconds), ..self }
    }

    /// Which problem it is.
    pub(crate) fn code(&self) -> Code {
        self.code
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Request(what) => Self::question(what),
            error if error.is_retryable() => {
                tracing::warn!(%error, "a question could not be answered");
                Self::unavailable()
            }
            error => {
                tracing::error!(%error, "a question could not be answered");
                Self::internal()
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.code.status();
        let body = ProblemBody {
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            code: self.code.as_str(),
            detail: &self.detail,
        };
        let body = serde_json::to_vec(&body).expect("texts and a number can be written");
        let mut response = (status, [(header::CONTENT_TYPE, PROBLEM_JSON)], body).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.code == Code::NotSignedIn {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"camtally\""));
        }
        response
    }
}

/// The page of the documentation that explains every code.
pub fn documentation() -> String {
    let mut page = String::from(
        "# Problems\n\n\
         Whatever camtally cannot or will not do is answered as `application/problem+json` (RFC 9457). `code` stays the\n\
         same in all versions; `detail` is for people, and may change.\n\n\
         ```json\n\
         {\"title\":\"Bad Request\",\"status\":400,\"code\":\"bad_question\",\"detail\":\"no bucket is called `2m`: use \
         1m, 5m, 15m, 1h, 1d or 1w\"}\n\
         ```\n\n\
         Three answers come from the layer below and have no body: 400 to what is not HTTP, 414 to an address and 431 to\n\
         headers that are too long.\n\n\
         | `code` | status | what has happened | what to do |\n| --- | --- | --- | --- |\n",
    );
    for code in Code::ALL {
        let (name, status) = (code.as_str(), code.status().as_u16());
        page += &format!("| `{name}` | {status} | {} | {} |\n", code.meaning(), code.remedy());
    }
    page
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_documentation_is_made_from_the_table() {
        crate::pages::check("problems.md", &documentation());
    }

    #[test]
    fn codes_are_unique_and_ordered_by_status() {
        let names: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        assert!(Code::ALL.is_sorted_by_key(|code| code.status()));
    }
}
