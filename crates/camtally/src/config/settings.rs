//! Every setting, with its default.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use registry::{Entrance, RtspTransport};
use serde::{Deserialize, Serialize};
use video::Transport;

use super::fleet::{Broker, Health, Worker};
use super::outgoing::{Egress, Mail, Mqtt};

/// Everything.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// The folder of the journal, the database and what else must outlive the program.
    pub(crate) data: PathBuf,
    pub(crate) site: Site,
    pub(crate) server: Server,
    pub(crate) store: Store,
    pub(crate) journal: Journal,
    pub(crate) broker: Broker,
    pub(crate) worker: Worker,
    pub(crate) health: Health,
    pub(crate) retention: Retention,
    pub(crate) detection: Detection,
    pub(crate) egress: Egress,
    pub(crate) mail: Mail,
    pub(crate) mqtt: Mqtt,
    pub(crate) reach: Reach,
    /// The cameras.
    #[serde(rename = "camera")]
    pub(crate) cameras: Vec<Camera>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Site {
    pub(crate) name: String,
    /// IANA name: hours and days are those of its clock.
    pub(crate) time_zone: String,
    /// The hour of its clock at which it is taken to be empty.
    pub(crate) reset_hour: u8,
    /// The lines through which it is entered and left.
    #[serde(rename = "entrance")]
    pub(crate) entrances: Vec<Entrance>,
}

impl Site {
    /// Whether anything of it is configured.
    pub(crate) fn is_set(&self) -> bool {
        *self != Self::default()
    }
}

/// What cameras that are made over HTTP may be read from.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Reach {
    /// Networks that may be connected to.
    pub(crate) networks: Vec<IpNet>,
    /// The folder whose video files may be replayed; none unless given.
    pub(crate) files: Option<PathBuf>,
    /// Whether cameras on USB may be opened.
    pub(crate) usb: bool,
}

impl Default for Reach {
    fn default() -> Self {
        let registry::Reach { networks, files, devices } = registry::Reach::default();
        Self { networks, files, usb: devices }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Server {
    pub(crate) listen: SocketAddr,
    /// Where people reach it, such as `https://count.example.org`; links begin with it.
    pub(crate) address: String,
    /// Whether everybody who reaches it may see and do everything.
    pub(crate) without_sign_in: bool,
    /// The names by which it is reached, beside `localhost` and bare addresses.
    pub(crate) hosts: Vec<String>,
    /// Connections at once.
    pub(crate) connections: usize,
    /// Connections at once from one address.
    pub(crate) connections_per_address: usize,
    /// Networks of proxies, whose `X-Forwarded-For` is believed.
    pub(crate) proxies: Vec<IpNet>,
    /// Whether `serve` watches the cameras itself; workers do where it does not.
    pub(crate) watch: bool,
    /// Whether `serve` takes in the broker's events itself; `camtally ingest` does where it does not.
    pub(crate) ingest: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Store {
    /// `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`; a file in the data folder unless given.
    pub(crate) url: Secret,
    /// Connections at once.
    pub(crate) connections: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Journal {
    /// The most that it may take on disk, in MiB.
    pub(crate) limit_mib: u64,
}

/// For how many days each kind of data is kept; 0 is for ever.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Retention {
    pub(crate) events_days: u32,
    /// By their ids it is known that a stretch of watched time comes again.
    pub(crate) watched_days: u32,
    /// Counts by minute.
    pub(crate) minutes_days: u32,
    /// Counts by quarter of an hour, from which hours, days and weeks come.
    pub(crate) quarters_days: u32,
    pub(crate) heat_maps_days: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Detection {
    /// A name, or a folder with a model.toml.
    pub(crate) model: PathBuf,
    /// Longest side of the picture that the model sees; 0 is the model's own.
    pub(crate) input: u32,
    /// Detectors side by side; 0 is one for each core.
    pub(crate) threads: usize,
    /// Frames that a detector takes at once when so many wait.
    pub(crate) batch: usize,
    /// Frames a second of each camera that are analysed.
    pub(crate) analyse_fps: f64,
    /// Whether no inference is spent where nothing moves.
    pub(crate) motion_gate: bool,
    /// Whether posters and mannequins are learned, and left out of the counts.
    pub(crate) fixtures: bool,
}

/// One camera.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Camera {
    /// Unique; it is in every event.
    pub(crate) name: String,
    /// `rtsp://…`, `http://…`, `/dev/video0`, `replay:FILE`, `loop:FILE`.
    pub(crate) address: Secret,
    #[serde(default)]
    pub(crate) user: String,
    #[serde(default)]
    pub(crate) password: Secret,
    /// A file that holds the password, for those who keep secrets in files.
    #[serde(default)]
    pub(crate) password_file: Option<PathBuf>,
    #[serde(default)]
    pub(crate) transport: RtspTransport,
    /// Whether an `https` address needs a certificate that this machine trusts.
    #[serde(default = "yes")]
    pub(crate) verify_tls: bool,
    /// The rules file: lines and zones.
    pub(crate) rules: PathBuf,
    /// Whether its pictures may be shown on the live page.
    #[serde(default)]
    pub(crate) pictures: bool,
    /// Whether people are made unrecognisable in pictures.
    #[serde(default)]
    pub(crate) blurred: bool,
    /// In place of `detection.analyse_fps`.
    #[serde(default)]
    pub(crate) analyse_fps: Option<f64>,
}

fn yes() -> bool {
    true
}

/// As the reader takes it.
pub(crate) fn transport(transport: RtspTransport) -> Transport {
    match transport {
        RtspTransport::Automatic => Transport::Automatic,
        RtspTransport::Tcp => Transport::Tcp,
        RtspTransport::Udp => Transport::Udp,
    }
}

/// A text that may hold a password: it is never shown.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    fn masked(&self) -> &'static str {
        if self.0.is_empty() { "" } else { "********" }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.masked())
    }
}

impl Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.masked())
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: "data".into(),
            site: Site::default(),
            server: Server::default(),
            store: Store::default(),
            journal: Journal::default(),
            broker: Broker::default(),
            worker: Worker::default(),
            health: Health::default(),
            retention: Retention::default(),
            detection: Detection::default(),
            egress: Egress::default(),
            mail: Mail::default(),
            mqtt: Mqtt::default(),
            reach: Reach::default(),
            cameras: Vec::new(),
        }
    }
}

impl Default for Site {
    fn default() -> Self {
        let (name, time_zone) = ("site".to_owned(), "UTC".to_owned());
        Self { name, time_zone, reset_hour: 4, entrances: Vec::new() }
    }
}

impl Default for Server {
    fn default() -> Self {
        let limits = server::Limits::default();
        Self {
            listen: ([127, 0, 0, 1], 8740).into(),
            address: String::new(),
            without_sign_in: false,
            hosts: Vec::new(),
            connections: limits.connections,
            connections_per_address: limits.connections_per_address,
            proxies: limits.proxies,
            watch: true,
            ingest: true,
        }
    }
}

impl Server {
    /// Whether people must sign in: unless it is told not to ask them, or nobody beyond this machine can reach it.
    pub(crate) fn asks_to_sign_in(&self) -> bool {
        let is_local = self.listen.ip().is_loopback()
            && self.address.is_empty()
            && self.hosts.is_empty()
            && self.proxies.is_empty();
        !(self.without_sign_in || is_local)
    }

    /// How many may be connected.
    pub(crate) fn limits(&self) -> server::Limits {
        server::Limits {
            connections: self.connections,
            connections_per_address: self.connections_per_address,
            proxies: self.proxies.clone(),
        }
    }
}

impl Default for Store {
    fn default() -> Self {
        Self { url: Secret::default(), connections: 8 }
    }
}

impl Default for Journal {
    fn default() -> Self {
        Self { limit_mib: 2048 }
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self { events_days: 90, watched_days: 14, minutes_days: 90, quarters_days: 0, heat_maps_days: 365 }
    }
}

impl Retention {
    /// As the store takes it.
    pub(crate) fn kept(&self) -> store::Retention {
        let days = |days: u32| (days > 0).then(|| time::Duration::days(days.into()));
        store::Retention {
            events: days(self.events_days),
            observed: days(self.watched_days),
            minutes: days(self.minutes_days),
            quarters: days(self.quarters_days),
            heat_maps: days(self.heat_maps_days),
        }
    }
}

impl Default for Detection {
    fn default() -> Self {
        Self {
            model: "nanodet-416".into(),
            input: 0,
            threads: 0,
            batch: 4,
            analyse_fps: 5.0,
            motion_gate: true,
            fixtures: true,
        }
    }
}

impl Camera {
    /// A camera with the defaults.
    pub(crate) fn new(name: &str, address: &str, rules: PathBuf) -> Self {
        Self {
            name: name.to_owned(),
            address: Secret(address.to_owned()),
            user: String::new(),
            password: Secret::default(),
            password_file: None,
            transport: RtspTransport::default(),
            verify_tls: true,
            rules,
            pictures: false,
            blurred: false,
            analyse_fps: None,
        }
    }
}
