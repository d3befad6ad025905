use std::sync::Arc;

use ::alerts::Delivery;
use access::Role;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use time::OffsetDateTime;
use utoipa::IntoParams;
use uuid::Uuid;

use super::seen;
use crate::App;
use crate::alerts::rules::sites;
use crate::alerts::{Change, id};
use crate::extract::{Asked, Caller, Cursor, Limit, Listed, Path};
use crate::problem::{Code, Problem};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DeliveriesQuestion {
    /// Only to this channel.
    #[param(format = Uuid)]
    channel: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many deliveries a page has.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 1000, default = 100)]
    limit: Limit,
}

/// Deliveries of the last two weeks, the newest first.
#[utoipa::path(get, path = "/api/v1/deliveries", tag = "alerts", operation_id = "deliveries", params(DeliveriesQuestion),
    responses((status = 200, description = "A page of deliveries.", body = Listed<Delivery>)),
    extensions(("x-problems" = json!(["bad_cursor", "not_found", "not_allowed"]))))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(question): Asked<DeliveriesQuestion>,
) -> Result<Json<Listed<Delivery>>, Problem> {
    let alerts = &app.alerting()?.alerts;
    let channels = match &question.channel {
        Some(text) => vec![seen(&app, &caller, id("channel", text)?).await?.id],
        None => {
            let sites = sites(&app, &caller, Role::Operator, None);
            alerts.channels(&sites).await?.iter().map(|channel| channel.id).collect()
        }
    };
    let before = question.cursor.as_deref().map(Cursor::read::<(i128, Uuid)>).transpose()?;
    let before =
        before.and_then(|(nanos, id)| Some((OffsetDateTime::from_unix_timestamp_nanos(nanos).ok()?, id)));
    let limit = question.limit.get();
    let mut items = alerts.deliveries(&channels, before, limit + 1).await?;
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = items
        .last()
        .filter(|_| more)
        .map(|last| Cursor::write(&(last.created.unix_timestamp_nanos(), last.id)));
    Ok(Json(Listed { items, next }))
}

/// Tries a delivery that was given up, or waits, at once.
#[utoipa::path(post, path = "/api/v1/deliveries/{id}/retry", tag = "alerts", operation_id = "retry_delivery",
    params(("id" = Uuid, Path, description = "The delivery's id.")),
    responses((status = 202, description = "It is tried.")),
    extensions(("x-problems" = json!(["not_allowed"]))))]
pub(super) async fn retry(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(text): Path<String>,
) -> Result<StatusCode, Problem> {
    let alerting = app.alerting()?;
    let delivery = alerting.alerts.delivery(id("delivery", &text)?).await?;
    let channel = seen(&app, &caller, delivery.channel).await.map_err(|problem| match problem.code() {
        // Not even the channel's id is told to those who may not see it.
        Code::NotFound => Problem::not_found(format!("there is no delivery with the id {text}")),
        _ => problem,
    })?;
    let mut tx = alerting.begin().await?;
    alerting.alerts.retry(&mut tx, delivery.id, app.clock.now()).await?;
    let change = Change::new("delivery.retry", delivery.id, &channel.value.site);
    change.commit(tx, &caller, app.clock.now()).await?;
    Ok(StatusCode::ACCEPTED)
}
