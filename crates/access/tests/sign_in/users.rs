use std::time::Duration;

use access::{Caller, Error, NewRegistrationCode, NewUser, Rights, SignUp, UserChange};

use crate::place::{PASSWORD, Place, caller, visit};

fn named(name: &str) -> NewUser {
    NewUser { name: name.to_owned(), ..NewUser::default() }
}

pub(crate) async fn the_first_admin_comes_by_a_link_that_is_good_once(place: &Place) {
    let accounts = &place.accounts;
    let old = accounts.setup_link().await.unwrap().unwrap();
    let link = accounts.setup_link().await.unwrap().unwrap();
    let visit = visit("192.0.2.1");
    let weak = accounts.set_up(link.reveal(), named("root"), "password1234", &visit).await;
    assert!(matches!(weak, Err(Error::Invalid { what: "password", .. })));
    let replaced = accounts.set_up(old.reveal(), named("root"), PASSWORD, &visit).await;
    assert!(matches!(replaced, Err(Error::Link)));
    let user = accounts.set_up(link.reveal(), named("Root"), PASSWORD, &visit).await.unwrap();
    assert_eq!((user.name.as_str(), &user.rights), ("root", &Rights::all()));
    let again = accounts.set_up(link.reveal(), named("other"), PASSWORD, &visit).await;
    assert!(matches!(again, Err(Error::Link)));
    assert!(accounts.setup_link().await.unwrap().is_none());
    place.sign_in("ROOT", PASSWORD).await.unwrap();
    assert_eq!(place.actions().await, ["user.set_up", "session.create"]);
}

pub(crate) async fn users_are_made_changed_and_deleted(place: &Place) {
    let admin = caller(&place.user("root", "admin").await);
    let anna = place.user("anna", "viewer operator:north").await;
    let accounts = &place.accounts;
    for (name, email) in
        [("Anna", None), ("new", Some("ANNA@example.org")), ("anna@example.org", None), ("a b", None)]
    {
        let new = NewUser { name: name.to_owned(), email: email.map(str::to_owned), ..NewUser::default() };
        let refused = accounts.create_user(&admin, new).await;
        assert!(matches!(refused, Err(Error::Taken(_) | Error::Invalid { .. })), "{name} {email:?}");
    }
    let version = accounts.user(&admin, anna.id).await.unwrap().version;
    let change = UserChange { name: Some("anne".to_owned()), email: Some(None), ..UserChange::default() };
    let changed = accounts.update_user(&admin, anna.id, Some(version), change.clone()).await.unwrap();
    assert_eq!((changed.name.as_str(), changed.email.as_deref()), ("anne", None));
    assert_eq!(accounts.user_named(&admin, "anne").await.unwrap(), changed);
    let late = accounts.update_user(&admin, anna.id, Some(version), change).await;
    assert!(matches!(late, Err(Error::Changed)));
    let names: Vec<_> =
        accounts.users(&admin, "", 10).await.unwrap().into_iter().map(|user| user.name).collect();
    assert_eq!(names, ["anne", "root"]);
    assert_eq!(accounts.users(&admin, "anne", 10).await.unwrap().len(), 1);

    place.sign_in("anne", PASSWORD).await.unwrap();
    let disabled = UserChange { disabled: Some(true), ..UserChange::default() };
    accounts.update_user(&admin, anna.id, None, disabled).await.unwrap();
    assert!(matches!(place.sign_in("anne", PASSWORD).await, Err(Error::SignIn)));
    accounts.delete_user(&admin, anna.id, None).await.unwrap();
    assert!(matches!(accounts.user(&admin, anna.id).await, Err(Error::NotFound(_))));
}

pub(crate) async fn the_last_admin_stays(place: &Place) {
    let root = place.user("root", "admin").await;
    let admin = caller(&root);
    place.user("site", "admin:north").await;
    for change in [
        UserChange { disabled: Some(true), ..UserChange::default() },
        UserChange { rights: Some(Rights::default()), ..UserChange::default() },
    ] {
        let refused = place.accounts.update_user(&admin, root.id, None, change).await;
        assert!(matches!(refused, Err(Error::LastAdmin)));
    }
    assert!(matches!(place.accounts.delete_user(&admin, root.id, None).await, Err(Error::LastAdmin)));
    place.user("second", "admin").await;
    place.accounts.delete_user(&admin, root.id, None).await.unwrap();
}

pub(crate) async fn two_admins_cannot_take_each_other_away(place: &Place) {
    let (a, b) = (place.user("a", "admin").await, place.user("b", "admin").await);
    let (by_a, by_b) = (caller(&a), caller(&b));
    let accounts = &place.accounts;
    let (first, second) =
        tokio::join!(accounts.delete_user(&by_a, b.id, None), accounts.delete_user(&by_b, a.id, None));
    assert_ne!(first.is_ok(), second.is_ok(), "{first:?} {second:?}");
}

pub(crate) async fn only_admins_manage_users(place: &Place) {
    let root = place.user("root", "admin").await;
    for (name, roles) in [("viewer", "viewer"), ("operator", "operator"), ("site", "admin:north")] {
        let other = caller(&place.user(name, roles).await);
        let accounts = &place.accounts;
        let denied = |done: bool| assert!(done, "{name}");
        denied(matches!(accounts.users(&other, "", 10).await, Err(Error::Denied(_))));
        denied(matches!(accounts.user(&other, root.id).await, Err(Error::Denied(_))));
        denied(matches!(accounts.create_user(&other, named("x")).await, Err(Error::Denied(_))));
        denied(matches!(accounts.delete_user(&other, root.id, None).await, Err(Error::Denied(_))));
        denied(matches!(accounts.reset_link(&other, root.id).await, Err(Error::Denied(_))));
        denied(matches!(accounts.sign_out_everywhere(&other, root.id).await, Err(Error::Denied(_))));
        denied(matches!(accounts.forget_totp(&other, root.id).await, Err(Error::Denied(_))));
        assert_eq!(accounts.user(&other, other.user().unwrap()).await.unwrap().name, name);
    }
}

fn a_code(place: &Place, grant: &str, uses: u32) -> NewRegistrationCode {
    let expires = place.now() + Duration::from_secs(3600);
    NewRegistrationCode { grant: grant.parse().unwrap(), uses, expires }
}

fn sign_up(code: &str, name: &str) -> SignUp {
    SignUp { code: code.to_owned(), name: name.to_owned(), email: None, password: PASSWORD.to_owned() }
}

pub(crate) async fn people_sign_up_by_a_code(place: &Place) {
    let north = caller(&place.user("north", "admin:north").await);
    let accounts = &place.accounts;
    for grant in ["viewer", "viewer:south"] {
        let refused = accounts.create_registration_code(&north, a_code(place, grant, 1)).await;
        assert!(matches!(refused, Err(Error::Denied(_))), "{grant}");
    }
    let (made, code) =
        accounts.create_registration_code(&north, a_code(place, "operator:north", 2)).await.unwrap();
    let visit = visit("192.0.2.1");
    let anna = accounts.sign_up(sign_up(code.reveal(), "anna"), &visit).await.unwrap();
    assert_eq!(anna.rights, Rights::of(&["operator:north".parse().unwrap()]));
    let taken = accounts.sign_up(sign_up(code.reveal(), "anna"), &visit).await;
    assert!(matches!(taken, Err(Error::Taken("name"))));
    let codes = accounts.registration_codes(&north).await.unwrap();
    assert_eq!((codes.len(), codes[0].uses_left), (1, 1), "what failed used nothing up");
    assert!(accounts.registration_codes(&caller(&anna)).await.unwrap().is_empty());
    assert!(accounts.delete_registration_code(&caller(&anna), made.id).await.is_err());

    place.pass(Duration::from_secs(3600));
    let late = accounts.sign_up(sign_up(code.reveal(), "late"), &visit).await;
    assert!(matches!(late, Err(Error::Link)));
    accounts.delete_registration_code(&north, made.id).await.unwrap();
    assert!(accounts.registration_codes(&Caller::program()).await.unwrap().is_empty());
}

pub(crate) async fn a_code_is_not_used_more_often_than_it_says(place: &Place) {
    let new = a_code(place, "viewer", 3);
    let (_, code) = place.accounts.create_registration_code(&Caller::program(), new).await.unwrap();
    let mut all = tokio::task::JoinSet::new();
    for n in 0..8 {
        let (accounts, wish) = (place.accounts.clone(), sign_up(code.reveal(), &format!("user{n}")));
        all.spawn(async move { accounts.sign_up(wish, &visit(&format!("192.0.2.{n}"))).await.is_ok() });
    }
    assert_eq!(all.join_all().await.into_iter().filter(|done| *done).count(), 3);
}
