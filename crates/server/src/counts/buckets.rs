//! Counts in buckets of the site's clock.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use store::{CountGroup, CountQuery, Counts, Filter, GroupBy, GroupKey, Measure, Span, Zone};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::question::{BucketName, MAX_BUCKETS, Place, Stretch};
use crate::App;
use crate::extract::{Asked, Caller, directions, list, moment};
use crate::problem::Problem;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CountsQuestion {
    /// The first moment; the bucket in which it lies is given as a whole.
    #[param(example = "2026-11-23T00:00:00Z", format = DateTime)]
    from: String,
    /// The first moment after; the bucket that it cuts is given as a whole.
    #[param(example = "2026-11-24T00:00:00Z", format = DateTime)]
    until: String,
    /// How long the buckets are.
    #[param(inline, default = "1h")]
    bucket: Option<BucketName>,
    /// What the answer is split by: `site`, `camera`, `rule`, `class`, `direction`, or several with commas. One sum of
    /// everything unless given.
    #[param(pattern = "^((site|camera|rule|class|direction)(,|$))*$", example = "camera,direction")]
    group: Option<String>,
    /// What is counted.
    #[param(inline, default = "crossing")]
    kind: Option<KindName>,
    /// Beside each bucket the one of an earlier time, by the site's clock: `previous` is the stretch of the same length
    /// before, `week` seven days before, `year` 52 weeks before, so that the days of the week are the same.
    #[param(inline)]
    compare: Option<CompareName>,
    /// Only these sites, separated by commas.
    site: Option<String>,
    /// Only these cameras, separated by commas.
    camera: Option<String>,
    /// Only these lines and zones, separated by commas.
    rule: Option<String>,
    /// Only these classes, separated by commas.
    class: Option<String>,
    /// Only this direction: `forward` or `backward`.
    #[param(pattern = "^((forward|backward)(,|$))*$")]
    direction: Option<String>,
}

/// Which earlier time.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CompareName {
    Previous,
    Week,
    Year,
}

/// What is counted.
#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KindName {
    Crossing,
    TurnedBack,
    PassedBy,
    ZoneEnter,
    ZoneLeave,
}

impl From<KindName> for Measure {
    fn from(name: KindName) -> Self {
        match name {
            KindName::Crossing => Self::Crossing,
            KindName::TurnedBack => Self::TurnedBack,
            KindName::PassedBy => Self::PassedBy,
            KindName::ZoneEnter => Self::ZoneEnter,
            KindName::ZoneLeave => Self::ZoneLeave,
        }
    }
}

/// Counts by bucket.
#[derive(Serialize, ToSchema)]
pub(crate) struct CountsAnswer {
    /// How long the buckets are.
    #[schema(inline)]
    bucket: BucketName,
    /// Of which clock the buckets are hours and days.
    time_zone: String,
    /// What was counted.
    #[schema(inline)]
    kind: KindName,
    /// Since when such buckets are kept, if older ones were deleted: what lies before is not known, and given as zero.
    #[schema(required)]
    #[serde(with = "time::serde::rfc3339::option")]
    kept_since: Option<OffsetDateTime>,
    /// One for each combination of what the answer is split by.
    groups: Vec<CountsGroup>,
}

/// The numbers of one group.
#[derive(Serialize, ToSchema)]
pub(crate) struct CountsGroup {
    /// The site, if split by that.
    #[schema(required)]
    site: Option<String>,
    /// The camera, if split by that.
    #[schema(required)]
    camera: Option<String>,
    /// The line or zone, if split by that.
    #[schema(required)]
    rule: Option<String>,
    /// The class, if split by that.
    #[schema(required)]
    class: Option<String>,
    /// The direction, if split by that: `forward` or `backward`.
    #[schema(required, pattern = "^(forward|backward)$")]
    direction: Option<&'static str>,
    /// How many cameras it has: a bucket was watched completely when `observed_s` is this many times its length.
    cameras: usize,
    /// Without a hole.
    buckets: Vec<CountsBucket>,
}

/// The number of one bucket.
#[derive(Serialize, ToSchema)]
struct CountsBucket {
    #[serde(flatten)]
    stretch: Stretch,
    /// How many, by the time of the event.
    count: u64,
    /// How many of its seconds were watched: the sum of the group's cameras.
    observed_s: f64,
    /// The bucket of the earlier time, if asked for; null where the clock did not show these hours then.
    #[serde(skip_serializing_if = "Option::is_none")]
    earlier: Option<Option<EarlierBucket>>,
}

/// The number of a bucket of an earlier time.
#[derive(Clone, Copy, Serialize, ToSchema)]
struct EarlierBucket {
    #[serde(flatten)]
    stretch: Stretch,
    /// How many.
    count: u64,
    /// How many of its seconds were watched.
    observed_s: f64,
}

/// Counts in buckets of the site's clock, each with how many of its seconds were watched.
#[utoipa::path(get, path = "/api/v1/counts", tag = "counts", params(CountsQuestion),
    responses((status = 200, description = "Counts by bucket.", body = CountsAnswer)),
    extensions(("x-problems" = json!(["not_found"]))))]
pub(super) async fn counts(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(question): Asked<CountsQuestion>,
) -> Result<Json<CountsAnswer>, Problem> {
    counted(&app, &caller, &question).await.map(Json)
}

/// The answer to a question about counts.
pub(crate) async fn counted(
    app: &App,
    caller: &Caller,
    question: &CountsQuestion,
) -> Result<CountsAnswer, Problem> {
    let (groups, by_site) = groups(question.group.as_deref())?;
    let place = Place::of(app, caller, question.site.as_deref(), question.camera.as_deref())?;
    let bucket = question.bucket.unwrap_or(BucketName::Hour);
    let kind = question.kind.unwrap_or(KindName::Crossing);
    let query = CountQuery {
        from: moment("from", &question.from)?,
        until: moment("until", &question.until)?,
        bucket: bucket.into(),
        zone: place.clock.zone.clone(),
        measure: kind.into(),
        filter: Filter {
            cameras: Vec::new(),
            rules: list(question.rule.as_deref()),
            classes: list(question.class.as_deref()),
            directions: directions(question.direction.as_deref())?,
        },
        group: groups,
    };
    if query.until <= query.from {
        return Err(Problem::question("`until` must be after `from`"));
    }
    let time_zone = place.clock.zone_name.clone();
    let mut answer = CountsAnswer { bucket, time_zone, kind, kept_since: None, groups: Vec::new() };
    let parts = if by_site { sites(app, caller, question)? } else { vec![(None, place.cameras)] };
    let mut total = 0;
    for (site, cameras) in parts {
        let Some(cameras) = cameras else { continue };
        let query = CountQuery { filter: Filter { cameras, ..query.filter.clone() }, ..query.clone() };
        let counts = app.store.counts(&query).await?;
        total += counts.buckets.len() * counts.groups.len().max(1);
        if total > MAX_BUCKETS {
            return Err(Problem::question(format!(
                "that are more than {MAX_BUCKETS} buckets: ask for a shorter time or longer buckets"
            )));
        }
        let earlier = match question.compare {
            Some(compare) => Some(Earlier::of(app, &query, compare).await?),
            None => None,
        };
        answer.kept_since = counts.kept_since;
        let Counts { buckets, groups, .. } = counts;
        for group in groups {
            answer.groups.push(group_answer(site.clone(), group, &buckets, earlier.as_ref())?);
        }
    }
    Ok(answer)
}

fn group_answer(
    site: Option<String>,
    group: CountGroup,
    spans: &[Span],
    earlier: Option<&Earlier>,
) -> Result<CountsGroup, Problem> {
    let mut buckets = Vec::with_capacity(spans.len());
    for (index, (span, (count, observed_s))) in
        spans.iter().zip(group.counts.into_iter().zip(group.observed_s)).enumerate()
    {
        let earlier = earlier.map(|earlier| earlier.beside(&group.key, index, span)).transpose()?;
        buckets.push(CountsBucket { stretch: (*span).into(), count, observed_s, earlier });
    }
    Ok(CountsGroup {
        site,
        camera: group.key.camera,
        rule: group.key.rule,
        class: group.key.class,
        direction: group.key.direction.map(event::Direction::as_str),
        cameras: group.cameras,
        buckets,
    })
}

/// The sites that are asked about, each with its cameras.
#[expect(clippy::type_complexity, reason = "a list of pairs that is used once")]
fn sites(
    app: &App,
    caller: &Caller,
    question: &CountsQuestion,
) -> Result<Vec<(Option<String>, Option<Vec<String>>)>, Problem> {
    let asked = list(question.site.as_deref());
    let scope = caller.cameras(app);
    let named = list(question.camera.as_deref());
    let mut parts = Vec::new();
    for site in app.sites.all() {
        if caller.role(&site.id).is_some() && (asked.is_empty() || asked.contains(&site.id)) {
            let cameras = app.cameras.all().into_iter().filter(|camera| {
                camera.site == site.id
                    && scope.sees(&camera.id)
                    && (named.is_empty() || named.contains(&camera.id))
            });
            let cameras: Vec<_> = cameras.map(|camera| camera.id.clone()).collect();
            parts.push((Some(site.id.clone()), Some(cameras).filter(|cameras| !cameras.is_empty())));
        }
    }
    Ok(parts)
}

/// What an answer is split by, and whether also by site: the store knows no sites.
fn groups(text: Option<&str>) -> Result<(Vec<GroupBy>, bool), Problem> {
    let mut groups = Vec::new();
    let mut by_site = false;
    for text in list(text) {
        match text.as_str() {
            "site" => by_site = true,
            "camera" => groups.push(GroupBy::Camera),
            "rule" => groups.push(GroupBy::Rule),
            "class" => groups.push(GroupBy::Class),
            "direction" => groups.push(GroupBy::Direction),
            _ => {
                return Err(Problem::question(format!(
                    "nothing is grouped by `{text}`: write site, camera, rule, class or direction, or several with commas"
                )));
            }
        }
    }
    Ok((groups, by_site))
}

/// The numbers of an earlier time.
struct Earlier {
    zone: Zone,
    /// How many days before; none when it is a stretch that is no whole number of days.
    days: Option<i64>,
    buckets: Vec<Span>,
    by_start: HashMap<OffsetDateTime, usize>,
    groups: HashMap<GroupKey, CountGroup>,
}

impl Earlier {
    async fn of(app: &App, query: &CountQuery, compare: CompareName) -> Result<Self, Problem> {
        let days = match compare {
            CompareName::Week => Some(7),
            CompareName::Year => Some(364),
            CompareName::Previous => query.zone.whole_days(query.from, query.until)?,
        };
        let (from, until) = match days {
            Some(days) => {
                let zone = &query.zone;
                (zone.days_earlier(query.from, days)?, zone.days_earlier(query.until, days)?)
            }
            None => {
                let from = query.from.checked_sub(query.until - query.from);
                (from.ok_or_else(|| Problem::question("`from` is too early to compare"))?, query.from)
            }
        };
        let counts = app.store.counts(&CountQuery { from, until, ..query.clone() }).await?;
        let by_start = counts.buckets.iter().enumerate().map(|(index, span)| (span.from, index)).collect();
        let groups = counts.groups.into_iter().map(|group| (group.key.clone(), group)).collect();
        Ok(Self { zone: query.zone.clone(), days, buckets: counts.buckets, by_start, groups })
    }

    /// The earlier bucket that belongs to a bucket: the one at the same time of the clock.
    fn beside(&self, key: &GroupKey, index: usize, span: &Span) -> Result<Option<EarlierBucket>, Problem> {
        let index = match self.days {
            Some(days) => self.by_start.get(&self.zone.days_earlier(span.from, days)?).copied(),
            None => Some(index).filter(|&index| index < self.buckets.len()),
        };
        let Some(index) = index else { return Ok(None) };
        let group = self.groups.get(key);
        let numbers = group.map_or((0, 0.0), |group| (group.counts[index], group.observed_s[index]));
        Ok(Some(EarlierBucket {
            stretch: self.buckets[index].into(),
            count: numbers.0,
            observed_s: numbers.1,
        }))
    }
}

impl CountsAnswer {
    /// The answer as rows of a table.
    pub(crate) fn rows(&self) -> impl Iterator<Item = serde_json::Map<String, serde_json::Value>> + '_ {
        self.groups.iter().flat_map(|group| {
            group.buckets.iter().filter_map(|bucket| {
                let mut row = serde_json::Map::new();
                for (name, value) in [
                    ("site", &group.site),
                    ("camera", &group.camera),
                    ("rule", &group.rule),
                    ("class", &group.class),
                    ("direction", &group.direction.map(str::to_owned)),
                ] {
                    row.insert(name.to_owned(), value.clone().into());
                }
                row.insert("cameras".to_owned(), group.cameras.into());
                match serde_json::to_value(bucket) {
                    Ok(serde_json::Value::Object(numbers)) => row.extend(numbers),
                    _ => return None,
                }
                Some(row)
            })
        })
    }
}
