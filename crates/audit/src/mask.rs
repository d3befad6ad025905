//! The net under those who hand in what nobody may read.

use serde_json::Value;

const MASK: &str = "•••";

/// Parts of names whose values are secrets.
const SECRET: [&str; 6] = ["password", "secret", "token", "credential", "authorization", "private_key"];

/// Masks the values of names that tell of secrets, and passwords in URLs.
pub(crate) fn mask(json: &mut Value) {
    match json {
        Value::Object(members) => {
            for (name, value) in members {
                let name = name.to_lowercase();
                let secret = SECRET.iter().any(|part| name.contains(part));
                // Whether there is one is no secret: booleans, numbers and null stay.
                if secret && matches!(value, Value::String(_) | Value::Array(_) | Value::Object(_)) {
                    *value = Value::String(MASK.to_owned());
                } else {
                    mask(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask),
        Value::String(text) => mask_urls(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// `scheme://user:password@host` becomes `scheme://•••@host`.
fn mask_urls(text: &mut String) {
    let mut from = 0;
    while let Some(scheme) = text[from..].find("://") {
        let start = from + scheme + 3;
        let end = text[start..]
            .find(|c: char| matches!(c, '/' | '?' | '#') || c.is_whitespace())
            .map_or(text.len(), |length| start + length);
        from = start;
        if let Some(at) = text[start..end].rfind('@') {
            text.replace_range(start..start + at, MASK);
            from = start + MASK.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn masked(mut json: Value) -> Value {
        mask(&mut json);
        json
    }

    #[test]
    fn secrets_are_masked_by_name_and_in_urls() {
        let before = json!({"name": "door", "Password": "a", "smtp": {"client_secret": "b", "port": 25},
            "has_password": true, "urls": ["rtsp://me:c@cam/1?x=@y", "see http://u@h and https://h/@u"]});
        let after = json!({"name": "door", "Password": MASK, "smtp": {"client_secret": MASK, "port": 25},
            "has_password": true, "urls": ["rtsp://•••@cam/1?x=@y", "see http://•••@h and https://h/@u"]});
        assert_eq!(masked(before), after);
    }

    proptest! {
        #[test]
        fn any_text_can_be_masked_and_masking_again_changes_nothing(text in "(://|@|/|é|[a-z]|•| ){0,30}") {
            let once = masked(Value::String(text));
            prop_assert_eq!(masked(once.clone()), once);
        }
    }
}
