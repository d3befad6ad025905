//! `camtally serve` as a process: configured, started, asked, signalled, and ended whatever happens.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::program::Program;

/// How long anything may take that is waited for; a busy machine is slow.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(20);
/// How often a condition is looked at that is waited for.
const LOOK: Duration = Duration::from_millis(50);

/// A camera of the configuration.
pub(crate) struct Camera {
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) rules: PathBuf,
}

/// Configuration and data of one server, deleted when dropped.
pub(crate) struct Site {
    folder: TempDir,
    data: PathBuf,
    port: u16,
}

impl Site {
    /// A site with these cameras. `settings` is TOML; its data is in a folder of its own unless another is given.
    pub(crate) fn new(cameras: &[Camera], settings: &str, data: Option<&Path>) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("camtally-site").tempdir()?;
        let data = data.map_or_else(|| folder.path().join("data"), Path::to_path_buf);
        let settings = format!("data = \"{}\"\n{settings}\n", data.display());
        // Held for a moment only: the same port serves all lives of a server.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let site = Self { folder, data, port };
        std::fs::write(site.config(), configuration(cameras, settings.clone())?)?;
        // Without cameras there is a site only where it has a name.
        std::fs::write(site.without_cameras(), settings + "[site]\nname = \"faults\"\n")?;
        Ok(site)
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.data.join("journal")
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder.path().join("camtally.toml")
    }

    /// A configuration with the same store and no cameras, for asking while nothing changes.
    pub(crate) fn without_cameras(&self) -> PathBuf {
        self.folder.path().join("no-cameras.toml")
    }

    /// The last lines of what the servers logged.
    pub(crate) fn log(&self) -> String {
        let text = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

fn configuration(cameras: &[Camera], mut text: String) -> anyhow::Result<String> {
    for Camera { name, address, rules } in cameras {
        let rules = std::path::absolute(rules)?;
        writeln!(
            text,
            "[[camera]]\nname = \"{name}\"\naddress = \"{address}\"\nrules = \"{}\"",
            rules.display()
        )?;
    }
    Ok(text)
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) body: String,
}

/// A process that is killed when it goes out of scope.
pub(crate) struct Process(pub(crate) Child);

impl Process {
    pub(crate) fn start(command: &mut Command) -> anyhow::Result<Self> {
        let child = command.spawn().with_context(|| format!("starting {command:?}"))?;
        Ok(Self(child))
    }

    /// Sends a signal, by its name.
    pub(crate) fn signal(&self, name: &str) -> anyhow::Result<()> {
        let status = Command::new("kill").args(["-s", name, &self.0.id().to_string()]).status()?;
        ensure!(status.success(), "signal {name} could not be sent");
        Ok(())
    }

    /// As `kill -9`.
    pub(crate) fn kill(&mut self) -> anyhow::Result<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // SIGKILL ends a stopped process too. It may be gone already.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// A server that runs.
pub(crate) struct Server {
    pub(crate) process: Process,
    port: u16,
    agent: ureq::Agent,
}

impl Server {
    /// Starts it, and does not wait for anything.
    pub(crate) fn spawn(program: &Program, site: &Site) -> anyhow::Result<Self> {
        Self::spawn_with(program, site, &site.config())
    }

    /// The same with another configuration.
    pub(crate) fn spawn_with(program: &Program, site: &Site, config: &Path) -> anyhow::Result<Self> {
        Self::spawn_part(program, "serve", site, config)
    }

    /// `serve`, or another command that serves at least its health.
    pub(crate) fn spawn_part(
        program: &Program,
        part: &str,
        site: &Site,
        config: &Path,
    ) -> anyhow::Result<Self> {
        let log = OpenOptions::new().create(true).append(true).open(site.path().join("log"))?;
        let mut command = program.command();
        command.arg(part).arg("--config").arg(config);
        command.args(["--listen", &format!("127.0.0.1:{}", site.port)]).stdout(Stdio::null()).stderr(log);
        let agent =
            ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(ANSWER)).build();
        Ok(Self { process: Process::start(&mut command)?, port: site.port, agent: agent.into() })
    }

    /// Starts it, and waits until it is ready.
    pub(crate) fn start(program: &Program, site: &Site) -> anyhow::Result<Self> {
        let mut server = Self::spawn(program, site)?;
        server.ready()?;
        Ok(server)
    }

    /// Waits until it is ready.
    pub(crate) fn ready(&mut self) -> anyhow::Result<()> {
        let end = now() + PATIENCE;
        while self.get("/readyz").map(|answer| answer.status).unwrap_or_default() != 200 {
            if let Some(status) = self.process.0.try_wait()? {
                bail!("the server ended: {status}");
            }
            ensure!(now() < end, "the server is not ready after {} s", PATIENCE.as_secs());
            std::thread::sleep(LOOK);
        }
        Ok(())
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn get(&self, path: &str) -> anyhow::Result<Answer> {
        let mut answer = self.agent.get(format!("http://127.0.0.1:{}{path}", self.port)).call()?;
        let content_type = answer.headers().get("content-type").and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().to_owned();
        let body = answer.body_mut().with_config().limit(64 << 20).read_to_string()?;
        Ok(Answer { status: answer.status().as_u16(), content_type, body })
    }

    /// An answer in JSON that must be 200.
    pub(crate) fn json(&self, path: &str) -> anyhow::Result<Value> {
        let answer = self.get(path)?;
        ensure!(answer.status == 200, "{path}: {} {}", answer.status, answer.body);
        serde_json::from_str(&answer.body).with_context(|| format!("{path}: no JSON"))
    }

    /// Sends JSON, which must make something, and gives that.
    pub(crate) fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let request = self.agent.post(format!("http://127.0.0.1:{}{path}", self.port));
        let mut answer = request.content_type("application/json").send(body.to_string())?;
        let text = answer.body_mut().read_to_string()?;
        ensure!(answer.status() == 201, "{path}: {} {text}", answer.status());
        serde_json::from_str(&text).with_context(|| format!("{path}: no JSON"))
    }

    /// The cameras as they are now.
    pub(crate) fn cameras(&self) -> anyhow::Result<Vec<Value>> {
        let mut answer = self.json("/api/v1/cameras")?;
        match answer["cameras"].take() {
            Value::Array(cameras) => Ok(cameras),
            other => bail!("no list of cameras: {other}"),
        }
    }

    /// How many frames each camera has analysed.
    pub(crate) fn frames(&self) -> anyhow::Result<Vec<u64>> {
        Ok(self.cameras()?.iter().map(|camera| camera["frames"].as_u64().unwrap_or(0)).collect())
    }

    /// The values of a metric, one for each set of labels; none while it was not set.
    pub(crate) fn metric(&self, name: &str) -> anyhow::Result<Vec<f64>> {
        let text = self.get("/metrics")?.body;
        let values = text.lines().filter_map(|line| {
            let rest = line.strip_prefix(name)?;
            let value = match rest.strip_prefix('{') {
                Some(labels) => labels.rsplit_once("} ")?.1,
                None => rest.strip_prefix(' ')?,
            };
            value.parse().ok()
        });
        Ok(values.collect())
    }

    /// All items of a list, page by page.
    pub(crate) fn list(&self, what: &str) -> anyhow::Result<Vec<Value>> {
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.json(&format!("/api/v1/{what}?{ALWAYS}&limit=1000{cursor}"))?;
            items.extend(page["items"].as_array().context("no items")?.iter().cloned());
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(items),
            }
        }
    }

    /// Events as they come, from now until the server ends.
    pub(crate) fn listen(&self) -> Receiver<Value> {
        let (sender, receiver) = channel();
        let address = format!("http://127.0.0.1:{}/api/v1/live", self.port);
        std::thread::spawn(move || {
            let Ok(answer) = ureq::get(address).call() else { return };
            let lines = BufReader::new(answer.into_body().into_reader()).lines().map_while(Result::ok);
            for event in lines.filter_map(|line| serde_json::from_str(line.strip_prefix("data: ")?).ok()) {
                if sender.send(event).is_err() {
                    return;
                }
            }
        });
        receiver
    }

    /// Waits until something holds, and says how long it took.
    pub(crate) fn until(
        &self,
        what: &str,
        patience: Duration,
        holds: impl Fn(&Self) -> anyhow::Result<bool>,
    ) -> anyhow::Result<Duration> {
        let begin = now();
        while !holds(self).unwrap_or(false) {
            ensure!(begin.elapsed() < patience, "waited {} s in vain for {what}", patience.as_secs());
            std::thread::sleep(LOOK);
        }
        Ok(begin.elapsed())
    }

    /// Sends SIGTERM and waits for the end.
    pub(crate) fn terminate(mut self) -> anyhow::Result<(ExitStatus, Duration)> {
        let begin = now();
        self.process.signal("TERM")?;
        loop {
            if let Some(status) = self.process.0.try_wait()? {
                return Ok((status, begin.elapsed()));
            }
            ensure!(begin.elapsed() < PATIENCE, "SIGTERM did not end it within {} s", PATIENCE.as_secs());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// A stretch that holds everything, as parameters of a list.
pub(crate) const ALWAYS: &str = "from=2020-01-01T00:00:00Z&until=2100-01-01T00:00:00Z";

#[allow(clippy::disallowed_methods, reason = "a real program is waited for")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
