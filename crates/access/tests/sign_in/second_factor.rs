use std::time::Duration;

use access::{Error, SignIn, SignedIn};
use totp_rs::{Algorithm, Builder, Secret};

use crate::place::{PASSWORD, Place, caller, visit};

/// What an app shows.
fn app(key: &str, place: &Place) -> String {
    let secret = Secret::try_from_base32(key).unwrap();
    let app =
        Builder::new().with_algorithm(Algorithm::SHA1).with_digits(6).with_secret(secret).build().unwrap();
    app.generate(place.now().unix_timestamp().unsigned_abs()).to_string()
}

async fn with_code(place: &Place, code: Option<&str>) -> Result<SignedIn, Error> {
    let wish = SignIn {
        name: "anna".to_owned(),
        password: PASSWORD.to_owned(),
        code: code.map(str::to_owned),
        device: None,
    };
    place.accounts.sign_in(wish, &visit("192.0.2.1")).await
}

pub(crate) async fn codes_are_asked_for_and_good_once(place: &Place) {
    let anna = caller(&place.user("anna", "viewer").await);
    let accounts = &place.accounts;
    assert!(accounts.begin_totp(&anna, "wrong").await.is_err());
    let key = accounts.begin_totp(&anna, PASSWORD).await.unwrap();
    assert!(key.address.starts_with("otpauth://totp/camtally:anna?"), "{}", key.address);
    place.sign_in("anna", PASSWORD).await.unwrap();
    assert!(matches!(accounts.confirm_totp(&anna, "000000").await, Err(Error::SignIn)));
    accounts.confirm_totp(&anna, &app(&key.key, place)).await.unwrap();
    assert!(
        accounts.begin_totp(&anna, PASSWORD).await.is_err(),
        "a thief of a session cannot put in another app"
    );

    assert!(matches!(with_code(place, None).await, Err(Error::CodeNeeded)));
    assert!(matches!(place.sign_in("anna", "wrong").await, Err(Error::SignIn)), "the password comes first");
    let used = app(&key.key, place);
    assert!(matches!(with_code(place, Some(&used)).await, Err(Error::SignIn)), "it confirmed the app before");
    place.pass(Duration::from_secs(30));
    let code = app(&key.key, place);
    with_code(place, Some(&code)).await.unwrap();
    assert!(matches!(with_code(place, Some(&code)).await, Err(Error::SignIn)));
    place.pass(Duration::from_secs(3600));
    assert!(matches!(with_code(place, Some(&code)).await, Err(Error::SignIn)));

    accounts.end_totp(&anna, PASSWORD, &app(&key.key, place)).await.unwrap();
    with_code(place, None).await.unwrap();
}

pub(crate) async fn recovery_codes_are_good_once(place: &Place) {
    let anna = caller(&place.user("anna", "viewer").await);
    let key = place.accounts.begin_totp(&anna, PASSWORD).await.unwrap();
    let codes = place.accounts.confirm_totp(&anna, &app(&key.key, place)).await.unwrap();
    assert_eq!(codes.len(), 10);
    with_code(place, Some(&codes[0].to_uppercase())).await.unwrap();
    assert!(with_code(place, Some(&codes[0])).await.is_err());
    let renewed = place.accounts.renew_recovery_codes(&anna, PASSWORD).await.unwrap();
    assert!(with_code(place, Some(&codes[1])).await.is_err());
    with_code(place, Some(&renewed[1])).await.unwrap();
    let (user, program) = (anna.user().unwrap(), access::Caller::program());
    place.accounts.forget_totp(&program, user).await.unwrap();
    with_code(place, None).await.unwrap();
}
