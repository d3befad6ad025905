//! Where a camera's tracks went lately, and what that says of its lines.

use std::sync::Arc;

use access::Role;
use axum::Json;
use axum::extract::State;
use counting::{Placement, Rules, placements};
use observation::Class;
use paths::Path as Walk;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use utoipa::{IntoParams, ToSchema};

use crate::extract::{Asked, Caller, Limit, Path, moment};
use crate::problem::{Code, Problem};
use crate::{App, Camera};

/// How far back tracks are answered.
const KEPT: Duration = Duration::HOUR;

/// A place of the picture as it is written: to a ten-thousandth of its width and height.
pub(super) fn place(point: observation::Point) -> [f64; 2] {
    [point.x, point.y].map(|share| (share * 1e4).round() / 1e4)
}

/// The name of a class of the model.
fn class_name(app: &App, class: Class) -> String {
    let name = app.model.get().and_then(|model| model.classes.get(usize::from(class.0)).cloned());
    name.unwrap_or_else(|| format!("class {}", class.0))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TracksQuestion {
    /// The first moment; an hour ago unless given, and never earlier.
    #[param(format = DateTime)]
    from: Option<String>,
    /// The first moment that does not belong to it; now unless given.
    #[param(format = DateTime)]
    until: Option<String>,
    /// How many tracks are answered at most.
    #[serde(default = "usual")]
    #[param(value_type = u32, minimum = 1, maximum = 1000, default = 500)]
    limit: Limit,
}

fn usual() -> Limit {
    Limit::try_from(500).unwrap_or_default()
}

/// Where tracks went.
#[derive(Serialize, ToSchema)]
pub(crate) struct Tracks {
    /// Where the stretch begins that is answered: later than asked for where less was kept.
    #[serde(with = "time::serde::rfc3339")]
    from: OffsetDateTime,
    /// Where it ends.
    #[serde(with = "time::serde::rfc3339")]
    until: OffsetDateTime,
    /// The picture's width divided by its height; null before the first picture.
    #[schema(required)]
    aspect: Option<f64>,
    /// The tracks that touch the stretch, the newest last.
    tracks: Vec<Track>,
    /// How many more there are, all of them older.
    left_out: usize,
}

/// Where a track went. Places are shares of the picture's width and height, to the right and down, of the foot: the middle
/// of the box's lower edge.
#[derive(Serialize, ToSchema)]
pub(crate) struct Track {
    /// Its number, as in events.
    track: u64,
    /// Its class.
    #[schema(example = "person")]
    class: String,
    /// When it was first seen.
    #[serde(with = "time::serde::rfc3339")]
    from: OffsetDateTime,
    /// When it was last seen.
    #[serde(with = "time::serde::rfc3339")]
    until: OffsetDateTime,
    /// Where it was first seen; null when it goes on with a track that was lost a moment before.
    #[schema(required)]
    born: Option<[f64; 2]>,
    /// Where it was last seen; null when it is still in the picture, was cut by a gap, or another track goes on with it.
    #[schema(required)]
    died: Option<[f64; 2]>,
    /// Some places on its way, the first and the last among them, at most 33: seconds since `from`, and the place.
    #[schema(example = json!([[0.0, 0.12, 0.61], [0.8, 0.2, 0.6]]))]
    points: Vec<[f64; 3]>,
}

impl Track {
    fn of(app: &App, walk: &Walk) -> Self {
        let points = walk.steps.iter().map(|step| {
            let seconds = (step.time - walk.from).as_seconds_f64();
            let [x, y] = place(step.foot);
            [(seconds * 1e3).round() / 1e3, x, y]
        });
        Self {
            track: walk.track.0,
            class: class_name(app, walk.class()),
            from: walk.from,
            until: walk.until,
            born: walk.born().map(place),
            died: walk.died().map(place),
            points: points.collect(),
        }
    }
}

/// The tracks of the last hour, without any picture: for drawing lines where people walk. They are kept in memory by the
/// process that watches the camera, from its start on.
#[utoipa::path(get, path = "/api/v1/cameras/{id}/tracks", tag = "rules", operation_id = "tracks",
    params(("id" = String, Path, description = "The camera.", example = "entrance"), TracksQuestion),
    responses((status = 200, description = "The tracks.", body = Tracks)))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    Asked(question): Asked<TracksQuestion>,
) -> Result<Json<Tracks>, Problem> {
    let camera = caller.camera(&app, Role::Viewer, &id)?;
    let now = app.clock.now();
    let given = |name, text: Option<&str>| text.map(|text| moment(name, text)).transpose();
    let until = given("until", question.until.as_deref())?.unwrap_or(now);
    let from = given("from", question.from.as_deref())?.unwrap_or(until - KEPT);
    if from >= until {
        return Err(Problem::question("`until` must be after `from`"));
    }
    let (from, until) = (from.max(now - KEPT), until.min(now).max(now - KEPT));
    let most = question.limit.get() as usize;
    let (walked, aspect) = {
        let paths = camera.paths();
        (paths.between(from, until, most), paths.aspect())
    };
    let tracks = walked.paths.iter().map(|walk| Track::of(&app, walk)).collect();
    Ok(Json(Tracks { from: walked.from, until, aspect, tracks, left_out: walked.left_out }))
}

/// How the lines of a camera are placed.
#[derive(Serialize, ToSchema)]
pub(crate) struct Placements {
    /// Since when tracks are looked at.
    #[serde(with = "time::serde::rfc3339")]
    from: OffsetDateTime,
    /// Until when.
    #[serde(with = "time::serde::rfc3339")]
    until: OffsetDateTime,
    /// How many tracks began.
    tracks: u64,
    /// The lines, in the order of the rules.
    lines: Vec<LinePlacement>,
}

/// How a line is placed.
#[derive(Serialize, ToSchema)]
pub(crate) struct LinePlacement {
    /// The line.
    #[schema(example = "door")]
    line: String,
    #[serde(flatten)]
    near: Near,
}

/// How many tracks begin and end near a line.
#[derive(Serialize, ToSchema)]
pub(crate) struct Near {
    /// Tracks that began within a body height of the line.
    born_near: u64,
    /// Tracks that ended within a body height of the line.
    died_near: u64,
    /// The share of the tracks that began or ended there; null without tracks.
    #[schema(required)]
    share: Option<NearShare>,
    /// What to do; null when the line is well placed, or it is not sure that it is not.
    #[schema(required)]
    advice: Option<LineAdvice>,
}

/// A share and the interval in which it lies with 95 % confidence.
#[derive(Serialize, ToSchema)]
pub(crate) struct NearShare {
    /// From 0 to 1.
    value: f64,
    /// Lower bound. Above 0.05 the line is badly placed.
    low: f64,
    /// Upper bound.
    high: f64,
}

/// What to do about a line that is in a wrong place.
#[derive(Serialize, ToSchema)]
pub(crate) struct LineAdvice {
    /// What is wrong, in a word that never changes.
    #[schema(pattern = "^(tracks_begin_near|tracks_end_near|tracks_begin_and_end_near)$")]
    code: String,
    /// What is wrong and what to do, for people.
    text: String,
}

impl From<Placement> for Near {
    fn from(placement: Placement) -> Self {
        let share = placement.share().map(|(value, (low, high))| NearShare { value, low, high });
        let advice = placement
            .advice()
            .map(|counting::Advice { code, text }| LineAdvice { code: code.to_owned(), text });
        Self { born_near: placement.born_near, died_near: placement.died_near, share, advice }
    }
}

/// How the lines of rules are placed by the tracks of the last hour. It may take a processor for a while.
pub(super) fn placed(app: &App, camera: &Camera, rules: Rules) -> Result<Vec<Placement>, Problem> {
    let classes = app.model.get().map(|model| model.classes.clone()).unwrap_or_default();
    let hour_ago = app.clock.now() - KEPT;
    let (ends, aspect) = {
        let paths = camera.paths();
        (paths.ends(hour_ago), paths.aspect())
    };
    let rules = Rules { zones: Vec::new(), ..rules };
    // Before the first picture there are no tracks: then every shape gives the same answer.
    let placed = placements(rules, &classes, aspect.unwrap_or(1.0), &ends);
    placed.map_err(|error| Problem::new(Code::NotValid, format!("`rules`: {error}")))
}

/// How the lines in force are placed by where the tracks of the last hour began and ended. When surely more than 5 % of
/// them do so within a body height of a line, it says what to do.
#[utoipa::path(get, path = "/api/v1/cameras/{id}/placement", tag = "rules", operation_id = "placement",
    params(("id" = String, Path, description = "The camera.", example = "entrance")),
    responses((status = 200, description = "The lines.", body = Placements)))]
pub(super) async fn placement(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Placements>, Problem> {
    let camera = caller.camera(&app, Role::Viewer, &id)?;
    let answer = tokio::task::spawn_blocking(move || {
        let rules = camera.rules_in_force();
        let lines = rules.lines.iter().map(|line| line.name.clone());
        let until = app.clock.now();
        let from = camera.paths().between(until - KEPT, until, 0).from;
        let tracks = camera.paths().ends(from).iter().filter(|ends| ends.first.is_some()).count() as u64;
        let placed = placed(&app, &camera, Rules::clone(&rules))?;
        let lines = lines.zip(placed).map(|(line, placement)| LinePlacement { line, near: placement.into() });
        Ok::<_, Problem>(Placements { from, until, tracks, lines: lines.collect() })
    });
    answer.await.map_err(|_| Problem::internal())?.map(Json)
}
