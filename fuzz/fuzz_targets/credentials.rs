//! Whatever is sent as a token, a cookie or a role: it is read or refused, and what was read says the same again.

#![no_main]

use access::{Grant, Kind, Secret};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let kinds: Vec<Kind> =
        Kind::ALL.into_iter().filter(|kind| Secret::parse(*kind, text).is_some()).collect();
    assert!(kinds.len() <= 1, "one secret is of one kind");
    if let Some(&kind) = kinds.first() {
        let secret = Secret::parse(kind, text).expect("it was read a moment ago");
        assert_eq!((secret.kind(), secret.reveal()), (kind, text));
        assert!(secret.recognisable().len() < text.len());
    }
    if let Ok(grant) = text.parse::<Grant>() {
        assert_eq!(grant.to_string(), text);
    }
    if let Ok(head) = text.parse::<audit::Head>() {
        assert_eq!(head.to_string().parse(), Ok(head));
    }
});
