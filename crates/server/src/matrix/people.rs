//! Everybody who may ask: nobody, users of each role, and a token of each scope.

use std::sync::Arc;

use access::{Accounts, Grant, Hashing, Rights, Settings, Vault};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::testing::{Fixture, NOON};
use crate::{SignIn, router};

const PASSWORD: &str = "mossy-anvil-tundra-9";
/// Roles of users, and scopes of tokens: at one site, and everywhere.
const ROLES: [&str; 6] = ["viewer:north", "operator:north", "admin:north", "viewer", "operator", "admin"];

/// Somebody who asks.
pub(super) struct Person {
    pub(super) name: String,
    /// A session's or a token's; none for nobody.
    pub(super) bearer: Option<String>,
    pub(super) rights: Rights,
    pub(super) is_token: bool,
}

/// Posts JSON, as somebody or nobody, and gives the answer.
async fn post(fixture: &Fixture, bearer: Option<&str>, path: &str, body: Value) -> Value {
    let mut request = Request::post(format!("/api/v1{path}")).header("content-type", "application/json");
    if let Some(bearer) = bearer {
        request = request.header("authorization", format!("Bearer {bearer}"));
    }
    let request = request.body(Body::from(body.to_string())).unwrap();
    let response = router(Arc::clone(&fixture.app), &[]).oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    let text = String::from_utf8_lossy(&bytes);
    assert!(status.is_success(), "{path}: {status} {text}");
    serde_json::from_str(&text).unwrap_or_default()
}

/// The bearer of a new session.
pub(super) async fn signed_in(fixture: &Fixture, name: &str) -> String {
    let body = json!({"name": name, "password": PASSWORD, "transport": "bearer"});
    post(fixture, None, "/auth/login", body).await["access_token"].as_str().unwrap().to_owned()
}

/// Makes a user with a role, or with none.
pub(super) async fn user(fixture: &Fixture, admin: &str, name: &str, role: &str) -> Value {
    let made = post(fixture, Some(admin), "/users", json!({"name": name, "roles": [role]})).await;
    let link = made["link"].as_str().unwrap().split_once('#').unwrap().1.to_owned();
    post(fixture, None, "/auth/reset", json!({"link": link, "password": PASSWORD})).await;
    made
}

/// Has everybody sign in; the first admin comes last but for the tokens, and each is called by their role.
pub(super) async fn everybody(fixture: &mut Fixture) -> Vec<Person> {
    let hashing = Hashing { memory_kib: 256, passes: 1, ..Hashing::default() };
    let settings = Settings { address: "https://count.example".to_owned(), hashing, ..Settings::default() };
    let db = fixture.app.store.database().clone();
    let accounts = Accounts::open(db, Vault::new([7; 32]), settings, None, None, Arc::new(|| NOON));
    let accounts = accounts.await.unwrap();
    let link = accounts.setup_link().await.unwrap().unwrap().reveal().to_owned();
    Arc::get_mut(&mut fixture.app).unwrap().sign_in = SignIn::By(accounts);
    let body = json!({"link": link, "name": "root", "password": PASSWORD});
    post(fixture, None, "/auth/setup", body).await;
    let root = signed_in(fixture, "root").await;

    let rights = |role: &str| Rights::of(&[role.parse::<Grant>().unwrap()]);
    let mut people =
        vec![Person { name: "nobody".to_owned(), bearer: None, rights: Rights::default(), is_token: false }];
    for role in ROLES {
        let name = role.replace(':', "-");
        user(fixture, &root, &name, role).await;
        let bearer = Some(signed_in(fixture, &name).await);
        people.push(Person { name, bearer, rights: rights(role), is_token: false });
    }
    for scope in ROLES {
        let body = json!({"name": scope, "scopes": [scope]});
        let made = post(fixture, Some(&root), "/tokens", body).await;
        let bearer = made["token"].as_str().map(str::to_owned);
        people.push(Person { name: format!("token {scope}"), bearer, rights: rights(scope), is_token: true });
    }
    people
}
