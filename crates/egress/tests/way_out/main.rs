//! The one way out, against real servers on this machine, which stands for the network behind it.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::Redirect;
use axum::routing::{get, post};
use egress::{Client, Error, Limits, Policy, Resolve, Resolving, tls_config};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// Something that must not be reached unless it was allowed; counts who reached it.
async fn inside() -> (SocketAddr, Arc<AtomicUsize>) {
    let reached = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&reached);
    let router = Router::new()
        .route("/", get(|| async { "secret" }))
        .route("/moved", get(|| async { Redirect::temporary("http://127.0.0.1/") }))
        .route(
            "/echo",
            post(|headers: HeaderMap, body: Bytes| async move {
                format!("{} {}", headers["host"].to_str().unwrap(), body.len())
            }),
        )
        .route("/long", get(|| async { "x".repeat(100_000) }))
        .route("/slow", get(|| async { tokio::time::sleep(Duration::from_secs(60)).await }))
        .layer(axum::middleware::from_fn(move |request: Request<_>, next: axum::middleware::Next| {
            counter.fetch_add(1, Ordering::SeqCst);
            next.run(request)
        }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, router).into_future());
    (address, reached)
}

fn client(allowed: &[&str]) -> Client {
    let allowed = allowed.iter().map(|network| network.parse().unwrap()).collect();
    let limits = Limits { total: Duration::from_secs(2), ..Limits::default() };
    Client::new(Policy::public(allowed), tls_config([]), limits)
}

fn get_request(address: &str) -> Request<Bytes> {
    Request::get(address).body(Bytes::new()).unwrap()
}

/// Answers with what it was given, one list for each question, and the last for ever.
#[derive(Debug)]
struct Script {
    answers: Vec<Vec<IpAddr>>,
    asked: AtomicUsize,
}

impl Script {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let answers = answers.iter().map(|list| list.iter().map(|ip| ip.parse().unwrap()).collect());
        Arc::new(Self { answers: answers.collect(), asked: AtomicUsize::new(0) })
    }
}

impl Resolve for Script {
    fn resolve<'a>(&'a self, _: &'a str, port: u16) -> Resolving<'a> {
        let number = self.asked.fetch_add(1, Ordering::SeqCst).min(self.answers.len() - 1);
        let addresses = self.answers[number].iter().map(|ip| SocketAddr::new(*ip, port)).collect();
        Box::pin(async move { io::Result::Ok(addresses) })
    }
}

#[tokio::test]
async fn the_machine_itself_is_not_reached_however_it_is_written() {
    let (address, reached) = inside().await;
    let port = address.port();
    for host in [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "0",
        "[::ffff:127.0.0.1]",
        "[::1]",
        "[::]",
    ] {
        let answer = client(&[]).send(get_request(&format!("http://{host}:{port}/"))).await;
        // Where a form is not known here it stands for nothing, which is as good.
        assert!(matches!(answer, Err(Error::Refused { .. } | Error::Resolve { .. })), "{host}: {answer:?}");
    }
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_name_that_changes_its_meaning_is_resolved_once() {
    let (address, reached) = inside().await;
    let script = Script::new(&[&["192.0.2.1"], &["127.0.0.1"]]);
    // The first answer is allowed, and leads nowhere; the second would lead inside.
    let limits = Limits { connect: Duration::from_millis(200), total: Duration::from_secs(2), answer: 1000 };
    let client = Client::new(Policy::public(vec!["192.0.2.0/24".parse().unwrap()]), tls_config([]), limits)
        .with_resolver(Arc::clone(&script) as Arc<dyn Resolve>);
    let address = format!("http://rebind.example:{}/", address.port());
    let answer = client.send(get_request(&address)).await;
    assert!(matches!(answer, Err(Error::Connect { .. })), "{answer:?}");
    assert_eq!(script.asked.load(Ordering::SeqCst), 1);
    // Asked again, it is refused.
    assert!(matches!(client.send(get_request(&address)).await, Err(Error::Refused { .. })));
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn one_address_that_may_not_be_reached_refuses_the_name() {
    let (address, reached) = inside().await;
    let client = client(&["192.0.2.0/24"]).with_resolver(Script::new(&[&["192.0.2.1", "127.0.0.1"]]));
    let answer = client.send(get_request(&format!("http://both.example:{}/", address.port()))).await;
    assert!(matches!(answer, Err(Error::Refused { .. })), "{answer:?}");
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn what_is_allowed_is_reached() {
    let (address, _) = inside().await;
    let request =
        Request::post(format!("http://127.0.0.1:{}/echo", address.port())).body(Bytes::from("12345"));
    let answer = client(&["127.0.0.0/8"]).send(request.unwrap()).await.unwrap();
    assert_eq!(answer.body(), format!("127.0.0.1:{} 5", address.port()).as_bytes());
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_nobody_follows_it() {
    let (address, reached) = inside().await;
    let answer =
        client(&["127.0.0.0/8"]).send(get_request(&format!("http://{address}/moved"))).await.unwrap();
    assert_eq!(answer.status(), StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(reached.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn too_long_and_too_slow_end() {
    let (address, _) = inside().await;
    let client = client(&["127.0.0.0/8"]);
    let answer = client.send(get_request(&format!("http://{address}/long"))).await;
    assert!(matches!(answer, Err(Error::TooLarge { limit: 65_536, .. })), "{answer:?}");
    let answer = client.send(get_request(&format!("http://{address}/slow"))).await;
    assert!(matches!(answer, Err(Error::Timeout { .. })), "{answer:?}");
}

#[tokio::test]
async fn what_does_not_speak_http_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::io::AsyncWriteExt::write_all(&mut stream, b"220 mail.example ESMTP\r\n").await.unwrap();
        }
    });
    let answer = client(&["127.0.0.0/8"]).send(get_request(&format!("http://{address}/"))).await;
    assert!(matches!(answer, Err(Error::Http { .. })), "{answer:?}");
}

#[tokio::test]
async fn nothing_goes_over_the_internet_in_the_clear() {
    let client = client(&[]).with_resolver(Script::new(&[&["1.1.1.1"]]));
    let answer = client.send(get_request("http://public.example/")).await;
    assert!(matches!(answer, Err(Error::Plain { .. })), "{answer:?}");
}

#[tokio::test]
async fn only_trusted_certificates_are_taken() {
    let key = rcgen::generate_simple_self_signed(["hook.example".to_owned()]).unwrap();
    let certificate = key.cert.der().clone();
    let private = rustls::pki_types::PrivateKeyDer::try_from(key.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], private)
        .unwrap();
    let (acceptor, listener) =
        (TlsAcceptor::from(Arc::new(config)), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut request = [0; 1024];
            tokio::io::AsyncReadExt::read(&mut stream, &mut request).await.unwrap();
            let answer = b"HTTP/1.1 204 No Content\r\n\r\n";
            tokio::io::AsyncWriteExt::write_all(&mut stream, answer).await.unwrap();
            tokio::io::AsyncWriteExt::shutdown(&mut stream).await.ok();
        }
    });
    let to = |host: &str, tls| {
        let client =
            Client::new(Policy::public(vec!["127.0.0.0/8".parse().unwrap()]), tls, Limits::default())
                .with_resolver(Script::new(&[&["127.0.0.1"]]));
        let request = get_request(&format!("https://{host}:{port}/"));
        async move { client.send(request).await }
    };
    let trusting = tls_config([certificate]);
    assert_eq!(to("hook.example", Arc::clone(&trusting)).await.unwrap().status(), StatusCode::NO_CONTENT);
    assert!(matches!(to("hook.example", tls_config([])).await, Err(Error::Tls { .. })));
    assert!(matches!(to("other.example", trusting).await, Err(Error::Tls { .. })));
}
