//! Secrets in a file: ChaCha20-Poly1305 (RFC 8439) under a key that Argon2id (RFC 9106) makes of a passphrase, bound to the
//! camera's id.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, Nonce};
use zeroize::Zeroizing;

use crate::seal::CameraSecret;
use crate::{Error, Result, Secret};

/// The cipher of one export.
pub(crate) struct Cipher(ChaCha20Poly1305);

impl Cipher {
    pub(crate) fn new(passphrase: &Secret, salt: &[u8]) -> Result<Self> {
        let mut key = Zeroizing::new([0; 32]);
        let params = Params::new(64 * 1024, 3, 1, Some(32)).expect("these parameters are in range");
        let made = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(
            passphrase.expose().as_bytes(),
            salt,
            &mut *key,
        );
        made.map_err(|_| Error::Passphrase)?;
        Ok(Self(ChaCha20Poly1305::new(&(*key).into())))
    }

    /// Nonce and ciphertext, in base64.
    pub(crate) fn encrypt(&self, secret: &CameraSecret, camera: &str) -> Result<String> {
        let nonce = random::<12>()?;
        let payload = Payload { msg: &secret.to_bytes(), aad: camera.as_bytes() };
        let sealed = self.0.encrypt(&Nonce::from(nonce), payload);
        let sealed = sealed.expect("a secret is shorter than what the cipher takes");
        Ok(STANDARD.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// What [`encrypt`](Self::encrypt) made, if key and camera are the same.
    pub(crate) fn decrypt(&self, text: &str, camera: &str) -> Result<CameraSecret> {
        let bytes = STANDARD.decode(text).map_err(|_| Error::Passphrase)?;
        let (nonce, sealed) = bytes.split_first_chunk::<12>().ok_or(Error::Passphrase)?;
        let payload = Payload { msg: sealed, aad: camera.as_bytes() };
        let plain = self.0.decrypt(&Nonce::from(*nonce), payload).map_err(|_| Error::Passphrase)?;
        CameraSecret::from_bytes(&Zeroizing::new(plain)).ok_or(Error::Passphrase)
    }
}

pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    let filled = getrandom::fill(&mut bytes);
    filled.map_err(|error| Error::Seal(format!("the system gives no random bytes: {error}")))?;
    Ok(bytes)
}
