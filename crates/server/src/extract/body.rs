//! JSON bodies.

use axum::extract::{FromRequest, Request};
use axum::http::header;
use serde::Deserialize as _;
use serde::de::DeserializeOwned;

use crate::problem::{Code, Problem};

/// What a body may hold unless a handler says otherwise, in bytes.
const LIMIT: usize = 64 * 1024;

/// A JSON body of at most `MOST` bytes. Unknown fields are refused, if the type says `deny_unknown_fields` (a test holds
/// every operation to that), and so is what is nested deeper than 128 levels.
pub(crate) struct Body<T, const MOST: usize = LIMIT>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned, const MOST: usize> FromRequest<S> for Body<T, MOST> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        if !is_json(&request) {
            return Err(Problem::new(
                Code::MediaType,
                "the body must be JSON: send `Content-Type: application/json`",
            ));
        }
        let bytes = bytes(request.into_body(), MOST).await?;
        parse(&bytes).map(Self)
    }
}

fn is_json(request: &Request) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

/// The whole body, if it is no larger than that.
pub(crate) async fn bytes(body: axum::body::Body, most: usize) -> Result<axum::body::Bytes, Problem> {
    axum::body::to_bytes(body, most).await.map_err(|error| {
        let too_large = std::error::Error::source(&error)
            .is_some_and(|source| source.is::<http_body_util::LengthLimitError>());
        if too_large {
            Problem::new(Code::TooLarge, format!("the body may hold {most} bytes at most"))
        } else {
            Problem::new(Code::BadBody, "the body ended before it was complete")
        }
    })
}

/// A whole number, written as it may be in JSON: `12.0` is one as well, says JSON Schema. For `deserialize_with`.
pub(crate) fn whole<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let number = f64::deserialize(deserializer)?;
    let fits = number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
    fits.then_some(number as u32)
        .ok_or_else(|| serde::de::Error::custom(format!("{number} is no whole number")))
}

/// Reads JSON.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes)
        .map_err(|error| Problem::new(Code::BadBody, format!("the body is not as it should be: {error}")))
}
