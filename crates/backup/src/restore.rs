use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use database::{Access, Cell, Database, Kind, Schema, TableColumn, Tx};
use tokio::sync::mpsc;

use crate::archive::{self, sha256};
use crate::error::{Error, Result, damaged};
use crate::manifest::{Manifest, TableSaved};
use crate::rows;
use crate::save::part_name;

/// Parts that are read ahead of the database.
const AHEAD: usize = 2;

/// A backup that is whole.
#[derive(Clone, Debug)]
pub struct Backup {
    file: PathBuf,
    manifest: Manifest,
}

impl Backup {
    /// Reads the whole file and compares every part with its hash. `told` hears how many of its bytes are read.
    ///
    /// # Errors
    /// A file that cannot be read, is no backup, is cut off or changed, or was made by a newer program.
    pub fn open(file: &Path, told: impl FnMut(u64)) -> Result<Self> {
        let manifest = archive::check(Told::open(file, told)?)?;
        Ok(Self { file: file.to_owned(), manifest })
    }

    /// What it holds.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// What was attached under a name.
    ///
    /// # Errors
    /// When the file cannot be read any more, or has changed.
    pub fn attachment(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let Some(listed) = self.manifest.parts.iter().find(|part| part.name == name) else {
            return Ok(None);
        };
        let mut found = None;
        archive::each_part(Told::open(&self.file, |_| ())?, |part, bytes| {
            if part == name && found.is_none() {
                found = Some(bytes);
            }
            Ok(())
        })?;
        match found.filter(|bytes| sha256(bytes) == listed.sha256) {
            Some(bytes) => Ok(Some(bytes)),
            None => Err(damaged("it was changed while it was read")),
        }
    }

    /// Makes the tables as they were, in a database that has none of them, and fills them. `told` hears how many rows are
    /// in. When it fails, no row is kept; the tables may be there.
    ///
    /// # Errors
    /// A database that is not empty or fails, a backup of a newer program, or one that does not hold what it says.
    pub async fn restore(&self, db: &Database, schemas: &[Schema], mut told: impl FnMut(u64)) -> Result<()> {
        self.is_for(schemas)?;
        let mut tx = db.begin(Access::Read).await?;
        for table in schemas.iter().flat_map(|schema| schema.tables.iter().chain([&schema.ledger])) {
            if tx.has_table(table).await? {
                return Err(Error::NotEmpty(table));
            }
        }
        drop(tx);
        for schema in schemas {
            if let Some(&steps) = self.manifest.schemas.get(schema.ledger) {
                db.migrate(schema.ledger, &schema.steps[..steps]).await?;
            }
        }
        let mut tx = db.begin(Access::Alone).await?;
        let columns = self.columns(&mut tx, schemas).await?;
        for (table, _) in &columns {
            // What the steps themselves have put in.
            tx.execute(format!("DELETE FROM {}", table.name), vec![]).await?;
        }
        self.fill(&mut tx, &columns, &mut told).await?;
        for (table, _) in &columns {
            tx.number_on(&table.name).await?;
            if tx.count(&table.name).await? != table.rows {
                return Err(damaged(format!("`{}` has fewer or more rows than it says", table.name)));
            }
        }
        Ok(tx.commit().await?)
    }

    /// Whether these schemas are those of the backup, as far as this program knows them.
    fn is_for(&self, schemas: &[Schema]) -> Result<()> {
        let known: BTreeMap<&str, usize> = schemas.iter().map(|s| (s.ledger, s.steps.len())).collect();
        for (ledger, &found) in &self.manifest.schemas {
            let known = known.get(ledger.as_str()).copied().unwrap_or(0);
            if found > known {
                let what = format!("steps of the schema `{}`:", ledger.escape_debug());
                return Err(Error::Newer { what, found, known });
            }
        }
        Ok(())
    }

    /// The columns of each table, which must be those that the steps have made.
    async fn columns<'a>(
        &'a self,
        tx: &mut Tx,
        schemas: &[Schema],
    ) -> Result<Vec<(&'a TableSaved, Vec<TableColumn>)>> {
        let mut saved: HashMap<&str, &TableSaved> = HashMap::new();
        for table in &self.manifest.tables {
            if saved.insert(&table.name, table).is_some() {
                return Err(damaged(format!("`{}` is there twice", table.name.escape_debug())));
            }
        }
        let mut tables = Vec::new();
        for name in schemas.iter().flat_map(|schema| schema.tables) {
            let mut columns = tx.columns(name).await?;
            let Some(table) = saved.remove(name) else {
                if columns.is_empty() {
                    continue;
                }
                return Err(damaged(format!("the table `{name}` is missing")));
            };
            // In the order of the backup; a table that the steps did not make has none.
            let mut ordered = Vec::new();
            for column in &table.columns {
                let found = columns.iter().position(|c| c.name == column.name && c.kind == column.kind);
                let found = found.ok_or_else(|| damaged(format!("`{name}` has other columns")))?;
                ordered.push(columns.swap_remove(found));
            }
            if !columns.is_empty() || ordered.is_empty() {
                return Err(damaged(format!("`{name}` has other columns")));
            }
            tables.push((table, ordered));
        }
        match saved.keys().next() {
            Some(unknown) => Err(damaged(format!("there is no table `{}`", unknown.escape_debug()))),
            None => Ok(tables),
        }
    }

    async fn fill(
        &self,
        tx: &mut Tx,
        columns: &[(&TableSaved, Vec<TableColumn>)],
        told: &mut impl FnMut(u64),
    ) -> Result<()> {
        let mut parts = self.read_ahead(columns);
        let (mut done, mut table_before, mut number) = (0, usize::MAX, 0);
        while let Some(part) = parts.recv().await {
            let (index, name, rows) = part?;
            number = if index == table_before { number + 1 } else { 0 };
            table_before = index;
            let (table, columns) = &columns[index];
            if name != part_name(&table.name, number) {
                return Err(damaged(format!("`{}` is out of order", name.escape_debug())));
            }
            done += rows.len() as u64;
            tx.insert_rows(&table.name, columns, rows).await?;
            told(done);
        }
        Ok(())
    }

    /// Reads and parses on a thread of its own, while the database works.
    fn read_ahead(&self, columns: &[(&TableSaved, Vec<TableColumn>)]) -> mpsc::Receiver<Result<Filled>> {
        let (sender, receiver) = mpsc::channel(AHEAD);
        let kinds: Vec<(String, Vec<Kind>)> = columns
            .iter()
            .map(|(table, columns)| (table.name.clone(), columns.iter().map(|column| column.kind).collect()))
            .collect();
        let file = self.file.clone();
        let mut hashes: HashMap<String, String> =
            self.manifest.parts.iter().map(|part| (part.name.clone(), part.sha256.clone())).collect();
        std::thread::spawn(move || {
            let read = Told::open(&file, |_| ()).and_then(|file| {
                archive::each_part(file, |name, bytes| {
                    let Some(index) =
                        kinds.iter().position(|(table, _)| name.split('/').next() == Some(table.as_str()))
                    else {
                        return Ok(());
                    };
                    // Again, and each once: the file may have changed since it was checked.
                    if hashes.remove(name) != Some(sha256(&bytes)) {
                        return Err(damaged("it was changed while it was read"));
                    }
                    let rows = rows::read(&bytes, &kinds[index].1)?;
                    let gone = |_| Error::File("read", io::Error::from(io::ErrorKind::BrokenPipe));
                    sender.blocking_send(Ok((index, name.to_owned(), rows))).map_err(gone)
                })
            });
            if let Err(error) = read {
                // Nobody listens any more when the database has failed, which is told already.
                sender.blocking_send(Err(error)).unwrap_or_default();
            }
        });
        receiver
    }
}

/// The table's place, the part's name, its rows.
type Filled = (usize, String, Vec<Vec<Cell>>);

/// A file that tells how far it was read.
struct Told<F> {
    file: File,
    read: u64,
    told: F,
}

impl<F: FnMut(u64)> Told<F> {
    fn open(path: &Path, told: F) -> Result<Self> {
        let file = File::open(path).map_err(|error| Error::File("read", error))?;
        Ok(Self { file, read: 0, told })
    }
}

impl<F: FnMut(u64)> Read for Told<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.read += read as u64;
        (self.told)(self.read);
        Ok(read)
    }
}
