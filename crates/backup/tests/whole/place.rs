//! A database with something in most of its tables.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use access::{Accounts, Caller, Grant, NewToken, NewUser, Rights, Vault};
use backup::{About, Attachment, Backup};
use database::{Access, Database, Schema, Value};
use event::{Direction, Event, Sighting, Stream, What};
use observation::StreamTime;
use store::Store;
use time::OffsetDateTime;
use time::macros::datetime;

pub(crate) const SCHEMAS: [Schema; 6] =
    [store::SCHEMA, audit::SCHEMA, access::SCHEMA, registry::SCHEMA, alerts::SCHEMA, server::SCHEMA];
const START: OffsetDateTime = datetime!(2026-11-01 8:00 UTC);

pub(crate) fn file(folder: &Path, name: &str) -> String {
    format!("sqlite:{}", folder.join(name).display())
}

#[derive(Clone)]
pub(crate) struct Place {
    store: Store,
    accounts: Accounts,
    more: Arc<AtomicU64>,
}

impl Place {
    pub(crate) async fn open(address: &str) -> Self {
        let db = Database::open(address, &database::Settings::default()).await.unwrap();
        let store = Store::on(db.clone()).await.unwrap();
        let settings =
            access::Settings { address: "https://count.example.org".to_owned(), ..Default::default() };
        let now = Arc::new(|| START);
        let accounts =
            Accounts::open(db.clone(), Vault::new([7; 32]), settings, None, None, now).await.unwrap();
        for schema in &SCHEMAS[3..] {
            db.migrate(schema.ledger, schema.steps).await.unwrap();
        }
        // Numbers that no earlier run has used.
        let rows: Vec<(i64,)> = db.fetch("SELECT COUNT(*) FROM events", vec![]).await.unwrap();
        Self { store, accounts, more: Arc::new(AtomicU64::new(rows[0].0.unsigned_abs() + 1000)) }
    }

    pub(crate) fn db(&self) -> &Database {
        self.store.database()
    }

    pub(crate) async fn fill(&self) {
        let caller = Caller::program();
        for name in ["anna", "ben"] {
            let rights = Rights::of(&["admin".parse::<Grant>().unwrap()]);
            let new = NewUser { name: name.to_owned(), email: Some(format!("{name}@example.org")), rights };
            let (user, _) = self.accounts.create_user(&caller, new).await.unwrap();
            let token = NewToken {
                name: "export".to_owned(),
                scopes: Rights::of(&["viewer:main".parse().unwrap()]),
                expires: None,
            };
            self.accounts.create_token(&caller, user.id, token).await.unwrap();
        }
        let events: Vec<Event> = (0..3000).map(crossing).chain((0..3).map(watched)).collect();
        self.store.ingest(&events).await.unwrap();
        let mut tx = self.db().begin(Access::Add).await.unwrap();
        for (sql, values) in [
            (
                "INSERT INTO registry_cameras VALUES ($1, 'main', $2, $3, TRUE, 0, 1, 1, 1, 1, NULL)",
                vec![
                    Value::Text("entrance".to_owned()),
                    Value::Text("{\"name\": \"Tür \u{1F6AA}\"}".to_owned()),
                    Value::Bytes((0..=255).collect()),
                ],
            ),
            ("INSERT INTO registry_rule_versions VALUES ('entrance', 'door', 3, NULL)", vec![]),
            ("UPDATE registry_revision SET revision = 7", vec![]),
            ("INSERT INTO alert_channels VALUES ($1, 'main', 1, '{}', NULL)", vec![Value::Id(uuid(1))]),
            ("INSERT INTO alert_rules VALUES ($1, 'main', 1, '{}')", vec![Value::Id(uuid(2))]),
            ("INSERT INTO alert_phases VALUES ($1, 'entrance', 'quiet')", vec![Value::Id(uuid(2))]),
            (
                "INSERT INTO idempotency_keys VALUES ('anna', 'k', $1, 5, 200, NULL, NULL)",
                vec![Value::Bytes(vec![0])],
            ),
        ] {
            tx.execute(sql, values).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// Something new in tables that the database numbers, and in the audit log.
    pub(crate) async fn fill_more(&self) {
        let number = self.more.fetch_add(1, Ordering::Relaxed);
        let mut event = crossing(number);
        event.camera = format!("camera {number}");
        self.store.ingest(&[event]).await.unwrap();
        let new = NewUser { name: format!("user{number}"), email: None, rights: Rights::default() };
        self.accounts.create_user(&Caller::program(), new).await.unwrap();
    }

    pub(crate) async fn save(&self, path: &Path) -> Backup {
        let about = About { program: "test".to_owned(), created: START, model: "nanodet-416".to_owned() };
        let attachments = [Attachment { name: "rule-versions.json", bytes: b"{}".to_vec() }];
        let to = File::create(path).unwrap();
        let (manifest, _) =
            backup::save(self.db(), &SCHEMAS, about, &attachments, to, |_, _| ()).await.unwrap();
        let backup = Backup::open(path, |_| ()).unwrap();
        assert_eq!(*backup.manifest(), manifest);
        assert_eq!(backup.attachment("rule-versions.json").unwrap().unwrap(), b"{}");
        backup
    }

    /// The roll-ups equal the events, and the chain of the audit log holds.
    pub(crate) async fn is_right(&self) {
        let recount = self.store.recount(START, START + time::Duration::days(30), false).await.unwrap();
        assert_eq!((recount.weeks > 0, recount.different), (true, 0), "{recount:?}");
        let log = audit::verify(self.db(), None).await.unwrap();
        assert!(log.is_intact() && log.entries >= 4, "{log:?}");
    }
}

/// Every row of every table, in an order of its own.
pub(crate) fn rows(backup: &Backup) -> BTreeMap<String, Vec<String>> {
    let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for part in &backup.manifest().parts {
        let Some((table, _)) = part.name.split_once('/') else { continue };
        let text = String::from_utf8(backup.attachment(&part.name).unwrap().unwrap()).unwrap();
        rows.entry(table.to_owned()).or_default().extend(text.lines().map(str::to_owned));
    }
    rows.values_mut().for_each(|rows| rows.sort());
    rows
}

fn uuid(number: u8) -> uuid::Uuid {
    uuid::Uuid::from_bytes([number; 16])
}

fn stream() -> Stream {
    Stream { camera: "entrance".to_owned(), epoch: "epoch".to_owned(), model: None, start: START }
}

fn crossing(number: u64) -> Event {
    let moment = StreamTime::from_micros(number as i64 * 7_345_678);
    let sighting = Sighting {
        rule: "door".to_owned(),
        rule_version: 1,
        class: "person".to_owned(),
        confidence: 0.83,
        confirmed: moment,
        inferred: number.is_multiple_of(5),
        track: number,
    };
    let direction = if number.is_multiple_of(3) { Direction::Forward } else { Direction::Backward };
    stream().sighting(moment, What::Crossing(direction, sighting), 0)
}

fn watched(hour: i64) -> Event {
    let at = |hour: i64| StreamTime::from_micros(hour * 3_600_000_000);
    stream().observed(event::Observed { from: at(hour), until: at(hour + 1) })
}
