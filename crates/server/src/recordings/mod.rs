//! Recordings of a camera's pictures, to measure by eye how right its counts are. Only where the camera allows it, only for
//! operators of its site, and for a few days.

mod folder;
#[cfg(test)]
mod tests;

pub use folder::{Recording, Recordings};

use std::sync::Arc;

use access::Role;
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::accuracy::new_id;
use crate::alerts::{Change, id, rules::page, rules::sites};
use crate::extract::{Asked, Body, Caller, Cursor, Limit, Listed, Path, list as listed, whole};
use crate::problem::{Code, Problem};
use crate::{App, Camera};
use folder::{About, LONGEST, MOST, Refused, Shot};

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(read, delete))
        .routes(routes!(frames))
        .routes(routes!(frame))
}

/// A recording that is to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRecording {
    /// The camera.
    #[schema(example = "entrance")]
    camera: String,
    /// For how many seconds from now on: 1 to 900.
    #[serde(deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 900, example = 60)]
    seconds: u32,
}

/// A recording.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecordingView {
    /// Never changes.
    id: Uuid,
    /// The camera.
    camera: String,
    /// The camera's site when it was made.
    site: String,
    /// `recording` until a little after its time is over, then `done`, or `failed` when it has no picture.
    #[schema(pattern = "^(recording|done|failed)$")]
    state: String,
    /// Why there are no or no more pictures, if something was wrong.
    #[schema(required)]
    reason: Option<String>,
    /// For how many seconds it was asked.
    seconds: u32,
    /// Where it begins.
    #[serde(with = "time::serde::rfc3339")]
    from: OffsetDateTime,
    /// Where it ends.
    #[serde(with = "time::serde::rfc3339")]
    until: OffsetDateTime,
    /// How many pictures it has.
    frames: usize,
    /// What they take on disk.
    bytes: u64,
    /// Whether people are unrecognisable in it.
    blurred: bool,
    /// Who asked for it.
    created_by: String,
    /// When it is deleted.
    #[serde(with = "time::serde::rfc3339")]
    expires: OffsetDateTime,
}

/// How late a picture may come: it is recorded when it has been looked at.
const LATE: Duration = Duration::seconds(3);

impl RecordingView {
    fn of(recording: &Recording, now: OffsetDateTime) -> Self {
        let About { id, camera, site, from, until, blurred, created_by } = recording.about.clone();
        let (frames, bytes, failed) = recording.size();
        let is_over = now >= until + LATE || failed.is_some();
        let (state, reason) = match (is_over, frames) {
            (false, _) => ("recording", None),
            (true, 0) => {
                ("failed", failed.or_else(|| Some("no picture came: see the camera's state".to_owned())))
            }
            (true, _) => ("done", failed),
        };
        Self {
            id,
            camera,
            site,
            state: state.to_owned(),
            reason,
            seconds: u32::try_from((until - from).whole_seconds()).unwrap_or_default(),
            from,
            until,
            frames,
            bytes,
            blurred,
            created_by,
            expires: recording.expires(),
        }
    }
}

/// A picture of a recording.
#[derive(Serialize, ToSchema)]
pub(crate) struct FrameView {
    /// Its number in the order of time, from 1 on.
    number: usize,
    /// When it was taken: the same clock as that of events.
    #[serde(with = "time::serde::rfc3339")]
    time: OffsetDateTime,
    /// The size of the JPEG file.
    bytes: u64,
}

fn opened(app: &App) -> Result<&Recordings, Problem> {
    app.recordings.get().ok_or_else(|| Problem::new(Code::NotSetUp, "nothing is recorded here"))
}

fn failed(error: &std::io::Error) -> Problem {
    tracing::error!(%error, "the folder of recordings");
    Problem::internal()
}

/// The recording of this id, if the caller is an operator of its site.
fn seen(app: &App, caller: &Caller, text: &str) -> Result<Arc<Recording>, Problem> {
    let nothing = || Problem::not_found(format!("there is no recording {text}"));
    let found = opened(app)?.get(id("recording", text)?).filter(|found| found.expires() > app.clock.now());
    let recording = found.ok_or_else(nothing)?;
    match caller.role(&recording.about.site) {
        None => Err(nothing()),
        Some(_) => caller.may(Role::Operator, &recording.about.site).map(|()| recording),
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RecordingsQuestion {
    /// Only these sites, separated by commas.
    site: Option<String>,
    /// Only these cameras, separated by commas.
    camera: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many recordings a page has.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 1000, default = 100)]
    limit: Limit,
}

/// Recordings of the sites that the caller is an operator of, the oldest first.
#[utoipa::path(get, path = "/api/v1/recordings", tag = "accuracy", operation_id = "recordings",
    params(RecordingsQuestion),
    responses((status = 200, description = "A page of recordings.", body = Listed<RecordingView>)),
    extensions(("x-problems" = json!(["bad_cursor", "not_set_up"]))))]
async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(question): Asked<RecordingsQuestion>,
) -> Result<Json<Listed<RecordingView>>, Problem> {
    let now = app.clock.now();
    let sites = sites(&app, &caller, Role::Operator, question.site.as_deref());
    let cameras = listed(question.camera.as_deref());
    let is_asked = |recording: &&Arc<Recording>| {
        let About { site, camera, .. } = &recording.about;
        sites.contains(site) && (cameras.is_empty() || cameras.contains(camera)) && recording.expires() > now
    };
    let all = opened(&app)?.all();
    let views = all.iter().filter(is_asked).map(|recording| RecordingView::of(recording, now)).collect();
    Ok(Json(page(views, |view: &RecordingView| view.id, question.cursor.as_deref(), question.limit)?))
}

/// Whether the camera allows recordings, as it is set up now.
fn allows(camera: &Camera) -> Result<(), Problem> {
    let refused = |detail: &'static str| Err(Problem::new(Code::NotAllowed, detail));
    if !camera.registered.settings.recordings {
        return refused("recordings of this camera are not allowed: set its `recordings` to true");
    }
    if !camera.shows_pictures(Role::Operator) {
        return refused("the camera's pictures are off: set its `pictures` to `operators`");
    }
    Ok(())
}

/// Records a camera's pictures from now on, small and a few a second, where the camera's `recordings` allow it. One at a
/// time of a camera; they are deleted after seven days, and are in no backup.
#[utoipa::path(post, path = "/api/v1/recordings", tag = "accuracy", operation_id = "create_recording",
    request_body = NewRecording,
    responses((status = 201, description = "The recording, which goes on.", body = RecordingView)),
    extensions(("x-problems" = json!(["not_allowed", "not_found", "not_valid", "in_use", "full", "not_set_up"]))))]
async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(new): Body<NewRecording>,
) -> Result<(StatusCode, Json<RecordingView>), Problem> {
    let camera = caller.camera(&app, Role::Operator, &new.camera)?;
    opened(&app)?;
    allows(&camera)?;
    if !(1..=LONGEST).contains(&new.seconds) {
        return Err(Problem::new(Code::NotValid, format!("`seconds` must be from 1 to {LONGEST}")));
    }
    let now = app.clock.now();
    let about = About {
        id: new_id(now),
        camera: camera.id.clone(),
        site: camera.site.clone(),
        from: now,
        until: now + Duration::seconds(new.seconds.into()),
        blurred: camera.registered.settings.blurred,
        created_by: caller.actor().name,
    };
    let asked = Arc::clone(&app);
    let begun = tokio::task::spawn_blocking(move || opened(&asked).map(|recordings| recordings.begin(about)));
    let recording = match begun.await.map_err(|_| Problem::internal())?? {
        Ok(Ok(recording)) => recording,
        Ok(Err(Refused::Full)) => {
            let detail = format!("{MOST} recordings are kept: delete what is not needed");
            return Err(Problem::new(Code::Full, detail));
        }
        Ok(Err(Refused::GoesOn)) => {
            return Err(Problem::new(Code::InUse, "a recording of this camera goes on: wait for its end"));
        }
        Err(error) => return Err(failed(&error)),
    };
    let about = &recording.about;
    let change = Change::new("recording.create", about.id, &about.site).became(about);
    if let Err(problem) = log(&app, &caller, change, now).await {
        // What nobody knows to have been recorded is not recorded.
        gone(&app, about.id).await?;
        return Err(problem);
    }
    tracing::info!(camera = about.camera, "a recording begins");
    Ok((StatusCode::CREATED, Json(RecordingView::of(&recording, now))))
}

/// A recording.
#[utoipa::path(get, path = "/api/v1/recordings/{id}", tag = "accuracy", operation_id = "recording",
    params(("id" = Uuid, Path, description = "The recording's id.")),
    responses((status = 200, description = "The recording.", body = RecordingView)),
    extensions(("x-problems" = json!(["not_allowed", "not_set_up"]))))]
async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(text): Path<String>,
) -> Result<Json<RecordingView>, Problem> {
    let recording = seen(&app, &caller, &text)?;
    Ok(Json(RecordingView::of(&recording, app.clock.now())))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FramesQuestion {
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many pictures a page has.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 1000, default = 100)]
    limit: Limit,
}

/// The pictures of a recording that are there, in the order of time.
#[utoipa::path(get, path = "/api/v1/recordings/{id}/frames", tag = "accuracy", operation_id = "recording_frames",
    params(("id" = Uuid, Path, description = "The recording's id."), FramesQuestion),
    responses((status = 200, description = "A page of pictures.", body = Listed<FrameView>)),
    extensions(("x-problems" = json!(["bad_cursor", "not_allowed", "not_set_up"]))))]
async fn frames(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(text): Path<String>,
    Asked(question): Asked<FramesQuestion>,
) -> Result<Json<Listed<FrameView>>, Problem> {
    let (shots, _) = seen(&app, &caller, &text)?.shots();
    let after: usize = question.cursor.as_deref().map(Cursor::read).transpose()?.unwrap_or(0);
    let rest = (1..).zip(&shots).skip(after).take(question.limit.get() as usize);
    let items: Vec<_> =
        rest.map(|(number, &Shot { time, bytes })| FrameView { number, time, bytes }).collect();
    let last = items.last().map(|frame| frame.number).filter(|last| *last < shots.len());
    Ok(Json(Listed { items, next: last.map(|last| Cursor::write(&last)) }))
}

/// A picture of a recording, at most 640 wide; while the camera is set up so that it may be shown.
#[utoipa::path(get, path = "/api/v1/recordings/{id}/frames/{number}", tag = "accuracy",
    operation_id = "recording_frame",
    params(("id" = Uuid, Path, description = "The recording's id."),
        ("number" = u32, Path, description = "The picture's number, from 1 on.")),
    responses((status = 200, description = "A JPEG picture.", content_type = "image/jpeg", body = Vec<u8>)),
    extensions(("x-problems" = json!(["not_allowed", "not_set_up"]))))]
async fn frame(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((text, number)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let recording = seen(&app, &caller, &text)?;
    let camera = app.cameras.get(&recording.about.camera);
    let camera = camera.ok_or_else(|| Problem::new(Code::NotAllowed, "the camera is gone"))?;
    allows(&camera)?;
    if camera.registered.settings.blurred && !recording.about.blurred {
        let detail = "people in the camera's pictures are to be unrecognisable by now, and here they are not";
        return Err(Problem::new(Code::NotAllowed, detail));
    }
    let nothing = || Problem::not_found(format!("the recording has no picture {number}"));
    let index = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1)).ok_or_else(nothing)?;
    let shot = recording.shots().0.get(index).copied().ok_or_else(nothing)?;
    let path = recording.path(&shot);
    let read =
        tokio::task::spawn_blocking(move || std::fs::read(path)).await.map_err(|_| Problem::internal())?;
    match read {
        Ok(jpeg) => Ok(([(header::CONTENT_TYPE, "image/jpeg")], jpeg).into_response()),
        // Somebody deletes it at this moment.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(nothing()),
        Err(error) => Err(failed(&error)),
    }
}

/// Deletes a recording with its pictures, at once; one that goes on ends.
#[utoipa::path(delete, path = "/api/v1/recordings/{id}", tag = "accuracy", operation_id = "delete_recording",
    params(("id" = Uuid, Path, description = "The recording's id.")),
    responses((status = 204, description = "It is gone.")),
    extensions(("x-problems" = json!(["not_allowed", "not_set_up"]))))]
async fn delete(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(text): Path<String>,
) -> Result<StatusCode, Problem> {
    let recording = seen(&app, &caller, &text)?;
    if !gone(&app, recording.about.id).await? {
        return Err(Problem::not_found(format!("there is no recording {text}")));
    }
    let about = &recording.about;
    let change = Change::new("recording.delete", about.id, &about.site).was(about);
    log(&app, &caller, change, app.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes a recording; false when somebody else was faster.
async fn gone(app: &Arc<App>, id: Uuid) -> Result<bool, Problem> {
    let asked = Arc::clone(app);
    let deleted = tokio::task::spawn_blocking(move || opened(&asked).map(|recordings| recordings.delete(id)));
    deleted.await.map_err(|_| Problem::internal())??.map_err(|error| failed(&error))
}

async fn log(app: &App, caller: &Caller, change: Change<'_>, now: OffsetDateTime) -> Result<(), Problem> {
    let tx = app.tables.database(&app.store).await?.begin(database::Access::Add).await?;
    change.commit(tx, caller, now).await
}
