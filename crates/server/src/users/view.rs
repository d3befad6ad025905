use access::{Grant, Rights, User};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::problem::{Code, Problem};

/// Somebody who may sign in.
#[derive(Serialize, ToSchema)]
pub(crate) struct UserView {
    /// Never changes.
    id: Uuid,
    /// What they sign in with.
    #[schema(example = "anna")]
    name: String,
    /// Where mail reaches them.
    email: Option<String>,
    /// What they may do: `viewer`, `operator` or `admin`, and `:SITE` for one site only.
    #[schema(example = json!(["viewer", "operator:main"]))]
    roles: Vec<String>,
    /// Whether they may not sign in.
    disabled: bool,
    /// Whether they have a password.
    has_password: bool,
    /// Whether signing in takes a one-time code.
    has_totp: bool,
    /// When they were made.
    #[serde(with = "time::serde::rfc3339")]
    created: OffsetDateTime,
    /// When they last signed in.
    #[serde(with = "time::serde::rfc3339::option")]
    signed_in: Option<OffsetDateTime>,
    /// Grows with each change; in quotes it is the `ETag` that `If-Match` takes.
    version: i64,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            name: user.name,
            email: user.email,
            roles: user.rights.grants().iter().map(Grant::to_string).collect(),
            disabled: user.disabled,
            has_password: user.has_password,
            has_totp: user.has_totp,
            created: user.created,
            signed_in: user.signed_in,
            version: user.version,
        }
    }
}

/// Roles as a body names them.
pub(crate) fn grants(roles: &[String]) -> Result<Rights, Problem> {
    if roles.len() > 1000 {
        return Err(Problem::new(Code::NotValid, "there are more than 1000 roles"));
    }
    let grants: Result<Vec<Grant>, _> = roles.iter().map(|role| role.parse()).collect();
    Ok(Rights::of(
        &grants.map_err(|error: access::ParseGrantError| Problem::new(Code::NotValid, error.to_string()))?,
    ))
}
