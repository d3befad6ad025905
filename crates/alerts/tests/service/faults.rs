//! A process that evaluates and delivers, and is killed again and again.

use std::collections::BTreeSet;
use std::process::{Child, Command};
use std::time::Duration;

use crate::receiver::Receiver;
use crate::setting::{Setting, rule};

/// Tells the child where its database is.
const DATABASE: &str = "CAMTALLY_TEST_ALERTS";
const RULES: usize = 12;

pub(crate) async fn killed_five_times_with_the_receiver_down(address: &str) {
    let setting = Setting::new(address).await;
    let receiver = Receiver::start(503).await;
    let hook = setting.web_hook(&receiver.url, &[]).await;
    for number in 0..RULES {
        setting.add_rule(&rule(&format!("rule {number}"), &[hook])).await;
    }
    for kill in 0..5u64 {
        let mut child = start(address);
        tokio::time::sleep(Duration::from_millis(250 + 130 * kill)).await;
        if kill == 3 {
            // Up for a moment: some arrive, and the kill comes amid them.
            receiver.answer(200, Duration::from_millis(40));
            tokio::time::sleep(Duration::from_millis(60)).await;
            receiver.answer(503, Duration::ZERO);
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    receiver.answer(200, Duration::ZERO);
    let mut child = start(address);
    receiver.wait_for(RULES).await;
    // Whatever else would come, comes now: a lease is two seconds.
    tokio::time::sleep(Duration::from_millis(2500)).await;
    child.kill().unwrap();
    child.wait().unwrap();

    let taken = receiver.taken();
    let names: BTreeSet<_> = taken.iter().map(|taken| taken.body["data"]["name"].to_string()).collect();
    assert_eq!((taken.len(), names.len()), (RULES, RULES), "each alert once");
    let tries = receiver.received().len();
    println!("{tries} tries for {RULES} alerts over five kills; each arrived once");
    assert!(tries > RULES, "the receiver was down meanwhile");
}

fn start(address: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "faults::child", "--ignored", "--quiet"]).env(DATABASE, address);
    command.stdout(std::process::Stdio::null()).spawn().unwrap()
}

/// Evaluates and delivers until it is killed.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "started by the test that kills it"]
async fn child() {
    let Ok(address) = std::env::var(DATABASE) else { return };
    let setting = Setting::new(&address).await;
    for number in 0..RULES {
        setting.numbers.set(&format!("rule {number}"), 60.0);
    }
    let _sending = setting.send(&["127.0.0.0/8"]);
    // Its parent kills it; without one it ends by itself.
    for second in 0..600 {
        setting.tick(second).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
