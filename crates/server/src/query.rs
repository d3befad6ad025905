//! What questions have in common.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use event::Direction;
use serde::de::DeserializeOwned;
use store::Filter;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::problem::Problem;

/// A query string that is refused with a problem, as everything here.
pub(crate) struct Asked<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match Query::<T>::try_from_uri(&parts.uri) {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(error) => Err(Problem::Question(error.body_text())),
        }
    }
}

/// A moment in RFC 3339.
pub(crate) fn moment(name: &str, text: Option<&str>) -> Result<OffsetDateTime, Problem> {
    let text = text.ok_or_else(|| {
        Problem::Question(format!("`{name}` is missing: write a time such as 2026-11-23T08:00:00Z"))
    })?;
    // A plus sign that was not escaped arrives as a space.
    OffsetDateTime::parse(&text.replace(' ', "+"), &Rfc3339)
        .map_err(|_| Problem::Question(format!("`{name}` is no time: write it as 2026-11-23T08:00:00Z")))
}

/// The values of a comma-separated list.
pub(crate) fn list(text: Option<&str>) -> Vec<String> {
    text.unwrap_or_default().split(',').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Which cameras, rules, classes and directions.
pub(crate) fn filter(
    camera: Option<&str>,
    rule: Option<&str>,
    class: Option<&str>,
    direction: Option<&str>,
) -> Result<Filter, Problem> {
    let directions = list(direction).into_iter().map(|text| match text.as_str() {
        "forward" => Ok(Direction::Forward),
        "backward" => Ok(Direction::Backward),
        _ => Err(Problem::Question(format!("`{text}` is no direction: write forward or backward"))),
    });
    Ok(Filter {
        cameras: list(camera),
        rules: list(rule),
        classes: list(class),
        directions: directions.collect::<Result<_, _>>()?,
    })
}
