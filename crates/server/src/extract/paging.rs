//! Lists, page by page.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::{Code, Problem};

/// Items of a page unless it is asked for more or fewer.
const PAGE: u32 = 100;
/// The most items of a page.
pub(crate) const MAX_PAGE: u32 = 1000;

/// How many items a page has: 1 to 1000, 100 unless asked for.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "u32")]
pub(crate) struct Limit(u32);

impl Default for Limit {
    fn default() -> Self {
        Self(PAGE)
    }
}

impl Limit {
    pub(crate) fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for Limit {
    type Error = String;

    fn try_from(limit: u32) -> Result<Self, String> {
        let fits = (1..=MAX_PAGE).contains(&limit);
        fits.then_some(Self(limit)).ok_or_else(|| format!("`limit` is 1 to {MAX_PAGE}"))
    }
}

/// Where a page begins: a place that only the list that gave it out understands.
pub(crate) struct Cursor;

impl Cursor {
    /// As the caller sees it.
    pub(crate) fn write(place: &impl Serialize) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(place).expect("a place is texts and numbers"))
    }

    /// What a caller has sent back.
    pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() <= 1024);
        let place = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        place.ok_or_else(|| {
            Problem::new(Code::BadCursor, "the cursor is none that this list gave out: begin without one")
        })
    }
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Listed<T> {
    /// What it lists.
    pub(crate) items: Vec<T>,
    /// The `cursor` of the next page; null on the last.
    #[schema(required)]
    pub(crate) next: Option<String>,
}

impl<T> Listed<T> {
    /// A list without anything in it.
    pub(crate) fn nothing() -> Self {
        Self { items: Vec::new(), next: None }
    }

    /// A page of what is sorted by a key.
    ///
    /// # Errors
    /// The cursor is none that this list gave out.
    pub(crate) fn page<K: Ord + Serialize + DeserializeOwned>(
        sorted: impl IntoIterator<Item = T>,
        key: impl Fn(&T) -> K,
        cursor: Option<&str>,
        limit: Limit,
    ) -> Result<Self, Problem> {
        let after: Option<K> = cursor.map(Cursor::read).transpose()?;
        let rest = sorted.into_iter().filter(|item| after.as_ref().is_none_or(|after| key(item) > *after));
        let limit = limit.get() as usize;
        let mut items: Vec<T> = rest.take(limit + 1).collect();
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|item| Cursor::write(&key(item)));
        Ok(Self { items, next })
    }

    /// The same page of something else.
    pub(crate) fn map<U>(self, change: impl FnMut(T) -> U) -> Listed<U> {
        Listed { items: self.items.into_iter().map(change).collect(), next: self.next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_was() {
        let text = Cursor::write(&(5, "entrance"));
        assert_eq!(Cursor::read::<(i64, String)>(&text).unwrap(), (5, "entrance".to_owned()));
        for wrong in ["", "%", "bm8", &text[1..]] {
            assert_eq!(Cursor::read::<(i64, String)>(wrong).unwrap_err().code(), Code::BadCursor);
        }
    }
}
