//! A receiver of web hooks, which can refuse, or take a message and say nothing.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context as _;
use serde_json::Value;
use time::OffsetDateTime;

/// How long a message may take to come.
const LIMIT: Duration = Duration::from_secs(5);
/// The largest message.
const LARGEST: u64 = 1 << 20;

/// What the receiver does with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// It answers 204.
    Takes,
    /// It answers 503.
    Refuses,
    /// It reads the message and closes the connection.
    Silent,
}

/// A message that came.
pub(crate) struct Message {
    pub(crate) came: OffsetDateTime,
    /// The header `webhook-id`.
    pub(crate) id: String,
    pub(crate) body: Value,
    pub(crate) manner: Manner,
}

/// It listens until it is dropped; then connections are refused.
pub(crate) struct Receiver {
    port: u16,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Receiver {
    /// Listens at this port, and hands on what comes.
    pub(crate) fn start(port: u16, manner: Manner, messages: Sender<Message>) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).context("the receiver's port")?;
        let ended = Arc::new(AtomicBool::new(false));
        let end = Arc::clone(&ended);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if end.load(Ordering::Acquire) {
                    return;
                }
                // A connection that breaks off is the sender's to make good.
                if let Ok(message) = take(&stream, manner)
                    && messages.send(message).is_err()
                {
                    return;
                }
            }
        });
        Ok(Self { port, ended, thread: Some(thread) })
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Release);
        // It waits for a connection.
        TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).ok();
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

fn take(mut stream: &TcpStream, manner: Manner) -> anyhow::Result<Message> {
    stream.set_read_timeout(Some(LIMIT))?;
    let mut reader = BufReader::new(stream.take(LARGEST));
    let (mut id, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(": ") {
            match name.to_ascii_lowercase().as_str() {
                "webhook-id" => id = value.to_owned(),
                "content-length" => length = value.parse()?,
                _ => {}
            }
        }
    }
    let mut body = Vec::new();
    reader.take(length).read_to_end(&mut body)?;
    let came = OffsetDateTime::now_utc();
    let body = serde_json::from_slice(&body)?;
    let answer = match manner {
        Manner::Takes => "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n",
        Manner::Refuses => {
            "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        }
        Manner::Silent => "",
    };
    stream.write_all(answer.as_bytes())?;
    Ok(Message { came, id, body, manner })
}
