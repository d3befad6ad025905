//! An RTSP camera: a process of its own, which can be killed, stopped and frozen.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use video::LiveSource;

use crate::processes::Process;

const NEEDED: &str = "the RTSP tests need Debian's python3-gi, gir1.2-gst-rtsp-server-1.0 and \
                      gstreamer1.0-plugins-{base,good,bad,ugly}";

pub(crate) struct Camera {
    process: Process,
    pub(crate) port: u16,
}

impl Camera {
    /// Starts a camera on a free port, or on the one that `options` names; see `server.py`.
    pub(crate) fn start(options: &str) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/live/server.py");
        // The system's Python: another one does not find the system's modules.
        let mut command = Command::new("/usr/bin/python3");
        command.arg(script).args(options.split_whitespace()).stdout(Stdio::piped());
        let mut process = Process::start(&mut command);
        let mut line = String::new();
        BufReader::new(process.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.strip_prefix("ready ").unwrap_or_else(|| panic!("{NEEDED}; it said {line:?}"));
        let port = port.trim().parse().unwrap();
        assert!(port > 0, "the port is taken: {options}");
        Self { process, port }
    }

    /// A camera with other properties at the address of one that is gone.
    pub(crate) fn start_at(port: u16, options: &str) -> Self {
        Self::start(&format!("--port {port} {options}"))
    }

    pub(crate) fn source(&self) -> LiveSource {
        LiveSource::parse(&format!("rtsp://127.0.0.1:{}/live", self.port)).unwrap()
    }

    /// Freezes the picture, or lets it go on.
    pub(crate) fn toggle_frozen(&self) {
        self.process.signal("USR1");
    }

    /// Stops the process in its tracks: connections stay open, and nothing comes.
    pub(crate) fn hang(&self) {
        self.process.signal("STOP");
    }

    pub(crate) fn go_on(&self) {
        self.process.signal("CONT");
    }
}
