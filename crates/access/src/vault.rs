//! Secrets at rest: the passwords of cameras and the keys of one-time codes.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::secret::random;

/// The file with the key, in the data folder.
pub const KEY_FILE: &str = "secret.key";
/// The first byte of what was sealed.
const VERSION: u8 = 1;
const NONCE: usize = 24;
/// Bytes of the salt of a passphrase.
const SALT: usize = 16;

/// Why the vault's key cannot be had, or something in it not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// The file cannot be read or written.
    #[error("the key file {path} cannot be used: {cause}")]
    File {
        /// Its path.
        path: String,
        /// What the system says.
        cause: io::Error,
    },
    /// What is there is no key.
    #[error(
        "{0} is no key of 32 bytes in base64: restore it from a backup; without it no kept secret can be read"
    )]
    NoKey(String),
    /// Others on the machine can read it.
    #[error("the key file {0} can be read by others: run `chmod 600 {0}`")]
    Open(String),
    /// It was sealed with another key, or for another place, or was damaged.
    #[error(
        "a kept secret cannot be opened with this key: restore the `secret.key` that belongs to the database, or \
         enter the secret again"
    )]
    Sealed,
    /// The system gives no random bytes.
    #[error("the system gives no random bytes: {0}")]
    NoRandomness(String),
}

/// Seals and opens secrets with the program's one key (XChaCha20-Poly1305).
#[derive(Clone)]
pub struct Vault {
    key: [u8; 32],
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    /// With this key.
    pub fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// With `given`, a key of 32 bytes in base64, if there is one; otherwise with the key in `folder`, which is made at
    /// the first start, readable by its owner only.
    ///
    /// # Errors
    /// There is no such key, others can read it, or it cannot be written.
    pub fn open(given: Option<&str>, folder: &Path) -> Result<Self, VaultError> {
        if let Some(given) = given {
            let key =
                decode(given.trim()).ok_or_else(|| VaultError::NoKey("CAMTALLY_SECRET_KEY".to_owned()))?;
            return Ok(Self { key });
        }
        let path = folder.join(KEY_FILE);
        let name = path.display().to_string();
        let failed = |cause| VaultError::File { path: name.clone(), cause };
        match File::open(&path) {
            Ok(mut file) => {
                if file.metadata().map_err(failed)?.permissions().mode() & 0o077 != 0 {
                    return Err(VaultError::Open(name));
                }
                let mut text = String::new();
                (&mut file).take(1024).read_to_string(&mut text).map_err(failed)?;
                let key = decode(text.trim()).ok_or_else(|| VaultError::NoKey(name.clone()))?;
                Ok(Self { key })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = random().map_err(|error| VaultError::NoRandomness(error.to_string()))?;
                if write(folder, &path, &key).map_err(failed)? {
                    return Ok(Self { key });
                }
                // Another process was first: its key is the key.
                Self::open(None, folder)
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// Seals a secret for one place, such as `camera/entrance/password`: moved to another, it does not open.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn seal(&self, secret: &[u8], place: &str) -> Result<Vec<u8>, VaultError> {
        let nonce: [u8; NONCE] = random().map_err(|error| VaultError::NoRandomness(error.to_string()))?;
        let payload = Payload { msg: secret, aad: place.as_bytes() };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload).map_err(|_| VaultError::Sealed)?;
        Ok([&[VERSION], nonce.as_slice(), &sealed].concat())
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// It was sealed with another key, for another place, or was changed.
    pub fn unseal(&self, sealed: &[u8], place: &str) -> Result<Vec<u8>, VaultError> {
        let Some((&VERSION, rest)) = sealed.split_first() else { return Err(VaultError::Sealed) };
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or(VaultError::Sealed)?;
        let payload = Payload { msg: sealed, aad: place.as_bytes() };
        self.cipher().decrypt(&XNonce::from(*nonce), payload).map_err(|_| VaultError::Sealed)
    }

    /// A code that only this key makes of these bytes, for one purpose (HMAC-SHA-256).
    pub fn sign(&self, purpose: &str, bytes: &[u8]) -> [u8; 32] {
        self.mac(purpose, bytes).finalize().into_bytes().into()
    }

    /// Whether [`Vault::sign`] made this code; takes the same time whatever differs.
    pub fn is_signed(&self, purpose: &str, bytes: &[u8], code: &[u8]) -> bool {
        self.mac(purpose, bytes).verify_slice(code).is_ok()
    }

    /// The key itself, sealed with a passphrase, for a backup (Argon2id, XChaCha20-Poly1305).
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn seal_key(&self, passphrase: &str) -> Result<Vec<u8>, VaultError> {
        let salt: [u8; SALT] = random().map_err(|error| VaultError::NoRandomness(error.to_string()))?;
        let sealed = Self::of_passphrase(passphrase, &salt).seal(&self.key, "secret.key")?;
        Ok([salt.as_slice(), &sealed].concat())
    }

    /// With the key that [`Vault::seal_key`] has sealed.
    ///
    /// # Errors
    /// Another passphrase, or something else than a sealed key.
    pub fn unseal_key(sealed: &[u8], passphrase: &str) -> Result<Self, VaultError> {
        let (salt, sealed) = sealed.split_first_chunk::<SALT>().ok_or(VaultError::Sealed)?;
        let key = Self::of_passphrase(passphrase, salt).unseal(sealed, "secret.key")?;
        Ok(Self { key: key.try_into().map_err(|_| VaultError::Sealed)? })
    }

    /// Writes the key into a folder, readable by its owner only.
    ///
    /// # Errors
    /// It cannot be written, or there is one already.
    pub fn keep(&self, folder: &Path) -> Result<(), VaultError> {
        let path = folder.join(KEY_FILE);
        let failed = |cause| VaultError::File { path: path.display().to_string(), cause };
        if write(folder, &path, &self.key).map_err(failed)? {
            return Ok(());
        }
        Err(failed(io::Error::from(io::ErrorKind::AlreadyExists)))
    }

    fn of_passphrase(passphrase: &str, salt: &[u8; SALT]) -> Self {
        // A passphrase that was stolen with the file can be tried at leisure: 64 MiB and three passes, as RFC 9106 says.
        let params = Params::new(64 * 1024, 3, 1, Some(32)).expect("these are allowed");
        let mut key = [0; 32];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.as_bytes(), salt, &mut key)
            .expect("Argon2 takes salts and keys of these lengths");
        Self { key }
    }

    fn mac(&self, purpose: &str, bytes: &[u8]) -> Hmac<Sha256> {
        let start = |key: &[u8]| Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
        // A key for each purpose: a code for one is none for another.
        let key = start(&self.key).chain_update(b"camtally sign ").chain_update(purpose).finalize();
        start(&key.into_bytes()).chain_update(bytes)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.key.into())
    }
}

fn decode(text: &str) -> Option<[u8; 32]> {
    let bytes = STANDARD.decode(text).or_else(|_| URL_SAFE_NO_PAD.decode(text)).ok()?;
    bytes.try_into().ok()
}

/// Whether the key was written; false when one was there already. Nobody ever sees half a key: it is written beside,
/// and linked to its name.
fn write(folder: &Path, path: &Path, key: &[u8; 32]) -> io::Result<bool> {
    let unique = u64::from_ne_bytes(random().map_err(io::Error::other)?);
    let beside = path.with_extension(format!("key.{unique:x}"));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    let written = file
        .write_all(format!("{}\n", STANDARD.encode(key)).as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| match fs::hard_link(&beside, path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error),
        });
    fs::remove_file(&beside)?;
    File::open(folder)?.sync_all()?;
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_only_in_its_place_and_unchanged() {
        let vault = Vault::new([7; 32]);
        let sealed = vault.seal(b"geheim", "camera/a").unwrap();
        assert_eq!(vault.unseal(&sealed, "camera/a").unwrap(), b"geheim");
        assert!(vault.unseal(&sealed, "camera/b").is_err());
        assert!(Vault::new([8; 32]).unseal(&sealed, "camera/a").is_err());
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(vault.unseal(&changed, "camera/a").is_err(), "byte {at}");
            assert!(vault.unseal(&sealed[..at], "camera/a").is_err(), "cut at {at}");
        }
        assert_ne!(sealed, vault.seal(b"geheim", "camera/a").unwrap(), "never the same twice");
    }

    #[test]
    fn a_code_is_good_for_its_purpose_and_bytes() {
        let vault = Vault::new([7; 32]);
        let code = vault.sign("csrf", b"session");
        assert!(vault.is_signed("csrf", b"session", &code));
        assert!(!vault.is_signed("device", b"session", &code));
        assert!(
            !vault.is_signed("csrf", b"sessio", &code) && !vault.is_signed("csrf", b"session", &code[..16])
        );
    }

    #[test]
    fn the_key_is_made_once_and_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let opened: Vec<Vault> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| Vault::open(None, folder.path()))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap().unwrap()).collect()
        });
        assert!(opened.windows(2).all(|pair| pair[0].key == pair[1].key));
        let path = folder.path().join(KEY_FILE);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(Vault::open(None, folder.path()), Err(VaultError::Open(_))));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "c2hvcnQ=").unwrap();
        assert!(matches!(Vault::open(None, folder.path()), Err(VaultError::NoKey(_))));
        let given = STANDARD.encode([9; 32]);
        assert_eq!(Vault::open(Some(&given), folder.path()).unwrap().key, [9; 32]);
    }

    #[test]
    fn the_key_itself_goes_into_a_backup_and_comes_back_with_its_passphrase() {
        let vault = Vault::new([7; 32]);
        let sealed = vault.seal_key("correct horse").unwrap();
        assert!(Vault::unseal_key(&sealed, "correct hors").is_err());
        assert!(Vault::unseal_key(&sealed[..20], "correct horse").is_err());
        let back = Vault::unseal_key(&sealed, "correct horse").unwrap();
        let folder = tempfile::tempdir().unwrap();
        back.keep(folder.path()).unwrap();
        assert_eq!(Vault::open(None, folder.path()).unwrap().key, [7; 32]);
        assert!(back.keep(folder.path()).is_err(), "a key is never written over");
    }
}
