//! Who may be connected.

use std::time::Duration;

use server::Limits;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::Running;

/// What is answered to a question on a connection that is not closed after.
async fn ask(stream: &mut TcpStream, host: &str) -> String {
    let question = format!("GET /livez HTTP/1.1\r\nHost: {host}\r\n\r\n");
    if stream.write_all(question.as_bytes()).await.is_err() {
        return String::new();
    }
    let mut buffer = vec![0; 4096];
    let read = stream.read(&mut buffer).await.unwrap_or(0);
    String::from_utf8_lossy(&buffer[..read]).into_owned()
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_gets_new_ones_when_it_closes_old_ones() {
    let server = Running::start(Limits { connections_per_address: 2, ..Limits::default() }).await;
    let mut first = TcpStream::connect(server.address).await.unwrap();
    let mut second = TcpStream::connect(server.address).await.unwrap();
    assert!(ask(&mut first, "localhost").await.starts_with("HTTP/1.1 200"));
    assert!(ask(&mut second, "localhost").await.starts_with("HTTP/1.1 200"));
    let mut third = TcpStream::connect(server.address).await.unwrap();
    assert_eq!(ask(&mut third, "localhost").await, "");
    drop(first);
    let mut answer = String::new();
    for _ in 0..50 {
        let mut next = TcpStream::connect(server.address).await.unwrap();
        answer = ask(&mut next, "localhost").await;
        if !answer.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    drop(second);
    server.stop().await;
}

#[tokio::test]
async fn another_name_is_refused_and_every_answer_has_an_id() {
    let server = Running::start(Limits::default()).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let answer = ask(&mut stream, "evil.example").await;
    assert!(answer.starts_with("HTTP/1.1 421") && answer.contains("x-request-id: "), "{answer}");
    drop(stream);
    server.stop().await;
}

#[tokio::test]
async fn streams_that_never_end_do_not_hold_up_the_end_of_the_server() {
    let server = Running::start(Limits::default()).await;
    let mut streams = Vec::new();
    for path in ["/api/v1/live", "/api/v1/cameras/door/live.mjpeg"] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let question = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        stream.write_all(question.as_bytes()).await.unwrap();
        let mut head = vec![0; 4096];
        let read = stream.read(&mut head).await.unwrap();
        assert!(head[..read].starts_with(b"HTTP/1.1 200"), "{path}");
        streams.push(stream);
    }
    let ended = tokio::time::timeout(Duration::from_secs(1), server.stop()).await;
    assert!(ended.is_ok(), "the server waits for its streams");
    for mut stream in streams {
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.unwrap();
        assert!(rest.ends_with(b"0\r\n\r\n"), "the stream is not ended but cut off");
    }
}
