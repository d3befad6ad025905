//! Where people spend their time.

use std::sync::Arc;

use access::Role;
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::App;
use crate::extract::{Asked, Caller, moment};
use crate::problem::Problem;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct HeatQuestion {
    /// The camera.
    #[param(example = "entrance")]
    camera: String,
    /// The first moment: heat maps are kept by the hour, and hours that begin before it are left out.
    #[param(example = "2026-11-23T00:00:00Z", format = DateTime)]
    from: String,
    /// The first moment after.
    #[param(example = "2026-11-24T00:00:00Z", format = DateTime)]
    until: String,
}

/// Where people were.
#[derive(Serialize, ToSchema)]
pub(super) struct HeatAnswer {
    /// The camera.
    camera: String,
    /// The first moment asked for.
    #[serde(with = "time::serde::rfc3339")]
    from: OffsetDateTime,
    /// The first moment after.
    #[serde(with = "time::serde::rfc3339")]
    until: OffsetDateTime,
    /// One for each size of grid that was in use, the largest last; none when nothing was seen.
    maps: Vec<HeatGrid>,
}

/// A grid that covers the picture.
#[derive(Serialize, ToSchema)]
struct HeatGrid {
    /// How many cells a row has.
    width: u32,
    /// How many rows there are.
    height: u32,
    /// Seconds that objects were in each cell, together; row by row from the top left.
    seconds: Vec<u64>,
}

async fn maps(app: &App, caller: &Caller, question: HeatQuestion) -> Result<HeatAnswer, Problem> {
    let camera = caller.camera(app, Role::Viewer, &question.camera)?;
    let (from, until) = (moment("from", &question.from)?, moment("until", &question.until)?);
    if until <= from {
        return Err(Problem::question("`until` must be after `from`"));
    }
    let maps = app.store.heat(&camera.id, from, until).await?.into_iter().map(|heat| HeatGrid {
        width: heat.width,
        height: heat.height,
        seconds: heat.cells,
    });
    Ok(HeatAnswer { camera: camera.id.clone(), from, until, maps: maps.collect() })
}

/// Where people spent their time, as numbers.
#[utoipa::path(get, path = "/api/v1/heat", tag = "counts", params(HeatQuestion),
    responses((status = 200, description = "Seconds of presence by cell.", body = HeatAnswer)),
    extensions(("x-problems" = json!(["not_found"]))))]
pub(super) async fn heat(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(question): Asked<HeatQuestion>,
) -> Result<Json<HeatAnswer>, Problem> {
    maps(&app, &caller, question).await.map(Json)
}

/// Where people spent their time, as a picture with a legend. It shows the map only, never the camera's picture.
#[utoipa::path(get, path = "/api/v1/heat.png", operation_id = "heat_picture", tag = "counts", params(HeatQuestion),
    responses((status = 200, description = "A picture.", content_type = "image/png", body = Vec<u8>)),
    extensions(("x-problems" = json!(["not_found"]))))]
pub(super) async fn picture(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(question): Asked<HeatQuestion>,
) -> Result<impl IntoResponse, Problem> {
    let largest = maps(&app, &caller, question).await?.maps.pop();
    let grid = match largest {
        Some(map) => drawing::Grid {
            columns: map.width as usize,
            rows: map.height as usize,
            values: map.seconds.into_iter().map(|seconds| seconds as f64).collect(),
        },
        None => drawing::Grid { columns: 16, rows: 9, values: vec![0.0; 16 * 9] },
    };
    // It takes tens of milliseconds, in which others are answered.
    let drawn = tokio::task::spawn_blocking(move || drawing::heat_map_png(None, &grid)).await;
    match drawn {
        Ok(Ok(png)) => Ok(([(header::CONTENT_TYPE, "image/png")], png)),
        Ok(Err(error)) => {
            tracing::error!(%error, "a heat map could not be drawn");
            Err(Problem::internal())
        }
        Err(error) => {
            tracing::error!(%error, "a heat map could not be drawn");
            Err(Problem::internal())
        }
    }
}
