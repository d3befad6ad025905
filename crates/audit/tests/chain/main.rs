//! What the log promises, on both databases.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../../../store/tests/contract/cluster.rs"]
#[allow(dead_code, reason = "shared with the store's tests, which also crash the server")]
mod cluster;

use std::net::{IpAddr, Ipv4Addr};

use audit::{Actor, ActorKind, Entry, Fault, Object, Query};
use cluster::Cluster;
use database::{Access, Database, Settings};
use serde_json::json;
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

const NOON: OffsetDateTime = datetime!(2026-11-24 12:00 UTC);

fn entry(n: i64) -> Entry {
    Entry {
        time: NOON + Duration::seconds(n),
        actor: Actor {
            kind: ActorKind::User,
            id: Some(Uuid::from_u128(7)),
            name: format!("user{}", n % 2),
            from: Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1))),
        },
        action: if n % 3 == 0 { "camera.delete" } else { "camera.update" },
        object: Object::new("camera", format!("c{n}")),
        site: (n % 2 == 0).then(|| "north".to_owned()),
        before: Some(json!({"n": n})),
        after: (n % 3 != 0).then(|| json!({"n": n + 1, "password": "geheim"})),
    }
}

async fn add(db: &Database, entry: Entry) {
    let mut tx = db.begin(Access::Add).await.unwrap();
    audit::append(&mut tx, entry).await.unwrap();
    tx.commit().await.unwrap();
}

/// A database with the log's tables, and its address.
struct Place {
    address: String,
    db: Database,
    _folder: Option<tempfile::TempDir>,
}

impl Place {
    async fn new(cluster: Option<&Cluster>, name: &str) -> Self {
        let folder = cluster.is_none().then(|| tempfile::tempdir().unwrap());
        let address = match (cluster, &folder) {
            (Some(cluster), _) => {
                cluster.create(name);
                cluster.address(name)
            }
            (None, Some(folder)) => format!("sqlite:{}", folder.path().join("audit.db").display()),
            (None, None) => unreachable!(),
        };
        let db = Database::open(&address, &Settings::default()).await.unwrap();
        audit::migrate(&db).await.unwrap();
        Self { address, db, _folder: folder }
    }

    /// Runs statements behind the program's back.
    async fn tamper(&self, statements: &str) -> Result<(), sqlx::Error> {
        let sql = sqlx::raw_sql(AssertSqlSafe(statements));
        if self.address.starts_with("sqlite:") {
            let pool = SqlitePool::connect(&self.address).await?;
            let done = sql.execute(&pool).await;
            pool.close().await;
            done.map(drop)
        } else {
            let pool = PgPool::connect(&self.address).await?;
            let done = sql.execute(&pool).await;
            pool.close().await;
            done.map(drop)
        }
    }

    /// As somebody would who may do everything with the database.
    async fn disarm(&self) {
        let statements = if self.address.starts_with("sqlite:") {
            "DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_deleted"
        } else {
            "ALTER TABLE audit DISABLE TRIGGER ALL"
        };
        self.tamper(statements).await.unwrap();
    }
}

async fn faults(db: &Database) -> Vec<Fault> {
    let found = audit::verify(db, None).await.unwrap();
    assert_eq!(found.faults, found.first_faults.len() as u64);
    found.first_faults
}

async fn every_kind_of_tampering_is_found(cluster: Option<&Cluster>) {
    let cases: [(&str, &str, &[Fault]); 9] = [
        ("changed", "UPDATE audit SET after = '{\"n\":9}' WHERE number = 3", &[Fault::Changed(3)]),
        ("actor", "UPDATE audit SET actor_name = 'other' WHERE number = 1", &[Fault::Changed(1)]),
        ("removed", "DELETE FROM audit WHERE number IN (4, 5)", &[Fault::Missing { first: 4, last: 5 }]),
        ("first", "DELETE FROM audit WHERE number = 1", &[Fault::Missing { first: 1, last: 1 }]),
        ("last", "DELETE FROM audit WHERE number > 7", &[Fault::Missing { first: 8, last: 9 }]),
        (
            "reordered",
            "UPDATE audit SET number = 100 WHERE number = 2; UPDATE audit SET number = 2 WHERE number = 3; \
             UPDATE audit SET number = 3 WHERE number = 100",
            &[Fault::Changed(2), Fault::Changed(3), Fault::Unlinked(4)],
        ),
        (
            "inserted",
            "INSERT INTO audit SELECT 10, time, actor_kind, actor_id, actor_name, address, action, object_kind, \
             object_id, site, before, after, previous, hash FROM audit WHERE number = 9",
            &[Fault::Foreign(10), Fault::Changed(10)],
        ),
        (
            "between",
            "UPDATE audit SET number = number + 1000 WHERE number > 5; \
             INSERT INTO audit SELECT 6, time, actor_kind, actor_id, actor_name, address, action, object_kind, \
             object_id, site, before, after, hash, hash FROM audit WHERE number = 5; \
             UPDATE audit SET number = number - 999 WHERE number > 1000",
            &[
                Fault::Changed(6),
                Fault::Changed(7),
                Fault::Changed(8),
                Fault::Changed(9),
                Fault::Foreign(10),
                Fault::Changed(10),
            ],
        ),
        ("all", "DELETE FROM audit", &[Fault::Missing { first: 1, last: 9 }]),
    ];
    for (name, statements, expected) in cases {
        let place = Place::new(cluster, &format!("tamper_{name}")).await;
        for n in 1..=9 {
            add(&place.db, entry(n)).await;
        }
        assert_eq!(faults(&place.db).await, [], "{name}");
        let refused = place.tamper(statements).await;
        assert!(refused.is_err() || name == "inserted", "{name}: the database let it happen");
        if refused.is_err() {
            place.disarm().await;
            place.tamper(statements).await.unwrap();
        }
        assert_eq!(faults(&place.db).await, expected, "{name}");
        place.db.close().await;
    }
}

/// Whoever may write to the database may also write a new chain. A head that was kept elsewhere gives them away.
async fn a_rewritten_chain_does_not_lead_to_a_head_from_before(cluster: Option<&Cluster>) {
    let place = Place::new(cluster, "rewritten").await;
    for n in 1..=5 {
        add(&place.db, entry(n)).await;
    }
    let known = audit::verify(&place.db, None).await.unwrap().head;
    add(&place.db, entry(6)).await;
    assert!(audit::verify(&place.db, Some(known)).await.unwrap().is_intact());

    place.disarm().await;
    let zeros = if cluster.is_some() { "decode(repeat('00', 32), 'hex')" } else { "zeroblob(32)" };
    place
        .tamper(&format!("DELETE FROM audit; UPDATE audit_head SET number = 0, hash = {zeros}"))
        .await
        .unwrap();
    for n in [1, 2, 3, 4, 6, 7] {
        add(&place.db, entry(n)).await;
    }
    assert_eq!(faults(&place.db).await, []);
    let found = audit::verify(&place.db, Some(known)).await.unwrap();
    assert_eq!(found.first_faults, [Fault::Rewritten(known)]);

    // The newest entry, with a hash of its own making.
    place.tamper("UPDATE audit_head SET hash = (SELECT hash FROM audit WHERE number = 1)").await.unwrap();
    assert_eq!(faults(&place.db).await, [Fault::HeadDiffers(6)]);
    place.db.close().await;
}

async fn writers_at_once_make_one_chain(cluster: Option<&Cluster>) {
    let place = Place::new(cluster, "writers").await;
    let other = Database::open(&place.address, &Settings::default()).await.unwrap();
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8 {
        let db = if writer % 2 == 0 { place.db.clone() } else { other.clone() };
        writers.spawn(async move {
            for n in 0..25 {
                let mut tx = db.begin(Access::Add).await.unwrap();
                audit::append(&mut tx, entry(writer * 25 + n)).await.unwrap();
                // What is rolled back leaves no gap.
                if n % 5 == 4 { drop(tx) } else { tx.commit().await.unwrap() }
            }
        });
    }
    while let Some(done) = writers.join_next().await {
        done.unwrap();
    }
    let found = audit::verify(&place.db, None).await.unwrap();
    assert_eq!((found.entries, found.head.number, found.first_faults), (160, 160, vec![]));
    other.close().await;
    place.db.close().await;
}

async fn entries_are_listed_by_what_is_asked(cluster: Option<&Cluster>) {
    let place = Place::new(cluster, "lists").await;
    for n in 1..=10 {
        add(&place.db, entry(n)).await;
    }
    let numbers = async |query: Query| -> Vec<i64> {
        let page = audit::list(&place.db, &query).await.unwrap();
        page.entries.iter().map(|entry| entry.number).collect()
    };
    let all = Query::default;
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(numbers(all()).await, (1..=10).rev().collect::<Vec<_>>());
    assert_eq!(numbers(Query { action: text("camera.delete"), ..all() }).await, [9, 6, 3]);
    assert_eq!(numbers(Query { action: text("camera."), limit: 1, ..all() }).await, [10]);
    assert_eq!(numbers(Query { action: text("camera"), ..all() }).await, [0_i64; 0]);
    assert_eq!(numbers(Query { actor: text("user1"), limit: 2, ..all() }).await, [9, 7]);
    assert_eq!(numbers(Query { object_kind: text("camera"), object_id: text("c4"), ..all() }).await, [4]);
    assert_eq!(numbers(Query { sites: Some(vec!["north".into()]), ..all() }).await, [10, 8, 6, 4, 2]);
    assert_eq!(numbers(Query { sites: Some(vec![]), ..all() }).await, [0_i64; 0]);
    let (from, until) = (Some(NOON + Duration::seconds(3)), Some(NOON + Duration::seconds(5)));
    assert_eq!(numbers(Query { from, until, ..all() }).await, [4, 3]);

    let page = audit::list(&place.db, &Query { limit: 4, ..all() }).await.unwrap();
    assert_eq!(page.next, Some(7));
    add(&place.db, entry(11)).await;
    let page = audit::list(&place.db, &Query { limit: 6, before: page.next, ..all() }).await.unwrap();
    assert_eq!((page.entries.len(), page.entries[0].number, page.next), (6, 6, None));

    let fifth = &page.entries[1];
    let wanted = entry(5);
    assert_eq!((fifth.time, &fifth.actor, &fifth.site), (wanted.time, &wanted.actor, &wanted.site));
    assert_eq!((fifth.action.as_str(), &fifth.object), (wanted.action, &wanted.object));
    assert_eq!(fifth.before, wanted.before);
    assert_eq!(fifth.after, Some(json!({"n": 6, "password": "•••"})), "no secret comes in");
    place.db.close().await;
}

async fn all(cluster: Option<&Cluster>) {
    every_kind_of_tampering_is_found(cluster).await;
    a_rewritten_chain_does_not_lead_to_a_head_from_before(cluster).await;
    writers_at_once_make_one_chain(cluster).await;
    entries_are_listed_by_what_is_asked(cluster).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite() {
    all(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres() {
    let cluster = Cluster::start(&["fsync=off", "full_page_writes=off", "synchronous_commit=off"]);
    all(Some(&cluster)).await;
}
