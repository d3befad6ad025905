//! The RTSP camera of the crate `video`'s tests.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;

use crate::serving::Process;

const SCRIPT: &str = "crates/video/tests/live/server.py";
/// The system's Python: another one does not find the system's modules.
const PYTHON: &str = "/usr/bin/python3";

/// A server that runs.
pub(crate) struct RtspServer {
    pub(crate) process: Process,
    pub(crate) port: u16,
}

impl RtspServer {
    /// Starts the camera of the tests at this port; `0` is any free one.
    pub(crate) fn start(port: &str, options: &str) -> anyhow::Result<Self> {
        let mut words = vec!["--port", port];
        words.extend(options.split_whitespace());
        Self::start_script(SCRIPT.as_ref(), &words)
    }

    /// Starts a script that says `ready PORT`.
    pub(crate) fn start_script(script: &Path, words: &[&str]) -> anyhow::Result<Self> {
        let mut command = Command::new(PYTHON);
        let mut process = Process::start(command.arg(script).args(words).stdout(Stdio::piped()))?;
        let mut line = String::new();
        let stdout = process.0.stdout.take().context("the server's output")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let port = line.strip_prefix("ready ").and_then(|port| port.trim().parse().ok());
        let port = port.with_context(|| format!("{} did not start: it said {line:?}", script.display()))?;
        Ok(Self { process, port })
    }

    pub(crate) fn address(&self) -> String {
        format!("rtsp://127.0.0.1:{}/live", self.port)
    }
}

/// What is missing for it, if anything.
pub(crate) fn missing() -> anyhow::Result<Option<String>> {
    let code =
        "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer";
    let found = Command::new(PYTHON).args(["-c", code]).stderr(Stdio::null()).status();
    let found = found.is_ok_and(|status| status.success());
    Ok((!found).then(|| "Debian's gir1.2-gst-rtsp-server-1.0 and python3-gi are not installed".to_owned()))
}
