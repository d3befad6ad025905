//! Every command that the README and the guide show is run, so that none of them is wrong.
//!
//! A shell block says after its fence what is to happen:
//! - `sh test`: run it; it must exit with 0. `sh test exit=2` expects 2.
//! - `sh manual`: not run, since it installs, asks, never ends, or needs what a test does not have.
//!
//! The blocks of one page run in order in one folder: a fresh copy of the repository, with `camtally` on the
//! PATH. So a page may use what an earlier block of it wrote.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use crate::markdown::Block;
use crate::{links, shell};

const SECONDS: &str = "300";

#[derive(Debug, PartialEq, Eq)]
enum Plan {
    /// Run it; it must exit with this code.
    Run(i32),
    Manual,
    NoCommand,
}

pub(crate) fn run() -> anyhow::Result<()> {
    shell::run(Command::new("cargo").args(["build", "--quiet", "--package", "camtally"]))?;
    let binaries = std::path::absolute(shell::target().join("debug"))?;
    let mut pages = vec![PathBuf::from("README.md")];
    pages.extend(shell::files("docs/src/*.md")?);

    let (mut passed, mut failed) = (0, 0);
    for page in pages {
        let blocks = links::read(&page)?.blocks;
        let mut planned = Vec::new();
        for block in &blocks {
            let plan = plan(&block.info).with_context(|| format!("{}:{}", page.display(), block.line))?;
            if let Plan::Run(expected) = plan {
                planned.push((block, expected));
            }
        }
        if planned.is_empty() {
            continue;
        }
        let folder = copy_of_repository()?;
        for (block, expected) in planned {
            match execute(block, expected, folder.path(), &binaries)? {
                None => passed += 1,
                Some(complaint) => {
                    failed += 1;
                    println!("commands: FAILED {}:{}: {complaint}", page.display(), block.line);
                }
            }
        }
    }
    println!("commands: {passed} passed, {failed} failed");
    if failed > 0 {
        bail!("commands that the documentation shows do not work");
    }
    Ok(())
}

/// What a block's fence asks for.
fn plan(info: &str) -> anyhow::Result<Plan> {
    let words: Vec<&str> = info.split_whitespace().collect();
    match words.as_slice() {
        ["sh", "test"] => Ok(Plan::Run(0)),
        ["sh", "test", exit] => {
            let code = exit.strip_prefix("exit=").and_then(|code| code.parse().ok());
            Ok(Plan::Run(code.with_context(|| format!("`{exit}`: write exit=CODE"))?))
        }
        ["sh", "manual"] => Ok(Plan::Manual),
        ["sh" | "bash" | "shell" | "console", ..] => {
            bail!("`{info}`: write `sh test` if a test can run this block, `sh manual` if none can")
        }
        _ => Ok(Plan::NoCommand),
    }
}

/// The repository's files, without what git ignores.
fn copy_of_repository() -> anyhow::Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    for file in shell::files(".")? {
        let copy = folder.path().join(&file);
        fs::create_dir_all(copy.parent().unwrap_or(folder.path()))?;
        fs::copy(&file, &copy).with_context(|| format!("copying {}", file.display()))?;
    }
    Ok(folder)
}

/// Runs a block; says what went wrong, if anything did.
fn execute(block: &Block, expected: i32, folder: &Path, binaries: &Path) -> anyhow::Result<Option<String>> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path =
        std::env::join_paths(std::iter::once(binaries.to_owned()).chain(std::env::split_paths(&path)))?;
    let result = Command::new("timeout")
        .args([SECONDS, "sh", "-euc", &block.text])
        .current_dir(folder)
        .env("PATH", path)
        .stdin(Stdio::null())
        .output()?;
    if result.status.code() == Some(expected) {
        return Ok(None);
    }
    let said = [result.stdout, result.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    Ok(Some(format!(
        "expected exit code {expected}, got {}\n{}\n{}",
        result.status,
        block.text,
        said.trim_end()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_block_says_whether_it_is_run() {
        assert_eq!(plan("sh test").unwrap(), Plan::Run(0));
        assert_eq!(plan("sh test exit=2").unwrap(), Plan::Run(2));
        assert_eq!(plan("sh manual").unwrap(), Plan::Manual);
        assert_eq!(plan("toml").unwrap(), Plan::NoCommand);
        assert!(plan("sh").unwrap_err().to_string().contains("`sh manual`"));
        assert!(plan("sh test exit=two").is_err());
    }

    #[test]
    fn a_block_is_judged_by_its_exit_code() {
        let folder = tempfile::tempdir().unwrap();
        let run = |text: &str, expected| {
            let block = Block { line: 1, info: String::new(), text: text.to_owned() };
            execute(&block, expected, folder.path(), folder.path()).unwrap()
        };
        assert_eq!(run("echo hello > note", 0), None);
        assert_eq!(run("grep -q hello note; exit 2", 2), None);
        let complaint = run("echo oh; false; true", 0).unwrap();
        assert!(complaint.contains("got exit status: 1") && complaint.ends_with("oh"), "{complaint}");
    }
}
