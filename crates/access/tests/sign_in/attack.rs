//! Somebody who tries passwords as fast as they can, and the user who signs in meanwhile.

use std::time::Duration;

use access::{Error, SignIn};

use crate::place::{PASSWORD, Place, visit};

fn wish(password: &str, device: Option<&String>) -> SignIn {
    SignIn { name: "anna".to_owned(), password: password.to_owned(), code: None, device: device.cloned() }
}

/// 500 tries a second for a minute from one address; the user signs in every ten seconds, also with a new browser.
pub(crate) async fn an_attacker_does_not_lock_out_the_user(place: &Place) {
    place.user("anna", "viewer").await;
    let mut checked = 0;
    for second in 0..60 {
        for _ in 0..500 {
            match place.accounts.sign_in(wish("wrong", None), &visit("203.0.113.66")).await {
                Err(Error::SignIn) => checked += 1,
                Err(Error::TooMany(_)) => {}
                other => panic!("{other:?}"),
            }
        }
        if second % 10 == 9 {
            place.accounts.sign_in(wish(PASSWORD, None), &visit("192.0.2.1")).await.unwrap();
        }
        place.pass(Duration::from_secs(1));
    }
    assert!(checked <= 11, "{checked} of 30,000 tries had a password checked");
    let log = place.log().await;
    let refused: Vec<_> = log.iter().filter(|entry| entry.contains("sign_in.refuse")).collect();
    assert!((1..=2).contains(&refused.len()) && refused[0].contains("203.0.113.66"), "{refused:?}");
}

/// From a new address each time.
pub(crate) async fn many_addresses_do_not_lock_out_a_known_browser(place: &Place) {
    place.user("anna", "viewer").await;
    let device = place.accounts.sign_in(wish(PASSWORD, None), &visit("192.0.2.1")).await.unwrap().device;
    for n in 0..2000 {
        let from = visit(&format!("203.0.{}.{}", n / 250, n % 250));
        place.accounts.sign_in(wish("wrong", None), &from).await.unwrap_err();
    }
    let strange = place.accounts.sign_in(wish(PASSWORD, None), &visit("198.51.100.1")).await;
    assert!(matches!(strange, Err(Error::TooMany(_))), "{strange:?}");
    place.accounts.sign_in(wish(PASSWORD, Some(&device)), &visit("198.51.100.1")).await.unwrap();
    // Nor is the known browser let to guess.
    let mut tries = 0;
    while let Err(Error::SignIn) =
        place.accounts.sign_in(wish("wrong", Some(&device)), &visit("192.0.2.1")).await
    {
        tries += 1;
    }
    assert_eq!(tries, 10);
}

pub(crate) async fn a_known_browser_of_another_account_helps_nothing(place: &Place) {
    place.user("anna", "viewer").await;
    place.user("mallory", "viewer").await;
    let own = place.sign_in("mallory", PASSWORD).await.unwrap().device;
    let mut checked = 0;
    for _ in 0..100 {
        let tried = place.accounts.sign_in(wish("wrong", Some(&own)), &visit("203.0.113.66")).await;
        checked += i32::from(matches!(tried, Err(Error::SignIn)));
    }
    assert_eq!(checked, 10);
}
