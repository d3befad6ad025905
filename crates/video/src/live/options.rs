use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use crate::Error;

/// How RTSP brings its packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transport {
    /// TCP, and UDP if the camera refuses that.
    #[default]
    Automatic,
    /// Inside the RTSP connection. Nothing is lost on the way.
    Tcp,
    /// Packets of their own. What is lost is not sent again; for cameras that cannot do TCP.
    Udp,
}

/// Which addresses of the network may be connected to. A host is looked up once for each connection, and libav is given
/// the address that was found and not the name, so that it cannot mean another machine by then. Neither can whoever
/// answers lead elsewhere: redirections and lists of parts (HLS) are not followed.
#[derive(Clone)]
pub struct Reach(Arc<dyn Fn(IpAddr) -> bool + Send + Sync>);

impl Reach {
    /// The addresses for which this is true.
    pub fn new(allows: impl Fn(IpAddr) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(allows))
    }

    /// Whether an address may be connected to.
    pub(crate) fn allows(&self, address: IpAddr) -> bool {
        (self.0)(address)
    }
}

impl fmt::Debug for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reach(…)")
    }
}

/// How to watch a live source.
#[derive(Clone, Debug)]
pub struct LiveOptions {
    /// How RTSP brings its packets.
    pub transport: Transport,
    /// Whether an `https` address needs a certificate that this machine trusts. On by default. libav cannot
    /// check the certificates of `rtsps`.
    pub verify_tls: bool,
    /// Give this many frames a second instead of all, as [`ReadOptions::analyse_fps`](crate::ReadOptions).
    pub analyse_fps: Option<f64>,
    /// How long connecting may take, and again how long the first picture. 10 s by default.
    pub connect_limit: Duration,
    /// How long no picture may come before the source counts as offline. 4 s by default.
    pub read_limit: Duration,
    /// How long nothing new may be seen before the picture counts as frozen. 8 s by default.
    pub frozen_after: Duration,
    /// The longest pause between two tries to connect. 3 s by default, so that a camera is back within 5 s.
    /// When the password was refused the pause grows to a minute, because some cameras lock the account.
    pub retry_cap: Duration,
    /// How many pictures wait at most for a slow consumer; 4 by default.
    pub waiting_frames: usize,
    /// Threads that share the slices of a picture; 1 by default.
    pub threads: Option<NonZeroUsize>,
    /// Which addresses may be connected to; all unless given.
    pub reach: Option<Reach>,
    /// Makes the random part of the pauses. Give each camera another.
    pub seed: u64,
}

impl Default for LiveOptions {
    fn default() -> Self {
        Self {
            transport: Transport::default(),
            verify_tls: true,
            analyse_fps: None,
            connect_limit: Duration::from_secs(10),
            read_limit: Duration::from_secs(4),
            frozen_after: Duration::from_secs(8),
            retry_cap: Duration::from_secs(3),
            waiting_frames: 4,
            threads: NonZeroUsize::new(1),
            reach: None,
            seed: 0,
        }
    }
}

impl LiveOptions {
    /// Refuses what makes no sense.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let range = Duration::from_millis(100)..=Duration::from_secs(3_600);
        let limits = [
            ("the time limit for connecting", self.connect_limit),
            ("the time limit for reading", self.read_limit),
            ("the time until a picture is frozen", self.frozen_after),
            ("the longest pause between tries", self.retry_cap),
        ];
        for (option, value) in limits {
            if !range.contains(&value) {
                let instead = "write a length from 0.1 s to 1 h";
                return Err(Error::BadOption { option, value: format!("{value:?}"), instead });
            }
        }
        if !(1..=64).contains(&self.waiting_frames) {
            return Err(Error::BadOption {
                option: "the number of pictures that wait",
                value: self.waiting_frames.to_string(),
                instead: "write 1 to 64; each takes the memory of a whole picture",
            });
        }
        Ok(())
    }
}
