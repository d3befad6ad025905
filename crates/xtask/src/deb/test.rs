//! The package in a fresh Debian: it installs, works, is upgraded, removed and purged.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use tempfile::TempDir;

use crate::program::Program;
use crate::serving::{Process, now};
use crate::shell;

/// How long the server may take to be ready.
const PATIENCE: Duration = Duration::from_secs(60);
const CONFIG: &str = "/etc/camtally/camtally.toml";
/// What packaging itself keeps of packages that came and went.
const OF_PACKAGING: [&str; 6] =
    ["/var/lib/dpkg", "/var/lib/apt", "/var/cache", "/var/log", "/etc/.pwd.lock", "/run/systemd"];
/// What ONNX Runtime leaves behind wherever it runs. As a service the program has a `/tmp` of its own.
const OF_ONNX_RUNTIME: &str = "/tmp/.ses";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How the program is built
    #[arg(long, default_value = "dev")]
    profile: String,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let program = Program::with_profile(&arguments.profile)?;
    let folder = tempfile::tempdir()?;
    let version = env!("CARGO_PKG_VERSION");
    let first = super::build(&program, version, folder.path())?;
    let second = super::build(&program, &format!("{version}+next"), folder.path())?;
    let began = now();
    let debian = Debian::fresh()?;
    println!("deb-test: a fresh Debian {} in {:.0} s", debian.name, began.elapsed().as_secs_f64());

    let began = now();
    debian.install_what_it_needs(&first)?;
    let before = debian.files()?;
    let needed = began.elapsed();
    let began = now();
    debian.install(&first)?;
    println!(
        "deb-test: installed in {:.1} s, after what it needs in {:.1} s",
        began.elapsed().as_secs_f64(),
        needed.as_secs_f64()
    );
    works(&debian, version)?;
    unit(&debian)?;

    // As an operator would: the edit and the data stay.
    let config = debian.path(CONFIG);
    let edited = fs::read_to_string(&config)?.replace("name = \"site\"", "name = \"Museum\"");
    fs::write(&config, &edited)?;
    debian.user(&["camtally", "user", "add", "anna", "--role", "admin", "--config", CONFIG])?;
    let began = now();
    debian.install(&second)?;
    println!("deb-test: upgraded in {:.1} s", began.elapsed().as_secs_f64());
    works(&debian, version)?;
    ensure!(fs::read_to_string(&config)? == edited, "the upgrade has changed the configuration");
    let users = debian.user(&["camtally", "user", "list", "--config", CONFIG])?;
    ensure!(users.contains("anna"), "the upgrade has lost a user: {users}");

    debian.apt(&["remove", "camtally"])?;
    ensure!(!debian.path("/usr/bin/camtally").is_symlink(), "the program is there after removal");
    ensure!(fs::read_to_string(&config)? == edited, "removal has changed the configuration");
    ensure!(debian.path("/var/lib/camtally/camtally.db").exists(), "removal has deleted the data");
    debian.apt(&["purge", "camtally"])?;
    let left: Vec<_> = debian.files()?.difference(&before).cloned().collect();
    ensure!(left.is_empty(), "purging has left {left:?}");
    let status = debian.run(&["dpkg", "--audit"])?;
    ensure!(status.is_empty(), "dpkg complains: {status}");
    println!("deb-test: removed, and purged without a trace");
    Ok(())
}

/// The program as it was installed, as the user that it runs as.
fn works(debian: &Debian, version: &str) -> anyhow::Result<()> {
    let says = debian.run(&["camtally", "--version"])?;
    ensure!(says.trim() == format!("camtally {version}"), "it says {says}");
    let found = debian.user(&["camtally", "doctor", "--config", CONFIG])?;
    ensure!(!found.contains("look ") && !found.contains("WRONG"), "doctor finds:\n{found}");
    let owners = debian.run(&["stat", "--format=%a %U:%G", "/var/lib/camtally", "/etc/camtally", CONFIG])?;
    let wanted = "750 camtally:camtally\n750 root:camtally\n640 root:camtally\n";
    ensure!(owners == wanted, "folders and configuration belong to others:\n{owners}");
    for file in ["share/man/man1/camtally-serve.1.gz", "share/bash-completion/completions/camtally"] {
        ensure!(debian.path("/usr").join(file).exists(), "{file} is missing");
    }
    serves(debian)
}

fn serves(debian: &Debian) -> anyhow::Result<()> {
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let listen = format!("127.0.0.1:{port}");
    let mut command = debian.command(&["camtally", "serve", "--config", CONFIG, "--listen", &listen], true);
    let mut server = Process::start(command.stdout(Stdio::null()).stderr(Stdio::null()))?;
    let end = now() + PATIENCE;
    while ureq::get(format!("http://{listen}/readyz")).call().is_err() {
        ensure!(now() < end, "the installed server is not ready after {} s", PATIENCE.as_secs());
        std::thread::sleep(Duration::from_millis(100));
    }
    server.signal("TERM")?;
    let status = server.0.wait()?;
    ensure!(status.success(), "SIGTERM ended the installed server with {status}");
    Ok(())
}

/// What systemd says of the unit.
fn unit(debian: &Debian) -> anyhow::Result<()> {
    let place = "/usr/lib/systemd/system/camtally.service";
    let complaints = debian.run(&["systemd-analyze", "verify", "--man=no", place])?;
    ensure!(!complaints.contains("camtally.service:"), "systemd complains: {complaints}");
    let score = debian.run(&["systemd-analyze", "security", "--offline=true", "--no-pager", place])?;
    let exposure = score.lines().next_back().unwrap_or_default();
    println!("deb-test: {}", exposure.trim_start_matches(['→', ' ']));
    ensure!(debian.path("/etc/systemd/system/multi-user.target.wants/camtally.service").is_symlink());
    Ok(())
}

/// A system of its own, in a folder that goes when it is dropped.
struct Debian {
    folder: TempDir,
    name: String,
}

impl Debian {
    /// The smallest that has apt, from the package sources of this machine.
    fn fresh() -> anyhow::Result<Self> {
        let release = fs::read_to_string("/etc/os-release")?;
        let name = release.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="));
        let name = name.context("this is no Debian: /etc/os-release names no release")?.to_owned();
        let folder = tempfile::tempdir()?;
        let debian = Self { folder, name };
        let mut make = Command::new("mmdebstrap");
        make.args(["--quiet", "--variant=minbase", "--mode=root", &debian.name]).arg(debian.root());
        make.args(package_sources()?);
        shell::output(&mut make).context("run it as root, with mmdebstrap installed")?;
        Ok(debian)
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    /// Where a path of it lies here.
    fn path(&self, path: &str) -> PathBuf {
        self.root().join(path.trim_start_matches('/'))
    }

    /// A command in it. It has its own processes' view of `/proc`, and nothing else of this machine but the network.
    fn command(&self, words: &[&str], as_user: bool) -> Command {
        let mut command = Command::new("unshare");
        // The program itself gets the signals, not what is around it.
        command.args(["--mount", "sh", "-ec"]);
        command.arg("mount -t proc proc \"$1/proc\"; root=$1; shift; exec chroot \"$@\"");
        command.arg("sh").arg(self.root());
        if as_user {
            command.arg("--userspec=camtally:camtally");
        }
        command.arg(self.root()).args(words);
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("LC_ALL", "C.UTF-8");
        command.env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null());
        command
    }

    fn run(&self, words: &[&str]) -> anyhow::Result<String> {
        said(self.command(words, false), words)
    }

    /// As the user that the package makes.
    fn user(&self, words: &[&str]) -> anyhow::Result<String> {
        said(self.command(words, true), words)
    }

    fn apt(&self, words: &[&str]) -> anyhow::Result<()> {
        let mut all = vec!["apt-get", "-qq", "--yes", "--no-install-recommends"];
        all.extend(words);
        self.run(&all).map(drop)
    }

    fn install(&self, package: &Path) -> anyhow::Result<()> {
        fs::copy(package, self.path("/tmp/camtally.deb"))?;
        self.apt(&["install", "/tmp/camtally.deb"])?;
        Ok(fs::remove_file(self.path("/tmp/camtally.deb"))?)
    }

    /// So that what is there afterwards but for that is the package's own.
    fn install_what_it_needs(&self, package: &Path) -> anyhow::Result<()> {
        self.apt(&["update"])?;
        let depends = shell::output(Command::new("dpkg-deb").arg("--field").arg(package).arg("Depends"))?;
        let first =
            |alternatives: &str| alternatives.split(['|', '(']).next().map(|name| name.trim().to_owned());
        let mut names: Vec<String> = depends.split(',').filter_map(first).collect();
        names.dedup();
        let mut words = vec!["install"];
        words.extend(names.iter().map(String::as_str));
        self.apt(&words)
    }

    /// Every file but those of packaging itself.
    fn files(&self) -> anyhow::Result<BTreeSet<String>> {
        let found = self.run(&["find", "/", "-xdev", "-path", "/proc", "-prune", "-o", "-print"])?;
        let own = |path: &&str| !OF_PACKAGING.iter().any(|kept| path.starts_with(kept));
        // The user stays, and with every change of users their files are written anew.
        let own = |path: &&str| own(path) && *path != OF_ONNX_RUNTIME && !path.ends_with('-');
        Ok(found.lines().filter(own).map(str::to_owned).collect())
    }
}

fn said(mut command: Command, words: &[&str]) -> anyhow::Result<String> {
    let output = command.output().with_context(|| format!("starting {}", words.join(" ")))?;
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    if !output.status.success() {
        bail!("`{}` failed: {}:\n{text}", words.join(" "), output.status);
    }
    Ok(text)
}

/// The files that say where this machine has its packages from.
pub(crate) fn package_sources() -> anyhow::Result<Vec<PathBuf>> {
    let mut files = vec![PathBuf::from("/etc/apt/sources.list")];
    for entry in fs::read_dir("/etc/apt/sources.list.d").into_iter().flatten() {
        files.push(entry?.path());
    }
    files.retain(|file| file.is_file());
    ensure!(!files.is_empty(), "this machine has no package sources");
    Ok(files)
}
