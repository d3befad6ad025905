//! Running other programs.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

/// The command as one would type it.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// Runs the command with this program's own input and output.
///
/// # Errors
/// When it cannot be started or does not exit with 0.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("starting `{}`", line(command)))?;
    if !status.success() {
        bail!("`{}` failed: {status}", line(command));
    }
    Ok(())
}

/// Runs the command and gives what it wrote to standard output.
///
/// # Errors
/// When it cannot be started or does not exit with 0; then with the last line of its complaint.
pub(crate) fn output(command: &mut Command) -> anyhow::Result<String> {
    let result = command.output().with_context(|| format!("starting `{}`", line(command)))?;
    if !result.status.success() {
        let complaint = String::from_utf8_lossy(&result.stderr);
        let last = complaint.trim_end().lines().next_back().unwrap_or("it said nothing");
        bail!("`{}` failed: {}", line(command), last.trim());
    }
    String::from_utf8(result.stdout).with_context(|| format!("reading what `{}` wrote", line(command)))
}

/// Files of the repository whose names match, tracked or about to be: what git ignores is left out.
///
/// # Errors
/// When git cannot be run.
pub(crate) fn files(pattern: &str) -> anyhow::Result<Vec<PathBuf>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", pattern]);
    let mut files: Vec<PathBuf> =
        output(&mut git)?.split_terminator('\0').map(PathBuf::from).filter(|file| file.is_file()).collect();
    files.sort();
    files.dedup();
    Ok(files)
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from)
}

/// Whether a program of this name is on the PATH.
pub(crate) fn has(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| is_executable(&folder.join(program)))
}

fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}
