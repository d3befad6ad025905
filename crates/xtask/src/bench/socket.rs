//! A thousand clients that look on: from the confirmed crossing to each of their sockets.

use std::process::Command;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::measured::keep;
use crate::faults::sample_cameras;
use crate::program::Program;
use crate::serving::{Server, Site};
use crate::{shell, usage};

const SCRIPT: &str = "benches/api/sockets.js";
const CLIENTS: u32 = 1000;
const SECONDS: u32 = 60;
const CAMERAS: usize = 2;

pub(crate) fn run() -> anyhow::Result<()> {
    ensure!(shell::has("k6"), "there is no k6: run `cargo xtask tools k6`, with .tools/bin on the PATH");
    let program = Program::with_profile("release")?;
    let folder = tempfile::tempdir()?;
    // From this machine nobody need sign in: one user may not have a thousand streams.
    let settings = "[server]\nconnections_per_address = 2000\n[detection]\ninput = 256\n";
    let site = Site::new(&sample_cameras(folder.path(), CAMERAS)?, settings, None)?;
    let server = Server::start(&program, &site)?;
    let summary = folder.path().join("summary.json");
    let before = usage::of(server.process.0.id())?;
    let mut command = Command::new("k6");
    command.args(["run", "--quiet", "--no-usage-report", "--summary-export"]).arg(&summary).arg(SCRIPT);
    command.env("ADDRESS", format!("ws://127.0.0.1:{}", server.port()));
    command.env("CLIENTS", CLIENTS.to_string()).env("SECONDS", SECONDS.to_string());
    let output = command.output().context("starting k6")?;
    let text = std::fs::read_to_string(&summary)
        .with_context(|| format!("k6 measured nothing: {}", String::from_utf8_lossy(&output.stderr)))?;
    let metrics: Value = serde_json::from_str::<Value>(&text)?["metrics"].take();
    let after = usage::of(server.process.0.id())?;
    let number = |value: &Value| value.as_f64().unwrap_or(0.0);
    let delay = |key: &str| number(&metrics["delay_ms"][key]);
    let raw = json!({
        "profile": program.profile, "cameras": CAMERAS, "clients": CLIENTS, "seconds": SECONDS,
        "opened": metrics["opened"]["count"], "broken": number(&metrics["broken"]["count"]),
        "messages": metrics["events"]["count"], "delay_ms": metrics["delay_ms"],
        "server_cores": (after.cpu_s - before.cpu_s) / f64::from(SECONDS), "server_memory_mib": after.memory_mib,
    });
    let page = format!(
        "# From the crossing to the socket\n\n`./dev bench socket`: {CLIENTS} WebSockets of k6 look on for {SECONDS} s, on this \
         machine, beside the server (profile `{}`), which counts {CAMERAS} cameras meanwhile. Each message is timed from the \
         event's `confirmed_time`, the time of the picture in which the crossing became certain; so decoding, detection and the \
         two syncs of journal and store are in it. [Raw numbers](socket.json).\n\n\
         | clients | messages | broken | p50, ms | p95, ms | p99, ms | longest, ms | server, cores | memory |\n\
         | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n\
         | {} | {} | {} | {:.0} | {:.0} | {:.0} | {:.0} | {:.2} | {:.0} MiB |\n",
        program.profile,
        number(&raw["opened"]),
        number(&raw["messages"]),
        number(&raw["broken"]),
        delay("med"),
        delay("p(95)"),
        delay("p(99)"),
        delay("max"),
        number(&raw["server_cores"]),
        number(&raw["server_memory_mib"]),
    );
    keep("socket", &raw, &page)
}
