//! camtally itself, as the stack runs it: its configuration, its processes, its first users, and its first counts.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::services::Servers;
use super::settings::write_private;
use crate::bench::RULES;
use crate::program::Program;
use crate::shell;

/// How long the program may take to be ready.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long the first person in the sample takes to cross a line, and a busy machine to see it.
const FIRST: Duration = Duration::from_secs(180);
/// The users of the demonstration, one with each role.
pub(crate) const USERS: [(&str, &str); 3] =
    [("admin", "admin"), ("olga", "operator:main"), ("victor", "viewer:main")];

pub(super) struct Product<'a> {
    pub(super) servers: &'a Servers<'a>,
    pub(super) program: &'a Program,
}

impl Product<'_> {
    /// Where people reach it.
    fn address(&self) -> String {
        format!("https://localhost:{}", self.servers.settings.port("https"))
    }

    fn config(&self) -> PathBuf {
        self.servers.folder.join("camtally.toml")
    }

    /// Writes its configuration, and starts it; it makes its tables itself.
    pub(super) fn start(&self) -> anyhow::Result<()> {
        let Servers { folder, processes, settings } = self.servers;
        let rules = std::path::absolute(RULES)?;
        write_private(
            &self.config(),
            &format!(
                "data = \"{data}\"\n\n[site]\nname = \"Demonstration\"\ntime_zone = \"Europe/Berlin\"\n\n\
                 [server]\nlisten = \"127.0.0.1:{http}\"\naddress = \"{address}\"\nproxies = [\"127.0.0.1/32\"]\n\n\
                 [store]\nurl = \"postgres://camtally:{password}@127.0.0.1:{postgres}/camtally\"\n\n\
                 [mail]\nhost = \"127.0.0.1\"\nport = {smtp}\nsecurity = \"none\"\nfrom = \"camtally <camtally@localhost>\"\n\n\
                 [[camera]]\nname = \"square\"\naddress = \"rtsp://127.0.0.1:{rtsp}/square\"\nrules = \"{rules}\"\n\
                 pictures = true\n",
                data = folder.join("data").display(),
                http = settings.port("http"),
                address = self.address(),
                password = settings.secret("postgres"),
                postgres = settings.port("postgres"),
                smtp = settings.port("smtp"),
                rtsp = settings.port("rtsp"),
                rules = rules.display(),
            ),
        )?;
        let mut serve = self.program.command();
        processes.start("serve", "TERM", serve.arg("serve").arg("--config").arg(self.config()))?;
        let ready = format!("http://127.0.0.1:{}/readyz", settings.port("http"));
        processes.until("serve", PATIENCE, || Ok(ureq::get(&ready).call().is_ok()))
    }

    /// Waits until something was counted: read from PostgreSQL, and then as a dashboard reads it, over TLS.
    pub(super) fn first_counts(&self) -> anyhow::Result<u64> {
        for (name, role) in USERS {
            // Those who are there since the last time stay.
            self.program.says(&["user", "add", name, "--role", role], &self.config())?;
        }
        self.servers.processes.until("serve", FIRST, || {
            let counted = self.servers.sql("camtally", "SELECT count(*) FROM events")?;
            Ok(counted.trim().parse::<u64>()? > 0)
        })?;
        let token = self.program.says(
            &["token", "create", "--user", "admin", "--name", "up", "--scope", "viewer"],
            &self.config(),
        )?;
        let token = token.split_whitespace().find(|word| word.starts_with("ctly_tok_")).map(str::to_owned);
        let token = token.context("`camtally token create` prints no token")?;
        let always = "from=2020-01-01T00:00:00Z&until=2100-01-01T00:00:00Z&limit=1000";
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--fail", "--max-time", "30", "--config", "-"]);
        curl.arg("--cacert").arg(self.servers.certificates().join("ca.pem"));
        curl.arg(format!("{}/api/v1/events?{always}", self.address()));
        let answer = given(&mut curl, &format!("header = \"authorization: Bearer {token}\"\n"))?;
        let answer: Value = serde_json::from_str(&answer).context("the API gives no JSON")?;
        let count = answer["items"].as_array().context("the API gives no events")?.len();
        ensure!(count > 0, "PostgreSQL has events, and the API has none");
        Ok(count as u64)
    }

    /// Says where it is, and how one gets in.
    pub(super) fn invite(&self) -> anyhow::Result<()> {
        println!(
            "up: {}  (let your browser trust {})",
            self.address(),
            self.servers.certificates().join("ca.pem").display()
        );
        for (name, role) in USERS {
            let said = self.program.says(&["user", "reset-password", name], &self.config())?;
            let link = said.split_whitespace().find(|word| word.starts_with("https://"));
            println!("up: {name} ({role}) chooses a password: {}", link.unwrap_or(said.trim()));
        }
        Ok(())
    }
}

/// Runs a command with this on its standard input: a secret is no argument, which every process could read.
fn given(command: &mut Command, input: &str) -> anyhow::Result<String> {
    let file = tempfile::NamedTempFile::new()?;
    write_private(file.path(), input)?;
    shell::output(command.stdin(std::fs::File::open(file.path())?))
}
