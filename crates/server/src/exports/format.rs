//! Rows as text: CSV (RFC 4180) and JSON Lines.

use serde_json::Value;

use super::FormatName;
use super::parquet::ParquetFile;
use super::table::{Column, Row};
use crate::problem::Problem;

/// Writes one file, piece by piece.
pub(super) enum Writer {
    Csv { columns: &'static [Column], begun: bool },
    Jsonl,
    Parquet(Box<ParquetFile>),
}

impl Writer {
    pub(super) fn new(format: FormatName, columns: &'static [Column]) -> Result<Self, Problem> {
        Ok(match format {
            FormatName::Csv => Self::Csv { columns, begun: false },
            FormatName::Jsonl => Self::Jsonl,
            FormatName::Parquet => Self::Parquet(Box::new(ParquetFile::new(columns)?)),
        })
    }

    /// What comes next in the file, which may be nothing yet.
    pub(super) fn rows(&mut self, rows: &[Row]) -> Result<Vec<u8>, Problem> {
        match self {
            Self::Csv { columns, begun } => {
                let mut text = String::new();
                if !std::mem::replace(begun, true) {
                    csv_line(&mut text, columns.iter().map(|(name, _)| (*name).to_owned()));
                }
                for row in rows {
                    csv_line(&mut text, columns.iter().map(|(name, _)| csv_cell(row.get(*name))));
                }
                Ok(text.into_bytes())
            }
            Self::Jsonl => {
                let lines = rows.iter().map(|row| serde_json::to_string(row).expect("a row is JSON") + "\n");
                Ok(lines.collect::<String>().into_bytes())
            }
            Self::Parquet(file) => file.rows(rows),
        }
    }

    /// The end of the file.
    pub(super) fn end(mut self) -> Result<Vec<u8>, Problem> {
        match self {
            // Without rows there are still the names.
            Self::Csv { begun: false, .. } => self.rows(&[]),
            Self::Csv { .. } | Self::Jsonl => Ok(Vec::new()),
            Self::Parquet(file) => file.end(),
        }
    }
}

fn csv_line(text: &mut String, cells: impl Iterator<Item = String>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(&cell);
    }
    text.push_str("\r\n");
}

fn csv_cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => csv_text(text),
        Some(other) => other.to_string(),
    }
}

/// A text as a cell. A spreadsheet runs what begins like a formula; an apostrophe before it makes it a text (OWASP, CSV
/// injection).
fn csv_text(text: &str) -> String {
    let runs = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let safe = if runs { format!("'{text}") } else { text.to_owned() };
    if safe.contains([',', '"', '\r', '\n']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::exports::table::Kind;

    #[test]
    fn cells_are_quoted_and_never_run() {
        for (text, cell) in [
            ("door", "door"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("@sum", "'@sum"),
            ("-1+1", "'-1+1"),
            ("\tx", "'\tx"),
            ("+a,\n", "\"'+a,\n\""),
        ] {
            assert_eq!(csv_text(text), cell);
        }
        // A number is none, whatever it begins with.
        assert_eq!(csv_cell(Some(&json!(-5))), "-5");
    }

    #[test]
    fn a_table_without_rows_has_its_names() {
        const COLUMNS: &[Column] = &[("a", Kind::Text), ("b", Kind::Whole)];
        let mut writer = Writer::new(FormatName::Csv, COLUMNS).unwrap();
        assert_eq!(writer.rows(&[]).unwrap(), b"a,b\r\n");
        assert_eq!(writer.end().unwrap(), b"");
        let empty = Writer::new(FormatName::Csv, COLUMNS).unwrap();
        assert_eq!(empty.end().unwrap(), b"a,b\r\n");
    }
}
