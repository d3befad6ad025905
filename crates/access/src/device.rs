//! The mark of a browser that has signed in before.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{Result, Vault};

/// What the mark is signed for.
const PURPOSE: &str = "trusted device";
/// Bytes that are signed: user, device, epoch, expiry in seconds.
const SIGNED: usize = 16 + 16 + 8 + 8;
/// How long a mark is good.
pub(crate) const LIFE: time::Duration = time::Duration::days(180);

/// What the cookie of a browser says that has signed in before. It opens nothing: it only gives the browser limits of
/// its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Device {
    pub(crate) user: Uuid,
    pub(crate) id: Uuid,
    /// The user's, when it was made.
    pub(crate) epoch: i64,
    /// Seconds since 1970.
    pub(crate) expires: i64,
}

impl Device {
    pub(crate) fn new(user: Uuid, epoch: i64, now: OffsetDateTime) -> Result<Self> {
        let id = Uuid::from_bytes(crate::secret::random()?);
        Ok(Self { user, id, epoch, expires: (now + LIFE).unix_timestamp() })
    }

    pub(crate) fn write(&self, vault: &Vault) -> String {
        let bytes = self.bytes();
        URL_SAFE_NO_PAD.encode([bytes.as_slice(), &vault.sign(PURPOSE, &bytes)].concat())
    }

    /// Reads a mark that this program made, and that has not expired.
    pub(crate) fn read(text: &str, vault: &Vault, now: OffsetDateTime) -> Option<Self> {
        if text.len() > 4 * SIGNED {
            return None;
        }
        let all = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (bytes, code) = all.split_first_chunk::<SIGNED>()?;
        if !vault.is_signed(PURPOSE, bytes, code) {
            return None;
        }
        let (user, rest) = bytes.split_first_chunk()?;
        let (id, rest) = rest.split_first_chunk()?;
        let (epoch, expires) = rest.split_first_chunk()?;
        let device = Self {
            user: Uuid::from_bytes(*user),
            id: Uuid::from_bytes(*id),
            epoch: i64::from_be_bytes(*epoch),
            expires: i64::from_be_bytes(expires.try_into().ok()?),
        };
        (device.expires > now.unix_timestamp()).then_some(device)
    }

    fn bytes(&self) -> [u8; SIGNED] {
        let mut bytes = [0; SIGNED];
        bytes[..16].copy_from_slice(self.user.as_bytes());
        bytes[16..32].copy_from_slice(self.id.as_bytes());
        bytes[32..40].copy_from_slice(&self.epoch.to_be_bytes());
        bytes[40..].copy_from_slice(&self.expires.to_be_bytes());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    #[test]
    fn only_a_mark_of_this_program_is_read_and_only_for_its_time() {
        let vault = Vault::new([7; 32]);
        let device = Device::new(Uuid::from_u128(5), 3, NOW).unwrap();
        let text = device.write(&vault);
        assert_eq!(Device::read(&text, &vault, NOW), Some(device));
        assert_eq!(Device::read(&text, &Vault::new([8; 32]), NOW), None);
        assert_eq!(Device::read(&text, &vault, NOW + LIFE), None);
        assert_eq!(Device::read(&text[..text.len() - 4], &vault, NOW), None);
    }

    proptest! {
        #[test]
        fn any_text_is_refused(text in ".{0,200}") {
            prop_assert_eq!(Device::read(&text, &Vault::new([7; 32]), NOW), None);
        }
    }
}
