//! Faults and load against the whole program, from outside: is anything that was confirmed lost or doubled?

mod alerts;
mod camera;
#[allow(clippy::unwrap_used, dead_code, reason = "shared with the store's tests")]
#[path = "../../store/tests/contract/cluster.rs"]
pub(crate) mod cluster;
mod crowd;
mod disk;
mod flapping;
mod fleet;
mod hostile;
mod kills;
mod ledger;
mod orderly;
mod postgres;
mod processes;
#[allow(clippy::unwrap_used, dead_code, reason = "shared with the tests of the crate `transport`")]
#[path = "../../transport/tests/queue/rabbitmq.rs"]
pub(crate) mod rabbitmq;
mod timeline;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use clap::builder::{PossibleValue, PossibleValuesParser};
use serde_json::{Value, json};

use crate::bench::{RULES, VIDEO};
use crate::program::Program;
use crate::serving::{Camera, Site};
use crate::{bench, shell};

/// The least that can be inferred: it is not accuracy that is tried here.
const SETTINGS: &str = "[detection]\ninput = 256\n";
/// Kills of the full run, and of the short one.
const KILLS: (u32, u32) = (200, 5);
/// Complaints of one case that are printed.
const PRINTED: usize = 20;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A quick run of every case
    #[arg(long)]
    short: bool,
    /// Only this case
    #[arg(long, value_parser = names())]
    case: Option<String>,
    /// Chooses the random moments
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many kills, in place of the usual number
    #[arg(long)]
    kills: Option<u32>,
}

fn names() -> PossibleValuesParser {
    CASES.iter().map(|case| PossibleValue::new(case.name).help(case.about)).collect::<Vec<_>>().into()
}

/// What the cases are run with.
struct Setting {
    program: Program,
    /// The example `journal_dump`.
    dump: PathBuf,
    short: bool,
    seed: u64,
    kills: u32,
}

enum Outcome {
    Tried(Verdict),
    /// This machine does not allow it, for this reason.
    Skipped(String),
}

/// What came out of a case.
#[derive(Default)]
struct Verdict {
    faults: u32,
    confirmed: usize,
    lost: usize,
    doubled: usize,
    complaints: Vec<String>,
    notes: Vec<String>,
}

impl Verdict {
    fn complain(&mut self, what: String) {
        self.complaints.push(what);
    }

    fn note(&mut self, what: String) {
        self.notes.push(what);
    }

    fn is_well(&self) -> bool {
        self.lost == 0 && self.doubled == 0 && self.complaints.is_empty() && self.confirmed > 0
    }
}

struct Case {
    name: &'static str,
    about: &'static str,
    run: fn(&Setting) -> anyhow::Result<Outcome>,
}

const CASES: &[Case] = &[
    Case { name: "kills", about: "`kill -9` at random moments", run: kills::run },
    Case { name: "postgres", about: "PostgreSQL is killed and started again", run: postgres::run },
    Case {
        name: "fleet",
        about: "workers, those who take in, and RabbitMQ are killed while events flow",
        run: fleet::run,
    },
    Case { name: "crowd", about: "a third of many workers is killed at once", run: crowd::run },
    Case { name: "disk", about: "the disk fills up, and has room again", run: disk::run },
    Case { name: "orderly", about: "SIGTERM at random moments", run: orderly::run },
    Case { name: "camera", about: "a camera hangs, loses power, freezes", run: camera::run },
    Case {
        name: "flapping",
        about: "cameras that go away and come back, a day's outages in an hour",
        run: flapping::run,
    },
    Case {
        name: "alerts",
        about: "the receiver of web hooks is away, and camtally is killed",
        run: alerts::run,
    },
    Case { name: "hostile", about: "clients that are slow, never read, ask nonsense", run: hostile::run },
];

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let program = Program::with_profile("dev")?;
    shell::run(Command::new("cargo").args([
        "build",
        "--quiet",
        "--package",
        "journal",
        "--example",
        "journal_dump",
    ]))?;
    let setting = Setting {
        program,
        dump: std::path::absolute(shell::target().join("debug/examples/journal_dump"))?,
        short: arguments.short,
        seed: arguments.seed,
        kills: arguments.kills.unwrap_or(if arguments.short { KILLS.1 } else { KILLS.0 }),
    };
    let (mut results, mut bad) = (Vec::new(), Vec::new());
    for case in CASES.iter().filter(|case| arguments.case.as_deref().is_none_or(|name| name == case.name)) {
        println!("faults: {}: {}", case.name, case.about);
        let begin = crate::serving::now();
        let outcome = (case.run)(&setting);
        if !told(case, &outcome) {
            bad.push(case.name);
        }
        let mut result = result(case, outcome);
        result["seconds"] = json!(begin.elapsed().as_secs());
        result["profile"] = json!(setting.program.profile);
        results.push(result);
    }
    if arguments.short {
        println!("\n{}", page(&results)?);
    } else {
        keep(results)?;
    }
    if !bad.is_empty() {
        bail!("not well: {}", bad.join(", "));
    }
    Ok(())
}

/// Says at once what came out of a case; true if it is as it should be, or could not be tried here.
fn told(case: &Case, outcome: &anyhow::Result<Outcome>) -> bool {
    match outcome {
        Ok(Outcome::Skipped(reason)) => println!("faults: {}: SKIPPED: {reason}", case.name),
        Ok(Outcome::Tried(verdict)) => {
            for complaint in verdict.complaints.iter().take(PRINTED) {
                eprintln!("faults: {}: {complaint}", case.name);
            }
            return verdict.is_well();
        }
        Err(error) => {
            eprintln!("faults: {}: {error:#}", case.name);
            return false;
        }
    }
    true
}

/// The raw numbers of a case.
fn result(case: &Case, outcome: anyhow::Result<Outcome>) -> Value {
    match outcome {
        Ok(Outcome::Skipped(reason)) => json!({"case": case.name, "skipped": reason}),
        Ok(Outcome::Tried(verdict)) => {
            let Verdict { faults, confirmed, lost, doubled, complaints, notes } = verdict;
            json!({
                "case": case.name, "faults": faults, "confirmed": confirmed, "lost": lost, "doubled": doubled,
                "complaints": complaints, "notes": notes,
            })
        }
        Err(error) => json!({"case": case.name, "failed": error.to_string()}),
    }
}

/// Keeps the results, each in place of the earlier one of its case.
fn keep(results: Vec<Value>) -> anyhow::Result<()> {
    let kept = std::fs::read_to_string("docs/src/measured/faults.json").unwrap_or_else(|_| "[]".to_owned());
    let kept: Vec<Value> = serde_json::from_str(&kept).context("docs/src/measured/faults.json")?;
    let newest = |case: &Case| {
        let of_case = |result: &&Value| result["case"] == case.name;
        results.iter().find(of_case).or_else(|| kept.iter().find(of_case)).cloned()
    };
    let all: Vec<Value> = CASES.iter().filter_map(newest).collect();
    bench::keep("faults", &json!(all), &page(&all)?)
}

fn page(results: &[Value]) -> anyhow::Result<String> {
    let mut page = "# Faults\n\n`./dev faults`: the whole program with the sample or an RTSP server as cameras, and what the \
         store has afterwards against what the journal's files held. [What survives](../reference/what-survives.md). \
         [Raw numbers](faults.json).\n\n\
         | case | faults | events confirmed | lost | doubled | seen |\n| --- | ---: | ---: | ---: | ---: | --- |\n"
        .to_owned();
    for case in CASES {
        let Some(result) = results.iter().find(|result| result["case"] == case.name) else { continue };
        write!(page, "| {} |", case.about)?;
        for number in ["faults", "confirmed", "lost", "doubled"] {
            write!(
                page,
                " {} |",
                result[number].as_u64().map(|number| number.to_string()).unwrap_or_default()
            )?;
        }
        let texts = |name: &str| -> Vec<&str> {
            result[name].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
        };
        let mut seen = texts("notes").join("; ");
        if let Some(reason) = result["skipped"].as_str() {
            seen = format!("not tried: {reason}");
        } else if let Some(error) = result["failed"].as_str() {
            seen = format!("**failed**: {error}");
        } else if !texts("complaints").is_empty() {
            seen = format!("**{} complaints**; {seen}", texts("complaints").len());
        }
        writeln!(page, " {seen} |")?;
    }
    Ok(page)
}

/// Cameras that show the sample in a loop, each from another moment on.
pub(crate) fn sample_cameras(folder: &Path, count: usize) -> anyhow::Result<Vec<Camera>> {
    (0..count)
        .map(|number| {
            let video = folder.join(format!("{number}.mp4"));
            let mut cut = Command::new("ffmpeg");
            cut.args([
                "-nostdin",
                "-v",
                "error",
                "-ss",
                &(number * 6).to_string(),
                "-i",
                VIDEO,
                "-c",
                "copy",
            ]);
            shell::run(cut.arg(&video))?;
            let address = format!("loop:{}", video.display());
            Ok(Camera { name: format!("camera {number}"), address, rules: RULES.into() })
        })
        .collect()
}

/// Shows what the servers logged when a case fails.
fn with_log(site: &Site, case: impl FnOnce() -> anyhow::Result<Outcome>) -> anyhow::Result<Outcome> {
    case().inspect_err(|_| eprintln!("{}", site.log()))
}
