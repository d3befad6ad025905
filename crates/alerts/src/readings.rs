//! Where the numbers of rules come from.

use std::collections::{BTreeMap, HashMap};
use std::pin::Pin;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use store::{Bucket, CountQuery, Entrance, Filter, Measure, SiteQuery, Store, Zone};
use time::{Duration, OffsetDateTime};

use crate::{Condition, Counted, Error, Place, Reading, Result, Rule, verdict};

/// How much of a time must have been watched to call it watched.
const WATCHED: f64 = 0.95;
/// How long after its end an hour's last events and watched time are in the store.
const SETTLED: Duration = Duration::minutes(2);

/// What a camera does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CameraState {
    /// Its pictures are counted.
    Counting,
    /// It gives none.
    Offline,
    /// It gives the same one again and again.
    Frozen,
    /// Not known yet.
    Unknown,
}

/// A site, as the rules see it.
#[derive(Clone, Debug)]
pub struct Site {
    /// The name of its time zone.
    pub time_zone: String,
    /// The lines through which it is entered and left.
    pub entrances: Vec<Entrance>,
    /// The hour at which it is taken to be empty.
    pub reset_hour: u8,
    /// Its cameras, and what they do.
    pub cameras: BTreeMap<String, CameraState>,
}

/// A rule's numbers, as they are read.
pub type Read<'a> = Pin<Box<dyn Future<Output = Result<Vec<(String, Reading)>>> + Send + 'a>>;

/// What says how it is.
pub trait Readings: Send + Sync {
    /// A rule's numbers: one for each camera where it is about single cameras, else one for the empty name. What is
    /// missing is not known.
    fn read<'a>(&'a mut self, rule: &'a Rule, now: OffsetDateTime) -> Read<'a>;

    /// The time zone of a site.
    fn time_zone(&self, site: &str) -> TimeZone;
}

/// From the store, and what the cameras do at this moment.
pub struct StoreReadings {
    store: Store,
    /// By their ids.
    sites: BTreeMap<String, Site>,
    /// What earlier weeks say of an hour, which does not change: by what is counted, with the hour.
    judged: HashMap<String, (OffsetDateTime, Reading)>,
}

impl StoreReadings {
    /// Readings of a store.
    pub fn new(store: Store) -> Self {
        Self { store, sites: BTreeMap::new(), judged: HashMap::new() }
    }

    /// Says how the sites are at this moment. To be called before each evaluation.
    pub fn see(&mut self, sites: BTreeMap<String, Site>) {
        self.sites = sites;
    }

    async fn measure(&mut self, rule: &Rule, now: OffsetDateTime) -> Result<Vec<(String, Reading)>> {
        let Some(site) = self.sites.get(&rule.site).cloned() else { return Ok(vec![]) };
        let whole = |reading| Ok(vec![(String::new(), reading)]);
        match &rule.condition {
            Condition::Offline { cameras } => Ok(states(&site, cameras, CameraState::Offline)),
            Condition::Frozen { cameras } => Ok(states(&site, cameras, CameraState::Frozen)),
            Condition::Occupancy { place: Place::Zone { camera, zone }, .. } => {
                whole(self.zone_occupancy(&site, camera, zone, now).await?)
            }
            Condition::Occupancy { place: Place::Site, .. } => whole(self.site_occupancy(&site, now).await?),
            Condition::Count { counted, window_min, .. } => {
                let until = OffsetDateTime::from_unix_timestamp(now.unix_timestamp().div_euclid(60) * 60)
                    .unwrap_or(now);
                let from = until - Duration::minutes((*window_min).into());
                let (count, watched) = self.count(&site, counted, from, until, Bucket::Minute).await?;
                let count = count as f64;
                // What was counted is enough to be too much, however little was watched. It is never enough to be little.
                let threshold = rule.condition.threshold();
                let certain = threshold.side == crate::Side::Above && threshold.is_breached(count);
                whole(if watched || certain { Reading::Value(count) } else { Reading::Unknown })
            }
            Condition::Unusual { counted, weeks, .. } => {
                whole(self.unusual(&site, counted, *weeks, now).await?)
            }
        }
    }

    async fn zone_occupancy(
        &self,
        site: &Site,
        camera: &str,
        zone: &str,
        now: OffsetDateTime,
    ) -> Result<Reading> {
        if site.cameras.get(camera) != Some(&CameraState::Counting) {
            return Ok(Reading::Unknown);
        }
        let zones = self.store.zone_occupancy(&[camera.to_owned()], now).await.map_err(Error::Store)?;
        // A zone that nobody ever entered is empty.
        let found =
            zones.iter().find(|occupancy| occupancy.rule == zone).map_or(0, |occupancy| occupancy.occupancy);
        Ok(Reading::Value(found as f64))
    }

    async fn site_occupancy(&self, site: &Site, now: OffsetDateTime) -> Result<Reading> {
        let seen = |entrance: &Entrance| site.cameras.get(&entrance.camera) == Some(&CameraState::Counting);
        if site.entrances.is_empty() || !site.entrances.iter().all(seen) {
            return Ok(Reading::Unknown);
        }
        let query = SiteQuery {
            entrances: site.entrances.clone(),
            classes: vec![],
            corrections: None,
            zone: Zone::named(&site.time_zone).map_err(Error::Store)?,
            reset_hour: site.reset_hour,
            now,
        };
        Ok(Reading::Value(self.store.site_occupancy(&query).await.map_err(Error::Store)?.occupancy as f64))
    }

    /// How many were counted, and whether the time was watched.
    async fn count(
        &self,
        site: &Site,
        counted: &Counted,
        from: OffsetDateTime,
        until: OffsetDateTime,
        bucket: Bucket,
    ) -> Result<(u64, bool)> {
        let cameras = match counted.cameras.is_empty() {
            true => site.cameras.keys().cloned().collect(),
            false => counted
                .cameras
                .iter()
                .filter(|camera| site.cameras.contains_key(*camera))
                .cloned()
                .collect::<Vec<_>>(),
        };
        if cameras.is_empty() {
            return Ok((0, false));
        }
        let wanted = cameras.len() as f64;
        let filter = |rules| Filter {
            cameras: cameras.clone(),
            rules,
            classes: counted.classes.clone(),
            directions: counted.directions.clone(),
        };
        let query = |filter| CountQuery {
            from,
            until,
            bucket,
            zone: Zone::named(&site.time_zone).unwrap_or(Zone::UTC),
            measure: Measure::Crossing,
            filter,
            group: vec![],
        };
        let counts = self.store.counts(&query(filter(counted.lines.clone()))).await.map_err(Error::Store)?;
        let count = counts.groups.first().map_or(0, |group| group.counts.iter().sum());
        // Whether they were watched is asked without the lines: a line that nobody ever crossed has no camera in the store.
        let all = self
            .store
            .counts(&query(Filter { cameras: cameras.clone(), ..Filter::default() }))
            .await
            .map_err(Error::Store)?;
        let observed: f64 = all.groups.first().map_or(0.0, |group| group.observed_s.iter().sum());
        let length: f64 = all.buckets.iter().map(|bucket| bucket.seconds()).sum();
        Ok((count, observed >= WATCHED * length * wanted))
    }

    /// How many deviations the last full hour is from the same hours of earlier weeks.
    async fn unusual(
        &mut self,
        site: &Site,
        counted: &Counted,
        weeks: u32,
        now: OffsetDateTime,
    ) -> Result<Reading> {
        let Ok(zone) = TimeZone::get(&site.time_zone) else { return Ok(Reading::Unknown) };
        let Some(hour) = full_hour(now - SETTLED, &zone, 0) else { return Ok(Reading::Unknown) };
        let key = format!("{counted:?} {weeks} {:?}", site.cameras.keys());
        if let Some((judged, reading)) = self.judged.get(&key)
            && *judged == hour
        {
            return Ok(*reading);
        }
        let of = async |hour: OffsetDateTime| {
            self.count(site, counted, hour, hour + Duration::hours(1), Bucket::Hour).await
        };
        let (count, true) = of(hour).await? else { return Ok(Reading::Unknown) };
        let mut earlier = Vec::new();
        for week in 1..=weeks {
            if let Some(hour) = full_hour(now - SETTLED, &zone, week)
                && let (count, true) = of(hour).await?
            {
                earlier.push(count);
            }
        }
        let reading =
            verdict(count, &earlier).map_or(Reading::Unknown, |verdict| Reading::Value(verdict.deviations));
        // A bound on memory: hours that are over are not asked for again.
        self.judged.retain(|_, (judged, _)| *judged == hour);
        self.judged.insert(key, (hour, reading));
        Ok(reading)
    }
}

/// The beginning of the last full hour of the site's clock so many weeks before; none where the clock was set over it.
fn full_hour(now: OffsetDateTime, zone: &TimeZone, weeks: u32) -> Option<OffsetDateTime> {
    let local = zone.to_datetime(Timestamp::from_second(now.unix_timestamp()).ok()?);
    let hour = local.date().at(local.hour(), 0, 0, 0).checked_sub(1.hour()).ok()?;
    let earlier = hour.checked_sub(i64::from(weeks).weeks()).ok()?;
    let found = earlier.to_zoned(zone.clone()).ok()?;
    (found.datetime() == earlier)
        .then(|| OffsetDateTime::from_unix_timestamp(found.timestamp().as_second()).ok())?
}

fn states(site: &Site, cameras: &[String], wanted: CameraState) -> Vec<(String, Reading)> {
    let named = site.cameras.iter().filter(|(name, _)| cameras.is_empty() || cameras.contains(name));
    let reading = |state: CameraState| match (state, wanted) {
        (CameraState::Unknown, _) | (CameraState::Offline, CameraState::Frozen) => Reading::Unknown,
        (state, wanted) => Reading::Value(f64::from(u8::from(state == wanted))),
    };
    named.map(|(name, state)| (name.clone(), reading(*state))).collect()
}

impl Readings for StoreReadings {
    fn read<'a>(&'a mut self, rule: &'a Rule, now: OffsetDateTime) -> Read<'a> {
        Box::pin(self.measure(rule, now))
    }

    fn time_zone(&self, site: &str) -> TimeZone {
        let zone = self.sites.get(site).and_then(|site| TimeZone::get(&site.time_zone).ok());
        zone.unwrap_or(TimeZone::UTC)
    }
}
