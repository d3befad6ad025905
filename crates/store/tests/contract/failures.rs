use std::error::Error as _;
use std::time::Duration;

use store::{Error, Settings, Store};

use crate::database::Database;
use crate::sample::{came_in, seconds};

pub(crate) async fn passwords_stay_secret(db: Database) {
    const SECRET: &str = "hunter2";
    let mut addresses = vec![
        format!("postgres://admin:{SECRET}@localhost:notaport/x"),
        format!("postgres://admin:{SECRET}@[broken/x"),
        format!("mysql://admin:{SECRET}@localhost/x"),
        // Nobody listens on port 1.
        format!("postgres://admin:{SECRET}@127.0.0.1:1/x"),
    ];
    if !db.is_sqlite() {
        let with = db.address.replace("postgres://postgres@", &format!("postgres://postgres:{SECRET}@"));
        addresses.push(with.replace("/case_", "/no_such_"));
        addresses.push(with.replace("postgres:hunter2@", "nobody:hunter2@"));
        let store = Store::open(&with, &Settings::default()).await.unwrap();
        let shown = format!("{store:?}");
        assert!(shown.contains("/case_") && !shown.contains(SECRET), "{shown}");
    }
    let settings = Settings { acquire_timeout: Duration::from_secs(2), ..Settings::default() };
    for address in addresses {
        let error = Store::open(&address, &settings).await.unwrap_err();
        let mut shown = format!("{error} {error:?}");
        let mut cause = error.source();
        while let Some(error) = cause {
            shown += &format!(" {error} {error:?}");
            cause = error.source();
        }
        assert!(!shown.contains(SECRET), "{shown}");
    }
    for nothing in ["", "sqlite:", "sqlite::memory:", "store.db"] {
        assert!(matches!(Store::open(nothing, &settings).await, Err(Error::Address(_))), "{nothing}");
    }
    let unreachable = Store::open("postgres://127.0.0.1:1/x", &settings).await.unwrap_err();
    assert!(unreachable.is_retryable(), "{unreachable:?}");
}

/// Somebody, a backup say, holds the database for longer than the time limits allow.
pub(crate) async fn a_lock_held_too_long_is_retryable(db: Database) {
    let limit = Duration::from_millis(300);
    let settings = Settings { statement_timeout: limit, busy_timeout: limit, ..Settings::default() };
    let store = Store::open(&db.address, &settings).await.unwrap();
    store.ingest(&[came_in("a", seconds(1.0), 1)]).await.unwrap();
    let holder = db.hold_all().await;
    let event = came_in("a", seconds(2.0), 2);
    let error = store.ingest(std::slice::from_ref(&event)).await.unwrap_err();
    assert!(matches!(error, Error::Conflict(_) | Error::Timeout(_)), "{error:?}");
    assert!(error.is_retryable());
    store.ping().await.unwrap();
    drop(holder);
    let mut tries = 0;
    let done = loop {
        match store.ingest(std::slice::from_ref(&event)).await {
            Ok(done) => break done,
            Err(error) => assert!(error.is_retryable() && tries < 20, "{error:?}"),
        }
        tries += 1;
    };
    assert_eq!(done.stored, 1);
}
