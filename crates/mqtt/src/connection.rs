//! Keeping a broker up to date.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use metrics::{counter, gauge};
use rumqttc::{
    AsyncClient, Event, EventLoop, LastWill, MqttOptions, Packet, Publish, QoS, Request, TlsConfiguration,
    Transport,
};
use rustls::ClientConfig;
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinHandle};

use crate::picture::Picture;
use crate::topics;

/// Events that wait while the broker is away; then the oldest give way.
const EVENTS: usize = 1_000;
/// What the client may have on its way to the connection.
const ON_ITS_WAY: usize = 64;
/// Pauses between tries to connect.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How long the delivery of one message may take, connecting included.
const DELIVERY: Duration = Duration::from_secs(15);
/// The largest packet.
const PACKET: usize = 256 * 1024;

/// The broker, and how topics begin.
#[derive(Clone)]
pub struct Settings {
    /// Its name or address.
    pub host: String,
    /// Its port, usually 1883, and 8883 with TLS.
    pub port: u16,
    /// Encryption, where it is wanted.
    pub tls: Option<Arc<ClientConfig>>,
    /// Name and password, for a broker that asks for them.
    pub credentials: Option<(String, String)>,
    /// The client's id: no two clients of a broker may have the same.
    pub client_id: String,
    /// How topics begin, `camtally`.
    pub prefix: String,
    /// The prefix that Home Assistant listens to, `homeassistant`; none for no discovery.
    pub discovery: Option<String>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Settings");
        shown.field("host", &self.host).field("port", &self.port).field("prefix", &self.prefix);
        shown.finish_non_exhaustive()
    }
}

/// Why a message was not delivered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The broker cannot be reached, or refuses.
    #[error("the MQTT broker {host}:{port} does not take it: {reason}")]
    Broker {
        /// Its name.
        host: String,
        /// Its port.
        port: u16,
        /// Why.
        reason: String,
    },
}

/// What is to be told to the broker.
#[derive(Default)]
struct Pending {
    /// Every retained topic, as it is to be.
    retained: BTreeMap<String, String>,
    /// Those that the broker does not have so yet.
    changed: BTreeSet<String>,
    events: VecDeque<(String, String)>,
}

struct Shared {
    settings: Settings,
    pending: Mutex<Pending>,
    bell: Notify,
}

impl Shared {
    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything is told again: the broker, or Home Assistant, has begun anew.
    fn tell_all(&self) {
        let mut pending = self.pending();
        pending.changed = pending.retained.keys().cloned().collect();
        drop(pending);
        self.bell.notify_one();
    }
}

/// A connection that is kept up, and made again when it ends.
pub struct Connection {
    shared: Arc<Shared>,
    client: AsyncClient,
    drive: tokio::sync::Mutex<JoinHandle<()>>,
    pump: AbortHandle,
}

impl Connection {
    /// Begins to connect; needs the runtime of tokio.
    pub fn start(settings: Settings) -> Self {
        let mut options = options(&settings, &settings.client_id);
        let status = topics::status(&settings.prefix);
        options.set_last_will(LastWill::new(&status, "offline", QoS::AtLeastOnce, true));
        let (client, events) = AsyncClient::new(options, ON_ITS_WAY);
        let shared = Arc::new(Shared { settings, pending: Mutex::default(), bell: Notify::new() });
        shared.pending().retained.insert(status, "online".to_owned());
        let drive = tokio::spawn(drive(events, client.clone(), Arc::clone(&shared)));
        let pump = tokio::spawn(pump(client.clone(), Arc::clone(&shared))).abort_handle();
        Self { shared, client, drive: drive.into(), pump }
    }

    /// Says how everything is. Topics that are no longer there are emptied, so that Home Assistant forgets them.
    pub fn show(&self, picture: &Picture) {
        let Settings { prefix, discovery, .. } = &self.shared.settings;
        let mut wanted = topics::retained(prefix, discovery.as_deref(), picture);
        wanted.insert(topics::status(prefix), "online".to_owned());
        let mut pending = self.shared.pending();
        for topic in pending.retained.keys() {
            // Once told, the emptiness itself need not be kept; but the broker may be away just now.
            wanted.entry(topic.clone()).or_default();
        }
        let changed: Vec<_> =
            wanted.iter().filter(|(topic, content)| pending.retained.get(*topic) != Some(content)).collect();
        let changed: Vec<_> = changed.into_iter().map(|(topic, _)| topic.clone()).collect();
        pending.changed.extend(changed);
        pending.retained = wanted;
        drop(pending);
        self.shared.bell.notify_one();
    }

    /// Tells an event of a camera, in its JSON form.
    pub fn event(&self, camera: &str, event: String) {
        let topic = topics::events(&self.shared.settings.prefix, camera);
        let mut pending = self.shared.pending();
        if pending.events.len() == EVENTS {
            pending.events.pop_front();
            counter!("camtally_mqtt_events_dropped_total").increment(1);
        }
        pending.events.push_back((topic, event));
        drop(pending);
        self.shared.bell.notify_one();
    }

    /// Delivers one message below the prefix, and returns when the broker has it. Over a connection of its own: the
    /// client does not tell which message an acknowledgement is for.
    ///
    /// # Errors
    /// The broker cannot be reached in time, or refuses.
    pub async fn deliver(&self, topic: &str, payload: Vec<u8>) -> Result<(), Error> {
        let settings = &self.shared.settings;
        let failed =
            |reason: String| Error::Broker { host: settings.host.clone(), port: settings.port, reason };
        // An empty id has the broker make one.
        let (client, mut events) = AsyncClient::new(options(settings, ""), 2);
        let topic = format!("{}/{topic}", settings.prefix);
        client
            .publish(topic, QoS::AtLeastOnce, false, payload)
            .await
            .map_err(|error| failed(error.to_string()))?;
        let acknowledged = async {
            loop {
                match events.poll().await {
                    Ok(Event::Incoming(Packet::PubAck(_))) => return Ok(()),
                    Ok(_) => {}
                    Err(error) => return Err(failed(error.to_string())),
                }
            }
        };
        tokio::time::timeout(DELIVERY, acknowledged)
            .await
            .unwrap_or_else(|_| Err(failed("it took too long".to_owned())))
    }

    /// Says `offline` and ends, for good.
    pub async fn end(&self) {
        self.pump.abort();
        let mut drive = self.drive.lock().await;
        if drive.is_finished() {
            return;
        }
        let status = topics::status(&self.shared.settings.prefix);
        let farewell = async {
            self.client.publish(status, QoS::AtLeastOnce, true, "offline").await?;
            self.client.disconnect().await
        };
        // What was handed over is on its way when the connection has ended.
        let told = tokio::time::timeout(FIRST_PAUSE, farewell).await.is_ok_and(|told| told.is_ok());
        if !told || tokio::time::timeout(FIRST_PAUSE, &mut *drive).await.is_err() {
            drive.abort();
        }
    }
}

/// Connects to the broker, and ends: nothing is published.
///
/// # Errors
/// The broker cannot be reached in time, or refuses who asks.
pub async fn check(settings: &Settings) -> Result<(), Error> {
    let failed = |reason: String| Error::Broker { host: settings.host.clone(), port: settings.port, reason };
    // An empty id has the broker make one: a program that runs keeps its own.
    let (client, mut events) = AsyncClient::new(options(settings, ""), 2);
    let connected = async {
        loop {
            match events.poll().await {
                Ok(Event::Incoming(Packet::ConnAck(_))) => return Ok(()),
                Ok(_) => {}
                Err(error) => return Err(failed(error.to_string())),
            }
        }
    };
    let connected = tokio::time::timeout(DELIVERY, connected).await;
    // What is told of it is not waited for.
    client.try_disconnect().ok();
    connected.unwrap_or_else(|_| Err(failed("it took too long".to_owned())))
}

fn options(settings: &Settings, client_id: &str) -> MqttOptions {
    let mut options = MqttOptions::new(client_id, &settings.host, settings.port);
    options.set_keep_alive(Duration::from_secs(30));
    options.set_max_packet_size(PACKET, PACKET);
    if let Some((user, password)) = &settings.credentials {
        options.set_credentials(user, password);
    }
    if let Some(tls) = &settings.tls {
        options.set_transport(Transport::Tls(TlsConfiguration::Rustls(Arc::clone(tls))));
    }
    options
}

/// Drives the connection, and makes it again when it ends.
async fn drive(mut events: EventLoop, client: AsyncClient, shared: Arc<Shared>) {
    let mut pause = FIRST_PAUSE;
    let mut unacknowledged = Vec::new();
    loop {
        match events.poll().await {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                pause = FIRST_PAUSE;
                events.pending.extend(unacknowledged.drain(..).map(Request::Publish));
                gauge!("camtally_mqtt_connected").set(1.0);
                tracing::info!(host = shared.settings.host, "the MQTT broker is there");
                if let Some(discovery) = &shared.settings.discovery
                    && let Err(error) = client.try_subscribe(format!("{discovery}/status"), QoS::AtMostOnce)
                {
                    tracing::warn!(%error, "Home Assistant's start will not be noticed");
                }
                shared.tell_all();
            }
            // Home Assistant has started. Descriptions are retained, but it asks for them to be told again.
            Ok(Event::Incoming(Packet::Publish(message))) if message.payload.as_ref() == b"online" => {
                shared.tell_all()
            }
            Ok(Event::Outgoing(rumqttc::Outgoing::Disconnect)) => return,
            Ok(_) => {}
            Err(error) => {
                gauge!("camtally_mqtt_connected").set(0.0);
                // The client forgets what the broker has not acknowledged when it begins a new session, and would lose
                // these events. What is retained is told anew in any case.
                for request in events.pending.drain(..) {
                    if let Request::Publish(message) = request
                        && !message.retain
                    {
                        unacknowledged.push(Publish { pkid: 0, ..message });
                    }
                }
                // A broker that comes and goes must not make it grow: the oldest give way.
                let too_many = unacknowledged.len().saturating_sub(EVENTS);
                unacknowledged.drain(..too_many);
                counter!("camtally_mqtt_events_dropped_total").increment(too_many as u64);
                tracing::warn!(host = shared.settings.host, %error, "the MQTT broker is away; trying again");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

/// Hands what is pending to the client, which takes it as fast as the broker does.
async fn pump(client: AsyncClient, shared: Arc<Shared>) {
    loop {
        let next = {
            let mut pending = shared.pending();
            match pending.changed.pop_first() {
                Some(topic) => {
                    let content = pending.retained.get(&topic).cloned().unwrap_or_default();
                    Some((topic, content, true))
                }
                None => pending.events.pop_front().map(|(topic, event)| (topic, event, false)),
            }
        };
        let Some((topic, content, retain)) = next else {
            shared.bell.notified().await;
            continue;
        };
        // It fails when the connection has ended for good.
        if client.publish(topic, QoS::AtLeastOnce, retain, content).await.is_err() {
            return;
        }
    }
}
