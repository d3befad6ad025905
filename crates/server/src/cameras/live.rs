//! What is known of a camera at this moment.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use counting::Rules;
use registry::{Pictures, Registry};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::Feed;

/// A camera of the registry, with what is known of it at this moment.
#[derive(Clone)]
pub struct Camera {
    /// Unique, and never changes: it is in every event.
    pub id: String,
    /// For people.
    pub name: String,
    /// The site that it belongs to.
    pub site: String,
    /// How it is set up.
    pub registered: Arc<registry::Camera>,
    live: Arc<Live>,
}

/// What changes while a camera is watched.
#[derive(Default)]
struct Live {
    state: Mutex<Viewed>,
    rules: RwLock<Arc<Rules>>,
    drawing: Feed,
    picture: Feed,
    still: Feed,
}

/// What is known of a camera.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Viewed {
    /// What it does.
    #[serde(flatten)]
    pub state: CameraState,
    /// When the last frame was taken that was analysed.
    #[serde(with = "time::serde::rfc3339::option", default, skip_serializing_if = "Option::is_none")]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ZoneView {
    /// Its name.
    pub name: String,
    /// Its corners, 0..1.
    pub points: Vec<[f64; 2]>,
    /// How many are in it now.
    pub occupancy: u64,
}

/// What a camera does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum CameraState {
    /// No answer yet.
    #[default]
    Connecting,
    /// Pictures come and are counted.
    Counting,
    /// Somebody has stopped it.
    Stopped,
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
            Self::Stopped => "stopped",
            Self::Overloaded { .. } => "overloaded",
            Self::Offline { .. } => "offline",
            Self::Frozen { .. } => "frozen",
            Self::Failed { .. } => "failed",
        }
    }
}

impl Camera {
    fn new(registered: &Arc<registry::Camera>, live: Arc<Live>) -> Self {
        Self {
            id: registered.id.clone(),
            name: registered.settings.name.clone(),
            site: registered.site.clone(),
            registered: Arc::clone(registered),
            live,
        }
    }

    /// Changes what is known of it.
    pub fn update(&self, change: impl FnOnce(&mut Viewed)) {
        change(&mut self.live.state.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// What is known of it.
    pub fn viewed(&self) -> Viewed {
        let mut viewed = self.live.state.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if !self.registered.started {
            viewed.state = CameraState::Stopped;
        }
        viewed
    }

    /// Shows the rules that are in force.
    pub fn put_in_force(&self, rules: Arc<Rules>) {
        let points = |points: &[observation::Point]| points.iter().map(|point| [point.x, point.y]).collect();
        let lines = rules.lines.iter().map(|line| LineView {
            name: line.name.clone(),
            points: points(&line.points),
            forward: line.names.forward.clone(),
            backward: line.names.backward.clone(),
        });
        let zones = rules.zones.iter().map(|zone| ZoneView {
            name: zone.name.clone(),
            points: points(&zone.points),
            occupancy: 0,
        });
        let (lines, zones) = (lines.collect(), zones.collect());
        self.update(|viewed| (viewed.lines, viewed.zones) = (lines, zones));
        *self.live.rules.write().unwrap_or_else(PoisonError::into_inner) = rules;
    }

    /// The rules that are in force.
    pub fn rules_in_force(&self) -> Arc<Rules> {
        Arc::clone(&self.live.rules.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Where boxes and lines go on a dark ground: what is shown to those who may not see its pictures.
    pub fn drawing(&self) -> &Feed {
        &self.live.drawing
    }

    /// Where its pictures go, with boxes and lines.
    pub fn picture(&self) -> &Feed {
        &self.live.picture
    }

    /// Where its pictures go as they are, for drawing lines on.
    pub fn still(&self) -> &Feed {
        &self.live.still
    }

    /// Whether somebody with this role at its site sees its pictures.
    pub(crate) fn shows_pictures(&self, role: access::Role) -> bool {
        match self.registered.settings.pictures {
            Pictures::Off => false,
            Pictures::Operators => role >= access::Role::Operator,
            Pictures::Everyone => true,
        }
    }
}

/// The cameras of the registry, by their ids.
pub struct Cameras {
    registry: Registry,
    known: RwLock<Known>,
}

/// The cameras of one revision of the registry.
struct Known {
    revision: Option<i64>,
    cameras: BTreeMap<String, Arc<Camera>>,
}

impl Cameras {
    pub(crate) fn new(registry: Registry) -> Self {
        Self { registry, known: RwLock::new(Known { revision: None, cameras: BTreeMap::new() }) }
    }

    /// The camera of this id.
    pub fn get(&self, id: &str) -> Option<Arc<Camera>> {
        self.with(|cameras| cameras.get(id).cloned())
    }

    /// All of them, by id.
    pub fn all(&self) -> Vec<Arc<Camera>> {
        self.with(|cameras| cameras.values().cloned().collect())
    }

    fn with<T>(&self, look: impl FnOnce(&BTreeMap<String, Arc<Camera>>) -> T) -> T {
        let snapshot = self.registry.now();
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if known.revision >= Some(snapshot.revision) {
            return look(&known.cameras);
        }
        drop(known);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.revision < Some(snapshot.revision) {
            // What is known of a camera outlives a change of its settings.
            let live =
                |id: &str| known.cameras.get(id).map_or_else(Arc::default, |old| Arc::clone(&old.live));
            let cameras = snapshot.cameras.iter();
            let cameras = cameras.map(|(id, camera)| (id.clone(), Arc::new(Camera::new(camera, live(id)))));
            *known = Known { revision: Some(snapshot.revision), cameras: cameras.collect() };
        }
        look(&known.cameras)
    }
}
