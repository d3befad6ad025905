//! The servers of the stack, from the system's packages: each in a folder of its own, on this machine only.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context as _;

use super::processes::Processes;
use super::settings::{Settings, write_private};
use crate::certificates;
use crate::faults::cluster;
use crate::shell;

/// How long a server may take to start; a busy machine is slow.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long an answer may take that says whether it is ready.
const ANSWER: Duration = Duration::from_secs(2);
/// The system's Python: another one does not find the system's modules.
const PYTHON: &str = "/usr/bin/python3";
const CAMERA: &str = "deploy/compose/camera/camera.py";
const PROXY: &str = "deploy/compose/proxy.conf.template";
pub(super) const VIDEO: &str = "samples/pets2009-s2l1.mp4";

/// What a server is started with.
pub(super) struct Servers<'a> {
    pub(super) folder: &'a Path,
    pub(super) processes: &'a Processes,
    pub(super) settings: &'a Settings,
}

impl Servers<'_> {
    /// The folder of one of them, made if it is missing.
    fn place(&self, name: &str) -> anyhow::Result<PathBuf> {
        let place = self.folder.join(name);
        fs::create_dir_all(&place).with_context(|| format!("making {}", place.display()))?;
        Ok(place)
    }

    /// The program's database.
    pub(super) fn postgres(&self) -> anyhow::Result<()> {
        let place = self.place("postgres")?;
        let data = place.join("data");
        let binaries = cluster::binaries();
        let user = (fs::metadata(self.folder)?.uid() == 0).then(cluster::unprivileged);
        if let Some(user) = user {
            chown(&place, Some(user.id), Some(user.group))?;
        }
        if !data.join("PG_VERSION").exists() {
            let password = place.join("password");
            write_private(&password, self.settings.secret("postgres"))?;
            if let Some(user) = user {
                chown(&password, Some(user.id), Some(user.group))?;
            }
            let mut make = run_as(user, &binaries.join("initdb"));
            make.arg("--pgdata").arg(&data).arg("--pwfile").arg(&password);
            make.args(["--username=camtally", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"]);
            shell::output(make.current_dir(&place)).context(
                "PostgreSQL's files could not be made; its user must be able to enter the folder of this repository",
            )?;
            fs::remove_file(&password)?;
        }
        let port = self.settings.port("postgres");
        let mut server = run_as(user, &binaries.join("postgres"));
        server.arg("-D").arg(&data).arg("-k").arg(&place).args(["-c", "listen_addresses=127.0.0.1", "-p"]);
        server.arg(port.to_string()).current_dir(&place);
        // SIGINT is its fast shutdown: it waits for nobody who is connected.
        self.processes.start("postgres", "INT", &mut server)?;
        self.processes.until("postgres", PATIENCE, || {
            Ok(self.sql("postgres", "SELECT 1").is_ok_and(|answer| answer.trim() == "1"))
        })?;
        if self.sql("postgres", "SELECT 1 FROM pg_database WHERE datname = 'camtally'")?.trim().is_empty() {
            self.sql("postgres", "CREATE DATABASE camtally")?;
        }
        Ok(())
    }

    /// What a statement answers.
    pub(super) fn sql(&self, database: &str, statement: &str) -> anyhow::Result<String> {
        let mut psql = Command::new(cluster::binaries().join("psql"));
        psql.args([
            "--no-psqlrc",
            "--quiet",
            "--tuples-only",
            "--no-align",
            "--username=camtally",
            "--host=127.0.0.1",
        ]);
        psql.args(["--port", &self.settings.port("postgres").to_string(), "--dbname", database]);
        psql.env("PGPASSWORD", self.settings.secret("postgres")).env("PGCONNECT_TIMEOUT", "2");
        shell::output(psql.args(["--command", statement]))
    }

    /// The cache.
    pub(super) fn redis(&self) -> anyhow::Result<()> {
        let place = self.place("redis")?;
        let port = self.settings.port("redis");
        let config = place.join("redis.conf");
        write_private(
            &config,
            &format!(
                "bind 127.0.0.1\nport {port}\ndir {}\nappendonly yes\nrequirepass {}\nmaxmemory 256mb\n\
                 maxmemory-policy allkeys-lru\n",
                place.display(),
                self.settings.secret("redis")
            ),
        )?;
        self.processes.start("redis", "TERM", Command::new("redis-server").arg(&config))?;
        // It asks for the password, so it listens.
        self.processes.until("redis", PATIENCE, || Ok(answers(port, b"PING\r\n")?.starts_with(b"-NOAUTH")))
    }

    /// The broker, with Erlang's own directory of names beside it, on a port of its own.
    pub(super) fn rabbitmq(&self) -> anyhow::Result<()> {
        let place = self.place("rabbitmq")?;
        let (amqp, epmd) = (self.settings.port("amqp"), self.settings.port("epmd"));
        let mut names = Command::new("epmd");
        names.args(["-address", "127.0.0.1", "-port", &epmd.to_string()]);
        self.processes.start("epmd", "TERM", &mut names)?;
        self.processes
            .until("epmd", PATIENCE, || Ok(TcpStream::connect((Ipv4Addr::LOCALHOST, epmd)).is_ok()))?;

        write_private(
            &place.join("rabbitmq.conf"),
            &format!(
                "listeners.tcp.1 = 127.0.0.1:{amqp}\nmanagement.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {}\n\
                 default_user = camtally\ndefault_pass = {}\n",
                self.settings.port("rabbitmq-management"),
                self.settings.secret("rabbitmq")
            ),
        )?;
        fs::write(place.join("enabled_plugins"), "[rabbitmq_management].\n")?;
        fs::write(place.join("environment.conf"), "")?;
        let mut server = Command::new("/usr/lib/rabbitmq/bin/rabbitmq-server");
        server
            .env("HOME", &place)
            .env("RABBITMQ_NODENAME", "camtally-development@localhost")
            .env("RABBITMQ_DIST_PORT", self.settings.port("erlang").to_string())
            .env("RABBITMQ_CONF_ENV_FILE", place.join("environment.conf"))
            .env("RABBITMQ_CONFIG_FILE", place.join("rabbitmq"))
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", place.join("enabled_plugins"))
            .env("RABBITMQ_MNESIA_BASE", place.join("data"))
            .env("RABBITMQ_LOG_BASE", place.join("log"))
            .env("RABBITMQ_LOGS", "-")
            .env("ERL_EPMD_PORT", epmd.to_string())
            .env("ERL_EPMD_ADDRESS", "127.0.0.1")
            .env("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}");
        self.processes.start("rabbitmq", "TERM", &mut server)?;
        // It answers the protocol's header with its own first frame.
        self.processes
            .until("rabbitmq", PATIENCE, || Ok(answers(amqp, b"AMQP\x00\x00\x09\x01")?.starts_with(&[1])))
    }

    /// Takes every message, and keeps it as a file.
    pub(super) fn mail(&self) -> anyhow::Result<()> {
        let port = self.settings.port("smtp");
        let mut server = Command::new(PYTHON);
        server.args(["-m", "aiosmtpd", "--nosetuid", "--listen", &format!("127.0.0.1:{port}")]);
        server.args(["--class", "aiosmtpd.handlers.Mailbox"]).arg(self.folder.join("mail"));
        self.processes.start("mail", "TERM", &mut server)?;
        self.processes.until("mail", PATIENCE, || Ok(answers(port, b"")?.starts_with(b"220")))
    }

    /// The sample video over RTSP.
    pub(super) fn camera(&self) -> anyhow::Result<()> {
        let port = self.settings.port("rtsp");
        let mut server = Command::new(PYTHON);
        server.args([CAMERA, VIDEO, "--port", &port.to_string()]);
        self.processes.start("camera", "TERM", &mut server)?;
        self.processes.until("camera", PATIENCE, || {
            Ok(answers(port, b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")?.starts_with(b"RTSP/1.0 200"))
        })
    }

    /// TLS in front of the program.
    pub(super) fn proxy(&self) -> anyhow::Result<()> {
        let place = self.place("proxy")?;
        certificates::make(&self.certificates(), &[])?;
        let port = self.settings.port("https");
        let server = fs::read_to_string(PROXY)?
            .replace("${LISTEN}", &format!("127.0.0.1:{port}"))
            .replace("${UPSTREAM}", &format!("127.0.0.1:{}", self.settings.port("http")))
            .replace("${CERTIFICATES}", &self.certificates().display().to_string());
        let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let scratch: String =
            kinds.iter().map(|kind| format!("{kind}_temp_path {};\n", place.join(kind).display())).collect();
        let config = place.join("nginx.conf");
        fs::write(
            &config,
            format!(
                "daemon off;\npid {0}/pid;\nerror_log stderr warn;\nworker_processes 1;\n\
                 events {{ worker_connections 512; }}\nhttp {{\naccess_log off;\n{scratch}{server}}}\n",
                place.display()
            ),
        )?;
        let mut nginx = Command::new("/usr/sbin/nginx");
        nginx.arg("-e").arg("stderr").arg("-p").arg(&place).arg("-c").arg(&config);
        self.processes.start("proxy", "QUIT", &mut nginx)?;
        self.processes.until(
            "proxy",
            PATIENCE,
            || Ok(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()),
        )
    }

    /// The folder of certificates; nginx finds files by their whole path.
    pub(super) fn certificates(&self) -> PathBuf {
        self.folder.join("certificates")
    }
}

/// A program as this user: PostgreSQL refuses to be run by root.
fn run_as(user: Option<cluster::User>, program: &Path) -> Command {
    let Some(user) = user else { return Command::new(program) };
    let mut command = Command::new("setpriv");
    command.args([&format!("--reuid={}", user.id), &format!("--regid={}", user.group), "--clear-groups"]);
    command.arg(program);
    command
}

/// What the server at this port answers first to this.
fn answers(port: u16, question: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(ANSWER))?;
    stream.write_all(question)?;
    let mut answer = vec![0; 256];
    let count = stream.read(&mut answer)?;
    answer.truncate(count);
    Ok(answer)
}

/// So that nobody else on this machine can read what is in it, and PostgreSQL's user can enter it.
pub(super) fn folder(path: &Path) -> anyhow::Result<PathBuf> {
    fs::create_dir_all(path).with_context(|| format!("making {}", path.display()))?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o711))?;
    Ok(std::path::absolute(path)?)
}
