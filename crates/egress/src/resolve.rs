//! From names to addresses.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;

use crate::{Error, Policy, Result};

/// The addresses of a name, as they are found.
pub type Resolving<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'a>>;

/// What says for which addresses a name stands.
pub trait Resolve: fmt::Debug + Send + Sync {
    /// All addresses of a host, with the port.
    fn resolve<'a>(&'a self, host: &'a str, port: u16) -> Resolving<'a>;
}

/// The operating system's resolver. It takes numbers as well, also in forms that nobody writes, such as `2130706433`
/// for 127.0.0.1: the policy sees what it makes of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, host: &'a str, port: u16) -> Resolving<'a> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) })
    }
}

impl Policy {
    /// All addresses of a host, every one of which may be reached. A name that stands for one address that may not
    /// is refused as a whole: nothing good does that.
    ///
    /// # Errors
    /// [`Error::Resolve`] and [`Error::Refused`].
    pub async fn resolve(&self, resolver: &dyn Resolve, host: &str, port: u16) -> Result<Vec<SocketAddr>> {
        let failed = |source| Error::Resolve { host: host.to_owned(), source };
        let addresses = resolver.resolve(host, port).await.map_err(failed)?;
        if addresses.is_empty() {
            return Err(failed(io::Error::new(io::ErrorKind::NotFound, "it has no address")));
        }
        match addresses.iter().find(|address| !self.allows(address.ip())) {
            Some(refused) => {
                Err(Error::Refused { host: host.to_owned(), address: refused.ip().to_canonical() })
            }
            None => Ok(addresses),
        }
    }
}
