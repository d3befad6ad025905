//! Events as they come.

use std::time::Duration;

use futures_util::StreamExt as _;
use serde_json::Value;
use server::Limits;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::Running;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn look_on(server: &Running, query: &str) -> Socket {
    let address = format!("ws://{}/api/v1/live{query}", server.address);
    connect_async(address).await.unwrap().0
}

/// The next message that is no sign of life.
async fn next(socket: &mut Socket) -> Value {
    let waiting = async {
        loop {
            if let Message::Text(text) = socket.next().await.unwrap().unwrap() {
                break serde_json::from_str(&text).unwrap();
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), waiting).await.expect("a message within 10 s")
}

async fn tracks(socket: &mut Socket, count: usize) -> (Vec<u64>, String) {
    let mut tracks = Vec::new();
    let mut last = String::new();
    for _ in 0..count {
        let message = next(socket).await;
        tracks.push(message["event"]["track"].as_u64().unwrap());
        last = message["id"].as_str().unwrap().to_owned();
    }
    (tracks, last)
}

#[tokio::test]
async fn whoever_comes_again_misses_nothing_and_gets_nothing_twice() {
    let server = Running::start(Limits::default()).await;
    server.keep(1..=3).await;
    // From the store: nobody looked on when these came in.
    let mut socket = look_on(&server, "?after=0").await;
    assert_eq!(tracks(&mut socket, 3).await.0, [1, 2, 3]);
    server.keep([4]).await;
    let (live, last) = tracks(&mut socket, 1).await;
    assert_eq!(live, [4]);
    drop(socket);

    server.keep(5..=700).await;
    let mut socket = look_on(&server, &format!("?after={last}")).await;
    server.keep(701..=702).await;
    let (all, _) = tracks(&mut socket, 698).await;
    assert_eq!(all, (5..=702).collect::<Vec<u64>>());
    drop(socket);

    // By an event's own id.
    let mut socket = look_on(&server, &format!("?after={}", crate::crossing(701).id)).await;
    assert_eq!(tracks(&mut socket, 1).await.0, [702]);
    drop(socket);
    server.stop().await;
}

#[tokio::test]
async fn a_place_that_is_not_known_is_missed() {
    let server = Running::start(Limits::default()).await;
    server.keep([1]).await;
    let mut socket = look_on(&server, "?after=999999").await;
    assert_eq!(next(&mut socket).await["kind"], "missed");
    server.keep([2]).await;
    assert_eq!(tracks(&mut socket, 1).await.0, [2]);
    drop(socket);
    server.stop().await;
}

#[tokio::test]
async fn only_what_is_asked_for_comes() {
    let server = Running::start(Limits::default()).await;
    let mut other = look_on(&server, "?kind=gap&after=0").await;
    let mut wanted = look_on(&server, "?rule=line&class=person&direction=forward&after=0").await;
    server.keep(1..=3).await;
    assert_eq!(tracks(&mut wanted, 3).await.0, [1, 2, 3]);
    assert!(tokio::time::timeout(Duration::from_millis(300), next(&mut other)).await.is_err());
    drop((other, wanted));
    server.stop().await;
}

#[tokio::test]
async fn a_page_of_another_site_may_not_look_on() {
    let server = Running::start(Limits::default()).await;
    let address = format!("ws://{}/api/v1/live", server.address);
    let mut request = address.as_str().into_client_request().unwrap();
    request.headers_mut().insert("origin", "https://evil.example".parse().unwrap());
    let Err(tungstenite::Error::Http(refusal)) = connect_async(request).await else {
        panic!("it was let in")
    };
    assert_eq!(refusal.status(), 403);
    server.stop().await;
}

#[tokio::test]
async fn server_sent_events_go_on_after_the_last_id() {
    let server = Running::start(Limits::default()).await;
    server.keep(1..=3).await;
    let kept = server.app.store.arrivals_kept().await.unwrap();
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let question =
        format!("GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: {}\r\n\r\n", kept.oldest);
    stream.write_all(question.as_bytes()).await.unwrap();
    let mut lines = BufReader::new(stream).lines();
    let mut data = Vec::new();
    while data.len() < 2 {
        let line = tokio::time::timeout(Duration::from_secs(10), lines.next_line()).await.unwrap();
        let line = line.unwrap().unwrap();
        if let Some(json) = line.strip_prefix("data: ") {
            data.push(serde_json::from_str::<Value>(json).unwrap()["track"].as_u64().unwrap());
        }
    }
    assert_eq!(data, [2, 3]);
    drop(lines);
    server.stop().await;
}
