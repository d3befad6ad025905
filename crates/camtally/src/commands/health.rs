//! `camtally health`: whether the server on this machine is ready, for whoever restarts or replaces it.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::cli::Health;
use crate::{Done, config, put};

/// How long the server may take to accept, and then for each part of its answer.
const PATIENCE: Duration = Duration::from_secs(4);
/// The largest answer that is read.
const LARGEST: u64 = 64 << 10;

pub(crate) fn run(args: &Health) -> Result<Done> {
    let listen = match args.listen {
        Some(listen) => listen,
        None => config::load(args.config.as_deref())?.config.server.listen,
    };
    let missing = ask(reached(listen))?;
    put(&format!("{}\n", missing.trim_end()))?;
    Ok(Done::Well)
}

/// Where a server that listens here is reached from the same machine.
fn reached(mut listen: SocketAddr) -> SocketAddr {
    match listen {
        SocketAddr::V4(address) if address.ip().is_unspecified() => listen.set_ip(Ipv4Addr::LOCALHOST.into()),
        SocketAddr::V6(address) if address.ip().is_unspecified() => listen.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    listen
}

/// What `/readyz` says when it says that nothing is missing.
///
/// # Errors
/// When nobody answers, or something is missing; then with what.
fn ask(address: SocketAddr) -> Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)
        .with_context(|| format!("nothing listens at {address}"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    // The server closes the connection after its answer, so that the answer needs no parsing.
    stream
        .write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        .with_context(|| format!("{address} does not listen"))?;
    let mut answer = Vec::new();
    stream
        .take(LARGEST)
        .read_to_end(&mut answer)
        .with_context(|| format!("{address} has not answered within {} s", PATIENCE.as_secs()))?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    match head.split_whitespace().nth(1) {
        Some("200") => Ok(body.to_owned()),
        Some("503") => bail!("{address} is not ready: {}", body.trim_end()),
        _ => bail!("what listens at {address} is not camtally"),
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// What is said of a server that answers this to one question.
    fn said(answer: &'static str) -> Result<String> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = [0; 5];
            stream.read_exact(&mut asked).unwrap();
            // The rest of the question is read as well: a connection closed before that is reset.
            while !stream_is_at_end(&mut stream) {}
            stream.write_all(answer.as_bytes()).unwrap();
        });
        let said = ask(address);
        server.join().unwrap();
        said
    }

    fn stream_is_at_end(stream: &mut TcpStream) -> bool {
        let mut some = [0; 1024];
        let count = stream.read(&mut some).unwrap();
        some[..count].ends_with(b"\r\n\r\n")
    }

    #[test]
    fn a_ready_server_is_healthy() {
        assert_eq!(said("HTTP/1.1 200 OK\r\n\r\n{\"ready\":true}").unwrap(), "{\"ready\":true}");
    }

    #[test]
    fn what_is_missing_is_told() {
        let error =
            said("HTTP/1.1 503 Service Unavailable\r\n\r\n{\"missing\":{\"store\":\"away\"}}").unwrap_err();
        assert!(error.to_string().ends_with("is not ready: {\"missing\":{\"store\":\"away\"}}"), "{error}");
    }

    #[test]
    fn another_program_is_not_taken_for_it() {
        let error = said("220 mail.example.org ESMTP\r\n").unwrap_err();
        assert!(error.to_string().ends_with("is not camtally"), "{error}");
    }

    #[test]
    fn a_server_that_listens_everywhere_is_reached_on_this_machine() {
        let at = |listen: &str| reached(listen.parse().unwrap()).to_string();
        assert_eq!(at("0.0.0.0:8740"), "127.0.0.1:8740");
        assert_eq!(at("[::]:8740"), "[::1]:8740");
        assert_eq!(at("192.0.2.7:8740"), "192.0.2.7:8740");
    }
}
