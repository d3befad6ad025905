use std::collections::BTreeMap;

use database::Kind;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The last part of a backup: what it holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// How the file is built.
    pub format: Format,
    /// Which program made it.
    pub program: String,
    /// When it was made: it holds what the database held at this moment.
    #[serde(with = "time::serde::rfc3339")]
    pub created: OffsetDateTime,
    /// Of which kind of database: `sqlite` or `postgres`.
    pub database: String,
    /// The model that was configured. Models themselves are not saved.
    pub model: String,
    /// How many steps of each schema the database had taken, by the name of its ledger.
    pub schemas: BTreeMap<String, usize>,
    /// The tables, in the order in which they must be filled.
    pub tables: Vec<TableSaved>,
    /// Every part but this one, in the order of the file.
    pub parts: Vec<Part>,
}

/// The version of the file's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Format(pub usize);

impl Format {
    /// The only one so far.
    pub const CURRENT: Self = Self(1);
}

/// A table of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSaved {
    /// Its name.
    pub name: String,
    /// Its columns, in the order of the values in a row.
    pub columns: Vec<ColumnSaved>,
    /// How many rows there are.
    pub rows: u64,
}

/// A column of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnSaved {
    /// Its name.
    pub name: String,
    /// `int`, `real`, `text` or `bytes`; bytes are written in base64.
    #[serde(with = "kind")]
    pub kind: Kind,
}

/// A part of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Its name in the archive.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
}

mod kind {
    use database::Kind;
    use serde::{Deserialize as _, Deserializer, Serializer, de};

    const NAMES: [(Kind, &str); 4] =
        [(Kind::Int, "int"), (Kind::Real, "real"), (Kind::Text, "text"), (Kind::Bytes, "bytes")];

    pub(super) fn serialize<S: Serializer>(kind: &Kind, serializer: S) -> Result<S::Ok, S::Error> {
        let name = NAMES.iter().find(|(known, _)| known == kind).map_or("", |(_, name)| name);
        serializer.serialize_str(name)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Kind, D::Error> {
        let name = String::deserialize(deserializer)?;
        let found = NAMES.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind);
        found.ok_or_else(|| de::Error::custom("there is no such kind of column"))
    }
}
