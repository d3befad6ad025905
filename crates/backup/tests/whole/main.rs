//! A backup as its user meets it: from either database into either, and never from a file that is not whole.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../../../store/tests/contract/cluster.rs"]
#[allow(dead_code, reason = "shared with the store's tests")]
mod cluster;
mod damage;
mod place;

use std::collections::BTreeSet;

use backup::{Backup, Error};
use database::{Access, Database};
use time::OffsetDateTime;

use cluster::Cluster;
use place::{Place, SCHEMAS};

#[tokio::test]
async fn sqlite_goes_into_sqlite_and_postgres_and_back_with_every_row_and_number() {
    let cluster = Cluster::start(&["fsync=off", "synchronous_commit=off"]);
    for name in ["first", "second"] {
        cluster.create(name);
    }
    let folder = tempfile::tempdir().unwrap();
    let first = Place::open(&place::file(folder.path(), "first")).await;
    first.fill().await;
    let saved = first.save(&folder.path().join("1")).await;
    assert!(
        saved.manifest().tables.iter().filter(|table| table.rows > 0).count() >= 12,
        "{:?}",
        saved.manifest()
    );

    let mut before = saved;
    for (number, address) in
        [cluster.address("first"), place::file(folder.path(), "second"), cluster.address("second")]
            .iter()
            .enumerate()
    {
        let db = Database::open(address, &database::Settings::default()).await.unwrap();
        let mut rows = 0;
        before.restore(&db, &SCHEMAS, |done| rows = done).await.unwrap();
        assert_eq!(rows, before.manifest().tables.iter().map(|table| table.rows).sum::<u64>());
        db.close().await;
        let place = Place::open(address).await;
        let after = place.save(&folder.path().join(format!("after {number}"))).await;
        // The parts are equal where the rows came in the same order.
        let contents = |backup: &Backup| place::rows(backup);
        assert_eq!(contents(&before), contents(&after), "{address}");
        place.is_right().await;
        // What the database numbers itself goes on after what is there.
        place.fill_more().await;
        place.is_right().await;
        before = after;
    }
}

#[tokio::test]
async fn a_backup_is_one_moment_while_others_write() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::open(&place::file(folder.path(), "store")).await;
    place.fill().await;
    let writing = {
        let place = place.clone();
        tokio::spawn(async move {
            for _ in 0..40 {
                place.fill_more().await;
            }
        })
    };
    for number in 0..5 {
        let saved = place.save(&folder.path().join(number.to_string())).await;
        let address = place::file(folder.path(), &format!("restored {number}"));
        let db = Database::open(&address, &database::Settings::default()).await.unwrap();
        saved.restore(&db, &SCHEMAS, |_| ()).await.unwrap();
        db.close().await;
        Place::open(&address).await.is_right().await;
    }
    writing.await.unwrap();
}

#[tokio::test]
async fn a_database_that_holds_something_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::open(&place::file(folder.path(), "store")).await;
    place.fill().await;
    let saved = place.save(&folder.path().join("backup")).await;
    let error = saved.restore(place.db(), &SCHEMAS, |_| ()).await.unwrap_err();
    assert!(matches!(error, Error::NotEmpty(_)), "{error}");
    place.is_right().await;
}

#[tokio::test]
async fn no_table_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::open(&place::file(folder.path(), "store")).await;
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let found: Vec<(String,)> = place.db().fetch(sql, vec![]).await.unwrap();
    let found: BTreeSet<String> = found.into_iter().map(|row| row.0).collect();
    let known = SCHEMAS.iter().flat_map(|schema| schema.tables.iter().chain([&schema.ledger]));
    assert_eq!(found, known.map(|name| (*name).to_owned()).collect());
    let mut tx = place.db().begin(Access::Read).await.unwrap();
    for table in SCHEMAS.iter().flat_map(|schema| schema.tables) {
        assert!(!tx.columns(table).await.unwrap().is_empty(), "{table}");
    }
}

#[tokio::test]
async fn an_empty_database_and_a_newer_one_are_not_saved() {
    let folder = tempfile::tempdir().unwrap();
    let address = place::file(folder.path(), "empty");
    let db = Database::open(&address, &database::Settings::default()).await.unwrap();
    let about = || backup::About {
        program: "test".to_owned(),
        created: OffsetDateTime::UNIX_EPOCH,
        model: "none".to_owned(),
    };
    let error = backup::save(&db, &SCHEMAS, about(), &[], Vec::new(), |_, _| ()).await.unwrap_err();
    assert!(matches!(error, Error::Empty), "{error}");

    let place = Place::open(&place::file(folder.path(), "store")).await;
    let sql = "UPDATE audit_schema SET version = 99";
    let mut tx = place.db().begin(Access::Alone).await.unwrap();
    tx.execute(sql, vec![]).await.unwrap();
    tx.commit().await.unwrap();
    let error = backup::save(place.db(), &SCHEMAS, about(), &[], Vec::new(), |_, _| ()).await.unwrap_err();
    assert!(error.to_string().contains("99"), "{error}");
}
