//! The image as it will be run: without rights, without a writable root, and by nobody in particular.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;

use super::{docker, inspect};
use crate::serving::{PATIENCE, now};
use crate::shell;

const SAMPLES: &str = "samples";
const VIDEO: &str = "/samples/pets2009-s2l1.mp4";
const RULES: &str = "/samples/pets2009-s2l1.rules.toml";
const TRUTH: &str = "/samples/pets2009-s2l1.truth.json";
/// The one place that can be written to. A new volume there belongs to the image's user.
const DATA: &str = "/var/lib/camtally";
/// Who runs in it.
const USER: &str = "10001:10001";
/// How long it may take to end; orchestrators kill after 30 s.
const END: Duration = Duration::from_secs(10);
/// What an orchestrator takes away, and what it gives: a place for data, and none for anything else.
const CONFINED: [&str; 5] =
    ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--pids-limit=512", "--memory=2g"];

pub(super) fn run(image: &str) -> anyhow::Result<()> {
    ensure!(inspect(image, "{{.Config.User}}")? == USER, "the image does not run as {USER}");
    has_no_shell(image)?;
    counts(image)?;
    serves(image)
}

/// Nothing can be run in it but the program.
fn has_no_shell(image: &str) -> anyhow::Result<()> {
    for program in ["/bin/sh", "/usr/bin/apt-get", "/usr/bin/perl", "/usr/bin/python3"] {
        let mut command = docker();
        command.args(["run", "--rm", "--network", "none", "--entrypoint", program, image, "--version"]);
        let output = command.output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(said.contains("no such file"), "{program} is in the image, or it says: {said}");
    }
    println!("image: no shell and no package manager in it");
    Ok(())
}

/// The sample's counts, without a network.
fn counts(image: &str) -> anyhow::Result<()> {
    let out = Volume::new("counts")?;
    let alone = |words: &[&str]| {
        shell::output(confined(&out)?.args(["--rm", "--network", "none", image]).args(words))
    };
    let begin = now();
    alone(&["count", VIDEO, "--rules", RULES, "--events", "events.jsonl"])?;
    let taken = begin.elapsed();
    let result = alone(&["evaluate", "--truth", TRUTH, "--events", "events.jsonl", "--format", "json"])?;
    let result: Value = serde_json::from_str(&result)?;
    let number = |key: &str| result["overall"][key].as_u64().with_context(|| format!("no `{key}`: {result}"));
    let (right, too_many, missed) = (number("tp")?, number("fp")?, number("fn")?);
    ensure!(
        right > 0 && too_many == 0 && missed == 0,
        "{right} crossings are right, {too_many} too many, {missed} missed: on this model the sample is counted exactly"
    );
    println!("image: {right} of {right} crossings of the sample counted in {:.1} s", taken.as_secs_f64());
    Ok(())
}

/// It serves, says that it is healthy, counts live, and ends when it is told to.
fn serves(image: &str) -> anyhow::Result<()> {
    let data = Volume::new("data")?;
    let mut command = confined(&data)?;
    command.args(["--detach", "--publish", "127.0.0.1::8740", "--health-interval", "1s"]);
    command.args(["--env", "CAMTALLY_SERVER__WITHOUT_SIGN_IN=true", "--env"]);
    command
        .arg(format!("CAMTALLY_CAMERA=[{{name=\"sample\", address=\"loop:{VIDEO}\", rules=\"{RULES}\"}}]"));
    let begin = now();
    let container = Container(shell::output(command.arg(image))?.trim().to_owned());
    container.until("to be healthy", |it| Ok(inspect(&it.0, "{{.State.Health.Status}}")? == "healthy"))?;
    println!("image: healthy after {:.1} s", begin.elapsed().as_secs_f64());

    let status =
        std::fs::read_to_string(format!("/proc/{}/status", inspect(&container.0, "{{.State.Pid}}")?))?;
    for (what, wanted) in [("Uid:", "10001"), ("CapEff:", "0000000000000000"), ("NoNewPrivs:", "1")] {
        let line = status.lines().find(|line| line.starts_with(what)).unwrap_or_default();
        ensure!(line.split_whitespace().nth(1) == Some(wanted), "{what} should be {wanted}: {line}");
    }
    let address =
        inspect(&container.0, "{{(index (index .NetworkSettings.Ports \"8740/tcp\") 0).HostPort}}")?;
    let counts = format!(
        "http://127.0.0.1:{address}/api/v1/events?from=2020-01-01T00:00:00Z&until=2100-01-01T00:00:00Z&limit=1"
    );
    container.until("to count", |_| {
        let events: Value = serde_json::from_str(&ureq::get(&counts).call()?.body_mut().read_to_string()?)?;
        Ok(events["items"].as_array().is_some_and(|items| !items.is_empty()))
    })?;
    println!("image: first live count after {:.1} s", begin.elapsed().as_secs_f64());

    let begin = now();
    let limit = END.as_secs().to_string();
    shell::output(docker().args(["stop", "--time", &limit, &container.0]))?;
    let taken = begin.elapsed();
    let code = inspect(&container.0, "{{.State.ExitCode}}")?;
    ensure!(code == "0" && taken < END, "SIGTERM ended it with {code} after {:.1} s", taken.as_secs_f64());
    println!("image: SIGTERM ended it after {:.1} s", taken.as_secs_f64());
    Ok(())
}

/// A container with no rights, the samples to read, and one volume to write to.
fn confined(volume: &Volume) -> anyhow::Result<Command> {
    let mut command = docker();
    command.arg("run").args(CONFINED).arg("--volume").arg(format!("{}:{DATA}", volume.0));
    command.arg("--volume").arg(format!("{}:/samples:ro", std::path::absolute(SAMPLES)?.display()));
    Ok(command)
}

/// A named volume that goes when it is dropped.
struct Volume(String);

impl Volume {
    fn new(what: &str) -> anyhow::Result<Self> {
        let name = format!("camtally-test-{what}-{}", std::process::id());
        shell::output(docker().args(["volume", "create", &name]))?;
        Ok(Self(name))
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        // A container that could not be removed still holds it; then it stays, and its name says whose it is.
        shell::output(docker().args(["volume", "rm", &self.0])).ok();
    }
}

/// A container that goes when it is dropped.
struct Container(String);

impl Container {
    /// Waits until something holds; with what the container logged when that is in vain.
    fn until(&self, what: &str, holds: impl Fn(&Self) -> anyhow::Result<bool>) -> anyhow::Result<()> {
        let begin = now();
        while !holds(self).unwrap_or(false) {
            if begin.elapsed() > PATIENCE {
                let log = docker().args(["logs", "--tail", "20", &self.0]).output()?;
                let log = String::from_utf8_lossy(&[log.stdout, log.stderr].concat()).into_owned();
                bail!("waited {} s in vain for the container {what}; it says:\n{log}", PATIENCE.as_secs());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        // It may be gone already.
        shell::output(docker().args(["rm", "--force", &self.0])).ok();
    }
}
