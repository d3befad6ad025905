use std::collections::BTreeMap;

use event::Direction;
use time::OffsetDateTime;

use crate::series::{self, Measure, Series};
use crate::{Error, Result, Store, Zone};
use database::Value;
use database::instant;

/// How long somebody who entered a zone is believed to be in it: a worker that died cannot say that they left.
const MAX_STAY_US: i64 = 24 * 3_600_000_000;

/// How many objects are in a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneOccupancy {
    /// The camera.
    pub camera: String,
    /// The zone.
    pub rule: String,
    /// How many there are, of all classes.
    pub occupancy: u64,
}

/// A line through which a site is entered and left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entrance {
    /// The camera.
    pub camera: String,
    /// The line.
    pub rule: String,
    /// The direction that leads in.
    pub inward: Direction,
}

/// A question to [`Store::site_occupancy`].
#[derive(Clone, Debug)]
pub struct SiteQuery {
    /// Where the site can be entered and left: every place, or the number means nothing.
    pub entrances: Vec<Entrance>,
    /// The classes that count; all of them when it is empty.
    pub classes: Vec<String>,
    /// The `camera` and the `rule` that the site's corrections carry.
    pub corrections: Option<(String, String)>,
    /// The site's time zone.
    pub zone: Zone,
    /// The hour, 0 to 23 by the site's clock, at which the site is taken to be empty.
    pub reset_hour: u8,
    /// The moment asked about.
    pub now: OffsetDateTime,
}

/// How many objects are at a site, and how that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteOccupancy {
    /// How many there are: in less out since the reset or the last correction, at no time below zero.
    pub occupancy: u64,
    /// How many came in since the reset.
    pub entered: u64,
    /// How many went out since the reset.
    pub left: u64,
    /// The last reset.
    pub since: OffsetDateTime,
    /// The corrections since then, oldest first.
    pub corrections: Vec<Corrected>,
    /// What the corrections add up to: how far the count had drifted, above zero when it was too low.
    pub drift: i64,
}

/// A correction by an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Corrected {
    /// When.
    pub time: OffsetDateTime,
    /// What camtally believed.
    pub was: i64,
    /// What the operator saw.
    pub now: i64,
}

impl Store {
    /// How many objects are in each zone of these cameras (of all when the list is empty) at a moment: who entered
    /// and did not leave.
    ///
    /// It begins anew after a gap, which ends all stays, and after 24 hours; a correction of the zone sets it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn zone_occupancy(
        &self,
        cameras: &[String],
        now: OffsetDateTime,
    ) -> Result<Vec<ZoneOccupancy>> {
        let now = instant::clamped(now);
        let measures = [Measure::ZoneEnter, Measure::ZoneLeave, Measure::Gap, Measure::Correction];
        let all = series::find(&self.db, &measures, cameras).await?;
        let start = now - MAX_STAY_US;
        let gaps = self.last_gaps(&all, start, now).await?;
        let of = |measure| all.iter().filter(move |(_, series)| series.measure == measure);

        // Where each zone begins anew, and with how many.
        let mut begins = BTreeMap::new();
        for (_, series) in of(Measure::ZoneEnter).chain(of(Measure::ZoneLeave)) {
            let start = gaps.get(&series.camera).copied().unwrap_or(start);
            begins.insert(
                (series.camera.as_str(), series.rule.as_str()),
                Begin { start, with: None, changed: 0 },
            );
        }
        for (&(camera, rule), begin) in &mut begins {
            let number = of(Measure::Correction).find(|(_, s)| s.camera == camera && s.rule == rule);
            let Some((number, _)) = number else { continue };
            if let Some(last) = self.corrections(*number, begin.start, now).await?.last() {
                *begin = Begin { start: instant::clamped(last.time), with: Some(last.now), changed: 0 };
            }
        }

        let zone = |series: &Series| begins[&(series.camera.as_str(), series.rule.as_str())];
        let mut rows = Vec::new();
        for (number, series) in of(Measure::ZoneEnter).chain(of(Measure::ZoneLeave)) {
            let begin = zone(series);
            // Who left had entered after the start, unless the number at the start is known: then all count.
            let entered_after = begin.with.map_or(begin.start, |_| i64::MIN);
            rows.push([*number, begin.start, entered_after]);
        }
        let sql = format!(
            "SELECT e.series, COUNT(*) FROM {} JOIN events e ON e.series = v.a AND e.time > v.b AND e.time <= $2 \
             WHERE e.time - COALESCE(e.dwell_s, 0) * 1000000 > v.c GROUP BY e.series",
            self.db.dialect().triples(1),
        );
        let counts = self.db.fetch::<(i64, i64)>(sql, vec![Value::Triples(rows), Value::Int(now)]).await?;
        for (number, count) in counts {
            let Some((_, series)) = all.iter().find(|(other, _)| *other == number) else { continue };
            if let Some(begin) = begins.get_mut(&(series.camera.as_str(), series.rule.as_str())) {
                begin.changed += if series.measure == Measure::ZoneEnter { count } else { -count };
            }
        }
        let occupancies = begins.into_iter().map(|((camera, rule), begin)| ZoneOccupancy {
            camera: camera.to_owned(),
            rule: rule.to_owned(),
            occupancy: (begin.with.unwrap_or(0) + begin.changed).max(0) as u64,
        });
        Ok(occupancies.collect())
    }

    /// How many objects are at a site at a moment.
    ///
    /// Out without in does not make a debt: somebody who was missed coming in is not taken from those who come
    /// later. So the order of the events matters, and it is their time.
    ///
    /// # Errors
    /// A reset hour above 23; or the database fails.
    pub async fn site_occupancy(&self, query: &SiteQuery) -> Result<SiteOccupancy> {
        let hour = i8::try_from(query.reset_hour).ok().filter(|hour| *hour < 24);
        let hour =
            hour.ok_or_else(|| Error::Request(format!("the reset hour {} is none", query.reset_hour)))?;
        let now = instant::clamped(query.now);
        let since = query.zone.last_time_of_day(now, hour)?;
        let corrections = match &query.corrections {
            Some((camera, rule)) => {
                let all =
                    series::find(&self.db, &[Measure::Correction], std::slice::from_ref(camera)).await?;
                match all.iter().find(|(_, series)| series.rule == *rule) {
                    Some((number, _)) => self.corrections(*number, since, now).await?,
                    None => Vec::new(),
                }
            }
            None => Vec::new(),
        };
        let (start, with) =
            corrections.last().map_or((since, 0), |last| (instant::clamped(last.time), last.now.max(0)));

        let cameras: Vec<_> = query.entrances.iter().map(|entrance| entrance.camera.clone()).collect();
        let mut rows = Vec::new();
        if !cameras.is_empty() {
            for (number, series) in series::find(&self.db, &[Measure::Crossing], &cameras).await? {
                let counts = query.classes.is_empty() || query.classes.contains(&series.class);
                let entrance =
                    query.entrances.iter().find(|e| e.camera == series.camera && e.rule == series.rule);
                if let Some(entrance) = entrance.filter(|_| counts) {
                    let step = if series.direction == Some(entrance.inward) { 1 } else { -1 };
                    rows.push([number, step, 0]);
                }
            }
        }
        // The lowest point of the running sum is how many left whom nobody saw coming.
        let sql = format!(
            "WITH steps AS (SELECT e.time, e.id, v.b AS step FROM {} JOIN events e ON e.series = v.a \
                 AND e.time >= $2 AND e.time <= $3), \
             runs AS (SELECT step, SUM(step) OVER (ORDER BY time, id) AS run FROM steps WHERE time >= $4) \
             SELECT (SELECT COUNT(*) FROM steps WHERE step > 0), (SELECT COUNT(*) FROM steps WHERE step < 0), \
                 CAST((SELECT COALESCE(SUM(step), 0) FROM runs) AS BIGINT), \
                 CAST((SELECT COALESCE(MIN(run), 0) FROM runs) AS BIGINT)",
            self.db.dialect().triples(1),
        );
        let values = vec![Value::Triples(rows), Value::Int(since), Value::Int(now), Value::Int(start)];
        let sums = self.db.fetch::<(i64, i64, i64, i64)>(sql, values).await?;
        let (entered, left, sum, lowest) = sums.first().copied().unwrap_or_default();
        Ok(SiteOccupancy {
            occupancy: (with + sum - (with + lowest).min(0)).max(0) as u64,
            entered: entered as u64,
            left: left as u64,
            since: instant::calendar(since),
            drift: corrections.iter().map(|correction| correction.now - correction.was).sum(),
            corrections,
        })
    }

    /// When the last gap of each camera ended.
    async fn last_gaps(&self, all: &[(i64, Series)], start: i64, now: i64) -> Result<BTreeMap<String, i64>> {
        let gaps = all.iter().filter(|(_, series)| series.measure == Measure::Gap);
        let cameras: BTreeMap<i64, &str> = gaps.map(|(number, s)| (*number, s.camera.as_str())).collect();
        let sql = format!(
            "SELECT series, MAX(until_time) FROM events WHERE series {} AND until_time > $2 AND until_time <= $3 \
             GROUP BY series",
            self.db.dialect().any(1),
        );
        let numbers = Value::Ints(cameras.keys().copied().collect());
        let ends =
            self.db.fetch::<(i64, i64)>(sql, vec![numbers, Value::Int(start), Value::Int(now)]).await?;
        Ok(ends.into_iter().map(|(number, end)| (cameras[&number].to_owned(), end)).collect())
    }

    async fn corrections(&self, number: i64, start: i64, now: i64) -> Result<Vec<Corrected>> {
        let sql = "SELECT time, corrected_from, corrected_to FROM events \
                   WHERE series = $1 AND time > $2 AND time <= $3 ORDER BY time, id";
        let values = vec![Value::Int(number), Value::Int(start), Value::Int(now)];
        let rows = self.db.fetch::<(i64, i64, i64)>(sql, values).await?;
        let corrected = |(time, was, now)| Corrected { time: instant::calendar(time), was, now };
        Ok(rows.into_iter().map(corrected).collect())
    }
}

/// Where a zone's occupancy begins anew.
#[derive(Clone, Copy)]
struct Begin {
    start: i64,
    /// How many there were, where a correction says it.
    with: Option<i64>,
    changed: i64,
}
