//! The receiver of web hooks is away, and meanwhile camtally is killed again and again.

use std::collections::{HashMap, HashSet};
use std::net::TcpListener;
use std::sync::mpsc::channel;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::{Outcome, Setting, Verdict, sample_cameras};
use crate::bench::RULES;
use crate::receiver::{Manner, Message, Receiver};
use crate::serving::{ALWAYS, Camera, PATIENCE, Server, Site, now};

const CAMERAS: usize = 2;
/// How long the receiver is away, and how often camtally is killed meanwhile.
const AWAY: (Duration, u32) = (Duration::from_secs(600), 5);
const AWAY_SHORT: (Duration, u32) = (Duration::from_secs(10), 2);
/// Alerts that are provoked in each life.
const ALERTS: u32 = 8;
/// A delivery that died with its process is taken up again after a minute.
const LEASE: Duration = Duration::from_secs(60);
/// Web hooks may go to this machine.
const SETTINGS: &str = "[detection]\ninput = 256\n[egress]\nallow = [\"127.0.0.1/32\"]\n";

pub(crate) fn run(setting: &Setting) -> anyhow::Result<Outcome> {
    let folder = tempfile::tempdir()?;
    let mut cameras = sample_cameras(folder.path(), CAMERAS)?;
    // Nobody listens there: a rule about cameras that are offline has an alert at once.
    cameras.push(Camera {
        name: "gone".to_owned(),
        address: "rtsp://127.0.0.1:1/".to_owned(),
        rules: RULES.into(),
    });
    let site = Site::new(&cameras, SETTINGS, None)?;
    super::with_log(&site, || fail(setting, &site))
}

fn fail(setting: &Setting, site: &Site) -> anyhow::Result<Outcome> {
    let (away, kills) = if setting.short { AWAY_SHORT } else { AWAY };
    let mut random = ChaCha8Rng::seed_from_u64(setting.seed);
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    // Before there is any camera, so that every crossing is one to be told.
    let mut server = Server::spawn_with(&setting.program, site, &site.without_cameras())?;
    server.ready()?;
    let receiver =
        json!({"kind": "web_hook", "url": format!("http://127.0.0.1:{port}/"), "events": ["crossing"]});
    let made =
        server.post("/api/v1/channels", &json!({"name": "faults", "site": "main", "receiver": receiver}))?;
    let channel_id = made["id"].as_str().context("the channel's id")?.to_owned();
    server.terminate()?;

    let (sender, messages) = channel();
    let begin = now();
    for life in 0..=kills {
        let server = Server::start(&setting.program, site)?;
        if life == 0 {
            server.post("/api/v1/alert-rules", &occupancy_rule(&channel_id))?;
        }
        // First nobody is there, then a receiver that fails in two ways.
        let until = away * (life + 1) / (kills + 1);
        let _failing = match life % 3 {
            0 => None,
            1 => Some(Receiver::start(port, Manner::Refuses, sender.clone())?),
            _ => Some(Receiver::start(port, Manner::Silent, sender.clone())?),
        };
        let left = until.saturating_sub(begin.elapsed());
        for number in 0..ALERTS {
            server.post("/api/v1/alert-rules", &offline_rule(&channel_id, life * ALERTS + number))?;
            std::thread::sleep(left / (ALERTS + 1));
        }
        std::thread::sleep(Duration::from_millis(random.random_range(0..1_000)));
        if life < kills {
            let mut server = server;
            server.process.kill()?;
        } else {
            let (status, _) = server.terminate()?;
            ensure!(status.success(), "SIGTERM: {status}");
        }
    }

    // Without cameras nothing new comes, and all that waits can be waited for.
    let _receiver = Receiver::start(port, Manner::Takes, sender)?;
    let back = now();
    let mut server = Server::spawn_with(&setting.program, site, &site.without_cameras())?;
    server.ready()?;
    // Pauses double: the last one is about as long as the receiver was away.
    let patience = away * 2 + LEASE + PATIENCE;
    server.until("everything to be delivered", patience, |server| {
        // The list is long.
        std::thread::sleep(Duration::from_secs(1));
        Ok(deliveries(server, &channel_id)?.iter().all(|delivery| delivery["state"] == "delivered"))
    })?;
    let took = back.elapsed();
    let mut verdict = Verdict { faults: kills + 1, ..Verdict::default() };
    let expected = expected(&server)?;
    check(&expected, &messages.try_iter().collect::<Vec<_>>(), &mut verdict);
    verdict.note(format!(
        "away for {:.0} s, all delivered {:.0} s after it was back",
        (back - begin).as_secs_f64(),
        took.as_secs_f64()
    ));
    Ok(Outcome::Tried(verdict))
}

fn occupancy_rule(channel: &str) -> Value {
    let place = json!({"of": "zone", "camera": "camera 0", "zone": "junction"});
    let threshold = json!({"side": "above", "limit": 0});
    rule(
        "somebody at the junction",
        &json!({"kind": "occupancy", "place": place, "threshold": threshold}),
        channel,
    )
}

fn offline_rule(channel: &str, number: u32) -> Value {
    rule(&format!("offline {number}"), &json!({"kind": "offline", "cameras": ["gone"]}), channel)
}

fn rule(name: &str, condition: &Value, channel: &str) -> Value {
    json!({"name": name, "site": "main", "severity": "info", "condition": condition, "channels": [channel]})
}

/// Everything that is or was to be delivered, page by page.
fn deliveries(server: &Server, channel: &str) -> anyhow::Result<Vec<Value>> {
    pages(server, &format!("/api/v1/deliveries?channel={channel}&limit=1000"))
}

fn pages(server: &Server, path: &str) -> anyhow::Result<Vec<Value>> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = server.json(&format!("{path}{cursor}"))?;
        items.extend(page["items"].as_array().context("no items")?.iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(items),
        }
    }
}

/// What is told, and of what: `alert.fired` of an alert, `event` of a crossing.
type Subject = (String, String);

/// What must have arrived, by the store: the beginning and the end of each alert, and each crossing.
fn expected(server: &Server) -> anyhow::Result<HashSet<Subject>> {
    let mut expected = HashSet::new();
    for alert in pages(server, "/api/v1/alerts?limit=1000")? {
        expected.insert(("alert.fired".to_owned(), id(&alert)));
        if !alert["resolved"].is_null() {
            expected.insert(("alert.resolved".to_owned(), id(&alert)));
        }
    }
    for event in pages(server, &format!("/api/v1/events?{ALWAYS}&kind=crossing&limit=1000"))? {
        expected.insert(("event".to_owned(), id(&event)));
    }
    Ok(expected)
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap_or_default().to_owned()
}

/// Each must have been taken, and under one id however often it was tried.
fn check(expected: &HashSet<Subject>, messages: &[Message], verdict: &mut Verdict) {
    let mut ids: HashMap<Subject, HashSet<&str>> = HashMap::new();
    let mut taken: HashMap<Subject, u32> = HashMap::new();
    let (mut refused, mut unanswered) = (0, 0);
    for message in messages {
        let kind = message.body["type"].as_str().unwrap_or_default().to_owned();
        let subject = (kind, id(&message.body["data"]));
        ids.entry(subject.clone()).or_default().insert(&message.id);
        match message.manner {
            Manner::Takes => *taken.entry(subject).or_default() += 1,
            Manner::Refuses => refused += 1,
            Manner::Silent => unanswered += 1,
        }
    }
    verdict.confirmed = expected.len();
    for subject in expected {
        if !taken.contains_key(subject) {
            verdict.lost += 1;
            verdict.complain(format!("{} {} never arrived", subject.0, subject.1));
        }
    }
    for (subject, ids) in &ids {
        if ids.len() > 1 {
            verdict.doubled += 1;
            verdict.complain(format!("{} {} came under {} ids", subject.0, subject.1, ids.len()));
        }
        if !expected.contains(subject) {
            verdict.complain(format!("{} {} came, and the store knows nothing of it", subject.0, subject.1));
        }
    }
    let alerts = expected.iter().filter(|(kind, _)| kind == "alert.fired").count();
    let repeated = taken.values().filter(|count| **count > 1).count();
    verdict.note(format!(
        "{alerts} alerts, {} messages; {refused} tries refused and {unanswered} unanswered; {repeated} taken twice, under \
         the same id",
        expected.len()
    ));
}
