//! The description of everything that is answered, as OpenAPI 3.1.
//!
//! Handlers describe what is theirs. What holds for many is filled in here, from what an operation is: the problems that it
//! can answer with, and the headers that its method takes. Problems of its own an operation names in the extension
//! `x-problems`, a list of codes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::{Map, Value, json};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;

use crate::App;
use crate::problem::{Code, PROBLEM_JSON, ProblemBody};
use crate::{
    accuracy, alerts, audit_log, auth, cameras, channels, counts, events, exports, health, installation,
    live, recordings, sites, tokens, users, views, workers,
};

/// The cookie of a session.
pub(crate) const SESSION_COOKIE: &str = "camtally_session";
/// Where the description is.
const ADDRESS: &str = "/api/v1/openapi.json";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "camtally",
        description = "Counts of people and vehicles, and what was watched. Times are RFC 3339; buckets are minutes, hours, \
                       days and weeks of the site's clock.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    servers((url = "/")),
    components(schemas(ProblemBody)),
    security(("session" = []), ("token" = [])),
    modifiers(&SecuritySchemes),
    tags(
        (name = "accuracy", description = "Counts compared with what somebody has marked by eye, and the recordings to do it by."),
        (name = "alerts", description = "Rules, what they have noticed, and who is told."),
        (name = "cameras", description = "Cameras: how they are set up, and how they are at this moment."),
        (name = "rules", description = "The lines and zones of a camera, and where people walk."),
        (name = "sites", description = "Places with cameras."),
        (name = "views", description = "Saved views."),
        (name = "installation", description = "Everything that is configured, as one file."),
        (name = "counts", description = "How many, and how much of the time was watched."),
        (name = "events", description = "Single events."),
        (name = "exports", description = "Whole tables as CSV, JSON Lines or Parquet."),
        (name = "live", description = "Events as they come."),
        (name = "auth", description = "Signing in and out, and what a user does about themselves."),
        (name = "users", description = "Users and registration codes."),
        (name = "tokens", description = "Tokens of programs."),
        (name = "audit", description = "Who changed what."),
        (name = "workers", description = "The processes that watch cameras."),
        (name = "health", description = "Whether the program can do its work."),
    ),
)]
struct Description;

struct SecuritySchemes;

impl Modify for SecuritySchemes {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        let cookie = ApiKey::Cookie(ApiKeyValue::new(SESSION_COOKIE));
        components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
        let bearer = bearer.description(Some("An API token, or an access token from signing in."));
        components.add_security_scheme("token", SecurityScheme::Http(bearer.build()));
    }
}

/// The routes of every subject, with their descriptions.
fn subjects() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(Description::openapi())
        .merge(accuracy::routes())
        .merge(alerts::routes())
        .merge(cameras::routes())
        .merge(channels::routes())
        .merge(counts::routes())
        .merge(events::routes())
        .merge(exports::routes())
        .merge(live::routes())
        .merge(auth::routes())
        .merge(users::routes())
        .merge(tokens::routes())
        .merge(audit_log::routes())
        .merge(health::routes())
        .merge(sites::routes())
        .merge(views::routes())
        .merge(installation::routes())
        .merge(recordings::routes())
        .merge(workers::routes())
}

/// The routes, the description's own among them.
pub(crate) fn routes() -> Router<Arc<App>> {
    let (routes, openapi) = subjects().split_for_parts();
    let text: axum::body::Bytes = completed(&openapi).to_string().into();
    routes.route(ADDRESS, get(|| async move { described(text) }))
}

fn described(text: axum::body::Bytes) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], text)
}

/// The description of the API, OpenAPI 3.1.
pub fn openapi() -> Value {
    let (_, openapi) = subjects().split_for_parts();
    completed(&openapi)
}

fn completed(openapi: &utoipa::openapi::OpenApi) -> Value {
    let mut document = serde_json::to_value(openapi).expect("a description can be written");
    let Some(paths) = document["paths"].as_object_mut() else { return document };
    let own = json!({"get": {
        "tags": ["health"], "operationId": "openapi", "summary": "This description.", "security": [{}],
        "responses": {"200": {"description": "OpenAPI 3.1.",
            "content": {"application/json": {"schema": {"type": "object"}}}}}
    }});
    paths.insert(ADDRESS.to_owned(), own);
    let mut shared = BTreeMap::new();
    for (path, operations) in paths {
        let Some(operations) = operations.as_object_mut() else { continue };
        for (method, operation) in operations {
            if let Some(operation) = operation.as_object_mut() {
                complete(path, method, operation, &mut shared);
            }
        }
    }
    document["components"]["responses"] = json!(shared);
    document
}

/// Adds what follows from the kind of an operation. Answers of problems that many have are said once, in `shared`.
fn complete(
    path: &str,
    method: &str,
    operation: &mut Map<String, Value>,
    shared: &mut BTreeMap<String, Value>,
) {
    let named = operation.remove("x-problems").unwrap_or_default();
    let endless = operation.remove("x-endless").is_some();
    let named: BTreeSet<String> =
        named.as_array().into_iter().flatten().filter_map(|code| code.as_str().map(str::to_owned)).collect();
    let mut codes: BTreeSet<Code> =
        Code::ALL.iter().copied().filter(|code| named.contains(code.as_str())).collect();
    assert_eq!(codes.len(), named.len(), "{method} {path} names a problem that there is not: {named:?}");

    codes.extend([Code::WrongHost, Code::NotAcceptable, Code::TooMany, Code::Internal]);
    if !endless {
        codes.insert(Code::TimedOut);
    }
    if operation.get("parameters").and_then(Value::as_array).is_some_and(|all| !all.is_empty()) {
        codes.insert(Code::BadQuestion);
    }
    if path.contains('{') {
        codes.insert(Code::NotFound);
    }
    if operation.contains_key("requestBody") {
        codes.extend([Code::BadBody, Code::TooLarge, Code::MediaType]);
    }
    let open = operation.get("security").is_some_and(|security| *security == json!([{}]));
    if !open {
        codes.extend([Code::NotSignedIn, Code::StoreUnavailable]);
        if method != "get" {
            codes.insert(Code::CsrfMissing);
        }
    }
    if codes.contains(&Code::Changed) {
        codes.extend([Code::VersionNeeded, Code::BadQuestion]);
        let (what, schema) = (
            "The `ETag` of the version that the change is made to.",
            json!({"type": "string",
            "pattern": "^(\\*|\"[0-9]{1,18}\")$"}),
        );
        header(operation, "If-Match", true, what, "\"3\"", schema);
    }
    if method == "post" && !open {
        codes.extend([Code::KeyReused, Code::KeyInUse, Code::BadQuestion]);
        let what = "The same key with the same request is done once, and answered the same for a day.";
        let schema = json!({"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"});
        header(operation, "Idempotency-Key", false, what, "0198c1d2-7a0b-4f0e-9b1d-2f3c5a60c7d4", schema);
    }

    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in codes {
        by_status.entry(code.status().as_u16()).or_default().push(code);
    }
    let responses = operation.entry("responses").or_insert_with(|| json!({}));
    for (status, codes) in by_status {
        let response = &mut responses[status.to_string()];
        if response.is_null() {
            let names: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
            let name = names.join(".");
            *response = json!({"$ref": format!("#/components/responses/{name}")});
            shared.entry(name).or_insert_with(|| {
                let lines: Vec<String> =
                    codes.iter().map(|code| format!("`{}`: {}", code.as_str(), code.meaning())).collect();
                json!({"description": lines.join("\n\n"), "content": {PROBLEM_JSON: problem(&codes)}})
            });
        } else {
            response["content"][PROBLEM_JSON] = problem(&codes);
        }
    }
}

fn problem(codes: &[Code]) -> Value {
    let names: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    let examples: Map<String, Value> = codes
        .iter()
        .map(|code| {
            let status = code.status();
            let value = json!({"title": status.canonical_reason(), "status": status.as_u16(),
                "code": code.as_str(), "detail": code.meaning()});
            (code.as_str().to_owned(), json!({"value": value}))
        })
        .collect();
    json!({
        "schema": {"allOf": [
            {"$ref": "#/components/schemas/Problem"},
            {"type": "object", "properties": {"code": {"enum": names}}},
        ]},
        "examples": examples,
    })
}

fn header(
    operation: &mut Map<String, Value>,
    name: &str,
    required: bool,
    what: &str,
    example: &str,
    schema: Value,
) {
    let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
    if let Some(parameters) = parameters.as_array_mut() {
        parameters.push(json!({"name": name, "in": "header", "required": required, "description": what,
            "schema": schema, "example": example}));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operations(document: &Value) -> Vec<(String, &Value)> {
        let paths = document["paths"].as_object().unwrap();
        let all = paths.iter().flat_map(|(path, operations)| {
            let operations = operations.as_object().unwrap();
            operations.iter().map(move |(method, operation)| (format!("{method} {path}"), operation))
        });
        all.collect()
    }

    #[test]
    fn every_operation_is_described() {
        let document = openapi();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        let mut ids = BTreeSet::new();
        for (name, operation) in operations(&document) {
            assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{name}: no summary");
            assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{name}: the id is in use");
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let text = parameter["description"].as_str();
                assert!(
                    text.is_some_and(|text| !text.is_empty()),
                    "{name}: {} has no description",
                    parameter["name"]
                );
            }
        }
    }

    #[test]
    fn every_body_refuses_what_it_does_not_know() {
        let document = openapi();
        for (name, operation) in operations(&document) {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let Some(place) = schema["$ref"].as_str() else { continue };
            let schema = document.pointer(place.trim_start_matches('#')).unwrap();
            let one = vec![schema.clone()];
            for one in schema["oneOf"].as_array().unwrap_or(&one) {
                let one = match one["$ref"].as_str() {
                    Some(place) => document.pointer(place.trim_start_matches('#')).unwrap(),
                    None => one,
                };
                assert_eq!(one["additionalProperties"], json!(false), "{name}: say `deny_unknown_fields`");
            }
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn check(value: &Value, document: &Value) {
            match value {
                Value::Object(map) => {
                    if let Some(Value::String(place)) = map.get("$ref") {
                        assert!(document.pointer(place.trim_start_matches('#')).is_some(), "{place}");
                    }
                    map.values().for_each(|value| check(value, document));
                }
                Value::Array(list) => list.iter().for_each(|value| check(value, document)),
                _ => {}
            }
        }
        let document = openapi();
        check(&document, &document);
    }
}
