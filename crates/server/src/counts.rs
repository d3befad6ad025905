use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use store::{Bucket, CountQuery, GroupBy, Measure};
use time::format_description::well_known::Rfc3339;

use crate::App;
use crate::problem::Problem;
use crate::query::{Asked, filter, list, moment};

/// The most buckets of one answer.
const MAX_BUCKETS: usize = 50_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Question {
    from: Option<String>,
    until: Option<String>,
    bucket: Option<String>,
    group: Option<String>,
    kind: Option<String>,
    camera: Option<String>,
    rule: Option<String>,
    class: Option<String>,
    direction: Option<String>,
}

/// `GET /api/v1/counts`: counts in buckets of the site's clock, each with how many of its seconds were watched.
pub(crate) async fn counts(
    State(app): State<Arc<App>>,
    Asked(question): Asked<Question>,
) -> Result<Json<Value>, Problem> {
    let (bucket, group) = (bucket(question.bucket.as_deref())?, groups(question.group.as_deref())?);
    let measure = measure(question.kind.as_deref())?;
    let query = CountQuery {
        from: moment("from", question.from.as_deref())?,
        until: moment("until", question.until.as_deref())?,
        bucket,
        zone: app.zone.clone(),
        measure,
        filter: filter(
            question.camera.as_deref(),
            question.rule.as_deref(),
            question.class.as_deref(),
            question.direction.as_deref(),
        )?,
        group,
    };
    let counts = app.store.counts(&query).await?;
    if counts.buckets.len() * counts.groups.len().max(1) > MAX_BUCKETS {
        return Err(Problem::Question(format!(
            "that are more than {MAX_BUCKETS} buckets: ask for a shorter time or longer buckets"
        )));
    }
    let text = |moment: time::OffsetDateTime| moment.format(&Rfc3339).unwrap_or_default();
    let groups: Vec<Value> = counts
        .groups
        .iter()
        .map(|group| {
            let buckets: Vec<Value> = counts
                .buckets
                .iter()
                .zip(group.counts.iter().zip(&group.observed_s))
                .map(|(span, (count, observed_s))| {
                    json!({
                        "from": text(span.from), "until": text(span.until),
                        "count": count, "observed_s": observed_s,
                    })
                })
                .collect();
            let key = &group.key;
            json!({
                "camera": key.camera, "rule": key.rule, "class": key.class,
                "direction": key.direction.map(event::Direction::as_str),
                "cameras": group.cameras, "buckets": buckets,
            })
        })
        .collect();
    Ok(Json(json!({
        "bucket": bucket.as_str(), "time_zone": app.zone_name, "kind": measure.as_str(), "groups": groups,
    })))
}

fn bucket(text: Option<&str>) -> Result<Bucket, Problem> {
    text.unwrap_or("1h").parse().map_err(|error: store::Error| Problem::Question(error.to_string()))
}

fn groups(text: Option<&str>) -> Result<Vec<GroupBy>, Problem> {
    let group = |text: String| match text.as_str() {
        "camera" => Ok(GroupBy::Camera),
        "rule" => Ok(GroupBy::Rule),
        "class" => Ok(GroupBy::Class),
        "direction" => Ok(GroupBy::Direction),
        _ => Err(Problem::Question(format!(
            "nothing is grouped by `{text}`: write camera, rule, class or direction, or several with commas"
        ))),
    };
    // There is one site, and everything belongs to it.
    list(text).into_iter().filter(|text| text != "site").map(group).collect()
}

fn measure(text: Option<&str>) -> Result<Measure, Problem> {
    let kinds =
        [Measure::Crossing, Measure::TurnedBack, Measure::PassedBy, Measure::ZoneEnter, Measure::ZoneLeave];
    let Some(text) = text else { return Ok(Measure::Crossing) };
    kinds.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| {
        let known = kinds.map(Measure::as_str).join(", ");
        Problem::Question(format!("`{text}` is not counted: write one of {known}"))
    })
}
