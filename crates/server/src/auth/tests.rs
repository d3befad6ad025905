//! Signing in as a browser and as a program do, through the whole server.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use access::{Accounts, Hashing, Settings, Vault};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::extract::Peer;
use crate::testing::{Answer, Fixture, NOON};
use crate::{SignIn, router};

const PASSWORD: &str = "mossy-anvil-tundra-9";

/// A server with sign-in, and the link for its first admin.
async fn server() -> (Fixture, String) {
    let mut fixture = Fixture::new().await;
    let hashing = Hashing { memory_kib: 256, passes: 1, ..Hashing::default() };
    let settings = Settings { address: "https://count.example".to_owned(), hashing, ..Settings::default() };
    let db = fixture.app.store.database().clone();
    let accounts =
        Accounts::open(db, Vault::new([7; 32]), settings, None, None, Arc::new(|| NOON)).await.unwrap();
    let link = accounts.setup_link().await.unwrap().unwrap().reveal().to_owned();
    Arc::get_mut(&mut fixture.app).unwrap().sign_in = SignIn::By(accounts);
    (fixture, link)
}

/// Keeps cookies as a browser does, and sends the CSRF token unless told not to.
#[derive(Default)]
struct Browser {
    cookies: BTreeMap<String, String>,
    bearer: Option<String>,
    careless: bool,
}

impl Browser {
    async fn send(&mut self, fixture: &Fixture, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        if !self.cookies.is_empty() {
            let cookies: Vec<_> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", cookies.join("; "));
        }
        if let Some(token) = self.cookies.get("camtally_csrf").filter(|_| !self.careless) {
            request = request.header("x-csrf-token", token);
        }
        if let Some(token) = &self.bearer {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let mut request = request.body(body).unwrap();
        request.extensions_mut().insert(Peer(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1))));
        let response = router(Arc::clone(&fixture.app), &[]).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all("set-cookie") {
            let text = cookie.to_str().unwrap();
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            if text.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let bytes = axum::body::to_bytes(body, 1 << 24).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    async fn get(&mut self, fixture: &Fixture, path: &str) -> Answer {
        self.send(fixture, Method::GET, path, None).await
    }

    async fn post(&mut self, fixture: &Fixture, path: &str, body: Value) -> Answer {
        self.send(fixture, Method::POST, path, Some(body)).await
    }

    async fn login(&mut self, fixture: &Fixture, name: &str) -> Answer {
        self.post(fixture, "/auth/login", json!({"name": name, "password": PASSWORD})).await
    }
}

/// A browser of an admin, `root`.
async fn admin() -> (Fixture, Browser) {
    let (fixture, link) = server().await;
    let mut browser = Browser::default();
    let body = json!({"link": link, "name": "root", "password": PASSWORD});
    assert_eq!(browser.post(&fixture, "/auth/setup", body).await.status, StatusCode::CREATED);
    assert_eq!(browser.login(&fixture, "root").await.status, StatusCode::OK);
    (fixture, browser)
}

/// A browser of a user with this role, who signed up by a code.
async fn user(fixture: &Fixture, admin: &mut Browser, name: &str, role: &str) -> Browser {
    let body = json!({"role": role, "uses": 1, "expires": "2026-11-24T00:00:00Z"});
    let made = admin.post(fixture, "/registration-codes", body).await.json();
    let mut browser = Browser::default();
    let body = json!({"code": made["code"], "name": name, "password": PASSWORD});
    assert_eq!(browser.post(fixture, "/auth/sign-up", body).await.status, StatusCode::CREATED);
    assert_eq!(browser.login(fixture, name).await.status, StatusCode::OK);
    browser
}

#[tokio::test]
async fn nothing_is_told_to_who_has_not_signed_in() {
    let (fixture, _) = server().await;
    let mut nobody = Browser::default();
    let document = crate::openapi();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            if operation["security"] == json!([{}]) {
                continue;
            }
            let path = path.replace("{id}", "00000000-0000-0000-0000-000000000000");
            let path = path.strip_prefix("/api/v1").unwrap();
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let answer = nobody.send(&fixture, method.clone(), path, None).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_page_for_signing_in_knows_what_to_offer() {
    let ways = async |fixture: &Fixture| Browser::default().get(fixture, "/auth").await.json();
    let (fixture, link) = server().await;
    let new = json!({"open": false, "set_up": false, "oidc": null, "password_reset": false, "sign_up": true});
    assert_eq!(ways(&fixture).await, new);
    let body = json!({"link": link, "name": "root", "password": PASSWORD});
    Browser::default().post(&fixture, "/auth/setup", body).await;
    assert_eq!(ways(&fixture).await["set_up"], true);
    assert_eq!(ways(&Fixture::new().await).await["open"], true);
}

#[tokio::test]
async fn a_browser_signs_in_changes_something_and_signs_out() {
    let (fixture, mut browser) = admin().await;
    assert_eq!(browser.get(&fixture, "/auth/session").await.json()["name"], "root");
    assert_eq!(browser.get(&fixture, "/cameras").await.status, StatusCode::OK);

    let code = json!({"role": "viewer", "uses": 1, "expires": "2026-11-24T00:00:00Z"});
    browser.careless = true;
    let refused = browser.post(&fixture, "/registration-codes", code.clone()).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "csrf_token_missing"));
    browser.careless = false;
    assert_eq!(browser.post(&fixture, "/registration-codes", code).await.status, StatusCode::CREATED);

    let mut thief = Browser { cookies: browser.cookies.clone(), ..Browser::default() };
    assert_eq!(browser.post(&fixture, "/auth/refresh", json!({})).await.status, StatusCode::OK);
    assert_eq!(browser.get(&fixture, "/auth/session").await.status, StatusCode::OK);
    let reused = thief.post(&fixture, "/auth/refresh", json!({})).await;
    assert_eq!((reused.status, reused.code().as_str()), (StatusCode::UNAUTHORIZED, "session_reused"));
    assert_eq!(browser.get(&fixture, "/auth/session").await.status, StatusCode::UNAUTHORIZED);

    browser.login(&fixture, "root").await;
    assert_eq!(
        browser.send(&fixture, Method::POST, "/auth/logout", None).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(browser.cookies.keys().collect::<Vec<_>>(), ["camtally_device"]);
}

#[tokio::test]
async fn cookies_are_kept_from_scripts_and_other_sites() {
    let (fixture, mut browser) = admin().await;
    let answer = browser.login(&fixture, "root").await;
    let cookies: Vec<_> =
        answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    assert_eq!(cookies.len(), 4);
    for cookie in cookies {
        assert!(cookie.contains("SameSite=Strict") && cookie.contains("Secure"), "{cookie}");
        assert_eq!(cookie.contains("HttpOnly"), !cookie.starts_with("camtally_csrf="), "{cookie}");
    }
    let body = answer.json();
    assert!(body["access_token"].is_null() && body["refresh_token"].is_null(), "scripts never see them");
}

#[tokio::test]
async fn a_program_uses_a_token_within_its_scopes() {
    let (fixture, mut browser) = admin().await;
    let body = json!({"name": "export", "scopes": ["viewer:north"]});
    let made = browser.post(&fixture, "/tokens", body).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let made = made.json();
    let mut program = Browser { bearer: made["token"].as_str().map(str::to_owned), ..Browser::default() };
    let cameras = program.get(&fixture, "/cameras").await.json();
    let ids: Vec<_> =
        cameras["cameras"].as_array().unwrap().iter().map(|camera| camera["site"].clone()).collect();
    assert_eq!(ids, ["north"]);
    assert_eq!(program.get(&fixture, "/users").await.status, StatusCode::FORBIDDEN);
    assert_eq!(program.get(&fixture, "/audit").await.status, StatusCode::FORBIDDEN);
    assert_eq!(
        program.post(&fixture, "/tokens", json!({"name": "x", "scopes": ["viewer"]})).await.status,
        403
    );
    let path = format!("/tokens/{}", made["id"].as_str().unwrap());
    assert_eq!(browser.send(&fixture, Method::DELETE, &path, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(program.get(&fixture, "/cameras").await.status, StatusCode::UNAUTHORIZED);
    let listed = browser.get(&fixture, "/tokens").await.json();
    assert!(listed["items"][0]["token"].is_null() && !listed["items"][0]["revoked"].is_null());
}

#[tokio::test]
async fn a_program_signs_in_without_cookies() {
    let (fixture, _) = admin().await;
    let mut program = Browser::default();
    let body = json!({"name": "root", "password": PASSWORD, "transport": "bearer"});
    let session = program.post(&fixture, "/auth/login", body).await.json();
    assert!(program.cookies.is_empty());
    program.bearer = session["access_token"].as_str().map(str::to_owned);
    assert_eq!(program.get(&fixture, "/users").await.status, StatusCode::OK);
    let renewed =
        program.post(&fixture, "/auth/refresh", json!({"refresh_token": session["refresh_token"]})).await;
    assert_ne!(renewed.json()["access_token"], session["access_token"]);
    assert_eq!(program.get(&fixture, "/users").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn each_role_does_what_it_may() {
    let (fixture, mut root) = admin().await;
    let mut viewer = user(&fixture, &mut root, "vera", "viewer").await;
    let mut north = user(&fixture, &mut root, "nora", "admin:north").await;
    for (path, for_viewer, for_north) in
        [("/users", 403, 403), ("/audit", 403, 200), ("/tokens", 200, 200), ("/tokens?all=true", 403, 403)]
    {
        assert_eq!(viewer.get(&fixture, path).await.status, for_viewer, "viewer {path}");
        assert_eq!(north.get(&fixture, path).await.status, for_north, "admin of north {path}");
    }
    let seen = north.get(&fixture, "/audit?limit=1000").await.json();
    assert!(seen["items"].as_array().unwrap().iter().all(|entry| entry["site"] == "north"));
    assert_eq!(seen["items"][0]["action"], "user.sign_up");
    let south = json!({"role": "viewer:south", "uses": 1, "expires": "2026-11-24T00:00:00Z"});
    assert_eq!(north.post(&fixture, "/registration-codes", south).await.status, StatusCode::FORBIDDEN);

    let all = root.get(&fixture, "/users").await.json();
    let vera = all["items"].as_array().unwrap().iter().find(|user| user["name"] == "vera").unwrap();
    let path = format!("/users/{}", vera["id"].as_str().unwrap());
    assert_eq!(north.get(&fixture, &path).await.status, StatusCode::FORBIDDEN);
    assert_eq!(viewer.get(&fixture, &path).await.status, StatusCode::OK, "oneself");
    let without = root.send(&fixture, Method::PATCH, &path, Some(json!({"disabled": true}))).await;
    assert_eq!(without.status, StatusCode::PRECONDITION_REQUIRED);
}

#[tokio::test]
async fn a_list_is_read_page_by_page() {
    let (fixture, mut root) = admin().await;
    for name in ["anna", "ben"] {
        let made = root.post(&fixture, "/users", json!({"name": name, "roles": ["viewer"]})).await;
        assert_eq!(made.status, StatusCode::CREATED);
        assert!(made.json()["link"].as_str().unwrap().starts_with("https://count.example/reset#ctly_new_"));
    }
    // Two sites and two cameras were made before.
    for (path, count) in [("/users?limit=1", 3), ("/audit?limit=1", 8)] {
        let (mut cursor, mut pages) = (String::new(), 0);
        loop {
            let page = root.get(&fixture, &format!("{path}{cursor}")).await.json();
            pages += page["items"].as_array().unwrap().len();
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(pages, count, "{path}");
    }
}

#[tokio::test]
async fn an_answer_with_a_secret_is_not_kept() {
    let (fixture, mut root) = admin().await;
    let key = "0198c1d2-7a0b-4f0e-9b1d-2f3c5a60c7d4";
    let session = root.cookies["camtally_session"].clone();
    let send = || {
        let request = Request::post("/api/v1/tokens")
            .header("authorization", format!("Bearer {session}"))
            .header("content-type", "application/json")
            .header("idempotency-key", key)
            .body(Body::from(json!({"name": "once", "scopes": ["viewer"]}).to_string()))
            .unwrap();
        router(Arc::clone(&fixture.app), &[]).oneshot(request)
    };
    assert_eq!(send().await.unwrap().status(), StatusCode::CREATED);
    assert_ne!(send().await.unwrap().status(), StatusCode::CREATED);
    let listed = root.get(&fixture, "/tokens").await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn too_many_tries_are_told_when_to_come_again() {
    let (fixture, _) = admin().await;
    let mut attacker = Browser::default();
    for _ in 0..10 {
        let wrong = attacker.post(&fixture, "/auth/login", json!({"name": "root", "password": "x"})).await;
        assert_eq!(wrong.code(), "sign_in_failed");
    }
    let refused = attacker.post(&fixture, "/auth/login", json!({"name": "root", "password": "x"})).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (StatusCode::TOO_MANY_REQUESTS, "too_many_requests")
    );
    assert!(refused.headers["retry-after"].to_str().unwrap().parse::<u32>().unwrap() <= 61);
}
