//! Bases of the image from this machine's package sources, where no registry of images can be reached.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};

use super::{docker, inspect};
use crate::deb::package_sources;
use crate::serving::Process;
use crate::shell;

const DEBIAN: &str = "camtally-base:bookworm";
const RUST: &str = "camtally-base:rust";
/// Certificates that this machine trusts beside the usual ones.
const TRUSTED: &str = "/usr/local/share/ca-certificates";

/// What the stages are built on.
pub(super) struct Bases {
    pub(super) debian: String,
    /// With this machine's Rust, if something is compiled.
    pub(super) rust: Option<String>,
}

/// Makes those that are not there yet.
pub(super) fn from_this_machine(compiles: bool) -> anyhow::Result<Bases> {
    let debian = debian_of_this_machine()?;
    if compiles && inspect(RUST, "{{.Id}}").is_err() {
        println!("image: making {RUST} with this machine's Rust");
        rust()?;
    }
    Ok(Bases { debian, rust: compiles.then(|| RUST.to_owned()) })
}

/// The name of a Debian from this machine's package sources, made if it is not there yet.
///
/// # Errors
/// When it cannot be made.
pub(crate) fn debian_of_this_machine() -> anyhow::Result<String> {
    if inspect(DEBIAN, "{{.Id}}").is_err() {
        println!("image: making {DEBIAN} from this machine's package sources, about a minute");
        debian()?;
    }
    Ok(DEBIAN.to_owned())
}

/// The smallest Debian that has apt.
fn debian() -> anyhow::Result<()> {
    let mut make = Command::new("mmdebstrap");
    make.args(["--quiet", "--variant=minbase", "--mode=root", "bookworm", "-"]).args(package_sources()?);
    let mut make = Process::start(make.stdout(Stdio::piped())).context("is mmdebstrap installed?")?;
    let archive = make.0.stdout.take().context("mmdebstrap's output")?;
    shell::output(docker().args(["import", "-", DEBIAN]).stdin(archive))?;
    let status = make.0.wait()?;
    ensure!(status.success(), "mmdebstrap failed: {status}; run it as root");
    Ok(())
}

/// The same with the compiler that is used here.
fn rust() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let sysroot = shell::output(Command::new("rustc").args(["--print", "sysroot"]))?;
    for part in ["bin", "lib"] {
        let from = Path::new(sysroot.trim()).join(part);
        shell::run(Command::new("cp").arg("--archive").arg(from).arg(folder.path()))?;
    }
    let trusted = folder.path().join("trusted");
    std::fs::create_dir(&trusted)?;
    if Path::new(TRUSTED).is_dir() {
        shell::run(Command::new("cp").arg("--recursive").arg(format!("{TRUSTED}/.")).arg(&trusted))?;
    }
    let dockerfile = format!(
        "FROM {DEBIAN}\nCOPY trusted {TRUSTED}\nCOPY bin /usr/local/bin\nCOPY lib /usr/local/lib\n\
         ENV CARGO_HOME=/usr/local/cargo SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
         PIP_CERT=/etc/ssl/certs/ca-certificates.crt NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt\n"
    );
    std::fs::write(folder.path().join("Dockerfile"), dockerfile)?;
    shell::run(docker().args(["build", "--quiet", "--tag", RUST]).arg(folder.path()))
}
