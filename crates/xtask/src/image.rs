//! The container image, built with Docker, and tried as it will be run.

mod bases;
mod test;

pub(crate) use bases::debian_of_this_machine;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, ensure};

use crate::{scan, shell};

const DOCKERFILE: &str = "deploy/docker/Dockerfile";
/// Where the Dockerfile takes a package from that was built before.
const PACKAGES: &str = "target/debian";
/// Where the bill of materials is written.
const OUT: &str = "target/image";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Also run it: without rights, counting the sample, healthy, ended by SIGTERM
    #[arg(long)]
    test: bool,
    /// Build on a base from this machine's package sources, where no registry of images can be reached; as root
    #[arg(long)]
    local: bool,
    /// Take this Debian package in place of compiling: what was tested is what is shipped
    #[arg(long, value_name = "FILE")]
    package: Option<PathBuf>,
    /// What the image is called
    #[arg(long, default_value = "camtally:dev")]
    tag: String,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    ensure!(shell::has("docker"), "there is no docker; on Debian, install docker.io, or set DOCKER_HOST");
    build(arguments)?;
    let size = inspect(&arguments.tag, "{{.Size}}")?.parse::<f64>()? / f64::from(1 << 20);
    let materials = scan::bill_of_materials(&arguments.tag, OUT.as_ref())?;
    println!("image: {}, {size:.0} MiB, made of what {} lists", arguments.tag, materials.display());
    if arguments.test { test::run(&arguments.tag) } else { Ok(()) }
}

/// An image of this name, compiled, and tried.
///
/// # Errors
/// When it cannot be built, or does not do what it should.
pub(crate) fn built_and_tried(tag: &str) -> anyhow::Result<()> {
    run(&Arguments { test: true, local: false, package: None, tag: tag.to_owned() })
}

fn build(arguments: &Arguments) -> anyhow::Result<()> {
    let revision = shell::output(Command::new("git").args(["rev-parse", "HEAD"]))?;
    let mut command = docker();
    // Packages are fetched while it is built, by the names that this machine knows.
    command.args(["build", "--network", "host", "--file", DOCKERFILE, "--tag", &arguments.tag]);
    command.args(["--build-arg", concat!("VERSION=", env!("CARGO_PKG_VERSION"))]);
    command.arg("--build-arg").arg(format!("REVISION={}", revision.trim()));
    if let Some(package) = &arguments.package {
        let name = package.file_name().context("the package is no file")?;
        ensure!(
            std::path::absolute(package)? == std::path::absolute(PACKAGES)?.join(name),
            "the package must lie in {PACKAGES}, where the Dockerfile takes it from"
        );
        command.args(["--build-arg", "PACKAGE=given"]);
    }
    if arguments.local {
        let bases = bases::from_this_machine(arguments.package.is_none())?;
        command.args(["--build-arg", &format!("DEBIAN_IMAGE={}", bases.debian)]);
        if let Some(rust) = &bases.rust {
            command.args(["--build-arg", &format!("RUST_IMAGE={rust}")]);
        }
    }
    shell::run(command.arg("."))
}

/// Docker, with the builder that knows several stages and caches.
fn docker() -> Command {
    let mut command = Command::new("docker");
    command.env("DOCKER_BUILDKIT", "1");
    command
}

/// What Docker says of an image or a container.
fn inspect(what: &str, format: &str) -> anyhow::Result<String> {
    let text = shell::output(docker().args(["inspect", "--format", format, what]))?;
    Ok(text.trim().to_owned())
}
