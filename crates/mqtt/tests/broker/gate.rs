//! A gate before a broker: it is the test that says when the connection finds it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::net::{TcpListener, TcpStream};

pub(crate) struct Gate {
    pub(crate) port: u16,
    open: Arc<AtomicBool>,
}

impl Gate {
    /// An open gate before this port.
    pub(crate) async fn before(broker: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gate = Self { port: listener.local_addr().unwrap().port(), open: Arc::new(true.into()) };
        let open = Arc::clone(&gate.open);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                if open.load(Ordering::Acquire)
                    && let Ok(mut broker) = TcpStream::connect(("127.0.0.1", broker)).await
                {
                    // It ends with either side.
                    tokio::spawn(async move {
                        tokio::io::copy_bidirectional(&mut client, &mut broker).await.ok()
                    });
                }
            }
        });
        gate
    }

    /// Lets new connections through, or turns them away.
    pub(crate) fn set_open(&self, open: bool) {
        self.open.store(open, Ordering::Release);
    }
}
