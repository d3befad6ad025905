use std::time::Duration;

use access::{Caller, Error, NewToken, Rights, Role, UserChange};
use uuid::Uuid;

use crate::place::{Place, caller};

fn new(scopes: &[&str]) -> NewToken {
    let grants: Vec<_> = scopes.iter().map(|scope| scope.parse().unwrap()).collect();
    NewToken { name: "export".to_owned(), scopes: Rights::of(&grants), expires: None }
}

pub(crate) async fn a_token_does_what_its_scopes_and_its_owner_may(place: &Place) {
    let anna = place.user("anna", "viewer operator:north").await;
    let accounts = &place.accounts;
    let by_anna = caller(&anna);
    for scopes in [&["admin"][..], &["operator"], &["operator:south"], &[]] {
        let refused = accounts.create_token(&by_anna, anna.id, new(scopes)).await;
        assert!(matches!(refused, Err(Error::Invalid { what: "scopes", .. })), "{scopes:?}");
    }
    let (made, secret) = accounts.create_token(&by_anna, anna.id, new(&["operator:north"])).await.unwrap();
    let known = accounts.authenticate(secret.reveal(), None).await.unwrap();
    assert!(
        known.caller.rights.allow(Role::Operator, "north")
            && !known.caller.rights.allow(Role::Viewer, "south")
    );
    assert!(known.session.is_none() && known.caller.user().is_err());
    assert!(accounts.change_password(&known.caller, "a", "b").await.is_err(), "a token is no person");
    assert_eq!(accounts.tokens(&by_anna, Some(anna.id), None, 10).await.unwrap()[0].used, Some(place.now()));

    let rights = Some(Rights::of(&["viewer".parse().unwrap()]));
    place.user("root", "admin").await;
    let change = UserChange { rights, ..UserChange::default() };
    accounts.update_user(&Caller::program(), anna.id, None, change).await.unwrap();
    let known = accounts.authenticate(secret.reveal(), None).await.unwrap();
    assert!(
        known.caller.rights.allow(Role::Viewer, "north")
            && !known.caller.rights.allow(Role::Operator, "north")
    );
    let change = UserChange { disabled: Some(true), ..UserChange::default() };
    accounts.update_user(&Caller::program(), anna.id, None, change).await.unwrap();
    assert!(accounts.authenticate(secret.reveal(), None).await.is_err());
    assert!(made.prefix.len() < 16 && secret.reveal().starts_with(&made.prefix));
}

pub(crate) async fn tokens_end(place: &Place) {
    let (anna, ben) = (place.user("anna", "viewer").await, place.user("ben", "viewer").await);
    let accounts = &place.accounts;
    let (by_anna, by_ben) = (caller(&anna), caller(&ben));
    assert!(accounts.create_token(&by_ben, anna.id, new(&["viewer"])).await.is_err());
    assert!(accounts.tokens(&by_ben, Some(anna.id), None, 10).await.is_err());
    assert!(accounts.tokens(&by_ben, None, None, 10).await.is_err());
    let (one, secret) = accounts.create_token(&by_anna, anna.id, new(&["viewer"])).await.unwrap();
    let expires = Some(place.now() + Duration::from_secs(60));
    let soon = NewToken { expires, ..new(&["viewer"]) };
    let (two, short) = accounts.create_token(&by_anna, anna.id, soon).await.unwrap();
    accounts.authenticate(short.reveal(), None).await.unwrap();
    place.pass(Duration::from_secs(60));
    assert!(accounts.authenticate(short.reveal(), None).await.is_err());

    accounts.authenticate(secret.reveal(), None).await.unwrap();
    assert!(matches!(accounts.revoke_token(&by_ben, one.id).await, Err(Error::NotFound(_))));
    accounts.authenticate(secret.reveal(), None).await.unwrap();
    accounts.revoke_token(&by_anna, one.id).await.unwrap();
    assert!(accounts.authenticate(secret.reveal(), None).await.is_err());
    assert!(matches!(accounts.revoke_token(&by_anna, one.id).await, Err(Error::NotFound(_))));
    assert!(accounts.revoke_token(&by_anna, Uuid::nil()).await.is_err());
    let all = accounts.tokens(&Caller::program(), None, None, 1).await.unwrap();
    let rest = accounts.tokens(&Caller::program(), None, Some(all[0].id), 10).await.unwrap();
    assert_eq!((all[0].id, rest[0].id, rest.len(), rest[0].revoked), (two.id, one.id, 1, Some(place.now())));
}
