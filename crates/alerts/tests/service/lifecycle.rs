//! Rules, and the course of alerts.

use alerts::{AlertQuery, Error, Escalation, Receiver, signature};
use database::Access;
use time::Duration;
use uuid::Uuid;

use crate::setting::{KEY, START, Setting, channel, rule};

fn all() -> AlertQuery {
    AlertQuery { sites: vec!["main".to_owned()], open: false, before: None, limit: 100 }
}

pub(crate) async fn rules_and_channels_are_kept(setting: Setting) {
    let alerts = &setting.alerts;
    let hook = Receiver::WebHook { url: "https://a.example/".to_owned(), events: vec![] };
    let secret = signature::secret(KEY);
    let kept = setting.add_channel(hook.clone(), Some(&secret)).await;
    assert_eq!(alerts.channel(kept.id).await.unwrap(), kept);
    let rows: Vec<(Vec<u8>,)> =
        alerts.database().fetch("SELECT secret FROM alert_channels", vec![]).await.unwrap();
    assert!(!String::from_utf8_lossy(&rows[0].0).contains(&secret), "secrets are sealed");
    assert!(!serde_json::to_string(&kept).unwrap().contains("whsec"), "and never shown");

    let mut tx = alerts.database().begin(Access::Add).await.unwrap();
    let error =
        alerts.add_channel(&mut tx, &channel(hook.clone()), Some("guess me"), START).await.unwrap_err();
    assert!(matches!(error, Error::Invalid(_)), "{error}");
    let stranger = rule("full", &[Uuid::from_u128(5)]);
    let error = alerts.add_rule(&mut tx, &stranger, START).await.unwrap_err();
    assert!(error.to_string().contains("no channel"), "{error}");
    drop(tx);

    let first = setting.add_rule(&rule("full", &[kept.id])).await;
    let mut tx = alerts.database().begin(Access::Add).await.unwrap();
    let second = alerts.change_rule(&mut tx, first.id, 1, &rule("fuller", &[kept.id]), START).await.unwrap();
    assert_eq!((second.version, second.value.name.as_str()), (2, "fuller"));
    let error = alerts.change_rule(&mut tx, first.id, 1, &rule("x", &[]), START).await.unwrap_err();
    assert!(matches!(error, Error::Changed { now: 2 }), "{error}");
    // A new name and address; the secret stays.
    let moved = Receiver::WebHook { url: "https://b.example/".to_owned(), events: vec![] };
    alerts.change_channel(&mut tx, kept.id, 1, &channel(moved), None).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(alerts.rules(&["main".to_owned()]).await.unwrap(), [second]);
    assert_eq!(alerts.rules(&["other".to_owned()]).await.unwrap(), []);
    assert_eq!(alerts.channels(&["main".to_owned()]).await.unwrap()[0].version, 2);

    let mut tx = alerts.database().begin(Access::Add).await.unwrap();
    alerts.delete_rule(&mut tx, first.id, 2, START).await.unwrap();
    alerts.delete_channel(&mut tx, kept.id, 2).await.unwrap();
    tx.commit().await.unwrap();
    assert!(matches!(alerts.rule(first.id).await, Err(Error::NotFound { .. })));
}

pub(crate) async fn an_alert_begins_escalates_and_ends(setting: Setting) {
    let first = setting.web_hook("https://a.example/", &[]).await;
    let second = setting.web_hook("https://b.example/", &[]).await;
    let escalation = vec![Escalation { after_s: 600, channels: vec![second] }];
    setting.add_rule(&alerts::Rule { escalation, hold_s: 10, ..rule("full", &[first]) }).await;
    let kinds = async || {
        let deliveries = setting.alerts.deliveries(&[first, second], None, 100).await.unwrap();
        let mut kinds: Vec<_> = deliveries.iter().map(|d| (d.kind.clone(), d.channel == second)).collect();
        kinds.sort();
        kinds
    };
    // Nothing is known: nothing begins.
    assert_eq!(setting.tick(0).await, (0, 0));
    setting.numbers.set("full", 60.0);
    assert_eq!(setting.tick(5).await, (0, 0));
    assert_eq!(setting.tick(15).await, (1, 0));
    assert_eq!(setting.tick(16).await, (0, 0));
    assert_eq!(kinds().await, [("alert.fired".to_owned(), false)]);
    setting.tick(615).await;
    setting.tick(616).await;
    assert_eq!(kinds().await, [("alert.escalated".to_owned(), true), ("alert.fired".to_owned(), false)]);
    setting.numbers.set("full", 45.0);
    assert_eq!(setting.tick(700).await, (0, 0), "between the limits");
    setting.numbers.set("full", 40.0);
    assert_eq!(setting.tick(701).await, (0, 1));
    assert_eq!(kinds().await.len(), 4, "both who were told are told of the end");
    setting.tick(702).await;
    assert_eq!(kinds().await.len(), 4);
    let alert = &setting.alerts.alerts(&all()).await.unwrap()[0];
    assert_eq!(alert.summary, "60 are at the site, more than 50.");
    assert_eq!(alert.resolved.as_ref().unwrap().time, START + Duration::seconds(701));
    let open = AlertQuery { open: true, ..all() };
    assert!(setting.alerts.alerts(&open).await.unwrap().is_empty());
    assert!(setting.alerts.alerts(&AlertQuery { sites: vec![], ..all() }).await.unwrap().is_empty());
}

pub(crate) async fn people_take_care(setting: Setting) {
    let hook = setting.web_hook("https://a.example/", &[]).await;
    let escalation = vec![Escalation { after_s: 60, channels: vec![hook] }];
    let kept = setting.add_rule(&alerts::Rule { escalation, ..rule("full", &[hook]) }).await;
    setting.numbers.set("full", 60.0);
    setting.tick(0).await;
    let alerts = &setting.alerts;
    let id = alerts.alerts(&all()).await.unwrap()[0].id;
    let mut tx = alerts.database().begin(Access::Add).await.unwrap();
    alerts.acknowledge(&mut tx, id, "ann", START).await.unwrap();
    let again = alerts.acknowledge(&mut tx, id, "bob", START).await.unwrap();
    assert_eq!(again.acknowledged.unwrap().by, "ann", "the first stays");
    tx.commit().await.unwrap();
    setting.tick(100).await;
    assert_eq!(alerts.deliveries(&[hook], None, 100).await.unwrap().len(), 1, "it escalates no more");

    let mut tx = alerts.database().begin(Access::Add).await.unwrap();
    alerts.silence(&mut tx, id, Some(START + Duration::seconds(300))).await.unwrap();
    alerts.resolve(&mut tx, id, "ann", START + Duration::seconds(200)).await.unwrap();
    tx.commit().await.unwrap();
    setting.tick(250).await;
    assert_eq!(alerts.deliveries(&[hook], None, 100).await.unwrap().len(), 1, "silent");
    assert_eq!(setting.tick(300).await, (0, 0), "it is still so, but somebody has said it is not");
    assert_eq!(alerts.deliveries(&[hook], None, 100).await.unwrap().len(), 2);
    setting.numbers.set("full", 0.0);
    setting.tick(301).await;
    setting.numbers.set("full", 60.0);
    assert_eq!(setting.tick(302).await, (1, 0), "it is so again");

    // Whoever changes what is noticed ends what was.
    let mut tx = alerts.database().begin(Access::Add).await.unwrap();
    alerts
        .change_rule(&mut tx, kept.id, 1, &alerts::Rule { hold_s: 5, ..rule("full", &[hook]) }, START)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert!(alerts.alerts(&AlertQuery { open: true, ..all() }).await.unwrap().is_empty());
}

pub(crate) async fn two_processes_make_one_alert(setting: Setting) {
    let hook = setting.web_hook("https://a.example/", &[]).await;
    for number in 0..20 {
        setting.add_rule(&rule(&format!("rule {number}"), &[hook])).await;
        setting.numbers.set(&format!("rule {number}"), 60.0);
    }
    let other = Setting { numbers: setting.numbers.clone(), ..Setting::new(&setting.address).await };
    let (one, two) = tokio::join!(setting.tick(0), other.tick(0));
    assert_eq!(one.0 + two.0, 20);
    tokio::join!(setting.tick(1), other.tick(1));
    assert_eq!(setting.alerts.alerts(&all()).await.unwrap().len(), 20);
    assert_eq!(setting.alerts.deliveries(&[hook], None, 100).await.unwrap().len(), 20);
}
