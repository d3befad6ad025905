//! An RTSP camera: GStreamer's server, as the tests of `video` use it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use crate::server::checkout;

pub(crate) struct Camera {
    child: Child,
    pub(crate) port: u16,
}

impl Camera {
    pub(crate) fn start(options: &[&str]) -> Self {
        let script = checkout().join("crates/video/tests/live/server.py");
        // The system's Python: another one does not find the system's modules.
        let mut command = Command::new("/usr/bin/python3");
        let mut child = command.arg(script).args(options).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let Some(port) = line.strip_prefix("ready ").and_then(|port| port.trim().parse().ok()) else {
            child.kill().ok();
            panic!("python3-gi and gir1.2-gst-rtsp-server-1.0 are needed; it said {line:?}");
        };
        Self { child, port }
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
