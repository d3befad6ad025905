//! How the cameras are at a moment.

/// Everything that is published and stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// The cameras.
    pub cameras: Vec<Camera>,
}

/// A camera, its lines and its zones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Camera {
    /// Never changes.
    pub id: String,
    /// For people.
    pub name: String,
    /// The site's name, for people.
    pub site: String,
    /// What it does: `connecting`, `counting`, `overloaded`, `offline`, `frozen` or `failed`.
    pub state: String,
    /// Its lines.
    pub lines: Vec<Line>,
    /// Its zones.
    pub zones: Vec<Zone>,
}

impl Camera {
    /// Whether its numbers are of now.
    pub fn is_counting(&self) -> bool {
        matches!(self.state.as_str(), "counting" | "overloaded")
    }
}

/// How many crossed a line today, by the site's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its name, unique within the camera.
    pub name: String,
    /// What the forward direction is called, and how many went that way.
    pub forward: (String, u64),
    /// What the backward direction is called, and how many went that way.
    pub backward: (String, u64),
}

/// How many are in a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Its name, unique within the camera.
    pub name: String,
    /// How many are in it now.
    pub occupancy: u64,
}
