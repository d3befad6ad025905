//! What is measured, and where: each combination has a number in the database.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use event::Direction;

use crate::{Error, Result};
use database::Column;
use database::{Access, Database, Value};

/// What the numbers of a series are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Measure {
    /// Objects that crossed a line.
    Crossing,
    /// Objects that entered a line's band and went back.
    TurnedBack,
    /// Objects that changed sides round an end of a line.
    PassedBy,
    /// Stays in a zone that began.
    ZoneEnter,
    /// Stays in a zone that ended.
    ZoneLeave,
    /// Stretches in which nothing could be counted. Kept as events, not as numbers.
    Gap,
    /// Numbers that an operator set right. Kept as events, not as numbers.
    Correction,
    /// Microseconds that were watched.
    Observed,
    /// Microseconds that stays lasted, in the slot in which they ended; those that a gap cut short are left out.
    Dwell,
    /// How many stays were how long: see [`crate::dwell`]'s bins.
    DwellHistogram,
}

impl Measure {
    const ALL: [Self; 10] = [
        Self::Crossing,
        Self::TurnedBack,
        Self::PassedBy,
        Self::ZoneEnter,
        Self::ZoneLeave,
        Self::Gap,
        Self::Correction,
        Self::Observed,
        Self::Dwell,
        Self::DwellHistogram,
    ];

    /// As it is written in the database; for those that are kinds of events, as the kind is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Crossing => "crossing",
            Self::TurnedBack => "turned_back",
            Self::PassedBy => "passed_by",
            Self::ZoneEnter => "zone_enter",
            Self::ZoneLeave => "zone_leave",
            Self::Gap => "gap",
            Self::Correction => "correction",
            Self::Observed => "observed",
            Self::Dwell => "dwell",
            Self::DwellHistogram => "dwell_histogram",
        }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Measure {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let known = Self::ALL.into_iter().find(|measure| measure.as_str() == text);
        known.ok_or_else(|| Error::Damaged(format!("no series measures `{text}`")))
    }
}

/// A series: one measure of one camera and, where it has them, rule, class and direction.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Series {
    /// The camera's name.
    pub camera: String,
    /// What its numbers are.
    pub measure: Measure,
    /// The line or zone; empty where there is none.
    pub rule: String,
    /// The object's class; empty where there is none.
    pub class: String,
    /// The direction, for lines.
    pub direction: Option<Direction>,
}

impl Series {
    pub(crate) fn with(&self, measure: Measure) -> Self {
        Self { measure, ..self.clone() }
    }
}

pub(crate) type SeriesRow = (i64, String, String, String, String, String);

pub(crate) fn from_row((id, camera, measure, rule, class, direction): SeriesRow) -> Result<(i64, Series)> {
    let direction = match direction.as_str() {
        "" => None,
        "forward" => Some(Direction::Forward),
        "backward" => Some(Direction::Backward),
        other => return Err(Error::Damaged(format!("no direction is called `{other}`"))),
    };
    Ok((id, Series { camera, measure: measure.parse()?, rule, class, direction }))
}

/// Which series a query is about; an empty list is no restriction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// Names of cameras.
    pub cameras: Vec<String>,
    /// Names of lines and zones.
    pub rules: Vec<String>,
    /// Classes, `person`.
    pub classes: Vec<String>,
    /// Directions.
    pub directions: Vec<Direction>,
}

impl Filter {
    /// Whether the series passes. Cameras are left to the database.
    pub(crate) fn passes(&self, series: &Series) -> bool {
        let any = |list: &[String], name: &String| list.is_empty() || list.contains(name);
        any(&self.rules, &series.rule)
            && any(&self.classes, &series.class)
            && (self.directions.is_empty()
                || series.direction.is_some_and(|direction| self.directions.contains(&direction)))
    }
}

/// The series of these measures and cameras (every camera when the list is empty) with their numbers.
pub(crate) async fn find(
    db: &Database,
    measures: &[Measure],
    cameras: &[String],
) -> Result<Vec<(i64, Series)>> {
    let dialect = db.dialect();
    let mut sql = format!(
        "SELECT id, camera, measure, rule, class, direction FROM series WHERE measure {}",
        dialect.any(1)
    );
    let mut values = vec![Value::Texts(measures.iter().map(ToString::to_string).collect())];
    if !cameras.is_empty() {
        sql += &format!(" AND camera {}", dialect.any(2));
        values.push(Value::Texts(cameras.to_vec()));
    }
    let rows = db.fetch::<SeriesRow>(sql, values).await?;
    rows.into_iter().map(from_row).collect()
}

/// Numbers of series that were asked for before. They never change, and nothing deletes a series.
#[derive(Default)]
pub(crate) struct Cache(Mutex<HashMap<Series, i64>>);

/// Above this it starts anew: a bound on memory, far above what a city has.
const CACHED: usize = 200_000;

impl Cache {
    /// The numbers of these series; those that have none get one. Not to be called in a transaction that
    /// writes: SQLite has one writer.
    pub(crate) async fn numbers(
        &self,
        db: &Database,
        wanted: &BTreeSet<Series>,
    ) -> Result<HashMap<Series, i64>> {
        let mut numbers = HashMap::with_capacity(wanted.len());
        let mut missing = Vec::new();
        {
            let cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            for series in wanted {
                match cached.get(series) {
                    Some(&number) => drop(numbers.insert(series.clone(), number)),
                    None => missing.push(series.clone()),
                }
            }
        }
        if missing.is_empty() {
            return Ok(numbers);
        }
        let columns = vec![
            Column::texts(missing.iter().map(|series| series.camera.as_str())),
            Column::texts(missing.iter().map(|series| series.measure.as_str())),
            Column::texts(missing.iter().map(|series| series.rule.as_str())),
            Column::texts(missing.iter().map(|series| series.class.as_str())),
            Column::texts(missing.iter().map(|series| series.direction.map_or("", Direction::as_str))),
        ];
        let mut tx = db.begin(Access::Add).await?;
        let into = "series (camera, measure, rule, class, direction)";
        tx.insert::<(i64,)>(into, columns, "ON CONFLICT DO NOTHING RETURNING id").await?;
        tx.commit().await?;

        let cameras: BTreeSet<_> = missing.iter().map(|series| series.camera.clone()).collect();
        let measures: BTreeSet<_> = missing.iter().map(|series| series.measure).collect();
        let (cameras, measures) = (Vec::from_iter(cameras), Vec::from_iter(measures));
        let found: HashMap<_, _> = find(db, &measures, &cameras)
            .await?
            .into_iter()
            .map(|(number, series)| (series, number))
            .collect();
        let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if cached.len() + missing.len() > CACHED {
            cached.clear();
        }
        for series in missing {
            let number = *found
                .get(&series)
                .ok_or_else(|| Error::Damaged(format!("the series {series:?} was lost")))?;
            cached.insert(series.clone(), number);
            numbers.insert(series, number);
        }
        Ok(numbers)
    }
}
