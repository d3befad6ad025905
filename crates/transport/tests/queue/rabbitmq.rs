//! A RabbitMQ of the test's own: one node or several, on free ports of this machine, in a temporary folder.

use std::fs::{self, File, Permissions};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// Nodes that are ended with whoever holds them.
pub(crate) struct RabbitMq {
    nodes: Vec<Node>,
    /// Tells the nodes each other's ports.
    directory: Child,
    directory_port: u16,
    folder: TempDir,
}

struct Node {
    name: String,
    port: u16,
    server: Child,
}

impl RabbitMq {
    /// A cluster of so many nodes, all of which take connections.
    pub(crate) fn start(nodes: usize) -> Self {
        let folder = tempfile::Builder::new().prefix("camtally-rabbitmq").tempdir().unwrap();
        let directory_port = free_port();
        let directory = ending_with_us("epmd")
            .args(["-address", "127.0.0.1", "-port", &directory_port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let cookie = folder.path().join(".erlang.cookie");
        fs::write(&cookie, "camtally").unwrap();
        fs::set_permissions(&cookie, Permissions::from_mode(0o400)).unwrap();
        fs::write(folder.path().join("plugins"), "[].").unwrap();
        let mut cluster = Self { nodes: Vec::new(), directory, directory_port, folder };
        for number in 1..=nodes {
            let (name, port) = (format!("node{number}@localhost"), free_port());
            let mut config = format!(
                "listeners.tcp.1 = 127.0.0.1:{port}\ndistribution.listener.interface = 127.0.0.1\n\
                 cluster_partition_handling = pause_minority\n\
                 max_message_size = 1048576\ncluster_formation.peer_discovery_backend = classic_config\n"
            );
            for other in 1..=nodes {
                config +=
                    &format!("cluster_formation.classic_config.nodes.{other} = node{other}@localhost\n");
            }
            fs::write(cluster.file(&name, "conf"), config).unwrap();
            let server = cluster.serve(&name);
            cluster.nodes.push(Node { name, port, server });
            // The first one makes the cluster, the others join it.
            cluster.wait(number - 1);
        }
        cluster
    }

    fn file(&self, node: &str, ending: &str) -> PathBuf {
        self.folder.path().join(format!("{node}.{ending}"))
    }

    fn environment(&self, command: &mut Command, node: &str) {
        let path = std::env::var_os("PATH").unwrap_or_default();
        command
            .env_clear()
            .env("PATH", path)
            .env("LANG", "C.UTF-8")
            .env("HOME", self.folder.path())
            .env("ERL_EPMD_PORT", self.directory_port.to_string())
            .env("ERL_EPMD_ADDRESS", "127.0.0.1")
            .env("RABBITMQ_NODENAME", node)
            .env("RABBITMQ_MNESIA_BASE", self.folder.path().join("data"))
            .env("RABBITMQ_LOG_BASE", self.folder.path().join("log"))
            .env("RABBITMQ_CONFIG_FILE", self.file(node, "conf"))
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", self.folder.path().join("plugins"))
            .env("RABBITMQ_CONF_ENV_FILE", "/dev/null");
    }

    fn serve(&self, node: &str) -> Child {
        let log = File::create(self.file(node, "log")).unwrap();
        let mut server = ending_with_us(&binaries().join("rabbitmq-server").display().to_string());
        self.environment(&mut server, node);
        server.env("RABBITMQ_DIST_PORT", free_port().to_string());
        // A group of its own: the server is the child of a shell.
        server.process_group(0).stdout(log).stderr(Stdio::null()).stdin(Stdio::null()).spawn().unwrap()
    }

    fn wait(&mut self, at: usize) {
        for _ in 0..1_200 {
            if TcpStream::connect(("127.0.0.1", self.nodes[at].port)).is_ok() {
                return;
            }
            if self.nodes[at].server.try_wait().unwrap().is_some() {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let log = fs::read_to_string(self.file(&self.nodes[at].name, "log")).unwrap_or_default();
        panic!("RabbitMQ did not start: {log}");
    }

    /// The address of all nodes.
    pub(crate) fn address(&self) -> String {
        let hosts: Vec<String> = self.nodes.iter().map(|node| format!("127.0.0.1:{}", node.port)).collect();
        format!("amqp://guest:guest@{}/%2f", hosts.join(","))
    }

    /// As `kill -9`, or a power cut.
    pub(crate) fn kill(&mut self, at: usize) {
        let group = format!("-{}", self.nodes[at].server.id());
        Command::new("kill").args(["-s", "KILL", "--", &group]).status().unwrap();
        self.nodes[at].server.wait().unwrap();
    }

    /// Starts a node that was killed.
    pub(crate) fn start_again(&mut self, at: usize) {
        self.nodes[at].server = self.serve(&self.nodes[at].name.clone());
        self.wait(at);
    }

    /// Runs `rabbitmqctl` on the first node; gives what it writes.
    pub(crate) fn control(&self, args: &[&str]) -> String {
        let mut control = Command::new(binaries().join("rabbitmqctl"));
        self.environment(&mut control, &self.nodes[0].name);
        let output = control.arg("--quiet").args(args).output().unwrap();
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success(), "rabbitmqctl {args:?}: {text}");
        text
    }
}

impl Drop for RabbitMq {
    fn drop(&mut self) {
        for at in 0..self.nodes.len() {
            self.kill(at);
        }
        self.directory.kill().ok();
        self.directory.wait().ok();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A command that is ended when the thread that started it ends.
fn ending_with_us(program: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.arg("--pdeathsig=TERM").arg(program);
    command
}

/// Where Debian's package has the scripts that do not change the user.
fn binaries() -> PathBuf {
    let versions = fs::read_dir(Path::new("/usr/lib/rabbitmq/lib")).into_iter().flatten().flatten();
    let folders = versions.map(|version| version.path().join("sbin"));
    folders
        .filter(|folder| folder.join("rabbitmq-server").exists())
        .max()
        .expect("RabbitMQ is not installed: run `apt-get install rabbitmq-server`")
}
