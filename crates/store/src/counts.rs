use std::collections::{BTreeMap, BTreeSet, HashMap};

use event::Direction;
use time::OffsetDateTime;

use crate::horizons::{self, Horizons, Kept};
use crate::rollup::Level;
use crate::series::{self, Filter, Measure, Series};
use crate::slots;
use crate::zone::{Bucket, Grid, Span, Zone};
use crate::{Error, Result, Store};
use database::{Database, Value};

/// By what an answer is split into groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GroupBy {
    /// The camera.
    Camera,
    /// The line or zone, which belongs to a camera: groups by the camera as well.
    Rule,
    /// The object's class.
    Class,
    /// The direction.
    Direction,
}

/// A question to [`Store::counts`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CountQuery {
    /// The first moment asked for; the bucket in which it lies is given as a whole.
    pub from: OffsetDateTime,
    /// The first moment not asked for any more; the bucket that it cuts is given as a whole.
    pub until: OffsetDateTime,
    /// How long the buckets are.
    pub bucket: Bucket,
    /// The site's time zone.
    pub zone: Zone,
    /// What is counted: [`Measure::Crossing`], [`Measure::TurnedBack`], [`Measure::PassedBy`],
    /// [`Measure::ZoneEnter`] or [`Measure::ZoneLeave`].
    pub measure: Measure,
    /// Which cameras, rules, classes and directions.
    pub filter: Filter,
    /// What the answer is split by; one sum when it is empty.
    pub group: Vec<GroupBy>,
}

/// The answer of [`Store::counts`].
#[derive(Clone, Debug, PartialEq)]
pub struct Counts {
    /// The buckets, without a hole.
    pub buckets: Vec<Span>,
    /// The groups, ordered by their keys; one with an empty key when nothing was to be split.
    pub groups: Vec<CountGroup>,
    /// Since when the roll-up is kept, if older ones were deleted: what lies before is not known.
    pub kept_since: Option<OffsetDateTime>,
}

/// The numbers of one group.
#[derive(Clone, Debug, PartialEq)]
pub struct CountGroup {
    /// What its objects have in common.
    pub key: GroupKey,
    /// How many were counted, for each bucket.
    pub counts: Vec<u64>,
    /// How many seconds were watched, for each bucket: the sum of the group's cameras, of each at most the
    /// bucket's length.
    pub observed_s: Vec<f64>,
    /// How many cameras the group has: a bucket was watched completely when `observed_s` is this many times its
    /// length.
    pub cameras: usize,
}

/// What the objects of a group have in common; none where it was not split by that.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKey {
    /// The camera.
    pub camera: Option<String>,
    /// The line or zone.
    pub rule: Option<String>,
    /// The object's class.
    pub class: Option<String>,
    /// The direction; none also for series that have none.
    pub direction: Option<Direction>,
}

/// The most numbers in one answer: groups times buckets.
const MAX_NUMBERS: usize = 5_000_000;

impl Store {
    /// Counts by bucket.
    ///
    /// Each camera that passes the filter and was ever watched has its group when cameras are split, counted or
    /// not; rules, classes and directions have one when something of them was ever counted.
    ///
    /// # Errors
    /// `until` not after `from`, too large an answer, a measure that is no count; or the database fails.
    pub async fn counts(&self, query: &CountQuery) -> Result<Counts> {
        self.answers.get(query, Box::pin(self.count(query))).await
    }

    async fn count(&self, query: &CountQuery) -> Result<Counts> {
        if !matches!(
            query.measure,
            Measure::Crossing
                | Measure::TurnedBack
                | Measure::PassedBy
                | Measure::ZoneEnter
                | Measure::ZoneLeave
        ) {
            return Err(Error::Request(format!("`{}` cannot be counted by bucket", query.measure)));
        }
        let grid = Grid::new(query.from, query.until, query.bucket, &query.zone)?;
        let all = series::find(&self.db, &[query.measure, Measure::Observed], &query.filter.cameras).await?;
        let cameras = cameras(query, &all);

        // The groups, and for each series that has numbers for one: which.
        let mut groups = BTreeMap::new();
        let mut counted = HashMap::new();
        if query.group.is_empty() {
            groups.insert(GroupKey::default(), 0);
        } else if query.group == [GroupBy::Camera] {
            let keys =
                cameras.iter().map(|name| GroupKey { camera: Some(name.clone()), ..GroupKey::default() });
            groups.extend(keys.map(|key| (key, 0)));
        }
        for (number, series) in &all {
            if series.measure == query.measure && query.filter.passes(series) {
                let key = key(&query.group, series);
                groups.insert(key.clone(), 0);
                counted.insert(*number, key);
            }
        }
        if groups.len().saturating_mul(grid.len()) > MAX_NUMBERS {
            let sizes = format!("{} groups of {} buckets", groups.len(), grid.len());
            return Err(Error::Request(format!(
                "{sizes} are too many: ask for a shorter time or longer buckets"
            )));
        }
        for (index, place) in groups.values_mut().enumerate() {
            *place = index;
        }
        let counted: HashMap<i64, usize> =
            counted.into_iter().map(|(number, key)| (number, groups[&key])).collect();
        let watched: HashMap<i64, &str> = all
            .iter()
            .filter(|(_, series)| series.measure == Measure::Observed && cameras.contains(&series.camera))
            .map(|(number, series)| (*number, series.camera.as_str()))
            .collect();

        let mut counts = vec![vec![0; grid.len()]; groups.len()];
        let mut observed: HashMap<&str, Vec<f64>> = HashMap::new();
        let numbers: Vec<i64> = counted.keys().chain(watched.keys()).copied().collect();
        for spans in grid.pages(numbers.len()) {
            for (number, span, bytes) in fetch(&self.db, &grid, spans, &numbers).await? {
                if let Some(&group) = counted.get(&number) {
                    add(&grid, span, &bytes, &mut counts[group])?;
                } else if let Some(&camera) = watched.get(&number) {
                    let seconds = observed.entry(camera).or_insert_with(|| vec![0.0; grid.len()]);
                    add_observed(&grid, span, &bytes, seconds)?;
                }
            }
        }

        let groups = groups.into_keys().zip(counts).map(|(key, counts)| {
            let members: Vec<&String> = match &key.camera {
                Some(camera) => vec![camera],
                None => cameras.iter().collect(),
            };
            let mut observed_s = vec![0.0; grid.len()];
            for seconds in members.iter().filter_map(|camera| observed.get(camera.as_str())) {
                for (sum, seconds) in observed_s.iter_mut().zip(seconds) {
                    *sum += seconds;
                }
            }
            let cameras = members.len();
            CountGroup { key, counts, observed_s, cameras }
        });
        let groups = groups.collect();
        let kept_since = kept_since(&self.db, grid.level()).await?;
        Ok(Counts { groups, buckets: grid.into_spans(), kept_since })
    }
}

/// The cameras that the answer is about: those with such a rule if rules were named, else all that pass.
fn cameras(query: &CountQuery, all: &[(i64, Series)]) -> BTreeSet<String> {
    let named = query.filter.cameras.iter().filter(|_| query.filter.rules.is_empty()).cloned();
    let found = all.iter().filter(|(_, series)| {
        query.filter.rules.is_empty()
            || series.measure == query.measure && query.filter.rules.contains(&series.rule)
    });
    named.chain(found.map(|(_, series)| series.camera.clone())).collect()
}

fn key(group: &[GroupBy], series: &Series) -> GroupKey {
    let by = |part| group.contains(&part);
    GroupKey {
        camera: (by(GroupBy::Camera) || by(GroupBy::Rule)).then(|| series.camera.clone()),
        rule: by(GroupBy::Rule).then(|| series.rule.clone()),
        class: by(GroupBy::Class).then(|| series.class.clone()),
        direction: series.direction.filter(|_| by(GroupBy::Direction)),
    }
}

/// The rows of a roll-up in a page of spans: series, span, slots.
pub(crate) async fn fetch(
    db: &Database,
    grid: &Grid,
    spans: (i64, i64),
    numbers: &[i64],
) -> Result<Vec<(i64, i64, Vec<u8>)>> {
    let sql = format!(
        "SELECT series, span, slots FROM {} WHERE series {} AND span BETWEEN $2 AND $3",
        grid.level().table(),
        db.dialect().any(1),
    );
    let numbers = Value::Ints(numbers.to_vec());
    db.fetch(sql, vec![numbers, Value::Int(spans.0), Value::Int(spans.1)]).await
}

/// Adds a row's slots to the buckets in which they lie.
fn add(grid: &Grid, span: i64, bytes: &[u8], sums: &mut [u64]) -> Result<()> {
    let buckets = grid.buckets_of(span);
    slots::each(bytes, |slot, value| {
        if let Some(bucket) = buckets(slot) {
            sums[bucket] += value;
        }
    })
}

/// As [`add`], in seconds, of each slot at most its length: when two workers watch one camera for a moment, it
/// was watched once.
pub(crate) fn add_observed(grid: &Grid, span: i64, bytes: &[u8], seconds: &mut [f64]) -> Result<()> {
    let most = grid.level().slot_us() as u64;
    let buckets = grid.buckets_of(span);
    slots::each(bytes, |slot, micros| {
        if let Some(bucket) = buckets(slot) {
            seconds[bucket] += micros.min(most) as f64 / 1e6;
        }
    })
}

pub(crate) async fn kept_since(db: &Database, level: Level) -> Result<Option<OffsetDateTime>> {
    let kept = match level {
        Level::Minutes => Kept::Minutes,
        Level::Quarters => Kept::Quarters,
    };
    Ok(Horizons::new(db.fetch(horizons::SELECT, vec![]).await?).calendar(kept))
}
