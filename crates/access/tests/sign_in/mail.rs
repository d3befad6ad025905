use std::time::Duration;

use access::Error;

use crate::place::{OTHER, PASSWORD, Place, visit};

pub(crate) async fn a_forgotten_password_is_chosen_anew(place: &Place) {
    place.user("anna", "viewer").await;
    let session = place.sign_in("anna", PASSWORD).await.unwrap().session;
    let accounts = &place.accounts;
    let asked = visit("192.0.2.1");
    accounts.forgotten("nobody@example.org", &asked).unwrap();
    accounts.forgotten("Anna@example.org", &asked).unwrap();
    let mail = loop {
        if let Some(mail) = place.outbox.0.lock().unwrap().pop() {
            break mail;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    assert_eq!(mail.to, "anna@example.org");
    assert!(place.outbox.0.lock().unwrap().is_empty());
    let link = mail
        .text
        .split("https://count.example.org/reset#")
        .nth(1)
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap();
    assert!(accounts.reset_password(link, "too short", &asked).await.is_err());
    accounts.reset_password(link, OTHER, &asked).await.unwrap();
    assert!(matches!(accounts.reset_password(link, PASSWORD, &asked).await, Err(Error::Link)));
    assert!(accounts.authenticate(session.access.reveal(), None).await.is_err());
    place.sign_in("anna", OTHER).await.unwrap();

    accounts.forgotten("anna@example.org", &asked).unwrap();
    assert!(matches!(accounts.forgotten("anna@example.org", &asked), Err(Error::TooMany(_))));
}
