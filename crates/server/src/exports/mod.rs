//! Whole tables as files. They are written as they are read, so their size is no matter of memory, and end when the
//! reader goes.

mod format;
mod parquet;
mod table;

use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use store::{EventQuery, Store};
use tokio::sync::OwnedSemaphorePermit;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;
use crate::counts::{CountsQuestion, counted};
use crate::events::EventsQuestion;
use crate::extract::{Asked, Caller};
use crate::problem::{Code, Problem};
use format::Writer;
use table::{COUNTS, EVENTS, Row};

/// Exports at once; each reads the store as fast as its reader reads.
pub(crate) const AT_ONCE: usize = 4;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(events)).routes(routes!(counts))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it only describes what `WithFormat` reads")]
struct Format {
    /// What the file is: `csv` with a line of names, `jsonl` with an object in each line, or `parquet`.
    #[param(inline)]
    format: FormatName,
}

/// What an exported file is.
#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FormatName {
    Csv,
    Jsonl,
    Parquet,
}

/// Events as a file, newest first: all that are kept, however many. `cursor` begins after a place, and `limit` is only how
/// many are read at once.
#[utoipa::path(get, path = "/api/v1/exports/events", operation_id = "export_events", tag = "exports",
    params(Format, EventsQuestion),
    responses((status = 200, description = "A file.", content(
        (String = "text/csv"), (String = "application/jsonl"), (Vec<u8> = "application/vnd.apache.parquet")))),
    extensions(("x-problems" = json!(["bad_cursor", "not_found"])), ("x-endless" = json!(true))))]
async fn events(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(question): Asked<WithFormat<EventsQuestion>>,
) -> Result<Response, Problem> {
    let query = question.other.query(&app, &caller)?;
    let place = place(&app)?;
    let writer = Writer::new(question.format, EVENTS)?;
    let query = query.map(|query| EventQuery { limit: Store::MAX_PAGE, ..query });
    let start = Export { store: app.store.clone(), query, writer: Some(writer), _place: place };
    let body = Body::from_stream(stream::try_unfold(start, Export::next));
    Ok(file(question.format, "events", body))
}

/// Counts as a file: a row for each bucket of each group.
#[utoipa::path(get, path = "/api/v1/exports/counts", operation_id = "export_counts", tag = "exports",
    params(Format, CountsQuestion),
    responses((status = 200, description = "A file.", content(
        (String = "text/csv"), (String = "application/jsonl"), (Vec<u8> = "application/vnd.apache.parquet")))),
    extensions(("x-problems" = json!(["not_found"]))))]
async fn counts(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(question): Asked<WithFormat<CountsQuestion>>,
) -> Result<Response, Problem> {
    let _place = place(&app)?;
    let answer = counted(&app, &caller, &question.other).await?;
    let mut writer = Writer::new(question.format, COUNTS)?;
    let rows: Vec<Row> = answer.rows().collect();
    let mut bytes = writer.rows(&rows)?;
    bytes.extend(writer.end()?);
    Ok(file(question.format, "counts", Body::from(bytes)))
}

/// A question with the format of its answer. The other part says what else may be asked.
struct WithFormat<T> {
    format: FormatName,
    other: T,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for WithFormat<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error as _;
        use serde::de::value::MapDeserializer;

        // As texts, of which `serde(flatten)` would make no numbers.
        let mut all = std::collections::BTreeMap::<String, table::Text>::deserialize(deserializer)?;
        let format = all.remove("format").ok_or_else(|| D::Error::missing_field("format"))?;
        let format = match format.0.as_str() {
            "csv" => FormatName::Csv,
            "jsonl" => FormatName::Jsonl,
            "parquet" => FormatName::Parquet,
            other => return Err(D::Error::unknown_variant(other, &["csv", "jsonl", "parquet"])),
        };
        let other = T::deserialize(MapDeserializer::new(all.into_iter()))?;
        Ok(Self { format, other })
    }
}

fn place(app: &App) -> Result<OwnedSemaphorePermit, Problem> {
    Arc::clone(&app.exports).try_acquire_owned().map_err(|_| {
        Problem::new(Code::TooMany, format!("{AT_ONCE} exports are being written, and no more at once"))
            .after(10)
    })
}

fn file(format: FormatName, name: &str, body: Body) -> Response {
    let (kind, ending) = match format {
        FormatName::Csv => ("text/csv; charset=utf-8", "csv"),
        FormatName::Jsonl => ("application/jsonl", "jsonl"),
        FormatName::Parquet => ("application/vnd.apache.parquet", "parquet"),
    };
    let disposition = format!("attachment; filename=\"camtally-{name}.{ending}\"");
    ([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, &disposition)], body).into_response()
}

/// An export of events that is being written.
struct Export {
    store: Store,
    /// What comes next; none when everything was read.
    query: Option<EventQuery>,
    /// None when the file is complete.
    writer: Option<Writer>,
    _place: OwnedSemaphorePermit,
}

impl Export {
    /// The next piece of the file. An error ends the connection, so that no half file passes for a whole one.
    async fn next(mut self) -> io::Result<Option<(Bytes, Self)>> {
        let Some(mut writer) = self.writer.take() else { return Ok(None) };
        let mut bytes = Vec::new();
        // A page may give nothing to write yet.
        while bytes.is_empty() {
            let Some(query) = self.query.take() else {
                bytes = writer.end().map_err(io::Error::other)?;
                return Ok(Some((bytes.into(), self)));
            };
            let page = self.store.events(&query).await.map_err(|error| {
                tracing::warn!(%error, "an export was cut short");
                io::Error::other(error)
            })?;
            let rows: Vec<Row> = page.events.iter().map(table::event).collect();
            bytes = writer.rows(&rows).map_err(io::Error::other)?;
            self.query = page.next.map(|next| EventQuery { after: Some(next), ..query });
        }
        self.writer = Some(writer);
        Ok(Some((bytes.into(), self)))
    }
}
