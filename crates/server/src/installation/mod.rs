//! Everything that is configured, as one file.

use std::sync::Arc;

use access::Role;
use axum::extract::State;
use axum::{Extension, Json};
use registry::{Format, Imported, Installation, MAX_FILE, Secret};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;
use crate::extract::{Body, Caller};
use crate::idempotency::Once;
use crate::problem::Problem;

/// The most bytes of a body that holds a file: JSON writes quotes and line breaks as two.
const BODY: usize = 2 * MAX_FILE;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(export)).routes(routes!(import))
}

/// How a file is written.
#[derive(Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FileFormat {
    /// For people.
    #[default]
    Toml,
    /// For programs.
    Json,
}

impl From<FileFormat> for Format {
    fn from(format: FileFormat) -> Self {
        match format {
            FileFormat::Toml => Self::Toml,
            FileFormat::Json => Self::Json,
        }
    }
}

/// What is to be exported.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportRequest {
    /// How the file is written.
    #[serde(default)]
    format: FileFormat,
    /// With one of at least 12 characters the passwords are in the file, encrypted with it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    passphrase: Option<Secret>,
}

/// A file of everything that is configured.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExportedFile {
    /// How it is written.
    format: FileFormat,
    /// Its text.
    file: String,
    /// Cameras whose passwords could not be opened, and are missing in it.
    without_secrets: Vec<String>,
}

/// Writes all sites, cameras, rules and shared views into one file.
#[utoipa::path(post, path = "/api/v1/export", tag = "installation", operation_id = "export_installation",
    request_body = ExportRequest,
    responses((status = 200, description = "The file.", body = ExportedFile)),
    extensions(("x-problems" = json!(["not_allowed", "not_valid"]))))]
async fn export(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(asked): Body<ExportRequest>,
) -> Result<(Extension<Once>, Json<ExportedFile>), Problem> {
    caller.may_everywhere(Role::Admin)?;
    let ExportRequest { format, passphrase } = asked;
    let by = caller.by(&app);
    let exported = app.registry.export(format.into(), passphrase.as_ref(), &by).await?;
    let (file, without_secrets) = (exported.text, exported.without_secrets);
    Ok((Extension(Once), Json(ExportedFile { format, file, without_secrets })))
}

/// A file that is to be taken in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportRequest {
    /// How the file is written.
    #[serde(default)]
    format: FileFormat,
    /// Its text, at most 16 MiB.
    file: String,
    /// What its passwords were encrypted with.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    passphrase: Option<Secret>,
    /// Whether nothing is to be changed: the answer says what would be.
    #[serde(default)]
    only_try: bool,
}

/// Makes what a file names and is not there, and changes what is different: all of it, or nothing.
#[utoipa::path(post, path = "/api/v1/import", tag = "installation", operation_id = "import_installation",
    request_body = ImportRequest,
    responses((status = 200, description = "What was done, or would be.", body = Imported)),
    extensions(("x-problems" = json!(["not_allowed", "taken", "full", "provisioned", "not_valid"]))))]
async fn import(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(asked): Body<ImportRequest, BODY>,
) -> Result<Json<Imported>, Problem> {
    caller.may_everywhere(Role::Admin)?;
    let ImportRequest { format, file, passphrase, only_try } = asked;
    let file = Installation::parse(&file, format.into())?;
    let by = caller.by(&app);
    Ok(Json(app.registry.import(file, passphrase.as_ref(), only_try, &by).await?))
}
