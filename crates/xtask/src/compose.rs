//! The development stack in containers.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, ensure};

use crate::serving::now;
use crate::stack::{USERS, secret, write_private};
use crate::{certificates, image, shell};

const FILE: &str = "deploy/compose/dev.yml";
const ENVIRONMENT: &str = "deploy/compose/.env";
const STAND_INS: &str = "deploy/compose/stand-ins/Dockerfile";
/// What the stand-in of the objects is made of.
const MOTO: &str = "target/stand-ins";
const EXAMPLE: &str = "deploy/compose/.env.example";
const CERTIFICATES: &str = "deploy/compose/certificates";
/// How long the stack may take, images that are there already.
const PATIENCE: Duration = Duration::from_secs(600);

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Stand-ins from Debian's packages in place of images, where no registry of images can be reached; as root
    #[arg(long)]
    local: bool,
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Make .env, with new passwords, unless it is there
    Env,
    /// Say whether the file holds together
    Check,
    /// Start everything, and say where it is
    Up,
    /// End everything
    Down {
        /// Also delete what it has kept
        #[arg(long)]
        delete: bool,
    },
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    match arguments.what {
        What::Env => environment(),
        What::Check => {
            environment()?;
            shell::output(compose()?.args(["config", "--quiet"]))?;
            println!("compose: {FILE} holds together");
            Ok(())
        }
        What::Up => up(arguments.local),
        What::Down { delete } => {
            let mut down = compose()?;
            down.args(["down", "--timeout", "30"]);
            if delete {
                down.arg("--volumes");
            }
            shell::run(&mut down)
        }
    }
}

/// `docker compose`, or `docker-compose` where that is all there is.
fn compose() -> anyhow::Result<Command> {
    let second = Command::new("docker").args(["compose", "version"]).output();
    let mut command = if second.is_ok_and(|output| output.status.success()) {
        let mut command = Command::new("docker");
        command.arg("compose");
        command
    } else {
        ensure!(shell::has("docker-compose"), "there is no Compose; on Debian, install docker-compose");
        Command::new("docker-compose")
    };
    command.args(["--file", FILE, "--env-file", ENVIRONMENT, "--project-name", "camtally"]);
    command.env("DOCKER_BUILDKIT", "1").env("COMPOSE_DOCKER_CLI_BUILD", "1");
    Ok(command)
}

/// Fills in what the example leaves empty.
fn environment() -> anyhow::Result<()> {
    if Path::new(ENVIRONMENT).exists() {
        println!("compose: {ENVIRONMENT} is there");
        return Ok(());
    }
    let example = fs::read_to_string(EXAMPLE).with_context(|| format!("reading {EXAMPLE}"))?;
    let mut text = String::new();
    for line in example.lines() {
        text.push_str(line);
        if line.ends_with("PASSWORD=") {
            text.push_str(&secret()?);
        }
        writeln!(text)?;
    }
    write_private(ENVIRONMENT.as_ref(), &text)?;
    println!("compose: {ENVIRONMENT} made, with new passwords");
    Ok(())
}

fn up(local: bool) -> anyhow::Result<()> {
    environment()?;
    certificates::make(CERTIFICATES.as_ref(), &[])?;
    let begin = now();
    let mut start = compose()?;
    if local {
        start.envs(stand_ins()?);
        println!("compose: the stand-ins are built after {:.1} s", begin.elapsed().as_secs_f64());
    }
    shell::run(start.args(["up", "--detach", "--build"]))?;
    // Compose 1 does not wait by itself.
    let address = format!("https://localhost:{}", port("HTTPS_PORT")?);
    let ready = format!("{address}/readyz");
    while !answers(&ready)? {
        ensure!(
            begin.elapsed() < PATIENCE,
            "{ready} is not ready after {} s; look at `docker ps`",
            PATIENCE.as_secs()
        );
        std::thread::sleep(Duration::from_millis(500));
    }
    println!("compose: ready after {:.1} s", begin.elapsed().as_secs_f64());
    for (name, role) in USERS {
        // Those who are there since the last time stay.
        inside(&["user", "add", name, "--role", role]).ok();
    }
    while count()? == 0 {
        ensure!(begin.elapsed() < PATIENCE, "nothing is counted after {} s", PATIENCE.as_secs());
        std::thread::sleep(Duration::from_millis(500));
    }
    println!("compose: the first counts are in PostgreSQL after {:.1} s", begin.elapsed().as_secs_f64());
    println!("compose: {address}  (let your browser trust {CERTIFICATES}/ca.pem)");
    println!("compose: mail at http://localhost:{}", port("MAIL_PORT")?);
    for (name, role) in USERS {
        let said = inside(&["user", "reset-password", name])?;
        let link = said.split_whitespace().find(|word| word.starts_with("https://"));
        println!("compose: {name} ({role}) chooses a password: {}", link.unwrap_or(said.trim()));
    }
    Ok(())
}

/// Whether this address answers 200, by a certificate of ours.
fn answers(address: &str) -> anyhow::Result<bool> {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--fail", "--output", "-", "--max-time", "5", "--cacert"]);
    curl.arg(Path::new(CERTIFICATES).join("ca.pem")).arg(address);
    Ok(curl.output().context("starting curl")?.status.success())
}

/// A command of the program, in its container.
fn inside(words: &[&str]) -> anyhow::Result<String> {
    let mut exec = compose()?;
    exec.args(["exec", "-T", "camtally", "camtally"]).args(words);
    shell::output(exec.args(["--config", "/etc/camtally/camtally.toml"]))
}

/// How many events PostgreSQL has.
fn count() -> anyhow::Result<u64> {
    let mut exec = compose()?;
    exec.args([
        "exec",
        "-T",
        "postgres",
        "psql",
        "--username=camtally",
        "--dbname=camtally",
        "--tuples-only",
    ]);
    let said = shell::output(exec.args(["--no-align", "--command", "SELECT count(*) FROM events"]))?;
    said.trim().parse().with_context(|| format!("PostgreSQL says {said}"))
}

/// A port of .env.
fn port(name: &str) -> anyhow::Result<u16> {
    let text = fs::read_to_string(ENVIRONMENT).with_context(|| format!("reading {ENVIRONMENT}"))?;
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    value.and_then(|value| value.trim().parse().ok()).with_context(|| format!("{ENVIRONMENT} has no {name}"))
}

/// Builds the stand-ins, and says which variables name them.
fn stand_ins() -> anyhow::Result<Vec<(String, String)>> {
    let base = image::debian_of_this_machine()?;
    fetch_moto()?;
    let mut variables = vec![("DEBIAN_IMAGE".to_owned(), base.clone())];
    for service in ["postgres", "redis", "rabbitmq", "objects", "mail", "proxy"] {
        let name = format!("camtally-stand-in:{service}");
        let mut build = Command::new("docker");
        build.args([
            "build",
            "--quiet",
            "--network",
            "host",
            "--file",
            STAND_INS,
            "--target",
            service,
            "--tag",
            &name,
        ]);
        build.arg("--build-arg").arg(format!("DEBIAN_IMAGE={base}")).arg(".");
        shell::output(build.env("DOCKER_BUILDKIT", "1"))?;
        variables.push((format!("{}_IMAGE", service.to_uppercase()), name));
    }
    Ok(variables)
}

/// An S3 in Python, for the stand-in: Debian has none.
fn fetch_moto() -> anyhow::Result<()> {
    if Path::new(MOTO).exists() {
        return Ok(());
    }
    let mut pip = Command::new("/usr/bin/python3");
    pip.args([
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--only-binary=:all:",
        "--dest",
        MOTO,
    ]);
    shell::output(pip.arg("moto[server]==5.1.22")).map(drop)
}
