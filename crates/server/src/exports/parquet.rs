//! Rows as Apache Parquet.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use parquet::basic::Compression;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::table::{Column, Kind, Row};
use crate::problem::Problem;

/// Rows that are written together: readers skip and read by these groups.
const GROUP: usize = 20_000;

/// A file that is being written.
pub(super) struct ParquetFile {
    columns: &'static [Column],
    waiting: Vec<Row>,
    written: Written,
    writer: SerializedFileWriter<Written>,
}

/// What was written, until it is taken away.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl ParquetFile {
    pub(super) fn new(columns: &'static [Column]) -> Result<Self, Problem> {
        let fields: String = columns
            .iter()
            .map(|(name, kind)| {
                let kind = match kind {
                    Kind::Text => format!("BYTE_ARRAY {name} (STRING)"),
                    Kind::Time => format!("INT64 {name} (TIMESTAMP(MICROS,true))"),
                    Kind::Whole => format!("INT64 {name}"),
                    Kind::Real => format!("DOUBLE {name}"),
                    Kind::Flag => format!("BOOLEAN {name}"),
                };
                format!("OPTIONAL {kind}; ")
            })
            .collect();
        let schema = parse_message_type(&format!("message camtally {{ {fields} }}")).map_err(failed)?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let written = Written::default();
        let writer = SerializedFileWriter::new(written.clone(), Arc::new(schema), Arc::new(properties));
        Ok(Self { columns, waiting: Vec::new(), written, writer: writer.map_err(failed)? })
    }

    pub(super) fn rows(&mut self, rows: &[Row]) -> Result<Vec<u8>, Problem> {
        self.waiting.extend_from_slice(rows);
        if self.waiting.len() >= GROUP {
            self.group().map_err(failed)?;
        }
        Ok(self.written.take())
    }

    pub(super) fn end(mut self) -> Result<Vec<u8>, Problem> {
        if !self.waiting.is_empty() {
            self.group().map_err(failed)?;
        }
        self.writer.close().map_err(failed)?;
        Ok(self.written.take())
    }

    /// Writes what waits as one group.
    fn group(&mut self) -> Result<(), ParquetError> {
        let rows = std::mem::take(&mut self.waiting);
        let mut group = self.writer.next_row_group()?;
        for (name, kind) in self.columns {
            let cells = rows.iter().map(|row| row.get(*name));
            match kind {
                Kind::Text => column::<ByteArrayType>(&mut group, cells, |value| {
                    Some(ByteArray::from(value.as_str()?))
                })?,
                Kind::Time => column::<Int64Type>(&mut group, cells, micros)?,
                Kind::Whole => column::<Int64Type>(&mut group, cells, Value::as_i64)?,
                Kind::Real => column::<DoubleType>(&mut group, cells, Value::as_f64)?,
                Kind::Flag => column::<BoolType>(&mut group, cells, Value::as_bool)?,
            }
        }
        group.close()?;
        Ok(())
    }
}

/// Writes one column of a group: its values, and for each row whether it has one.
fn column<'a, T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Written>,
    cells: impl Iterator<Item = Option<&'a Value>>,
    read: impl Fn(&Value) -> Option<T::T>,
) -> Result<(), ParquetError> {
    let (mut values, mut there) = (Vec::new(), Vec::new());
    for cell in cells {
        let value = cell.and_then(&read);
        there.push(i16::from(value.is_some()));
        values.extend(value);
    }
    let none = || ParquetError::General("the schema has fewer columns than the table".to_owned());
    let mut column = group.next_column()?.ok_or_else(none)?;
    column.typed::<T>().write_batch(&values, Some(&there), None)?;
    column.close()
}

fn micros(value: &Value) -> Option<i64> {
    let moment = OffsetDateTime::parse(value.as_str()?, &Rfc3339).ok()?;
    i64::try_from(moment.unix_timestamp_nanos() / 1000).ok()
}

fn failed(error: ParquetError) -> Problem {
    tracing::error!(%error, "a Parquet file could not be written");
    Problem::internal()
}

#[cfg(test)]
mod tests {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    use parquet::record::RowAccessor as _;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_written_is_read_back() {
        const COLUMNS: &[Column] = &[("rule", Kind::Text), ("time", Kind::Time), ("count", Kind::Whole)];
        let row = |rule: Value, count: i64| match json!({"rule": rule, "time": "2026-11-23T08:00:00Z", "count": count})
        {
            Value::Object(row) => row,
            _ => unreachable!("an object was written"),
        };
        let mut file = ParquetFile::new(COLUMNS).unwrap();
        let mut bytes = file.rows(&[row(json!("door"), 3), row(Value::Null, 4)]).unwrap();
        bytes.extend(file.rows(&vec![row(json!("gate"), 5); GROUP]).unwrap());
        assert!(!bytes.is_empty(), "a full group is written at once");
        bytes.extend(file.end().unwrap());

        let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
        let rows: Vec<_> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
        assert_eq!(rows.len(), GROUP + 2);
        assert_eq!(rows[0].get_string(0).unwrap(), "door");
        assert_eq!(rows[0].get_timestamp_micros(1).unwrap(), 1_795_420_800_000_000);
        assert!(rows[1].get_string(0).is_err());
        assert_eq!(rows[1].get_long(2).unwrap(), 4);
    }
}
