use std::borrow::Borrow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// The most characters of an id.
const LONGEST: usize = 63;
/// What stands in paths in the place of an id.
const RESERVED: [&str; 3] = ["export", "import", "test"];

/// The id of a site or of a camera: chosen when it is made, in every event, and never changed. 1 to 63 small letters,
/// digits and hyphens, of which the first and the last is no hyphen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id(String);

impl Id {
    /// Reads an id; `field` is for the message.
    ///
    /// # Errors
    /// With what an id is, when it is none.
    pub fn parse(field: &str, text: &str) -> Result<Self> {
        let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is_slug = (1..=LONGEST).contains(&text.len())
            && text.bytes().all(known)
            && !text.starts_with('-')
            && !text.ends_with('-');
        if !is_slug {
            let what = "an id has 1 to 63 small letters a-z, digits and hyphens, and a letter or digit at both ends, such \
                        as `north-door`";
            return Err(Error::invalid(field, what));
        }
        if RESERVED.contains(&text) {
            return Err(Error::invalid(
                field,
                format!("`{text}` means something else in addresses: choose another"),
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for Id {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_can_stand_in_a_path_a_topic_and_a_file_name() {
        for id in ["a", "north-door", "0", "a--b", &"x".repeat(63)] {
            assert_eq!(Id::parse("id", id).unwrap().as_str(), id);
        }
        for id in ["", "-a", "a-", "A", "a b", "a/b", "ä", "..", "test", &"x".repeat(64)] {
            assert!(Id::parse("id", id).unwrap_err().to_string().starts_with("`id`: "), "{id}");
        }
    }
}
