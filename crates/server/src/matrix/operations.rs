//! The table of operations: how each is asked about a site, who may, and what they are answered then.
//!
//! Changes that would take away what others are still to be asked about name a version that there is not: who is let in is
//! told that it was changed meanwhile.

use access::Role;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::people::Person;
use super::things::{World, audit, nothing, rule};

/// Who is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum May {
    /// Also who has not signed in.
    Anybody,
    /// Users and tokens of any role.
    SignedIn,
    /// Users who have signed in, and no token: it is about themselves.
    Session,
    /// Who has at least this role at the site. To who has none there it does not exist.
    At(Role),
    /// The same, but to who has less it does not exist either.
    Hidden(Role),
    /// Who has at least this role at the site; others are refused.
    Granting(Role),
    /// Who has at least this role everywhere.
    Everywhere(Role),
    /// Who has at least this role at some site.
    Somewhere(Role),
    /// Everybody who has signed in, and what is of the site is in it for those with at least this role there.
    List(Role),
}

/// A question.
pub(super) struct Asked {
    pub(super) path: String,
    pub(super) body: Value,
    pub(super) version: &'static str,
    pub(super) may: May,
    pub(super) site: String,
    /// What of the site is in a list.
    pub(super) mark: String,
    /// What they are answered who are let in.
    pub(super) done: &'static [StatusCode],
    pub(super) is_endless: bool,
}

const OK: &[StatusCode] = &[StatusCode::OK];
const CREATED: &[StatusCode] = &[StatusCode::CREATED];
const ACCEPTED: &[StatusCode] = &[StatusCode::ACCEPTED];
const EMPTY: &[StatusCode] = &[StatusCode::NO_CONTENT];
const STALE: &[StatusCode] = &[StatusCode::PRECONDITION_FAILED];
const NONE: &[StatusCode] = &[StatusCode::NOT_FOUND];
const NOT_SET_UP: &[StatusCode] = &[StatusCode::NOT_IMPLEMENTED];
/// The password that comes with it is wrong.
const WRONG: &[StatusCode] = &[StatusCode::UNAUTHORIZED];
/// The first is made; of the next it is said that one goes on.
const ONE_AT_A_TIME: &[StatusCode] = &[StatusCode::CREATED, StatusCode::CONFLICT];
const DAY: &str = "from=2026-11-23T00:00:00Z&until=2026-11-24T00:00:00Z";

impl Asked {
    fn new(site: &str, path: impl AsRef<str>, may: May, done: &'static [StatusCode]) -> Self {
        let (path, site) = (format!("/api/v1{}", path.as_ref()), site.to_owned());
        let mark = site.clone();
        Self { path, body: Value::Null, version: "*", may, site, mark, done, is_endless: false }
    }

    fn with(self, body: Value) -> Self {
        Self { body, ..self }
    }

    /// Names a version that there is not.
    fn stale(self) -> Self {
        Self { version: "\"999999\"", done: STALE, ..self }
    }

    fn endless(self) -> Self {
        Self { is_endless: true, ..self }
    }

    fn marked(self, mark: &str) -> Self {
        Self { mark: mark.to_owned(), ..self }
    }
}

/// How an operation is asked about a site by somebody. Nothing for one that the table does not know.
pub(super) async fn asked(id: &str, site: &str, world: &World, person: &Person) -> Vec<Asked> {
    let one = |path: String, may, done| vec![Asked::new(site, path, may, done)];
    let of = |list: &str, kind| format!("/{list}/{}", world.id(site, kind));
    let lets_in = |role| person.bearer.is_some() && person.rights.allow(role, site);
    let door = format!("/cameras/{site}-door");
    let named = |path: &str| {
        let (path, sign) = (path.to_owned(), if path.contains('?') { '&' } else { '?' });
        ["site={}", "camera={}-door"].map(|which| {
            let asked = format!("{path}{sign}{}", which.replace("{}", site));
            Asked::new(site, asked, May::At(Role::Viewer), OK)
        })
    };
    let list_and_named = |path: &str, list: &str| {
        let mut all = vec![Asked::new(site, list, May::List(Role::Viewer), OK)];
        all.extend(named(path));
        all
    };
    let line = json!({"line": [{"name": "door", "points": [[0.1, 0.5], [0.9, 0.5]]}]});
    let channel = || {
        json!({"name": format!("{site} channel"), "site": site, "receiver": {"kind": "web_hook",
        "url": "https://shop.example/"}})
    };
    let victim = format!("/users/{}", world.id("", "victim"));
    let password = json!({"password": "wrong"});
    let scope = person.rights.grants().first().map(ToString::to_string).unwrap_or_default();
    let (viewer, operator, admin) = (May::At(Role::Viewer), May::At(Role::Operator), May::At(Role::Admin));
    let everything = May::Everywhere(Role::Admin);
    match id {
        "alive" | "ready" | "metrics" | "openapi" | "login" | "refresh" | "forgotten" | "reset_password"
        | "set_up" | "sign_in_ways" | "sign_up" | "begin_oidc" | "finish_oidc" => {
            one(String::new(), May::Anybody, OK)
        }

        "session" => one("/auth/session".to_owned(), May::Session, OK),
        "sessions" => one("/auth/sessions".to_owned(), May::Session, OK),
        "end_session" => one(format!("/auth/sessions/{}", nothing()), May::Session, NONE),
        "logout" => one("/auth/logout".to_owned(), May::Session, EMPTY),
        "logout_everywhere" => one("/auth/logout-everywhere".to_owned(), May::Session, EMPTY),
        // Of what is about oneself and no site there are so many tries, and no more.
        "change_password" | "begin_totp" | "confirm_totp" | "end_totp" | "renew_recovery_codes"
            if site == "south" =>
        {
            Vec::new()
        }
        "change_password" => {
            let body = json!({"password": "wrong", "new_password": "another-mossy-anvil-7"});
            vec![Asked::new(site, "/auth/password", May::Session, WRONG).with(body)]
        }
        "begin_totp" => vec![Asked::new(site, "/auth/totp", May::Session, WRONG).with(password)],
        "confirm_totp" => {
            let body = json!({"code": "123456"});
            vec![Asked::new(site, "/auth/totp/confirm", May::Session, WRONG).with(body)]
        }
        "end_totp" => {
            let body = json!({"password": "wrong", "code": "123456"});
            vec![Asked::new(site, "/auth/totp/end", May::Session, WRONG).with(body)]
        }
        "renew_recovery_codes" => {
            vec![Asked::new(site, "/auth/recovery-codes", May::Session, WRONG).with(password)]
        }
        "link_oidc" => one("/auth/oidc/link".to_owned(), May::SignedIn, NOT_SET_UP),
        "tokens" => {
            let all = Asked::new(site, "/tokens?all=true", everything, OK);
            vec![Asked::new(site, "/tokens", May::Session, OK), all]
        }
        "create_token" => {
            let body = json!({"name": "mine", "scopes": [scope]});
            vec![Asked::new(site, "/tokens", May::Session, CREATED).with(body)]
        }
        "revoke_token" => one(format!("/tokens/{}", nothing()), May::SignedIn, NONE),

        "users" => one("/users".to_owned(), everything, OK),
        "create_user" => {
            let body = json!({"name": world.new_name(), "roles": [format!("viewer:{site}")]});
            vec![Asked::new(site, "/users", everything, CREATED).with(body)]
        }
        "user" => one(victim, everything, OK),
        "update_user" => vec![Asked::new(site, victim, everything, STALE).with(json!({})).stale()],
        "delete_user" => vec![Asked::new(site, victim, everything, STALE).stale()],
        "reset_link" => one(format!("{victim}/reset-link"), everything, CREATED),
        "logout_user" => one(format!("{victim}/logout-everywhere"), everything, EMPTY),
        "forget_totp" => one(format!("{victim}/totp"), everything, EMPTY),
        "registration_codes" => {
            // Those that the caller could have made.
            vec![Asked::new(site, "/registration-codes", May::SignedIn, OK)]
        }
        "create_registration_code" => {
            let body =
                json!({"role": format!("viewer:{site}"), "uses": 1, "expires": "2026-11-24T00:00:00Z"});
            vec![Asked::new(site, "/registration-codes", May::Granting(Role::Admin), CREATED).with(body)]
        }
        "delete_registration_code" => one(format!("/registration-codes/{}", nothing()), May::SignedIn, NONE),
        "audit" => one("/audit?limit=1000".to_owned(), May::Somewhere(Role::Admin), OK),
        "workers" => one("/workers".to_owned(), everything, OK),
        "models" => one("/models".to_owned(), May::SignedIn, OK),
        "export_installation" => vec![Asked::new(site, "/export", everything, OK).with(json!({}))],
        "import_installation" => {
            let body = json!({"file": "format = \"camtally/1\"", "only_try": true});
            vec![Asked::new(site, "/import", everything, OK).with(body)]
        }

        "sites" => one("/sites".to_owned(), May::List(Role::Viewer), OK),
        "create_site" => {
            let body = json!({"id": world.new_name(), "name": "New", "time_zone": "Europe/Berlin"});
            vec![Asked::new(site, "/sites", everything, CREATED).with(body)]
        }
        "site" => one(format!("/sites/{site}"), viewer, OK),
        "update_site" => vec![Asked::new(site, format!("/sites/{site}"), admin, OK).with(json!({}))],
        "delete_site" => vec![Asked::new(site, format!("/sites/{site}"), everything, STALE).stale()],
        "deleted_sites" => one("/deleted/sites".to_owned(), everything, OK),
        "restore_site" => one("/sites/never/restore".to_owned(), everything, NONE),

        "cameras" => {
            let mut all = one("/cameras".to_owned(), May::List(Role::Viewer), OK);
            all.push(Asked::new(site, "/cameras?limit=1000", May::List(Role::Viewer), OK));
            all
        }
        "create_camera" => {
            let body = json!({"id": world.new_name(), "site": site, "address": "rtsp://10.0.0.9/1"});
            vec![Asked::new(site, "/cameras", operator, CREATED).with(body)]
        }
        "camera" => one(door, viewer, OK),
        "update_camera" => {
            let other = if site == "north" { "south" } else { "north" };
            let mut all = vec![Asked::new(site, &door, operator, OK).with(json!({}))];
            if lets_in(Role::Operator) && !person.rights.allow(Role::Operator, other) {
                // It cannot be pushed to a site of others.
                let push = Asked::new(site, &door, May::SignedIn, NONE).with(json!({"site": other}));
                all.push(push);
            }
            all
        }
        "delete_camera" => vec![Asked::new(site, door, operator, STALE).stale()],
        "start_camera" => one(format!("{door}/start"), operator, OK),
        "stop_camera" => one(format!("{door}/stop"), operator, OK),
        "deleted_cameras" => {
            world.delete_again(&format!("{site}-gone")).await;
            one("/deleted/cameras".to_owned(), May::List(Role::Operator), OK)
        }
        "restore_camera" => {
            if lets_in(Role::Operator) {
                world.delete_again(&format!("{site}-gone")).await;
            }
            one(format!("/cameras/{site}-gone/restore"), May::Hidden(Role::Operator), OK)
        }
        "test_camera" => one(format!("{door}/test"), operator, OK),
        "test_address" => {
            let body = json!({"site": site, "address": "rtsp://10.0.0.8/"});
            vec![Asked::new(site, "/cameras/test", operator, OK).with(body)]
        }
        "stream" => vec![Asked::new(site, format!("{door}/live.mjpeg"), viewer, OK).endless()],
        "still" => one(format!("{door}/still"), operator, OK),
        "rules" => one(format!("{door}/rules"), viewer, OK),
        "replace_rules" => vec![Asked::new(site, format!("{door}/rules"), operator, OK).with(line)],
        "try_rules" => vec![Asked::new(site, format!("{door}/rules/try"), operator, OK).with(line)],
        "rules_history" => one(format!("{door}/rules/history"), viewer, OK),
        "rule_set" => one(format!("{door}/rules/history/1"), viewer, OK),
        "restore_rules" => one(format!("{door}/rules/history/1/restore"), operator, OK),
        "tracks" => one(format!("{door}/tracks"), viewer, OK),
        "placement" => one(format!("{door}/placement"), viewer, OK),

        "views" => one("/views".to_owned(), May::List(Role::Viewer), OK),
        "create_view" => {
            let mine = json!({"name": "mine", "site": site});
            let ours = json!({"name": format!("{site} ours"), "site": site, "shared": true});
            vec![
                Asked::new(site, "/views", viewer, CREATED).with(mine),
                Asked::new(site, "/views", operator, CREATED).with(ours),
            ]
        }
        "view" => one(of("views", "view"), viewer, OK),
        "update_view" => vec![Asked::new(site, of("views", "view"), admin, OK).with(json!({}))],
        "delete_view" => vec![Asked::new(site, of("views", "view"), admin, STALE).stale()],

        "counts" => list_and_named(&format!("/counts?{DAY}"), &format!("/counts?{DAY}&group=site,camera")),
        "events" => list_and_named(&format!("/events?{DAY}"), &format!("/events?{DAY}&limit=1000")),
        "gaps" => list_and_named(&format!("/gaps?{DAY}"), &format!("/gaps?{DAY}")),
        "export_events" => {
            let path = format!("/exports/events?{DAY}&format=jsonl");
            list_and_named(&path, &path)
        }
        "export_counts" => {
            let path = format!("/exports/counts?{DAY}&format=csv");
            list_and_named(&path, &format!("{path}&group=camera"))
        }
        "occupancy" => list_and_named("/occupancy", "/occupancy"),
        "dwell" => named(&format!("/dwell?{DAY}")).into(),
        "queue" => one(format!("/queues?{DAY}&camera={site}-door&rule=queue"), viewer, OK),
        "heat" => one(format!("/heat?{DAY}&camera={site}-door"), viewer, OK),
        "heat_picture" => one(format!("/heat.png?{DAY}&camera={site}-door"), viewer, OK),
        "correct_occupancy" => {
            let body = json!({"site": site, "now": 1});
            vec![Asked::new(site, "/occupancy/corrections", operator, CREATED).with(body)]
        }
        "live_events" => {
            let mut all = vec![Asked::new(site, "/live", May::SignedIn, OK).endless()];
            all.extend(named("/live").map(Asked::endless));
            all
        }

        "alert_rules" => one("/alert-rules".to_owned(), May::List(Role::Viewer), OK),
        "create_alert_rule" => {
            let body = rule(site, world.id(site, "channel"));
            vec![Asked::new(site, "/alert-rules", operator, CREATED).with(body)]
        }
        "alert_rule" => one(of("alert-rules", "rule"), viewer, OK),
        "replace_alert_rule" => {
            let body = rule(site, world.id(site, "channel"));
            vec![Asked::new(site, of("alert-rules", "rule"), operator, STALE).with(body).stale()]
        }
        "delete_alert_rule" => vec![Asked::new(site, of("alert-rules", "rule"), operator, STALE).stale()],
        "alerts" => one("/alerts".to_owned(), May::List(Role::Viewer), OK),
        "alert" => one(of("alerts", "alert"), viewer, OK),
        "acknowledge_alert" => one(of("alerts", "alert") + "/acknowledge", operator, OK),
        "silence_alert" => {
            let body = json!({"until": "2026-11-23T13:00:00Z"});
            vec![Asked::new(site, of("alerts", "alert") + "/silence", operator, OK).with(body)]
        }
        "resolve_alert" => one(of("alerts", "alert") + "/resolve", operator, OK),
        "channels" => one("/channels".to_owned(), May::List(Role::Operator), OK),
        "create_channel" => vec![Asked::new(site, "/channels", operator, CREATED).with(channel())],
        "channel" => one(of("channels", "channel"), operator, OK),
        "replace_channel" => {
            vec![Asked::new(site, of("channels", "channel"), operator, STALE).with(channel()).stale()]
        }
        "delete_channel" => vec![Asked::new(site, of("channels", "channel"), operator, STALE).stale()],
        "test_channel" => one(of("channels", "channel") + "/test", operator, OK),
        "deliveries" => {
            let id = world.id(site, "channel");
            vec![
                Asked::new(site, "/deliveries", May::List(Role::Operator), OK).marked(id),
                Asked::new(site, format!("/deliveries?channel={id}"), operator, OK),
            ]
        }
        "retry_delivery" => one(of("deliveries", "delivery") + "/retry", operator, ACCEPTED),

        "accuracy_audits" => one("/accuracy-audits".to_owned(), May::List(Role::Viewer), OK),
        "create_accuracy_audit" => {
            vec![Asked::new(site, "/accuracy-audits", operator, CREATED).with(audit(site))]
        }
        "accuracy_audit" => one(of("accuracy-audits", "audit"), viewer, OK),
        "replace_accuracy_audit" => {
            vec![Asked::new(site, of("accuracy-audits", "audit"), operator, STALE).with(audit(site)).stale()]
        }
        "finish_accuracy_audit" => {
            vec![Asked::new(site, of("accuracy-audits", "audit") + "/finish", operator, STALE).stale()]
        }
        "delete_accuracy_audit" => {
            vec![Asked::new(site, of("accuracy-audits", "audit"), operator, STALE).stale()]
        }
        "recordings" => one("/recordings".to_owned(), May::List(Role::Operator), OK),
        "create_recording" => {
            let body = json!({"camera": format!("{site}-door"), "seconds": 1});
            vec![Asked::new(site, "/recordings", operator, ONE_AT_A_TIME).with(body)]
        }
        "recording" => one(of("recordings", "recording"), operator, OK),
        "recording_frames" => one(of("recordings", "recording") + "/frames", operator, OK),
        "recording_frame" => one(of("recordings", "recording") + "/frames/1", operator, OK),
        "delete_recording" => {
            let path = if lets_in(Role::Operator) {
                format!("/recordings/{}", world.recording(site).await)
            } else {
                of("recordings", "recording")
            };
            one(path, operator, EMPTY)
        }
        _ => Vec::new(),
    }
}
