//! Versions of what can be changed (RFC 9110, § 13).

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponseParts, ResponseParts};

use crate::problem::{Code, Problem};

/// The version of the resource in an answer, as its `ETag`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ETag(pub(crate) u64);

impl IntoResponseParts for ETag {
    type Error = Infallible;

    fn into_response_parts(self, mut response: ResponseParts) -> Result<ResponseParts, Infallible> {
        let value = HeaderValue::from_str(&format!("\"{}\"", self.0)).expect("digits and quotes are visible");
        response.headers_mut().insert(header::ETAG, value);
        Ok(response)
    }
}

/// The version that a change is made to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum IfMatch {
    /// Whichever there is.
    Any,
    /// One of these.
    Versions(Vec<u64>),
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else {
            let detail = "send `If-Match` with the `ETag` of the version that the change is made to";
            return Err(Problem::new(Code::VersionNeeded, detail));
        };
        let text = value.to_str().map_err(|_| Problem::question("`If-Match` is no text"))?;
        Self::parse(text)
    }
}

impl IfMatch {
    fn parse(text: &str) -> Result<Self, Problem> {
        if text.trim() == "*" {
            return Ok(Self::Any);
        }
        let version = |tag: &str| {
            let quoted = tag.trim().strip_prefix('"')?.strip_suffix('"')?;
            // A tag that is not ours matches nothing, which is no error.
            Some(quoted.parse().ok())
        };
        let versions: Option<Vec<Option<u64>>> = text.split(',').map(version).collect();
        let versions = versions.ok_or_else(|| {
            Problem::question("`If-Match` holds quoted tags, as `ETag` gave them: for example \"3\"")
        })?;
        Ok(Self::Versions(versions.into_iter().flatten().collect()))
    }

    /// Refuses a change to another version than the one that is there.
    pub(crate) fn check(&self, version: u64) -> Result<(), Problem> {
        match self {
            Self::Any => Ok(()),
            Self::Versions(versions) if versions.contains(&version) => Ok(()),
            Self::Versions(_) => Err(Problem::new(
                Code::Changed,
                format!("it was changed meanwhile, and has the version \"{version}\" now"),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared() {
        assert_eq!(IfMatch::parse("*").unwrap(), IfMatch::Any);
        let some = IfMatch::parse("\"3\", \"x\",\"5\"").unwrap();
        some.check(5).unwrap();
        assert_eq!(some.check(4).unwrap_err().code(), Code::Changed);
        for wrong in ["3", "W/\"3\"", "", "\"3"] {
            assert_eq!(IfMatch::parse(wrong).unwrap_err().code(), Code::BadQuestion, "{wrong}");
        }
    }
}
