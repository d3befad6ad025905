//! Faults and load against the whole program, from outside: is anything that was confirmed lost or doubled?

mod camera;
#[allow(clippy::unwrap_used, dead_code, reason = "shared with the store's tests")]
#[path = "../../store/tests/contract/cluster.rs"]
pub(crate) mod cluster;
mod disk;
mod hostile;
mod kills;
mod ledger;
mod orderly;
mod postgres;
mod timeline;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::bail;
use clap::builder::{PossibleValue, PossibleValuesParser};
use serde_json::json;

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
    Case { name: "disk", about: "the disk fills up, and has room again", run: disk::run },
    Case { name: "orderly", about: "SIGTERM at random moments", run: orderly::run },
    Case { name: "camera", about: "a camera hangs, loses power, freezes", run: camera::run },
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
    let mut page = format!(
        "# Faults\n\n`./dev faults`: the whole program (profile {}) with the sample as cameras, and what the store has \
         afterwards against what the journal's files held. [What survives](../reference/what-survives.md). \
         [Raw numbers](faults.json).\n\n\
         | case | faults | events confirmed | lost | doubled | seen |\n| --- | ---: | ---: | ---: | ---: | --- |\n",
        setting.program.profile
    );
    let (mut raw, mut bad) = (Vec::new(), Vec::new());
    for case in CASES.iter().filter(|case| arguments.case.as_deref().is_none_or(|name| name == case.name)) {
        println!("faults: {}: {}", case.name, case.about);
        let begin = crate::serving::now();
        match (case.run)(&setting) {
            Ok(Outcome::Skipped(reason)) => {
                println!("faults: {}: SKIPPED: {reason}", case.name);
                writeln!(page, "| {} | | | | | SKIPPED: {reason} |", case.about)?;
            }
            Ok(Outcome::Tried(verdict)) => {
                for complaint in verdict.complaints.iter().take(PRINTED) {
                    eprintln!("faults: {}: {complaint}", case.name);
                }
                let Verdict { faults, confirmed, lost, doubled, complaints, notes } = &verdict;
                let seen = match complaints.len() {
                    0 => notes.join("; "),
                    count => format!("**{count} complaints**; {}", notes.join("; ")),
                };
                writeln!(page, "| {} | {faults} | {confirmed} | {lost} | {doubled} | {seen} |", case.about)?;
                raw.push(json!({
                    "case": case.name, "faults": faults, "confirmed": confirmed, "lost": lost, "doubled": doubled,
                    "complaints": complaints, "notes": notes, "seconds": begin.elapsed().as_secs(),
                }));
                if !verdict.is_well() {
                    bad.push(case.name);
                }
            }
            Err(error) => {
                eprintln!("faults: {}: {error:#}", case.name);
                writeln!(page, "| {} | | | | | **failed**: {error} |", case.about)?;
                bad.push(case.name);
            }
        }
    }
    if arguments.short || arguments.case.is_some() {
        println!("\n{page}");
    } else {
        bench::keep("faults", &json!(raw), &page)?;
    }
    if !bad.is_empty() {
        bail!("not well: {}", bad.join(", "));
    }
    Ok(())
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
