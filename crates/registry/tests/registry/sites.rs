use registry::{Error, SiteChange};
use serde_json::json;

use crate::place::{Place, by, camera, site};

fn change(value: serde_json::Value) -> SiteChange {
    serde_json::from_value(value).unwrap()
}

pub(crate) async fn an_edit_needs_the_version_that_was_seen(place: &Place) {
    let registry = &place.registry;
    let renamed = change(json!({"name": "Town hall", "reset_hour": 4,
        "entrances": [{"camera": "door", "line": "in", "inward": "backward"}]}));
    let after = registry.change_site("main", 1, renamed.clone(), &by(1)).await.unwrap();
    assert_eq!((after.version, after.settings.name.as_str(), after.settings.reset_hour), (2, "Town hall", 4));
    assert_eq!(after.settings.time_zone, "Europe/Berlin", "what is not given stays");
    assert_eq!(*registry.now().sites["main"].as_ref(), after);
    let error = registry.change_site("main", 1, renamed.clone(), &by(2)).await.unwrap_err();
    assert!(matches!(error, Error::Stale { version: 2, .. }), "{error}");
    let same = registry.change_site("main", 2, renamed, &by(3)).await.unwrap();
    assert_eq!(same.version, 2, "a change to what is so already is none");
    for (wrong, field) in [
        (json!({"time_zone": "Berlin"}), "time_zone"),
        (json!({"reset_hour": 24}), "reset_hour"),
        (json!({"name": " "}), "name"),
        (json!({"entrances": [{"camera": "", "line": "in"}]}), "entrances[0].camera"),
    ] {
        let error = registry.change_site("main", 2, change(wrong), &by(4)).await.unwrap_err();
        assert!(matches!(&error, Error::Invalid { field: named, .. } if named == field), "{error}");
    }
}

pub(crate) async fn a_site_goes_only_without_cameras_and_comes_back(place: &Place) {
    let registry = &place.registry;
    place.create(camera("door")).await;
    let error = registry.delete_site("main", 1, &by(2)).await.unwrap_err();
    assert!(matches!(&error, Error::InUse { camera, .. } if camera == "door"), "{error}");
    registry.delete_camera("door", 1, &by(3)).await.unwrap();
    registry.delete_site("main", 1, &by(4)).await.unwrap();
    assert!(registry.now().sites.is_empty());
    let error = registry.restore_camera("door", &by(5)).await.unwrap_err();
    assert!(error.to_string().contains("no site `main`"), "{error}");
    let error = registry.create_site(site("main"), &by(6)).await.unwrap_err();
    assert!(matches!(error, Error::Exists { .. }), "{error}");
    assert_eq!(registry.deleted_sites().await.unwrap()[0].id, "main");
    registry.restore_site("main", &by(7)).await.unwrap();
    registry.restore_camera("door", &by(8)).await.unwrap();
    assert_eq!(registry.now().cameras["door"].site, "main");
}
