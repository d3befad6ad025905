//! The connection to RabbitMQ.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use lapin::tcp::OwnedTLSConfig;
use lapin::uri::AMQPUri;
use lapin::{Channel, Connection, ConnectionProperties};
use rand::Rng as _;

use crate::{Error, Result, topology};

/// How long a node may take to take a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// How often both sides give a sign of life, in seconds; who misses two is gone.
const HEARTBEAT: u16 = 10;

/// Where the broker is.
#[derive(Clone)]
pub struct Settings {
    /// `amqp://USER:PASSWORD@HOST:PORT/VHOST`, `amqps://…`; hosts of a cluster are separated by commas.
    pub address: String,
    /// In place of a password in the address.
    pub password: Option<String>,
    /// Certificates to trust beside the system's, PEM.
    pub certificates: Option<PathBuf>,
    /// What the connection is called in the broker, and who the messages are from.
    pub name: String,
}

/// The broker. Clones know of each other which of its nodes answers.
#[derive(Clone)]
pub struct Broker {
    nodes: Arc<[AMQPUri]>,
    tls: OwnedTLSConfig,
    name: Arc<str>,
    /// The node that is tried first.
    first: Arc<AtomicUsize>,
}

impl fmt::Debug for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nodes = self.nodes.iter().map(place).collect::<Vec<_>>();
        f.debug_struct("Broker").field("nodes", &nodes).field("name", &self.name).finish_non_exhaustive()
    }
}

/// A connection, and a channel on which what is sent is confirmed.
pub(crate) struct Link {
    pub(crate) connection: Connection,
    pub(crate) channel: Channel,
}

impl Broker {
    /// A broker at an address. Nothing is connected yet.
    ///
    /// # Errors
    /// The address is none, or the certificates cannot be read.
    pub fn new(settings: &Settings) -> Result<Self> {
        let mut nodes = nodes(&settings.address)?;
        for node in &mut nodes {
            if let Some(password) = &settings.password {
                node.authority.userinfo.password.clone_from(password);
            }
            node.query.heartbeat.get_or_insert(HEARTBEAT);
            node.query.connection_timeout.get_or_insert(CONNECT.as_millis() as u64);
        }
        let tls = match &settings.certificates {
            None => OwnedTLSConfig::default(),
            Some(path) => {
                let chain = std::fs::read_to_string(path).map_err(|error| Error::Certificates {
                    path: path.display().to_string(),
                    reason: error.to_string(),
                })?;
                OwnedTLSConfig { cert_chain: Some(chain), ..OwnedTLSConfig::default() }
            }
        };
        // Workers spread over the nodes.
        let first = rand::rng().random_range(0..nodes.len());
        Ok(Self {
            nodes: nodes.into(),
            tls,
            name: settings.name.as_str().into(),
            first: Arc::new(AtomicUsize::new(first)),
        })
    }

    /// Who the messages are from.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Connects to the first node that answers, and makes what is missing there.
    pub(crate) async fn connect(&self) -> Result<Link> {
        let mut failed = None;
        for _ in 0..self.nodes.len() {
            let at = self.first.load(Ordering::Relaxed) % self.nodes.len();
            match self.connect_to(&self.nodes[at]).await {
                Ok(link) => return Ok(link),
                Err(error) => {
                    // The next one may be better.
                    self.first.store(at + 1, Ordering::Relaxed);
                    failed = Some(error);
                }
            }
        }
        Err(failed.unwrap_or(Error::Address("there is no host in it")))
    }

    async fn connect_to(&self, node: &AMQPUri) -> Result<Link> {
        let unreachable = |reason: String| Error::Unreachable { node: place(node), reason };
        let name = format!("camtally {}", self.name);
        let properties = ConnectionProperties::default().with_connection_name(name.into());
        let runtime = lapin::runtime::default_runtime()?;
        let connecting =
            Connection::connect_uri_with_config(node.clone(), properties, self.tls.clone(), runtime);
        let connection = match tokio::time::timeout(CONNECT, connecting).await {
            Ok(connected) => connected.map_err(|error| unreachable(error.to_string()))?,
            Err(_) => return Err(unreachable(format!("no answer within {} s", CONNECT.as_secs()))),
        };
        let making = async {
            topology::ensure(&connection).await?;
            let channel = connection.create_channel().await?;
            channel.confirm_select(Default::default()).await?;
            Ok::<_, Error>(channel)
        };
        let channel = match tokio::time::timeout(CONNECT, making).await {
            Ok(made) => made?,
            Err(_) => return Err(Error::Late { seconds: CONNECT.as_secs() }),
        };
        Ok(Link { connection, channel })
    }

    /// Whether it answers, and how many messages wait: to be taken in, and among the dead letters.
    ///
    /// # Errors
    /// When it cannot be reached, or lacks a queue and this user may not make it.
    pub async fn look(&self) -> Result<(u32, u32)> {
        let link = self.connect().await?;
        let ingest = topology::waiting(&link.channel, topology::INGEST).await?;
        let dead = topology::waiting(&link.channel, topology::DEAD_LETTERS).await?;
        link.close().await;
        Ok((ingest, dead))
    }
}

impl Link {
    pub(crate) fn is_open(&self) -> bool {
        self.connection.status().connected() && self.channel.status().connected()
    }

    /// Says good-bye. A broker that does not answer is left.
    pub(crate) async fn close(self) {
        let closing = self.connection.close(200, "done".into());
        if let Ok(Err(error)) = tokio::time::timeout(Duration::from_secs(2), closing).await {
            tracing::debug!(%error, "the connection to the broker was gone before it was closed");
        }
    }
}

fn place(node: &AMQPUri) -> String {
    format!("{}:{}", node.authority.host, node.authority.port)
}

/// An address for each host.
fn nodes(address: &str) -> Result<Vec<AMQPUri>> {
    let (scheme, rest) = address.split_once("://").ok_or(Error::Address("it begins with neither"))?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (user, hosts) = match authority.rsplit_once('@') {
        Some((user, hosts)) => (format!("{user}@"), hosts),
        None => (String::new(), authority),
    };
    let nodes = hosts.split(',').map(|host| {
        if host.is_empty() {
            return Err(Error::Address("a host is missing"));
        }
        // What is wrong with it stays unsaid: the parser's message may quote it, password and all.
        let node: AMQPUri = format!("{scheme}://{user}{host}{path}")
            .parse()
            .map_err(|_| Error::Address("this is no valid address"))?;
        Ok(node)
    });
    nodes.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_is_several_hosts_with_one_user_and_one_vhost() {
        let nodes = nodes("amqps://count:s%40crat@a,b:5671,[::1]:5/tally").unwrap();
        let places: Vec<_> = nodes.iter().map(place).collect();
        assert_eq!(places[..2], ["a:5671", "b:5671"]);
        for node in &nodes {
            assert_eq!((node.authority.userinfo.password.as_str(), node.vhost.as_str()), ("s@crat", "tally"));
        }
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_quoted() {
        for wrong in [
            "",
            "broker",
            "http://u:secret@b",
            "amqp://u:secret@",
            "amqp://u:secret@a,,b",
            "amqp://u:secret@a:x",
        ] {
            let settings =
                Settings { address: wrong.into(), password: None, certificates: None, name: "test".into() };
            let error = Broker::new(&settings).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
