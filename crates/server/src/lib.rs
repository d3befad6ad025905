//! What people and machines ask over HTTP.
//!
//! [`router`] answers from an [`App`]: the store, the registry, the cameras as they are at this moment, and the events as
//! they come.
//! Nothing here knows how a camera is read or a count is made. [`serve`] brings it to a listener.
//!
//! Each subject has a folder, whose `routes()` give its handlers with their descriptions; [`openapi`] is made from those.
//! A handler takes what it needs by the extractors of `extract`: who asks (`Caller`), a query (`Asked`), a body (`Body`),
//! the version that is changed (`IfMatch`). It answers with a type that has a schema, or with a `Problem`. What may be
//! seen is decided by `Caller` and `Scope`, in every handler: there is no filter behind it.

mod accuracy;
mod alerts;
mod api;
mod app;
mod audit_log;
mod auth;
mod cameras;
mod channels;
mod counts;
mod events;
mod exports;
mod extract;
mod health;
mod http;
mod idempotency;
mod installation;
mod live;
mod metrics;
mod page;
#[cfg(test)]
mod pages;
mod problem;
mod schema;
mod scope;
mod sites;
#[cfg(test)]
mod testing;
mod tokens;
mod users;
mod views;

pub use self::alerts::Alerting;
pub use api::openapi;
pub use app::{App, Clock, Readiness};
pub use cameras::{
    Camera, CameraState, Cameras, Diagnosis, Feed, LineView, Model, Seen, Tester, Viewed, ZoneView,
};
pub use extract::SignIn;
pub use http::{Limits, serve};
pub use metrics::{describe_metrics, metrics_page, recorder};
pub use problem::documentation as problems_page;
pub use schema::SCHEMA;
pub use sites::{Site, Sites};

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;

/// Everything that is answered. `hosts` are the names of the server, beside `localhost` and bare addresses.
pub fn router(app: Arc<App>, hosts: &[String]) -> Router {
    let keys = from_fn_with_state(Arc::clone(&app), idempotency::layer);
    http::around(api::routes().layer(keys).merge(page::routes()).with_state(app), hosts)
}

/// `/livez`, `/readyz` and `/metrics` alone, for a process that is not asked anything else.
pub fn health_router(app: Arc<App>, hosts: &[String]) -> Router {
    let (routes, _) = health::routes().split_for_parts();
    http::around(routes.with_state(app), hosts)
}
