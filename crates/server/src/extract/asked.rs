//! Query strings.

use std::collections::HashSet;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use event::Direction;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// A query string. What the type does not know is refused, if it says `deny_unknown_fields` (a test holds every
/// operation to that), and so is a parameter that is given twice: to take one of the two would be a guess.
pub(crate) struct Asked<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        check(parts.uri.query().unwrap_or_default())?;
        match Query::<T>::try_from_uri(&parts.uri) {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(error) => Err(Problem::question(told(&error.body_text()))),
        }
    }
}

/// What is wrong with a query, from the parser's words for programmers.
fn told(text: &str) -> String {
    let text = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(text);
    match text.strip_prefix("missing field ") {
        Some(name @ ("`from`" | "`until`")) => {
            format!("{name} is missing: write it as 2026-11-23T08:00:00Z")
        }
        Some(name) => format!("{name} is missing"),
        None => text.to_owned(),
    }
}

/// Refuses what a lenient parser would replace or drop.
pub(crate) fn check(query: &str) -> Result<(), Problem> {
    let mut names = HashSet::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decoded(name)?;
        let value = decoded(value)?;
        if value.contains('\0') {
            return Err(Problem::question(format!("`{name}` holds a zero byte")));
        }
        if let Some(twice) = names.replace(name) {
            return Err(Problem::question(format!("`{twice}` is given twice")));
        }
    }
    Ok(())
}

fn decoded(text: &str) -> Result<String, Problem> {
    let wrong = || Problem::question("the query is not percent-encoded UTF-8");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                let high = digit(rest.next()).ok_or_else(wrong)?;
                let low = digit(rest.next()).ok_or_else(wrong)?;
                (high * 16 + low) as u8
            }
            b'+' => b' ',
            byte => byte,
        });
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}

/// The values of a comma-separated list.
pub(crate) fn list(text: Option<&str>) -> Vec<String> {
    text.unwrap_or_default().split(',').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Directions, separated by commas.
pub(crate) fn directions(text: Option<&str>) -> Result<Vec<Direction>, Problem> {
    let directions = list(text).into_iter().map(|text| match text.as_str() {
        "forward" => Ok(Direction::Forward),
        "backward" => Ok(Direction::Backward),
        _ => Err(Problem::question(format!("`{text}` is no direction: write forward or backward"))),
    });
    directions.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ambiguous_or_no_text_is_refused() {
        for (query, says) in [
            ("camera=%FF", "UTF-8"),
            ("camera=%C3", "UTF-8"),
            ("camera=%", "UTF-8"),
            ("camera=%4", "UTF-8"),
            ("camera=%zz", "UTF-8"),
            ("%FF=1", "UTF-8"),
            ("a=1&a=2", "`a` is given twice"),
            ("a=1&%61=1", "`a` is given twice"),
            ("a=%00", "zero byte"),
        ] {
            assert!(check(query).unwrap_err().to_string().contains(says), "{query}");
        }
        for query in ["", "&&", "a=1&b=2", "name=T%C3%BCr+1", "a", "a=b=c"] {
            check(query).unwrap();
        }
    }
}
