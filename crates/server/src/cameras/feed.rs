//! The newest picture of a camera, for those who look on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::body::Bytes;
use tokio::sync::watch;

/// The newest picture of one kind. Nobody makes one while nobody looks on.
pub struct Feed {
    newest: watch::Sender<Option<Picture>>,
    viewers: Arc<AtomicU32>,
}

/// A picture as it is sent.
#[derive(Clone)]
pub(crate) struct Picture {
    /// A JPEG file.
    pub(crate) jpeg: Bytes,
    /// Whether the people in it are unrecognisable.
    pub(crate) is_blurred: bool,
}

impl Default for Feed {
    fn default() -> Self {
        Self { newest: watch::Sender::new(None), viewers: Arc::default() }
    }
}

impl Feed {
    /// Whether anybody looks on.
    pub fn wanted(&self) -> bool {
        self.viewers.load(Ordering::Relaxed) > 0
    }

    /// Shows a picture: a JPEG file, and whether the people in it are unrecognisable.
    pub fn show(&self, jpeg: Vec<u8>, is_blurred: bool) {
        self.newest.send_replace(Some(Picture { jpeg: jpeg.into(), is_blurred }));
    }

    pub(crate) fn look(&self) -> (watch::Receiver<Option<Picture>>, Viewer) {
        self.viewers.fetch_add(1, Ordering::Relaxed);
        (self.newest.subscribe(), Viewer(Arc::clone(&self.viewers)))
    }
}

/// Somebody who looks on, until it is dropped.
pub(crate) struct Viewer(Arc<AtomicU32>);

impl Drop for Viewer {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
