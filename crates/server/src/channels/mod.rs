//! Channels, and what was and is to be delivered to them. Only operators see them: an address may be private.

mod deliveries;

use std::sync::Arc;

use ::alerts::{Channel, Kept, Receiver, signature};
use access::Role;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::App;
use crate::alerts::rules::{SitesQuestion, page, sites};
use crate::alerts::{Change, id};
use crate::extract::{Asked, Body, Caller, ETag, IfMatch, Listed, Path};
use crate::problem::{Code, Problem};

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(read, replace, delete))
        .routes(routes!(test))
        .routes(routes!(deliveries::list))
        .routes(routes!(deliveries::retry))
}

/// A channel as it is entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Entered {
    /// For people.
    name: String,
    /// The site that it belongs to.
    site: String,
    /// Who receives, and how.
    receiver: Receiver,
    /// Whether anything is sent.
    #[serde(default = "yes")]
    enabled: bool,
    /// What is secret about it: the address that Slack or Teams has given, or a Telegram bot's token. For a web hook one is
    /// made when none is given. When a channel is changed, the old one stays unless another is given.
    secret: Option<String>,
}

fn yes() -> bool {
    true
}

impl Entered {
    fn split(self) -> (Channel, Option<String>) {
        let Self { name, site, receiver, enabled, secret } = self;
        (Channel { name, site, receiver, enabled }, secret)
    }
}

/// A channel that was made.
#[derive(Serialize, ToSchema)]
struct Made {
    #[serde(flatten)]
    channel: Kept<Channel>,
    /// The secret that was made for a web hook. It is shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// How a test went.
#[derive(Serialize, ToSchema)]
struct Tested {
    /// Whether the message arrived.
    delivered: bool,
    /// Why it did not, and what to do.
    #[schema(required)]
    reason: Option<String>,
}

/// Channels, the oldest first. Secrets are never shown.
#[utoipa::path(get, path = "/api/v1/channels", tag = "alerts", operation_id = "channels", params(SitesQuestion),
    responses((status = 200, description = "A page of channels.", body = Listed<Kept<Channel>>)),
    extensions(("x-problems" = json!(["bad_cursor"]))))]
async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(question): Asked<SitesQuestion>,
) -> Result<Json<Listed<Kept<Channel>>>, Problem> {
    let sites = sites(&app, &caller, Role::Operator, question.site.as_deref());
    let channels = app.alerting()?.alerts.channels(&sites).await?;
    Ok(Json(page(channels, |channel| channel.id, question.cursor.as_deref(), question.limit)?))
}

/// Makes a channel.
#[utoipa::path(post, path = "/api/v1/channels", tag = "alerts", operation_id = "create_channel", request_body = Entered,
    responses((status = 201, description = "The channel.", body = Made)),
    extensions(("x-problems" = json!(["not_allowed", "not_found"]))))]
async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(entered): Body<Entered>,
) -> Result<(StatusCode, ETag, Json<Made>), Problem> {
    caller.may(Role::Operator, &entered.site)?;
    let (channel, given) = entered.split();
    let made = match (&channel.receiver, &given) {
        (Receiver::WebHook { .. }, None) => Some(signature::secret(rand::random())),
        _ => None,
    };
    let secret = given.as_deref().or(made.as_deref());
    let alerting = app.alerting()?;
    check_address(&app, &channel, secret)?;
    let mut tx = alerting.begin().await?;
    let kept = alerting.alerts.add_channel(&mut tx, &channel, secret, app.clock.now()).await?;
    let change = Change::new("channel.create", kept.id, &channel.site).became(&kept);
    change.commit(tx, &caller, app.clock.now()).await?;
    Ok((StatusCode::CREATED, ETag(kept.version as u64), Json(Made { channel: kept, secret: made })))
}

/// A channel, without its secret.
#[utoipa::path(get, path = "/api/v1/channels/{id}", tag = "alerts", operation_id = "channel",
    params(("id" = Uuid, Path, description = "The channel's id.")),
    responses((status = 200, description = "The channel.", body = Kept<Channel>)),
    extensions(("x-problems" = json!(["not_allowed"]))))]
async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(text): Path<String>,
) -> Result<(ETag, Json<Kept<Channel>>), Problem> {
    let kept = seen(&app, &caller, id("channel", &text)?).await?;
    Ok((ETag(kept.version as u64), Json(kept)))
}

/// Changes a channel.
#[utoipa::path(put, path = "/api/v1/channels/{id}", tag = "alerts", operation_id = "replace_channel", request_body = Entered,
    params(("id" = Uuid, Path, description = "The channel's id.")),
    responses((status = 200, description = "The channel as it is now.", body = Kept<Channel>)),
    extensions(("x-problems" = json!(["not_allowed", "changed_meanwhile"]))))]
async fn replace(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(text): Path<String>,
    version: IfMatch,
    Body(entered): Body<Entered>,
) -> Result<(ETag, Json<Kept<Channel>>), Problem> {
    let before = seen(&app, &caller, id("channel", &text)?).await?;
    caller.may(Role::Operator, &entered.site)?;
    version.check(before.version as u64)?;
    let (channel, secret) = entered.split();
    check_address(&app, &channel, secret.as_deref())?;
    let alerting = app.alerting()?;
    let mut tx = alerting.begin().await?;
    let kept = alerting
        .alerts
        .change_channel(&mut tx, before.id, before.version, &channel, secret.as_deref())
        .await?;
    let change = Change::new("channel.update", kept.id, &channel.site).was(&before).became(&kept);
    change.commit(tx, &caller, app.clock.now()).await?;
    Ok((ETag(kept.version as u64), Json(kept)))
}

/// Deletes a channel, with what waits to be delivered to it.
#[utoipa::path(delete, path = "/api/v1/channels/{id}", tag = "alerts", operation_id = "delete_channel",
    params(("id" = Uuid, Path, description = "The channel's id.")),
    responses((status = 204, description = "It is gone.")),
    extensions(("x-problems" = json!(["not_allowed", "changed_meanwhile"]))))]
async fn delete(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(text): Path<String>,
    version: IfMatch,
) -> Result<StatusCode, Problem> {
    let before = seen(&app, &caller, id("channel", &text)?).await?;
    version.check(before.version as u64)?;
    let alerting = app.alerting()?;
    let mut tx = alerting.begin().await?;
    alerting.alerts.delete_channel(&mut tx, before.id, before.version).await?;
    let change = Change::new("channel.delete", before.id, &before.value.site).was(&before);
    change.commit(tx, &caller, app.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends a test message to a channel at once, and says how it went.
#[utoipa::path(post, path = "/api/v1/channels/{id}/test", tag = "alerts", operation_id = "test_channel",
    params(("id" = Uuid, Path, description = "The channel's id.")),
    responses((status = 200, description = "How it went.", body = Tested)),
    extensions(("x-problems" = json!(["not_allowed"]))))]
async fn test(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(text): Path<String>,
) -> Result<Json<Tested>, Problem> {
    let channel = seen(&app, &caller, id("channel", &text)?).await?;
    let sent = app.alerting()?.sender.test(&channel).await?;
    Ok(Json(Tested { delivered: sent.is_ok(), reason: sent.err().map(|failure| failure.reason) }))
}

/// Refuses an address that could never be reached, while whoever enters it is there.
fn check_address(app: &App, channel: &Channel, secret: Option<&str>) -> Result<(), Problem> {
    match channel.address(secret) {
        Some(address) => app
            .alerting()?
            .client
            .check(&address)
            .map_err(|error| Problem::new(Code::BadBody, error.to_string())),
        None => Ok(()),
    }
}

/// A channel that the caller may see. To those who have no role at its site it does not exist.
pub(super) async fn seen(app: &App, caller: &Caller, id: Uuid) -> Result<Kept<Channel>, Problem> {
    let kept = app.alerting()?.alerts.channel(id).await?;
    if caller.role(&kept.value.site).is_none() {
        return Err(Problem::not_found(format!("there is no channel with the id {id}")));
    }
    caller.may(Role::Operator, &kept.value.site)?;
    Ok(kept)
}
