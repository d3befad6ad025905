use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use time::OffsetDateTime;
use tokio::sync::watch;

use crate::App;

/// A camera as it is at this moment.
pub struct Camera {
    /// Its name, unique.
    pub name: String,
    /// Whether its pictures may be shown.
    pub pictures: bool,
    state: Mutex<Viewed>,
    pub(crate) picture: Pictures,
}

/// What is known of a camera.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ZoneView {
    /// Its name.
    pub name: String,
    /// Its corners, 0..1.
    pub points: Vec<[f64; 2]>,
    /// How many are in it now.
    pub occupancy: u64,
}

/// What a camera does.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
    /// A camera that has not answered yet.
    pub fn new(name: String, pictures: bool, lines: Vec<LineView>, zones: Vec<ZoneView>) -> Self {
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
        Self { name, pictures, state: Mutex::new(state), picture: Pictures::default() }
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

#[derive(Serialize)]
pub(crate) struct Listed {
    name: String,
    pictures: bool,
    #[serde(flatten)]
    viewed: Viewed,
}

/// `GET /api/v1/cameras`
pub(crate) async fn list(State(app): State<Arc<App>>) -> Json<serde_json::Value> {
    let listed = |camera: &Arc<Camera>| Listed {
        name: camera.name.clone(),
        pictures: camera.pictures,
        viewed: camera.viewed(),
    };
    let cameras: Vec<Listed> = app.cameras.iter().map(listed).collect();
    Json(serde_json::json!({"site": app.site, "time_zone": app.zone_name, "cameras": cameras}))
}
