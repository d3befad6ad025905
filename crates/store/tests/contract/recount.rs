use store::Measure;
use time::Duration;

use crate::database::Database;
use crate::sample::{NOON, came_in, hours, leave, observed, seconds};

pub(crate) async fn a_wrong_roll_up_is_found_and_repaired(db: Database) {
    let store = db.open().await;
    let events: Vec<_> = (0..100)
        .flat_map(|n| {
            // Over a week: rows of several spans.
            let at = n as f64 * 7000.0;
            [
                came_in("a", seconds(at), n),
                leave("a", "queue", seconds(at + 1.0), 3.5, n),
                observed("a", seconds(at), seconds(at + 1000.0)),
            ]
        })
        .collect();
    store.ingest(&events).await.unwrap();
    let (from, until) = (NOON - Duration::days(30), NOON + Duration::days(30));
    let right = store.recount(from, until, false).await.unwrap();
    assert_eq!((right.weeks, right.different), (2, 0), "{:?}", right.differences);
    let counts = store.counts(&hours(200)).await.unwrap();

    // One row is lost, one is of another day, and one is empty.
    let crossings = "(SELECT id FROM series WHERE measure = 'crossing')";
    db.sql(&format!(
        "DELETE FROM quarters WHERE series IN (SELECT id FROM series WHERE measure = 'dwell');
         UPDATE minutes SET span = span + 1 WHERE series IN {crossings} AND span = (SELECT MAX(span) FROM minutes \
             WHERE series IN {crossings});
         UPDATE quarters SET slots = {} WHERE series IN {crossings} AND span = (SELECT MIN(span) FROM quarters)",
        if db.is_sqlite() { "X''" } else { "''" }
    ))
    .await;
    let wrong = store.recount(from, until, false).await.unwrap();
    assert!(!wrong.repaired);
    let dwell = wrong.differences.iter().filter(|d| d.series.measure == Measure::Dwell).collect::<Vec<_>>();
    assert_eq!(dwell.len(), 100);
    assert_eq!((dwell[0].kept, dwell[0].counted), (0, 3_500_000));
    assert_eq!((dwell[0].span.from, dwell[0].span.seconds()), (NOON, 900.0));
    let minutes = wrong.differences.iter().filter(|d| d.span.seconds() == 60.0).collect::<Vec<_>>();
    assert_eq!(minutes.iter().map(|d| (d.kept, d.counted)).collect::<Vec<_>>(), [(0, 1), (1, 0)]);
    assert_ne!(store.counts(&hours(200)).await.unwrap(), counts);

    let repaired = store.recount(from, until, true).await.unwrap();
    assert!(repaired.repaired && repaired.different == wrong.different);
    assert_eq!(store.recount(from, until, false).await.unwrap().different, 0);
    assert_eq!(store.counts(&hours(200)).await.unwrap(), counts);
}
