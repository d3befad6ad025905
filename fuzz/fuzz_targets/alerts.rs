//! Alert rules, channels and addresses as people send them.
#![no_main]

use alerts::{Channel, Rule};
use egress::{Client, Limits, Policy};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static CLIENT: LazyLock<Client> =
    LazyLock::new(|| Client::new(Policy::public(vec![]), egress::tls_config([]), Limits::default()));

fuzz_target!(|text: &str| {
    if let Ok(rule) = serde_json::from_str::<Rule>(text)
        && rule.check().is_ok()
    {
        // Not compared with `rule`: a number may be read as its neighbour.
        let written = serde_json::to_string(&rule).expect("a rule can be written");
        assert!(serde_json::from_str::<Rule>(&written).is_ok(), "a rule that was kept can be read");
    }
    if let Ok(channel) = serde_json::from_str::<Channel>(text) {
        let secret = Some("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        if channel.check(secret).is_ok() {
            let written = serde_json::to_string(&channel).expect("a channel can be written");
            assert_eq!(serde_json::from_str::<Channel>(&written).ok().as_ref(), Some(&channel));
        }
        if let Some(address) = channel.address(secret) {
            CLIENT.check(&address).ok();
        }
    }
    if CLIENT.check(text).is_ok() {
        assert!(text.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http")), "{text}");
    }
});
