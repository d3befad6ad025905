//! Reading and writing the user's files, with errors that say what to do.

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use counting::Rules;

/// The largest text file that is read into memory.
const MAX_TEXT: u64 = 1 << 30;

/// Reads a text file; `-` is standard input.
pub(crate) fn text(path: &Path, what: &str) -> Result<String> {
    let mut content = String::new();
    if path == Path::new("-") {
        std::io::stdin()
            .lock()
            .take(MAX_TEXT)
            .read_to_string(&mut content)
            .context("standard input is no text")?;
        return Ok(content);
    }
    let shown = path.display();
    let file = File::open(path).with_context(|| format!("cannot open the {what} {shown}"))?;
    let meta = file.metadata().with_context(|| format!("cannot look at the {what} {shown}"))?;
    if meta.is_dir() {
        bail!("{shown} is a folder; name the {what} itself");
    }
    let read = file.take(MAX_TEXT).read_to_string(&mut content);
    read.with_context(|| format!("the {what} {shown} is no text file"))?;
    Ok(content)
}

/// Reads a rules file.
pub(crate) fn rules(path: &Path) -> Result<Rules> {
    Rules::from_toml(&text(path, "rules file")?).with_context(|| path.display().to_string())
}

/// Opens a file for writing; `-` is standard output.
pub(crate) fn writer(path: &Path, what: &str) -> Result<Box<dyn Write>> {
    if path == Path::new("-") {
        return Ok(Box::new(BufWriter::new(std::io::stdout())));
    }
    let file = File::create(path).with_context(|| {
        format!("cannot write the {what} {}; does its folder exist, and may you write there?", path.display())
    })?;
    Ok(Box::new(BufWriter::new(file)))
}

/// SHA-256 in hexadecimal.
pub(crate) fn digest(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The name of a file without its ending, for naming a camera.
pub(crate) fn stem(path: &Path) -> String {
    match path.file_stem() {
        Some(stem) if path != Path::new("-") => stem.to_string_lossy().into_owned(),
        _ => "stdin".to_owned(),
    }
}

/// Finds a bundled file: here, or beside the program, or in a folder above it (`target/release` of a checkout).
pub(crate) fn beside_program(name: &str) -> Option<std::path::PathBuf> {
    let program = std::env::current_exe().ok();
    let above = program.iter().flat_map(|program| program.ancestors().skip(1).take(4).map(Path::to_path_buf));
    std::iter::once(std::path::PathBuf::new())
        .chain(above)
        .map(|folder| folder.join(name))
        .find(|path| path.exists())
}
