//! Checks what is neither Rust nor Markdown: workflows, YAML, Dockerfiles, shell.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, ensure};

use crate::{protect, shell};

/// A linter, and the files that it reads.
struct Linter {
    program: &'static str,
    words: &'static [&'static str],
    patterns: &'static [&'static str],
}

const LINTERS: [Linter; 5] = [
    Linter { program: "shellcheck", words: &[], patterns: &["dev", ".ci/run", "*.sh"] },
    Linter { program: "yamllint", words: &["--strict"], patterns: &["*.yml", "*.yaml", ".yamllint"] },
    Linter { program: "hadolint", words: &["--no-color"], patterns: &["*Dockerfile", "*.Dockerfile"] },
    Linter { program: "actionlint", words: &["-no-color"], patterns: &[".github/workflows/*.yml"] },
    // Offline: the same file gets the same answer everywhere.
    Linter {
        program: "zizmor",
        words: &["--offline", "--quiet", "--persona=pedantic", "--no-progress"],
        patterns: &[".github/workflows/*.yml"],
    },
];

pub(crate) fn run() -> anyhow::Result<()> {
    let mut seen = Vec::new();
    for linter in &LINTERS {
        let mut files: Vec<PathBuf> = Vec::new();
        for pattern in linter.patterns {
            files.extend(shell::files(pattern)?);
        }
        files.sort();
        files.dedup();
        ensure!(!files.is_empty(), "{} has no file to read", linter.program);
        shell::run(Command::new(linter.program).args(linter.words).args(&files))
            .with_context(|| format!("what {} finds", linter.program))?;
        seen.push(format!("{} {}", linter.program, files.len()));
    }
    protect::agrees_with_workflow()?;
    println!("lint: files by linter: {}, all good", seen.join(", "));
    Ok(())
}
