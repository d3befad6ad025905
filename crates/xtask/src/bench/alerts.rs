//! How long it takes from the picture that confirms a crossing to the web hook.

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::mpsc::channel;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::measured::keep;
use super::sample::{RULES, VIDEO};
use crate::program::Program;
use crate::receiver::{Manner, Receiver};
use crate::serving::{Camera, PATIENCE, Server, Site};

const CAMERAS: usize = 4;
const MEASURED: Duration = Duration::from_secs(180);
/// What is still on its way at the end is waited for.
const LAST: Duration = Duration::from_secs(5);
const SETTINGS: &str = "[detection]\ninput = 256\n[egress]\nallow = [\"127.0.0.1/32\"]\n";

pub(crate) fn run() -> anyhow::Result<()> {
    let program = Program::with_profile("release")?;
    let address = format!("loop:{}", std::path::absolute(VIDEO)?.display());
    let cameras: Vec<_> = (0..CAMERAS)
        .map(|number| Camera {
            name: format!("camera {number}"),
            address: address.clone(),
            rules: RULES.into(),
        })
        .collect();
    let site = Site::new(&cameras, SETTINGS, None)?;
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let (sender, messages) = channel();
    let _receiver = Receiver::start(port, Manner::Takes, sender)?;
    let server = Server::start(&program, &site)?;
    let receiver =
        json!({"kind": "web_hook", "url": format!("http://127.0.0.1:{port}/"), "events": ["crossing"]});
    server.post("/api/v1/channels", &json!({"name": "bench", "site": "main", "receiver": receiver}))?;
    server.until("the cameras to count", PATIENCE, |server| {
        Ok(server.frames()?.iter().all(|frames| *frames > 0))
    })?;

    let live = server.listen();
    let shown = std::thread::spawn(move || {
        live.iter().map(|event| (event, OffsetDateTime::now_utc())).collect::<Vec<_>>()
    });
    std::thread::sleep(MEASURED);
    std::thread::sleep(LAST);
    let (status, _) = server.terminate()?;
    ensure!(status.success(), "SIGTERM: {status}");

    let mut hooks = HashMap::new();
    for message in messages.try_iter().filter(|message| message.body["type"] == "event") {
        let event = &message.body["data"];
        hooks.insert(event["id"].to_string(), latency_ms(event, message.came)?);
    }
    let mut pages = Vec::new();
    let mut hooks_of_shown = Vec::new();
    let shown = shown.join().map_err(|_| anyhow::anyhow!("the reader of the live stream panicked"))?;
    for (event, came) in shown.iter().filter(|(event, _)| event["kind"] == "crossing") {
        // The end of the measurement cut the stream, not the web hooks.
        if let Some(hook) = hooks.get(&event["id"].to_string()) {
            pages.push(latency_ms(event, *came)?);
            hooks_of_shown.push(*hook);
        }
    }
    ensure!(hooks_of_shown.len() >= 100, "only {} crossings in {MEASURED:?}", hooks_of_shown.len());
    let page = format!(
        "# Alerts\n\n`./dev bench alerts`. {CAMERAS} cameras that show the sample in a loop, 5 of its frames a second \
         analysed at 256×160, for {} s, profile {}; receiver and live stream on the same machine. From the time of the picture that \
         confirmed a crossing, so decoding and inference are in it. The web hook is delivered from the database. [Raw \
         numbers](alerts.json).\n\n\
         | to | crossings | p50, ms | p95, ms | p99, ms | most, ms |\n| --- | ---: | ---: | ---: | ---: | ---: |\n{}{}",
        MEASURED.as_secs(),
        program.profile,
        row("live stream", &mut pages),
        row("web hook", &mut hooks_of_shown),
    );
    let raw = json!({
        "cameras": CAMERAS, "seconds": MEASURED.as_secs(), "profile": program.profile,
        "live_ms": pages, "web_hook_ms": hooks_of_shown,
    });
    keep("alerts", &raw, &page)
}

/// Milliseconds from the picture that confirmed the event.
fn latency_ms(event: &Value, came: OffsetDateTime) -> anyhow::Result<f64> {
    let confirmed = event["confirmed_time"].as_str().context("an event without `confirmed_time`")?;
    Ok((came - OffsetDateTime::parse(confirmed, &Rfc3339)?).as_seconds_f64() * 1e3)
}

/// A row of the table; sorts the times.
fn row(to: &str, times_ms: &mut [f64]) -> String {
    times_ms.sort_by(f64::total_cmp);
    let last = times_ms.len() - 1;
    let at = |share: f64| times_ms[(last as f64 * share).round() as usize];
    format!(
        "| {to} | {} | {:.0} | {:.0} | {:.0} | {:.0} |\n",
        times_ms.len(),
        at(0.5),
        at(0.95),
        at(0.99),
        at(1.0)
    )
}
