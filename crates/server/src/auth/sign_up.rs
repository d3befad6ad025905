use std::sync::Arc;

use access::{NewUser, SignUp};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::App;
use crate::extract::{Body, Visitor};
use crate::problem::Problem;
use crate::users::UserView;

/// The first admin.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetUpBody {
    /// What follows `#` in the link that the program printed at its first start.
    link: String,
    /// What they will sign in with.
    #[schema(example = "anna")]
    name: String,
    /// Where mail reaches them.
    email: Option<String>,
    /// 12 characters or more.
    #[schema(example = "mossy-anvil-tundra-9")]
    password: String,
}

/// Makes the first admin, with the link that the program printed. It is good once.
#[utoipa::path(post, path = "/api/v1/auth/setup", tag = "auth", operation_id = "set_up", security(()),
    request_body = SetUpBody, responses((status = 201, description = "The admin, who can now sign in.", body = UserView)),
    extensions(("x-problems" = json!(["link_not_valid", "not_valid", "not_set_up", "busy"]))))]
pub(super) async fn set_up(
    State(app): State<Arc<App>>,
    Visitor(visit): Visitor,
    Body(body): Body<SetUpBody>,
) -> Result<(StatusCode, Json<UserView>), Problem> {
    let new = NewUser { name: body.name, email: body.email, ..NewUser::default() };
    let user = app.accounts()?.set_up(&body.link, new, &body.password, &visit).await?;
    Ok((StatusCode::CREATED, Json(user.into())))
}

/// Somebody who signs up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignUpBody {
    /// The registration code that an admin gave them.
    code: String,
    /// What they will sign in with.
    #[schema(example = "ben")]
    name: String,
    /// Where mail reaches them.
    email: Option<String>,
    /// 12 characters or more.
    #[schema(example = "mossy-anvil-tundra-9")]
    password: String,
}

/// Signs up with a registration code.
#[utoipa::path(post, path = "/api/v1/auth/sign-up", tag = "auth", operation_id = "sign_up", security(()),
    request_body = SignUpBody, responses((status = 201, description = "The user, who can now sign in.", body = UserView)),
    extensions(("x-problems" = json!(["link_not_valid", "not_valid", "taken", "not_set_up", "busy"]))))]
pub(super) async fn sign_up(
    State(app): State<Arc<App>>,
    Visitor(visit): Visitor,
    Body(body): Body<SignUpBody>,
) -> Result<(StatusCode, Json<UserView>), Problem> {
    let wish = SignUp { code: body.code, name: body.name, email: body.email, password: body.password };
    let user = app.accounts()?.sign_up(wish, &visit).await?;
    Ok((StatusCode::CREATED, Json(user.into())))
}
