//! Signatures of web hooks, as Standard Webhooks 1.0 has them.
//!
//! `webhook-id` is the delivery's id, the same on every try: a receiver that has had it leaves it out.
//! `webhook-timestamp` is the time of the try. `webhook-signature` is `v1,` and the HMAC-SHA256 over
//! `ID.TIMESTAMP.BODY` in base64, so what was overheard can be sent again only until it is too old.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

/// What a secret begins with, as people see it.
const PREFIX: &str = "whsec_";

/// The key of a secret, `whsec_` and 24 to 64 bytes in base64; none when it is none.
pub fn key(secret: &str) -> Option<Vec<u8>> {
    let key = STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
    (24..=64).contains(&key.len()).then_some(key)
}

/// The secret whose key is these bytes; for a new one they are random.
pub fn secret(random: [u8; 32]) -> String {
    format!("{PREFIX}{}", STANDARD.encode(random))
}

/// The value of `webhook-signature`.
pub fn sign(key: &[u8], id: &str, timestamp: i64, body: &[u8]) -> String {
    format!("v1,{}", STANDARD.encode(mac(key, id, timestamp, body).finalize().into_bytes()))
}

/// Whether one of the signatures in a header is right, compared in constant time. Whoever receives must also check
/// that the timestamp is near the present.
pub fn verify(key: &[u8], id: &str, timestamp: i64, body: &[u8], header: &str) -> bool {
    header
        .split(' ')
        .filter_map(|signature| STANDARD.decode(signature.strip_prefix("v1,")?).ok())
        .any(|signature| mac(key, id, timestamp, body).verify_slice(&signature).is_ok())
}

fn mac(key: &[u8], id: &str, timestamp: i64, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the libraries of Standard Webhooks.
    #[test]
    fn it_is_what_others_compute() {
        let key = key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let (id, timestamp, body) =
            ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        let signature = sign(&key, id, timestamp, body);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert!(verify(&key, id, timestamp, body, &format!("v1,AAAA v2,x {signature}")));
        for (id, timestamp, body) in
            [("msg_x", timestamp, &body[..]), (id, timestamp + 1, body), (id, timestamp, b"{}")]
        {
            assert!(!verify(&key, id, timestamp, body, &signature));
        }
        assert!(!verify(&key, id, timestamp, body, ""));
    }

    #[test]
    fn a_secret_gives_its_key_back() {
        assert_eq!(key(&secret([7; 32])).unwrap(), [7; 32]);
        for bad in ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_%%%%"] {
            assert_eq!(key(bad), None, "{bad}");
        }
    }
}
