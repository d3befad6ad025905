use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use store::{Cursor, EventQuery, Page, Store};

use crate::App;
use crate::problem::Problem;
use crate::query::{Asked, filter, moment};

/// Events of a page unless it is asked for more or fewer.
const PAGE: u32 = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Question {
    from: Option<String>,
    until: Option<String>,
    camera: Option<String>,
    rule: Option<String>,
    class: Option<String>,
    direction: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

impl Question {
    fn query(&self) -> Result<EventQuery, Problem> {
        let cursor = self.cursor.as_deref().map(str::parse::<Cursor>).transpose();
        Ok(EventQuery {
            from: moment("from", self.from.as_deref())?,
            until: moment("until", self.until.as_deref())?,
            kinds: Vec::new(),
            filter: filter(
                self.camera.as_deref(),
                self.rule.as_deref(),
                self.class.as_deref(),
                self.direction.as_deref(),
            )?,
            after: cursor.map_err(|error| Problem::Question(error.to_string()))?,
            limit: self.limit.unwrap_or(PAGE).clamp(1, Store::MAX_PAGE),
        })
    }
}

/// `GET /api/v1/events`: newest first.
pub(crate) async fn events(
    State(app): State<Arc<App>>,
    Asked(question): Asked<Question>,
) -> Result<Json<Value>, Problem> {
    Ok(listed(app.store.events(&question.query()?).await?))
}

/// `GET /api/v1/gaps`: stretches in which a camera saw nothing that could be counted.
pub(crate) async fn gaps(
    State(app): State<Arc<App>>,
    Asked(question): Asked<Question>,
) -> Result<Json<Value>, Problem> {
    Ok(listed(app.store.gaps(&question.query()?).await?))
}

fn listed(page: Page) -> Json<Value> {
    let items: Vec<Value> =
        page.events.iter().filter_map(|event| serde_json::from_str(&event.to_json()).ok()).collect();
    Json(json!({"items": items, "next": page.next.map(|cursor| cursor.to_string())}))
}
