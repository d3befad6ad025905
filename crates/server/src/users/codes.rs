use std::sync::Arc;

use access::{Grant, NewRegistrationCode, RegistrationCode};
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::App;
use crate::extract::{Body, Caller, Path, moment};
use crate::idempotency::Once;
use crate::problem::{Code, Problem};

/// A code with which people sign up.
#[derive(Serialize, ToSchema)]
pub(crate) struct CodeView {
    /// Never changes.
    id: Uuid,
    /// The first characters, to recognise it by.
    prefix: String,
    /// What those may do who sign up with it.
    #[schema(example = "viewer:main")]
    role: String,
    /// How many more may sign up with it.
    uses_left: i64,
    /// Until when.
    #[serde(with = "time::serde::rfc3339")]
    expires: OffsetDateTime,
    /// Who made it.
    made_by: String,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    created: OffsetDateTime,
    /// The code itself; only in the answer that made it.
    code: Option<String>,
}

fn view(code: RegistrationCode, secret: Option<String>) -> CodeView {
    CodeView {
        id: code.id,
        prefix: code.prefix,
        role: code.grant.to_string(),
        uses_left: code.uses_left,
        expires: code.expires,
        made_by: code.made_by,
        created: code.created,
        code: secret,
    }
}

/// Codes with which people sign up, the newest first: those that the caller could have made.
#[utoipa::path(get, path = "/api/v1/registration-codes", tag = "users", operation_id = "registration_codes",
    responses((status = 200, description = "The codes.", body = Vec<CodeView>)),
    extensions(("x-problems" = json!(["not_set_up"]))))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Json<Vec<CodeView>>, Problem> {
    let codes = app.accounts()?.registration_codes(&caller).await?;
    Ok(Json(codes.into_iter().map(|code| view(code, None)).collect()))
}

/// A code that is to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCodeBody {
    /// What those may do who sign up with it.
    #[schema(example = "viewer:main")]
    role: String,
    /// How many may sign up with it.
    #[schema(minimum = 1, maximum = 1000)]
    uses: u32,
    /// Until when; at most a year from now.
    #[schema(format = DateTime)]
    expires: String,
}

/// Makes a code. Admins of a site make codes for it.
#[utoipa::path(post, path = "/api/v1/registration-codes", tag = "users", operation_id = "create_registration_code",
    request_body = NewCodeBody,
    responses((status = 201, description = "The code. It is not shown again.", body = CodeView)),
    extensions(("x-problems" = json!(["not_allowed", "not_valid", "bad_question", "not_set_up"]))))]
pub(super) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<NewCodeBody>,
) -> Result<(StatusCode, Extension<Once>, Json<CodeView>), Problem> {
    let grant: Result<Grant, access::ParseGrantError> = body.role.parse();
    let grant = grant.map_err(|error| Problem::new(Code::NotValid, error.to_string()))?;
    let new = NewRegistrationCode { grant, uses: body.uses, expires: moment("expires", &body.expires)? };
    let (code, secret) = app.accounts()?.create_registration_code(&caller, new).await?;
    Ok((StatusCode::CREATED, Extension(Once), Json(view(code, Some(secret.reveal().to_owned())))))
}

/// Ends a code. Who signed up with it stays.
#[utoipa::path(delete, path = "/api/v1/registration-codes/{id}", tag = "users",
    operation_id = "delete_registration_code", params(("id" = Uuid, Path, description = "The code.")),
    responses((status = 204, description = "It has ended.")),
    extensions(("x-problems" = json!(["not_set_up"]))))]
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    app.accounts()?.delete_registration_code(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
