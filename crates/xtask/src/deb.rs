//! The Debian package: everything that the program needs, built with dpkg's own tools.

mod test;

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use crate::program::Program;
use crate::{shell, tools};

pub(crate) use test::{Arguments as TestArguments, package_sources, run as run_test};

/// What is written by hand of it.
const SOURCE: &str = "deploy/debian";
/// Program, model and runtime: the program finds what lies beside it.
const HOME: &str = "usr/lib/camtally";
const MODEL: &str = "models/nanodet-416";
/// Of the model's folder, what running it needs and its licence asks for.
const MODEL_FILES: [&str; 6] = [
    "model.onnx",
    "model.toml",
    "sizes.json",
    "LICENSE-APACHE-2.0.txt",
    "LICENSE-MIT.txt",
    "LICENSE-NOTICE.md",
];

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How the program is built
    #[arg(long, default_value = "release")]
    profile: String,
    /// The folder that the package is written into
    #[arg(long, default_value = "target/debian")]
    out: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let program = Program::with_profile(&arguments.profile)?;
    let package = build(&program, env!("CARGO_PKG_VERSION"), &arguments.out)?;
    println!(
        "deb: {}, {:.1} MiB",
        package.display(),
        fs::metadata(&package)?.len() as f64 / f64::from(1 << 20)
    );
    Ok(())
}

/// Builds a package with this version, and gives its path.
fn build(program: &Program, version: &str, out: &Path) -> anyhow::Result<PathBuf> {
    fs::create_dir_all(out)?;
    let folder = tempfile::tempdir()?;
    let root = folder.path().join("package");
    lay_out(program, &root, folder.path())?;
    let architecture = shell::output(Command::new("dpkg").arg("--print-architecture"))?;
    let architecture = architecture.trim();
    control(&root, version, architecture)?;
    let package = out.join(format!("camtally_{version}_{architecture}.deb"));
    let mut dpkg = Command::new("dpkg-deb");
    // Zstandard is read by every dpkg since Debian 12 and Ubuntu 22.04.
    dpkg.args(["--root-owner-group", "-Zzstd", "--build"]).arg(&root).arg(&package);
    shell::output(&mut dpkg)?;
    Ok(package)
}

fn lay_out(program: &Program, root: &Path, scratch: &Path) -> anyhow::Result<()> {
    let to = |path: &str| root.join(path);
    let home = to(HOME);
    fs::create_dir_all(home.join(MODEL))?;
    let binary = home.join("camtally");
    shell::run(Command::new("strip").arg("-o").arg(&binary).arg(&program.path))?;
    mode(&binary, 0o755)?;
    fs::create_dir_all(to("usr/bin"))?;
    symlink("../lib/camtally/camtally", to("usr/bin/camtally"))?;
    for file in MODEL_FILES {
        install(&Path::new(MODEL).join(file), &home.join(MODEL).join(file), 0o644)?;
    }
    let runtime = tools::onnxruntime();
    install(&runtime.join("libonnxruntime.so"), &home.join("libonnxruntime.so"), 0o644)?;

    let docs = "usr/share/doc/camtally";
    install(Path::new("NOTICE"), &to(&format!("{docs}/NOTICE")), 0o644)?;
    install(&runtime.join("LICENSE"), &to(&format!("{docs}/onnxruntime/LICENSE")), 0o644)?;
    let notices = to(&format!("{docs}/onnxruntime/ThirdPartyNotices.txt"));
    install(&runtime.join("ThirdPartyNotices.txt"), &notices, 0o644)?;
    let copyright = format!(
        "{}\n{}\n",
        fs::read_to_string("NOTICE")?.trim_end(),
        "On Debian systems the Apache License 2.0 is in /usr/share/common-licenses/Apache-2.0."
    );
    write(&to(&format!("{docs}/copyright")), &copyright)?;
    gzip(Path::new("CHANGELOG.md"), &to(&format!("{docs}/changelog.gz")), scratch)?;

    for (file, place) in [
        ("camtally.service", "usr/lib/systemd/system/camtally.service"),
        ("camtally.sysusers", "usr/lib/sysusers.d/camtally.conf"),
        ("camtally.tmpfiles", "usr/lib/tmpfiles.d/camtally.conf"),
    ] {
        install(&Path::new(SOURCE).join(file), &to(place), 0o644)?;
    }
    // Nobody but root until tmpfiles has given it to the program's group.
    let configuration = Path::new(SOURCE).join("camtally.toml");
    install(&configuration, &to("etc/camtally/camtally.toml"), 0o640)?;

    let pages = scratch.join("man");
    shell::run(program.command().arg("man").arg(&pages))?;
    for page in fs::read_dir(&pages)? {
        let page = page?;
        let name = page.file_name().to_string_lossy().into_owned();
        gzip(&page.path(), &to(&format!("usr/share/man/man1/{name}.gz")), scratch)?;
    }
    for (shell_name, place) in [
        ("bash", "usr/share/bash-completion/completions/camtally"),
        ("zsh", "usr/share/zsh/vendor-completions/_camtally"),
        ("fish", "usr/share/fish/vendor_completions.d/camtally.fish"),
    ] {
        write(&to(place), &shell::output(program.command().args(["completions", shell_name]))?)?;
    }
    Ok(())
}

/// The package's description, its scripts, and the sums of its files.
fn control(root: &Path, version: &str, architecture: &str) -> anyhow::Result<()> {
    let control = root.join("DEBIAN");
    let size = shell::output(Command::new("du").args(["--summarize", "--block-size=1024"]).arg(root))?;
    let size = size.split_whitespace().next().context("du says nothing")?;
    let text = fs::read_to_string(Path::new(SOURCE).join("control"))?
        .replace("@VERSION@", version)
        .replace("@ARCHITECTURE@", architecture)
        .replace("@SIZE@", size)
        .replace("@DEPENDS@", &libraries(root)?);
    write(&control.join("control"), &text)?;
    write(&control.join("conffiles"), "/etc/camtally/camtally.toml\n")?;
    for script in ["postinst", "prerm", "postrm"] {
        install(&Path::new(SOURCE).join(script), &control.join(script), 0o755)?;
    }
    let mut sums = Command::new("sh");
    sums.arg("-c").arg("find usr -type f -print0 | sort -z | xargs -0 md5sum").current_dir(root);
    write(&control.join("md5sums"), &shell::output(&mut sums)?)
}

/// The packages whose libraries the program is linked with.
fn libraries(root: &Path) -> anyhow::Result<String> {
    // It wants a source package around it.
    let folder = tempfile::tempdir()?;
    write(
        &folder.path().join("debian/control"),
        "Source: camtally\n\nPackage: camtally\nArchitecture: any\n",
    )?;
    let mut command = Command::new("dpkg-shlibdeps");
    command.args(["-O", "-e"]).arg(std::path::absolute(root.join(HOME).join("camtally"))?);
    let found = shell::output(command.current_dir(folder.path()))?;
    let depends = found.lines().find_map(|line| line.strip_prefix("shlibs:Depends="));
    Ok(depends.context("dpkg-shlibdeps names no libraries")?.to_owned())
}

fn install(from: &Path, to: &Path, bits: u32) -> anyhow::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(from, to).with_context(|| format!("copying {} to {}", from.display(), to.display()))?;
    mode(to, bits)
}

fn write(to: &Path, text: &str) -> anyhow::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(to, text).with_context(|| format!("writing {}", to.display()))?;
    mode(to, 0o644)
}

/// Without the time, so that the same files make the same package.
fn gzip(from: &Path, to: &Path, scratch: &Path) -> anyhow::Result<()> {
    let packed = scratch.join("packed");
    let mut command = Command::new("sh");
    command.arg("-c").arg("gzip -9n < \"$1\" > \"$2\"").arg("gzip").arg(from).arg(&packed);
    shell::run(&mut command)?;
    install(&packed, to, 0o644)
}

fn mode(path: &Path, bits: u32) -> anyhow::Result<()> {
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(bits))?)
}
