//! Fuzzing on the stable toolchain.
//!
//! `cargo fuzz` asks for a nightly compiler only because it passes `-Z` options for the address sanitizer. The
//! targets here are parsers in safe Rust, where coverage is all that is needed, and the passes that libFuzzer
//! reads coverage from are in the stable compiler.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use anyhow::{Context as _, bail};

use crate::shell;

/// What `cargo fuzz` passes, but for the sanitizer; and one code generation unit, so that no function is
/// left without counters.
const RUSTFLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
     -Cllvm-args=-sanitizer-coverage-trace-compares -Clink-dead-code -Ccodegen-units=1 -Clink-arg=-fuse-ld=mold";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Which targets (files of fuzz/fuzz_targets); all of them unless named
    targets: Vec<String>,
    /// How long each target runs
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
    /// How many run at a time
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    jobs: u32,
    /// Run one target once on this file, to reproduce a failure
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    // Before the programs change it.
    let input = arguments.input.as_deref().map(std::path::absolute).transpose()?;
    let targets = chosen(&arguments.targets)?;
    let binaries = build(&targets)?;
    if let Some(input) = input {
        let [target] = targets.as_slice() else {
            bail!("--input needs exactly one target, for example: cargo xtask fuzz rules --input FILE");
        };
        return shell::run(Command::new(binaries.join(target)).arg(input));
    }

    println!("fuzz: {} for {} s each", targets.join(", "), arguments.seconds);
    let queue = Mutex::new(targets.iter());
    let next = || queue.lock().expect("no thread panics while it holds the lock").next();
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..arguments.jobs {
            scope.spawn(|| {
                while let Some(target) = next() {
                    if let Err(reason) = fuzz(target, &binaries.join(target), arguments.seconds) {
                        println!("fuzz: {target}: FAILED: {reason:#}");
                        failed.lock().expect("as above").push(target);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().expect("the threads have ended");
    println!("fuzz: {} passed, {} failed", targets.len() - failed.len(), failed.len());
    if !failed.is_empty() {
        bail!("fuzzing found failures");
    }
    Ok(())
}

/// The named targets, or all there are.
fn chosen(names: &[String]) -> anyhow::Result<Vec<String>> {
    let mut all: Vec<String> = Vec::new();
    for entry in fs::read_dir("fuzz/fuzz_targets").context("reading fuzz/fuzz_targets")? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            all.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    all.sort();
    if let Some(unknown) = names.iter().find(|name| !all.contains(name)) {
        bail!("`{unknown}` is no fuzz target; there are: {}", all.join(", "));
    }
    Ok(if names.is_empty() { all } else { names.to_vec() })
}

/// Builds the targets; gives the folder that they are in.
fn build(targets: &[String]) -> anyhow::Result<PathBuf> {
    let about = shell::output(Command::new("rustc").arg("-vV"))?;
    let host =
        about.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc -vV names no host")?;
    let target_folder = shell::target().join("fuzz");
    let mut cargo = Command::new("cargo");
    // With --target the flags do not reach build scripts, which must not be instrumented.
    cargo
        .args(["build", "--quiet", "--release", "--locked", "--manifest-path", "fuzz/Cargo.toml"])
        .args(["--target", host, "--target-dir"])
        .arg(&target_folder)
        .env("RUSTFLAGS", RUSTFLAGS);
    for target in targets {
        cargo.args(["--bin", target]);
    }
    shell::run(&mut cargo)?;
    Ok(std::path::absolute(target_folder.join(host).join("release"))?)
}

/// Fuzzes one target from its seeds and from what earlier runs have found.
fn fuzz(name: &str, binary: &Path, seconds: u32) -> anyhow::Result<()> {
    let folder = std::path::absolute(Path::new("out/fuzz").join(name))?;
    let corpus = folder.join("corpus");
    fs::create_dir_all(&corpus)?;
    let log_path = folder.join("log");
    let log = fs::File::create(&log_path)?;
    let status = Command::new(binary)
        .arg(format!("-max_total_time={seconds}"))
        .args(["-timeout=10", "-rss_limit_mb=2048"])
        .arg(format!("-artifact_prefix={}/", folder.display()))
        .args([&corpus, &std::path::absolute(Path::new("fuzz/seeds").join(name))?])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .status()
        .with_context(|| format!("starting {}", binary.display()))?;
    let log = String::from_utf8_lossy(&fs::read(&log_path)?).into_owned();
    if status.success() {
        println!("fuzz: {name}: {}", summary(&log));
        return Ok(());
    }
    let what = complaint(&log);
    match artefact(&log) {
        Some(file) => bail!("{what}\n  reproduce it with: cargo xtask fuzz {name} --input {file}"),
        None => bail!("{what}\n  the log is {}", log_path.display()),
    }
}

/// How much was tried, and how much of the code it reached, from libFuzzer's last status line.
fn summary(log: &str) -> String {
    let runs = log.lines().rev().find_map(|line| line.strip_prefix("Done ")).unwrap_or("ended");
    let status = log.lines().rev().find(|line| line.contains(" cov: ")).unwrap_or_default();
    let mut words = status.split_whitespace().skip_while(|word| *word != "cov:").skip(1);
    let (edges, new) = (words.next().unwrap_or("?"), log.matches("\tNEW ").count());
    format!("{runs}, {edges} edges reached, {new} inputs reached new code")
}

/// The panic's message, or else libFuzzer's own.
fn complaint(log: &str) -> String {
    let mut lines = log.lines().skip_while(|line| !line.contains(" panicked at "));
    match (lines.next(), lines.next()) {
        (Some(place), Some(message)) => format!("{} {message}", place.trim()),
        _ => {
            let own = log.lines().find(|line| line.contains("ERROR: "));
            own.unwrap_or("it ended without a reason").to_owned()
        }
    }
}

/// The file that libFuzzer wrote the failing input to.
fn artefact(log: &str) -> Option<&str> {
    log.lines().find_map(|line| Some(line.split_once("Test unit written to ")?.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CRASH: &str = "\
        INFO: Loaded 1 modules   (457 inline 8-bit counters)\n\
        #22\tNEW    cov: 11 ft: 11 corp: 2/5b\n\
        thread '<unnamed>' (7) panicked at src/time.rs:9:5:\n\
        found\n\
        Test unit written to /tmp/crash-0f\n";

    #[test]
    fn a_crash_is_reported_with_its_panic_and_its_input() {
        assert_eq!(complaint(CRASH), "thread '<unnamed>' (7) panicked at src/time.rs:9:5: found");
        assert_eq!(artefact(CRASH), Some("/tmp/crash-0f"));
    }

    #[test]
    fn a_run_tells_what_it_reached() {
        let log = "#22\tNEW    cov: 11 ft: 11\n#90\tDONE   cov: 14 ft: 15 corp: 5/13b\nDone 90 runs in 1 second(s)\n";
        assert_eq!(summary(log), "90 runs in 1 second(s), 14 edges reached, 1 inputs reached new code");
    }
}
