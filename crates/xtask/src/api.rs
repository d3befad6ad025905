//! Everything that the API describes, asked by schemathesis: does it answer as it says?

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;

use crate::shell;

/// A release that was looked at; its dependencies are those that pip finds.
const SCHEMATHESIS: &str = "schemathesis==4.32.0";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many requests are made up for each operation
    #[arg(long, default_value_t = 50)]
    examples: u32,
}

/// Who asks everything: those without a name, where nobody is asked for one, and somebody of each role.
const ASKING: [Option<&str>; 4] = [None, Some("viewer"), Some("operator"), Some("admin")];
/// What never ends is looked at by tests of its own.
const ENDLESS: &str = "/live";
/// What ends the session that asks.
const ENDING: &str = "/auth/logout";

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let program = schemathesis()?;
    shell::run(Command::new("cargo").args([
        "build",
        "--quiet",
        "--package",
        "server",
        "--example",
        "serve",
    ]))?;
    for role in ASKING {
        println!("api-test: {}", role.unwrap_or("without sign-in"));
        let folder = tempfile::tempdir()?;
        let server = Server::start(folder.path(), role)?;
        shell::run(
            asking(&program, &server, arguments)
                .args(["--exclude-path-regex", &format!("{ENDLESS}|{ENDING}")]),
        )?;
        shell::run(asking(&program, &server, arguments).args(["--include-path-regex", ENDING]))?;
    }
    Ok(())
}

/// Schemathesis, as somebody.
fn asking(program: &Path, server: &Server, arguments: &Arguments) -> Command {
    let mut command = Command::new(program);
    command
        .args(["--config-file", "crates/xtask/schemathesis.toml"])
        .arg("run")
        .arg(format!("{}/api/v1/openapi.json", server.address))
        .env("SCHEMATHESIS_HOOKS", "schemathesis_hooks")
        .env("PYTHONPATH", "crates/xtask")
        .args(["--checks", "all", "--phases", "examples,coverage,fuzzing", "--seed", "1"])
        .arg("--max-examples")
        .arg(arguments.examples.to_string())
        .args(["--request-timeout", "30"]);
    // It adds a cookie that is none to the bearer that is sent with every request, and is let in by that. Who is let in is
    // looked at by tests of the server.
    command.args(["--exclude-checks", "ignored_auth"]);
    if let Some(bearer) = &server.bearer {
        command.args(["--header", &format!("Authorization: Bearer {bearer}")]);
    }
    command
}

/// The program, in a Python environment of its own under `.tools`.
fn schemathesis() -> anyhow::Result<PathBuf> {
    let folder = Path::new(".tools/schemathesis");
    let program = folder.join("bin/schemathesis");
    if !program.exists() {
        println!("api-test: installing {SCHEMATHESIS} into {}", folder.display());
        shell::run(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
        let pip = folder.join("bin/pip");
        shell::run(Command::new(pip).args([
            "install",
            "--quiet",
            "--disable-pip-version-check",
            SCHEMATHESIS,
        ]))?;
    }
    Ok(program)
}

/// The example server; ended when it is dropped.
struct Server {
    child: Child,
    address: String,
    /// The session of the one who asks.
    bearer: Option<String>,
}

impl Server {
    fn start(folder: &Path, role: Option<&str>) -> anyhow::Result<Self> {
        let database = format!("sqlite:{}", folder.join("store.db").display());
        let program = shell::target().join("debug/examples/serve");
        let mut child = Command::new(&program)
            .args([&database, "2", "127.0.0.1:0"])
            .args(role.map(|_| "sign-in"))
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("starting {}", program.display()))?;
        let output = child.stdout.take().context("the server's output was not caught")?;
        let mut server = Self { child, address: String::new(), bearer: None };
        let mut lines = BufReader::new(output).lines();
        let mut line =
            || lines.next().context("the server ended at once")?.context("reading what the server says");
        server.address = line()?;
        while let Some(role) = role.filter(|_| server.bearer.is_none()) {
            let said = line()?;
            server.bearer = said.strip_prefix(role).map(|bearer| bearer.trim().to_owned());
        }
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It fails when it has ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
