use store::{Heat, HeatPart};
use time::Duration;
use uuid::Uuid;

use crate::database::Database;
use crate::sample::NOON;

fn part(id: u128, minutes: i64, cells: [u64; 6]) -> HeatPart {
    HeatPart {
        id: Uuid::from_u128(id),
        camera: "a".to_owned(),
        hour: NOON + Duration::minutes(minutes),
        heat: Heat { width: 3, height: 2, cells: cells.to_vec() },
    }
}

pub(crate) async fn parts_add_up_once(db: Database) {
    let store = db.open().await;
    assert!(store.add_heat(&part(1, 0, [1, 0, 0, 0, 0, 7])).await.unwrap());
    assert!(!store.add_heat(&part(1, 0, [1, 0, 0, 0, 0, 7])).await.unwrap());
    assert!(store.add_heat(&part(2, 59, [1, 2, 0, 0, 0, 0])).await.unwrap());
    assert!(store.add_heat(&part(3, 60, [0, 0, 0, 5_000_000_000, 0, 0])).await.unwrap());
    let mut fine = part(4, 0, [9; 6]);
    fine.heat = Heat { width: 6, height: 1, ..fine.heat };
    assert!(store.add_heat(&fine).await.unwrap());
    let mut elsewhere = part(5, 0, [100; 6]);
    elsewhere.camera = "b".to_owned();
    assert!(store.add_heat(&elsewhere).await.unwrap());

    let cells = |hours| {
        let store = store.clone();
        async move { store.heat("a", NOON, NOON + Duration::hours(hours)).await.unwrap() }
    };
    let first = cells(1).await;
    assert_eq!(first[0], Heat { width: 3, height: 2, cells: vec![2, 2, 0, 0, 0, 7] });
    assert_eq!(first[1], Heat { width: 6, height: 1, cells: vec![9; 6] });
    assert_eq!(cells(2).await[0].cells, [2, 2, 0, 5_000_000_000, 0, 7]);

    // At once, from several writers, and each twice.
    let mut writers = tokio::task::JoinSet::new();
    for n in 0..40 {
        let store = store.clone();
        writers.spawn(async move { store.add_heat(&part(100 + n / 2, 120, [1; 6])).await.unwrap() });
    }
    assert_eq!(writers.join_all().await.into_iter().filter(|new| *new).count(), 20);
    let third = store.heat("a", NOON + Duration::hours(2), NOON + Duration::hours(3)).await.unwrap();
    assert_eq!(third[0].cells, [20; 6]);
}

pub(crate) async fn grids_that_are_none(db: Database) {
    let store = db.open().await;
    for (width, height, cells) in [(0, 1, 0), (2, 2, 3), (300, 1, 300)] {
        let mut wrong = part(1, 0, [0; 6]);
        wrong.heat = Heat { width, height, cells: vec![1; cells] };
        let error = store.add_heat(&wrong).await.unwrap_err();
        assert!(error.to_string().contains(&format!("{width} × {height}")), "{error}");
    }
}
