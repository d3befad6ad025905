//! The API over a store with some days of made-up counts: `cargo run -p server --example serve -- ADDRESS [DAYS [LISTEN
//! [sign-in]]]`. Prints where it listens, and with `sign-in` the bearer of a session for each role. `cargo xtask api-test`
//! asks it everything.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    missing_docs,
    reason = "an example"
)]

mod everything;
mod people;

use std::sync::Arc;

use access::Vault;
use audit::{Actor, ActorKind};
use event::{Direction, Event, Observed, Sighting, Stream, What};
use observation::StreamTime;
use registry::{By, Provisioned, Reach, Registry};
use serde_json::json;
use server::{App, Limits};
use store::{Settings, Store};
use time::{Duration, OffsetDateTime};
use tokio::net::TcpListener;

const CAMERAS: i64 = 50;
/// Of each camera in an hour of the day, in and out.
const HOURLY: i64 = 12;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().expect("the address of a database, such as sqlite:FILE");
    let days: i64 = arguments.next().map_or(2, |days| days.parse().unwrap());
    let listen = arguments.next().unwrap_or_else(|| "127.0.0.1:0".to_owned());

    let store = Store::open(&address, &Settings::default()).await.unwrap();
    fill(&store, days).await;
    let metrics = server::recorder().install_recorder().unwrap();
    server::describe_metrics();
    let registry = registry(&store, &(0..CAMERAS).map(name).collect::<Vec<_>>()).await;
    let mut app = App::new(store, registry, metrics);
    let mut bearers = Vec::new();
    if arguments.next().as_deref() == Some("sign-in") {
        let accounts = people::accounts(app.store.database().clone()).await;
        bearers = people::bearers(&accounts).await;
        app = app.with_accounts(accounts);
    }
    let app = Arc::new(app);
    everything::set_up(&app, &address).await;
    let listener = TcpListener::bind(listen).await.unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    for (role, bearer) in bearers {
        println!("{role} {bearer}");
    }
    let limits = Limits { connections_per_address: 4096, ..Limits::default() };
    server::serve(listener, server::router(app, &[]), limits, std::future::pending()).await;
}

/// A registry with one site, `main`, and these cameras.
async fn registry(store: &Store, cameras: &[String]) -> Registry {
    audit::migrate(store.database()).await.unwrap();
    let (vault, reach) = (Vault::new([7; 32]), Reach::default());
    let registry = Registry::open(store.database().clone(), vault, reach, Provisioned::default());
    let registry = registry.await.unwrap();
    let actor = Actor { kind: ActorKind::Program, id: None, name: "test".to_owned(), from: None };
    let by = By { actor, now: OffsetDateTime::now_utc() };
    let entrances: Vec<_> = cameras.iter().map(|id| json!({"camera": id, "line": "door"})).collect();
    let site =
        json!({"id": "main", "name": "Town hall", "time_zone": "Europe/Berlin", "entrances": entrances});
    registry.create_site(serde_json::from_value(site).unwrap(), &by).await.unwrap();
    for id in cameras {
        let camera = json!({"id": id, "site": "main", "address": "rtsp://10.0.0.9/1",
            "pictures": "operators", "recordings": true,
            "rules": {"line": [{"name": "door", "points": [[0.1, 0.5], [0.9, 0.5]]}]}});
        registry.create_camera(serde_json::from_value(camera).unwrap(), &by).await.unwrap();
    }
    registry
}

fn name(camera: i64) -> String {
    format!("camera-{camera}")
}

/// Crossings by day, and watched hours, up to now.
async fn fill(store: &Store, days: i64) {
    let now = OffsetDateTime::now_utc();
    let start = now - Duration::days(days);
    for day in 0..days {
        for camera in 0..CAMERAS {
            let stream = Stream { camera: name(camera), epoch: "example".to_owned(), model: None, start };
            let mut events = Vec::new();
            for hour in day * 24..(day + 1) * 24 {
                let at = |minute: i64| StreamTime::from_micros((hour * 60 + minute) * 60_000_000);
                events.push(stream.observed(Observed { from: at(0), until: at(60) }));
                if (8..22).contains(&(hour % 24)) {
                    events.extend((0..HOURLY).map(|number| {
                        let track = (hour * HOURLY + number) as u64;
                        crossing(&stream, at(number * 60 / HOURLY), track, number % 2 == 0)
                    }));
                }
            }
            store.ingest(&events).await.unwrap();
        }
    }
}

fn crossing(stream: &Stream, moment: StreamTime, track: u64, inward: bool) -> Event {
    let direction = if inward { Direction::Forward } else { Direction::Backward };
    let sighting = Sighting {
        rule: "door".to_owned(),
        rule_version: 1,
        class: "person".to_owned(),
        confidence: 0.83,
        confirmed: moment,
        inferred: false,
        track,
    };
    stream.sighting(moment, What::Crossing(direction, sighting), 0)
}
