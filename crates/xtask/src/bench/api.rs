//! A dashboard's questions, over a year of counts, on both databases.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::measured::keep;
use crate::faults::cluster::Cluster;
use crate::program::Program;
use crate::serving::{Server, Site};
use crate::{shell, usage};

const SCRIPT: &str = "benches/api/dashboards.js";
/// Names stores that are filled already: that takes minutes.
const GIVEN: &str = "CAMTALLY_BENCH_STORES";
/// What is asked of it, a second.
const RATE: u32 = 2000;
const SECONDS: u32 = 60;
/// The last day that the store is filled with.
const TODAY: &str = "2026-10-31T00:00:00Z";

pub(crate) fn run() -> anyhow::Result<()> {
    ensure!(shell::has("k6"), "there is no k6: run `cargo xtask tools k6`, with .tools/bin on the PATH");
    let program = Program::with_profile("release")?;
    let folder = tempfile::tempdir()?;
    let given = std::env::var(GIVEN).unwrap_or_default();
    let mut stores: Vec<String> = given.split_whitespace().map(str::to_owned).collect();
    let cluster;
    if stores.is_empty() {
        cluster = Cluster::start(&["shared_buffers=512MB", "max_wal_size=4GB"]);
        cluster.create("api");
        stores = vec![format!("sqlite:{}", folder.path().join("api.db").display()), cluster.address("api")];
        stores.iter().try_for_each(|address| fill(address))?;
    }
    let mut raw = serde_json::Map::new();
    let mut page = String::new();
    for address in stores {
        let name = if address.starts_with("sqlite:") { "SQLite" } else { "PostgreSQL" };
        let found = measure(&program, &address, folder.path())?;
        row(&mut page, name, &found)?;
        raw.insert(name.to_lowercase(), found);
    }
    raw.insert("rate".to_owned(), RATE.into());
    raw.insert("profile".to_owned(), program.profile.clone().into());
    let page = format!(
        "# A dashboard's questions\n\n`./dev bench api`: k6 asks {RATE} times a second for {SECONDS} s, on this machine, \
         beside the server (profile `{}`), with an API token, over a year of 100 lines (5,475,000 crossings). \
         [What is asked](https://github.com/camtally/camtally/blob/main/{SCRIPT}). [Raw numbers](api.json).\n\n\
         | database | answered/s | failed | dropped | p50, ms | p95, ms | p99, ms | longest, ms | server, cores | memory |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n{page}\n\
         *Dropped* are questions that k6 could not send in time, as all its {} connections were waiting.\n",
        program.profile, 400
    );
    keep("api", &Value::Object(raw), &page)
}

/// A year of counts; a benchmark of its own measures how long that takes.
fn fill(address: &str) -> anyhow::Result<()> {
    let mut command = Command::new("cargo");
    command.args(["run", "--quiet", "--package", "store", "--example", "fill", "--", address]);
    shell::run(&mut command)
}

fn measure(program: &Program, address: &str, folder: &Path) -> anyhow::Result<Value> {
    // Sign-in is asked for as soon as it has a name of its own: as in use, each question is somebody's.
    let settings = format!(
        "[site]\ntime_zone = \"Europe/Berlin\"\n[server]\nhosts = [\"count.example\"]\nconnections_per_address = 1000\n\
         [retention]\nevents_days = 0\nwatched_days = 0\nminutes_days = 0\nheat_maps_days = 0\n[store]\nurl = \"{address}\"\n"
    );
    let site = Site::new(&[], &settings, None)?;
    let config = site.config();
    program.says(&["user", "add", "bench", "--role", "viewer"], &config)?;
    let token = program
        .says(&["token", "create", "--user", "bench", "--name", "k6", "--scope", "viewer"], &config)?;
    let token = token.split_whitespace().find(|word| word.starts_with("ctly_tok_")).map(str::to_owned);
    let token = token.context("`camtally token create` prints no token")?;
    let server = Server::start(program, &site)?;
    // Whatever the system keeps of the files in memory, it keeps before.
    k6(&server, &token, 5, &folder.join("warm.json"))?;
    let before = usage::of(server.process.0.id())?;
    let summary = k6(&server, &token, SECONDS, &folder.join("summary.json"))?;
    let after = usage::of(server.process.0.id())?;
    let (status, _) = server.terminate()?;
    ensure!(status.success(), "the server ended with {status}");
    let metrics = &summary["metrics"];
    Ok(json!({
        "requests_per_second": metrics["http_reqs"]["rate"],
        "requests": metrics["http_reqs"]["count"],
        "failed_share": metrics["http_req_failed"]["value"],
        "dropped": metrics["dropped_iterations"]["count"].as_f64().unwrap_or(0.0),
        "duration_ms": metrics["http_req_duration"],
        "server_cores": (after.cpu_s - before.cpu_s) / f64::from(SECONDS),
        "server_memory_mib": after.memory_mib,
    }))
}

fn k6(server: &Server, token: &str, seconds: u32, summary: &Path) -> anyhow::Result<Value> {
    let mut command = Command::new("k6");
    command.args(["run", "--quiet", "--no-usage-report", "--summary-export"]).arg(summary).arg(SCRIPT);
    command.env("ADDRESS", format!("http://127.0.0.1:{}", server.port()));
    command.env("TOKEN", token).env("TODAY", TODAY);
    command.env("RATE", RATE.to_string()).env("SECONDS", seconds.to_string());
    // A threshold that is not met is a finding, and no failure of the measurement.
    let output = command.output().context("starting k6")?;
    let text = std::fs::read_to_string(summary)
        .with_context(|| format!("k6 measured nothing: {}", String::from_utf8_lossy(&output.stderr)))?;
    Ok(serde_json::from_str(&text)?)
}

fn row(page: &mut String, name: &str, found: &Value) -> anyhow::Result<()> {
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    let time = |key: &str| number(&found["duration_ms"][key]);
    Ok(writeln!(
        page,
        "| {name} | {:.0} | {:.3} % | {:.0} | {:.1} | {:.1} | {:.1} | {:.0} | {:.2} | {:.0} MiB |",
        number(&found["requests_per_second"]),
        number(&found["failed_share"]) * 100.0,
        number(&found["dropped"]),
        time("med"),
        time("p(95)"),
        time("p(99)"),
        time("max"),
        number(&found["server_cores"]),
        number(&found["server_memory_mib"]),
    )?)
}
