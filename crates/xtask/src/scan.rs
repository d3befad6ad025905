//! Looks for what nobody should find: secrets in files and in the past, dangerous settings, dangerous code.
//!
//! Each scanner is first shown something that it must find: one that finds nothing is told from one that is broken.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail, ensure};

use crate::{shell, tools};

/// Rules of our own, and beside each what it must find and leave alone.
const RULES: &str = "crates/xtask/semgrep";
/// What git ignores: what was built or installed, and the keys that each machine makes for itself.
const SKIPPED: [&str; 5] = ["target", ".tools", "out", "**/node_modules", "deploy/compose/certificates"];
/// What the container's files and later the clusters' lie in.
const DEPLOYED: &str = "deploy";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Also look up known vulnerabilities of dependencies, and of the image when there is one; needs the internet
    #[arg(long)]
    vulnerabilities: bool,
    /// The image to look at
    #[arg(long, default_value = "camtally:dev")]
    image: String,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    scanners_work()?;
    clean("secrets in the files", trivy(&["fs", "--scanners", "secret"]).arg("."))?;
    past()?;
    clean("settings of the deployment", trivy(&["config", "--skip-check-update"]).arg(DEPLOYED))?;
    code()?;
    if arguments.vulnerabilities {
        vulnerabilities(&arguments.image)?;
    }
    println!("scan: all good");
    Ok(())
}

/// What an image is made of, as CycloneDX, and beside it the crates and packages that the sources name.
///
/// # Errors
/// When the image is not there, or trivy cannot read it.
pub(crate) fn bill_of_materials(image: &str, folder: &Path) -> anyhow::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let archive = tempfile::Builder::new().suffix(".tar").tempfile()?;
    shell::run(Command::new("docker").args(["save", "--output"]).arg(archive.path()).arg(image))?;
    let bill = folder.join("image.cdx.json");
    let mut of_image = trivy(&["image", "--skip-db-update", "--format", "cyclonedx", "--output"]);
    shell::output(of_image.arg(&bill).arg("--input").arg(archive.path()))?;
    let sources = folder.join("sources.cdx.json");
    let mut of_sources = trivy(&["fs", "--skip-db-update", "--format", "cyclonedx", "--output"]);
    shell::output(of_sources.arg(sources).arg("."))?;
    Ok(bill)
}

/// Trivy, which keeps what it fetches under `.tools` and sends nothing anywhere.
fn trivy(words: &[&str]) -> Command {
    let mut command = Command::new("trivy");
    command.args(words).args(["--quiet", "--cache-dir", ".tools/trivy"]);
    for folder in SKIPPED {
        command.args(["--skip-dirs", folder]);
    }
    command
}

/// Runs a scanner that must find nothing.
fn clean(what: &str, command: &mut Command) -> anyhow::Result<()> {
    let output = command.args(["--exit-code", "1"]).output().context("starting trivy")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        bail!("{what}:\n{said}");
    }
    println!("scan: {what}: none found");
    Ok(())
}

/// Shows each scanner something that it must find.
fn scanners_work() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    // In parts, so that this file holds no secret.
    let key = ["AWS_ACCESS_KEY_ID=AKIA", "QYLPMN5HNR4XKTZW\n"].concat();
    fs::write(folder.path().join("planted.env"), key)?;
    fs::write(folder.path().join("Dockerfile"), "FROM debian:bookworm\nRUN sudo ls\n")?;
    for (what, words) in [
        ("secret", ["fs", "--scanners", "secret"].as_slice()),
        ("dangerous setting", ["config", "--skip-check-update"].as_slice()),
    ] {
        let output =
            trivy(words).args(["--exit-code", "1"]).arg(folder.path()).output().context("starting trivy")?;
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        ensure!(output.status.code() == Some(1), "trivy does not find a {what} that was put there: {said}");
    }
    Ok(())
}

/// Secrets in what was ever committed: deleting a file does not take them back.
fn past() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let mut log = Command::new("git");
    log.args(["log", "--all", "--patch", "--no-color", "--no-ext-diff", "--unified=0", "--format=commit %H"]);
    let log = log.output().context("starting git")?;
    ensure!(log.status.success(), "git log failed: {}", String::from_utf8_lossy(&log.stderr));
    let text = String::from_utf8_lossy(&log.stdout);
    let mut commits = 0_usize;
    let mut file = None;
    let mut part = String::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("commit ").filter(|name| is_digest(name)) {
            keep(folder.path(), file.replace(name.to_owned()), &mut part)?;
            commits += 1;
        } else if let Some(added) = line.strip_prefix('+') {
            // Without the sign, as it stood in the file.
            part.push_str(added);
            part.push('\n');
        }
    }
    keep(folder.path(), file, &mut part)?;
    ensure!(commits > 0, "git shows no commit");
    clean(&format!("secrets in {commits} commits"), trivy(&["fs", "--scanners", "secret"]).arg(folder.path()))
}

fn is_digest(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Writes what a commit added into a file of its name.
fn keep(folder: &Path, commit: Option<String>, part: &mut String) -> anyhow::Result<()> {
    if let Some(commit) = commit {
        fs::write(folder.join(commit).with_extension("txt"), &part)?;
    }
    part.clear();
    Ok(())
}

/// Dangerous code, by rules of our own.
fn code() -> anyhow::Result<()> {
    let semgrep = |words: &[&str]| -> anyhow::Result<()> {
        let mut command = tools::python_program("semgrep", "semgrep")?;
        // Nothing is told to anybody.
        command.args(["scan", "--metrics=off", "--disable-version-check", "--quiet"]).args(words);
        shell::run(&mut command)
    };
    semgrep(&["--test", RULES]).context("a rule does not find what it should")?;
    semgrep(&["--error", "--config", RULES, "--exclude", RULES, "."]).context("dangerous code")?;
    println!("scan: rules of our own: none broken");
    Ok(())
}

/// Known vulnerabilities that have been mended upstream: the level at which a change is stopped.
fn vulnerabilities(image: &str) -> anyhow::Result<()> {
    const STOPS: [&str; 4] = ["--scanners", "vuln", "--severity", "HIGH,CRITICAL"];
    clean("known vulnerabilities of dependencies", trivy(&["fs"]).args(STOPS).arg("."))?;
    let there = Command::new("docker").args(["image", "inspect", image]).output();
    if there.is_ok_and(|output| output.status.success()) {
        clean(
            "known vulnerabilities of the image",
            trivy(&["image", "--ignore-unfixed"]).args(STOPS).arg(image),
        )?;
    } else {
        println!("scan: no image {image}, so it was not looked at");
    }
    Ok(())
}
