//! What a host name stands for, within a time limit.
//!
//! libav looks names up with `getaddrinfo`, which may take half a minute and cannot be interrupted. So the name
//! is looked up here first, on a thread of its own that is left behind if it takes too long; libav then asks
//! again and is answered at once. A name server that never answers holds three such threads at most: the
//! system gives up sooner than a fourth try comes.

use std::net::{IpAddr, ToSocketAddrs as _};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use super::control::Control;
use super::outage::Outage;

/// How soon a stopped reader is noticed while a name is looked up.
const POLL: Duration = Duration::from_millis(50);

/// Looks `host` up until `control` ends the wait.
pub(crate) fn addresses(host: &str, port: u16, control: &Control) -> Result<Vec<IpAddr>, Outage> {
    let (answer, answered) = mpsc::sync_channel(1);
    let name = format!("{host}:{port}");
    let lookup = move || {
        let known = name.to_socket_addrs().map(|known| known.map(|known| known.ip()).collect());
        // Nobody listens any more after the limit.
        answer.try_send(known.unwrap_or_default()).ok();
    };
    std::thread::Builder::new()
        .name("name-lookup".to_owned())
        .spawn(lookup)
        .map_err(|error| Outage::Failed(format!("no thread to look its name up: {error}")))?;
    loop {
        match answered.recv_timeout(POLL) {
            Ok(known) if !Vec::<IpAddr>::is_empty(&known) => return Ok(known),
            Ok(_) | Err(RecvTimeoutError::Disconnected) => return Err(Outage::UnknownHost),
            Err(RecvTimeoutError::Timeout) if control.interrupts() => return Err(Outage::UnknownHost),
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}
