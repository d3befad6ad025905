//! An address in the parts in which it is kept: where, and who signs in there.

use address::{Kind, LiveSource};

use crate::seal::CameraSecret;
use crate::{Error, Reach, Result, Secret, checks};

/// The most bytes of a user's name or a password: libav takes 120 together.
const CREDENTIAL: usize = 120;

/// The parts of an address as they are kept.
pub(crate) struct Parts {
    pub(crate) source: LiveSource,
    pub(crate) user: String,
    pub(crate) password: Option<Secret>,
}

impl Parts {
    /// Takes an address that somebody gave apart; `user` and `password` win over what stands in it.
    pub(crate) fn of(
        address: &Secret,
        user: Option<String>,
        password: Option<Secret>,
        reach: &Reach,
    ) -> Result<Self> {
        let parsed = LiveSource::parse(address.expose());
        let parsed = parsed.map_err(|error| Error::invalid("address", error.to_string()))?;
        reach.check(&parsed).map_err(|what| Error::invalid("address", what))?;
        let (source, found) = parsed.without_credentials();
        let (found_user, found_password) = match found {
            Some(found) => (found.user, found.password),
            None => (String::new(), None),
        };
        let parts = Self {
            source,
            user: user.unwrap_or(found_user),
            password: password.or(found_password.map(Secret::from)).filter(|text| !text.expose().is_empty()),
        };
        parts.signed_in()?;
        Ok(parts)
    }

    /// The source with user and password.
    pub(crate) fn signed_in(&self) -> Result<LiveSource> {
        checks::text("user", &self.user, CREDENTIAL)?;
        let password = self.password.as_ref().map_or("", Secret::expose);
        checks::text("password", password, CREDENTIAL)?;
        if self.user.is_empty() && password.is_empty() {
            return Ok(self.source.clone());
        }
        let signed_in = self.source.clone().with_credentials(&self.user, password);
        signed_in.map_err(|error| Error::invalid("user", error.to_string()))
    }

    pub(crate) fn secret(&self) -> CameraSecret {
        CameraSecret { address: self.source.expose().into(), password: self.password.clone() }
    }

    /// What was kept, put together again.
    pub(crate) fn kept(secret: CameraSecret, user: &str) -> Result<Self> {
        let source = LiveSource::parse(secret.address.expose());
        let source = source.map_err(|error| Error::invalid("address", error.to_string()))?;
        Ok(Self { source, user: user.to_owned(), password: secret.password })
    }

    /// For the one who connects.
    pub(crate) fn connectable(&self, reach: &Reach) -> Result<LiveSource, String> {
        let source = self.signed_in().map_err(|error| error.to_string())?;
        reach.resolved(source)
    }
}

/// The machine that an address names; none of a file or a device.
pub(crate) fn machine(source: &LiveSource) -> Option<(&'static str, &str, u16)> {
    match source.kind() {
        Kind::Rtsp(network) | Kind::Http(network) => {
            Some((network.scheme(), network.host(), network.port_or_default()))
        }
        Kind::Device(_) | Kind::Replay { .. } => None,
    }
}
