use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::App;
use crate::extract::{Body, Caller};
use crate::idempotency::Once;
use crate::problem::Problem;

/// The user's password, once more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfirmBody {
    /// The present one.
    password: String,
}

/// A key for an app that shows one-time codes.
#[derive(Serialize, ToSchema)]
pub(crate) struct TotpView {
    /// In base32, to type in.
    key: String,
    /// As an `otpauth:` address, for a QR code.
    address: String,
}

/// Makes a key for an app that shows one-time codes. It is in force once a code of it was given.
#[utoipa::path(post, path = "/api/v1/auth/totp", tag = "auth", operation_id = "begin_totp",
    request_body = ConfirmBody, responses((status = 200, description = "The key.", body = TotpView)),
    extensions(("x-problems" = json!(["sign_in_failed", "taken", "not_allowed", "not_set_up", "busy"]))))]
pub(super) async fn begin(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<ConfirmBody>,
) -> Result<(Extension<Once>, Json<TotpView>), Problem> {
    let key = app.accounts()?.begin_totp(&caller, &body.password).await?;
    Ok((Extension(Once), Json(TotpView { key: key.key, address: key.address })))
}

/// A code of the app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeBody {
    /// Six digits.
    #[schema(example = "492039")]
    code: String,
}

/// Recovery codes.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecoveryCodesView {
    /// Each is good once, in place of a code of the app. They are not shown again.
    codes: Vec<String>,
}

/// Puts the app in force: from now on signing in takes a code of it. Gives ten recovery codes.
#[utoipa::path(post, path = "/api/v1/auth/totp/confirm", tag = "auth", operation_id = "confirm_totp",
    request_body = CodeBody, responses((status = 200, description = "In force.", body = RecoveryCodesView)),
    extensions(("x-problems" = json!(["sign_in_failed", "not_allowed", "not_set_up"]))))]
pub(super) async fn confirm(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<CodeBody>,
) -> Result<(Extension<Once>, Json<RecoveryCodesView>), Problem> {
    Ok((
        Extension(Once),
        Json(RecoveryCodesView { codes: app.accounts()?.confirm_totp(&caller, &body.code).await? }),
    ))
}

/// Password and code, once more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndTotpBody {
    /// The present password.
    password: String,
    /// A code of the app, or a recovery code.
    #[schema(example = "492039")]
    code: String,
}

/// Signing in no longer takes a code.
#[utoipa::path(post, path = "/api/v1/auth/totp/end", tag = "auth", operation_id = "end_totp",
    request_body = EndTotpBody, responses((status = 204, description = "No longer in force.")),
    extensions(("x-problems" = json!(["sign_in_failed", "not_allowed", "not_set_up", "busy"]))))]
pub(super) async fn end(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<EndTotpBody>,
) -> Result<StatusCode, Problem> {
    app.accounts()?.end_totp(&caller, &body.password, &body.code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes ten recovery codes in place of those that are left.
#[utoipa::path(post, path = "/api/v1/auth/recovery-codes", tag = "auth", operation_id = "renew_recovery_codes",
    request_body = ConfirmBody, responses((status = 200, description = "The new ones.", body = RecoveryCodesView)),
    extensions(("x-problems" = json!(["sign_in_failed", "not_found", "not_allowed", "not_set_up", "busy"]))))]
pub(super) async fn renew(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<ConfirmBody>,
) -> Result<(Extension<Once>, Json<RecoveryCodesView>), Problem> {
    Ok((
        Extension(Once),
        Json(RecoveryCodesView {
            codes: app.accounts()?.renew_recovery_codes(&caller, &body.password).await?,
        }),
    ))
}
