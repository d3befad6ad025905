//! How secrets are kept.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{Error, Result, Secret};

/// Encrypts what is kept, with the installation's key.
pub trait Seal: Send + Sync + 'static {
    /// Encrypts and authenticates `plain`; it can only be opened with the same `context`.
    ///
    /// # Errors
    /// With the reason why it cannot: the system gives no random bytes.
    fn seal(&self, plain: &[u8], context: &str) -> Result<Vec<u8>, String>;

    /// The plain bytes; none when the key or the context is another one, or the bytes were changed.
    fn open(&self, sealed: &[u8], context: &str) -> Option<Vec<u8>>;
}

impl Seal for access::Vault {
    fn seal(&self, plain: &[u8], context: &str) -> Result<Vec<u8>, String> {
        Self::seal(self, plain, context).map_err(|error| error.to_string())
    }

    fn open(&self, sealed: &[u8], context: &str) -> Option<Vec<u8>> {
        self.unseal(sealed, context).ok()
    }
}

/// What is sealed of a camera.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CameraSecret {
    /// The whole address, without user and password.
    pub(crate) address: Secret,
    pub(crate) password: Option<Secret>,
}

#[derive(Serialize, Deserialize)]
struct Plain<'a> {
    #[serde(borrow)]
    address: std::borrow::Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    password: Option<std::borrow::Cow<'a, str>>,
}

impl CameraSecret {
    pub(crate) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let plain = Plain {
            address: self.address.expose().into(),
            password: self.password.as_ref().map(|password| password.expose().into()),
        };
        Zeroizing::new(serde_json::to_vec(&plain).expect("texts become JSON"))
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let plain: Plain<'_> = serde_json::from_slice(bytes).ok()?;
        Some(Self {
            address: plain.address.as_ref().into(),
            password: plain.password.map(|password| password.as_ref().into()),
        })
    }

    pub(crate) fn sealed(&self, seal: &dyn Seal, camera: &str) -> Result<Vec<u8>> {
        seal.seal(&self.to_bytes(), &context(camera)).map_err(Error::Seal)
    }

    pub(crate) fn opened(seal: &dyn Seal, camera: &str, sealed: &[u8]) -> Result<Self> {
        let plain = seal.open(sealed, &context(camera)).map(Zeroizing::new);
        plain
            .and_then(|plain| Self::from_bytes(&plain))
            .ok_or_else(|| Error::Unsealed { id: camera.to_owned() })
    }
}

fn context(camera: &str) -> String {
    format!("camera/{camera}")
}
