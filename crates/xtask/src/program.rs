//! The program that is tried or measured.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};

use crate::shell;

/// Names a program that is there already, in place of one that is built.
const GIVEN: &str = "CAMTALLY_BIN";

/// `camtally`, and how it was built.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) path: PathBuf,
    /// The profile, for those who read a figure.
    pub(crate) profile: String,
}

impl Program {
    /// The program that `CAMTALLY_BIN` names, or else built with this profile.
    ///
    /// # Errors
    /// When it is not there, or cannot be built.
    pub(crate) fn with_profile(profile: &str) -> anyhow::Result<Self> {
        if let Some(given) = std::env::var_os(GIVEN) {
            let path = std::path::absolute(given)?;
            ensure!(path.is_file(), "{GIVEN} names {}, which is no file", path.display());
            let profile = profile_of(&path).to_owned();
            return Ok(Self { path, profile });
        }
        shell::run(Command::new("cargo").args([
            "build",
            "--quiet",
            "--package",
            "camtally",
            "--profile",
            profile,
        ]))?;
        let folder = if profile == "dev" { "debug" } else { profile };
        let path = std::path::absolute(shell::target().join(folder).join("camtally"))?;
        Ok(Self { path, profile: profile.to_owned() })
    }

    /// A command of the program. Nothing of its configuration comes from this process' environment.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("CAMTALLY_") {
                command.env_remove(name);
            }
        }
        command
    }

    /// Runs it, and gives what it wrote, whatever its exit code.
    pub(crate) fn says(&self, args: &[&str], config: &Path) -> anyhow::Result<String> {
        let output = self.command().args(args).arg("--config").arg(config).output();
        let output = output.with_context(|| format!("starting {}", self.path.display()))?;
        Ok(String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    }
}

/// Cargo puts what it builds into a folder that is named after the profile.
fn profile_of(path: &Path) -> &str {
    match path.parent().and_then(Path::file_name).and_then(|name| name.to_str()) {
        Some("debug") => "dev",
        Some("release") => "release",
        _ => "unknown",
    }
}
