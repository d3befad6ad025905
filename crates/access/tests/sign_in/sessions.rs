use std::time::Duration;

use access::{Error, Rights, SignIn, UserChange};

use crate::place::{OTHER, PASSWORD, Place, caller, visit};

pub(crate) async fn what_is_wrong_is_not_said(place: &Place) {
    let anna = place.user("anna", "viewer").await;
    let disabled = UserChange { disabled: Some(true), ..UserChange::default() };
    let off = place.user("off", "viewer").await;
    place.user("root", "admin").await;
    place.accounts.update_user(&access::Caller::program(), off.id, None, disabled).await.unwrap();
    let mut said = Vec::new();
    for (name, password) in
        [("anna", OTHER), ("nobody", PASSWORD), ("off", PASSWORD), ("off", OTHER), ("anna", "")]
    {
        said.push(place.sign_in(name, password).await.unwrap_err().to_string());
    }
    said.dedup();
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(place.sign_in("Anna@Example.ORG", PASSWORD).await.unwrap().user.id, anna.id);
}

pub(crate) async fn a_session_is_renewed_and_a_stolen_one_ends(place: &Place) {
    place.user("anna", "viewer").await;
    let first = place.sign_in("anna", PASSWORD).await.unwrap().session;
    let accounts = &place.accounts;
    accounts.authenticate(first.access.reveal(), None).await.unwrap();
    place.pass(Duration::from_secs(15 * 60));
    assert!(matches!(accounts.authenticate(first.access.reveal(), None).await, Err(Error::NotSignedIn)));

    let visit = visit("192.0.2.1");
    let second = accounts.refresh(first.refresh.reveal(), &visit).await.unwrap();
    assert!(second.access != first.access && second.refresh != first.refresh);
    assert_eq!((second.id, second.expires), (first.id, first.expires), "the session is no longer for it");
    accounts.authenticate(second.access.reveal(), None).await.unwrap();
    assert!(accounts.authenticate(second.refresh.reveal(), None).await.is_err(), "each secret has its use");
    let third = accounts.refresh(second.refresh.reveal(), &visit).await.unwrap();

    let bystander = place.sign_in("anna", PASSWORD).await.unwrap().session;
    assert!(matches!(accounts.refresh(first.refresh.reveal(), &visit).await, Err(Error::Reused)));
    assert!(accounts.authenticate(third.access.reveal(), None).await.is_err());
    assert!(matches!(accounts.refresh(third.refresh.reveal(), &visit).await, Err(Error::NotSignedIn)));
    accounts.authenticate(bystander.access.reveal(), None).await.unwrap();
    assert!(place.actions().await.contains(&"session.reuse".to_owned()));

    place.pass(Duration::from_secs(31 * 24 * 3600));
    assert!(accounts.refresh(bystander.refresh.reveal(), &visit).await.is_err());
    accounts.purge().await.unwrap();
    assert_eq!(place.db.fetch::<(bool,)>("SELECT used FROM refresh_tokens", vec![]).await.unwrap(), []);
}

pub(crate) async fn sessions_end(place: &Place) {
    let anna = place.user("anna", "viewer").await;
    let by_anna = caller(&anna);
    let accounts = &place.accounts;
    let (one, two) =
        (place.sign_in("anna", PASSWORD).await.unwrap(), place.sign_in("anna", PASSWORD).await.unwrap());
    let known = accounts.authenticate(one.session.access.reveal(), None).await.unwrap();
    assert!(
        accounts.is_csrf(one.session.id, &one.session.csrf)
            && !accounts.is_csrf(two.session.id, &one.session.csrf)
    );
    assert_eq!((known.session, accounts.sessions(&by_anna).await.unwrap().len()), (Some(one.session.id), 2));

    let ben = caller(&place.user("ben", "admin").await);
    assert!(matches!(accounts.sign_out(&ben, one.session.id).await, Err(Error::NotFound(_))));
    accounts.sign_out(&by_anna, one.session.id).await.unwrap();
    assert!(
        accounts.authenticate(one.session.access.reveal(), None).await.is_err(),
        "at once, though it was kept"
    );
    accounts.sign_out_everywhere(&by_anna, anna.id).await.unwrap();
    assert!(accounts.authenticate(two.session.access.reveal(), None).await.is_err());
    assert!(accounts.sessions(&by_anna).await.unwrap().is_empty());

    for _ in 0..55 {
        place.sign_in("anna", PASSWORD).await.unwrap();
        place.pass(Duration::from_secs(1));
    }
    assert_eq!(accounts.sessions(&by_anna).await.unwrap().len(), 50);
}

pub(crate) async fn a_changed_password_ends_everything(place: &Place) {
    let anna = place.user("anna", "viewer").await;
    let signed_in = place.sign_in("anna", PASSWORD).await.unwrap();
    let accounts = &place.accounts;
    let by_anna = caller(&anna);
    assert!(matches!(accounts.change_password(&by_anna, OTHER, OTHER).await, Err(Error::SignIn)));
    assert!(accounts.change_password(&by_anna, PASSWORD, "password1234").await.is_err());
    accounts.change_password(&by_anna, PASSWORD, OTHER).await.unwrap();
    assert!(accounts.authenticate(signed_in.session.access.reveal(), None).await.is_err());
    assert!(place.sign_in("anna", PASSWORD).await.is_err());
    let device = Some(signed_in.device);
    let wish =
        SignIn { name: "anna".to_owned(), password: OTHER.to_owned(), device: device.clone(), code: None };
    let again = accounts.sign_in(wish, &visit("192.0.2.1")).await.unwrap();
    assert_ne!(device, Some(again.device), "the browser is no longer known");
}

pub(crate) async fn rights_change_at_once(place: &Place) {
    let anna = place.user("anna", "operator").await;
    let access = place.sign_in("anna", PASSWORD).await.unwrap().session.access;
    let accounts = &place.accounts;
    assert_eq!(accounts.authenticate(access.reveal(), None).await.unwrap().caller.rights, anna.rights);
    place.user("root", "admin").await;
    let rights = Rights::of(&["viewer:north".parse().unwrap()]);
    let change = UserChange { rights: Some(rights.clone()), ..UserChange::default() };
    accounts.update_user(&access::Caller::program(), anna.id, None, change).await.unwrap();
    assert_eq!(accounts.authenticate(access.reveal(), None).await.unwrap().caller.rights, rights);
}
