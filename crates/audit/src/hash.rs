//! What an entry's hash is made of.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

use crate::row::Row;

/// SHA-256, written as 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hash(pub [u8; 32]);

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The newest entry of a log: stands for the whole chain up to it. Written `NUMBER:HASH`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its number; 0 for an empty log.
    pub number: i64,
    /// Its hash; zeros for an empty log.
    pub hash: Hash,
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, self.hash)
    }
}

/// A text that is no [`Head`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a head is written NUMBER:HASH, as `camtally audit verify` prints it")]
pub struct ParseHeadError;

impl FromStr for Head {
    type Err = ParseHeadError;

    fn from_str(text: &str) -> Result<Self, ParseHeadError> {
        let (number, digits) = text.split_once(':').ok_or(ParseHeadError)?;
        let number = number.parse().ok().filter(|number| *number >= 0).ok_or(ParseHeadError)?;
        if digits.len() != 64 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(ParseHeadError);
        }
        let mut hash = [0; 32];
        for (byte, pair) in hash.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
            let pair = str::from_utf8(pair).map_err(|_| ParseHeadError)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| ParseHeadError)?;
        }
        Ok(Self { number, hash: Hash(hash) })
    }
}

/// The hash of an entry: of every column but the hash itself. Each is preceded by its length, so that no two entries
/// give the same bytes.
pub(crate) fn of(row: &Row) -> Hash {
    let mut hasher = Sha256::new();
    let mut add = |value: Option<&[u8]>| match value {
        None => hasher.update([0]),
        Some(bytes) => {
            hasher.update([1]);
            hasher.update((bytes.len() as u64).to_be_bytes());
            hasher.update(bytes);
        }
    };
    add(Some(b"camtally audit 1"));
    add(Some(&row.number.to_be_bytes()));
    add(Some(&row.time.to_be_bytes()));
    add(Some(row.actor_kind.as_bytes()));
    add(row.actor_id.as_ref().map(|id| id.as_bytes().as_slice()));
    add(Some(row.actor_name.as_bytes()));
    add(row.address.as_deref().map(str::as_bytes));
    add(Some(row.action.as_bytes()));
    add(Some(row.object_kind.as_bytes()));
    add(Some(row.object_id.as_bytes()));
    add(row.site.as_deref().map(str::as_bytes));
    add(row.before.as_deref().map(str::as_bytes));
    add(row.after.as_deref().map(str::as_bytes));
    add(Some(&row.previous));
    Hash(hasher.finalize().into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(number in 0..i64::MAX, hash: [u8; 32]) {
            let head = Head { number, hash: Hash(hash) };
            prop_assert_eq!(head.to_string().parse(), Ok(head));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,90}") {
            if let Ok(head) = text.parse::<Head>() {
                prop_assert_eq!(head.to_string().parse(), Ok(head));
            }
        }
    }

    #[test]
    fn a_text_that_moves_to_the_next_column_changes_the_hash() {
        let row = Row { object_kind: "ab".to_owned(), object_id: "c".to_owned(), ..Row::default() };
        let moved = Row { object_kind: "a".to_owned(), object_id: "bc".to_owned(), ..Row::default() };
        assert_ne!(of(&row), of(&moved));
        let absent = Row { site: None, ..Row::default() };
        assert_ne!(of(&absent), of(&Row { site: Some(String::new()), ..absent.clone() }));
    }
}
