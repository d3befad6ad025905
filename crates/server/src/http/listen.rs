//! Connections: how many, from whom, and for how long they may say nothing.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use ipnet::IpNet;
use metrics::{counter, gauge};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower::ServiceExt as _;

use super::slow::Unstalled;
use crate::extract::Peer;

/// How long the headers of a request may take, and how long a connection may be idle between two requests.
const HEADERS: Duration = Duration::from_secs(15);
/// What the headers of a request may hold together, in bytes.
const HEADERS_SIZE: usize = 32 * 1024;
/// How long answers that are under way when the server ends may take to be complete.
const ENDING: Duration = Duration::from_secs(5);
/// How long nothing is accepted after the system has refused to.
const REFUSED: Duration = Duration::from_millis(200);

/// How many may be connected, and whose word is taken for who they are.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at once.
    pub connections: usize,
    /// Connections at once from one address, unless it is a proxy's.
    pub connections_per_address: usize,
    /// Networks of proxies, whose `X-Forwarded-For` says where a request comes from.
    pub proxies: Vec<IpNet>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections: 4096, connections_per_address: 256, proxies: Vec::new() }
    }
}

impl Limits {
    fn is_proxy(&self, address: IpAddr) -> bool {
        self.proxies.iter().any(|network| network.contains(&address))
    }

    /// Where a request comes from: the last address that no proxy of ours has.
    fn origin(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.is_proxy(peer) {
            return peer;
        }
        let named = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
        let named: Vec<&str> = named.flat_map(|value| value.split(',')).map(str::trim).collect();
        let mut origin = peer;
        for name in named.into_iter().rev() {
            // What cannot be read was not written by a proxy.
            let Ok(address) = name.parse::<IpAddr>() else { break };
            origin = address.to_canonical();
            if !self.is_proxy(origin) {
                break;
            }
        }
        origin
    }
}

/// Answers what comes in at a listener until `ended`; then what is under way may take five seconds more.
///
/// HTTP/1.1 only: HTTP/2 without TLS (h2c) is spoken by no browser, and is a second way past a proxy's rules.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, ended: impl Future<Output = ()>) {
    let (ending, is_ending) = watch::channel(());
    let limits = Arc::new(limits);
    let all = Arc::new(Semaphore::new(limits.connections));
    let addresses = Arc::new(Addresses::default());
    let mut ended = std::pin::pin!(ended);
    loop {
        // A place first: who waits for one waits in the system's queue, which is bounded as well.
        let place = tokio::select! {
            () = &mut ended => break,
            place = Arc::clone(&all).acquire_owned() => place.expect("nobody closes the semaphore"),
        };
        let accepted = tokio::select! {
            () = &mut ended => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "no connection can be accepted at the moment");
                tokio::time::sleep(REFUSED).await;
                continue;
            }
        };
        let peer = peer.ip().to_canonical();
        let most = if limits.is_proxy(peer) { usize::MAX } else { limits.connections_per_address };
        let Some(guest) = addresses.admit(peer, most) else {
            counter!("camtally_http_connections_refused_total").increment(1);
            tracing::debug!(%peer, "too many connections from one address");
            continue;
        };
        let connection = Connection { peer, _guest: guest, _place: place };
        tokio::spawn(connection.answer(stream, router.clone(), Arc::clone(&limits), is_ending.clone()));
    }
    drop(is_ending);
    drop(listener);
    // It fails when nobody is connected.
    ending.send(()).ok();
    if tokio::time::timeout(ENDING, ending.closed()).await.is_err() {
        tracing::info!("answers that were still under way are cut short");
    }
}

struct Connection {
    peer: IpAddr,
    _guest: Guest,
    _place: OwnedSemaphorePermit,
}

impl Connection {
    async fn answer(
        self,
        stream: TcpStream,
        router: Router,
        limits: Arc<Limits>,
        mut is_ending: watch::Receiver<()>,
    ) {
        gauge!("camtally_http_connections").increment(1.0);
        // Without it small messages wait for the other side's acknowledgement; it fails on a closed connection.
        stream.set_nodelay(true).ok();
        let peer = self.peer;
        let service = service_fn(move |request: Request<Incoming>| {
            let router = router.clone();
            let origin = limits.origin(peer, request.headers());
            async move {
                let mut request = request.map(Body::new);
                request.extensions_mut().insert(Peer(origin));
                let response = router.oneshot(request).await;
                Ok::<_, Infallible>(response.unwrap_or_else(|never| match never {}))
            }
        });
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(HEADERS).max_buf_size(HEADERS_SIZE);
        let connection = http.serve_connection(TokioIo::new(Unstalled::new(stream)), service).with_upgrades();
        let mut connection = std::pin::pin!(connection);
        let closed = tokio::select! {
            closed = connection.as_mut() => closed,
            _ = is_ending.changed() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = closed {
            tracing::debug!(%peer, %error, "a connection has ended badly");
        }
        gauge!("camtally_http_connections").decrement(1.0);
    }
}

/// How many connections each address has.
#[derive(Default)]
struct Addresses(Mutex<HashMap<IpAddr, usize>>);

impl Addresses {
    fn admit(self: &Arc<Self>, address: IpAddr, most: usize) -> Option<Guest> {
        // Whoever has one IPv6 address has the whole network of it.
        let address = match address {
            IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
            v4 => v4,
        };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = all.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Guest { address, all: Arc::clone(self) })
    }
}

/// One connection of an address.
struct Guest {
    address: IpAddr,
    all: Arc<Addresses>,
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut all = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(proxies: &[&str], peer: &str, forwarded: &str) -> String {
        let proxies = proxies.iter().map(|network| network.parse().unwrap()).collect();
        let limits = Limits { proxies, ..Limits::default() };
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        limits.origin(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_proxies_are_believed() {
        assert_eq!(origin(&[], "192.0.2.1", "198.51.100.7"), "192.0.2.1");
        assert_eq!(origin(&["192.0.2.0/24"], "192.0.2.1", "198.51.100.7"), "198.51.100.7");
        // What the client wrote itself stands before what the proxy has seen.
        assert_eq!(
            origin(&["192.0.2.0/24"], "192.0.2.1", "203.0.113.9, 198.51.100.7, 192.0.2.4"),
            "198.51.100.7"
        );
        assert_eq!(origin(&["192.0.2.0/24"], "192.0.2.1", "nonsense"), "192.0.2.1");
    }

    #[test]
    fn an_address_has_so_many_connections_and_no_more() {
        let addresses = Arc::new(Addresses::default());
        let address: IpAddr = "2001:db8::1".parse().unwrap();
        let first = addresses.admit(address, 2).unwrap();
        let second = addresses.admit("2001:db8::2".parse().unwrap(), 2).unwrap();
        assert!(addresses.admit(address, 2).is_none());
        assert!(addresses.admit("192.0.2.1".parse().unwrap(), 2).is_some());
        drop(first);
        assert!(addresses.admit(address, 2).is_some());
        drop(second);
        assert!(addresses.0.lock().unwrap().is_empty());
    }
}
