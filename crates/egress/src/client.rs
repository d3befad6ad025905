//! HTTP/1.1 over checked connections, one for each request.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST};
use http::uri::Scheme;
use http::{HeaderValue, Request, Response, Uri};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::{Error, Policy, Resolve, Result, SystemResolver};

/// How many of a name's addresses are tried.
const ADDRESSES: usize = 4;
/// The longest address that is taken.
const ADDRESS_LENGTH: usize = 2048;

/// How long and how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long one address may take to accept the connection.
    pub connect: Duration,
    /// How long everything may take together.
    pub total: Duration,
    /// The longest answer, in bytes, without its headers.
    pub answer: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), total: Duration::from_secs(15), answer: 64 * 1024 }
    }
}

/// Sends requests to where the policy lets them go. Clones share everything.
#[derive(Clone)]
pub struct Client {
    policy: Arc<Policy>,
    resolver: Arc<dyn Resolve>,
    tls: TlsConnector,
    limits: Limits,
}

impl Client {
    /// A client that trusts what [`tls_config`](crate::tls_config) was told to.
    pub fn new(policy: Policy, tls: Arc<ClientConfig>, limits: Limits) -> Self {
        Self { policy: Arc::new(policy), resolver: Arc::new(SystemResolver), tls: tls.into(), limits }
    }

    /// The same with another resolver.
    #[must_use]
    pub fn with_resolver(self, resolver: Arc<dyn Resolve>) -> Self {
        Self { resolver, ..self }
    }

    /// What may be reached.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Checks an address as far as that goes without resolving it, to tell whoever enters it.
    ///
    /// # Errors
    /// [`Error::Address`], and [`Error::Refused`] where the host is a number.
    pub fn check(&self, address: &str) -> Result<()> {
        let target = Target::of(
            &address.parse().map_err(|_| Error::Address("it is no address such as https://host/path"))?,
        )?;
        match target.host.parse() {
            Ok(address) if !self.policy.allows(address) => Err(Error::Refused { host: target.host, address }),
            _ => Ok(()),
        }
    }

    /// Sends a request to the address that it names, and reads the whole answer. Redirects are answers like others.
    ///
    /// # Errors
    /// When the address may not be reached or nobody answers properly there in time; see [`Error`].
    pub async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let target = Target::of(request.uri())?;
        let limit = self.limits.total;
        let late = Error::Timeout { host: target.host.clone(), limit };
        match tokio::time::timeout(limit, Box::pin(self.exchange(&target, request))).await {
            Ok(answer) => answer,
            Err(_) => Err(late),
        }
    }

    async fn exchange(&self, target: &Target, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let addresses = self.policy.resolve(&*self.resolver, &target.host, target.port).await?;
        if !target.secure && !addresses.iter().all(|address| self.policy.names(address.ip())) {
            return Err(Error::Plain { host: target.host.clone() });
        }
        let stream = self.connect(target, &addresses).await?;
        if !target.secure {
            return self.speak(target, stream, request).await;
        }
        let failed = |source| Error::Tls { host: target.host.clone(), source };
        let name = ServerName::try_from(target.host.clone())
            .map_err(|error| failed(io::Error::new(io::ErrorKind::InvalidInput, error)))?;
        let stream = self.tls.connect(name, stream).await.map_err(failed)?;
        self.speak(target, stream, request).await
    }

    async fn connect(&self, target: &Target, addresses: &[SocketAddr]) -> Result<TcpStream> {
        let mut failed = io::Error::from(io::ErrorKind::NotFound);
        for address in addresses.iter().take(ADDRESSES) {
            match tokio::time::timeout(self.limits.connect, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => failed = error,
                Err(_) => failed = io::ErrorKind::TimedOut.into(),
            }
        }
        Err(Error::Connect { host: target.host.clone(), source: failed })
    }

    async fn speak<S>(&self, target: &Target, stream: S, request: Request<Bytes>) -> Result<Response<Bytes>>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let host = || target.host.clone();
        let improper = |error: hyper::Error| Error::Http { host: host(), reason: error.to_string() };
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(improper)?;
        // The connection is driven beside the exchange, and given up with it.
        let exchange = async {
            let answer = sender.send_request(target.dress(request)).await.map_err(improper)?;
            let (head, body) = answer.into_parts();
            let limit = self.limits.answer;
            let body = Limited::new(body, limit).collect().await.map_err(|error| {
                if error.is::<LengthLimitError>() {
                    Error::TooLarge { host: host(), limit }
                } else {
                    Error::Http { host: host(), reason: error.to_string() }
                }
            })?;
            Ok(Response::from_parts(head, body.to_bytes()))
        };
        tokio::pin!(exchange);
        tokio::select! {
            answer = &mut exchange => answer,
            ended = connection => match ended {
                // What has come may be a whole answer.
                Ok(()) => exchange.await,
                Err(error) => Err(improper(error)),
            },
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("policy", &self.policy)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// Where a request goes.
struct Target {
    /// Without the brackets of an IPv6 address.
    host: String,
    port: u16,
    secure: bool,
}

impl Target {
    fn of(uri: &Uri) -> Result<Self> {
        let secure = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(scheme) if *scheme == Scheme::HTTP => false,
            _ => return Err(Error::Address("it must begin with https:// or http://")),
        };
        let authority = uri.authority().ok_or(Error::Address("it names no host"))?;
        if authority.as_str().contains('@') {
            return Err(Error::Address("it may hold no user and no password"));
        }
        if uri.to_string().len() > ADDRESS_LENGTH {
            return Err(Error::Address("it is longer than 2048 characters"));
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() {
            return Err(Error::Address("it names no host"));
        }
        let port = match authority.as_str().rsplit_once(':') {
            Some((_, port)) if !port.ends_with(']') => {
                port.parse().ok().filter(|port| *port > 0).ok_or(Error::Address("its port is none"))?
            }
            _ if secure => 443,
            _ => 80,
        };
        Ok(Self { host: host.to_owned(), port, secure })
    }

    /// The request as it goes over the wire.
    fn dress(&self, request: Request<Bytes>) -> Request<Full<Bytes>> {
        let (mut head, body) = request.into_parts();
        if let Some(authority) = head.uri.authority()
            && let Ok(host) = HeaderValue::from_str(authority.as_str())
        {
            head.headers.insert(HOST, host);
        }
        if let Some(path) = head.uri.path_and_query() {
            head.uri = Uri::from(path.clone());
        }
        if !body.is_empty() {
            head.headers.insert(CONTENT_LENGTH, body.len().into());
        }
        Request::from_parts(head, Full::new(body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(address: &str) -> Result<(String, u16, bool)> {
        let target = Target::of(&address.parse().map_err(|_| Error::Address("unreadable"))?)?;
        Ok((target.host, target.port, target.secure))
    }

    #[test]
    fn an_address_names_one_host_and_port() {
        assert_eq!(target("https://a.example/x?y").unwrap(), ("a.example".to_owned(), 443, true));
        assert_eq!(target("http://a.example:8080").unwrap(), ("a.example".to_owned(), 8080, false));
        assert_eq!(target("http://[::1]:81/").unwrap(), ("::1".to_owned(), 81, false));
        assert_eq!(target("http://[::1]/").unwrap(), ("::1".to_owned(), 80, false));
        for bad in [
            "ftp://a.example/",
            "/path",
            "a.example",
            "https://user:pw@a.example/",
            "https://good.example@127.0.0.1/",
            "http://a.example:0/",
            "http://a.example:99999/",
            "http:///x",
            "http://:80/",
            "http://a\\@b/",
            "",
        ] {
            assert!(target(bad).is_err(), "{bad}");
        }
    }
}
