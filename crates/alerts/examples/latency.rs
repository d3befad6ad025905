//! How long an event takes from the outbox to a web hook: `cargo run --release -p alerts --example latency [PER_SECOND]`.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, reason = "a measurement")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use alerts::{Alerts, Channel, Receiver, Schedule, Sender, Transport, Vault, signature};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use database::{Access, Database, Settings};
use egress::{Client, Limits, Policy, tls_config};
use event::Event;
use time::OffsetDateTime;
use tokio::net::TcpListener;
use uuid::Uuid;

const EVENTS: u32 = 600;

struct Glass;

impl Vault for Glass {
    fn seal(&self, secret: &[u8], _: &str) -> Result<Vec<u8>, String> {
        Ok(secret.to_vec())
    }

    fn unseal(&self, sealed: &[u8], _: &str) -> Result<Vec<u8>, String> {
        Ok(sealed.to_vec())
    }
}

type Arrivals = Arc<Mutex<HashMap<String, Instant>>>;

#[tokio::main]
async fn main() {
    let per_second: f64 = std::env::args().nth(1).map_or(20.0, |rate| rate.parse().expect("events a second"));
    let arrivals = Arrivals::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let take = async |State(arrivals): State<Arrivals>, body: Bytes| {
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let id = body["data"]["id"].as_str().unwrap().to_owned();
        arrivals.lock().unwrap().entry(id).or_insert_with(Instant::now);
    };
    let router = Router::new().route("/", post(take)).with_state(Arc::clone(&arrivals));
    tokio::spawn(axum::serve(listener, router).into_future());

    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", folder.path().join("latency.db").display());
    let db = Database::open(&address, &Settings::default()).await.unwrap();
    let alerts = Alerts::open(db, Arc::new(Glass)).await.unwrap();
    let now = OffsetDateTime::now_utc();
    let receiver = Receiver::WebHook { url, events: vec!["crossing".to_owned()] };
    let channel = Channel { name: "bench".to_owned(), site: "main".to_owned(), receiver, enabled: true };
    let mut tx = alerts.database().begin(Access::Add).await.unwrap();
    alerts.add_channel(&mut tx, &channel, Some(&signature::secret([7; 32])), now).await.unwrap();
    tx.commit().await.unwrap();
    let policy = Policy::public(vec!["127.0.0.0/8".parse().unwrap()]);
    let client = Client::new(policy, tls_config([]), Limits::default());
    let transport = Transport { client, mailer: None, mqtt: None };
    let sender =
        Sender::new(alerts.clone(), transport, Schedule::default(), Arc::new(OffsetDateTime::now_utc));
    let (_end, ended) = tokio::sync::watch::channel(false);
    tokio::spawn(sender.run(ended));

    let mut entered = HashMap::new();
    let mut clock = tokio::time::interval(Duration::from_secs_f64(1.0 / per_second));
    for number in 0..EVENTS {
        clock.tick().await;
        let id = Uuid::from_u128(number.into());
        let event = Event::from_json(&format!(
            r#"{{"id":"{id}","kind":"crossing","camera":"entrance","rule":"door","rule_version":1,"direction":"forward",
            "class":"person","confidence":0.9,"stream_time_s":1.0,"time":"2026-11-23T08:00:00Z","track":1}}"#
        ));
        entered.insert(id.to_string(), Instant::now());
        let site = |_: &str| Some("main".to_owned());
        alerts.enter_events(&[event.unwrap()], site, OffsetDateTime::now_utc()).await.unwrap();
    }
    while arrivals.lock().unwrap().len() < EVENTS as usize {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let arrivals = arrivals.lock().unwrap();
    let mut delays: Vec<_> = entered.iter().map(|(id, entered)| arrivals[id] - *entered).collect();
    delays.sort();
    let of = |share: f64| delays[((delays.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
    println!(
        "{EVENTS} events at {per_second}/s: p50 {:.0} ms, p95 {:.0} ms, p99 {:.0} ms, longest {:.0} ms",
        of(0.5),
        of(0.95),
        of(0.99),
        of(1.0)
    );
}
