use std::collections::BTreeMap;
use std::sync::Arc;

use ::alerts::{Alerts, Schedule, Sender, Transport, Vault};
use access::{Rights, Role, Who};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use egress::{Client, Limits, Policy, tls_config};
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::{Value, json};
use store::Store;
use time::OffsetDateTime;
use tower::ServiceExt as _;
use uuid::Uuid;

use super::Alerting;
use crate::App;
use crate::extract::Caller;

/// A vault that keeps what it is given: here only that nothing is shown is of interest.
pub(crate) struct Glass;

impl Vault for Glass {
    fn seal(&self, secret: &[u8], _: &str) -> Result<Vec<u8>, String> {
        Ok(secret.to_vec())
    }

    fn unseal(&self, sealed: &[u8], _: &str) -> Result<Vec<u8>, String> {
        Ok(sealed.to_vec())
    }
}

struct Setting {
    app: Arc<App>,
    _folder: tempfile::TempDir,
}

impl Setting {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}", folder.path().join("store.db").display());
        let store = Store::open(&address, &store::Settings::default()).await.unwrap();
        let db = store.database().clone();
        audit::migrate(&db).await.unwrap();
        let alerts = Alerts::open(db, Arc::new(Glass)).await.unwrap();
        let client = Client::new(Policy::public(vec![]), tls_config([]), Limits::default());
        let transport = Transport { client: client.clone(), mailer: None, mqtt: None };
        let clock = Arc::new(OffsetDateTime::now_utc);
        let sender = Sender::new(alerts.clone(), transport, Schedule::default(), clock);
        let registry = crate::testing::registry(&store, &["north", "south"]).await;
        let app = Arc::new(App::new(store, registry, PrometheusBuilder::new().build_recorder().handle()));
        app.alerting.set(Arc::new(Alerting { alerts, sender, client })).ok().unwrap();
        Self { app, _folder: folder }
    }

    /// Asks with this role at the site `north`, and gives status, `ETag` and body.
    async fn ask(
        &self,
        role: Role,
        method: &str,
        path: &str,
        version: Option<&str>,
        body: Value,
    ) -> (StatusCode, String, Value) {
        let who = Who::User { id: Uuid::nil(), name: "ann".to_owned() };
        let rights = Rights { everywhere: None, sites: BTreeMap::from([("north".to_owned(), role)]) };
        let caller = Caller::from(access::Caller { who, rights, from: None });
        let mut request =
            Request::builder().method(method).uri(path).header(header::HOST, "localhost").extension(caller);
        if let Some(version) = version {
            request = request.header(header::IF_MATCH, version);
        }
        let body = match body {
            Value::Null => Body::empty(),
            body => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
        };
        let router = crate::router(Arc::clone(&self.app), &[]);
        let answer = router.oneshot(request.body(body).unwrap()).await.unwrap();
        let status = answer.status();
        let etag = answer
            .headers()
            .get(header::ETAG)
            .map(|tag| tag.to_str().unwrap().to_owned())
            .unwrap_or_default();
        let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        (status, etag, serde_json::from_slice(&bytes).unwrap_or_default())
    }
}

fn rule(site: &str, channel: &Value) -> Value {
    json!({
        "name": "full", "site": site, "severity": "warning", "channels": [channel],
        "condition": {"kind": "occupancy", "place": {"of": "site"}, "threshold": {"side": "above", "limit": 50.0}},
    })
}

fn hook(site: &str, url: &str) -> Value {
    json!({"name": "shop", "site": site, "receiver": {"kind": "web_hook", "url": url}})
}

const RULES: &str = "/api/v1/alert-rules";
const CHANNELS: &str = "/api/v1/channels";

#[tokio::test]
async fn rules_and_channels_live_and_every_change_is_logged() {
    let setting = Setting::new().await;
    let ask = async |method, path: &str, version, body| {
        setting.ask(Role::Operator, method, path, version, body).await
    };
    let (status, _, made) = ask("POST", CHANNELS, None, hook("north", "https://shop.example/hook")).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"), "shown once");
    let (_, _, channels) = ask("GET", CHANNELS, None, Value::Null).await;
    assert_eq!(channels["items"][0]["id"], made["id"]);
    assert!(!channels.to_string().contains("whsec_"), "and never again");
    let (status, _, problem) = ask("POST", CHANNELS, None, hook("north", "http://127.0.0.1:5432/")).await;
    assert_eq!((status, problem["code"].as_str()), (StatusCode::BAD_REQUEST, Some("bad_body")), "{problem}");

    let (status, tag, kept) = ask("POST", RULES, None, rule("north", &made["id"])).await;
    assert_eq!((status, tag.as_str()), (StatusCode::CREATED, "\"1\""), "{kept}");
    let path = format!("{RULES}/{}", kept["id"].as_str().unwrap());
    let changed = rule("north", &made["id"]);
    assert_eq!(ask("PUT", &path, None, changed.clone()).await.0, StatusCode::PRECONDITION_REQUIRED);
    assert_eq!(ask("PUT", &path, Some("\"7\""), changed.clone()).await.0, StatusCode::PRECONDITION_FAILED);
    assert_eq!(ask("PUT", &path, Some("\"1\""), changed).await.1, "\"2\"");
    let mut unknown = rule("north", &made["id"]);
    unknown["colour"] = "red".into();
    assert_eq!(ask("POST", RULES, None, unknown).await.2["code"], "bad_body");
    assert_eq!(ask("DELETE", &path, Some("\"2\""), Value::Null).await.0, StatusCode::NO_CONTENT);
    assert_eq!(ask("GET", &path, None, Value::Null).await.0, StatusCode::NOT_FOUND);

    let db = setting.app.store.database();
    let mut entries = audit::list(db, &audit::Query::default()).await.unwrap().entries;
    // The sites and cameras were made before.
    entries.retain(|entry| entry.actor.name == "ann");
    let mut actions: Vec<_> = entries.iter().map(|entry| entry.action.as_str()).collect();
    actions.sort_unstable();
    assert_eq!(actions, ["alert_rule.create", "alert_rule.delete", "alert_rule.update", "channel.create"]);
    assert!(entries.iter().all(|entry| entry.site.as_deref() == Some("north")));
    assert!(audit::verify(db, None).await.unwrap().is_intact());
}

#[tokio::test]
async fn nobody_reaches_another_site_and_viewers_change_nothing() {
    let setting = Setting::new().await;
    let (_, _, made) =
        setting.ask(Role::Operator, "POST", CHANNELS, None, hook("north", "https://shop.example/")).await;
    let (_, _, kept) = setting.ask(Role::Operator, "POST", RULES, None, rule("north", &made["id"])).await;
    let of = |list: &str, id: &Value| format!("{list}/{}", id.as_str().unwrap());

    // A viewer of the same site.
    assert_eq!(
        setting.ask(Role::Viewer, "GET", RULES, None, Value::Null).await.2["items"].as_array().unwrap().len(),
        1
    );
    assert_eq!(setting.ask(Role::Viewer, "GET", CHANNELS, None, Value::Null).await.2["items"], json!([]));
    for (method, path) in [
        ("DELETE", of(RULES, &kept["id"])),
        ("GET", of(CHANNELS, &made["id"])),
        ("DELETE", of(CHANNELS, &made["id"])),
    ] {
        let (status, ..) = setting.ask(Role::Viewer, method, &path, Some("*"), Value::Null).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{method} {path}");
    }
    assert_eq!(
        setting.ask(Role::Viewer, "POST", RULES, None, rule("north", &made["id"])).await.0,
        StatusCode::FORBIDDEN
    );

    // Of the other site nothing exists, not even for the greatest role here.
    assert_eq!(
        setting.ask(Role::Admin, "POST", CHANNELS, None, hook("south", "https://shop.example/")).await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        setting.ask(Role::Admin, "POST", RULES, None, rule("south", &made["id"])).await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        setting.ask(Role::Admin, "GET", "/api/v1/alerts?site=south", None, Value::Null).await.2["items"],
        json!([])
    );
    let nothing = Uuid::from_u128(1);
    for path in
        [format!("/api/v1/alerts/{nothing}"), format!("{RULES}/no-id"), format!("{CHANNELS}/{nothing}")]
    {
        assert_eq!(
            setting.ask(Role::Admin, "GET", &path, None, Value::Null).await.0,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}
