//! A PostgreSQL server of our own: in a temporary folder, on a socket, and ended with whoever started it.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

/// A running server. Dropping it ends it and deletes its data.
pub(crate) struct Cluster {
    server: Child,
    options: Vec<String>,
    folder: TempDir,
    binaries: PathBuf,
    user: Option<User>,
}

/// Who runs the server when root must not.
#[derive(Clone, Copy)]
pub(crate) struct User {
    pub(crate) id: u32,
    pub(crate) group: u32,
}

impl Cluster {
    /// Makes and starts a server with these `-c` options. Its thread must outlive it: the server ends with the
    /// thread that started it, so that none is left behind when a test is killed.
    pub(crate) fn start(options: &[&str]) -> Self {
        let binaries = binaries();
        let folder = tempfile::Builder::new().prefix("camtally-pg").tempdir().unwrap();
        let user = (fs::metadata(folder.path()).unwrap().uid() == 0).then(unprivileged);
        if let Some(user) = user {
            chown(folder.path(), Some(user.id), Some(user.group)).unwrap();
        }
        let made = command(user, &binaries.join("initdb"))
            .arg("--pgdata")
            .arg(folder.path().join("data"))
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(made.status.success(), "initdb failed: {}", String::from_utf8_lossy(&made.stderr));
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        let server = serve(folder.path(), &binaries, user, &options);
        Self { server, options, folder, binaries, user }
    }

    /// The address of a database of this server.
    pub(crate) fn address(&self, database: &str) -> String {
        format!("postgres://postgres@localhost/{database}?host={}", self.folder.path().display())
    }

    /// Makes an empty database.
    pub(crate) fn create(&self, database: &str) {
        self.sql("postgres", &format!("CREATE DATABASE {database}"));
    }

    /// Runs statements.
    pub(crate) fn sql(&self, database: &str, statements: &str) {
        let done = Command::new(self.binaries.join("psql"))
            .args([
                "--quiet",
                "--no-psqlrc",
                "--set=ON_ERROR_STOP=1",
                "--username=postgres",
                "--dbname",
                database,
            ])
            .arg("--host")
            .arg(self.folder.path())
            .args(["--command", statements])
            .output()
            .unwrap();
        assert!(done.status.success(), "{statements}: {}", String::from_utf8_lossy(&done.stderr));
    }

    /// As a power cut would: ends the server at once, and starts it again.
    pub(crate) fn crash(&mut self) {
        self.end();
        self.start_again();
    }

    /// Starts it after it has ended.
    pub(crate) fn start_again(&mut self) {
        self.server = serve(self.folder.path(), &self.binaries, self.user, &self.options);
    }

    /// SIGQUIT, PostgreSQL's immediate shutdown: nothing is written any more.
    pub(crate) fn end(&mut self) {
        let quit = Command::new("kill").arg("-QUIT").arg(self.server.id().to_string()).status();
        if !quit.is_ok_and(|status| status.success()) {
            self.server.kill().ok();
        }
        self.server.wait().ok();
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.end();
    }
}

fn serve(folder: &Path, binaries: &Path, user: Option<User>, options: &Vec<String>) -> Child {
    let log = fs::File::create(folder.join("log")).unwrap();
    let mut server = command(user, &binaries.join("postgres"));
    server.arg("-D").arg(folder.join("data")).arg("-k").arg(folder).args(["-c", "listen_addresses="]);
    for option in options {
        server.args(["-c", option]);
    }
    let mut server = server.current_dir(folder).stdout(Stdio::null()).stderr(log).spawn().unwrap();
    for _ in 0..600 {
        let ready =
            Command::new(binaries.join("pg_isready")).arg("-q").arg("-h").arg(folder).status().unwrap();
        if ready.success() {
            return server;
        }
        if server.try_wait().unwrap().is_some() {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    server.kill().ok();
    server.wait().ok();
    panic!("PostgreSQL did not start: {}", fs::read_to_string(folder.join("log")).unwrap_or_default());
}

/// Runs a program as that user, and ends it when the calling thread ends.
fn command(user: Option<User>, program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    if let Some(user) = user {
        command
            .arg(format!("--reuid={}", user.id))
            .arg(format!("--regid={}", user.group))
            .arg("--clear-groups");
    }
    command.arg("--pdeathsig=QUIT").arg(program);
    command
}

/// The newest PostgreSQL that Debian's packages installed, or the one that is named.
pub(crate) fn binaries() -> PathBuf {
    if let Some(named) = std::env::var_os("CAMTALLY_POSTGRES_BIN") {
        return named.into();
    }
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let folders =
        versions.map(|version| version.path().join("bin")).filter(|bin| bin.join("initdb").exists());
    folders.max().expect(
        "PostgreSQL is not installed: run `apt-get install postgresql`, or set CAMTALLY_POSTGRES_BIN to the folder \
         with `initdb` and `postgres`",
    )
}

/// The user that Debian's package made, else nobody.
pub(crate) fn unprivileged() -> User {
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let find = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let fields: Vec<_> = line.split(':').collect();
        Some(User { id: fields.get(2)?.parse().ok()?, group: fields.get(3)?.parse().ok()? })
    };
    find("postgres").or_else(|| find("nobody")).expect("a user `postgres` or `nobody` to run the server")
}
