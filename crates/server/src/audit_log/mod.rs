//! Who changed what.

use std::sync::Arc;

use access::Role;
use audit::{Query, Recorded};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::App;
use crate::extract::{Asked, Caller, Cursor, Limit, Listed, moment};
use crate::problem::{Code, Problem};

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(entries))
}

/// An entry of the audit log.
#[derive(Serialize, ToSchema)]
pub(crate) struct EntryView {
    /// Its place in the log: 1, 2, 3, … without gaps.
    number: i64,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    time: OffsetDateTime,
    /// Who.
    actor: ActorView,
    /// What they did.
    #[schema(example = "camera.update")]
    action: String,
    /// The kind of what they did it to.
    #[schema(example = "camera")]
    object_kind: String,
    /// Its id.
    #[schema(example = "entrance")]
    object_id: String,
    /// The site that it belongs to.
    site: Option<String>,
    /// The object before; null where it was made.
    #[schema(value_type = Option<Object>)]
    before: Option<serde_json::Value>,
    /// The object after; null where it was deleted.
    #[schema(value_type = Option<Object>)]
    after: Option<serde_json::Value>,
    /// Covers everything in it and the entry before.
    hash: String,
}

/// Who did something.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActorView {
    /// `user`, `token`, `program` or `nobody`.
    #[schema(example = "user")]
    kind: &'static str,
    /// The id of the user or of the token.
    id: Option<Uuid>,
    /// The name at that time.
    name: String,
    /// The address that they asked from.
    address: Option<String>,
}

impl From<Recorded> for EntryView {
    fn from(entry: Recorded) -> Self {
        Self {
            number: entry.number,
            time: entry.time,
            actor: ActorView {
                kind: entry.actor.kind.as_str(),
                id: entry.actor.id,
                name: entry.actor.name,
                address: entry.actor.from.map(|address| address.to_string()),
            },
            action: entry.action,
            object_kind: entry.object.kind,
            object_id: entry.object.id,
            site: entry.site,
            before: entry.before,
            after: entry.after,
            hash: entry.hash.to_string(),
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuestion {
    /// Only from this moment on.
    #[param(format = DateTime)]
    from: Option<String>,
    /// Only before this moment.
    #[param(format = DateTime)]
    until: Option<String>,
    /// Only by the user or token of this name.
    actor: Option<String>,
    /// Only this action, such as `camera.update`; or all about one kind of object, such as `camera.`, with the dot.
    action: Option<String>,
    /// Only about objects of this kind.
    object_kind: Option<String>,
    /// Only about the object with this id.
    object_id: Option<String>,
    /// Only about objects of this site.
    site: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many entries a page has.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 1000, default = 100)]
    limit: Limit,
}

/// Who changed what, the newest first. Admins of single sites see what belongs to those.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", operation_id = "audit", params(AuditQuestion),
    responses((status = 200, description = "A page of the log.", body = Listed<EntryView>)),
    extensions(("x-problems" = json!(["bad_cursor", "not_allowed"]))))]
async fn entries(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(question): Asked<AuditQuestion>,
) -> Result<Json<Listed<EntryView>>, Problem> {
    let query = Query {
        from: question.from.as_deref().map(|text| moment("from", text)).transpose()?,
        until: question.until.as_deref().map(|text| moment("until", text)).transpose()?,
        sites: sites(&caller, question.site)?,
        actor: question.actor,
        action: question.action,
        object_kind: question.object_kind,
        object_id: question.object_id,
        before: question.cursor.as_deref().map(Cursor::read).transpose()?,
        limit: question.limit.get(),
    };
    let page = audit::list(app.store.database(), &query).await?;
    let next = page.next.map(|number| Cursor::write(&number));
    Ok(Json(Listed { items: page.entries.into_iter().map(EntryView::from).collect(), next }))
}

/// The sites whose entries are asked for and may be seen; none for all.
fn sites(caller: &Caller, asked: Option<String>) -> Result<Option<Vec<String>>, Problem> {
    if caller.rights.everywhere == Some(Role::Admin) {
        return Ok(asked.map(|site| vec![site]));
    }
    let admin = |site: &String| caller.rights.allow(Role::Admin, site);
    let own: Vec<String> = caller.rights.sites.keys().filter(|site| admin(site)).cloned().collect();
    if own.is_empty() {
        return Err(Problem::new(Code::NotAllowed, "this needs the role admin"));
    }
    Ok(Some(match asked {
        Some(site) => own.into_iter().filter(|own| *own == site).collect(),
        None => own,
    }))
}
