//! Processes that tests start, and end whatever happens.

use std::io::Write as _;
use std::process::{Child, Command};

/// A process that is killed when it goes out of scope.
pub(crate) struct Process(pub(crate) Child);

impl Process {
    pub(crate) fn start(command: &mut Command) -> Self {
        Self(command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}")))
    }

    /// Sends a signal, by its name.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.0.id().to_string()]).status().unwrap();
        assert!(status.success(), "signal {name}");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // SIGKILL ends a stopped process too. It may be gone already.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Whether this process runs only the test of this name. If not, it runs it in a process of its own, in which
/// nothing else disturbs what is measured, and fails if that fails.
pub(crate) fn is_alone(test: &str) -> bool {
    const ALONE: &str = "CAMTALLY_TEST_ALONE";
    if std::env::var(ALONE).is_ok_and(|name| name == test) {
        return true;
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = command.args([test, "--exact", "--nocapture"]).env(ALONE, test).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("1 passed"), "no test is named {test}");
    std::io::stdout().write_all(text.as_bytes()).unwrap();
    false
}
