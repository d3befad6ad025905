//! Finding ONNX Runtime's shared library, and making sure that it is one before trusting it.

// Loading a foreign library and asking for its version cannot be done in safe Rust.
#![allow(unsafe_code)]

use std::collections::BTreeSet;
use std::ffi::CStr;
use std::fmt;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ort::environment::Environment;

use crate::runtime::Notice;

/// The oldest ONNX Runtime that has all that is used here.
const OLDEST: &str = "1.17";

/// Where to look for ONNX Runtime's shared library.
///
/// In this order: `paths`; the environment variable `ORT_DYLIB_PATH`; beside the program and in `../lib`;
/// the system's library folders. A process keeps the first library that it has loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuntimeSearch {
    /// Files, or folders that may hold it, that come before all others.
    pub paths: Vec<PathBuf>,
    /// Whether to look in `paths` only.
    pub only_paths: bool,
}

/// ONNX Runtime, loaded.
#[derive(Clone)]
pub(super) struct Library {
    pub(super) environment: Environment,
    pub(super) path: PathBuf,
    pub(super) version: String,
}

/// Why there is no ONNX Runtime.
#[derive(Debug)]
pub(super) struct Refused {
    searched: Vec<PathBuf>,
    reasons: Vec<String>,
}

impl Refused {
    pub(super) fn notice(self) -> Notice {
        if self.reasons.is_empty() {
            return Notice::NoOnnxRuntime { searched: self.searched };
        }
        Notice::OnnxRuntimeUnusable { reason: self.reasons.join("; ") }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.reasons.is_empty() {
            let places: Vec<_> = self.searched.iter().map(|path| path.display().to_string()).collect();
            return write!(f, "ONNX Runtime was not found; looked in {}", places.join(", "));
        }
        write!(f, "ONNX Runtime cannot be used: {}", self.reasons.join("; "))
    }
}

/// The library of this process: ONNX Runtime allows one, and its environment is never taken down.
static LOADED: Mutex<Option<Library>> = Mutex::new(None);

/// Loads the first library that works, or gives the one that this process has loaded before.
pub(super) fn load(search: &RuntimeSearch) -> Result<Library, Refused> {
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(library) = &*loaded {
        return Ok(library.clone());
    }
    let mut reasons = Vec::new();
    for path in search.candidates() {
        match open(&path) {
            Ok(library) => {
                *loaded = Some(library.clone());
                return Ok(library);
            }
            Err(reason) => reasons.push(format!("`{}` {reason}", path.display())),
        }
    }
    Err(Refused { searched: search.places(), reasons })
}

impl RuntimeSearch {
    /// A search that looks in `path` first: a library, or a folder that holds it.
    pub fn first(path: impl Into<PathBuf>) -> Self {
        Self { paths: vec![path.into()], only_paths: false }
    }

    /// Every file and folder to look at, in order.
    fn places(&self) -> Vec<PathBuf> {
        let mut places = self.paths.clone();
        if self.only_paths {
            return places;
        }
        places.extend(std::env::var_os("ORT_DYLIB_PATH").filter(|path| !path.is_empty()).map(PathBuf::from));
        if let Some(folder) = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.to_owned())) {
            places.extend([folder.clone(), folder.join("../lib")]);
        }
        let system = if cfg!(windows) {
            &[][..]
        } else {
            &[
                "/usr/local/lib",
                "/usr/lib/x86_64-linux-gnu",
                "/usr/lib/aarch64-linux-gnu",
                "/usr/lib64",
                "/usr/lib",
                "/opt/onnxruntime/lib",
                "/opt/homebrew/lib",
            ]
        };
        places.extend(system.iter().map(PathBuf::from));
        places
    }

    /// Every library that is there, in order, each once.
    fn candidates(&self) -> Vec<PathBuf> {
        let mut seen = BTreeSet::new();
        let mut out = Vec::new();
        for place in self.places() {
            let files = if place.is_dir() { libraries_in(&place) } else { vec![place] };
            for file in files {
                // The same file under several names (`libonnxruntime.so.1` is a link) is tried once.
                let real = fs::canonicalize(&file).unwrap_or_else(|_| file.clone());
                if real.is_file() && seen.insert(real.clone()) {
                    out.push(real);
                }
            }
        }
        out
    }
}

/// ONNX Runtime's libraries in a folder, the plain name first, then the highest version.
fn libraries_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| {
            let plain = name.strip_prefix("libonnxruntime.").or_else(|| name.strip_prefix("onnxruntime."));
            plain.is_some_and(|rest| {
                rest == "so" || rest.starts_with("so.") || rest == "dll" || rest.ends_with("dylib")
            })
        })
        .collect();
    let version =
        |name: &String| -> Vec<u32> { name.split('.').filter_map(|part| part.parse().ok()).collect() };
    names.sort_by_key(|name| {
        let version = version(name);
        (!version.is_empty(), std::cmp::Reverse(version))
    });
    names.into_iter().map(|name| folder.join(name)).collect()
}

fn open(path: &Path) -> Result<Library, String> {
    whole_elf(path)?;
    let version = probe(path)?;
    let quiet: ort::logging::LoggerFunction = Arc::new(|_, _, _, _, _| {});
    let environment = ort::init_from(path)
        .map_err(|error| error.to_string())?
        .with_name("camtally")
        .with_telemetry(false)
        // What fails comes back as an error; a library does not write on standard error.
        .with_logger(quiet)
        .build()
        .map_err(|error| format!("does not start: {error}"))?;
    environment.set_log_level(ort::logging::LogLevel::Fatal);
    Ok(Library { environment, path: path.to_owned(), version })
}

/// Loads the library and asks for its version.
///
/// `ort` would end the program where the library is not what it says, so it is asked here first.
fn probe(path: &Path) -> Result<String, String> {
    // SAFETY: loading runs the library's initialisers. It is a file that the operator, the environment or
    // the system named as ONNX Runtime, and it is whole; nothing more can be known before loading.
    let library = unsafe { libloading::Library::new(path) }
        .map_err(|error| format!("cannot be loaded: {}", first_line(&error.to_string())))?;
    // SAFETY: this is the type of ONNX Runtime's only exported entry point, the same in every version.
    let entry =
        unsafe { library.get::<unsafe extern "C" fn() -> *const ort::sys::OrtApiBase>(b"OrtGetApiBase\0") }
            .map_err(|_| "is a library, but not ONNX Runtime".to_owned())?;
    // SAFETY: `OrtGetApiBase` takes nothing and returns a pointer to a constant, or null.
    let base = unsafe { entry().as_ref() }.ok_or("gives no interface")?;
    // SAFETY: the text is a constant of the library, which is still loaded.
    let version = unsafe { CStr::from_ptr((base.GetVersionString)()) }.to_string_lossy().into_owned();
    // SAFETY: asking for a version that the library does not have returns null.
    let api = unsafe { (base.GetApi)(ort::sys::ORT_API_VERSION) };
    if api.is_null() || number(&version) < number(OLDEST) {
        return Err(format!("is version {version}; {OLDEST} or newer is needed"));
    }
    // Kept loaded: `ort` loads it again, and unloading ONNX Runtime is not safe.
    std::mem::forget(library);
    Ok(version)
}

/// `1.32.0` as 1 and 32.
fn number(version: &str) -> (u32, u32) {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

/// Refuses an ELF file that ends before its own tables say: loading a half-downloaded library would end the
/// program with a bus error. Other formats pass; their loaders check this by themselves.
fn whole_elf(path: &Path) -> Result<(), String> {
    let mut header = [0u8; 64];
    let mut file = File::open(path).map_err(|error| format!("cannot be read: {error}"))?;
    let length = file.metadata().map_err(|error| format!("cannot be read: {error}"))?.len();
    if file.read_exact(&mut header).is_err() {
        return Err("is no library: it is shorter than a header".to_owned());
    }
    if cfg!(target_os = "linux") && !header.starts_with(b"\x7fELF\x02\x01") {
        return Err("is no 64-bit Linux library".to_owned());
    }
    if !header.starts_with(b"\x7fELF\x02\x01") {
        return Ok(());
    }
    // ELF-64 header: e_shoff at 40, e_shentsize at 58, e_shnum at 60. Section headers stand at the end.
    let sections = u64::from_le_bytes(header[40..48].try_into().unwrap_or_default());
    let size = u64::from(u16::from_le_bytes([header[58], header[59]]));
    let count = u64::from(u16::from_le_bytes([header[60], header[61]]));
    if sections.saturating_add(size * count) > length {
        return Err("is only a part of a library: get it again".to_owned());
    }
    Ok(())
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rubbish_and_half_a_library_are_refused_with_a_reason() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("libonnxruntime.so");
        let search = RuntimeSearch { paths: vec![folder.path().to_owned()], only_paths: true };
        assert!(search.candidates().is_empty());

        fs::write(&path, b"<html>404</html>").unwrap();
        assert_eq!(search.candidates().len(), 1);
        assert!(open(&path).err().unwrap().contains("shorter than a header"));

        fs::write(&path, [b'x'; 1000]).unwrap();
        assert!(open(&path).err().unwrap().contains("no 64-bit Linux library"));

        let own = fs::read(std::env::current_exe().unwrap()).unwrap();
        fs::write(&path, &own[..own.len() / 2]).unwrap();
        assert!(open(&path).err().unwrap().contains("only a part of a library"));
    }

    #[test]
    fn another_library_is_not_onnx_runtime() {
        let libc =
            ["/lib/x86_64-linux-gnu/libm.so.6", "/lib/aarch64-linux-gnu/libm.so.6", "/lib64/libm.so.6"];
        let Some(path) = libc.iter().map(Path::new).find(|path| path.exists()) else { return };
        assert_eq!(open(path).err().unwrap(), "is a library, but not ONNX Runtime");
    }

    #[test]
    fn the_plain_name_and_then_the_newest_version_come_first() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["libonnxruntime.so.1.9.0", "libonnxruntime.so.1.32.0", "libonnxruntime.so", "other.so"] {
            fs::write(folder.path().join(name), b"").unwrap();
        }
        let names: Vec<_> = libraries_in(folder.path())
            .iter()
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["libonnxruntime.so", "libonnxruntime.so.1.32.0", "libonnxruntime.so.1.9.0"]);
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(number("1.9.0") < number("1.17"));
        assert!(number("1.32.0") > number("1.17"));
        assert!(number("2.0") > number("1.17"));
    }
}
