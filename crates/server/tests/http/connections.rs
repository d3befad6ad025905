//! Who may be connected.

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
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
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
