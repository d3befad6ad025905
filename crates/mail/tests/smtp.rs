//! Against a real SMTP server: aiosmtpd, which keeps what it takes in a Maildir.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use mail::{Error, Mailer, Message, Security, Settings};

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn server(mailbox: &Path) -> (Server, u16) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let child = Command::new("/usr/bin/python3")
        .args(["-m", "aiosmtpd", "--nosetuid", "--listen", &format!("127.0.0.1:{port}")])
        .args(["--class", "aiosmtpd.handlers.Mailbox"])
        .arg(mailbox)
        .spawn()
        .unwrap();
    let server = Server(child);
    for _ in 0..100 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return (server, port);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("aiosmtpd does not listen: is the package python3-aiosmtpd there?");
}

fn settings(port: u16) -> Settings {
    Settings {
        host: "127.0.0.1".to_owned(),
        port: Some(port),
        security: Security::None,
        credentials: None,
        from: "camtally <counts@example.org>".to_owned(),
    }
}

fn message(to: &str) -> Message {
    Message {
        to: vec![to.to_owned()],
        subject: "Too full\r\nBcc: everybody@example.org".to_owned(),
        text: "52 people are in the café.\n".to_owned(),
        id: "0198c1d2".to_owned(),
    }
}

#[tokio::test]
async fn a_message_arrives_with_its_id_and_nothing_smuggled_in() {
    let folder = tempfile::tempdir().unwrap();
    let mailbox = folder.path().join("mail");
    let (_server, port) = server(&mailbox);
    let mailer = Mailer::new(&settings(port)).unwrap();
    mailer.check().await.unwrap();
    assert_eq!(std::fs::read_dir(mailbox.join("new")).map_or(0, Iterator::count), 0, "a check sends nothing");
    mailer.send(&message("Ops <ops@example.org>")).await.unwrap();
    let files: Vec<_> = std::fs::read_dir(mailbox.join("new")).unwrap().collect();
    assert_eq!(files.len(), 1);
    let text = std::fs::read_to_string(files[0].as_ref().unwrap().path()).unwrap();
    assert!(text.contains("Message-ID: <0198c1d2@example.org>"), "{text}");
    assert!(!text.lines().any(|line| line.starts_with("Bcc")), "{text}");
    assert!(text.contains("X-RcptTo: ops@example.org"), "{text}");

    // A server that wants no encryption is not spoken to by who does.
    let strict = Mailer::new(&Settings { security: Security::StartTls, ..settings(port) }).unwrap();
    let error = strict.send(&message("ops@example.org")).await.unwrap_err();
    assert!(matches!(error, Error::Later(_) | Error::Refused(_)), "{error}");
    assert_eq!(std::fs::read_dir(mailbox.join("new")).unwrap().count(), 1);
}

#[tokio::test]
async fn what_cannot_be_sent_is_told() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mailer = Mailer::new(&settings(port)).unwrap();
    assert!(mailer.check().await.unwrap_err().is_retryable());
    let error = mailer.send(&message("ops@example.org")).await.unwrap_err();
    assert!(error.is_retryable(), "{error}");
    let error = mailer.send(&message("nobody")).await.unwrap_err();
    assert!(matches!(error, Error::Address { .. }) && !error.is_retryable(), "{error}");
}
