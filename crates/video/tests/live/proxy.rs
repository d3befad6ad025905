//! A network between camera and reader that can be slow and can change bytes.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use video::LiveSource;

/// Passes on TCP connections to a port until it goes out of scope.
pub(crate) struct Proxy {
    port: u16,
    state: Arc<State>,
}

struct State {
    /// One byte in so many from the camera is changed; none if 0.
    corrupt: AtomicU64,
    /// Bytes a second from the camera.
    rate: AtomicU64,
    ended: AtomicBool,
    /// Connections that stand.
    open: Mutex<Vec<TcpStream>>,
}

impl Proxy {
    pub(crate) fn start(upstream: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State {
            corrupt: AtomicU64::new(0),
            rate: AtomicU64::new(u64::MAX),
            ended: AtomicBool::new(false),
            open: Mutex::new(Vec::new()),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming() {
                if shared.ended.load(Ordering::Relaxed) {
                    return;
                }
                let (client, camera) = match (client, TcpStream::connect(("127.0.0.1", upstream))) {
                    (Ok(client), Ok(camera)) => (client, camera),
                    _ => continue,
                };
                shared.open.lock().unwrap().push(client.try_clone().unwrap());
                let (asking, asked) = (client.try_clone().unwrap(), camera.try_clone().unwrap());
                thread::spawn(move || pass(asking, asked, |_| {}));
                let state = Arc::clone(&shared);
                thread::spawn(move || {
                    let mut passed = 0;
                    pass(camera, client, move |bytes| state.spoil(bytes, &mut passed));
                });
            }
        });
        Self { port, state }
    }

    pub(crate) fn source(&self) -> LiveSource {
        LiveSource::parse(&format!("rtsp://127.0.0.1:{}/live", self.port)).unwrap()
    }

    /// Changes one byte in so many; none if 0.
    pub(crate) fn corrupt_every(&self, bytes: u64) {
        self.state.corrupt.store(bytes, Ordering::Relaxed);
    }

    /// Cuts every connection that stands.
    pub(crate) fn cut(&self) {
        for client in self.state.open.lock().unwrap().drain(..) {
            // It may be gone already.
            client.shutdown(Shutdown::Both).ok();
        }
    }

    pub(crate) fn throttle(&self, bytes_a_second: u64) {
        self.state.rate.store(bytes_a_second, Ordering::Relaxed);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.ended.store(true, Ordering::Relaxed);
        self.cut();
        // Lets the listener look at the flag.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

impl State {
    fn spoil(&self, bytes: &mut [u8], passed: &mut u64) {
        let every = self.corrupt.load(Ordering::Relaxed);
        for byte in bytes.iter_mut() {
            *passed += 1;
            if every > 0 && passed.is_multiple_of(every) {
                *byte ^= 0x55;
            }
        }
        let rate = self.rate.load(Ordering::Relaxed);
        if rate < u64::MAX && !self.ended.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_secs_f64(bytes.len() as f64 / rate as f64));
        }
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, mut change: impl FnMut(&mut [u8])) {
    let mut buffer = [0; 1_000];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        change(&mut buffer[..read]);
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    // Either side may be gone already.
    from.shutdown(Shutdown::Both).ok();
    to.shutdown(Shutdown::Both).ok();
}
