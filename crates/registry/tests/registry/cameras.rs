use access::Role;
use registry::{CameraChange, Error, Provisioned};
use serde_json::json;

use crate::place::{Masked, NOON, Place, by, camera, line, new, operator, rules, site};

fn change(value: serde_json::Value) -> CameraChange {
    serde_json::from_value(value).unwrap()
}

pub(crate) async fn a_camera_needs_a_site_and_an_id_of_its_own(place: &Place) {
    let registry = &place.registry;
    registry.create_camera(new(camera("door")), &by(1)).await.unwrap();
    let error = registry.create_camera(new(camera("door")), &by(2)).await.unwrap_err();
    assert!(matches!(error, Error::Exists { .. }), "{error}");
    let wrong = new(json!({"id": "x", "site": "none", "address": "rtsp://10.0.0.1/"}));
    let error = registry.create_camera(wrong, &by(5)).await.unwrap_err();
    assert!(matches!(&error, Error::Invalid { field, .. } if field == "site"), "{error}");
}

pub(crate) async fn secrets_are_sealed_and_shown_nowhere(place: &Place) {
    let registry = &place.registry;
    place.create(camera("door")).await;
    let renamed = change(json!({"name": "Door", "password": "s3cret-new"}));
    registry.change_camera("door", 1, renamed, &by(2)).await.unwrap();
    let shown = format!(
        "{:?} {} {:?}",
        registry.now(),
        serde_json::to_string(&*registry.now().cameras["door"]).unwrap(),
        registry.plan().await.unwrap()
    );
    let kept = String::from_utf8_lossy(&place.kept().await).into_owned();
    for secret in ["s3cret", "t0ken"] {
        assert!(!shown.contains(secret), "{shown}");
        assert!(!kept.contains(secret), "{kept}");
    }
    assert!(kept.contains("credentials"), "the log says that they were changed: {kept}");
    let planned = registry.plan().await.unwrap();
    let source = planned[0].source.as_ref().unwrap().expose();
    assert_eq!(source, "rtsp://admin:s3cret-new@10.0.0.9/ch1?token=t0ken");

    let other_key = place.beside(Masked(0x33), Provisioned::default()).await;
    let reason = other_key.plan().await.unwrap()[0].source.clone().unwrap_err();
    assert!(reason.contains("secret key"), "{reason}");
    let anew = change(json!({"address": "rtsp://10.0.0.9/ch1", "password": "other"}));
    let error =
        other_key.change_camera("door", 2, change(json!({"password": "x"})), &by(3)).await.unwrap_err();
    assert!(matches!(error, Error::Unsealed { .. }), "{error}");
    other_key.change_camera("door", 2, anew, &by(4)).await.unwrap();
    let source = other_key.plan().await.unwrap()[0].source.clone().unwrap().expose();
    assert!(source.ends_with(":other@10.0.0.9/ch1"), "{source}");
}

pub(crate) async fn rule_versions_grow_and_never_clash(place: &Place) {
    let registry = &place.registry;
    place.create(camera("door")).await;
    let versions = |set: &registry::RuleSet| {
        set.rules.lines.iter().map(|line| (line.name.clone(), line.version)).collect::<Vec<_>>()
    };
    let first = line("in", 0.5) + &line("out", 0.7);
    let set = registry.put_rules("door", 1, rules(&first), &by(1)).await.unwrap();
    assert_eq!((set.info.version, set.info.what.as_str()), (2, "line `in` added, line `out` added"));
    let edited = line("in", 0.4) + &line("out", 0.7);
    let error = registry.put_rules("door", 1, rules(&edited), &by(2)).await.unwrap_err();
    assert!(matches!(error, Error::Stale { version: 2, .. }), "{error}");
    let set = registry.put_rules("door", 2, rules(&edited), &by(3)).await.unwrap();
    assert_eq!(versions(&set), [("in".to_owned(), 2), ("out".to_owned(), 1)]);
    let same = registry.put_rules("door", 3, rules(&edited), &by(4)).await.unwrap();
    assert_eq!(same.info.version, 3, "the same rules are no new set");
    let set = registry.restore_rules("door", 3, 2, &by(5)).await.unwrap();
    assert_eq!(versions(&set), [("in".to_owned(), 3), ("out".to_owned(), 1)]);
    assert_eq!(set.info.what, "set 2 restored: line `in` changed");
    assert_eq!(registry.rules("door", Some(2)).await.unwrap().info.who, "jan");
    let history = registry.rule_history("door", None, 2).await.unwrap();
    assert_eq!(history.iter().map(|set| set.version).collect::<Vec<_>>(), [4, 3]);
    let history = registry.rule_history("door", Some(3), 10).await.unwrap();
    assert_eq!(history.iter().map(|set| set.version).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(registry.now().cameras["door"].version, 1, "the settings are the same");

    // A camera of the configuration file had this id before, and counted with versions up to 9.
    let mut known = registry::RuleVersions::default();
    known.assign(&mut rules(&(line("in", 0.9) + "version = 9\n")));
    registry.raise_rule_versions(&[("gate".to_owned(), known)].into()).await.unwrap();
    let gate = json!({"id": "gate", "site": "main", "address": "rtsp://10.0.0.9/",
        "rules": {"line": [{"name": "in", "points": [[0.1, 0.5], [0.9, 0.5]]}]}});
    place.create(gate).await;
    assert_eq!(versions(&registry.rules("gate", None).await.unwrap()), [("in".to_owned(), 10)]);
}

pub(crate) async fn what_runs_is_what_is_started(place: &Place) {
    let registry = &place.registry;
    let mut changes = registry.changes();
    changes.mark_unchanged();
    place.create(camera("door")).await;
    assert!(changes.has_changed().unwrap());
    let planned = registry.plan().await.unwrap();
    assert_eq!(planned.len(), 1);
    registry
        .change_camera("door", 1, change(json!({"name": "Door", "pictures": "everyone"})), &by(20))
        .await
        .unwrap();
    let configured = registry.plan().await.unwrap()[0].configured;
    assert_eq!(configured, planned[0].configured, "a name needs no new connection");
    registry.change_camera("door", 2, change(json!({"analyse_fps": 8.0})), &by(30)).await.unwrap();
    assert_eq!(registry.plan().await.unwrap()[0].configured, NOON + time::Duration::seconds(30));
    registry.start_camera("door", false, &by(40)).await.unwrap();
    assert!(!registry.plan().await.unwrap()[0].camera.started);
    let version = registry.now().cameras["door"].version;
    registry.start_camera("door", false, &by(41)).await.unwrap();
    assert_eq!(registry.now().cameras["door"].version, version, "it was stopped already");
    registry.start_camera("door", true, &by(50)).await.unwrap();
    assert_eq!(registry.plan().await.unwrap()[0].configured, NOON + time::Duration::seconds(50));
    let seen = registry.now().cameras_for(&operator("main"), Role::Operator);
    assert_eq!(seen.len(), 1);
    assert!(registry.now().cameras_for(&operator("main"), Role::Admin).is_empty());
    assert!(registry.now().cameras_for(&operator("other"), Role::Viewer).is_empty());
}

pub(crate) async fn an_id_is_never_used_twice(place: &Place) {
    let registry = &place.registry;
    place.create(camera("door")).await;
    registry.delete_camera("door", 1, &by(2)).await.unwrap();
    assert!(registry.now().cameras.is_empty() && registry.plan().await.unwrap().is_empty());
    let error = registry.create_camera(new(camera("door")), &by(3)).await.unwrap_err();
    assert!(matches!(error, Error::Exists { .. }), "{error}");
    for result in [
        registry.change_camera("door", 2, change(json!({"name": "x"})), &by(4)).await.map(drop),
        registry.start_camera("door", true, &by(4)).await.map(drop),
        registry.put_rules("door", 1, rules(""), &by(4)).await.map(drop),
        registry.delete_camera("door", 2, &by(4)).await,
    ] {
        assert!(matches!(result, Err(Error::NotFound { .. })), "{result:?}");
    }
    assert_eq!(registry.restore_camera("door", &by(5)).await.unwrap().version, 3);
    registry.delete_camera("door", 3, &by(6)).await.unwrap();
    assert_eq!(registry.wipe(&by(29 * 86_400)).await.unwrap(), 0);
    assert_eq!(registry.deleted_cameras().await.unwrap().len(), 1);
    assert_eq!(registry.wipe(&by(31 * 86_400)).await.unwrap(), 1);
    assert!(registry.deleted_cameras().await.unwrap().is_empty(), "it cannot be brought back any more");
    assert!(registry.restore_camera("door", &by(31 * 86_400)).await.is_err());
}

pub(crate) async fn what_stands_in_the_configuration_is_left_alone(place: &Place) {
    let made = place.create(camera("door")).await;
    let provisioned = Provisioned {
        sites: Vec::new(),
        cameras: vec![
            registry::Camera { id: "front door".to_owned(), provisioned: true, ..made.clone() },
            registry::Camera { provisioned: true, ..made },
        ],
    };
    let registry = place.beside(Masked(0x5a), provisioned).await;
    assert_eq!(registry.now().cameras.len(), 2);
    assert!(registry.now().cameras["door"].provisioned);
    assert!(registry.plan().await.unwrap().is_empty(), "the configuration's runs in its place");
    for result in [
        registry.start_camera("front door", false, &by(2)).await.map(drop),
        registry.change_camera("door", 1, change(json!({"name": "x"})), &by(2)).await.map(drop),
        registry.delete_camera("door", 1, &by(2)).await,
    ] {
        assert!(matches!(result, Err(Error::Provisioned { .. })), "{result:?}");
    }
}

pub(crate) async fn another_process_learns_of_changes(place: &Place) {
    let other = place.beside(Masked(0x5a), Provisioned::default()).await;
    let mut changes = other.changes();
    changes.mark_unchanged();
    place.create(camera("door")).await;
    assert!(other.now().cameras.is_empty());
    other.refresh().await.unwrap();
    assert!(other.now().cameras.contains_key("door") && changes.has_changed().unwrap());
    changes.mark_unchanged();
    other.refresh().await.unwrap();
    assert!(!changes.has_changed().unwrap());
}

pub(crate) async fn every_change_is_in_the_audit_log(place: &Place) {
    let registry = &place.registry;
    place.create(camera("door")).await;
    registry.change_camera("door", 1, change(json!({"name": "Door"})), &by(2)).await.unwrap();
    registry.put_rules("door", 1, rules(&line("in", 0.5)), &by(3)).await.unwrap();
    registry.start_camera("door", false, &by(4)).await.unwrap();
    registry.delete_camera("door", 3, &by(5)).await.unwrap();
    registry.restore_camera("door", &by(6)).await.unwrap();
    registry.change_camera("door", 5, change(json!({"name": "Door"})), &by(7)).await.unwrap();
    let rows: Vec<(String, Option<String>)> =
        place.db.fetch("SELECT action, site FROM audit ORDER BY number", vec![]).await.unwrap();
    let actions: Vec<&str> = rows.iter().map(|(action, _)| action.as_str()).collect();
    let expected = [
        "site.create",
        "camera.create",
        "camera.update",
        "camera.rules.update",
        "camera.stop",
        "camera.delete",
        "camera.restore",
    ];
    assert_eq!(actions, expected);
    assert!(rows.iter().all(|(_, site)| site.as_deref() == Some("main")));
    assert!(audit::verify(&place.db, None).await.unwrap().is_intact());
}

pub(crate) async fn writers_at_once_lose_nothing(place: &Place) {
    place.create(camera("door")).await;
    let mut writers = tokio::task::JoinSet::new();
    for number in 0..12 {
        let registry = place.registry.clone();
        writers.spawn(async move {
            registry.create_site(site(&format!("s{number}")), &by(number)).await.unwrap();
            registry
                .change_camera("door", 1, change(json!({"name": format!("Door {number}")})), &by(number))
                .await
        });
    }
    let (mut won, mut stale) = (0, 0);
    while let Some(done) = writers.join_next().await {
        match done.unwrap() {
            Ok(_) => won += 1,
            Err(Error::Stale { version: 2, .. }) => stale += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!((won, stale), (1, 11), "one edit of version 1 wins");
    assert_eq!(place.registry.now().sites.len(), 13);
    assert!(audit::verify(&place.db, None).await.unwrap().is_intact());
}
