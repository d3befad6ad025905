//! Events by way of a real RabbitMQ.

#![allow(clippy::unwrap_used, reason = "a test fails")]

mod place;
mod rabbitmq;

use std::sync::atomic::Ordering;
use std::time::Duration;

use lapin::BasicProperties;
use lapin::options::{BasicPublishOptions, QueuePurgeOptions};
use transport::{DeadLetters, Drain, Ingest, topology};

use place::{Kept, Place, event, id, until};
use rabbitmq::RabbitMq;

/// One server for all cases: starting it takes longer than they do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_comes_is_kept_once_settled_or_put_aside() {
    let rabbit = tokio::task::block_in_place(|| RabbitMq::start(1));
    the_definitions_file_and_the_code_make_the_same(&rabbit).await;
    events_come_in_their_order_and_the_journal_is_emptied(&rabbit).await;
    what_is_no_event_goes_to_the_dead_letters_and_holds_up_nothing(&rabbit).await;
    a_store_that_is_away_costs_time_and_nothing_else(&rabbit).await;
    a_message_that_ends_whoever_takes_it_in_is_put_aside_alone(&rabbit).await;
}

async fn the_definitions_file_and_the_code_make_the_same(rabbit: &RabbitMq) {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/rabbitmq/definitions.json");
    tokio::task::block_in_place(|| rabbit.control(&["import_definitions", file]));
    let connection = Place::connection(rabbit).await;
    // The broker refuses a declaration that differs from what is there.
    let channel = connection.create_channel().await.unwrap();
    topology::declare(&channel).await.unwrap();
}

async fn events_come_in_their_order_and_the_journal_is_emptied(rabbit: &RabbitMq) {
    const EVENTS: u32 = 5_000;
    let place = Place::new(rabbit);
    let mut journal = place.journal();
    for part in (0..EVENTS).collect::<Vec<_>>().chunks(700) {
        journal.append(&part.iter().map(|number| event(*number)).collect::<Vec<_>>()).unwrap();
    }
    let drain = Drain::start(&journal, place.outlet());
    assert!(drain.caught_up(Duration::from_secs(30)).await);
    drain.end().await;
    let kept = Kept::default();
    let ingest = Ingest::start(place.broker(), kept.clone());
    until("all to be kept", || kept.ids().len() == EVENTS as usize).await;
    ingest.end().await;
    assert_eq!(kept.ids(), (0..EVENTS).map(id).collect::<Vec<_>>());
    assert!(kept.events()[0].other.contains_key("future"), "unknown fields are kept");
    assert_eq!(place.broker().look().await.unwrap(), (0, 0));
}

async fn what_is_no_event_goes_to_the_dead_letters_and_holds_up_nothing(rabbit: &RabbitMq) {
    let place = Place::new(rabbit);
    let connection = Place::connection(rabbit).await;
    let channel = connection.create_channel().await.unwrap();
    let half = format!("{}\nnonsense\n{}\n", event(1).to_json(), event(2).to_json());
    let bodies: [Vec<u8>; 4] =
        [b"\xff\x00\xfe".to_vec(), half.into_bytes(), vec![], (event(3).to_json() + "\n").into_bytes()];
    for body in &bodies {
        let options = BasicPublishOptions::default();
        let properties = BasicProperties::default();
        let key = topology::key(Some("north")).as_str().into();
        let sent = channel.basic_publish(topology::EVENTS.into(), key, options, body, properties).await;
        sent.unwrap().await.unwrap();
    }
    let kept = Kept::default();
    kept.refuse(id(3));
    let ingest = Ingest::start(place.broker(), kept.clone());
    until("the good ones to be kept", || kept.ids() == [id(1), id(2)]).await;
    until("the others to be put aside", || kept.tried() > 0 && place.dead() == 4).await;
    ingest.end().await;

    let mut letters = DeadLetters::open(&place.broker(), 100).await.unwrap();
    let reasons: Vec<_> = letters.all().map(|letter| letter.reason.clone()).collect();
    for says in ["utf-8", "not an event", "no event", "never this one"] {
        assert!(reasons.iter().any(|reason| reason.contains(says)), "{says}: {reasons:?}");
    }
    let find = |letters: &DeadLetters, says: &str| {
        letters.all().find(|letter| letter.reason.contains(says)).cloned().unwrap()
    };
    let (refused, nonsense) = (find(&letters, "never this one"), find(&letters, "not an event"));
    assert_eq!((nonsense.body.as_slice(), nonsense.key.as_str()), (&b"nonsense\n"[..], "event.north"));
    assert_eq!(letters.get("none").unwrap_err().to_string().split('`').nth(1), Some("none"));
    letters.replay(&refused.id).await.unwrap();
    letters.remove(&nonsense.id).await.unwrap();
    letters.close().await;
    kept.refuse_none();
    let ingest = Ingest::start(place.broker(), kept.clone());
    until("what was replayed to be kept", || kept.ids() == [id(1), id(2), id(3)]).await;
    ingest.end().await;
    assert_eq!(place.broker().look().await.unwrap(), (0, 2), "the other two are still there");
    let purge = QueuePurgeOptions::default();
    channel.queue_purge(topology::DEAD_LETTERS.into(), purge).await.unwrap();
}

async fn a_store_that_is_away_costs_time_and_nothing_else(rabbit: &RabbitMq) {
    let place = Place::new(rabbit);
    let kept = Kept::default();
    kept.away.store(true, Ordering::SeqCst);
    let ingest = Ingest::start(place.broker(), kept.clone());
    place.send(0..100).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(kept.ids().is_empty());
    kept.away.store(false, Ordering::SeqCst);
    until("all to be kept", || kept.ids() == (0..100).map(id).collect::<Vec<_>>()).await;
    ingest.end().await;
    assert_eq!(place.broker().look().await.unwrap(), (0, 0));
}

async fn a_message_that_ends_whoever_takes_it_in_is_put_aside_alone(rabbit: &RabbitMq) {
    let place = Place::new(rabbit);
    for number in 0..10 {
        place.send(number..number + 1).await;
    }
    let kept = Kept::default();
    kept.end_at(id(4));
    for _ in 0..=topology::DELIVERY_LIMIT + 4 {
        let mut ingest = Ingest::start(place.broker(), kept.clone());
        let done = async { tokio::join!(ingest.failed(), std::future::pending::<()>()) };
        let ended = kept.ended.load(Ordering::SeqCst);
        let all = || kept.ended.load(Ordering::SeqCst) > ended || kept.ids().len() == 9;
        tokio::select! {
            _ = done => {}
            () = until("it to end, or all to be kept", all) => {}
        }
        if kept.ids().len() == 9 {
            break;
        }
    }
    let mut ids = kept.ids();
    ids.sort();
    ids.dedup();
    assert_eq!(ids, (0..10).filter(|number| *number != 4).map(id).collect::<Vec<_>>());
    until("it to be put aside", || place.dead() == 1).await;
    let letters = DeadLetters::open(&place.broker(), 10).await.unwrap();
    let letter = letters.all().next().unwrap();
    assert!(letter.reason.contains("handed out more than"), "{}", letter.reason);
    assert!(String::from_utf8_lossy(&letter.body).contains(&id(4).to_string()));
    letters.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_is_killed_loses_nothing_and_the_journal_waits_for_it() {
    const EVENTS: u32 = 3_000;
    let mut rabbit = tokio::task::block_in_place(|| RabbitMq::start(1));
    let place = Place::new(&rabbit);
    let mut journal = place.journal();
    let drain = Drain::start(&journal, place.outlet());
    let kept = Kept::default();
    let ingest = Ingest::start(place.broker(), kept.clone());
    for number in 0..EVENTS {
        journal.append(&[event(number)]).unwrap();
        if number == 1_000 {
            tokio::task::block_in_place(|| rabbit.kill(0));
        }
        if number == 2_000 {
            assert!(journal.status().pending >= 900, "{:?}", journal.status());
            tokio::task::block_in_place(|| rabbit.start_again(0));
        }
    }
    assert!(drain.caught_up(Duration::from_secs(60)).await);
    let wanted: Vec<_> = (0..EVENTS).map(id).collect();
    until("all to be kept", || {
        let mut ids = kept.ids();
        ids.sort();
        ids.dedup();
        ids == wanted
    })
    .await;
    drain.end().await;
    ingest.end().await;
    assert_eq!(place.broker().look().await.unwrap(), (0, 0));
}
