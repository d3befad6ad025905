//! A row as a line of JSON: a list of its values. Bytes are base64; which texts are bytes, the column knows.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use database::{Cell, Kind};
use serde::de::{Deserialize, Deserializer, Error as _, Visitor};

use crate::error::{Result, damaged};

/// Writes a row and the end of its line.
pub(crate) fn write(row: &[Cell], to: &mut Vec<u8>) {
    to.push(b'[');
    for (index, cell) in row.iter().enumerate() {
        if index > 0 {
            to.push(b',');
        }
        let written = match cell {
            Cell::Null => serde_json::to_writer(&mut *to, &()),
            Cell::Int(number) => serde_json::to_writer(&mut *to, number),
            // JSON has no word for what is no number; no column of ours holds any.
            Cell::Real(number) if !number.is_finite() => serde_json::to_writer(&mut *to, &()),
            Cell::Real(number) => serde_json::to_writer(&mut *to, number),
            Cell::Text(text) => serde_json::to_writer(&mut *to, text),
            Cell::Bytes(bytes) => serde_json::to_writer(&mut *to, &STANDARD.encode(bytes)),
        };
        written.expect("memory takes all that is written");
    }
    to.extend_from_slice(b"]\n");
}

/// The rows of a part.
pub(crate) fn read(part: &[u8], kinds: &[Kind]) -> Result<Vec<Vec<Cell>>> {
    if !part.ends_with(b"\n") {
        return Err(damaged("a row has no end"));
    }
    let lines = part.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| row(line, kinds)).collect()
}

fn row(line: &[u8], kinds: &[Kind]) -> Result<Vec<Cell>> {
    let plain: Vec<Plain> =
        serde_json::from_slice(line).map_err(|error| damaged(format!("a row cannot be read: {error}")))?;
    if plain.len() != kinds.len() {
        return Err(damaged("a row has more or fewer values than its table has columns"));
    }
    plain
        .into_iter()
        .zip(kinds)
        .map(|(Plain(cell), kind)| match (cell, kind) {
            (Cell::Null, _) => Ok(Cell::Null),
            (Cell::Int(number), Kind::Int) => Ok(Cell::Int(number)),
            (Cell::Int(number), Kind::Real) => Ok(Cell::Real(number as f64)),
            (Cell::Real(number), Kind::Real) => Ok(Cell::Real(number)),
            (Cell::Text(text), Kind::Text) => Ok(Cell::Text(text)),
            (Cell::Text(text), Kind::Bytes) => {
                let bytes = STANDARD.decode(text).map_err(|_| damaged("bytes are not in base64"))?;
                Ok(Cell::Bytes(bytes))
            }
            _ => Err(damaged("a value is of another kind than its column")),
        })
        .collect()
}

/// A value of JSON that a cell can be.
struct Plain(Cell);

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Seen;
        impl Visitor<'_> for Seen {
            type Value = Cell;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("null, a number or a text")
            }
            fn visit_unit<E>(self) -> Result<Cell, E> {
                Ok(Cell::Null)
            }
            fn visit_i64<E>(self, number: i64) -> Result<Cell, E> {
                Ok(Cell::Int(number))
            }
            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Cell, E> {
                i64::try_from(number).map(Cell::Int).map_err(|_| E::custom("a number is too large"))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Cell, E> {
                Ok(Cell::Real(number))
            }
            fn visit_str<E>(self, text: &str) -> Result<Cell, E> {
                Ok(Cell::Text(text.to_owned()))
            }
        }
        deserializer.deserialize_any(Seen).map(Self).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_comes_back_as_it_was() {
        let row = [
            Cell::Int(i64::MIN),
            Cell::Null,
            Cell::Real(0.1 + 0.2),
            Cell::Text("a \"b\"\n\u{1F600}".to_owned()),
            Cell::Bytes(vec![0, 255, 10]),
        ];
        let kinds = [Kind::Int, Kind::Int, Kind::Real, Kind::Text, Kind::Bytes];
        let mut line = Vec::new();
        write(&row, &mut line);
        write(&row, &mut line);
        assert_eq!(read(&line, &kinds).unwrap(), [row.to_vec(), row.to_vec()]);
    }

    #[test]
    fn a_row_that_does_not_fit_is_refused() {
        let kinds = [Kind::Int, Kind::Bytes];
        for line in [
            "[1]\n",
            "[1,\"AA==\",2]\n",
            "[\"1\",\"AA==\"]\n",
            "[1,\"?\"]\n",
            "[1.5,null]\n",
            "{}\n",
            "[1,[]]\n",
        ] {
            assert!(read(line.as_bytes(), &kinds).is_err(), "{line}");
        }
        assert!(read(b"[1,null]", &kinds).is_err(), "cut off");
        assert_eq!(read(b"[1,null]\n", &kinds).unwrap(), [[Cell::Int(1), Cell::Null]]);
    }
}
