//! Refuses what was written down under a lease that had ended.

use std::collections::{BTreeSet, HashMap};

use database::{Database, Dialect};
use event::Event;

use crate::leases::{Error, Granted, Leases};
use crate::{SCHEMA, Stamp};

/// Epochs whose ends are remembered; then all are asked for anew.
const REMEMBERED: usize = 100_000;

/// What comes too late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Late {
    /// Where it stands in what was asked.
    pub index: usize,
    /// By how many microseconds.
    pub by: i64,
}

/// Knows the ends of leases. One for each that takes in.
pub struct Fence {
    db: Option<Database>,
    /// The end of each epoch as it was last seen, and whether that is for good.
    ends: HashMap<Granted, (i64, bool)>,
}

impl Fence {
    /// A fence for the events that go into this database. On SQLite there are no leases, and it refuses nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open(db: Database) -> Result<Self, Error> {
        let shared = db.dialect() == Dialect::Postgres;
        if shared {
            db.migrate(SCHEMA.ledger, SCHEMA.steps).await?;
        }
        Ok(Self { db: shared.then_some(db), ends: HashMap::new() })
    }

    /// Which of the events were written down after the end of their lease. Those without a lease are of a program that
    /// watches alone; those of an epoch that nobody knows are believed: its end was forgotten months ago.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn late(&mut self, events: &[Event]) -> Result<Vec<Late>, Error> {
        let Some(db) = &self.db else { return Ok(Vec::new()) };
        let stamped: Vec<(usize, Granted, i64)> = events
            .iter()
            .enumerate()
            .filter_map(|(index, event)| {
                let Stamp { epoch, at } = Stamp::of(event)?;
                Some((index, Granted { camera: event.camera.clone(), epoch }, at))
            })
            .collect();
        // An epoch that went on when it was last looked at may have been renewed since.
        let is_known = |lease: &Granted, at: i64| {
            self.ends.get(lease).is_some_and(|(end, for_good)| *for_good || at <= *end)
        };
        let asked: BTreeSet<&Granted> = stamped
            .iter()
            .filter(|(_, lease, at)| !is_known(lease, *at))
            .map(|(_, lease, _)| lease)
            .collect();
        if !asked.is_empty() {
            let asked: Vec<Granted> = asked.into_iter().cloned().collect();
            if self.ends.len() + asked.len() > REMEMBERED {
                self.ends.clear();
            }
            for (lease, end, for_good) in Leases::ends(db, &asked).await? {
                self.ends.insert(lease, (end, for_good));
            }
        }
        let late = stamped.iter().filter_map(|(index, lease, at)| {
            let (end, _) = self.ends.get(lease)?;
            (at > end).then(|| Late { index: *index, by: at - end })
        });
        Ok(late.collect())
    }
}
