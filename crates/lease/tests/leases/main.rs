//! Leases in a real PostgreSQL, asked for by several workers.

#![allow(clippy::unwrap_used, reason = "a test fails")]

#[allow(dead_code, reason = "shared with the tests of the crate `store`")]
#[path = "../../../store/tests/contract/cluster.rs"]
mod cluster;

use std::collections::BTreeSet;

use database::{Database, Settings, Value};
use event::Event;
use lease::{CameraReport, Fence, Granted, Late, Leases, Report, Stamp};

use cluster::Cluster;

/// One server for all cases: starting it takes longer than they do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_camera_has_one_worker_at_a_time() {
    let cluster = tokio::task::block_in_place(|| Cluster::start(&[]));
    tokio::task::block_in_place(|| cluster.create("leases"));
    let settings = Settings { connections: 8, ..Settings::default() };
    let db = Database::open(&cluster.address("leases"), &settings).await.unwrap();
    many_workers_at_once_share_without_taking_the_same(&db).await;
    a_lease_that_nobody_renews_goes_to_another_and_its_late_events_are_refused(&db).await;
    what_is_given_back_is_free_at_once(&db).await;
    a_camera_that_is_no_longer_wanted_is_forgotten(&db).await;
    db.close().await;
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("camera-{number}")).collect()
}

fn report(cameras: &[Granted]) -> Report {
    let camera = |granted: &Granted| CameraReport {
        camera: granted.camera.clone(),
        cost: Some(5_000),
        state: r#"{"state":"counting"}"#.to_owned(),
    };
    Report { weight: 1_000, cameras: cameras.iter().map(camera).collect(), ..Report::default() }
}

/// An event that is told to be written down at a moment under a lease.
fn event(lease: &Granted, at: i64) -> Event {
    let line = format!(
        r#"{{"id":"6f6c5ee5-6a56-5c33-a3a3-6d0f6f0b7c11","kind":"observed","camera":"{}","stream_time_s":2.0,"time":"2026-11-23T08:00:02.000Z","from":"2026-11-23T08:00:02.000Z","until":"2026-11-23T08:00:12.000Z"}}"#,
        lease.camera
    );
    let mut event = Event::from_json(&line).unwrap();
    Stamp { epoch: lease.epoch, at }.put(&mut event);
    event
}

/// Lets time go by for all leases.
async fn pass(db: &Database, seconds: i64) {
    let sql = "UPDATE lease_cameras SET expires = expires - $1 RETURNING 1::bigint";
    db.fetch::<(i64,)>(sql, vec![Value::Int(seconds * 1_000_000)]).await.unwrap();
}

async fn many_workers_at_once_share_without_taking_the_same(db: &Database) {
    let cameras = names(200);
    Leases::open(db.clone(), "first").await.unwrap().list(&cameras).await.unwrap();
    let mut takers = Vec::new();
    for number in 0..8 {
        let (db, cameras) = (db.clone(), cameras.clone());
        takers.push(tokio::spawn(async move {
            let leases = Leases::open(db, &format!("worker-{number}")).await.unwrap();
            let mut taken = Vec::new();
            for _ in 0..20 {
                taken.extend(leases.take(&cameras, 7).await.unwrap().1);
            }
            taken
        }));
    }
    let mut all = Vec::new();
    for taker in takers {
        all.extend(taker.await.unwrap().into_iter().map(|granted| granted.camera));
    }
    assert_eq!(all.len(), 200);
    assert_eq!(all.into_iter().collect::<BTreeSet<_>>(), cameras.into_iter().collect());
}

async fn a_lease_that_nobody_renews_goes_to_another_and_its_late_events_are_refused(db: &Database) {
    pass(db, 3_600).await;
    let cameras = names(2);
    let (a, b) = (Leases::open(db.clone(), "a").await.unwrap(), Leases::open(db.clone(), "b").await.unwrap());
    a.list(&cameras).await.unwrap();
    let (now, held) = a.take(&cameras, 2).await.unwrap();
    assert_eq!(held.len(), 2);
    let renewal = a.renew(&report(&held)).await.unwrap();
    assert_eq!(renewal.renewed.iter().collect::<BTreeSet<_>>(), held.iter().collect());
    let fleet = b.renew(&report(&[])).await.unwrap().fleet;
    assert_eq!((fleet.others, fleet.others_weight, fleet.others_cost, fleet.free), (1, 1_000, 10_000, 0));
    assert_eq!(b.take(&cameras, 2).await.unwrap().1, []);
    let mut fence = Fence::open(db.clone()).await.unwrap();
    assert_eq!(fence.late(&[event(&held[0], now + 1)]).await.unwrap(), []);

    pass(db, 60).await;
    // Nobody has taken it yet; but it has ended, and is not renewed.
    assert_eq!(a.renew(&report(&held)).await.unwrap().renewed, []);
    let (taken_at, taken) = b.take(&cameras, 2).await.unwrap();
    let of = |granted: &[Granted], camera: &str| {
        granted.iter().find(|granted| granted.camera == camera).cloned().unwrap()
    };
    let (before, after) = (of(&held, "camera-0"), of(&taken, "camera-0"));
    assert!(after.epoch > before.epoch);
    let events = [
        event(&before, now - 60_000_000),
        event(&before, taken_at),
        event(&after, taken_at),
        event(&Granted { camera: "camera-0".to_owned(), epoch: 1 }, taken_at),
    ];
    // One that has asked before the end, and one that asks for the first time.
    for fence in [&mut fence, &mut Fence::open(db.clone()).await.unwrap()] {
        let late = fence.late(&events).await.unwrap();
        assert!(matches!(late[..], [Late { index: 1, by }] if by > 0), "{late:?}");
    }
}

async fn what_is_given_back_is_free_at_once(db: &Database) {
    pass(db, 3_600).await;
    let cameras = names(2);
    let (a, b) = (Leases::open(db.clone(), "a").await.unwrap(), Leases::open(db.clone(), "b").await.unwrap());
    let (_, held) = a.take(&cameras, 2).await.unwrap();
    a.give_back(&held).await.unwrap();
    a.leave().await.unwrap();
    // What another has taken meanwhile is not given back by who comes late.
    let (now, taken) = b.take(&cameras, 2).await.unwrap();
    a.give_back(&held).await.unwrap();
    assert_eq!(b.renew(&report(&taken)).await.unwrap().renewed.len(), 2);
    let late = Fence::open(db.clone()).await.unwrap().late(&[event(&held[0], now)]).await.unwrap();
    assert_eq!(late.len(), 1);
    let states = b.states().await.unwrap();
    let told = states.iter().filter(|state| state.worker.as_deref() == Some("b"));
    assert!(
        told.clone().count() == 2
            && told.clone().all(|state| state.state.as_deref().unwrap().contains("counting"))
    );
}

async fn a_camera_that_is_no_longer_wanted_is_forgotten(db: &Database) {
    pass(db, 3_600).await;
    let leases = Leases::open(db.clone(), "a").await.unwrap();
    leases.list(&names(1)).await.unwrap();
    assert_eq!(leases.states().await.unwrap().len(), 1);
}
