//! The order in which events came in.

use crate::database::Database;
use crate::sample::{came_in, seconds};

pub(crate) async fn what_came_in_after_a_number_comes_back_once_and_in_order(db: Database) {
    let store = db.open().await;
    assert_eq!(store.arrivals_kept().await.unwrap().newest, 0);
    let late = came_in("a", seconds(1.0), 1);
    let (first, second) = (came_in("a", seconds(5.0), 5), came_in("a", seconds(9.0), 9));
    store.ingest(&[second.clone(), first.clone()]).await.unwrap();
    store.ingest(&[first.clone(), late.clone()]).await.unwrap();

    let all = store.arrivals(0, 10).await.unwrap();
    let events: Vec<_> = all.iter().map(|arrival| arrival.event.clone()).collect();
    assert_eq!(events, [first, second.clone(), late.clone()], "late, and repeated once");
    assert!(all.is_sorted_by_key(|arrival| arrival.number));
    let number = store.arrival_of(second.id).await.unwrap().unwrap();
    let rest = store.arrivals(number, 10).await.unwrap();
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0].event, late);
    assert_eq!(store.arrivals(0, 2).await.unwrap(), all[..2]);
    let kept = store.arrivals_kept().await.unwrap();
    assert_eq!((kept.oldest, kept.newest), (all[0].number, all[2].number));
    store.close().await;
}
