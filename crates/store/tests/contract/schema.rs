//! Steps of the schema, on databases with data in them.

use std::fs;

use store::{Error, Settings, Store};
use time::Duration;

use crate::database::Database;
use crate::sample::{NOON, came_in, events, hours, seconds};

/// For each step there must be data as a program of that step wrote it: `fixtures/*/NNNN.sql`, each holding the
/// one event `came_in("a", 1 s, 1)` and its roll-ups.
pub(crate) async fn every_earlier_version_is_brought_up_to_date(db: Database) {
    let steps = fs::read_dir(db.folder("migrations")).unwrap().count() as i64;
    assert!(steps >= 3);
    for version in 1..=steps {
        let fixture = db.folder("tests/contract/fixtures").join(format!("{version:04}.sql"));
        let data =
            fs::read_to_string(&fixture).unwrap_or_else(|_| panic!("{} is missing", fixture.display()));
        let old = db.beside(version).await;
        old.migrate_to(version).await;
        old.sql(&data).await;

        let store = old.open().await;
        let event = came_in("a", seconds(1.0), 1);
        assert_eq!(store.events(&events(10)).await.unwrap().events, std::slice::from_ref(&event));
        assert_eq!(store.counts(&hours(1)).await.unwrap().groups[0].counts, [1]);
        assert_eq!(store.ingest(&[event, came_in("a", seconds(2.0), 2)]).await.unwrap().repeated, 1);
        assert_eq!(store.counts(&hours(1)).await.unwrap().groups[0].counts, [2]);
        let recount = store.recount(NOON - Duration::days(9), NOON + Duration::days(9), false).await.unwrap();
        assert_eq!((recount.weeks, recount.different), (1, 0), "{:?}", recount.differences);
        store.close().await;
        // A second start finds nothing to do.
        old.open().await.close().await;
    }
}

pub(crate) async fn a_newer_database_is_refused(db: Database) {
    db.open().await.close().await;
    let blob = if db.is_sqlite() { "X'00'" } else { "'\\x00'" };
    db.sql(&format!(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (999, 'from the future', TRUE, {blob}, 0)"
    ))
    .await;
    let error = Store::open(&db.address, &Settings::default()).await.unwrap_err();
    assert!(matches!(error, Error::Newer { found: 999, known: 4 }) && !error.is_retryable());
    assert!(error.to_string().contains("newer camtally"), "{error}");
}
