use std::io::Write;

use database::{Access, Database, Dialect, Schema, Tx};
use time::OffsetDateTime;

use crate::archive::Writer;
use crate::error::{Error, Result};
use crate::manifest::{ColumnSaved, Format, Manifest, TableSaved};
use crate::rows;

/// A part of rows is closed when it holds so many bytes. Larger ones compress no better.
const PART: usize = 4 << 20;

/// What a backup says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Which program makes it.
    pub program: String,
    /// When.
    pub created: OffsetDateTime,
    /// The model that is configured.
    pub model: String,
}

/// A file that belongs to the data beside the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its name in the backup.
    pub name: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Writes one state of a database, and says what was written. `told` hears how many rows of how many are done.
///
/// The database should have no limit of time for statements: a large table is one. What is written meanwhile is not in
/// the backup, and is not held up.
///
/// # Errors
/// When the database fails, holds nothing of this program, or was made by a newer one; and when it cannot be written.
pub async fn save<W: Write>(
    db: &Database,
    schemas: &[Schema],
    about: About,
    attachments: &[Attachment],
    to: W,
    mut told: impl FnMut(u64, u64),
) -> Result<(Manifest, W)> {
    let mut tx = db.begin(Access::Read).await?;
    let mut manifest = Manifest {
        format: Format::CURRENT,
        program: about.program,
        created: about.created,
        database: match db.dialect() {
            Dialect::Sqlite => "sqlite".to_owned(),
            Dialect::Postgres => "postgres".to_owned(),
        },
        model: about.model,
        schemas: Default::default(),
        tables: Vec::new(),
        parts: Vec::new(),
    };
    for schema in schemas {
        let (found, known) = (schema.taken(&mut tx).await?, schema.steps.len());
        if found > known {
            return Err(database::Error::Newer { found: found as i64, known: known as i64 }.into());
        }
        if found > 0 {
            manifest.schemas.insert(schema.ledger.to_owned(), found);
            // A table may have come with a later step.
            for table in schema.tables {
                if tx.has_table(table).await? {
                    let rows = tx.count(table).await?;
                    manifest.tables.push(TableSaved { name: (*table).to_owned(), columns: vec![], rows });
                }
            }
        }
    }
    if manifest.tables.is_empty() {
        return Err(Error::Empty);
    }
    let total = manifest.tables.iter().map(|table| table.rows).sum();
    let mut writer = Writer::new(to, u64::try_from(about.created.unix_timestamp()).unwrap_or(0))?;
    for attachment in attachments {
        writer.part(attachment.name.to_owned(), &attachment.bytes)?;
    }
    let mut done = 0;
    for table in &mut manifest.tables {
        save_table(&mut tx, table, &mut writer, |rows| told(done + rows, total)).await?;
        done += table.rows;
    }
    manifest.parts.clone_from(&writer.parts);
    let to = writer.finish(&manifest)?;
    Ok((manifest, to))
}

async fn save_table<W: Write>(
    tx: &mut Tx,
    table: &mut TableSaved,
    writer: &mut Writer<W>,
    mut told: impl FnMut(u64),
) -> Result<()> {
    let columns = tx.columns(&table.name).await?;
    table.columns = columns.iter().map(|c| ColumnSaved { name: c.name.clone(), kind: c.kind }).collect();
    let (mut part, mut number, mut rows) = (Vec::with_capacity(PART + PART / 4), 0, 0);
    tx.each_row(&table.name, &columns, |row| {
        rows::write(row, &mut part);
        rows += 1;
        if part.len() >= PART {
            writer.part(part_name(&table.name, number), &part)?;
            part.clear();
            number += 1;
            told(rows);
        }
        Ok::<_, Error>(())
    })
    .await?;
    if !part.is_empty() {
        writer.part(part_name(&table.name, number), &part)?;
    }
    told(rows);
    Ok(())
}

/// What a part of rows is called: in the file's order, each table's parts follow one another.
pub(crate) fn part_name(table: &str, number: usize) -> String {
    format!("{table}/{number:06}.jsonl")
}
