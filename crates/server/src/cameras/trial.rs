//! Whether a camera can be seen.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use access::Role;
use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use registry::{NewTrial, Trial};
use serde::Serialize;
use tokio::sync::{Semaphore, SemaphorePermit};
use utoipa::ToSchema;

use crate::App;
use crate::extract::{Body, Caller, Path};
use crate::problem::{Code, Problem};

/// How many cameras are tried at once.
pub(crate) const AT_ONCE: usize = 4;
/// How long a test waits for others to end.
const WAIT: Duration = Duration::from_secs(5);

/// What connects to a camera, and says what it has seen.
pub type Tester = Arc<dyn Fn(Trial) -> Pin<Box<dyn Future<Output = Diagnosis> + Send>> + Send + Sync>;

/// How far a test of a camera came. What was not tried any more is null.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Diagnosis {
    /// `seen` when a picture came, else what was in the way, in a word.
    #[schema(example = "wrong_password")]
    pub outcome: String,
    /// What was in the way and what to do, for people.
    pub advice: String,
    /// Whether the name of its host stands for an address that may be connected to.
    #[schema(required)]
    pub resolved: Option<bool>,
    /// Whether something answers there.
    #[schema(required)]
    pub reached: Option<bool>,
    /// Whether user and password are right.
    #[schema(required)]
    pub authorised: Option<bool>,
    /// Whether there is a video stream that can be read.
    #[schema(required)]
    pub stream: Option<bool>,
    /// What was seen.
    #[schema(required)]
    pub seen: Option<Seen>,
}

/// The first picture of a camera that was tried.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Seen {
    /// How it is coded.
    #[schema(example = "h264")]
    pub codec: String,
    /// Columns of the picture.
    pub width: u32,
    /// Rows of the picture.
    pub height: u32,
    /// Frames a second, as the camera says.
    #[schema(required)]
    pub fps: Option<f64>,
    /// A JPEG file in base64, to show whether it is the right camera.
    #[serde(serialize_with = "base64")]
    #[schema(value_type = String)]
    pub picture: Vec<u8>,
}

fn base64<S: serde::Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(bytes))
}

async fn permit(trials: &Semaphore) -> Result<SemaphorePermit<'_>, Problem> {
    let many = || Problem::new(Code::TooMany, "as many cameras are being tried as may be at once").after(5);
    match tokio::time::timeout(WAIT, trials.acquire()).await {
        Ok(permit) => permit.map_err(|_| Problem::internal()),
        Err(_) => Err(many()),
    }
}

async fn test(app: &App, trial: Trial) -> Result<Json<Diagnosis>, Problem> {
    let tester =
        app.tester.get().ok_or_else(|| Problem::new(Code::NotSetUp, "no camera can be tried here"))?;
    Ok(Json(tester(trial).await))
}

/// Tries whether a camera can be seen that is not made yet. It connects only where `reach` allows, for 10 s at most.
#[utoipa::path(post, path = "/api/v1/cameras/test", tag = "cameras", operation_id = "test_address",
    request_body = NewTrial,
    responses((status = 200, description = "How far it came.", body = Diagnosis)),
    extensions(("x-problems" = json!(["not_allowed", "not_found", "not_valid", "not_set_up"]))))]
pub(super) async fn address(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(new): Body<NewTrial>,
) -> Result<Json<Diagnosis>, Problem> {
    caller.may(Role::Operator, &new.site)?;
    let _permit = permit(&app.trials).await?;
    let trial = app.registry.trial(new, &caller.by(&app)).await?;
    test(&app, trial).await
}

/// Tries whether a camera can be seen, with the password that is kept. The picture shows what `pictures` would show an
/// operator: none while they are off.
#[utoipa::path(post, path = "/api/v1/cameras/{id}/test", tag = "cameras", operation_id = "test_camera",
    params(("id" = String, Path, description = "The camera.", example = "entrance")),
    responses((status = 200, description = "How far it came.", body = Diagnosis)),
    extensions(("x-problems" = json!(["not_allowed", "provisioned", "not_valid", "not_set_up"]))))]
pub(super) async fn camera(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Diagnosis>, Problem> {
    let camera = caller.camera(&app, Role::Operator, &id)?;
    let _permit = permit(&app.trials).await?;
    let trial = app.registry.trial_of(&id, &caller.by(&app)).await?;
    let Json(mut diagnosis) = test(&app, trial).await?;
    let settings = &camera.registered.settings;
    if !camera.shows_pictures(Role::Operator) || settings.blurred {
        // Nothing looks for people in a test's picture, so it cannot be blurred.
        diagnosis.seen.iter_mut().for_each(|seen| seen.picture.clear());
    }
    Ok(Json(diagnosis))
}
