use std::io;
use std::net::IpAddr;
use std::time::Duration;

/// What every call answers with when it could not do its work.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why nothing was sent, or no answer came. No message holds an address's path or query: they may be secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address cannot be used.
    #[error("the address cannot be used: {0}")]
    Address(&'static str),
    /// The policy does not let it be reached.
    #[error(
        "`{host}` is at {address}, which may not be reached from here: \
         whoever runs camtally can allow its network in the configuration"
    )]
    Refused {
        /// The host as it was asked for.
        host: String,
        /// What it stands for.
        address: IpAddr,
    },
    /// It would have been sent in the clear.
    #[error(
        "`{host}` would be reached without encryption: use https, or have its network allowed in the configuration"
    )]
    Plain {
        /// The host as it was asked for.
        host: String,
    },
    /// The name stands for nothing.
    #[error("the name `{host}` cannot be resolved: {source}")]
    Resolve {
        /// The name.
        host: String,
        /// Why.
        source: io::Error,
    },
    /// Nobody takes the connection.
    #[error("`{host}` cannot be connected to: {source}")]
    Connect {
        /// The host as it was asked for.
        host: String,
        /// Why.
        source: io::Error,
    },
    /// The encrypted connection could not be made.
    #[error("no secure connection to `{host}`: {source}")]
    Tls {
        /// The host as it was asked for.
        host: String,
        /// Why.
        source: io::Error,
    },
    /// It took too long.
    #[error("`{host}` took longer than {} s", limit.as_secs_f64())]
    Timeout {
        /// The host as it was asked for.
        host: String,
        /// How long was waited.
        limit: Duration,
    },
    /// The other side does not speak HTTP, or stopped amid it.
    #[error("`{host}` gave no proper answer: {reason}")]
    Http {
        /// The host as it was asked for.
        host: String,
        /// Why.
        reason: String,
    },
    /// The answer is longer than was allowed.
    #[error("the answer of `{host}` is longer than {limit} bytes")]
    TooLarge {
        /// The host as it was asked for.
        host: String,
        /// The most that is read.
        limit: usize,
    },
}

impl Error {
    /// Whether the same request may succeed later without anybody changing it.
    pub fn is_retryable(&self) -> bool {
        !matches!(self, Self::Address(_) | Self::Plain { .. } | Self::Refused { .. } | Self::TooLarge { .. })
    }
}
