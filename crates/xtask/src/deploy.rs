//! Brings an image to an environment: built, tried, pushed, and then named for the environment, which follows the name.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};

use crate::serving::now;
use crate::{image, shell};

/// How long the environment may take: the service level of a deployment.
const PATIENCE: Duration = Duration::from_secs(600);

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The environment, such as `staging`; STAGING_URL says where it is reached
    environment: String,
    /// The repository of images, such as ghcr.io/OWNER/camtally
    #[arg(long, env = "REGISTRY")]
    registry: String,
    /// An image that was built and tried before, in place of building one
    #[arg(long, value_name = "IMAGE")]
    image: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let Arguments { environment, registry, .. } = arguments;
    ensure!(
        !environment.is_empty() && environment.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'),
        "an environment's name is of small letters and `-`"
    );
    let begin = now();
    let revision = shell::output(Command::new("git").args(["rev-parse", "--short=12", "HEAD"]))?;
    let name = format!("{registry}:{}", revision.trim());
    match &arguments.image {
        Some(image) => shell::run(docker().args(["tag", image, &name]))?,
        None => image::built_and_tried(&name)?,
    }
    sign_in(registry)?;
    shell::run(docker().args(["push", "--quiet", &name]))?;
    let digest = shell::output(docker().args(["inspect", "--format", "{{index .RepoDigests 0}}", &name]))?;
    println!("deploy: {name} is {}", digest.trim());
    let promoted = format!("{registry}:{environment}");
    shell::run(docker().args(["tag", &name, &promoted]))?;
    shell::run(docker().args(["push", "--quiet", &promoted]))?;
    println!("deploy: {promoted} is {name}");
    let variable = format!("{}_URL", environment.to_uppercase().replace('-', "_"));
    match std::env::var(&variable) {
        Ok(address) if !address.is_empty() => ready(&address)?,
        _ => println!("deploy: {variable} is not set, so nobody looked whether {environment} is ready"),
    }
    println!("deploy: done after {:.0} s", begin.elapsed().as_secs_f64());
    Ok(())
}

fn docker() -> Command {
    Command::new("docker")
}

/// Signs in where images are kept, when there is a password.
fn sign_in(registry: &str) -> anyhow::Result<()> {
    let Ok(password) = std::env::var("REGISTRY_PASSWORD") else { return Ok(()) };
    let user =
        std::env::var("REGISTRY_USER").context("REGISTRY_PASSWORD is set, and REGISTRY_USER is not")?;
    let host = registry.split('/').next().unwrap_or(registry);
    let mut login = docker();
    login.args(["login", "--username", &user, "--password-stdin", host]).stdin(Stdio::piped());
    let mut login = login.stdout(Stdio::null()).spawn().context("starting docker")?;
    // Not as an argument: every process of the machine could read that.
    login.stdin.take().context("docker's input")?.write_all(password.as_bytes())?;
    let status = login.wait()?;
    ensure!(status.success(), "{host} does not let {user} in");
    Ok(())
}

/// Waits until the environment says that it is ready.
fn ready(address: &str) -> anyhow::Result<()> {
    let address = format!("{}/readyz", address.trim_end_matches('/'));
    let begin = now();
    loop {
        match ureq::get(&address).call() {
            Ok(_) => break,
            Err(error) if begin.elapsed() > PATIENCE => {
                bail!("{address} is not ready after {} s: {error}", PATIENCE.as_secs())
            }
            Err(_) => std::thread::sleep(Duration::from_secs(2)),
        }
    }
    println!("deploy: {address} answers 200 after {:.0} s", begin.elapsed().as_secs_f64());
    Ok(())
}
