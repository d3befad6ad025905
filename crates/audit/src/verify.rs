use std::fmt;

use database::{Access, Database, Result, Value};

use crate::row::{self, COLUMNS, Row, Tuple};
use crate::{Head, hash};

/// Rows that are looked at at once.
const BATCH: i64 = 1000;
/// Faults that are told one by one.
const MOST: usize = 100;

/// Something that was done to the log behind the program's back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The entry's content does not match its hash.
    Changed(i64),
    /// These entries were removed.
    Missing {
        /// The first of them.
        first: i64,
        /// The last of them.
        last: i64,
    },
    /// The entry does not follow from the one before, which was exchanged or moved, or is itself foreign.
    Unlinked(i64),
    /// The entry is beyond the newest that the program wrote.
    Foreign(i64),
    /// The log's record of its newest entry does not match that entry, which was rewritten or exchanged.
    HeadDiffers(i64),
    /// The chain does not lead to the head that was kept elsewhere: it was rewritten.
    Rewritten(Head),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(number) => write!(f, "entry {number} was changed"),
            Self::Missing { first, last } if first == last => write!(f, "entry {first} was removed"),
            Self::Missing { first, last } => write!(f, "entries {first} to {last} were removed"),
            Self::Unlinked(number) => {
                write!(f, "entry {number} does not follow from the one before: one of the two was exchanged")
            }
            Self::Foreign(number) => write!(f, "entry {number} was inserted"),
            Self::HeadDiffers(number) => write!(f, "entry {number}, the newest, was exchanged"),
            Self::Rewritten(head) => {
                write!(f, "the log was rewritten: it does not lead to {head}, which was its head before")
            }
        }
    }
}

/// What [`verify`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many entries there are.
    pub entries: u64,
    /// The newest entry, to be kept elsewhere for a later [`verify`].
    pub head: Head,
    /// How many faults there are.
    pub faults: u64,
    /// The first hundred of them, in the order of the log.
    pub first_faults: Vec<Fault>,
}

impl Verified {
    /// Whether the log is as the program wrote it.
    pub fn is_intact(&self) -> bool {
        self.faults == 0
    }

    fn add(&mut self, fault: Fault) {
        self.faults += 1;
        if self.first_faults.len() < MOST {
            self.first_faults.push(fault);
        }
    }
}

/// Reads the whole log and checks every entry, every link, and that none is missing at the end. `known` is a head from
/// before that was kept elsewhere, if there is one. Entries may be added meanwhile; those are not looked at.
///
/// # Errors
/// The database fails.
pub async fn verify(db: &Database, known: Option<Head>) -> Result<Verified> {
    let mut tx = db.begin(Access::Read).await?;
    let heads: Vec<(i64, Vec<u8>)> = tx.fetch("SELECT number, hash FROM audit_head", vec![]).await?;
    let (newest, newest_hash) = heads.into_iter().next().unwrap_or_default();
    let mut found = Verified {
        entries: 0,
        head: Head { number: 0, hash: hash::Hash([0; 32]) },
        faults: 0,
        first_faults: Vec::new(),
    };
    let mut previous = (0, vec![0; 32]);
    let mut led_to_known = known.is_none_or(|known| known == found.head);
    // Numbers of an intact log begin with 1; a foreign entry may have any.
    let mut from = Some(i64::MIN);
    while let Some(first) = from {
        let sql = format!("SELECT {COLUMNS} FROM audit WHERE number >= $1 ORDER BY number LIMIT {BATCH}");
        let rows: Vec<Tuple> = tx.fetch(sql, vec![Value::Int(first)]).await?;
        from = rows.last().and_then(|last| last.0.checked_add(1));
        for row in rows.into_iter().map(Row::from) {
            found.entries += 1;
            let follows = row.number == previous.0 + 1;
            if row.number < 1 || row.number > newest {
                found.add(Fault::Foreign(row.number));
            } else if !follows {
                found.add(Fault::Missing { first: previous.0 + 1, last: row.number - 1 });
            }
            if hash::of(&row).0.as_slice() != row.hash {
                found.add(Fault::Changed(row.number));
            } else if follows && row.previous != previous.1 {
                found.add(Fault::Unlinked(row.number));
            }
            if let Some(hash) = row::hash(&row.hash) {
                found.head = Head { number: row.number, hash };
                led_to_known |= known == Some(found.head);
            }
            previous = (row.number.max(previous.0), row.hash);
        }
    }
    if previous.0 < newest {
        found.add(Fault::Missing { first: previous.0 + 1, last: newest });
    } else if previous.0 == newest && previous.1 != newest_hash {
        found.add(Fault::HeadDiffers(newest));
    }
    if let Some(known) = known
        && !led_to_known
    {
        found.add(Fault::Rewritten(known));
    }
    Ok(found)
}
