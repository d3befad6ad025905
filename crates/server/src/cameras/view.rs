//! What is known of a camera at this moment.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use serde::Serialize;
use time::OffsetDateTime;
use tokio::sync::watch;
use utoipa::ToSchema;

/// A camera as it is at this moment.
pub struct Camera {
    /// Unique, and never changes: it is in every event.
    pub id: String,
    /// For people.
    pub name: String,
    /// The site that it belongs to.
    pub site: String,
    /// Whether its pictures may be shown.
    pub pictures: bool,
    state: Mutex<Viewed>,
    pub(crate) picture: Pictures,
}

/// What is known of a camera.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Viewed {
    /// What it does.
    #[serde(flatten)]
    pub state: CameraState,
    /// When the last frame was taken that was analysed.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub last_frame: Option<OffsetDateTime>,
    /// Frames that were analysed since the program began.
    pub frames: u64,
    /// Frames that were left out because there was no time for them.
    pub shed: u64,
    /// Frames on which no inference was spent because nothing moved.
    pub still: u64,
    /// Posters and the like that are left out of the counts.
    pub fixtures: usize,
    /// Its lines.
    pub lines: Vec<LineView>,
    /// Its zones.
    pub zones: Vec<ZoneView>,
}

/// A line with what it is called.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct LineView {
    /// Its name.
    pub name: String,
    /// Its points, 0..1.
    pub points: Vec<[f64; 2]>,
    /// What the forward direction is called.
    pub forward: String,
    /// What the backward direction is called.
    pub backward: String,
}

/// A zone, and how many are in it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ZoneView {
    /// Its name.
    pub name: String,
    /// Its corners, 0..1.
    pub points: Vec<[f64; 2]>,
    /// How many are in it now.
    pub occupancy: u64,
}

/// What a camera does.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum CameraState {
    /// No answer yet.
    Connecting,
    /// Pictures come and are counted.
    Counting,
    /// Pictures come, and there is no time for all that should be analysed.
    Overloaded {
        /// How many are left out, and what to do.
        reason: String,
    },
    /// No pictures come.
    Offline {
        /// When the last one came.
        #[serde(with = "time::serde::rfc3339")]
        since: OffsetDateTime,
        /// Why, and what to do.
        reason: String,
    },
    /// The same picture comes again and again.
    Frozen {
        /// When something new came last.
        #[serde(with = "time::serde::rfc3339")]
        since: OffsetDateTime,
        /// What stands still, and what to do.
        reason: String,
    },
    /// Counting has failed; it is tried again.
    Failed {
        /// Why.
        reason: String,
    },
}

impl CameraState {
    /// The state's name.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Counting => "counting",
            Self::Overloaded { .. } => "overloaded",
            Self::Offline { .. } => "offline",
            Self::Frozen { .. } => "frozen",
            Self::Failed { .. } => "failed",
        }
    }
}

impl Camera {
    /// A camera of a site that has not answered yet. Its id is its name as well.
    pub fn new(site: &str, id: String, pictures: bool, lines: Vec<LineView>, zones: Vec<ZoneView>) -> Self {
        let state = Viewed {
            state: CameraState::Connecting,
            last_frame: None,
            frames: 0,
            shed: 0,
            still: 0,
            fixtures: 0,
            lines,
            zones,
        };
        Self {
            name: id.clone(),
            id,
            site: site.to_owned(),
            pictures,
            state: Mutex::new(state),
            picture: Pictures::default(),
        }
    }

    /// Changes what is known of it.
    pub fn update(&self, change: impl FnOnce(&mut Viewed)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// What is known of it.
    pub fn viewed(&self) -> Viewed {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where its pictures go.
    pub fn pictures(&self) -> &Pictures {
        &self.picture
    }
}

/// The cameras, in the order in which they were put in.
#[derive(Default)]
pub struct Cameras(RwLock<Vec<Arc<Camera>>>);

impl Cameras {
    /// Adds a camera, or puts it in the place of the one with the same id.
    pub fn put(&self, camera: Arc<Camera>) {
        let mut cameras = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match cameras.iter_mut().find(|other| other.id == camera.id) {
            Some(place) => *place = camera,
            None => cameras.push(camera),
        }
    }

    /// Takes a camera away.
    pub fn remove(&self, id: &str) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).retain(|camera| camera.id != id);
    }

    /// The camera of this id.
    pub fn get(&self, id: &str) -> Option<Arc<Camera>> {
        let cameras = self.0.read().unwrap_or_else(PoisonError::into_inner);
        cameras.iter().find(|camera| camera.id == id).cloned()
    }

    /// All of them.
    pub fn all(&self) -> Vec<Arc<Camera>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The newest picture of a camera, for those who look on. Nobody draws one while nobody does.
pub struct Pictures {
    newest: watch::Sender<Option<Arc<[u8]>>>,
    viewers: Arc<AtomicU32>,
}

impl Default for Pictures {
    fn default() -> Self {
        Self { newest: watch::Sender::new(None), viewers: Arc::default() }
    }
}

impl Pictures {
    /// Whether anybody looks on.
    pub fn wanted(&self) -> bool {
        self.viewers.load(Ordering::Relaxed) > 0
    }

    /// Shows a picture: a JPEG file.
    pub fn show(&self, jpeg: Vec<u8>) {
        self.newest.send_replace(Some(jpeg.into()));
    }

    pub(crate) fn look(&self) -> (watch::Receiver<Option<Arc<[u8]>>>, Viewer) {
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
