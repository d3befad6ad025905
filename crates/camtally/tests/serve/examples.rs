//! The Python examples, run against the program.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

use crate::server::{Folder, Server, checkout};

/// A secret as people see it.
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// `web_hook_receiver.py`, which prints each message whose signature is right, once.
pub(crate) struct WebHookReceiver {
    process: Child,
    pub(crate) url: String,
    lines: Receiver<String>,
}

impl WebHookReceiver {
    pub(crate) fn start() -> Self {
        let mut process = example("web_hook_receiver.py")
            .args(["--port", "0"])
            .env("CAMTALLY_SECRET", SECRET)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
        let url = output.next().and_then(|line| Some(line.strip_prefix("listening on ")?.to_owned()));
        let url = url.expect("the receiver listens");
        let (sender, lines) = channel();
        std::thread::spawn(move || output.try_for_each(|line| sender.send(line)));
        Self { process, url, lines }
    }

    /// The id and the data of the next message of this type.
    pub(crate) fn next(&self, kind: &str) -> (String, Value) {
        loop {
            let line = self.lines.recv_timeout(Duration::from_secs(60));
            let line = line.unwrap_or_else(|_| panic!("no `{kind}` came"));
            let mut parts = line.splitn(3, ' ');
            let (id, came, data) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
            if came == kind {
                return (id.to_owned(), serde_json::from_str(data).unwrap());
            }
        }
    }
}

impl Drop for WebHookReceiver {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn example(name: &str) -> Command {
    let mut command = Command::new("python3");
    command.arg(checkout().join("examples/python").join(name));
    command
}

#[test]
fn the_receiver_takes_nothing_that_is_not_signed() {
    let receiver = WebHookReceiver::start();
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let now = time::OffsetDateTime::now_utc().unix_timestamp().to_string();
    for (timestamp, signature) in [(now.as_str(), "v1,AAAA"), ("soon", "v1,"), ("", "")] {
        let request =
            agent.post(&receiver.url).header("webhook-id", "1").header("webhook-timestamp", timestamp);
        let answer = request.header("webhook-signature", signature).send("{}").unwrap();
        assert_eq!(answer.status(), 401);
    }
}

#[test]
fn counts_are_printed_with_how_much_was_watched_and_crossings_as_they_come() {
    let folder = Folder::new(1);
    let server = Server::start(&folder, &[]);
    server.until("crossings", || server.crossings() >= 2);
    let url = format!("http://{}", server.address());
    let output = example("counts.py").args(["--once", "--url", &url]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.lines().any(|line| line.starts_with("camera 1 middle ")), "{text}");
    assert!(text.lines().all(|line| line.ends_with("% of the time watched)")), "{text}");

    let mut following = example("counts.py").args(["--url", &url]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(following.stdout.take().unwrap()).lines().map_while(Result::ok);
    let crossing = lines.find(|line| line.contains("T") && line.ends_with(" person"));
    following.kill().unwrap();
    following.wait().unwrap();
    assert!(crossing.is_some_and(|line| line.contains(" camera 1 ")));
}
