//! From the outbox to receivers.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use alerts::{DeliveryState, Receiver as To, Topic, signature};
use database::Access;
use event::Event;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::receiver::Receiver;
use crate::setting::{KEY, START, Setting, rule, sender, sender_by};

const LOCAL: [&str; 1] = ["127.0.0.0/8"];

pub(crate) async fn what_fails_is_tried_again_under_its_id(setting: Setting) {
    let receiver = Receiver::start(503).await;
    let hook = setting.web_hook(&receiver.url, &[]).await;
    setting.add_rule(&rule("full", &[hook])).await;
    setting.numbers.set("full", 60.0);
    let _sending = setting.send(&LOCAL);
    setting.tick(0).await;
    while receiver.received().len() < 3 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    receiver.answer(204, Duration::ZERO);
    receiver.wait_for(1).await;
    let ids: BTreeSet<_> = receiver.received().into_iter().map(|received| received.id).collect();
    assert_eq!(ids.len(), 1);
    let body = &receiver.taken()[0].body;
    assert_eq!(body["type"], Topic::Fired.as_str());
    assert_eq!(body["data"]["value"], 60.0);
    assert!(body["data"].get("told_channels").is_none());
    ended(&setting, hook, DeliveryState::Delivered).await;
}

/// Waits until the one delivery of a channel is so.
async fn ended(setting: &Setting, channel: Uuid, state: DeliveryState) {
    for _ in 0..200 {
        let deliveries = setting.alerts.deliveries(&[channel], None, 10).await.unwrap();
        if deliveries.len() == 1 && deliveries[0].state == state {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{:?}", setting.alerts.deliveries(&[channel], None, 10).await);
}

#[allow(clippy::disallowed_methods, reason = "how long it takes is what is tested")]
pub(crate) async fn a_slow_receiver_delays_nobody_else(setting: Setting) {
    let (slow, fast) = (Receiver::start(200).await, Receiver::start(200).await);
    slow.answer(200, Duration::from_secs(4));
    let (first, second) = (setting.web_hook(&slow.url, &[]).await, setting.web_hook(&fast.url, &[]).await);
    for number in 0..20 {
        setting.add_rule(&rule(&format!("rule {number}"), &[first, second])).await;
        setting.numbers.set(&format!("rule {number}"), 60.0);
    }
    let _sending = setting.send(&LOCAL);
    setting.tick(0).await;
    let began = Instant::now();
    fast.wait_for(20).await;
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    assert!(slow.taken().is_empty());
}

pub(crate) async fn what_is_gone_is_given_up_and_can_be_retried(setting: Setting) {
    let receiver = Receiver::start(410).await;
    let hook = setting.web_hook(&receiver.url, &[]).await;
    setting.add_rule(&rule("full", &[hook])).await;
    setting.numbers.set("full", 60.0);
    let _sending = setting.send(&LOCAL);
    setting.tick(0).await;
    ended(&setting, hook, DeliveryState::Failed).await;
    receiver.answer(200, Duration::ZERO);
    let delivery = setting.alerts.deliveries(&[hook], None, 10).await.unwrap().remove(0);
    let mut tx = setting.alerts.database().begin(Access::Add).await.unwrap();
    setting.alerts.retry(&mut tx, delivery.id, START).await.unwrap();
    tx.commit().await.unwrap();
    receiver.wait_for(1).await;
    ended(&setting, hook, DeliveryState::Delivered).await;
    let mut tx = setting.alerts.database().begin(Access::Add).await.unwrap();
    assert!(setting.alerts.retry(&mut tx, delivery.id, START).await.is_err(), "it has arrived");
}

pub(crate) fn crossing(number: u128, camera: &str) -> Event {
    let id = Uuid::from_u128(number);
    Event::from_json(&format!(
        r#"{{"id":"{id}","kind":"crossing","camera":"{camera}","rule":"door","rule_version":1,"direction":"forward",
        "class":"person","confidence":0.9,"stream_time_s":1.0,"time":"2026-11-23T08:00:00Z","track":1}}"#
    ))
    .unwrap()
}

pub(crate) async fn events_arrive_once_each(setting: Setting) {
    let receiver = Receiver::start(200).await;
    setting.web_hook(&receiver.url, &["crossing"]).await;
    setting.web_hook("https://none.example/", &["gap"]).await;
    let _sending = setting.send(&LOCAL);
    let site = |camera: &str| (camera == "entrance").then(|| "main".to_owned());
    let mut events: Vec<_> = (0..50).map(|number| crossing(number, "entrance")).collect();
    events.push(crossing(99, "of another site"));
    // The journal delivers some of them twice.
    setting.alerts.enter_events(&events[..30], site, START).await.unwrap();
    setting.alerts.enter_events(&events[20..], site, START).await.unwrap();
    setting.alerts.enter_events(&events, site, START).await.unwrap();
    receiver.wait_for(50).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(receiver.received().len(), 50);
    let cameras: BTreeSet<_> =
        receiver.taken().iter().map(|taken| taken.body["data"]["camera"].to_string()).collect();
    assert_eq!(cameras, BTreeSet::from(["\"entrance\"".to_owned()]));
}

pub(crate) async fn chats_get_their_forms(setting: Setting) {
    let receiver = Receiver::start(200).await;
    let address = receiver.url.replace("/hook", "/secret-path");
    let slack = setting.add_channel(To::Slack {}, Some(&address)).await.id;
    let teams = setting.add_channel(To::Teams {}, Some(&address)).await.id;
    let api = receiver.url.replace("/hook", "");
    let telegram = To::Telegram { chat: "-100".to_owned(), api };
    let telegram = setting.add_channel(telegram, Some("12:ab_c-D")).await.id;
    setting.add_rule(&rule("<full> & *more*", &[slack, teams, telegram])).await;
    setting.numbers.set("<full> & *more*", 60.0);
    let _sending = setting.send(&LOCAL);
    setting.tick(0).await;
    while receiver.received().len() < 3 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let bodies = receiver.received();
    let slack = bodies.iter().find(|received| received.body.get("blocks").is_some()).unwrap();
    assert_eq!(slack.body["text"], "Warning: &lt;full&gt; &amp; *more* (main)");
    let teams = bodies.iter().find(|received| received.body.get("attachments").is_some()).unwrap();
    assert_eq!(teams.body["attachments"][0]["content"]["body"][0]["text"], "Warning: <full> & *more* (main)");
    let telegram = bodies.iter().find(|received| received.path == "/bot12:ab_c-D/sendMessage").unwrap();
    assert_eq!(telegram.body["chat_id"], "-100");
}

pub(crate) async fn the_inside_is_not_reached(setting: Setting) {
    let receiver = Receiver::start(200).await;
    setting.web_hook(&receiver.url, &[]).await;
    let channel = setting.alerts.channels(&["main".to_owned()]).await.unwrap().remove(0);
    let failure = sender(setting.alerts.clone(), &[]).test(&channel).await.unwrap().unwrap_err();
    assert!(failure.reason.contains("may not be reached"), "{failure:?}");
    assert!(receiver.received().is_empty());
    // The same, allowed; and its answer is not shown.
    let allowed = sender(setting.alerts.clone(), &LOCAL);
    assert_eq!(allowed.test(&channel).await.unwrap(), Ok(()));
    receiver.answer(302, Duration::ZERO);
    let failure = allowed.test(&channel).await.unwrap().unwrap_err();
    assert!(failure.reason.contains("final address"), "{failure:?}");
}

pub(crate) async fn the_example_receiver_takes_what_is_signed_and_of_now(setting: Setting) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/python/web_hook_receiver.py");
    let mut receiver = Command::new("python3")
        .args([script, "--port", "0"])
        .env("CAMTALLY_SECRET", signature::secret(KEY))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(receiver.stdout.take().unwrap()).lines();
    let url = lines.next().unwrap().unwrap().replace("listening on ", "");
    setting.web_hook(&url, &[]).await;
    let channel = setting.alerts.channels(&["main".to_owned()]).await.unwrap().remove(0);
    let now = sender_by(setting.alerts.clone(), &LOCAL, Arc::new(OffsetDateTime::now_utc));
    assert_eq!(now.test(&channel).await.unwrap(), Ok(()));
    assert!(lines.next().unwrap().unwrap().ends_with(" test null"));
    // The same, overheard a day ago.
    let yesterday = Arc::new(|| OffsetDateTime::now_utc() - time::Duration::DAY);
    let replayed = sender_by(setting.alerts.clone(), &LOCAL, yesterday).test(&channel).await.unwrap();
    receiver.kill().unwrap();
    receiver.wait().unwrap();
    assert!(replayed.unwrap_err().reason.contains("400"));
}
