//! A Mosquitto of the test's own, with one user.

use std::fs::Permissions;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

pub(crate) const USER: &str = "counter";
pub(crate) const PASSWORD: &str = "secret";

pub(crate) struct Mosquitto {
    server: Child,
    pub(crate) port: u16,
    folder: tempfile::TempDir,
}

impl Mosquitto {
    pub(crate) fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        let mut config = std::fs::File::create(folder.path().join("mosquitto.conf")).unwrap();
        writeln!(
            config,
            "listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {0}/users",
            folder.path().display()
        )
        .unwrap();
        let made = Command::new("mosquitto_passwd")
            .args(["-b", "-c"])
            .arg(folder.path().join("users"))
            .args([USER, PASSWORD])
            .status();
        assert!(made.unwrap().success());
        // Root's Mosquitto becomes another user, who must be able to read it.
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        std::fs::set_permissions(folder.path().join("users"), Permissions::from_mode(0o644)).unwrap();
        let server = run(folder.path());
        let mosquitto = Self { server, port, folder };
        mosquitto.wait();
        mosquitto
    }

    fn wait(&self) {
        for _ in 0..100 {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("mosquitto does not listen");
    }

    /// Ends it at once: it forgets everything, for it keeps nothing on disk.
    pub(crate) fn kill(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }

    pub(crate) fn start_again(&mut self) {
        self.server = run(self.folder.path());
        self.wait();
    }

    /// What a subscriber gets within two seconds: topic, retained or not, content.
    pub(crate) fn listen(&self, topic: &str) -> Vec<(String, bool, String)> {
        tokio::task::block_in_place(|| got(self.listener(topic, "2")))
    }

    /// A subscriber that ends after so many seconds.
    pub(crate) fn listener(&self, topic: &str, seconds: &str) -> Child {
        let mut command = self.client("mosquitto_sub");
        command.args(["-t", topic, "-W", seconds, "-F", "%t\t%r\t%p"]);
        command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
    }

    pub(crate) fn publish(&self, topic: &str, content: &str) {
        let done = self.client("mosquitto_pub").args(["-t", topic, "-m", content]).status();
        assert!(done.unwrap().success());
    }

    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-u", USER, "-P", PASSWORD]);
        command
    }
}

/// What a subscriber got: topic, retained or not, content.
pub(crate) fn got(listener: Child) -> Vec<(String, bool, String)> {
    let output = listener.wait_with_output().unwrap();
    let line = |line: &str| {
        let mut parts = line.splitn(3, '\t').map(str::to_owned);
        (parts.next().unwrap(), parts.next().unwrap() == "1", parts.next().unwrap())
    };
    String::from_utf8(output.stdout).unwrap().lines().map(line).collect()
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        self.server.kill().ok();
        self.server.wait().ok();
    }
}

fn run(folder: &Path) -> Child {
    Command::new("/usr/sbin/mosquitto")
        .arg("-c")
        .arg(folder.join("mosquitto.conf"))
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}
