//! Random secrets that are handed out once, and kept only as their hash.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::{Error, Result};

/// Random bytes of a secret: too many to guess, so that a plain hash keeps it.
const RANDOM: usize = 32;
/// Characters of [`RANDOM`] bytes in base64url, and of the 4 bytes that check them.
const BODY: usize = 43;
const CHECK: usize = 6;

/// What a secret is good for. Its text begins with it, so that one kind is never taken for another, and scanners for
/// leaked secrets know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The short one of a session.
    Session,
    /// The one that a session is renewed with.
    Refresh,
    /// Of a program.
    Token,
    /// Lets somebody sign up.
    Registration,
    /// Makes the first admin.
    Setup,
    /// Lets a user choose a new password.
    Reset,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Session, Self::Refresh, Self::Token, Self::Registration, Self::Setup, Self::Reset];

    fn prefix(self) -> &'static str {
        match self {
            Self::Session => "ctly_ses_",
            Self::Refresh => "ctly_ref_",
            Self::Token => "ctly_tok_",
            Self::Registration => "ctly_reg_",
            Self::Setup => "ctly_set_",
            Self::Reset => "ctly_new_",
        }
    }
}

/// A secret: `ctly_` and its kind, 256 random bits, and a checksum. Neither `Debug` nor `Display` shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    kind: Kind,
    text: String,
}

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn new(kind: Kind) -> Result<Self> {
        let body = URL_SAFE_NO_PAD.encode(random::<RANDOM>()?);
        let text = format!("{}{body}{}", kind.prefix(), check(kind, &body));
        Ok(Self { kind, text })
    }

    /// Reads a secret of this kind. Refuses what was never one, without a look into the database.
    pub fn parse(kind: Kind, text: &str) -> Option<Self> {
        let rest = text.strip_prefix(kind.prefix())?;
        if rest.len() != BODY + CHECK || !rest.is_ascii() {
            return None;
        }
        let (body, given) = rest.split_at(BODY);
        // The checksum finds slips of the pen; it protects nothing, so how long it takes tells nothing.
        (check(kind, body) == given).then(|| Self { kind, text: text.to_owned() })
    }

    /// The text, for the one who may have it.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// What it is good for.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The characters to recognise it by: its kind, and 24 of its 256 bits.
    pub fn recognisable(&self) -> &str {
        &self.text[..self.kind.prefix().len() + 4]
    }

    pub(crate) fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.text.as_bytes()).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({}…)", self.kind.prefix())
    }
}

fn check(kind: Kind, body: &str) -> String {
    let digest = Sha256::new().chain_update(kind.prefix()).chain_update(body).finalize();
    URL_SAFE_NO_PAD.encode(&digest[..4])
}

/// Bytes that nobody can guess.
pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::NoRandomness(error.to_string()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_secret_is_read_as_its_own_kind_only() {
        for kind in Kind::ALL {
            let secret = Secret::new(kind).unwrap();
            for other in Kind::ALL {
                assert_eq!(Secret::parse(other, secret.reveal()).is_some(), other == kind);
            }
            let random = &secret.reveal()[kind.prefix().len() + 4..];
            assert!(!format!("{secret:?}").contains(random) && !secret.recognisable().contains(random));
        }
    }

    proptest! {
        #[test]
        fn a_slip_of_the_pen_is_noticed(at in 9_usize..58, to in "[A-Za-z0-9_-]") {
            let secret = Secret::new(Kind::Token).unwrap();
            let mut text = secret.reveal().to_owned();
            text.replace_range(at..=at, &to);
            let read = Secret::parse(Kind::Token, &text);
            prop_assert_eq!(read.is_some(), text == secret.reveal());
        }
    }
}
