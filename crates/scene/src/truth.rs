//! The truth file: the crossings that really happened.

use event::Direction;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::traversal::Traversal;

/// The largest truth file, in bytes.
const MAX_BYTES: usize = 64 << 20;
/// The most crossings in a truth file.
const MAX_CROSSINGS: usize = 1_000_000;
/// The longest name of a line or a class, in bytes.
const MAX_NAME: usize = 256;
/// The latest time, in seconds: some thirty years.
const MAX_TIME: f64 = 1e9;

/// A crossing that really happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TruthCrossing {
    /// The line's name.
    pub line: String,
    /// Which way.
    pub direction: Direction,
    /// When the path met the line: seconds since the stream's first frame.
    pub t: f64,
    /// The object's class.
    pub class: String,
    /// Whether careful people could disagree on it; it then neither helps nor hurts a score.
    pub ambiguous: bool,
}

impl TruthCrossing {
    pub(crate) fn new(line: &str, class: &str, traversal: Traversal) -> Self {
        let Traversal { direction, t, ambiguous } = traversal;
        Self { line: line.to_owned(), direction, t, class: class.to_owned(), ambiguous }
    }
}

/// Why a text is no truth file.
#[derive(Debug, thiserror::Error)]
pub enum TruthError {
    /// It is not JSON.
    #[error("the truth file is not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// It is too large.
    #[error("the truth file holds too much ({0}): at most 64 MiB and {MAX_CROSSINGS} crossings are read")]
    TooLarge(String),
    /// The outermost value has the wrong shape.
    #[error("the truth file must be an object with one list: {{\"crossings\": [...]}}")]
    Shape,
    /// A key that nobody reads.
    #[error("{place}: unknown key `{key}`; did you mean `{nearest}`?")]
    UnknownKey {
        /// Where: `crossing 3`, counted from 1.
        place: String,
        /// The key.
        key: String,
        /// The known key that is most like it.
        nearest: &'static str,
    },
    /// A value that cannot be.
    #[error("crossing {number}: `{key}` cannot be {value}: {want}")]
    Invalid {
        /// Which crossing, from 1.
        number: usize,
        /// The key.
        key: &'static str,
        /// The value, `missing` when there is none.
        value: String,
        /// What it should be.
        want: String,
    },
}

/// Reads a truth file: `{"crossings":[{"line":"door","direction":"forward","t":12.3}]}`, each crossing with
/// an optional `class` (`person` if absent) and `ambiguous` (`false` if absent). The order is kept.
///
/// # Errors
/// When it is not JSON, too large, of another shape, holds an unknown key, or a value out of its range.
pub fn parse_truth(text: &str) -> Result<Vec<TruthCrossing>, TruthError> {
    if text.len() > MAX_BYTES {
        return Err(TruthError::TooLarge(format!("{} bytes", text.len())));
    }
    let Value::Object(file) = serde_json::from_str(text)? else { return Err(TruthError::Shape) };
    known_keys("truth file", &file, &["crossings"])?;
    let Some(Value::Array(crossings)) = file.get("crossings") else { return Err(TruthError::Shape) };
    if crossings.len() > MAX_CROSSINGS {
        return Err(TruthError::TooLarge(format!("{} crossings", crossings.len())));
    }
    crossings.iter().enumerate().map(|(index, crossing)| parse_crossing(index + 1, crossing)).collect()
}

/// Writes a truth file, one crossing a line; [`parse_truth`] reads it back.
pub fn truth_json(crossings: &[TruthCrossing]) -> String {
    let lines: Vec<String> = crossings
        .iter()
        .map(|crossing| serde_json::to_string(crossing).expect("a crossing holds only strings and numbers"))
        .collect();
    format!("{{\"crossings\":[\n{}\n]}}\n", lines.join(",\n"))
}

fn parse_crossing(number: usize, crossing: &Value) -> Result<TruthCrossing, TruthError> {
    let invalid = |key, value: Option<&Value>, want: &str| TruthError::Invalid {
        number,
        key,
        value: value.map_or_else(|| "missing".to_owned(), shortened),
        want: want.to_owned(),
    };
    let Value::Object(fields) = crossing else {
        return Err(invalid("crossing", Some(crossing), "an object with `line`, `direction` and `t`"));
    };
    known_keys(&format!("crossing {number}"), fields, &["line", "direction", "t", "class", "ambiguous"])?;
    let name = |key, want| match fields.get(key) {
        Some(Value::String(name)) if !name.is_empty() && name.len() <= MAX_NAME => Ok(name.clone()),
        other => Err(invalid(key, other, want)),
    };
    let line = name("line", "the name of a line, 1 to 256 bytes long")?;
    let direction = match fields.get("direction") {
        Some(Value::String(text)) if text == "forward" => Direction::Forward,
        Some(Value::String(text)) if text == "backward" => Direction::Backward,
        other => return Err(invalid("direction", other, "`forward` (from A to B) or `backward`")),
    };
    let t = match fields.get("t").and_then(Value::as_f64) {
        Some(t) if (0.0..=MAX_TIME).contains(&t) => t,
        _ => return Err(invalid("t", fields.get("t"), "seconds since the first frame, not below 0")),
    };
    let class = match fields.get("class") {
        None => "person".to_owned(),
        Some(_) => name("class", "the name of a class, 1 to 256 bytes long")?,
    };
    let ambiguous = match fields.get("ambiguous") {
        None => false,
        Some(Value::Bool(ambiguous)) => *ambiguous,
        other => return Err(invalid("ambiguous", other, "true or false")),
    };
    Ok(TruthCrossing { line, direction, t, class, ambiguous })
}

fn known_keys(place: &str, fields: &Map<String, Value>, known: &[&'static str]) -> Result<(), TruthError> {
    let Some(key) = fields.keys().find(|key| !known.contains(&key.as_str())) else { return Ok(()) };
    let similarity = |name: &&&str| strsim::jaro_winkler(name, &key.to_lowercase());
    let nearest = known.iter().max_by(|a, b| similarity(a).total_cmp(&similarity(b))).copied().unwrap_or("");
    Err(TruthError::UnknownKey { place: place.to_owned(), key: shorten(key), nearest })
}

fn shortened(value: &Value) -> String {
    format!("`{}`", shorten(&value.to_string()))
}

/// The first few characters: an error is one line.
fn shorten(text: &str) -> String {
    let rest = if text.chars().count() > 40 { "..." } else { "" };
    let start = text.chars().take(40).map(|letter| if letter.is_control() { ' ' } else { letter });
    start.chain(rest.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_truth_file_is_read_and_written_back() {
        let text = r#"{"crossings":[{"line":"door","direction":"forward","t":12.3,"class":"car","ambiguous":true},
            {"line":"door","direction":"backward","t":0}]}"#;
        let crossings = parse_truth(text).unwrap();
        assert_eq!(
            (crossings[0].t, crossings[0].ambiguous, crossings[0].class.as_str()),
            (12.3, true, "car")
        );
        assert_eq!((crossings[1].direction, crossings[1].class.as_str()), (Direction::Backward, "person"));
        assert_eq!(parse_truth(&truth_json(&crossings)).unwrap(), crossings);
    }

    #[test]
    fn errors_say_where_and_what() {
        for (text, want) in [
            ("", "not JSON"),
            ("[]", "must be an object"),
            (r#"{"crossing":[]}"#, "unknown key `crossing`; did you mean `crossings`?"),
            (r#"{"crossings":[3]}"#, "crossing 1: `crossing` cannot be `3`"),
            (
                r#"{"crossings":[{"line":"a","direction":"forward","t":1},{"line":"a","directon":"forward","t":1}]}"#,
                "crossing 2: unknown key `directon`; did you mean `direction`?",
            ),
            (r#"{"crossings":[{"line":"","direction":"forward","t":1}]}"#, "`line` cannot be `\"\"`"),
            (r#"{"crossings":[{"line":"a","direction":"in","t":1}]}"#, "`direction` cannot be `\"in\"`"),
            (r#"{"crossings":[{"line":"a","direction":"forward","t":-1}]}"#, "`t` cannot be `-1`"),
            (r#"{"crossings":[{"line":"a","direction":"forward","t":"1"}]}"#, "`t` cannot be"),
            (r#"{"crossings":[{"line":"a","direction":"forward"}]}"#, "`t` cannot be missing"),
            (r#"{"crossings":[{"line":"a","direction":"forward","t":1e400}]}"#, "not JSON"),
        ] {
            let error = parse_truth(text).expect_err(text).to_string();
            assert!(error.contains(want), "{text}: {error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,200}", keys in "[a-z\":{},\\[\\]0-9.e-]{0,80}") {
            prop_assert!(parse_truth(&text).is_err());
            if let Ok(crossings) = parse_truth(&format!("{{\"crossings\":[{keys}]}}")) {
                prop_assert!(crossings.iter().all(|crossing| crossing.t.is_finite() && crossing.t >= 0.0));
            }
        }
    }
}
