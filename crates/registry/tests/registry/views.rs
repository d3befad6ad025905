use registry::{Error, NewView, ViewChange};
use serde_json::json;
use uuid::Uuid;

use crate::place::{Place, by};

fn view(value: serde_json::Value) -> NewView {
    serde_json::from_value(value).unwrap()
}

pub(crate) async fn views_belong_to_their_owner(place: &Place) {
    let registry = &place.registry;
    let (jan, eva) = (Some(Uuid::from_u128(1)), Some(Uuid::from_u128(2)));
    let mine = view(json!({"name": "Mine", "query": {"bucket": "1h", "group": ["rule"]}}));
    let made = registry.create_view(jan, mine, &by(1)).await.unwrap();
    let ours = view(json!({"name": "Ours", "site": "main", "shared": true}));
    registry.create_view(jan, ours, &by(2)).await.unwrap();
    let names = async |owner| -> Vec<String> {
        registry.views(owner).await.unwrap().into_iter().map(|view| view.name).collect()
    };
    assert_eq!(names(jan).await, ["Mine", "Ours"]);
    assert_eq!(names(eva).await, ["Ours"]);
    let change: ViewChange = serde_json::from_value(json!({"name": "Renamed"})).unwrap();
    let after = registry.change_view(made.id, 1, change.clone(), &by(3)).await.unwrap();
    assert_eq!((after.version, after.query), (2, made.query));
    let error = registry.change_view(made.id, 1, change, &by(4)).await.unwrap_err();
    assert!(matches!(error, Error::Stale { version: 2, .. }), "{error}");
    for (wrong, field) in [
        (json!({"name": ""}), "name"),
        (json!({"name": "a", "site": "none"}), "site"),
        (json!({"name": "a", "query": {"text": "x".repeat(20_000)}}), "query"),
    ] {
        let error = registry.create_view(eva, view(wrong), &by(5)).await.unwrap_err();
        assert!(matches!(&error, Error::Invalid { field: named, .. } if named == field), "{error}");
    }
    registry.delete_view(made.id, 2, &by(6)).await.unwrap();
    assert!(matches!(registry.view(made.id).await, Err(Error::NotFound { .. })));
}
